/* What there is to choose from. */
#include "solve/supply.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"

#define BLOCK (1 << 20) /* of texts: what was given out never moves */
#define NOBODY UINT32_MAX

struct repository {
	struct span name;
	int64_t priority;
	bool is_signed;
};

struct package {
	const char *version, *id, *relations;
	uint32_t version_n, id_n, relations_n;
	uint32_t name; /* its number */
	uint32_t older; /* the package of that name that was added before; NOBODY */
	uint16_t repository;
	bool held, automatic;
	int64_t row;
};

struct name {
	struct span text;
	uint32_t count; /* of packages */
	uint32_t first; /* the package that was added last; NOBODY */
	uint32_t provider, mention; /* the links added last; NOBODY */
	bool wanted;
	bool is_installed;
};

/* In a list: a package that has to do with a name. */
struct link {
	uint32_t package, next;
};

struct supply {
	VEC(struct repository) repositories;
	VEC(struct package) packages;
	VEC(struct name) names;
	VEC(struct link) links;
	VEC(char *) blocks;
	VEC(uint32_t) queue; /* names that are wanted, from `given` on not looked up yet */
	uint32_t *table; /* of names by their hash, 0: none, else the number plus 1 */
	size_t table_size; /* a power of 2 */
	size_t used, bytes; /* of the last block; of all texts */
	size_t given, read; /* of the queue; packages whose relations are wanted already */
};

struct supply *supply_new(void)
{
	struct supply *s = mem_zero(1, sizeof(*s));

	s->table_size = 1024;
	s->table = mem_zero(s->table_size, sizeof(*s->table));
	*vec_push(&s->repositories) = (struct repository){SPAN(""), 0, true};
	return s;
}

void supply_free(struct supply *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->blocks.n; i++)
		free(s->blocks.v[i]);
	vec_drop(&s->repositories);
	vec_drop(&s->packages);
	vec_drop(&s->names);
	vec_drop(&s->links);
	vec_drop(&s->blocks);
	vec_drop(&s->queue);
	free(s->table);
	free(s);
}

static struct span keep(struct supply *s, struct span x)
{
	char *to;

	if (!x.n)
		return SPAN("");
	if (!s->blocks.n || s->used + x.n > BLOCK) {
		*vec_push(&s->blocks) = mem_alloc(x.n > BLOCK ? x.n : BLOCK);
		s->used = 0;
	}
	to = s->blocks.v[s->blocks.n - 1] + s->used;
	memcpy(to, x.s, x.n);
	s->used += x.n;
	s->bytes += x.n;
	return (struct span){to, x.n};
}

/* FNV-1a, begun with where the supply is: who makes names cannot know which of them fall together. */
static size_t hash_of(const struct supply *s, struct span x)
{
	uint64_t h = 14695981039346656037U ^ ((uintptr_t)s >> 4) * 0x9e3779b97f4a7c15U;

	for (size_t i = 0; i < x.n; i++)
		h = (h ^ (unsigned char)x.s[i]) * 1099511628211U;
	return (size_t)(h ^ h >> 29);
}

static uint32_t *slot_of(const struct supply *s, struct span text)
{
	size_t at = hash_of(s, text) & (s->table_size - 1);

	while (s->table[at] && !span_is(s->names.v[s->table[at] - 1].text, text))
		at = (at + 1) & (s->table_size - 1);
	return &s->table[at];
}

static void grow_table(struct supply *s)
{
	free(s->table);
	s->table_size *= 2;
	s->table = mem_zero(s->table_size, sizeof(*s->table));
	for (size_t i = 0; i < s->names.n; i++)
		*slot_of(s, s->names.v[i].text) = (uint32_t)i + 1;
}

/* The number of a name, which is there afterwards. */
static uint32_t name_of(struct supply *s, struct span text)
{
	uint32_t *slot = slot_of(s, text);

	if (*slot)
		return *slot - 1;
	*vec_push(&s->names) = (struct name){
		.text = keep(s, text), .first = NOBODY, .provider = NOBODY, .mention = NOBODY};
	*slot = (uint32_t)s->names.n;
	if (s->names.n * 2 > s->table_size)
		grow_table(s);
	return (uint32_t)s->names.n - 1;
}

static const struct name *find_name(const struct supply *s, struct span text)
{
	uint32_t slot = *slot_of(s, text);

	return slot ? &s->names.v[slot - 1] : NULL;
}

static void add_link(struct supply *s, uint32_t *list, uint32_t package)
{
	uint32_t next = *list;

	if (next != NOBODY && s->links.v[next].package == package)
		return;
	*list = (uint32_t)s->links.n;
	*vec_push(&s->links) = (struct link){package, next};
}

/* The next line's kind, and the name in it; false: no more. */
static bool read_name(struct span *rest, char *kind, struct span *name)
{
	struct span line;
	size_t n = 0;

	while (span_split(rest, '\n', &line)) {
		if (line.n < 3 || line.s[1] != ' ' || line.s[0] == 'o')
			continue;
		*kind = line.s[0];
		line = span_cut(line, 2, line.n);
		while (n < line.n && line.s[n] != ' ' && line.s[n] != '(')
			n++;
		*name = span_cut(line, 0, n);
		return true;
	}
	return false;
}

int supply_repository(struct supply *s, struct span name, int64_t priority, bool is_signed,
	unsigned *repository, struct err *err)
{
	if (s->repositories.n > SUPPLY_REPOSITORIES_MAX)
		return err_set(
			err, ERR_FAILED, "more than %d repositories", SUPPLY_REPOSITORIES_MAX);
	*repository = (unsigned)s->repositories.n;
	*vec_push(&s->repositories) = (struct repository){keep(s, name), priority, is_signed};
	return 0;
}

struct span supply_repository_name(const struct supply *s, unsigned repository)
{
	return s->repositories.v[repository].name;
}

int64_t supply_repository_priority(const struct supply *s, unsigned repository)
{
	return s->repositories.v[repository].priority;
}

int64_t supply_repository_place(const struct supply *s, unsigned repository)
{
	return s->repositories.v[repository].priority * 2 +
	       !s->repositories.v[repository].is_signed;
}

unsigned supply_repository_named(const struct supply *s, struct span name)
{
	for (size_t i = 1; i < s->repositories.n; i++)
		if (span_is(s->repositories.v[i].name, name))
			return (unsigned)i;
	return SUPPLY_INSTALLED;
}

static int check_room(const struct supply *s, const struct supply_item *item, struct err *err)
{
	const struct name *name = find_name(s, item->name);

	if (s->packages.n >= SUPPLY_MAX)
		return err_set(err, ERR_FAILED, "more than %d packages", SUPPLY_MAX);
	if (item->relations.n > SUPPLY_BYTES_MAX - s->bytes)
		return err_set(
			err, ERR_FAILED, "packages of more than %d MiB", SUPPLY_BYTES_MAX >> 20);
	if (name && name->count >= SUPPLY_VERSIONS_MAX)
		return err_set(err, ERR_FAILED, "more than %d versions of %.*s",
			SUPPLY_VERSIONS_MAX, SPAN_ARG(item->name));
	return 0;
}

/* Whether it was given before: who has a name and provides it comes by both. */
static bool is_there(const struct supply *s, const struct supply_item *item)
{
	const struct name *name = find_name(s, item->name);

	for (uint32_t i = name ? name->first : NOBODY; i != NOBODY; i = s->packages.v[i].older) {
		const struct package *p = &s->packages.v[i];

		if (p->repository == item->repository && p->version_n == item->version.n &&
			memcmp(p->version, item->version.s, p->version_n) == 0)
			return true;
	}
	return false;
}

/* Who provides a name is found by it; who is installed, by all that it speaks of. */
static void index_relations(
	struct supply *s, uint32_t package, struct span relations, bool installed)
{
	struct span name;
	char kind;

	while (read_name(&relations, &kind, &name)) {
		uint32_t at;

		if (kind != 'p' && kind != 'f' && !installed)
			continue;
		at = name_of(s, name);
		if (kind == 'p' || kind == 'f')
			add_link(s, &s->names.v[at].provider, package);
		if (installed)
			add_link(s, &s->names.v[at].mention, package);
	}
}

int supply_add(struct supply *s, const struct supply_item *item, struct err *err)
{
	struct span version, id, relations;
	uint32_t number = (uint32_t)s->packages.n, at;
	bool installed = item->repository == SUPPLY_INSTALLED;
	struct name *name;

	if (is_there(s, item))
		return 0;
	if (check_room(s, item, err) < 0)
		return -1;
	version = keep(s, item->version);
	id = keep(s, item->id);
	relations = keep(s, item->relations);
	at = name_of(s, item->name);
	name = &s->names.v[at];
	*vec_push(&s->packages) = (struct package){.version = version.s,
		.version_n = (uint32_t)version.n,
		.id = id.s,
		.id_n = (uint32_t)id.n,
		.relations = relations.s,
		.relations_n = (uint32_t)relations.n,
		.name = at,
		.older = name->first,
		.repository = (uint16_t)item->repository,
		.held = item->held,
		.automatic = item->automatic,
		.row = item->row};
	name->first = number;
	name->count++;
	name->is_installed |= installed;
	index_relations(s, number, relations, installed);
	return 0;
}

static void add_lines(const struct relations *r, char kind, struct buf *out)
{
	VEC_FOR (const struct relation, one, &r->of) {
		buf_addc(out, kind);
		buf_addc(out, ' ');
		relation_format(one, out);
		buf_addc(out, '\n');
	}
}

void supply_relations(const struct relations *depends, const struct relations *conflicts,
	const struct relations *provides, struct buf *out)
{
	add_lines(depends, 'd', out);
	add_lines(conflicts, 'c', out);
	add_lines(provides, 'p', out);
}

size_t supply_count(const struct supply *s)
{
	return s->packages.n;
}

void supply_get(const struct supply *s, size_t number, struct supply_item *out)
{
	const struct package *p = &s->packages.v[number];

	*out = (struct supply_item){.name = s->names.v[p->name].text,
		.version = {p->version, p->version_n},
		.id = {p->id, p->id_n},
		.relations = {p->relations, p->relations_n},
		.repository = p->repository,
		.held = p->held,
		.automatic = p->automatic,
		.row = p->row};
}

static void want(struct supply *s, uint32_t name)
{
	if (s->names.v[name].wanted)
		return;
	s->names.v[name].wanted = true;
	*vec_push(&s->queue) = name;
}

/* Whoever is installed and has to do with the name may have to give way. */
static void touch(struct supply *s, uint32_t name)
{
	if (s->names.v[name].is_installed)
		want(s, name);
	for (uint32_t i = s->names.v[name].mention; i != NOBODY; i = s->links.v[i].next)
		want(s, s->packages.v[s->links.v[i].package].name);
}

/* What a package depends on is looked up, and its family, of which newer ones stand for it; what it is, provides or conflicts with, only where somebody is installed who has to do with it. */
static void read_package(struct supply *s, size_t number)
{
	const struct package *p = &s->packages.v[number];
	struct span rest = {p->relations, p->relations_n}, text;
	uint32_t name = p->name;
	char kind;

	if (p->repository == SUPPLY_INSTALLED && !s->names.v[name].wanted)
		return;
	touch(s, name);
	while (read_name(&rest, &kind, &text)) {
		if (kind == 'd' || kind == 'f')
			want(s, name_of(s, text));
		else if (kind == 'c' || kind == 'p')
			touch(s, name_of(s, text));
	}
}

void supply_want(struct supply *s, struct span name)
{
	want(s, name_of(s, name));
}

void supply_want_installed(struct supply *s)
{
	for (size_t i = 0; i < s->packages.n; i++)
		if (s->packages.v[i].repository == SUPPLY_INSTALLED)
			want(s, s->packages.v[i].name);
}

bool supply_next(struct supply *s, struct span *name)
{
	uint32_t at;

	for (; s->read < s->packages.n; s->read++)
		if (s->packages.v[s->read].repository != SUPPLY_INSTALLED)
			read_package(s, s->read);
	if (s->given == s->queue.n)
		return false;
	at = s->queue.v[s->given++];
	for (uint32_t i = s->names.v[at].first; i != NOBODY; i = s->packages.v[i].older)
		if (s->packages.v[i].repository == SUPPLY_INSTALLED)
			read_package(s, i);
	*name = s->names.v[at].text;
	return true;
}

size_t supply_first(const struct supply *s, struct span name)
{
	const struct name *n = find_name(s, name);

	return !n || n->first == NOBODY ? SUPPLY_NONE : n->first;
}

size_t supply_older(const struct supply *s, size_t number)
{
	uint32_t older = s->packages.v[number].older;

	return older == NOBODY ? SUPPLY_NONE : older;
}

/* What is installed was added first. */
size_t supply_installed(const struct supply *s, struct span name)
{
	const struct name *n = find_name(s, name);

	for (uint32_t i = n && n->is_installed ? n->first : NOBODY; i != NOBODY;
		i = s->packages.v[i].older)
		if (s->packages.v[i].repository == SUPPLY_INSTALLED)
			return i;
	return SUPPLY_NONE;
}

size_t supply_provider(const struct supply *s, struct span name, size_t *walk)
{
	const struct name *n = *walk ? NULL : find_name(s, name);
	uint32_t at = *walk ? (uint32_t)(*walk - 1) : n ? n->provider : NOBODY;

	if (at == NOBODY)
		return SUPPLY_NONE;
	*walk = (size_t)s->links.v[at].next + 1;
	return s->links.v[at].package;
}
