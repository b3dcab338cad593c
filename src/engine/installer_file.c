/* An installer's file: looked into, or extracted. */
#include "engine/installer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/worker.h"
#include "model/message.h"
#include "model/packets.h"
#include "store/installation.h"
#include "sys/fd.h"
#include "sys/tree.h"

#define EXTRACT_TIMEOUT 120000 /* ms: installers are small */
#define PACKETS_TIMEOUT 3600000 /* ms: of Packets, the vendor's files are in them */

void looked_drop(struct looked *l)
{
	installer_drop(&l->installer);
	buf_drop(&l->id);
}

int installer_open(const char *path, struct err *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		err_set(err, ERR_NO_PACKAGE, "there is no such file");
		return err_next(err, "check the path");
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INSTALLER, "%s is not a file", path);
	return fd_take(&fd);
}

/* What the worker has said so far. */
struct listening {
	struct facts facts;
	struct extracted result;
};

static void listening_drop(struct listening *l)
{
	facts_drop(&l->facts);
	extracted_drop(&l->result);
}

#define FACTS_MAX 1000

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct listening *l = w->arg;
	struct span name, value;

	if (frame->type == MESSAGE_FACT && message_get_fact(frame->payload, &name, &value) &&
		l->facts.of.n < FACTS_MAX) {
		facts_add(&l->facts, name, value);
		return 0;
	}
	if (frame->type == MESSAGE_EXTRACTED && message_get_extracted(frame->payload, &l->result)) {
		w->finished = true;
		return 0;
	}
	return err_set(err, ERR_WORKER, "fardel-extract said what cannot be understood");
}

static int run(
	struct engine *e, int fd, const char *path, int dir, struct listening *l, struct err *err)
{
	__attribute__((cleanup(worker_drop))) struct worker w = {.frame = on_frame, .arg = l};
	struct extract_order order = {.write = dir >= 0, .packets = packets_is_file(span_of(path))};
	static const enum worker_kind kinds[2][2] = {
		{WORKER_LOOK, WORKER_EXTRACT}, {WORKER_LOOK_PACKETS, WORKER_EXTRACT_PACKETS}};
	AUTO(buf) payload = BUF_INIT;
	int fds[] = {fd, dir};

	*l = (struct listening){.facts = FACTS_INIT, .result = {.top = BUF_INIT, .id = BUF_INIT}};
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "read the installer");
	message_put_extract(&payload, &order);
	if (worker_start(e, &w, kinds[order.packets][order.write], fds, order.write ? 2 : 1,
		    MESSAGE_EXTRACT, buf_span(&payload), err) < 0)
		return -1;
	w.task.deadline = engine_ms() + (order.packets ? PACKETS_TIMEOUT : EXTRACT_TIMEOUT);
	return worker_finish(&w, err);
}

/* What a package of Packets is read by is told by its file's name, and must be what it turned out to be. */
static int check_packets(const struct installer *in, const char *path, struct err *err)
{
	bool is = in->format == FORMAT_PACKETS;

	if (is == packets_is_file(span_of(path)))
		return 0;
	if (!is)
		return err_set(err, ERR_INSTALLER,
			"its file is called as a package of Packets, but its manifest.toml has no [Info]");
	err_set(err, ERR_INSTALLER, "it is a package of Packets, but its file is not called so");
	return err_next(err, "rename the file to %s" PACKETS_SUFFIX, in->name.s);
}

/* Of format 1 the name is the file's; a file that was renamed would become another package. */
static int check_file_name(const struct installer *in, const char *path, struct err *err)
{
	AUTO(buf) name = BUF_INIT;

	if (check_packets(in, path, err) < 0)
		return -1;
	if (in->format != 1)
		return 0;
	if (installer_file_name(span_of(path), &name, err) < 0)
		return -1;
	if (strcmp(name.s, in->name.s) == 0)
		return 0;
	err_set(err, ERR_INSTALLER, "its file is called %s, but the folder in it is %s", name.s,
		in->name.s);
	return err_next(err, "rename the file to %s.tar.gz", in->name.s);
}

/* What the worker said, parsed. */
static int understand(struct listening *l, const char *path, struct looked *out, struct err *err)
{
	l->facts.has_rules = l->result.has_rules;
	l->facts.has_lua = l->result.has_lua;
	l->facts.has_licence = l->result.has_licence;
	if (installer_parse(&l->facts, buf_span(&l->result.top), &out->installer, err) < 0)
		return -1;
	buf_set(&out->id, buf_span(&l->result.id));
	out->size = l->result.bytes;
	if (out->id.n != 64 || strspn(out->id.s, "0123456789abcdef") != 64)
		return err_set(err, ERR_WORKER, "fardel-extract gave an id that is none");
	return check_file_name(&out->installer, path, err);
}

static void tell_left_out(struct engine *e, const struct listening *l, const struct installer *in)
{
	if (l->result.left_out)
		engine_tell(e, WATCH_WARN, buf_span(&in->name),
			"its archive has %lld link%s, left out as Packets does",
			(long long)l->result.left_out, l->result.left_out == 1 ? "" : "s");
}

int installer_look(struct engine *e, int fd, const char *path, struct looked *out, struct err *err)
{
	AUTO(listening) l;

	*out = (struct looked){.id = BUF_INIT};
	installer_init(&out->installer);
	if (run(e, fd, path, -1, &l, err) < 0 || understand(&l, path, out, err) < 0)
		return -1;
	tell_left_out(e, &l, &out->installer);
	return 0;
}

int installer_extract(
	struct engine *e, int fd, const char *path, int dir, struct looked *out, struct err *err)
{
	AUTO(listening) l = {.facts = FACTS_INIT, .result = {.top = BUF_INIT, .id = BUF_INIT}};
	AUTO(buf) made = BUF_INIT;
	int64_t stripped;

	*out = (struct looked){.id = BUF_INIT};
	installer_init(&out->installer);
	if (confine_give(e, dir, err) < 0 || run(e, fd, path, dir, &l, err) < 0 ||
		understand(&l, path, out, err) < 0 ||
		tree_settle(dir, geteuid(), getegid(), &stripped, err) < 0 ||
		installation_id(dir, &made, err) < 0)
		return -1;
	/* The worker is not believed: what counts is what is on disk. */
	if (strcmp(made.s, out->id.s) != 0)
		return err_set(err, ERR_WORKER, "fardel-extract wrote something else than it said");
	tell_left_out(e, &l, &out->installer);
	return 0;
}
