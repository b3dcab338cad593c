/* fs: files, folders and links. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "model/glob.h"
#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define FOUND_MAX 100000 /* paths that one pattern gives */

/* The mode that may stand in argument i. */
static int mode_of(
	const struct script_call *c, size_t i, mode_t otherwise, mode_t *out, struct err *err)
{
	*out = otherwise;
	return args_given(c, i) ? args_mode(&c->args[i], out, err) : 0;
}

static int fs_copy(struct script_call *c, struct err *err)
{
	const char *from, *to;
	mode_t mode;

	if (args_path(c, 0, "from", &from, err) < 0 || args_path(c, 1, "to", &to, err) < 0 ||
		mode_of(c, 2, DEED_MODE_KEEP, &mode, err) < 0 || args_at_most(c, 3, err) < 0)
		return -1;
	return deed_copy(c->context, from, to, mode, false, err);
}

static int fs_move(struct script_call *c, struct err *err)
{
	const char *from, *to;

	if (args_path(c, 0, "from", &from, err) < 0 || args_path(c, 1, "to", &to, err) < 0 ||
		args_at_most(c, 2, err) < 0)
		return -1;
	return deed_move(c->context, from, to, err);
}

static int fs_mkdir(struct script_call *c, struct err *err)
{
	const char *path;
	mode_t mode;

	if (args_path(c, 0, "path", &path, err) < 0 || mode_of(c, 1, 0755, &mode, err) < 0 ||
		args_at_most(c, 2, err) < 0)
		return -1;
	return deed_make_folder(c->context, path, mode, err);
}

static int fs_write(struct script_call *c, struct err *err)
{
	const char *path;
	struct span text;
	mode_t mode;

	if (args_path(c, 0, "path", &path, err) < 0 || args_text(c, 1, "text", &text, err) < 0 ||
		mode_of(c, 2, DEED_MODE_KEEP, &mode, err) < 0 || args_at_most(c, 3, err) < 0)
		return -1;
	return deed_write(c->context, path, mode, text, err);
}

/* What is in the file; nothing where there is none. 1 there, 0 not, -1. */
static int read_if(struct lua_run *run, const char *path, struct buf *out, struct err *err)
{
	if (deed_read(run, path, out, err) == 0)
		return 1;
	if (err->sys != ENOENT)
		return -1;
	err_clear(err);
	return 0;
}

static bool has_line(struct span text, struct span line)
{
	struct span one;

	while (span_split(&text, '\n', &one))
		if (span_is(one, line))
			return true;
	return false;
}

static int fs_append_line(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	const char *path;
	struct span line;
	bool had;

	if (args_path(c, 0, "path", &path, err) < 0 || args_text(c, 1, "line", &line, err) < 0 ||
		args_at_most(c, 2, err) < 0)
		return -1;
	if (memchr(line.s, '\n', line.n))
		return err_set(err, ERR_FAILED, "line: it is more than one line");
	if (read_if(c->context, path, &text, err) < 0)
		return -1;
	had = has_line(buf_span(&text), line);
	args_give(c, value_bool(!had));
	if (had)
		return 0;
	if (text.n && text.s[text.n - 1] != '\n')
		buf_addc(&text, '\n');
	buf_add_span(&text, line);
	buf_addc(&text, '\n');
	return deed_write(c->context, path, DEED_MODE_KEEP, buf_span(&text), err);
}

static const struct field remove_fields[] = {{"recursive", FIELD_BOOL, false}, {0}};

static int fs_remove(struct script_call *c, struct err *err)
{
	const struct value_table *options = NULL;
	const char *path;
	int rc;

	if (args_path(c, 0, "path", &path, err) < 0 || args_at_most(c, 2, err) < 0)
		return -1;
	if (args_given(c, 1) && (args_table(c, 1, "options", &options, err) < 0 ||
					fields_check(options, remove_fields, false, err) < 0))
		return -1;
	rc = deed_remove(c->context, path, field_bool(options, "recursive"), err);
	if (rc < 0)
		return -1;
	args_give(c, value_bool(rc > 0));
	return 0;
}

static int fs_chmod(struct script_call *c, struct err *err)
{
	const char *path;
	mode_t mode;

	if (args_path(c, 0, "path", &path, err) < 0 ||
		args_mode(c->count > 1 ? &c->args[1] : NULL, &mode, err) < 0 ||
		args_at_most(c, 2, err) < 0)
		return -1;
	return deed_chmod(c->context, path, mode, err);
}

static int fs_read(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	const char *path;

	if (args_path(c, 0, "path", &path, err) < 0 || args_at_most(c, 1, err) < 0 ||
		deed_read(c->context, path, &text, err) < 0)
		return -1;
	args_give(c, value_take(&text));
	return 0;
}

/* --- Looking ---------------------------------------------------------------------------------------------- */

static const char *type_of(mode_t mode)
{
	static const struct {
		mode_t type;
		const char *name;
	} types[] = {{S_IFREG, "file"}, {S_IFDIR, "folder"}, {S_IFLNK, "link"}};

	for (size_t i = 0; i < COUNT(types); i++)
		if ((mode & S_IFMT) == types[i].type)
			return types[i].name;
	return "other";
}

/* 1 there, 0 not there (nor the folder that would hold it), -1. */
static int look(struct script_call *c, const char *path, bool follow, struct spot *spot,
	struct stat *st, struct err *err)
{
	if (deed_find(c->context, path, follow ? SPOT_FOLLOW : SPOT_READ, spot, err) == 0)
		return spot_check_way(spot, err) < 0 ? deed_at(spot, path, err)
						     : spot_look(spot, st, err);
	if (err->sys != ENOENT && err->sys != ENOTDIR)
		return -1;
	err_clear(err);
	return 0;
}

static void give_stat(struct script_call *c, const struct spot *spot, const struct stat *st)
{
	struct value table = value_table();
	char target[PATH_MAX];
	ssize_t n;

	value_put(&table, "type", value_text(span_of(type_of(st->st_mode))));
	value_put(&table, "size", value_integer(st->st_size));
	value_put(&table, "mode", value_integer(st->st_mode & 07777));
	value_put(&table, "mtime", value_integer(st->st_mtime));
	value_put(&table, "uid", value_integer(st->st_uid));
	value_put(&table, "gid", value_integer(st->st_gid));
	n = S_ISLNK(st->st_mode) ? readlinkat(spot->fd, spot->name.s, target, sizeof(target)) : -1;
	if (n >= 0)
		value_put(&table, "target", value_text((struct span){target, (size_t)n}));
	args_give(c, table);
}

static int fs_stat(struct script_call *c, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	const char *path;
	struct stat st;
	int there;

	if (args_path(c, 0, "path", &path, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	there = look(c, path, false, &spot, &st, err);
	if (there < 0)
		return -1;
	if (there)
		give_stat(c, &spot, &st);
	else
		args_give(c, VALUE_INIT);
	return 0;
}

static int fs_exists(struct script_call *c, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	const char *path;
	struct stat st;
	int there;

	if (args_path(c, 0, "path", &path, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	there = look(c, path, true, &spot, &st, err);
	if (there < 0)
		return -1;
	args_give(c, value_bool(there));
	return 0;
}

/* A link is often made before what it leads to, so this is no error. What cannot be looked at is not told of. */
static void tell_of_nothing(struct script_call *c, const char *target, const char *path)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO(buf) line = BUF_INIT;
	struct err unknown = ERR_INIT;
	struct stat st;

	if (target[0] != '/' || look(c, target, true, &spot, &st, &unknown) != 0)
		return;
	buf_addf(&line, "warning: %s: %s leads to nothing yet: %s", c->name, path, target);
	lua_run_say(c->context, STDERR_FILENO, buf_span(&line));
}

static int fs_link(struct script_call *c, struct err *err)
{
	const char *target, *path;

	if (args_path(c, 0, "target", &target, err) < 0 ||
		args_path(c, 1, "path", &path, err) < 0 || args_at_most(c, 2, err) < 0 ||
		deed_link(c->context, target, path, err) < 0)
		return -1;
	tell_of_nothing(c, target, path);
	return 0;
}

/* --- Patterns --------------------------------------------------------------------------------------------- */

struct globbing {
	const char *glob; /* whole */
	struct buf base; /* where it begins: its part without a wildcard */
	const struct spot *spot;
	bool deep; /* ** is in it */
	size_t depth; /* slashes behind the base */
	VEC(struct buf) found;
};

static void globbing_drop(struct globbing *g)
{
	buf_drop(&g->base);
	vec_drop_each(&g->found, buf_drop);
}

static int match(void *arg, const struct tree_entry *e, struct err *err)
{
	struct globbing *g = arg;
	AUTO(buf) path = BUF_INIT;
	size_t slashes = 0;

	buf_set(&path, buf_span(&g->base));
	if (path.n)
		buf_add_path(&path, e->path);
	else
		buf_sets(&path, e->path);
	if (glob_matches(g->glob, buf_span(&path))) {
		if (g->found.n == FOUND_MAX)
			return err_set(err, ERR_FAILED, "more than %d paths match", FOUND_MAX);
		*vec_push(&g->found) = buf_dup(&path);
	}
	for (const char *s = e->path; *s; s++)
		slashes += *s == '/';
	/* What not everybody may list is not told of. */
	if (S_ISDIR(e->st->st_mode) && g->spot->place->kind == PLACE_SYSTEM &&
		(e->st->st_mode & 0005) != 0005)
		return 1;
	return S_ISDIR(e->st->st_mode) && !g->deep && slashes >= g->depth;
}

/* All before the first part with a wildcard. */
static void cut_base(struct globbing *g)
{
	size_t wild = strcspn(g->glob, "*?[\\");
	size_t end = 0;

	for (size_t i = 0; i < wild; i++)
		if (g->glob[i] == '/')
			end = i;
	buf_set(&g->base, (struct span){g->glob, end});
	if (!end && g->glob[0] == '/')
		buf_sets(&g->base, "/");
	for (const char *s = g->glob + end + (g->glob[end] == '/'); *s; s++)
		g->depth += *s == '/';
	g->deep = strstr(g->glob, "**");
}

static int compare(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;

	return span_compare(buf_span(x), buf_span(y));
}

static int walk(struct script_call *c, struct globbing *g, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO_FD fd = -1;

	if (deed_find(c->context, g->base.n ? g->base.s : ".", SPOT_FOLLOW, &spot, err) < 0)
		return -1;
	g->spot = &spot;
	fd = spot_open_folder(&spot, err);
	if (fd < 0)
		return -1;
	return tree_walk(fd, match, g, err);
}

static int fs_glob(struct script_call *c, struct err *err)
{
	AUTO(globbing) g = {.base = BUF_INIT};
	struct value list;

	if (args_path(c, 0, "pattern", &g.glob, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	if (!glob_is_whole(g.glob))
		return err_set(err, ERR_FAILED, "%s: [ is not closed", g.glob);
	cut_base(&g);
	if (walk(c, &g, err) < 0) {
		if (err->sys != ENOENT && err->sys != ENOTDIR)
			return err->code == ERR_POLICY ? -1 : err_at(err, "%s", g.glob);
		err_clear(err);
	}
	if (g.found.n)
		qsort(g.found.v, g.found.n, sizeof(g.found.v[0]), compare);
	list = value_list();
	VEC_FOR (struct buf, path, &g.found)
		value_append(&list, value_take(path));
	args_give(c, list);
	return 0;
}

static int fs_replace(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) changed = BUF_INIT;
	struct span find, by, rest;
	const char *path, *at;
	int64_t count = 0;

	if (args_path(c, 0, "path", &path, err) < 0 || args_text(c, 1, "find", &find, err) < 0 ||
		args_text(c, 2, "by", &by, err) < 0 || args_at_most(c, 3, err) < 0 ||
		deed_read(c->context, path, &text, err) < 0)
		return -1;
	if (!find.n)
		return err_set(err, ERR_FAILED, "find: it is empty");
	for (rest = buf_span(&text); (at = memmem(rest.s, rest.n, find.s, find.n)); count++) {
		size_t before = (size_t)(at - rest.s);

		buf_add(&changed, rest.s, before);
		buf_add_span(&changed, by);
		rest = span_cut(rest, before + find.n, rest.n);
	}
	buf_add_span(&changed, rest);
	args_give(c, value_integer(count));
	return count ? deed_write(c->context, path, DEED_MODE_KEEP, buf_span(&changed), err) : 0;
}

const struct script_function lua_fs[] = {{"append_line", fs_append_line}, {"chmod", fs_chmod},
	{"copy", fs_copy}, {"exists", fs_exists}, {"glob", fs_glob}, {"link", fs_link},
	{"mkdir", fs_mkdir}, {"move", fs_move}, {"read", fs_read}, {"remove", fs_remove},
	{"replace", fs_replace}, {"stat", fs_stat}, {"write", fs_write}, {0}};
