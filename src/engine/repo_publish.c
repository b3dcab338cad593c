/* Publishing: roots and heads, signed and put into a repository's folder. */
#include "engine/repo_publish.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/session.h"
#include "store/signatures.h"
#include "store/sum.h"
#include "sys/fd.h"
#include "sys/file.h"

#define WAITING HEAD_FILE PUBLISH_WAITS
#define FILE_MODE 0644
#define FOLDER_MODE 0755

void publication_drop(struct publication *p)
{
	fd_drop(&p->dir);
	root_drop(&p->root);
	buf_drop(&p->root_text);
	buf_drop(&p->next_root);
	head_drop(&p->head);
	buf_drop(&p->head_text);
	buf_drop(&p->waiting);
}

/* --- Reading -------------------------------------------------------------------------------------------- */

/* The chain has no gaps: the last one before the first that is not there. */
static int read_root(struct publication *p, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	int there;

	for (int64_t version = 1;; version++) {
		buf_clear(&path);
		buf_clear(&text);
		root_path(version, &path);
		there = file_read(p->dir, path.s, ROOT_MAX, &text, err);
		if (there <= 0)
			break;
		buf_set(&p->root_text, buf_span(&text));
	}
	if (there < 0 || !p->root_text.n)
		return there;
	if (root_parse(buf_span(&p->root_text), &p->root, err) < 0)
		return err_at(err, "the newest file of index/root");
	buf_adds(&path, PUBLISH_WAITS);
	return file_read(p->dir, path.s, ROOT_MAX, &p->next_root, err) < 0 ? -1 : 0;
}

static int read_head(struct publication *p, struct err *err)
{
	if (file_read(p->dir, HEAD_FILE, HEAD_MAX, &p->head_text, err) < 0 ||
		file_read(p->dir, WAITING, HEAD_MAX, &p->waiting, err) < 0)
		return -1;
	if (p->head_text.n && head_parse(buf_span(&p->head_text), &p->head, err) < 0)
		return err_at(err, HEAD_FILE);
	return 0;
}

int publication_lock(struct engine *e, const char *folder, struct lock *out, struct err *err)
{
	AUTO_FD fd = file_open_dir(folder, err);

	return fd < 0 ? -1
		      : lock_folder(out, fd_take(&fd), folder, e->config.lock_timeout,
				engine_on_wait, e, err);
}

int publication_open(const char *folder, struct publication *out, struct err *err)
{
	*out = PUBLICATION_INIT;
	out->dir = file_open_dir(folder, err);
	if (out->dir >= 0 && read_root(out, err) == 0 && read_head(out, err) == 0)
		return 0;
	publication_drop(out);
	return err_at(err, "%s", folder);
}

/* --- Writing -------------------------------------------------------------------------------------------- */

int publish_put(const struct publication *p, const char *path, struct span text, struct err *err)
{
	const char *slash = strrchr(path, '/');

	if (slash) {
		AUTO(buf) folder = BUF_INIT;
		AUTO_FD fd = -1;

		buf_add(&folder, path, (size_t)(slash - path));
		fd = file_make_dirs(p->dir, folder.s, FOLDER_MODE, err);
		if (fd < 0)
			return -1;
	}
	return file_replace(p->dir, path, FILE_MODE, text, err);
}

/* Which of the role's keys it is; -1: none. */
static int index_in(const struct role *role, const struct signer *s)
{
	AUTO(buf) key = BUF_INIT;

	minisign_key_format(&s->key, &key);
	return role_find(role, buf_span(&key));
}

/* --- Heads ---------------------------------------------------------------------------------------------- */

static int signature_of(struct span text, struct buf *path, struct err *err)
{
	struct head_sum sum;

	if (sum_of_bytes(text, &sum, err) < 0)
		return -1;
	head_signature_path(&sum, path);
	return 0;
}

int publish_check_signers(
	const struct publication *p, const struct signers *signers, struct err *err)
{
	VEC_FOR (const struct signer, s, &signers->of) {
		AUTO(buf) id = BUF_INIT;

		if (index_in(&p->root.index, s) >= 0)
			continue;
		minisign_id_format(s->key.id, &id);
		err_set(err, ERR_FAILED,
			"key %s is none of root %lld's index keys: no client would "
			"take its signature",
			id.s, (long long)p->root.version);
		return err_next(err, "add it with: fardel repo rotate");
	}
	return 0;
}

/* Servers make ETags of a file's size and its time in seconds: a head that comes within a second of the one before, and is as long, would
 * be taken for that one. */
static int put_head(const struct publication *p, struct span text, struct err *err)
{
	struct stat before = {0}, now;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {0}};

	if (file_stat(p->dir, HEAD_FILE, &before, err) < 0 ||
		publish_put(p, HEAD_FILE, text, err) < 0 ||
		file_stat(p->dir, HEAD_FILE, &now, err) < 0)
		return -1;
	times[1].tv_sec = before.st_mtime + 1;
	if (now.st_mtime > before.st_mtime || utimensat(p->dir, HEAD_FILE, times, 0) == 0)
		return 0;
	return err_sys(err, "set the time of %s", HEAD_FILE);
}

/* Puts the signatures there, then the head where it belongs by their number. 1: it is published. */
static int settle(struct publication *p, struct span text, struct span file, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(signatures) s;
	bool enough;

	signatures_init(&s);
	if (signatures_check(text, file, &p->root.index, &s, err) < 0 ||
		signature_of(text, &path, err) < 0 || publish_put(p, path.s, file, err) < 0)
		return -1;
	enough = s.count >= p->root.index.threshold;
	if ((enough ? put_head(p, text, err) : publish_put(p, WAITING, text, err)) < 0)
		return -1;
	if (!enough) {
		buf_set(&p->waiting, text);
		return 0;
	}
	head_drop(&p->head);
	head_init(&p->head);
	buf_set(&p->head_text, text);
	buf_clear(&p->waiting);
	if (head_parse(buf_span(&p->head_text), &p->head, err) < 0 ||
		file_remove(p->dir, WAITING, err) < 0)
		return -1;
	return 1;
}

static int sign_head(const struct signer *s, const struct head *head, struct span text,
	struct buf *out, struct err *err)
{
	AUTO(buf) comment = BUF_INIT;

	buf_addf(&comment, "%s revision %lld", head->name.s, (long long)head->revision);
	return signer_sign(s, text, buf_span(&comment), out, err);
}

int publish_head(
	struct publication *p, struct head *head, const struct signers *signers, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) file = BUF_INIT;

	if (!p->root.version)
		return err_set(err, ERR_FAILED, "there is no root yet");
	if (publish_check_signers(p, signers, err) < 0)
		return -1;
	head->root = p->root.version;
	buf_set(&head->name, buf_span(&p->root.name));
	head_format(head, &text);
	VEC_FOR (const struct signer, s, &signers->of)
		if (sign_head(s, head, buf_span(&text), &file, err) < 0)
			return -1;
	return settle(p, buf_span(&text), buf_span(&file), err);
}

/* Who of the root's index keys has signed that head; `file` gets its signatures, if there are any. */
static int read_signatures(const struct publication *p, struct span text, struct buf *path,
	struct buf *file, struct signatures *out, struct err *err)
{
	int there = signature_of(text, path, err);

	if (there == 0)
		there = file_read(p->dir, path->s, MINISIGN_FILE_MAX, file, err);
	if (there <= 0)
		return there;
	if (signatures_check(text, buf_span(file), &p->root.index, out, err) < 0)
		return err_at(err, "%s", path->s);
	return 0;
}

/* Those who have not signed yet do. */
static int sign_more(const struct publication *p, const struct signers *signers, struct span text,
	const struct signatures *has, struct buf *file, struct err *err)
{
	struct head head;
	int status;

	head_init(&head);
	status = head_parse(text, &head, err);
	for (size_t i = 0; status == 0 && i < signers->of.n; i++)
		if (!has->has[index_in(&p->root.index, &signers->of.v[i])])
			status = sign_head(&signers->of.v[i], &head, text, file, err);
	head_drop(&head);
	return status;
}

/* Of the newest root: under one before it nobody would take it any more. */
static int check_current(const struct publication *p, struct span text, struct err *err)
{
	int64_t root;
	struct head head;
	int status;

	head_init(&head);
	status = head_parse(text, &head, err);
	root = head.root;
	head_drop(&head);
	if (status < 0 || root == p->root.version)
		return status;
	err_set(err, ERR_FAILED, "the head was made under root %lld, and the newest is %lld",
		(long long)root, (long long)p->root.version);
	return err_next(
		err, "make a new one: fardel repo build, or fardel repo sign without --add");
}

int publish_sign(struct publication *p, const struct signers *signers, struct err *err)
{
	AUTO(buf) text = buf_dup(p->waiting.n ? &p->waiting : &p->head_text);
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	AUTO(signatures) has;

	signatures_init(&has);
	if (!text.n)
		return err_set(err, ERR_FAILED, "there is no head to sign yet");
	if (check_current(p, buf_span(&text), err) < 0 ||
		publish_check_signers(p, signers, err) < 0 ||
		read_signatures(p, buf_span(&text), &path, &file, &has, err) < 0 ||
		sign_more(p, signers, buf_span(&text), &has, &file, err) < 0)
		return -1;
	return settle(p, buf_span(&text), buf_span(&file), err);
}

int publish_signed_by(
	const struct publication *p, const struct signers *signers, int64_t *count, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	AUTO(signatures) has;

	*count = 0;
	signatures_init(&has);
	if (read_signatures(p, buf_span(&p->head_text), &path, &file, &has, err) < 0)
		return -1;
	VEC_FOR (const struct signer, s, &signers->of) {
		int at = index_in(&p->root.index, s);

		*count += at >= 0 && has.has[at];
	}
	return 0;
}

int publish_signing(const struct publication *p, struct signing *out, struct err *err)
{
	struct span text = buf_span(p->waiting.n ? &p->waiting : &p->head_text);
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) file = BUF_INIT;

	if (signature_of(text, &path, err) < 0 ||
		file_read(p->dir, path.s, MINISIGN_FILE_MAX, &file, err) < 0)
		return -1;
	if (signing_read(text, buf_span(&file), &p->root.index, out, err) < 0)
		return err_at(err, "%s", path.s);
	return 0;
}

int64_t publish_next_revision(const struct publication *p)
{
	int64_t most = p->head.revision;
	struct err err = ERR_INIT;
	struct head waiting;

	head_init(&waiting);
	if (p->waiting.n && head_parse(buf_span(&p->waiting), &waiting, &err) == 0 &&
		waiting.revision > most)
		most = waiting.revision;
	head_drop(&waiting);
	return most + 1;
}
