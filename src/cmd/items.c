/* What gc and the cache's commands share. */
#include "cmd/items.h"

#include "base/text.h"
#include "cmd/print.h"

static const struct column columns[ITEMS_PACKS + 1][6] = {
	[ITEMS_INSTALLATIONS] = {{.title = "NAME", .key = "name"}, {.title = "ID", .key = "id"},
		{.title = "WHAT", .key = "what"}, {.title = "SINCE", .key = "since"},
		{.title = "SIZE", .key = "size", .right = true}, {.key = "done"}},
	[ITEMS_PACKS] = {{.title = "USED BY", .key = "used_by", .trunc = true},
		{.title = "PACK", .key = "sha256"}, {.title = "WHAT", .key = "what"},
		{.title = "SINCE", .key = "since"}, {.title = "SIZE", .key = "size", .right = true},
		{.key = "done"}},
};

void items_print(struct run *run, const struct items *items, enum items_kind kind, bool with_done)
{
	const char *key = kind == ITEMS_PACKS ? "packs" : "installations";
	struct sheet *sheet = sheet_new(run, key, columns[kind], COUNT(columns[kind]) - !with_done);

	VEC_FOR (const struct item, i, &items->of) {
		sheet_text(sheet, buf_span(&i->name));
		sheet_id(sheet, buf_span(&i->id));
		sheet_text(sheet, buf_span(&i->what));
		sheet_time(sheet, i->since);
		sheet_size(sheet, i->size);
		if (with_done)
			sheet_bool(sheet, i->done);
	}
	sheet_end(sheet);
}

void items_say_taken(struct run *run, const struct items *items, const char *one, const char *many)
{
	bool dry = run->globals.dry_run;
	AUTO(buf) text = BUF_INIT;
	int64_t bytes = 0;
	size_t n = 0, unknown = 0;

	VEC_FOR (const struct item, i, &items->of) {
		if (!dry && !i->done)
			continue;
		n++;
		unknown += i->size < 0;
		bytes += i->size > 0 ? i->size : 0;
	}
	if (!n) {
		progress_say(&run->progress, SAY_INFO, "Nothing %s.",
			dry ? "would be deleted" : "to delete");
		return;
	}
	print_count(&text, n, one, many);
	buf_adds(&text, dry ? " would be deleted: " : " deleted: ");
	if (unknown)
		buf_adds(&text, unknown < n ? "more than " : "size ");
	text_size(&text, unknown < n ? bytes : -1);
	progress_say(&run->progress, SAY_INFO, "%s.", text.s);
}
