/* The plan for one member of an archive after the other. */
#include "model/entry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/installer.h"

static const char *const reserved[] = {
	INSTALLATION_UPSTREAM, INSTALLATION_UPSTREAM_NEW, INSTALLATION_PACKS, NULL};

const struct entry_limits entry_limits_installer = {
	.bytes = 64 << 20,
	.entries = 10000,
	.depth = 32,
	.component = 255,
	.path = 1024,
	.reserved = reserved,
};

/* A path that is taken: a file, a folder (stated, or implied by what is in it) or a symlink. */
struct node {
	struct buf path;
	uint64_t hash;
	enum entry_type type;
	unsigned mode;
};

/* slots holds, by open addressing, indexes into nodes plus one; 0 is free. Its size is a power of
 * two and at least twice the number of nodes. */
struct entry_plan {
	struct entry_limits limits;
	struct buf top;
	struct buf path, link; /* what the last act borrows */
	int64_t bytes;
	VEC(struct node) nodes;
	size_t *slots;
	size_t size;
};

struct entry_plan *entry_plan_new(const struct entry_limits *limits)
{
	struct entry_plan *plan = mem_zero(1, sizeof(*plan));

	plan->limits = *limits;
	buf_init(&plan->top);
	buf_init(&plan->path);
	buf_init(&plan->link);
	plan->size = 64;
	plan->slots = mem_zero(plan->size, sizeof(plan->slots[0]));
	return plan;
}

void entry_plan_free(struct entry_plan *plan)
{
	if (!plan)
		return;
	VEC_FOR (struct node, node, &plan->nodes)
		buf_drop(&node->path);
	vec_drop(&plan->nodes);
	buf_drop(&plan->top);
	buf_drop(&plan->path);
	buf_drop(&plan->link);
	free(plan->slots);
	free(plan);
}

struct span entry_plan_top(const struct entry_plan *plan)
{
	return buf_span(&plan->top);
}

/* FNV-1a. Paths made to collide cost time only, and the number of entries bounds that. */
static uint64_t hash_of(struct span path)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < path.n; i++)
		hash = (hash ^ (unsigned char)path.s[i]) * 0x100000001b3;
	return hash;
}

/* The slot that holds path, or the free one where it belongs. */
static size_t *find_slot(const struct entry_plan *plan, struct span path, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & (plan->size - 1);

	while (plan->slots[at]) {
		const struct node *node = &plan->nodes.v[plan->slots[at] - 1];

		if (node->hash == hash && span_is(buf_span(&node->path), path))
			break;
		at = (at + 1) & (plan->size - 1);
	}
	return &plan->slots[at];
}

static const struct node *get_node(const struct entry_plan *plan, struct span path)
{
	size_t slot = *find_slot(plan, path, hash_of(path));

	return slot ? &plan->nodes.v[slot - 1] : NULL;
}

static void grow_slots(struct entry_plan *plan)
{
	free(plan->slots);
	plan->size *= 2;
	plan->slots = mem_zero(plan->size, sizeof(plan->slots[0]));
	for (size_t i = 0; i < plan->nodes.n; i++) {
		const struct node *node = &plan->nodes.v[i];

		*find_slot(plan, buf_span(&node->path), node->hash) = i + 1;
	}
}

/* Says why a member is refused; its name is cut, so that the reason is always seen. */
static int refuse(const struct entry_raw *raw, struct err *err, const char *why)
{
	if (!raw->path.n)
		return err_set(err, ERR_INSTALLER, "a member without a name");
	return err_set(
		err, ERR_INSTALLER, "member %.*s: %s", SPAN_ARG(span_cut(raw->path, 0, 200)), why);
}

static int refuse_over(const struct entry_raw *raw, struct err *err, const char *what, size_t limit)
{
	AUTO(buf) why = BUF_INIT;

	buf_addf(&why, "%s %zu", what, limit);
	return refuse(raw, err, why.s);
}

/* Takes path for the member; everything that is made counts against the limit, folders that no
 * member states too. */
static int add_node(struct entry_plan *plan, const struct entry_raw *raw, struct span path,
	struct node value, struct err *err)
{
	struct node *node;

	if (plan->nodes.n >= (uint64_t)plan->limits.entries)
		return refuse_over(raw, err, "the archive has more entries than",
			(size_t)plan->limits.entries);
	if (2 * (plan->nodes.n + 1) > plan->size)
		grow_slots(plan);
	node = vec_push(&plan->nodes);
	*node = value;
	node->path = BUF_INIT;
	node->hash = hash_of(path);
	buf_set(&node->path, path);
	*find_slot(plan, path, node->hash) = plan->nodes.n;
	return 0;
}

static bool is_reserved(const struct entry_plan *plan, struct span name)
{
	for (const char *const *r = plan->limits.reserved; r && *r; r++)
		if (span_is_text(name, *r))
			return true;
	return false;
}

/* Splits off the top folder and writes the rest, without what says nothing, to *out. The first
 * member's top becomes everyone's. An empty *out is the top itself; *outer says it was not even
 * that ("./"). */
static int normalise(struct entry_plan *plan, const struct entry_raw *raw, struct span path,
	struct buf *out, bool *outer, struct err *err)
{
	struct span part;

	buf_clear(out);
	*outer = true;
	if (!path.n)
		return refuse(raw, err, "has no path");
	if (memchr(path.s, 0, path.n))
		return refuse(raw, err, "has a NUL in its path");
	if (path.n > plan->limits.path)
		return refuse_over(raw, err, "its path has more bytes than", plan->limits.path);
	if (path.s[0] == '/')
		return refuse(raw, err, "has an absolute path");
	while (span_split(&path, '/', &part)) {
		if (!part.n || span_is_text(part, "."))
			continue;
		if (span_is_text(part, ".."))
			return refuse(raw, err, "has \"..\" in its path");
		if (part.n > plan->limits.component)
			return refuse_over(raw, err, "a part of its path has more bytes than",
				plan->limits.component);
		if (!*outer && !out->n && is_reserved(plan, part))
			return refuse(
				raw, err, "has a name that fardel itself uses in an installation");
		if (!*outer) {
			if (out->n)
				buf_addc(out, '/');
			buf_add_span(out, part);
		} else if (!plan->top.n) {
			buf_set(&plan->top, part);
		} else if (!span_is(buf_span(&plan->top), part)) {
			return refuse(raw, err, "is not below the archive's top folder");
		}
		*outer = false;
	}
	return 0;
}

/* Takes the folders above path, or finds them taken by folders. */
static int take_folders(
	struct entry_plan *plan, const struct entry_raw *raw, struct span path, struct err *err)
{
	unsigned depth = raw->type == ENTRY_DIR;

	for (size_t i = 0; i < path.n; i++)
		depth += path.s[i] == '/';
	if (depth > plan->limits.depth)
		return refuse_over(raw, err, "is in more folders than", (size_t)plan->limits.depth);
	for (size_t i = 0; i < path.n; i++) {
		struct span folder = span_cut(path, 0, i);
		const struct node *node;

		if (path.s[i] != '/')
			continue;
		node = get_node(plan, folder);
		if (node && node->type != ENTRY_DIR)
			return refuse(raw, err, "is below something that is not a folder");
		if (!node && add_node(plan, raw, folder, (struct node){.type = ENTRY_DIR}, err) < 0)
			return -1;
	}
	return 0;
}

static int plan_symlink(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	if (!raw->link.n)
		return refuse(raw, err, "is a symbolic link without a target");
	if (memchr(raw->link.s, 0, raw->link.n))
		return refuse(raw, err, "is a symbolic link with a NUL in its target");
	if (raw->link.n > plan->limits.path)
		return refuse_over(raw, err, "its target has more bytes than", plan->limits.path);
	buf_set(&plan->link, raw->link);
	act->link = buf_span(&plan->link);
	act->mode = 0;
	return 0;
}

static int plan_hardlink(struct entry_plan *plan, const struct entry_raw *raw,
	struct entry_act *act, struct err *err)
{
	const struct node *node;
	bool outer;

	if (normalise(plan, raw, raw->link, &plan->link, &outer, err) < 0)
		return err_at(err, "target of a hard link");
	node = get_node(plan, buf_span(&plan->link));
	if (!node || node->type != ENTRY_FILE)
		return refuse(raw, err, "is a hard link to what is no file that came before");
	act->link = buf_span(&plan->link);
	act->mode = node->mode;
	return 0;
}

static int plan_file(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	if (raw->size > plan->limits.bytes - plan->bytes)
		return entry_plan_bytes(plan, (size_t)raw->size, err);
	act->mode = raw->mode & 0111 ? 0755 : 0644;
	return 0;
}

int entry_plan_next(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	const struct node *node;
	bool outer;
	int done = 0;

	*act = (struct entry_act){
		.type = raw->type, .path = SPAN(""), .link = SPAN(""), .mode = 0755};
	if (normalise(plan, raw, raw->path, &plan->path, &outer, err) < 0)
		return -1;
	act->path = buf_span(&plan->path);
	act->skip = outer || !plan->path.n;
	if (act->skip)
		return raw->type == ENTRY_DIR
			       ? 0
			       : refuse(raw, err, "is the top of the archive, but no folder");
	if (take_folders(plan, raw, act->path, err) < 0)
		return -1;
	node = get_node(plan, act->path);
	if (node && node->type == ENTRY_DIR && raw->type == ENTRY_DIR)
		return 0;
	if (node)
		return refuse(raw, err, "is there twice");
	if (raw->type == ENTRY_SYMLINK)
		done = plan_symlink(plan, raw, act, err);
	else if (raw->type == ENTRY_HARDLINK)
		done = plan_hardlink(plan, raw, act, err);
	else if (raw->type == ENTRY_FILE)
		done = plan_file(plan, raw, act, err);
	if (done < 0)
		return -1;
	return add_node(plan, raw, act->path,
		(struct node){.type = raw->type == ENTRY_HARDLINK ? ENTRY_FILE : raw->type,
			.mode = act->mode},
		err);
}

int entry_plan_bytes(struct entry_plan *plan, size_t n, struct err *err)
{
	AUTO(buf) size = BUF_INIT;

	if (n <= (uint64_t)(plan->limits.bytes - plan->bytes)) {
		plan->bytes += (int64_t)n;
		return 0;
	}
	text_size(&size, plan->limits.bytes);
	return err_set(err, ERR_INSTALLER, "the archive holds more than %s", size.s);
}
