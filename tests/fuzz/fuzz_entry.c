/* An archive's members in any order, planned: lines of TYPE MODE SIZE PATH TAB LINK, as "fx3zoom/rules". */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/entry.h"

static const struct entry_limits small = {
	.bytes = 1000, .entries = 20, .depth = 4, .component = 10, .path = 60};

/* A path that was accepted; what it says must agree with what a plain list of all of them says. */
struct taken {
	struct buf path;
	enum entry_type type;
};

struct list {
	VEC(struct taken) of;
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

static void check_act(
	const struct entry_limits *limits, struct list *list, const struct entry_act *act)
{
	struct taken *before = find(list, act->path);

	check_path(limits, act->path);
	HOLDS(!before || (before->type == ENTRY_DIR && act->type == ENTRY_DIR));
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
	HOLDS(act->mode == 0755 || act->mode == 0644 || act->type == ENTRY_SYMLINK);
	if (!before) {
		struct taken *taken = vec_push(&list->of);

		*taken = (struct taken){BUF_INIT, act->type};
		buf_set(&taken->path, act->path);
	}
}

static void plan_all(const struct entry_limits *limits, struct span text)
{
	struct entry_plan *plan = entry_plan_new(limits);
	struct list list = {0};
	struct err err = ERR_INIT;
	struct span line;

	while (span_split(&text, '\n', &line)) {
		struct entry_raw raw = raw_of(line);
		struct entry_act act;

		if (entry_plan_next(plan, &raw, &act, &err) < 0)
			continue;
		if (!act.skip)
			check_act(limits, &list, &act);
		if (raw.size > 0 && entry_plan_bytes(plan, (size_t)raw.size, &err) < 0)
			break;
	}
	HOLDS((int64_t)list.of.n <= limits->entries);
	HOLDS(!list.of.n || entry_plan_top(plan).n);
	VEC_FOR (struct taken, taken, &list.of)
		buf_drop(&taken->path);
	vec_drop(&list.of);
	entry_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);

	plan_all(span_starts(text, "s") ? &small : &entry_limits_installer,
		span_starts(text, "s\n") ? span_cut(text, 2, text.n) : text);
	return 0;
}
