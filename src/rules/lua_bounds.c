/* What ends a script that goes too far. */
#include "rules/lua_bounds.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/mem.h"
#include "sys/seccomp.h"

#define GRACE_MS 200 /* for the script's next instruction, which tells the line best */
#define SPARE_SECONDS 2 /* of CPU until the kernel ends it */
#define HARD_STAYS (-1)
#define SPARE_MEMORY \
	(64LL << 20) /* for what is not the script's: our own, and what we make of what it gives us */

static struct lua_run *guarded; /* a handler is given nothing */
static char why[128];

static void write_line(const char *place)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "%s: %s\n", place, why);

	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(1);
	_exit(1);
}

static void end_blindly(int number)
{
	(void)number;
	write_line(guarded->order.name.s);
}

/* No instruction came: it is in a function of Lua's own, in a finalizer, or in one of ours. */
static void end_now(int number)
{
	char place[256];

	(void)number;
	signal(SIGSEGV, end_blindly);
	signal(SIGBUS, end_blindly);
	script_where(guarded->script, place, sizeof(place));
	write_line(place);
}

/* What we were to make of something was too much. */
static void end_without_memory(void)
{
	snprintf(why, sizeof(why), "more memory than it may use (limit memory: %lld bytes)",
		(long long)guarded->order.limits.memory);
	end_now(0);
}

static void end_soon(int number)
{
	static const struct itimerval soon = {.it_value = {.tv_usec = GRACE_MS * 1000}};

	(void)number;
	script_stop(guarded->script, why);
	setitimer(ITIMER_REAL, &soon, NULL);
}

static int set_limit(unsigned which, int64_t soft, int64_t hard, struct err *err)
{
	struct rlimit now;

	if (getrlimit(which, &now) < 0)
		return err_sys(err, "ask for a limit");
	if (hard != HARD_STAYS && (rlim_t)hard < now.rlim_max)
		now.rlim_max = (rlim_t)hard;
	now.rlim_cur = (rlim_t)soft < now.rlim_max ? (rlim_t)soft : now.rlim_max;
	return setrlimit(which, &now) < 0 ? err_sys(err, "set a limit") : 0;
}

static void handle(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/* A handler runs there when the stack of the script is what overflowed. */
static void set_stack(void)
{
	static char room[64 << 10];
	const stack_t stack = {.ss_sp = room, .ss_size = sizeof(room)};

	sigaltstack(&stack, NULL);
}

static int limit_cpu(int64_t seconds, struct err *err)
{
	snprintf(why, sizeof(why), "more than %lld s of CPU time (limit cpu)", (long long)seconds);
	set_stack();
	handle(SIGXCPU, end_soon);
	handle(SIGALRM, end_now);
	return set_limit(RLIMIT_CPU, seconds, seconds + SPARE_SECONDS, err);
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* it reserves terabytes */
#else
#define SANITIZED false
#endif

/* A hook runs none, nor does download unless its manifest names some; the other phases have the system's own. */
static bool runs_programs(const struct order *o)
{
	return o->programs.n || (o->profile == ORDER_RULES && strcmp(o->phase.s, "download") != 0);
}

/* Programs of a stage are what may be run: what those may do, but for a network. */
static int close_calls(const struct order *o, struct err *err)
{
	if (runs_programs(o))
		return seccomp_enter(SECCOMP_STAGE_OFFLINE, err);
	if (set_limit(RLIMIT_NPROC, 0, 0, err) < 0)
		return -1;
	return seccomp_enter(SECCOMP_SCRIPT, err);
}

int lua_bounds_enter(struct lua_run *run, struct err *err)
{
	const struct order_limits *l = &run->order.limits;

	guarded = run;
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (l->cpu && limit_cpu(l->cpu, err) < 0)
		return -1;
	if (l->file_size && set_limit(RLIMIT_FSIZE, l->file_size, l->file_size, err) < 0)
		return -1;
	mem_when_none(end_without_memory);
	if (l->memory && !SANITIZED &&
		set_limit(RLIMIT_AS, 2 * l->memory + SPARE_MEMORY, HARD_STAYS, err) < 0)
		return -1;
	if (l->open && set_limit(RLIMIT_NOFILE, l->open, l->open, err) < 0)
		return -1;
	return close_calls(&run->order, err);
}
