/* Filters of system calls, as the build made them. */
#include "sys/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filters.inc> /* in the build's folder */

#define FILTER(program) \
	{ \
		program, sizeof(program) / sizeof(program[0]) \
	}

static const struct sandbox_filter filters[SECCOMP_PROFILES] = {
	[SECCOMP_WORKER] = FILTER(worker),
	[SECCOMP_FETCH] = FILTER(fetch),
	[SECCOMP_RULES] = FILTER(rules),
	[SECCOMP_RULES_OFFLINE] = FILTER(rules_offline),
	[SECCOMP_STAGE] = FILTER(stage),
	[SECCOMP_STAGE_OFFLINE] = FILTER(stage_offline),
	[SECCOMP_SCRIPT] = FILTER(script),
};

struct sandbox_filter seccomp_filter(enum seccomp_profile profile)
{
	return filters[profile];
}

int seccomp_enter(enum seccomp_profile profile, struct err *err)
{
	struct sock_fprog program = {.len = filters[profile].count};

	memcpy(&program.filter, &filters[profile].instructions, sizeof(program.filter));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "give up new privileges");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 && errno != ENOSYS &&
		errno != EINVAL)
		return err_sys(err, "filter system calls");
	return 0;
}
