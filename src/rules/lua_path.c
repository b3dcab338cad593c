/* path: the text of paths. What a path means, only the kernel knows; nothing is decided here. */
#include <string.h>

#include "rules/args.h"
#include "rules/lua_modules.h"

#define PATH_BYTES 4095

static int path_join(struct script_call *c, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct value joined;
	struct span part;

	for (size_t i = 0; i < c->count; i++) {
		if (args_text(c, i, "part", &part, err) < 0)
			return -1;
		if (memchr(part.s, 0, part.n))
			return err_set(err, ERR_FAILED, "part: a NUL character is in it");
		if (!part.n)
			continue;
		if (path.n)
			buf_add_path(&path, part.s + strspn(part.s, "/"));
		else
			buf_add_span(&path, part);
	}
	if (path.n > PATH_BYTES)
		return err_set(err, ERR_FAILED, "a path of more than %d bytes", PATH_BYTES);
	joined = value_take(&path);
	args_give(c, joined);
	return 0;
}

/* Without slashes at its end. */
static struct span bare(struct span path)
{
	while (path.n > 1 && path.s[path.n - 1] == '/')
		path.n--;
	return path;
}

static const char *last_slash(struct span path)
{
	return memrchr(path.s, '/', path.n);
}

static int path_base(struct script_call *c, struct err *err)
{
	struct span path;
	const char *slash;

	if (args_text(c, 0, "path", &path, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	path = bare(path);
	slash = path.n > 1 ? last_slash(path) : NULL;
	args_give_text(c, slash ? span_cut(path, (size_t)(slash - path.s) + 1, path.n) : path);
	return 0;
}

static int path_dir(struct script_call *c, struct err *err)
{
	struct span path;
	const char *slash;

	if (args_text(c, 0, "path", &path, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	path = bare(path);
	slash = last_slash(path);
	if (!slash)
		args_give_text(c, SPAN("."));
	else
		args_give_text(c, slash == path.s
					  ? SPAN("/")
					  : bare(span_cut(path, 0, (size_t)(slash - path.s))));
	return 0;
}

static int path_ext(struct script_call *c, struct err *err)
{
	struct span path;
	const char *slash, *dot;

	if (args_text(c, 0, "path", &path, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	slash = last_slash(path);
	if (slash)
		path = span_cut(path, (size_t)(slash - path.s) + 1, path.n);
	dot = memrchr(path.s, '.', path.n);
	args_give_text(c,
		dot && dot != path.s ? span_cut(path, (size_t)(dot - path.s), path.n) : SPAN(""));
	return 0;
}

const struct script_function lua_path[] = {
	{"base", path_base}, {"dir", path_dir}, {"ext", path_ext}, {"join", path_join}, {0}};
