/* An installer's content for lint: of a file by the extract worker, of a folder as it lies there. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/installer_file.h"
#include "engine/lint.h"
#include "engine/worker.h"
#include "model/luet_installer.h"
#include "model/message.h"
#include "model/packets.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define TIMEOUT 120000 /* ms */
#define FILES_MAX 200000
#define PACKETS_TIMEOUT 1800000 /* such a package may be large */

/* --- A file ---------------------------------------------------------------------------------------------- */

/* What the worker has said so far. */
struct hearing {
	struct lint_files *files;
	struct extracted result;
	size_t bytes;
};

static void hearing_drop(struct hearing *h)
{
	extracted_drop(&h->result);
}

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-extract said what cannot be understood");
}

static int take_member(struct hearing *h, struct span payload, struct err *err)
{
	struct lint_file *f;
	struct told_member m;

	if (!message_get_member(payload, &m) || m.type < LINT_FILE || m.type > LINT_OTHER ||
		h->files->of.n >= FILES_MAX)
		return not_understood(err);
	f = lint_files_add(h->files, m.path);
	f->type = (enum lint_type)m.type;
	f->mode = (unsigned)m.mode;
	f->size = m.size;
	f->read = m.reads;
	return 0;
}

static int take_data(struct hearing *h, struct span bytes, struct err *err)
{
	struct lint_file *f = h->files->of.n ? &h->files->of.v[h->files->of.n - 1] : NULL;

	h->bytes += bytes.n;
	if (!f || !f->read || f->text.n + bytes.n > LINT_TEXT_MAX || h->bytes > LINT_TEXTS_MAX)
		return not_understood(err);
	buf_add_span(&f->text, bytes);
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct hearing *h = w->arg;

	switch (frame->type) {
	case MESSAGE_MEMBER: return take_member(h, frame->payload, err);
	case MESSAGE_DATA: return take_data(h, frame->payload, err);
	case MESSAGE_FACT: return 0; /* they are among the members */
	case MESSAGE_EXTRACTED:
		w->finished = message_get_extracted(frame->payload, &h->result);
		return w->finished ? 0 : not_understood(err);
	default: return not_understood(err);
	}
}

static int run(struct engine *e, int fd, bool packets, struct hearing *h, struct err *err)
{
	__attribute__((cleanup(worker_drop))) struct worker w = {.frame = on_frame, .arg = h};
	struct extract_order order = {.tell = true, .packets = packets};
	enum worker_kind kind = packets ? WORKER_LOOK_PACKETS : WORKER_LOOK;
	AUTO(buf) payload = BUF_INIT;

	message_put_extract(&payload, &order);
	if (worker_start(e, &w, kind, &fd, 1, MESSAGE_EXTRACT, buf_span(&payload), err) < 0)
		return -1;
	w.task.deadline = engine_ms() + (packets ? PACKETS_TIMEOUT : TIMEOUT);
	return worker_finish(&w, err);
}

/* As install judges: how a file is read is told by its name, and must be what is in it. */
static int check_name(const char *path, struct lint_files *out, struct err *why)
{
	AUTO(buf) name = BUF_INIT;
	bool packets = packets_is_file(span_of(path));

	if (packets != lint_is_packets(out)) {
		err_set(why, ERR_INSTALLER,
			packets ? "its file is called as a package of Packets, but its manifest.toml has no [Info]"
				: "it is a package of Packets, but its file is not called so");
		return 0;
	}
	if (lint_files_get(out, ".puavo-pkg-version") || lint_files_get(out, "manifest.toml"))
		return 1;
	if (lint_files_get(out, LUET_ARTIFACT) && lint_files_get(out, LUET_DEFINITION)) {
		err_set(why, ERR_INSTALLER,
			"it is made of what a wagon of luet's says: nothing in it is a packager's");
		return 0;
	}
	/* Of format 1 the name is the file's. */
	if (installer_file_name(span_of(path), &name, why) < 0)
		return 0;
	if (strcmp(name.s, out->name.s) == 0)
		return 1;
	err_set(why, ERR_INSTALLER, "its file is called %s, but the folder in it is %s", name.s,
		out->name.s);
	return 0;
}

/* The archive of a package of Packets has no folder that it would be called by. */
static void set_name(const char *path, struct span top, struct lint_files *out)
{
	const char *slash = strrchr(path, '/');
	struct span name = span_of(slash ? slash + 1 : path);

	buf_set(&out->name, packets_is_file(name)
				    ? span_cut(name, 0, name.n - (sizeof(PACKETS_SUFFIX) - 1))
				    : top);
}

int lint_read_file(struct engine *e, const char *path, struct lint_files *out, struct err *why,
	struct err *err)
{
	AUTO(hearing) h = {.files = out, .result = {.top = BUF_INIT, .id = BUF_INIT}};
	AUTO_FD fd = installer_open(path, err);

	if (fd < 0)
		return err_at(err, "%s", path);
	if (run(e, fd, packets_is_file(span_of(path)), &h, err) < 0) {
		if (err->code != ERR_INSTALLER)
			return err_at(err, "%s", path);
		err_copy(why, err);
		err_clear(err);
		return 0;
	}
	set_name(path, buf_span(&h.result.top), out);
	return check_name(path, out, why);
}

/* --- A folder --------------------------------------------------------------------------------------------- */

struct walking {
	struct lint_files *files;
	size_t bytes;
};

static enum lint_type type_of(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return LINT_FILE;
	if (S_ISDIR(st->st_mode))
		return LINT_FOLDER;
	return S_ISLNK(st->st_mode) ? LINT_LINK : LINT_OTHER;
}

static int read_text(
	struct walking *w, const struct tree_entry *e, struct lint_file *f, struct err *err)
{
	AUTO_FD fd = openat(
		e->parent, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", e->path);
	if (file_read_fd(fd, LINT_TEXT_MAX, &f->text, err) < 0)
		return err_at(err, "read %s", e->path);
	w->bytes += f->text.n;
	f->read = true;
	return 0;
}

static int take_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	struct walking *w = arg;
	struct lint_file *f;

	if (w->files->of.n >= FILES_MAX)
		return err_set(err, ERR_INSTALLER, "more than %d files", FILES_MAX);
	f = lint_files_add(w->files, span_of(e->path));
	f->type = type_of(e->st);
	f->mode = e->st->st_mode & 07777;
	f->size = f->type == LINT_FILE ? e->st->st_size : 0;
	/* What version control keeps of its own is named, and passed over. */
	if (strcmp(e->path, ".git") == 0 || strcmp(e->path, ".svn") == 0)
		return 1;
	if (f->type != LINT_FILE || !lint_wants(span_of(e->path), f->size) ||
		w->bytes + (size_t)f->size > LINT_TEXTS_MAX)
		return 0;
	return read_text(w, e, f, err);
}

int lint_read_folder(const char *path, struct lint_files *out, struct err *err)
{
	AUTO_FD dir = file_open_dir(path, err);
	struct walking w = {.files = out};
	char *real = realpath(path, NULL);
	const char *slash = real ? strrchr(real, '/') : NULL;

	buf_sets(&out->name, slash ? slash + 1 : path);
	free(real);
	if (dir < 0 || tree_walk(dir, take_entry, &w, err) < 0)
		return err_at(err, "lint %s", path);
	return 0;
}
