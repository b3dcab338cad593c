/* An admin's own script. */
#include "engine/lua.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/architecture.h"
#include "engine/rules_lua.h"
#include "engine/session.h"
#include "model/release.h"
#include "sys/fd.h"

/* What fardel-lua has as 3, 4 and 5. */
struct given {
	int fds[3];
};

static void given_drop(struct given *g)
{
	for (size_t i = 0; i < COUNT(g->fds); i++)
		fd_drop(&g->fds[i]);
}

static int check_file(const char *file, struct err *err)
{
	struct stat st;

	if (stat(file, &st) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return err_sys(err, "look at %s", file);
		err_set(err, ERR_NO_PACKAGE, "%s: there is no such file", file);
		return err_next(err, "check the path");
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	err_set(err, ERR_FAILED, "%s is a folder", file);
	return err_next(err, "name the script in it: fardel lua FILE");
}

static int make_order(struct engine *e, const char *file, struct err *err)
{
	AUTO(lua_order) o = {.profile = "admin", .name = file, .script = file};
	AUTO(release) release = RELEASE_INIT;
	AUTO_FREE char *here = getcwd(NULL, 0);
	struct span architecture;

	if (!here)
		return err_sys(err, "find out the current folder");
	o.dir = here;
	*vec_push(&o.places) = (struct lua_place){"/", true, true};
	if (rules_lua_release(e, &release, err) < 0 || architecture_get(e, &architecture, err) < 0)
		return -1;
	o.system = (struct lua_system){architecture.s, release.distribution.s, release.number.s,
		release.codename.s, "C.UTF-8"};
	return rules_lua_order(&o, err);
}

/* Nobody is at the other end of the socket: an admin's script fetches by its own means. */
static int make_given(struct engine *e, const char *file, struct given *g, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket");
	close(pair[0]);
	g->fds[0] = pair[1];
	g->fds[1] = make_order(e, file, err);
	g->fds[2] = g->fds[1] < 0 ? -1 : rules_lua_program(e, LUA_UNPACK_PROGRAM, err);
	return g->fds[2] < 0 ? -1 : 0;
}

/* First out of each other's way. */
static int place_fds(struct given *g, struct err *err)
{
	for (int i = 0; i < (int)COUNT(g->fds); i++) {
		int high = fcntl(g->fds[i], F_DUPFD_CLOEXEC, 16);

		if (high < 0)
			return err_sys(err, "give a descriptor");
		fd_drop(&g->fds[i]);
		g->fds[i] = high;
	}
	for (int i = 0; i < (int)COUNT(g->fds); i++)
		if (dup2(g->fds[i], 3 + i) < 0)
			return err_sys(err, "give a descriptor");
	return 0;
}

int engine_lua(
	struct engine *e, const char *file, const char *const *args, size_t count, struct err *err)
{
	AUTO(given) given = {{-1, -1, -1}};
	AUTO(buf) path = buf_dup(&e->libexec);
	VEC(const char *) argv = {0};

	if (check_file(file, err) < 0 || make_given(e, file, &given, err) < 0 ||
		place_fds(&given, err) < 0)
		return -1;
	buf_add_path(&path, "fardel-lua");
	*vec_push(&argv) = "fardel-lua";
	for (size_t i = 0; i < count; i++)
		*vec_push(&argv) = args[i];
	*vec_push(&argv) = NULL;
	execv(path.s, (char *const *)(uintptr_t)argv.v);
	vec_drop(&argv);
	return err_sys(err, "run %s", path.s);
}
