/* Signing a repository's head anew, and changing its keys. */
#include "engine/repo_sign.h"

#include <fcntl.h>
#include <string.h>

#include "engine/repo_publish.h"
#include "engine/session.h"
#include "model/minisign.h"
#include "sys/fd.h"
#include "sys/file.h"

#define KEY_FILE_MAX 4096

void repo_signed_drop(struct repo_signed *s)
{
	buf_drop(&s->name);
	signing_drop(&s->signing);
}

void repo_rotated_drop(struct repo_rotated *r)
{
	buf_drop(&r->name);
	root_signing_drop(&r->signing);
	signing_drop(&r->head_signing);
}

/* The folder of a repository that has a root, locked. */
static int open_repository(struct engine *e, const char *folder, struct lock *lock,
	struct publication *out, struct err *err)
{
	if (publication_lock(e, folder, lock, err) < 0)
		return err_at(err, "%s", folder);
	if (publication_open(folder, out, err) < 0)
		return -1;
	if (out->root.version)
		return 0;
	err_set(err, ERR_FAILED, "%s: there is no repository in it", folder);
	return err_next(err, "make it one: fardel repo build %s --key FILE", folder);
}

/* --- sign ----------------------------------------------------------------------------------------------- */

/* The same tree, as of now. */
static int sign_anew(
	struct publication *p, const struct signers *signers, int64_t days, struct err *err)
{
	struct head next;
	int status;

	head_init(&next);
	status = head_parse(buf_span(&p->head_text), &next, err);
	if (status == 0) {
		next.revision = publish_next_revision(p);
		next.time = engine_now();
		next.expires = next.time + days * PUBLISH_DAY;
		status = publish_head(p, &next, signers, err);
	}
	head_drop(&next);
	return status;
}

static int check_vouched(
	const struct publication *p, const struct signers *signers, struct err *err)
{
	int64_t count;

	if (!p->head.revision) {
		err_set(err, ERR_FAILED, "there is no head yet");
		return err_next(err, "make it: fardel repo build DIR --key FILE");
	}
	if (publish_signed_by(p, signers, &count, err) < 0)
		return -1;
	if (count)
		return 0;
	err_set(err, ERR_CHECKSUM, "the head that is there was signed by none of these keys");
	return err_next(err,
		"to sign what others have signed: --add; to make it anew from the installers: fardel repo build");
}

static int sign_by(struct publication *p, const struct repo_sign_options *o,
	const struct signers *signers, struct err *err)
{
	if (o->add)
		return publish_sign(p, signers, err);
	if (publish_check_signers(p, signers, err) < 0 || check_vouched(p, signers, err) < 0)
		return -1;
	return sign_anew(p, signers, o->days, err);
}

/* Of the head that was signed. */
static int tell_signed(const struct publication *p, struct repo_signed *out, struct err *err)
{
	struct head head;
	int status;

	head_init(&head);
	status = head_parse(buf_span(p->waiting.n ? &p->waiting : &p->head_text), &head, err);
	buf_set(&out->name, buf_span(&head.name));
	out->root = head.root;
	out->revision = head.revision;
	out->expires = head.expires;
	head_drop(&head);
	return status == 0 ? publish_signing(p, &out->signing, err) : -1;
}

int engine_repo_sign(struct engine *e, const struct repo_sign_options *options,
	struct repo_signed *out, struct err *err)
{
	AUTO(publication) p = PUBLICATION_INIT;
	AUTO(signers) signers = {0};
	AUTO(lock) lock = LOCK_INIT;

	*out = (struct repo_signed){.name = BUF_INIT};
	if (repo_keys_open(e, &options->keys, &signers, err) < 0 ||
		open_repository(e, options->folder, &lock, &p, err) < 0 ||
		sign_by(&p, options, &signers, err) < 0)
		return -1;
	return tell_signed(&p, out, err);
}

/* --- rotate --------------------------------------------------------------------------------------------- */

/* A public key: a line, or the path of its file. */
static int read_public(const char *argument, struct buf *line, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct err as_line = ERR_INIT;
	struct minisign_key key;
	AUTO_FD fd = -1;

	if (minisign_key_parse(span_of(argument), &key, &as_line) < 0) {
		fd = file_open_within("", argument, O_RDONLY);
		if (fd < 0)
			return err_sys(err, "open %s", argument);
		if (file_read_fd(fd, KEY_FILE_MAX, &text, err) < 0 ||
			minisign_key_parse(buf_span(&text), &key, err) < 0)
			return err_at(err, "%s", argument);
	}
	minisign_key_format(&key, line);
	return 0;
}

/* The keys that were named instead of those there are. */
static int change_role(
	struct role *role, const struct texts *keys, int64_t threshold, struct err *err)
{
	if (keys->of.n)
		texts_drop(&role->keys);
	VEC_FOR (const struct buf, key, &keys->of) {
		AUTO(buf) line = BUF_INIT;

		if (read_public(key->s, &line, err) < 0 || role_add(role, buf_span(&line), err) < 0)
			return -1;
	}
	if (threshold > (int64_t)role->keys.of.n)
		return err_set(err, ERR_USAGE, "a threshold of %lld, and %zu keys",
			(long long)threshold, role->keys.of.n);
	if (threshold)
		role->threshold = threshold;
	else if (role->threshold > (int64_t)role->keys.of.n)
		role->threshold = (int64_t)role->keys.of.n;
	return 0;
}

static int next_root(const struct publication *p, const struct repo_rotate_options *o,
	struct root *out, struct err *err)
{
	if (root_parse(buf_span(&p->root_text), out, err) < 0)
		return -1;
	out->version = p->root.version + 1;
	out->time = engine_now();
	out->expires = out->time + o->days * PUBLISH_DAY;
	out->restart = o->restart ? publish_next_revision(p) : 0;
	if (change_role(&out->root, o->root_keys, o->root_threshold, err) < 0)
		return err_at(err, "--root-key");
	if (change_role(&out->index, o->index_keys, o->index_threshold, err) < 0)
		return err_at(err, "--index-key");
	return 0;
}

/* Copies of those who have that role. */
static void pick(const struct signers *all, const struct role *role, struct signers *out)
{
	VEC_FOR (const struct signer, s, &all->of) {
		AUTO(buf) line = BUF_INIT;

		minisign_key_format(&s->key, &line);
		if (role_find(role, buf_span(&line)) >= 0)
			*vec_push(&out->of) = *s;
	}
}

/* The head under the new root, by those of its index keys that are here: where one of them all has signed the one that there is, for nobody looks at the packages. */
static int sign_under(struct publication *p, const struct repo_rotate_options *o,
	const struct signers *signers, struct repo_rotated *out, struct err *err)
{
	AUTO(signers) index = {0};

	pick(signers, &p->root.index, &index);
	if (!index.of.n)
		return 0;
	out->is_signed = true;
	if (sign_anew(p, &index, o->head_days, err) < 0)
		return -1;
	return publish_signing(p, &out->head_signing, err);
}

/* 1: it is published; 0: it waits. */
static int put_root(struct publication *p, const struct repo_rotate_options *o,
	const struct signers *signers, struct root_signing *out, struct err *err)
{
	AUTO(root) next;

	root_init(&next);
	if (o->add)
		return publish_add_root(p, signers, out, err);
	return next_root(p, o, &next, err) < 0 ? -1 : publish_root(p, &next, signers, out, err);
}

static int rotate_by(struct publication *p, const struct repo_rotate_options *o,
	const struct signers *signers, struct repo_rotated *out, struct err *err)
{
	AUTO(texts) known = {0};
	int64_t vouches = 0;
	int published;

	VEC_FOR (const struct buf, key, &o->signed_by->of) {
		AUTO(buf) line = BUF_INIT;

		if (read_public(key->s, &line, err) < 0)
			return err_at(err, "--signed-by");
		texts_add(&known, buf_span(&line));
	}
	if (publish_check_root(p, signers, &known, err) < 0 ||
		(p->head.revision && publish_signed_by(p, signers, &vouches, err) < 0))
		return -1;
	published = put_root(p, o, signers, &out->signing, err);
	if (published < 0)
		return -1;
	return published && vouches ? sign_under(p, o, signers, out, err) : 0;
}

/* Of the root that was signed. */
static int tell_rotated(const struct publication *p, struct repo_rotated *out, struct err *err)
{
	AUTO(root) r;

	root_init(&r);
	if (root_parse(
		    buf_span(root_signing_wanting(&out->signing) ? &p->next_root : &p->root_text),
		    &r, err) < 0)
		return -1;
	buf_set(&out->name, buf_span(&r.name));
	out->version = r.version;
	out->expires = r.expires;
	out->root_keys = (int64_t)r.root.keys.of.n;
	out->root_threshold = r.root.threshold;
	out->index_keys = (int64_t)r.index.keys.of.n;
	out->index_threshold = r.index.threshold;
	out->revision = p->head.revision;
	return 0;
}

int engine_repo_rotate(struct engine *e, const struct repo_rotate_options *options,
	struct repo_rotated *out, struct err *err)
{
	AUTO(publication) p = PUBLICATION_INIT;
	AUTO(signers) signers = {0};
	AUTO(lock) lock = LOCK_INIT;

	*out = (struct repo_rotated){.name = BUF_INIT};
	if (repo_keys_open(e, &options->keys, &signers, err) < 0 ||
		open_repository(e, options->folder, &lock, &p, err) < 0 ||
		rotate_by(&p, options, &signers, out, err) < 0)
		return -1;
	return tell_rotated(&p, out, err);
}
