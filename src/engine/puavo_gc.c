/* What puavo-pkg's two collectors take. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/clean.h"
#include "engine/engine.h"
#include "engine/loop.h"
#include "engine/session.h"
#include "engine/transaction.h"
#include "store/installation.h"
#include "store/puavo_cache.h"
#include "store/puavo_scan.h"
#include "sys/fd.h"

#define BOOT_SERVER_KEEPS (60LL * 24 * 3600) /* seconds */
#define ANSWER_MAX 4096 /* bytes */
#define PATIENCE 10000 /* ms */

/* --- Installations --------------------------------------------------------------------------------------- */

struct answer {
	struct task task; /* first: the loop's callbacks are given its address */
	struct buf text;
};

static int take_answer(struct task *task, struct err *err)
{
	struct answer *a = (struct answer *)task;
	char bytes[1024];
	ssize_t n = read(task->fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n < 0 || a->text.n + (size_t)n > ANSWER_MAX)
		return err_set(err, ERR_FAILED, "puavo-conf says too much");
	buf_add(&a->text, bytes, (size_t)n);
	return n > 0;
}

static const char *find_conf(const struct engine *e)
{
	static const char *const programs[] = {
		"/usr/bin/puavo-conf", "/usr/sbin/puavo-conf", "/usr/local/bin/puavo-conf"};

	for (size_t i = 0; !e->place.root.n && i < COUNT(programs); i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

static int start_conf(const char *program, struct answer *a, struct err *err)
{
	static const char *const envp[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL};
	const char *argv[] = {"puavo-conf", "puavo.hosttype", NULL};
	struct process_spec spec = {
		.program = program, .argv = argv, .envp = envp, .hold = -1, .keep = true};
	int ends[2], result;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	spec.output = ends[1];
	result = process_start(&spec, &a->task.process, err);
	fd_drop(&ends[1]);
	a->task.fd = ends[0];
	a->task.input = take_answer;
	a->task.deadline = engine_ms() + PATIENCE;
	a->task.running = result == 0;
	return result;
}

/* A boot server's clients may use what is only prepared on it. What cannot be found out is not that. */
static int is_boot_server(struct engine *e, bool *server, struct err *err)
{
	const char *program = find_conf(e);
	struct answer a = {.task = TASK_INIT, .text = BUF_INIT};
	struct err failure = ERR_INIT;
	int result = 0;

	*server = false;
	if (!program)
		return 0;
	if (start_conf(program, &a, &failure) == 0 && loop_finish(&a.task, &failure) == 0)
		*server = a.task.status == 0 &&
			  span_is_text(span_trim(buf_span(&a.text)), "bootserver");
	if (failure.code == ERR_SIGNAL)
		result = err_copy(err, &failure);
	else if (failure.code != ERR_NONE)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s: %s", program, failure.text);
	task_drop(&a.task);
	buf_drop(&a.text);
	return result;
}

/* By the links, as the old tool goes by them; and what its own folder says. */
static bool is_of_use(const struct puavo_tree *tree, const struct bundle *b, bool server)
{
	if (b->layout != LAYOUT_PUAVO || bundle_in_use(b))
		return true;
	VEC_FOR (const struct puavo_folder, f, &tree->of)
		if (f->layout == b->layout && span_is(buf_span(&f->name), buf_span(&b->name)) &&
			span_is(buf_span(&f->id), buf_span(&b->puavo_id)))
			return f->installed || f->available ||
			       (server && f->stamped + BOOT_SERVER_KEEPS > engine_now());
	return false;
}

/* What was found to be of no use; borrows from the world. */
struct useless {
	VEC(const struct bundle *) of;
};

static void useless_drop(struct useless *u)
{
	vec_drop(&u->of);
}

static int find_useless(
	struct engine *e, const struct world *world, struct useless *out, struct err *err)
{
	AUTO(puavo_tree) tree = PUAVO_TREE_INIT;
	bool server;

	if (is_boot_server(e, &server, err) < 0 || puavo_scan(&e->place, &tree, err) < 0)
		return -1;
	VEC_FOR (const struct bundle, b, &world->of)
		if (!is_of_use(&tree, b, server))
			*vec_push(&out->of) = b;
	return 0;
}

static bool is_there(struct engine *e, const struct bundle *b)
{
	struct err ignored = ERR_INIT;
	AUTO_FD folder = installation_open_if(&e->place, b, &ignored);

	return folder >= 0 || ignored.code != ERR_NONE;
}

static int take_all(struct engine *e, const struct useless *useless, struct journal *journal,
	struct items *out, struct err *err)
{
	for (size_t i = 0; i < useless->of.n; i++) {
		const struct bundle *b = useless->of.v[i];
		struct item *item;

		if (clean_take(e, journal, b, err) < 0)
			return -1;
		item = vec_push(&out->of);
		*item = (struct item){.name = buf_dup(&b->name),
			.id = buf_dup(&b->puavo_id),
			.what = buf_of("old"),
			.size = b->size,
			.since = b->since,
			.done = !is_there(e, b)};
	}
	return 0;
}

/* A transaction only where there is something: one that does nothing would push out those that can be taken back. */
static int gc(struct engine *e, const struct useless *useless, struct items *out, struct err *err)
{
	AUTO(journal) journal = JOURNAL_INIT;
	AUTO(plan) nothing = PLAN_INIT;
	struct err ending = ERR_INIT;
	int result;

	if (journal_open(&e->db, &nothing, e->command.s, e->user, engine_now(), &journal, err) < 0)
		return -1;
	result = log_open(&e->place, journal.number, false, &e->log, err);
	if (result == 0)
		result = take_all(e, useless, &journal, out, err);
	if (transaction_end(e, &journal, err, &ending) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ending.text);
	return result;
}

int engine_puavo_gc(struct engine *e, struct items *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(useless) useless = {0};

	*out = (struct items){0};
	if (db_world(&e->db, &world, err) < 0 || find_useless(e, &world, &useless, err) < 0)
		return -1;
	if (useless.of.n && gc(e, &useless, out, err) < 0)
		return -1;
	return puavo_sweep(&e->place, true, err);
}

/* --- Packs ----------------------------------------------------------------------------------------------- */

static bool is_linked(const struct puavo_packs *packs, const struct digest *pack)
{
	VEC_FOR (const struct puavo_pack, kept, &packs->kept)
		if (kept->ours && digest_is(&kept->pack, pack))
			return true;
	return false;
}

static bool is_installed(const struct world *world, const struct digest *pack)
{
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, pack);
	VEC_FOR (const struct bundle, b, &world->of)
		if (bundle_has_pack(b, buf_span(&hex)))
			return true;
	return false;
}

int engine_puavo_gc_packs(struct engine *e, struct items *out, struct err *err)
{
	AUTO(puavo_packs) packs = {0};
	AUTO(world) world = WORLD_INIT;

	*out = (struct items){0};
	if (puavo_cache_trim(&e->place, &e->puavo.cachedir, &packs, err) < 0 ||
		db_world(&e->db, &world, err) < 0)
		return -1;
	VEC_FOR (const struct puavo_pack, gone, &packs.gone) {
		struct item *item = vec_push(&out->of);

		*item = (struct item){.name = buf_dup(&gone->name),
			.id = buf_dup(&gone->sum),
			.what = buf_of("old"),
			.size = gone->size,
			.done = true};
		if (gone->ours && !is_linked(&packs, &gone->pack) &&
			!is_installed(&world, &gone->pack) &&
			cache_remove(&e->cache, &gone->pack, err) < 0)
			return -1;
	}
	return 0;
}
