/* Secret keys: their files and passwords. */
#include "engine/repo_keys.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/session.h"
#include "model/minisign_secret.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/signals.h"

#define PASSWORDS_MAX 65536

/* Nothing of it stays in memory. */
struct secret_text {
	struct buf of;
};
static void secret_text_drop(struct secret_text *t)
{
	explicit_bzero(t->of.s, t->of.cap);
	buf_drop(&t->of);
}

/* Of a path as typed: the links in it are the caller's own. */
static int open_named(const char *path, struct err *err)
{
	int fd = file_open_within("", path, O_RDONLY);

	return fd < 0 ? err_sys(err, "open %s", path) : fd;
}

/* --- Passwords ------------------------------------------------------------------------------------------ */

static int ask(
	struct engine *e, const char *what, const char *path, struct buf *out, struct err *err)
{
	AUTO(buf) prompt = BUF_INIT;
	bool got;

	signals_catch(); /* a terminal that shows nothing is not to be left behind */
	buf_addf(&prompt, "%s %s", what, path);
	got = e->watch && e->watch->password &&
	      e->watch->password(e->watch, buf_span(&prompt), out) == 0;
	if (signals_check(err) < 0)
		return -1;
	if (got)
		return 0;
	err_set(err, ERR_INPUT, "its password is needed, and nobody is there to ask");
	return err_next(err, "run it at a terminal, or give it by --password-file FILE");
}

static int read_passwords(const char *file, struct buf *out, struct err *err)
{
	AUTO_FD fd = open_named(file, err);

	if (fd < 0 || file_check_owner(fd, file, err) < 0 ||
		file_read_fd(fd, PASSWORDS_MAX, out, err) < 0)
		return err_at(err, "--password-file");
	return 0;
}

/* --- Opening -------------------------------------------------------------------------------------------- */

static int read_key(const char *path, struct minisign_secret *out, struct err *err)
{
	__attribute__((cleanup(secret_text_drop))) struct secret_text text = {BUF_INIT};
	AUTO_FD fd = open_named(path, err);
	struct stat st;

	if (fd < 0)
		return -1;
	if (file_check_owner(fd, path, err) < 0 ||
		file_read_fd(fd, MINISIGN_SECRET_MAX, &text.of, err) < 0 ||
		minisign_secret_parse(buf_span(&text.of), out, err) < 0)
		return err_at(err, "%s", path);
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	if (!out->sealed && st.st_mode & (S_IRGRP | S_IROTH)) {
		minisign_secret_drop(out);
		err_set(err, ERR_UNSAFE, "%s: others can read it, and it has no password", path);
		return err_next(err, "if nobody has: chmod 600 %s; else make another key", path);
	}
	return 0;
}

/* *passwords: what is left of the file's lines; *last: the one before. */
static int open_key(struct engine *e, const char *path, bool from_file, struct span *passwords,
	struct span *last, struct signer *out, struct err *err)
{
	__attribute__((cleanup(secret_text_drop))) struct secret_text typed = {BUF_INIT};
	struct minisign_secret file;
	struct span next;
	int status;

	if (read_key(path, &file, err) < 0)
		return -1;
	if (file.sealed && from_file && span_split(passwords, '\n', &next))
		*last = next;
	status = file.sealed && !from_file ? ask(e, "Password of", path, &typed.of, err) : 0;
	if (status == 0)
		status = signer_open(&file, from_file ? *last : buf_span(&typed.of), out, err);
	minisign_secret_drop(&file);
	if (status < 0)
		return err->code == ERR_SIGNAL ? -1 : err_at(err, "%s", path);
	return signals_check(err);
}

int repo_keys_open(
	struct engine *e, const struct repo_keys *keys, struct signers *out, struct err *err)
{
	__attribute__((cleanup(secret_text_drop))) struct secret_text text = {BUF_INIT};
	struct span passwords, last = SPAN("");

	if (keys->password_file && read_passwords(keys->password_file, &text.of, err) < 0)
		return -1;
	passwords = buf_span(&text.of);
	/* Room for all: where it grew, the old place would keep them. */
	out->of.v = mem_zero(keys->files->of.n + 1, sizeof(*out->of.v));
	out->of.cap = keys->files->of.n + 1;
	VEC_FOR (const struct buf, path, &keys->files->of)
		if (open_key(e, path->s, keys->password_file, &passwords, &last, vec_push(&out->of),
			    err) < 0)
			return -1;
	return 0;
}

/* --- Making --------------------------------------------------------------------------------------------- */

void repo_key_made_drop(struct repo_key_made *m)
{
	buf_drop(&m->secret);
	buf_drop(&m->public);
	buf_drop(&m->line);
	buf_drop(&m->id);
}

static int ask_twice(struct engine *e, const char *path, struct buf *out, struct err *err)
{
	__attribute__((cleanup(secret_text_drop))) struct secret_text again = {BUF_INIT};

	if (ask(e, "Password for", path, out, err) < 0 ||
		ask(e, "Once more, for", path, &again.of, err) < 0)
		return -1;
	if (!span_is(buf_span(out), buf_span(&again.of)))
		return err_set(err, ERR_FAILED, "the two are not the same");
	return 0;
}

static int new_password(struct engine *e, const struct repo_key_options *o, const char *path,
	struct buf *out, struct err *err)
{
	struct span rest, line;

	if (o->no_password)
		return 0;
	if (!o->password_file) {
		if (ask_twice(e, path, out, err) < 0)
			return -1;
	} else {
		if (read_passwords(o->password_file, out, err) < 0)
			return -1;
		rest = buf_span(out);
		span_split(&rest, '\n', &line);
		out->n = line.n;
		out->s[out->n] = 0;
	}
	if (out->n)
		return 0;
	err_set(err, ERR_FAILED, "an empty password is none");
	return err_next(err, "for a key without one: --no-password");
}

/* Where a file is to come: its folder and its name. */
static int open_folder(const char *path, const char **name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	AUTO(buf) folder = BUF_INIT;

	*name = slash ? slash + 1 : path;
	if (slash)
		buf_add(&folder, path, (size_t)(slash - path + 1));
	return file_open_dir(slash ? folder.s : ".", err);
}

/* A key is never written over: what it has signed would be nobody's. */
static int check_absent(const char *path, struct err *err)
{
	const char *name;
	AUTO_FD dir = open_folder(path, &name, err);
	struct stat st;
	int there = dir < 0 ? -1 : file_stat(dir, name, &st, err);

	if (there <= 0)
		return there;
	err_set(err, ERR_FAILED, "%s is there already, and no key is written over", path);
	return err_next(err, "name another: --output FILE");
}

static int write_new(const char *path, mode_t mode, struct span text, struct err *err)
{
	const char *name;
	AUTO_FD dir = open_folder(path, &name, err);
	AUTO(buf) beside = BUF_INIT;

	if (dir < 0)
		return -1;
	buf_addf(&beside, ".%s.new", name);
	if (file_replace(dir, beside.s, mode, text, err) < 0)
		return -1;
	if (file_publish(dir, beside.s, dir, name, err) < 0) {
		unlinkat(dir, beside.s, 0);
		return -1;
	}
	return file_sync(dir, err);
}

static int write_pair(const struct signer *s, const struct minisign_secret *sealed,
	struct repo_key_made *out, struct err *err)
{
	__attribute__((cleanup(secret_text_drop))) struct secret_text secret = {BUF_INIT};
	AUTO(buf) public = BUF_INIT;

	buf_reserve(&secret.of, MINISIGN_SECRET_MAX);
	minisign_secret_format(sealed, &secret.of);
	minisign_key_format_file(&s->key, &public);
	minisign_key_format(&s->key, &out->line);
	minisign_id_format(s->key.id, &out->id);
	if (write_new(out->secret.s, 0600, buf_span(&secret.of), err) < 0)
		return -1;
	return write_new(out->public.s, 0644, buf_span(&public), err);
}

int engine_repo_key(struct engine *e, const struct repo_key_options *options,
	struct repo_key_made *out, struct err *err)
{
	const char *base = options->output ? options->output : "repository";
	__attribute__((cleanup(secret_text_drop))) struct secret_text password = {BUF_INIT};
	struct minisign_secret sealed;
	AUTO(signer) s;
	int status;

	*out = (struct repo_key_made){BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	buf_addf(&out->secret, "%s.key", base);
	buf_addf(&out->public, "%s.pub", base);
	if (check_absent(out->secret.s, err) < 0 || check_absent(out->public.s, err) < 0 ||
		new_password(e, options, out->secret.s, &password.of, err) < 0 ||
		signer_new(&s, err) < 0 ||
		signer_seal(&s, buf_span(&password.of), &sealed, err) < 0)
		return -1;
	status = write_pair(&s, &sealed, out, err);
	minisign_secret_drop(&sealed);
	return status;
}
