/* What this kernel offers for confinement and staging. */
#include "sys/features.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/fd.h"
#include "sys/file.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#define LANDLOCK_VERSION 1U

static bool has_overlay(void)
{
	AUTO_FD fd = open("/proc/filesystems", O_RDONLY | O_CLOEXEC);
	AUTO(buf) text = BUF_INIT;
	struct err ignored = ERR_INIT;

	return fd >= 0 && file_read_fd(fd, 1 << 16, &text, &ignored) == 0 &&
	       strstr(text.s, "\toverlay\n");
}

static bool has_openat2(void)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
	AUTO_FD fd = (int)syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how));

	return fd >= 0;
}

static bool has_seccomp(void)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

struct features features_look(void)
{
	long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

	return (struct features){
		.overlay = has_overlay(),
		.user_namespaces = access("/proc/self/ns/user", F_OK) == 0,
		.landlock = landlock > 0 ? (int)landlock : 0,
		.seccomp = has_seccomp(),
		.openat2 = has_openat2(),
	};
}
