/* fardel build: an installer's archive from its folder, and the same judgement on it that
 * install would give. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/installer_file.h"
#include "engine/package_id.h"
#include "engine/session.h"
#include "engine/worker.h"
#include "model/format3.h"
#include "model/message.h"
#include "store/installation.h"
#include "sys/fd.h"
#include "sys/file.h"

#define BUILD_TIMEOUT 120000 /* ms */

void built_drop(struct built *b)
{
	buf_drop(&b->path);
	buf_drop(&b->id);
	buf_drop(&b->name);
	buf_drop(&b->version);
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	if (frame->type != MESSAGE_BUILT)
		return err_set(err, ERR_WORKER, "fardel-build said what cannot be understood");
	w->finished = true;
	return 0;
}

static int write_archive(struct engine *e, int dir, const char *name, int out, struct err *err)
{
	__attribute__((cleanup(worker_drop))) struct worker w = {.frame = on_frame};
	int fds[] = {dir, out};

	if (worker_start(e, &w, WORKER_BUILD, fds, 2, MESSAGE_BUILD, span_of(name), err) < 0)
		return -1;
	w.task.deadline = engine_ms() + BUILD_TIMEOUT;
	return worker_finish(&w, err);
}

/* The folder's own name is the package's. */
static int name_of(const char *folder, struct buf *name, struct err *err)
{
	char *real = realpath(folder, NULL);
	const char *slash;

	if (!real) {
		err_sys(err, "open folder %s", folder);
		return -1;
	}
	slash = strrchr(real, '/');
	buf_sets(name, slash + 1);
	free(real);
	if (!installer_name_is_valid(buf_span(name)))
		return err_set(err, ERR_INSTALLER, "the folder's name '%s' is not a package's name",
			name->s);
	return 0;
}

/* What install would refuse is refused; the file keeps its first name until then. */
static int judge(struct engine *e, int fd, const char *path, struct built *out, struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};
	struct stat st;

	installer_init(&l.installer);
	if (installer_look(e, fd, path, &l, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	buf_set(&out->id, buf_span(&l.id));
	buf_set(&out->version, buf_span(&l.installer.version));
	out->size = st.st_size;
	return 0;
}

static int build_into(struct engine *e, const struct build_options *o, int source, int target,
	struct built *out, struct err *err)
{
	AUTO(buf) file = buf_dup(&out->name);
	AUTO(buf) beside = buf_of(".");
	AUTO_FD fd = -1;

	buf_adds(&file, ".tar.gz");
	buf_addf(&beside, "%s.new", file.s);
	buf_sets(&out->path, o->output ? o->output : ".");
	buf_add_path(&out->path, file.s);
	if (file_remove(target, beside.s, err) < 0)
		return -1;
	fd = file_open(target, beside.s, O_RDWR | O_CREAT | O_EXCL, 0644, err);
	if (fd < 0)
		return -1;
	if (write_archive(e, source, out->name.s, fd, err) < 0 ||
		judge(e, fd, file.s, out, err) < 0 || fchmod(fd, 0644) < 0 ||
		file_sync(fd, err) < 0) {
		unlinkat(target, beside.s, 0);
		return -1;
	}
	if (renameat(target, beside.s, target, file.s) < 0) {
		err_sys(err, "rename to %s", file.s);
		unlinkat(target, beside.s, 0);
		return -1;
	}
	return file_sync(target, err);
}

/* What is written into the folder would be packed the next time. */
static int check_target(const struct build_options *o, struct err *err)
{
	char *source = realpath(o->folder, NULL);
	char *target = realpath(o->output ? o->output : ".", NULL);
	size_t n = source ? strlen(source) : 0;
	bool inside = source && target && strncmp(source, target, n) == 0 &&
		      (target[n] == 0 || target[n] == '/');

	free(source);
	free(target);
	if (!inside)
		return 0;
	err_set(err, ERR_USAGE,
		"the installer would be written into the folder that it is built from");
	return err_next(err, "say where to: fardel build --output DIR");
}

/* Of format 3 what is wrong is said before anything is written. 1: it is one; 0: another. */
static int check_manifest(int dir, const struct build_options *o, struct span name, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO(installer) in;
	struct stat st;
	int there = file_stat(dir, FORMAT3_FACT, &st, err);

	installer_init(&in);
	if (there <= 0)
		return there;
	if (o->bump)
		return err_set(
			err, ERR_USAGE, "--bump: in format 3 the version stands in " FORMAT3_FACT);
	if (installation_facts(dir, &facts, err) < 0 || installer_parse(&facts, name, &in, err) < 0)
		return -1;
	if (!in.licence.file.n)
		return 1;
	there = file_stat(dir, in.licence.file.s, &st, err);
	if (there < 0)
		return -1;
	return there && S_ISREG(st.st_mode)
		       ? 1
		       : err_set(err, ERR_INSTALLER,
				 FORMAT3_FACT ": license.file is %s, and there is no such file",
				 in.licence.file.s);
}

static int check_source(
	struct engine *e, int dir, const struct build_options *o, const char *name, struct err *err)
{
	int is_format3 = check_manifest(dir, o, span_of(name), err);

	return is_format3 ? is_format3 : package_id_check(e, dir, name, o->bump, err);
}

int engine_build(
	struct engine *e, const struct build_options *o, struct built *out, struct err *err)
{
	AUTO_FD source = -1;
	AUTO_FD target = -1;

	*out = (struct built){
		.path = BUF_INIT, .id = BUF_INIT, .name = BUF_INIT, .version = BUF_INIT};
	if (name_of(o->folder, &out->name, err) < 0 || check_target(o, err) < 0)
		return err_at(err, "build %s", o->folder);
	source = file_open_dir(o->folder, err);
	target = source < 0 ? -1 : file_open_dir(o->output ? o->output : ".", err);
	if (target < 0 || check_source(e, source, o, out->name.s, err) < 0 ||
		build_into(e, o, source, target, out, err) < 0) {
		if (err->code == ERR_INSTALLER && !err->next[0])
			err_next(err, "mend the folder, then build it again");
		return err_at(err, "build %s", o->folder);
	}
	return 0;
}
