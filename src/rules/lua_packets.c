/* What the hooks of Packets' packages have: globals, and functions of os that give true, or false and "[packets] …". */
#include <errno.h>
#include <string.h>

#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"

const char lua_packets_prelude[] = "unpack = table.unpack loadstring = load";

static int path_join(struct script_call *c, struct err *err)
{
	for (const struct script_function *f = lua_path; f->name; f++)
		if (!strcmp(f->name, "join"))
			return f->fn(c, err);
	return err_set(err, ERR_FAILED, "it is not there");
}

/* What the hook is told: bounds end it all the same. */
static int tell(struct script_call *c, int rc, const char *what, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (rc < 0 && err->code == ERR_POLICY)
		return -1;
	args_give(c, value_bool(rc >= 0));
	if (rc >= 0)
		return 0;
	if (err->code == ERR_UNSAFE)
		buf_adds(&text, "[packets] unsafe filepath");
	else
		buf_addf(&text, "[packets] %s failed\n%s", what, err->text);
	args_give(c, value_take(&text));
	err_clear(err);
	return 0;
}

static int os_remove(struct script_call *c, struct err *err)
{
	const char *path;
	int rc = args_path(c, 0, "path", &path, err);

	if (rc == 0)
		rc = deed_remove(c->context, path, true, err);
	return tell(c, rc, "remove", err);
}

static int two_paths(
	struct script_call *c, const char **first, const char **second, struct err *err)
{
	return args_path(c, 0, "the first path", first, err) < 0
		       ? -1
		       : args_path(c, 1, "the second path", second, err);
}

static int os_rename(struct script_call *c, struct err *err)
{
	const char *from, *to;
	int rc = two_paths(c, &from, &to, err);

	if (rc == 0)
		rc = deed_move(c->context, from, to, err);
	return tell(c, rc, "rename", err);
}

static int os_copy(struct script_call *c, struct err *err)
{
	const char *from, *to;
	int rc = two_paths(c, &from, &to, err);

	if (rc == 0)
		rc = deed_copy(c->context, from, to, DEED_MODE_KEEP, true, err);
	return tell(c, rc, "copy", err);
}

/* A ".." behind a part that is not there leads up from wherever that one will be: a link, perhaps. What is behind the last ".." leads
 * down only. */
static int check_ups(struct lua_run *run, const char *path, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO(buf) above = BUF_INIT;
	struct span rest = span_of(path), part;
	struct err why = ERR_INIT;
	size_t n = 0;

	while (span_split(&rest, '/', &part))
		if (span_is_text(part, ".."))
			n = (size_t)(part.s + part.n - path);
	buf_set(&above, (struct span){path, n});
	if (!n || deed_find(run, above.s, SPOT_READ, &spot, &why) == 0)
		return 0;
	return err_set(err, ERR_UNSAFE, "%s: nobody knows where it will lead", path);
}

/* Where the link would lead has to be a place, too, whether something is there or not. */
static int check_target(struct lua_run *run, const char *target, const char *link, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;
	AUTO(buf) path = BUF_INIT;
	const char *slash = strrchr(link, '/');

	if (target[0] != '/' && slash) {
		buf_set(&path, (struct span){link, (size_t)(slash - link)});
		buf_add_path(&path, target);
	} else {
		buf_sets(&path, target);
	}
	if (deed_find(run, path.s, SPOT_FOLLOW, &spot, err) == 0)
		return 0;
	if (err->sys != ENOENT)
		return -1;
	err_clear(err);
	return check_ups(run, path.s, err);
}

/* The folder that the link is to be in: a target begins there. */
static int make_way(struct lua_run *run, const char *link, struct err *err)
{
	AUTO(spot) spot = SPOT_INIT;

	return deed_find(run, link, SPOT_WRITE | SPOT_PARENTS, &spot, err);
}

static int os_symlink(struct script_call *c, struct err *err)
{
	const char *target, *link;
	int rc = two_paths(c, &target, &link, err);

	if (rc == 0)
		rc = make_way(c->context, link, err);
	if (rc == 0)
		rc = check_target(c->context, target, link, err);
	if (rc == 0)
		rc = deed_link(c->context, target, link, err);
	return tell(c, rc, "symlink", err);
}

/* Hooks write 0755, which is 755 in Lua: a number that no mode can be is taken by its digits. */
static mode_t mode_of(int64_t number)
{
	mode_t mode = 0, place = 1;

	if (number <= 0777)
		return (mode_t)number & 0777;
	for (; number; number /= 10, place *= 8)
		mode += (mode_t)(number % 10) * place;
	return mode & 0777;
}

static int os_mkdir(struct script_call *c, struct err *err)
{
	const char *path;
	int64_t mode = 0755;
	int rc = args_path(c, 0, "path", &path, err);

	if (rc == 0 && args_given(c, 1))
		rc = args_integer(c, 1, "perm", &mode, err);
	if (rc == 0 && (mode < 0 || mode > 7777))
		rc = err_set(err, ERR_FAILED, "perm: no mode");
	if (rc == 0)
		rc = deed_make_folder(c->context, path, mode_of(mode), err);
	return tell(c, rc, "mkdir", err);
}

void lua_packets_globals(struct lua_run *run)
{
	VEC_FOR (const struct order_pair, p, &run->order.globals)
		script_set(run->script, NULL, p->name.s, value_text(buf_span(&p->value)));
}

const struct script_function lua_packets[] = {{"path_join", path_join}, {0}};

const struct script_function lua_packets_os[] = {{"copy", os_copy}, {"mkdir", os_mkdir},
	{"remove", os_remove}, {"rename", os_rename}, {"symlink", os_symlink}, {0}};
