/* What the engine's own files share while it is open: time, means, and telling. */
#include "engine/session.h"

#include <pwd.h>
#include <stdarg.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "sys/file.h"
#include "sys/process.h"

int64_t engine_now(void)
{
	return (int64_t)time(NULL);
}

int64_t engine_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

unsigned engine_means(struct engine *e)
{
	if (!e->means_known) {
		e->means = process_means();
		e->means_known = true;
	}
	return e->means;
}

int engine_root(const struct engine *e, struct err *err)
{
	return file_open_dir(e->place.root.n ? e->place.root.s : "/", err);
}

void engine_on_wait(void *arg, const char *holder)
{
	struct engine *e = arg;
	struct event event = {
		.kind = WATCH_WAIT, .text = span_of(holder), .total = e->config.lock_timeout};

	e->waited_since = engine_now();
	engine_event(e, &event);
}

int engine_check_rights(const struct engine *e, struct err *err)
{
	if (geteuid() == 0 || e->place.root.n)
		return 0;
	err_set(err, ERR_NEED_ROOT, "this needs root");
	return e->as_puavo ? err_next(err, "run it as root") : -1;
}

int engine_chroot(struct engine *e, bool *chroot, struct err *err)
{
	*chroot = e->place.root.n && e->config.rules_chroot && (engine_means(e) & MEANS_CHROOT);
	if (*chroot || !e->place.root.n || !e->config.rules_chroot)
		return 0;
	err_set(err, ERR_NEED_ROOT,
		"rules cannot be run inside %s: neither chroot nor user namespaces are "
		"allowed here",
		e->place.root.s);
	return err_next(err, "run it as root; or let trusted rules run outside of it, with "
			     "--set rules.chroot=false (they are told FARDEL_ROOT)");
}

void engine_event(struct engine *e, const struct event *event)
{
	if (e->watch)
		e->watch->on(e->watch, event);
}

void engine_tell(
	struct engine *e, enum watch_kind kind, struct span package, const char *format, ...)
{
	AUTO(buf) text = BUF_INIT;
	struct event event = {.kind = kind, .package = package};
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	event.text = buf_span(&text);
	engine_event(e, &event);
	log_line(&e->log, "%s%.*s%s%s", kind == WATCH_WARN ? "warning: " : "", SPAN_ARG(package),
		package.n ? ": " : "", text.s);
	if (kind != WATCH_DEBUG && e->config.log_syslog && !e->place.root.n && e->lock.fd >= 0)
		syslog(kind == WATCH_WARN ? LOG_WARNING : LOG_INFO, "%.*s%s%s", SPAN_ARG(package),
			package.n ? ": " : "", text.s);
}

void engine_user(int64_t uid, struct buf *out)
{
	const struct passwd *user = getpwuid((uid_t)uid);

	if (user)
		buf_adds(out, user->pw_name);
	else
		buf_addf(out, "%lld", (long long)uid);
}
