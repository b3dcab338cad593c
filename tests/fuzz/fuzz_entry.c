/* An archive's members in any order, planned: lines of TYPE MODE SIZE PATH TAB LINK, as "fx3zoom/rules". A first
 * line "s": with small limits; "p": as a pack, "p1 TAB GLOB TAB GLOB": one part of the paths stripped, what is
 * included, and what is not. */
/* LIBS: -lyaml */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/entry.h"

static const struct entry_limits small = {
	.bytes = 1000, .entries = 20, .depth = 4, .component = 10, .path = 60};
static const struct entry_limits small_pack = {.bytes = 1000,
	.entries = 20,
	.depth = 4,
	.component = 10,
	.path = 60,
	.pack = true,
	.ratio = 10,
	.slack = 500};

/* A path that was accepted; what it says must agree with what a plain list of all of them says. */
struct taken {
	struct buf path;
	enum entry_type type;
};

struct list {
	VEC(struct taken) of;
	size_t made; /* ids below this are given */
};

static struct taken *find(struct list *list, struct span path)
{
	VEC_FOR (struct taken, taken, &list->of)
		if (span_is(buf_span(&taken->path), path))
			return taken;
	return NULL;
}

static enum entry_type type_of(char c)
{
	static const char letters[] = "fdlh";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (enum entry_type)(at - letters) : ENTRY_FILE;
}

static int64_t size_of(char c)
{
	return c == '?' ? -1 : c == '!' ? INT64_MAX : c >= '0' && c <= '9' ? (c - '0') * 100 : 0;
}

static struct entry_raw raw_of(struct span line)
{
	struct entry_raw raw = {.path = SPAN(""), .link = SPAN("")};
	const char *tab;

	raw.type = type_of(line.n > 0 ? line.s[0] : 'f');
	raw.mode = line.n > 1 && line.s[1] == 'x' ? 06755 : 0666;
	raw.size = size_of(line.n > 2 ? line.s[2] : '0');
	line = span_cut(line, 3, line.n);
	tab = memchr(line.s, '\t', line.n);
	raw.path = span_cut(line, 0, tab ? (size_t)(tab - line.s) : line.n);
	if (tab)
		raw.link = span_cut(line, raw.path.n + 1, line.n);
	return raw;
}

static void check_path(const struct entry_limits *limits, struct span path)
{
	struct span rest = path, part;
	size_t parts = 0;

	HOLDS(path.n && path.n <= limits->path);
	HOLDS(path.s[0] != '/' && path.s[path.n - 1] != '/');
	HOLDS(!memchr(path.s, 0, path.n));
	while (span_split(&rest, '/', &part)) {
		HOLDS(part.n && part.n <= limits->component);
		HOLDS(!span_is_text(part, ".") && !span_is_text(part, ".."));
		parts++;
	}
	HOLDS(parts <= limits->depth + 1);
}

/* Ids are dense, and name the path; folders that are implied have those right before. */
static void check_id(
	struct entry_plan *plan, struct list *list, const struct entry_act *act, bool is_new)
{
	AUTO(buf) path = BUF_INIT;

	entry_plan_path(plan, act->id, &path);
	HOLDS(span_is(buf_span(&path), act->path));
	for (; list->made < act->id; list->made++) {
		struct taken *implied = vec_push(&list->of);

		*implied = (struct taken){BUF_INIT, ENTRY_DIR};
		entry_plan_path(plan, list->made, &implied->path);
		HOLDS(span_starts(act->path, implied->path.s) &&
			act->path.s[implied->path.n] == '/');
		HOLDS(is_new);
	}
	if (list->made == act->id)
		list->made++;
	HOLDS(act->id < list->made);
}

static void check_mode(const struct entry_limits *limits, const struct entry_act *act)
{
	if (act->type == ENTRY_SYMLINK)
		return;
	HOLDS(limits->pack ? !(act->mode & 07022) : act->mode == 0755 || act->mode == 0644);
}

static void check_act(const struct entry_limits *limits, struct entry_plan *plan, struct list *list,
	const struct entry_act *act)
{
	struct taken *before = find(list, act->path);

	check_path(limits, act->path);
	check_mode(limits, act);
	HOLDS(act->replaces == (before && act->type == ENTRY_FILE));
	HOLDS(!act->replaces || (limits->pack && before->type == ENTRY_FILE));
	HOLDS(!before || act->replaces || (before->type == ENTRY_DIR && act->type == ENTRY_DIR));
	for (size_t i = 0; i < act->path.n; i++) {
		struct taken *above =
			act->path.s[i] == '/' ? find(list, span_cut(act->path, 0, i)) : NULL;

		HOLDS(!above || above->type == ENTRY_DIR);
	}
	if (act->type == ENTRY_HARDLINK) {
		struct taken *target = find(list, act->link);

		HOLDS(target && (target->type == ENTRY_FILE || target->type == ENTRY_HARDLINK));
	}
	HOLDS(act->type != ENTRY_SYMLINK || act->link.n);
	check_id(plan, list, act, !before);
	if (!before) {
		struct taken *taken = vec_push(&list->of);

		*taken = (struct taken){BUF_INIT, act->type};
		buf_set(&taken->path, act->path);
	}
}

static void check_all(const struct entry_limits *limits, struct entry_plan *plan, struct list *list)
{
	HOLDS((int64_t)list->of.n <= limits->entries);
	HOLDS(limits->pack || !list->of.n || entry_plan_top(plan).n);
	VEC_FOR (struct taken, taken, &list->of)
		buf_drop(&taken->path);
	vec_drop(&list->of);
}

static void plan_all(
	const struct entry_limits *limits, const struct entry_choice *choice, struct span text)
{
	struct entry_plan *plan = entry_plan_new(limits);
	struct list list = {0};
	struct err err = ERR_INIT;
	struct span line;
	int64_t read = 0;

	if (choice)
		entry_plan_choose(plan, choice);
	while (span_split(&text, '\n', &line)) {
		struct entry_raw raw = raw_of(line);
		struct entry_act act;

		entry_plan_read(plan, read += (int64_t)line.n);
		/* A member that is refused may have taken the folders above it: nothing goes on then. */
		if (entry_plan_next(plan, &raw, &act, &err) < 0)
			break;
		if (act.skip)
			continue;
		check_act(limits, plan, &list, &act);
		if (raw.size > 0 && entry_plan_bytes(plan, (size_t)raw.size, &err) < 0)
			break;
	}
	HOLDS(err.code == ERR_NONE || err.code == ERR_INSTALLER);
	check_all(limits, plan, &list);
	entry_plan_free(plan);
}

static void plan_pack(struct span head, struct span text)
{
	AUTO(buf) include = BUF_INIT;
	AUTO(buf) exclude = BUF_INIT;
	const char *in[] = {NULL, NULL}, *out[] = {NULL, NULL};
	struct entry_choice choice = {.include = in, .exclude = out};
	struct span part;

	span_split(&head, '\t', &part);
	choice.strip = part.n > 1 && part.s[1] >= '0' && part.s[1] <= '9'
			       ? (unsigned)(part.s[1] - '0')
			       : 0;
	if (span_split(&head, '\t', &part)) {
		buf_set(&include, part);
		in[0] = part.n ? include.s : NULL;
	}
	buf_set(&exclude, head);
	out[0] = head.n ? exclude.s : NULL;
	plan_all(&small_pack, &choice, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), rest = text, head;

	if (span_split(&rest, '\n', &head) && span_starts(head, "p"))
		plan_pack(head, rest);
	else if (span_is_text(head, "s"))
		plan_all(&small, NULL, rest);
	else
		plan_all(&entry_limits_installer, NULL, text);
	return 0;
}
