/* puzzle [--lazy]: answers puzzles from its input, one after the other, on its output. A puzzle ends with a line "."; so does its answer.
 * Lazily: what is offered is looked up by the names that the supply asks for, instead of being given at once.
 *   repository NAME PRIORITY [unsigned]
 *   NAME-OF-REPOSITORY PACKAGE VERSION[#ID]: d RELATION; c RELATION; p RELATION; f FAMILY SERIAL    (VERSION "-": none)
 *   installed PACKAGE VERSION[#ID]: … ; held; automatic; o REPOSITORY that it came from
 *   ask install|upgrade|remove|autoremove|switch [--cascade] NAME[=VERSION]…
 * and an answer
 *   + PACKAGE VERSION REPOSITORY                asked for; "~" for "+": not asked for; then " for " and whose sake
 *   ^ PACKAGE VERSION REPOSITORY                an upgrade; v: a downgrade; - (without a repository): a removal; =: as it is
 *   nothing                                     neither comes nor goes
 *   ? PACKAGE                                   needed by nobody afterwards
 *   note TEXT
 * or
 *   STATUS TEXT, with "| DETAIL" and "> NEXT" below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "solve/resolve.h"
#include "solve/supply.h"

struct package {
	struct supply_item item;
	struct buf relations;
};

struct puzzle {
	struct supply *supply;
	VEC(struct package) packages;
	bool lazy;
	struct resolve_request request;
	VEC(struct span) repositories;
};

static struct span word(struct span *rest)
{
	struct span w = SPAN("");

	while (!w.n && span_split(rest, ' ', &w))
		;
	return w;
}

static void check(int done, const struct err *err)
{
	if (done == 0)
		return;
	fprintf(stderr, "puzzle: %s\n", err->text);
	exit(2);
}

static bool is_installed(const struct package *package)
{
	return package->item.repository == SUPPLY_INSTALLED;
}

static void give(struct puzzle *p, struct package *package)
{
	struct err err = ERR_INIT;

	package->item.relations = buf_span(&package->relations);
	check(supply_add(p->supply, &package->item, &err), &err);
}

static bool provides(const struct package *package, struct span name)
{
	struct span rest = buf_span(&package->relations), line;

	while (span_split(&rest, '\n', &line)) {
		struct span what = word(&line);

		if ((span_is_text(what, "p") || span_is_text(what, "f")) &&
			span_is(word(&line), name))
			return true;
	}
	return false;
}

static void give_installed(struct puzzle *p)
{
	for (size_t i = 0; i < p->packages.n; i++)
		if (is_installed(&p->packages.v[i]))
			give(p, &p->packages.v[i]);
}

static void give_wanted(struct puzzle *p)
{
	struct span name;

	for (size_t i = 0; i < p->request.of.n; i++)
		supply_want(p->supply, p->request.of.v[i].name);
	if (p->request.all)
		supply_want_installed(p->supply);
	/* Who has the name and who provides it are two questions, as they are to an index: some are given twice. */
	while (supply_next(p->supply, &name)) {
		for (size_t i = 0; i < p->packages.n; i++)
			if (!is_installed(&p->packages.v[i]) &&
				span_is(p->packages.v[i].item.name, name))
				give(p, &p->packages.v[i]);
		for (size_t i = 0; i < p->packages.n; i++)
			if (!is_installed(&p->packages.v[i]) && provides(&p->packages.v[i], name))
				give(p, &p->packages.v[i]);
	}
}

static void give_all(struct puzzle *p)
{
	give_installed(p);
	if (p->lazy)
		give_wanted(p);
	for (size_t i = 0; !p->lazy && i < p->packages.n; i++)
		if (!is_installed(&p->packages.v[i]))
			give(p, &p->packages.v[i]);
}

static unsigned repository_of(const struct puzzle *p, struct span name)
{
	for (size_t i = 0; i < p->repositories.n; i++)
		if (span_is(p->repositories.v[i], name))
			return (unsigned)i + 1;
	fprintf(stderr, "puzzle: no repository %.*s\n", SPAN_ARG(name));
	exit(2);
}

static void read_package(struct puzzle *p, struct span line)
{
	const char *colon = memmem(line.s, line.n, ": ", 2);
	const char *end = colon ? colon : line.s + line.n;
	struct span head = {line.s, (size_t)(end - line.s)}, part;
	struct span rest = span_cut(line, head.n + 1, line.n), where = word(&head);
	struct supply_item item = {.name = word(&head)};
	struct span version = word(&head);
	const char *id = memchr(version.s, '#', version.n);
	struct package *added;

	if (id) {
		item.id = span_cut(version, (size_t)(id - version.s) + 1, version.n);
		version.n = (size_t)(id - version.s);
	}
	item.version = span_is_text(version, "-") ? SPAN("") : version;
	item.repository =
		span_is_text(where, "installed") ? SUPPLY_INSTALLED : repository_of(p, where);
	added = vec_push(&p->packages);
	*added = (struct package){.item = item, .relations = BUF_INIT};
	while (span_split(&rest, ';', &part)) {
		part = span_trim(part);
		added->item.held |= span_is_text(part, "held");
		added->item.automatic |= span_is_text(part, "automatic");
		buf_add_span(&added->relations, part);
		buf_addc(&added->relations, '\n');
	}
}

static void read_repository(struct puzzle *p, struct span rest)
{
	struct span name = word(&rest), priority = word(&rest);
	bool is_signed = !span_is_text(word(&rest), "unsigned");
	struct err err = ERR_INIT;
	unsigned number;

	check(supply_repository(
		      p->supply, name, strtoll(priority.s, NULL, 10), is_signed, &number, &err),
		&err);
	*vec_push(&p->repositories) = name;
}

static void read_request(struct puzzle *p, struct span rest)
{
	static const char *const goals[RESOLVE_GOALS] = {
		"install", "upgrade", "remove", "autoremove", "switch"};
	struct span goal = word(&rest), name;

	for (int i = 0; i < RESOLVE_GOALS; i++)
		if (span_is_text(goal, goals[i]))
			p->request.goal = (enum resolve_goal)i;
	while ((name = word(&rest)).n) {
		const char *is = memchr(name.s, '=', name.n);
		size_t n = is ? (size_t)(is - name.s) : name.n;

		if (span_is_text(name, "--cascade"))
			p->request.cascade = true;
		else
			resolve_wish(
				&p->request, span_cut(name, 0, n), span_cut(name, n + 1, name.n));
	}
	p->request.all = p->request.goal == RESOLVE_UPGRADE && !p->request.of.n;
}

static void show_change(const struct puzzle *p, const struct resolve_change *c)
{
	static const char marks[ACTIONS] = {[ACTION_NEW] = '+',
		[ACTION_UPGRADE] = '^',
		[ACTION_DOWNGRADE] = 'v',
		[ACTION_REMOVE] = '-',
		[ACTION_AGAIN] = '='};
	struct supply_item item;
	struct span repository;

	supply_get(p->supply, c->to == RESOLVE_NONE ? c->from : c->to, &item);
	printf("%c %.*s %.*s", marks[c->action], SPAN_ARG(item.name),
		item.version.n ? (int)item.version.n : 1, item.version.n ? item.version.s : "-");
	repository = supply_repository_name(p->supply, item.repository);
	if (repository.n)
		printf(" %.*s", SPAN_ARG(repository));
	if (!c->asked)
		printf(" for %s", c->why.s);
	printf("\n");
}

static void show_refusal(const struct err *err)
{
	struct span rest = span_of(err->detail), line;

	printf("%d %s\n", err_exit(err->code), err->text);
	while (span_split(&rest, '\n', &line))
		printf("| %.*s\n", SPAN_ARG(line));
	if (err->next[0])
		printf("> %s\n", err->next);
}

static void answer(struct puzzle *p)
{
	AUTO(resolution) out = RESOLUTION_INIT;
	struct err err = ERR_INIT;

	give_all(p);
	if (resolve_run(p->supply, &p->request, &out, &err) < 0) {
		show_refusal(&err);
		return;
	}
	if (!out.of.n)
		printf("nothing\n");
	VEC_FOR (const struct resolve_change, c, &out.of)
		show_change(p, c);
	VEC_FOR (const size_t, number, &out.unneeded) {
		struct supply_item item;

		supply_get(p->supply, *number, &item);
		printf("? %.*s\n", SPAN_ARG(item.name));
	}
	VEC_FOR (const struct buf, note, &out.notes.of)
		printf("note %s\n", note->s);
}

static void begin(struct puzzle *p, bool lazy)
{
	*p = (struct puzzle){.supply = supply_new(), .lazy = lazy};
}

static void end(struct puzzle *p)
{
	supply_free(p->supply);
	resolve_request_drop(&p->request);
	for (size_t i = 0; i < p->packages.n; i++)
		buf_drop(&p->packages.v[i].relations);
	vec_drop(&p->packages);
	vec_drop(&p->repositories);
}

int main(int argc, char **argv)
{
	bool lazy = argc == 2 && strcmp(argv[1], "--lazy") == 0;

	struct puzzle p;
	AUTO(buf) all = BUF_INIT;
	struct span rest, line;
	char block[65536];
	size_t n;

	while ((n = fread(block, 1, sizeof(block), stdin)) > 0)
		buf_add(&all, block, n);
	begin(&p, lazy);
	for (rest = buf_span(&all); span_split(&rest, '\n', &line);) {
		if (span_is_text(line, ".")) {
			answer(&p);
			printf(".\n");
			end(&p);
			begin(&p, lazy);
		} else if (span_starts(line, "repository ")) {
			read_repository(&p, span_cut(line, 11, line.n));
		} else if (span_starts(line, "ask ")) {
			read_request(&p, span_cut(line, 4, line.n));
		} else if (line.n && line.s[0] != '#') {
			read_package(&p, line);
		}
	}
	end(&p);
	return 0;
}
