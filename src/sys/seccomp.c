/* Filters of system calls, as the build made them. */
#include "sys/seccomp.h"

#include <linux/filter.h>
#include <sys/syscall.h>

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
};

struct sandbox_filter seccomp_filter(enum seccomp_profile profile)
{
	return filters[profile];
}
