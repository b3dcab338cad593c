/* Roots of a repository's folder: signed, by several one after the other where it has to be, and put into it. */
#include "engine/repo_publish.h"

#include "store/signatures.h"
#include "sys/file.h"

int publish_first_root(struct span name, const struct signers *signers, int64_t now,
	struct root *out, struct err *err)
{
	buf_set(&out->name, name);
	out->version = 1;
	out->time = now;
	out->expires = now + (int64_t)PUBLISH_ROOT_DAYS * PUBLISH_DAY;
	out->root.threshold = out->index.threshold = 1;
	VEC_FOR (const struct signer, s, &signers->of) {
		AUTO(buf) key = BUF_INIT;

		minisign_key_format(&s->key, &key);
		if (role_add(&out->root, buf_span(&key), err) < 0 ||
			role_add(&out->index, buf_span(&key), err) < 0)
			return -1;
	}
	return 0;
}

void root_signing_drop(struct root_signing *s)
{
	signing_drop(&s->before);
	signing_drop(&s->own);
}

/* A root with its file of signatures. */
struct signed_root {
	struct root root;
	struct buf text, file;
	struct root_signing *signing;
};

static void signed_root_drop(struct signed_root *r)
{
	root_drop(&r->root);
	buf_drop(&r->text);
	buf_drop(&r->file);
}

static void signed_root_init(struct signed_root *r, struct root_signing *signing)
{
	*r = (struct signed_root){.text = BUF_INIT, .file = BUF_INIT, .signing = signing};
	root_init(&r->root);
}

static int count_root(const struct publication *p, struct signed_root *r, struct err *err)
{
	struct span text = buf_span(&r->text), file = buf_span(&r->file);

	if (p->root.version &&
		signing_read(text, file, &p->root.root, &r->signing->before, err) < 0)
		return -1;
	return signing_read(text, file, &r->root.root, &r->signing->own, err);
}

int64_t root_signing_wanting(const struct root_signing *s)
{
	int64_t before = signing_wanting(&s->before), own = signing_wanting(&s->own);

	return before > own ? before : own;
}

static int check_next(const struct publication *p, const struct root *root, struct err *err)
{
	if (root->version == p->root.version + 1 &&
		(!p->root.version || span_is(buf_span(&root->name), buf_span(&p->root.name))))
		return 0;
	return err_set(err, ERR_FAILED, "it does not follow root %lld", (long long)p->root.version);
}

static void root_paths(int64_t version, const char *waits, struct buf *path, struct buf *signature)
{
	root_path(version, path);
	buf_adds(path, waits);
	buf_addf(signature, "%s" SIGNATURE_SUFFIX, path->s);
}

static int write_root(const struct publication *p, const struct signed_root *r, const char *waits,
	struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) signature = BUF_INIT;

	root_paths(r->root.version, waits, &path, &signature);
	if (publish_put(p, signature.s, buf_span(&r->file), err) < 0)
		return -1;
	return publish_put(p, path.s, buf_span(&r->text), err);
}

static int forget_waiting(struct publication *p, int64_t version, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) signature = BUF_INIT;

	buf_clear(&p->next_root);
	root_paths(version, PUBLISH_WAITS, &path, &signature);
	return file_remove(p->dir, path.s, err) < 0 || file_remove(p->dir, signature.s, err) < 0
		       ? -1
		       : 0;
}

/* Where it belongs by its signatures. */
static int settle_root(struct publication *p, struct signed_root *r, struct err *err)
{
	int64_t wanting;

	if (count_root(p, r, err) < 0)
		return -1;
	wanting = root_signing_wanting(r->signing);
	if (wanting && !r->signing->before.has.of.n) {
		err_set(err, ERR_FAILED, "it wants the signatures of %lld more of its keys",
			(long long)wanting);
		return err_next(err, "name a root key: --key FILE, several times");
	}
	if (write_root(p, r, wanting ? PUBLISH_WAITS : "", err) < 0)
		return -1;
	if (wanting) {
		buf_set(&p->next_root, buf_span(&r->text));
		return 0;
	}
	root_drop(&p->root);
	root_init(&p->root);
	buf_set(&p->root_text, buf_span(&r->text));
	if (root_parse(buf_span(&p->root_text), &p->root, err) < 0 ||
		forget_waiting(p, p->root.version, err) < 0)
		return -1;
	return 1;
}

/* Appends the signatures of those who have not signed yet. */
static int sign_root(struct signed_root *r, const struct signers *signers, struct err *err)
{
	AUTO(buf) comment = BUF_INIT;

	buf_addf(&comment, "%s root %lld", r->root.name.s, (long long)r->root.version);
	VEC_FOR (const struct signer, s, &signers->of) {
		struct role role = {.threshold = 1};
		AUTO(signing) has = SIGNING_INIT;
		AUTO(buf) key = BUF_INIT;
		int status;

		minisign_key_format(&s->key, &key);
		texts_add(&role.keys, buf_span(&key));
		status = signing_read(buf_span(&r->text), buf_span(&r->file), &role, &has, err);
		texts_drop(&role.keys);
		if (status < 0 ||
			(signing_wanting(&has) && signer_sign(s, buf_span(&r->text),
							  buf_span(&comment), &r->file, err) < 0))
			return -1;
	}
	return 0;
}

static int refuse_waiting(const struct publication *p, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	root_path(p->root.version + 1, &path);
	err_set(err, ERR_FAILED, "one waits for signatures already");
	return err_next(err,
		"sign that one: fardel repo rotate --add; or, where nobody else has it, remove %s" PUBLISH_WAITS
		" first",
		path.s);
}

int publish_root(struct publication *p, const struct root *root, const struct signers *signers,
	struct root_signing *out, struct err *err)
{
	AUTO(signed_root) r;
	int status = -1;

	signed_root_init(&r, out);
	root_format(root, &r.text);
	if (p->next_root.n)
		(void)refuse_waiting(p, err);
	else if (root_parse(buf_span(&r.text), &r.root, err) == 0 &&
		 check_next(p, &r.root, err) == 0 && sign_root(&r, signers, err) == 0)
		status = settle_root(p, &r, err);
	return status < 0 ? err_at(err, "root %lld", (long long)root->version) : status;
}

/* The one that waits, as it is. */
static int read_waiting(const struct publication *p, struct signed_root *r, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) signature = BUF_INIT;

	if (!p->next_root.n) {
		err_set(err, ERR_FAILED, "no root waits for signatures");
		return err_next(err, "make the next one: fardel repo rotate, without --add");
	}
	buf_set(&r->text, buf_span(&p->next_root));
	root_paths(p->root.version + 1, PUBLISH_WAITS, &path, &signature);
	if (root_parse(buf_span(&r->text), &r->root, err) < 0 || check_next(p, &r->root, err) < 0 ||
		file_read(p->dir, signature.s, MINISIGN_FILE_MAX, &r->file, err) < 0 ||
		count_root(p, r, err) < 0)
		return err_at(err, "%s", path.s);
	return 0;
}

static bool is_wanted(const struct role *role, const struct signers *signers)
{
	VEC_FOR (const struct signer, s, &signers->of) {
		AUTO(buf) key = BUF_INIT;

		minisign_key_format(&s->key, &key);
		if (role_find(role, buf_span(&key)) >= 0)
			return true;
	}
	return false;
}

int publish_add_root(struct publication *p, const struct signers *signers, struct root_signing *out,
	struct err *err)
{
	AUTO(signed_root) r;

	signed_root_init(&r, out);
	if (read_waiting(p, &r, err) < 0)
		return -1;
	if (!out->before.has.of.n) {
		err_set(err, ERR_CHECKSUM, "none of root %lld's keys has signed the one that waits",
			(long long)p->root.version);
		return err_next(err, "see who has changed the folder");
	}
	if (!is_wanted(&p->root.root, signers) && !is_wanted(&r.root.root, signers))
		return err_set(err, ERR_FAILED,
			"none of these is a root key of root %lld, or of the one that waits",
			(long long)p->root.version);
	return sign_root(&r, signers, err) < 0 ? -1 : settle_root(p, &r, err);
}

int publish_check_root(const struct publication *p, const struct signers *signers,
	const struct texts *known, struct err *err)
{
	struct role role = {.threshold = 1};
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	AUTO(signatures) has;
	int status;

	signatures_init(&has);
	VEC_FOR (const struct signer, s, &signers->of) {
		AUTO(buf) key = BUF_INIT;

		minisign_key_format(&s->key, &key);
		texts_add(&role.keys, buf_span(&key));
	}
	VEC_FOR (const struct buf, key, &known->of)
		texts_add(&role.keys, buf_span(key));
	root_path(p->root.version, &path);
	buf_adds(&path, SIGNATURE_SUFFIX);
	status = file_read(p->dir, path.s, MINISIGN_FILE_MAX, &file, err);
	if (status > 0)
		status = signatures_check(
			buf_span(&p->root_text), buf_span(&file), &role, &has, err);
	texts_drop(&role.keys);
	if (status < 0 || has.count)
		return status < 0 ? -1 : 0;
	err_set(err, ERR_CHECKSUM, "root %lld was signed by none of these keys",
		(long long)p->root.version);
	return err_next(err,
		"name a key that has signed it: --key FILE, or --signed-by FILE of somebody else's; or see who has "
		"changed the folder");
}
