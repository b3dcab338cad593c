/* How each kind of program is confined. */
#include "engine/confine.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

#include "sys/seccomp.h"

#define NOBODYS_UID 2000001001 /* beyond what containers and distributions hand out */
#define MIB (1LL << 20)
#define GIB (1LL << 30)

/* A sanitizer reserves terabytes. */
#ifdef __SANITIZE_ADDRESS__
#define SPACE 0
#else
#define SPACE GIB
#endif

static const struct {
	enum seccomp_profile profile;
	unsigned namespaces;
	bool network, programs;
	struct sandbox_limits limits;
} table[CONFINE_KINDS] = {
	[CONFINE_LOOK] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 120, .file_size = MIB, .open_files = 64}},
	[CONFINE_EXTRACT] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 120, .file_size = GIB / 8, .open_files = 64}},
	[CONFINE_LOOK_PACKETS] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 1800, .file_size = MIB, .open_files = 64}},
	[CONFINE_EXTRACT_PACKETS] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 1800, .file_size = 8 * GIB, .open_files = 64}},
	[CONFINE_FETCH] = {SECCOMP_FETCH, 0, true, true, {.file_size = MIB, .open_files = 256}},
	[CONFINE_INDEX] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 600,
			.file_size = 4 * GIB,
			.open_files = 64,
			.address_space = SPACE}},
	[CONFINE_TREE] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 1800, .file_size = 8 * GIB, .open_files = 64}},
	[CONFINE_VERIFY] = {SECCOMP_WORKER, 0, false, true, {.cpu_seconds = 30, .open_files = 64}},
	[CONFINE_SYNTAX] = {SECCOMP_WORKER, 0, false, true,
		{.cpu_seconds = 10, .file_size = MIB, .open_files = 16, .address_space = SPACE}},
	[CONFINE_DOWNLOAD] = {SECCOMP_RULES,
		SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_IPC | SANDBOX_UTS, true, true,
		{.open_files = 1024}},
	[CONFINE_UNPACK] = {SECCOMP_RULES_OFFLINE,
		SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_NET | SANDBOX_IPC | SANDBOX_UTS, false, true,
		{.open_files = 1024}},
	[CONFINE_APT] = {SECCOMP_RULES_OFFLINE, 0, false, false,
		{.cpu_seconds = 120, .open_files = 1024}},
	[CONFINE_STAGE] = {SECCOMP_STAGE_OFFLINE,
		SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_NET | SANDBOX_IPC | SANDBOX_UTS, false, false,
		{.open_files = 1024}},
	[CONFINE_STAGE_NETWORK] = {SECCOMP_STAGE,
		SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_IPC | SANDBOX_UTS, true, false,
		{.open_files = 1024}},
};

uid_t confine_uid(struct engine *e)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return geteuid();
	if (!e->confined.uid) {
		user = getpwnam("_fardel");
		e->confined.uid = user ? user->pw_uid : NOBODYS_UID;
		e->confined.gid = user ? user->pw_gid : NOBODYS_UID;
	}
	return e->confined.uid;
}

gid_t confine_gid(struct engine *e)
{
	if (geteuid() != 0)
		return getegid();
	confine_uid(e);
	return e->confined.gid;
}

void confine(struct engine *e, enum confine_kind kind, struct sandbox *out)
{
	bool stays = kind == CONFINE_STAGE ||
		     kind == CONFINE_STAGE_NETWORK; /* root, of what is shown to it */

	*out = (struct sandbox){
		.uid = stays || geteuid() != 0 ? (uid_t)-1 : confine_uid(e),
		.gid = stays || geteuid() != 0 ? (gid_t)-1 : confine_gid(e),
		.stage = stays,
		.capabilities = stays ? SANDBOX_STAGE_CAPABILITIES : 0,
		.namespaces = table[kind].namespaces,
		.net = table[kind].namespaces & SANDBOX_NET ? nonet_get(&e->nonet) : 0,
		.required = e->config.require_sandbox ? SANDBOX_ALL : 0,
		.network = table[kind].network,
		.programs = table[kind].programs,
		.filter = seccomp_filter(table[kind].profile),
		.limits = table[kind].limits,
	};
}

void readable_drop(struct readable *r)
{
	vec_drop(&r->of);
}

void confine_readable(const struct engine *e, struct readable *out)
{
	for (size_t i = 0; i < e->config.rules_read.of.n; i++)
		*vec_push(&out->of) = (struct landlock_path){
			e->config.rules_read.of.v[i].s, -1, LANDLOCK_READ | LANDLOCK_EXECUTE};
}

int confine_give(struct engine *e, int dir, struct err *err)
{
	/* EINVAL: a user namespace has no such user; then nobody becomes it either. */
	if (geteuid() == 0 && fchown(dir, confine_uid(e), confine_gid(e)) < 0 && errno != EINVAL)
		return err_sys(err, "give a folder to the user that works in it");
	return 0;
}

void confine_tell(struct engine *e, const struct process *p)
{
	AUTO(buf) names = BUF_INIT;

	if (!p->missing || e->confined.told)
		return;
	e->confined.told = true;
	sandbox_name_parts(p->missing, &names);
	engine_tell(e, WATCH_INFO, SPAN(""),
		"this machine lacks a part of the confinement: %s (see: fardel doctor)", names.s);
}
