/* archive: packs of vendors, which fardel-unpack takes apart: their bytes are never read in the script's own process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "rules/appimage.h"
#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"
#include "rules/programs.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

static const struct field extract_fields[] = {{"dir", FIELD_PATH, true},
	{"exclude", FIELD_WORDS, false}, {"include", FIELD_WORDS, false},
	{"pack", FIELD_PATH, true}, {"strip", FIELD_INTEGER, false}, {0}};

#define PACK_PATH "/proc/self/fd/0" /* of a tool's stdin, to itself */

/* A pack on its way. */
struct extraction {
	struct lua_run *run;
	const char *name;
	struct spot at;
	int pack;
	int dir; /* -1: it is only listed */
	struct words argv;
	struct buf strip;
};

static void extraction_drop(struct extraction *x)
{
	spot_drop(&x->at);
	fd_drop(&x->pack);
	fd_drop(&x->dir);
	words_drop(&x->argv);
	buf_drop(&x->strip);
}

static void add(struct extraction *x, const char *word)
{
	*vec_push(&x->argv.of) = word;
}

static void add_globs(
	struct extraction *x, const char *option, const struct value_table *t, const char *field)
{
	AUTO(words) globs = {0};

	field_words(t, field, &globs);
	for (size_t i = 0; i < globs.of.n; i++) {
		add(x, option);
		add(x, globs.of.v[i]);
	}
}

/* What it said last, without the name that it was not told. */
static int tell(const struct extraction *x, const struct program_end *end, struct err *err)
{
	struct span rest = buf_span(&end->err), line, last = SPAN("it cannot be unpacked");

	while (span_split(&rest, '\n', &line))
		if (line.n)
			last = line;
	if (span_starts(last, "fardel-unpack: -: "))
		last = span_cut(last, strlen("fardel-unpack: -: "), last.n);
	if (span_ends(last, " on " PACK_PATH))
		last = span_cut(last, 0, last.n - strlen(" on " PACK_PATH));
	return err_set(err, ERR_FAILED, "%s: %.*s", x->name, SPAN_ARG(span_cut(last, 0, 400)));
}

static int run_it(struct extraction *x, int program, struct buf *out, struct err *err)
{
	AUTO(program_end) end = PROGRAM_END_INIT;
	struct program p = {
		.fd = program, .in = x->pack, .dir = x->dir, .keeps_out = true, .keeps_err = true};

	add(x, NULL);
	p.argv = x->argv.of.v;
	if (program_run(x->run, &p, &end, err) < 0)
		return err->code == ERR_POLICY ? -1 : err_at(err, "%s", x->name);
	if (end.status)
		return tell(x, &end, err);
	if (end.err.n)
		lua_run_pass(STDERR_FILENO, buf_span(&end.err));
	if (out)
		buf_add_span(out, buf_span(&end.out));
	return 0;
}

static int open_pack(struct extraction *x, const char *path, struct err *err)
{
	struct stat st;

	x->name = path;
	if (deed_find(x->run, path, SPOT_FOLLOW, &x->at, err) < 0)
		return -1;
	x->pack = spot_open(&x->at, &st, err);
	return x->pack < 0 ? err_at(err, "%s", path) : 0;
}

static int open_dir(struct extraction *x, const char *path, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;

	if (deed_make_folder(x->run, path, 0755, err) < 0 ||
		deed_find(x->run, path, SPOT_WRITE | SPOT_FOLLOW, &spot, err) < 0)
		return -1;
	x->dir = file_open(spot.fd, spot.name.s, O_RDONLY | O_DIRECTORY, 0, err);
	return x->dir < 0 ? err_at(err, "%s", path) : 0;
}

/* Whoever runs an AppImage is the one who mounts it, so its folders may be closed to all others. Those may be a user's, who then can put a
 * link there: only what was looked at is touched. */
static int open_up(void *arg, const struct tree_entry *e, struct err *err)
{
	mode_t mode = e->st->st_mode & 07777;
	mode_t more = S_ISDIR(e->st->st_mode) || (mode & 0111) ? 0755 : 0644;

	(void)arg;
	if ((!S_ISREG(e->st->st_mode) && !S_ISDIR(e->st->st_mode)) || (mode | more) == mode)
		return 0;
	return file_set_mode(e->parent, e->name, e->st, mode | more, err);
}

/* Its files are a squashfs behind a program, which is not run. The system's tool takes a path: that of its stdin, which is the pack that was
 * looked at, whatever has that name by now. It starts in the folder to write to. */
static int extract_appimage(
	struct extraction *x, const struct value_table *t, int64_t offset, struct err *err)
{
	AUTO(buf) at = BUF_INIT;
	const char *const words[] = {"unsquashfs", "-quiet", "-no-progress", "-no-xattrs", "-force",
		"-dest", ".", "-offset"};

	if (field_given(t, "strip") || field_given(t, "include") || field_given(t, "exclude"))
		return err_set(err, ERR_FAILED,
			"%s: an AppImage is extracted whole, without strip, include and exclude",
			x->name);
	for (size_t i = 0; i < COUNT(words); i++)
		add(x, words[i]);
	buf_addf(&at, "%lld", (long long)offset);
	add(x, at.s);
	add(x, PACK_PATH);
	if (run_it(x, -1, NULL, err) < 0)
		return -1;
	if (fchmod(x->dir, 0755) < 0)
		return err_sys(err, "%s", field_word(t, "dir"));
	return tree_walk(x->dir, open_up, NULL, err) < 0 ? err_at(err, "%s", x->name) : 0;
}

static int extract_other(struct extraction *x, const struct value_table *t, struct err *err)
{
	add(x, "fardel-unpack");
	if (field_given(t, "strip")) {
		buf_addf(&x->strip, "%lld", (long long)field_integer(t, "strip"));
		add(x, "--strip");
		add(x, x->strip.s);
	}
	add_globs(x, "--include", t, "include");
	add_globs(x, "--exclude", t, "exclude");
	add(x, "-");
	add(x, ".");
	return run_it(x, LUA_UNPACK_FD, NULL, err);
}

#define EXTRACTION_INIT \
	{ \
		.at = SPOT_INIT, .pack = -1, .dir = -1, .strip = BUF_INIT \
	}

int lua_archive_extract(struct lua_run *run, const struct value_table *t, struct err *err)
{
	AUTO(extraction) x = EXTRACTION_INIT;
	int64_t offset;

	x.run = run;
	if (open_pack(&x, field_word(t, "pack"), err) < 0 ||
		open_dir(&x, field_word(t, "dir"), err) < 0)
		return -1;
	offset = appimage_offset(x.pack);
	return offset ? extract_appimage(&x, t, offset, err) : extract_other(&x, t, err);
}

static int archive_extract(struct script_call *c, struct err *err)
{
	const struct value_table *t;

	if (args_table(c, 0, "what is extracted", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, extract_fields, false, err) < 0)
		return -1;
	return lua_archive_extract(c->context, t, err);
}

static int give_list(struct script_call *c, struct span text, struct err *err)
{
	struct value list = value_list();
	struct span line;

	args_give(c, list);
	while (span_split(&text, '\n', &line)) {
		AUTO(buf) path = BUF_INIT;

		if (!text_unescape(&path, line))
			return err_set(err, ERR_FAILED, "a name in it cannot be told");
		value_append(&list, value_take(&path));
	}
	return 0;
}

static int archive_list(struct script_call *c, struct err *err)
{
	AUTO(extraction) x = EXTRACTION_INIT;
	AUTO(buf) text = BUF_INIT;
	const char *path;

	x.run = c->context;
	if (args_path(c, 0, "pack", &path, err) < 0 || args_at_most(c, 1, err) < 0 ||
		open_pack(&x, path, err) < 0)
		return -1;
	if (appimage_offset(x.pack))
		return err_set(
			err, ERR_FAILED, "%s: an AppImage is not listed, only extracted", path);
	add(&x, "fardel-unpack");
	add(&x, "--list");
	add(&x, "-");
	if (run_it(&x, LUA_UNPACK_FD, &text, err) < 0)
		return -1;
	return give_list(c, buf_span(&text), err);
}

const struct script_function lua_archive[] = {
	{"extract", archive_extract}, {"list", archive_list}, {0}};
