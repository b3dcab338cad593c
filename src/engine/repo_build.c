/* repo build: what is in the folder is found, read, written as an index, and signed: the head last. */
#include "engine/repo_build.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "engine/repo_publish.h"
#include "engine/repo_tree.h"
#include "engine/repo_web.h"
#include "engine/session.h"
#include "model/repository.h"
#include "store/sum.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/lock.h"

#define CACHE "index/.build.db"

void repo_built_drop(struct repo_built *b)
{
	buf_drop(&b->name);
	signing_drop(&b->signing);
	repo_scan_drop(&b->scan);
}

/* All that one run of it holds. */
struct build {
	struct engine *e;
	const struct repo_build_options *o;
	struct publication p;
	struct lock lock;
	struct offered offered;
	struct repo_tree tree;
	struct head head; /* to be published */
	struct repo_built *out;
	int64_t now;
};

static void build_drop(struct build *b)
{
	repo_tree_drop(&b->tree);
	offered_drop(&b->offered);
	head_drop(&b->head);
	publication_drop(&b->p);
	lock_drop(&b->lock);
}

/* --- Opening -------------------------------------------------------------------------------------------- */

static int own_name(const char *folder, struct buf *out, struct err *err)
{
	char *real = realpath(folder, NULL);

	if (!real)
		return err_sys(err, "open folder %s", folder);
	buf_sets(out, strrchr(real, '/') + 1);
	free(real);
	return 0;
}

/* Clients hold a head's name against what the admin calls the repository: it never changes. */
static int find_name(struct build *b, struct buf *out, struct err *err)
{
	const struct root *root = &b->p.root;

	if (b->o->name)
		buf_sets(out, b->o->name);
	else if (root->version)
		buf_set(out, buf_span(&root->name));
	else if (own_name(b->o->folder, out, err) < 0)
		return -1;
	if (!repository_name_is_valid(buf_span(out))) {
		err_set(err, ERR_USAGE, "'%s' is not a repository's name", out->s);
		return err_next(err, "give it one: fardel repo build --name NAME %s", b->o->folder);
	}
	if (!root->version || span_is(buf_span(out), buf_span(&root->name)))
		return 0;
	err_set(err, ERR_USAGE, "the repository is called %s, which its clients know it by",
		root->name.s);
	return err_next(err, "leave --name out");
}

static int open_all(struct build *b, struct err *err)
{
	AUTO_FD index = -1;
	AUTO(buf) cache = buf_of(b->o->folder);

	if (publication_lock(b->e, b->o->folder, &b->lock, err) < 0 ||
		publication_open(b->o->folder, &b->p, err) < 0 ||
		find_name(b, &b->out->name, err) < 0)
		return -1;
	index = file_make_dirs(b->p.dir, "index", 0755, err);
	buf_add_path(&cache, CACHE);
	if (index < 0 || offered_open(index, cache.s, &b->offered, err) < 0)
		return -1;
	b->tree = (struct repo_tree){.dir = b->p.dir, .path = b->o->folder, .offered = &b->offered};
	return 0;
}

/* --- Publishing ----------------------------------------------------------------------------------------- */

static int make_tree(struct build *b, struct err *err)
{
	const struct head *old = &b->p.head;

	b->head.revision = publish_next_revision(&b->p);
	b->head.whole.sha256 = old->whole.sha256;
	b->head.whole.size = old->whole.size;
	b->head.whole.unpacked = old->whole.unpacked;
	b->head.whole.revision = old->whole.revision;
	if (repo_tree_settle(&b->offered, err) < 0 || repo_tree_make(&b->tree, &b->head, err) < 0)
		return -1;
	return place_sync_folder(&b->e->place, b->p.dir, err);
}

/* The same packages, signed by the newest root, and not half of its life gone. */
static bool is_as_it_was(const struct build *b)
{
	const struct head *old = &b->p.head, *new = &b->head;

	return b->p.head_text.n && !b->p.waiting.n && old->root == b->p.root.version &&
	       old->leaf_bits == new->leaf_bits &&
	       old->nodes.n ==
		       new->nodes.n &&memcmp(old->nodes.v, new->nodes.v,
			       old->nodes.n * sizeof(*old->nodes.v)) == 0 &&
	       sum_is(&old->whole.sha256, &new->whole.sha256) && b->now >= old->time &&
	       old->expires - b->now > b->o->days *PUBLISH_DAY / 2;
}

/* Of a new repository: whose signatures count. */
static int first_root(struct build *b, struct err *err)
{
	const struct signers *both[] = {b->o->signers, b->o->root_signers};
	struct signers all = {0};
	struct root_signing signing = {SIGNING_INIT, SIGNING_INIT};
	AUTO(root) root;
	int result;

	root_init(&root);
	result = publish_first_root(buf_span(&b->out->name), b->o->signers, b->now, &root, err);
	if (result == 0 && b->o->root_signers->of.n) {
		texts_drop(&root.root.keys);
		VEC_FOR (const struct signer, s, &b->o->root_signers->of) {
			AUTO(buf) key = BUF_INIT;

			minisign_key_format(&s->key, &key);
			if (result == 0)
				result = role_add(&root.root, buf_span(&key), err);
		}
	}
	for (size_t i = 0; i < COUNT(both); i++)
		VEC_FOR (const struct signer, s, &both[i]->of)
			*vec_push(&all.of) = *s;
	if (result == 0)
		result = publish_root(&b->p, &root, &all, &signing, err);
	root_signing_drop(&signing);
	signers_drop(&all);
	return result;
}

static int sign(struct build *b, struct err *err)
{
	int published;

	if (!b->p.root.version && first_root(b, err) < 0)
		return -1;
	b->head.time = b->now;
	b->head.expires = b->now + b->o->days * PUBLISH_DAY;
	published = publish_head(&b->p, &b->head, b->o->signers, err);
	if (published < 0)
		return -1;
	b->out->published = published == 1;
	b->out->waiting = published == 0;
	return publish_signing(&b->p, &b->out->signing, err);
}

/* Clients that are on the way have the head of a moment ago; one that waits needs the tree of the one before it as well, so nothing goes then. */
static int sweep(struct build *b, struct err *err)
{
	struct head_sum sum;

	if (b->p.waiting.n)
		return 0;
	if (sum_of_bytes(buf_span(&b->p.head_text), &sum, err) < 0)
		return -1;
	return repo_tree_sweep(
		&b->tree, &b->p.head, &sum, b->now, b->o->keep_days * PUBLISH_DAY, err);
}

/* Behind the head: what is shown can be installed. Where nothing has changed they are as they were. */
static int make_pages(struct build *b, struct err *err)
{
	struct stat st;
	int there;

	if (b->o->no_web)
		return 0;
	there = file_stat(b->p.dir, "index.html", &st, err);
	if (there < 0 || (there && !b->tree.made.of.n))
		return there < 0 ? -1 : 0;
	return repo_web_make(&b->tree, &b->p.root, err);
}

static int publish(struct build *b, struct err *err)
{
	if (make_tree(b, err) < 0)
		return -1;
	if (!is_as_it_was(b) && sign(b, err) < 0)
		return -1;
	if (make_pages(b, err) < 0)
		return -1;
	return offered_settle(&b->offered, err) < 0 || sweep(b, err) < 0 ? -1 : 0;
}

static void tell(struct build *b)
{
	struct repo_built *out = b->out;

	out->revision = b->p.head.revision;
	out->expires = b->p.head.expires;
	out->packages = b->head.packages;
	out->read = out->scan.read;
	out->leaves = b->tree.leaves;
	out->files = b->tree.files;
	out->bytes = b->tree.bytes;
}

/* --- All of it ------------------------------------------------------------------------------------------ */

static int refuse_broken(const struct repo_scan *s, struct err *err)
{
	const struct repo_bad *first = &s->bad.v[0];

	if (s->bad.n == 1)
		err_set(err, first->code, "%s: %s", first->path.s, first->why.s);
	else
		err_set(err, first->code, "%zu installers cannot be offered", s->bad.n);
	for (size_t i = 0; s->bad.n > 1 && i < s->bad.n; i++)
		err_detail(err, "%s: %s", s->bad.v[i].path.s, s->bad.v[i].why.s);
	return err_next(err,
		"mend or remove it, or leave out what is broken: --keep-going; nothing was published");
}

static int build(struct build *b, struct err *err)
{
	if (open_all(b, err) < 0 || repo_scan(b->e, b->p.dir, &b->offered, &b->out->scan, err) < 0)
		return -1;
	if (b->out->scan.bad.n && !b->o->keep_going)
		return refuse_broken(&b->out->scan, err);
	if (offered_begin(&b->offered, err) < 0)
		return -1;
	if (publish(b, err) < 0) {
		offered_abandon(&b->offered);
		return -1;
	}
	tell(b);
	return offered_commit(&b->offered, err);
}

int engine_repo_build(struct engine *e, const struct repo_build_options *o, struct repo_built *out,
	struct err *err)
{
	AUTO(build) b = {.e = e,
		.o = o,
		.p = PUBLICATION_INIT,
		.lock = LOCK_INIT,
		.offered = OFFERED_INIT,
		.out = out,
		.now = engine_now()};

	*out = (struct repo_built){.name = BUF_INIT};
	head_init(&b.head);
	if (build(&b, err) < 0)
		return err_at(err, "%s", o->folder);
	if (out->scan.bad.n)
		return err_set(err, ERR_PARTIAL, "%s: %zu of %lld installers were left out",
			o->folder, out->scan.bad.n, (long long)out->scan.found);
	return 0;
}
