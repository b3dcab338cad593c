/* The part of our own repositories: the head, whose signatures count, and the tree of its index. */
#include "engine/sync_part.h"

#include <string.h>

#include "engine/repositories.h"
#include "engine/sync_index.h"
#include "engine/sync_whole.h"
#include "model/minisign.h"
#include "store/signatures.h"
#include "store/sum.h"
#include "store/trust.h"

#define ROOTS_MAX 1024 /* of a chain */
#define LEAVES_AT_ONCE 256 /* that are held in memory */
#define LEAVES_FEW 64 /* so many are always fetched one by one */
#define LEAVES_PART 16 /* of all, where there are more: a sixteenth */

/* --- What is asked for, in order --------------------------------------------------------------- */

static int on_head(struct gather *g, struct err *err);
static int on_signatures(struct gather *g, struct err *err);
static int on_root(struct gather *g, struct err *err);
static int on_nodes(struct gather *g, struct err *err);
static int on_leaves(struct gather *g, struct err *err);
static int begin_tree(struct sync *s, struct err *err);
static int ask_nodes(struct sync *s, struct err *err);
static int ask_leaves(struct sync *s, struct err *err);
static int ask_whole(struct sync *s, struct err *err);
static int settle(struct sync *s, struct err *err);

static struct gather_item *want(
	struct sync *s, const char *folder, const char *name, const char *ending, int64_t max)
{
	AUTO(buf) path = BUF_INIT;

	buf_addf(&path, "index/%s/%s%s", folder, name, ending);
	return gather_add(&s->gather, buf_span(&path), max);
}

static int ask(struct sync *s, int (*full)(struct gather *g, struct err *err), struct err *err)
{
	s->gather.full = full;
	return gather_go(&s->gather, err);
}

/* --- The head, and whose signatures count ---------------------------------------------------- */

/* Of a root: its file, which need not be there. */
static int ask_root(struct sync *s, int64_t version, struct err *err)
{
	AUTO(buf) name = BUF_INIT;

	if (version > ROOTS_MAX)
		return err_set(err, ERR_CHECKSUM, "its chain of roots has no end");
	buf_addf(&name, "%lld", (long long)version);
	gather_clear(&s->gather);
	want(s, "root", name.s, ".json", ROOT_MAX)->optional = true;
	s->asked_root = version;
	return ask(s, on_root, err);
}

static int take_unchanged(struct sync *s, struct err *err)
{
	return trust_fresh(&s->state, engine_now(), err) < 0 ? -1 : sync_take_unchanged(s);
}

static int judge(struct sync *s, struct err *err)
{
	const struct trust_head view = {.text = buf_span(&s->head_text),
		.signatures = buf_span(&s->head_signatures),
		.clock = engine_now(),
		.allow_older = s->allow_older,
		.open = s->open};

	head_drop(&s->head);
	head_init(&s->head);
	return trust_head(&s->state, &view, &s->head, err) < 0 ? -1 : 0;
}

static int on_head(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;
	struct head_sum sum;

	if (g->unchanged)
		return take_unchanged(s, err);
	buf_set(&s->head_text, buf_span(&g->items.v[0].body));
	buf_clear(&s->head_sum);
	if (sum_of_bytes(buf_span(&s->head_text), &sum, err) < 0)
		return -1;
	sum_format(&sum, &s->head_sum);
	if (sync_is_newest(s) && span_is(buf_span(&s->head_sum), buf_span(&s->state.head_sha256)))
		return take_unchanged(s, err);
	if (s->open)
		return judge(s, err) < 0 ? -1 : begin_tree(s, err);
	gather_clear(g);
	want(s, "signature", s->head_sum.s, ".minisig", MINISIGN_FILE_MAX)->optional = true;
	if (ask(s, on_signatures, err) < 0)
		return -1;
	/* Leaves are to be read soon. */
	if (!g->local && s->state.file.n)
		worker_reserve(s->e, WORKER_INDEX);
	return 0;
}

/* Only where the root that is trusted does not do, further ones are asked for: mostly there are none. */
static int try_root(struct sync *s, struct err *err)
{
	struct err why = ERR_INIT;

	if (s->state.root && judge(s, &why) == 0)
		return begin_tree(s, err);
	return ask_root(
		s, (s->asked_root > s->state.root ? s->asked_root : s->state.root) + 1, err);
}

static int not_signed(struct err *err)
{
	err_set(err, ERR_CHECKSUM, "repository.json: there is no signature of it as it is");
	err_detail(err,
		"It was never signed, or was changed since; or it is being published right now.");
	return err_next(err, "try again later, or ask who runs the repository");
}

static int on_signatures(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;

	if (g->items.v[0].missing)
		return not_signed(err);
	buf_set(&s->head_signatures, buf_span(&g->items.v[0].body));
	return try_root(s, err);
}

/* There is no further one. */
static int end_roots(struct sync *s, struct err *err)
{
	if (!s->state.root && s->root_err.code != ERR_NONE)
		return err_copy(err, &s->root_err);
	return judge(s, err) < 0 ? -1 : begin_tree(s, err);
}

static int ask_root_signatures(struct sync *s, struct err *err)
{
	AUTO(buf) name = BUF_INIT;

	buf_addf(&name, "%lld", (long long)s->asked_root);
	want(s, "root", name.s, ".json.minisig", MINISIGN_FILE_MAX)->optional = true;
	return ask(s, on_root, err);
}

/* Mostly there is none, so its signatures are asked for when it is there. Before any is trusted, one that nobody we trust has signed is passed over. */
static int on_root(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;
	struct err why = ERR_INIT;
	bool first = !s->state.root;
	int64_t before = s->state.revision;

	if (g->items.v[g->items.n - 1].missing)
		return end_roots(s, err);
	if (g->items.n == 1)
		return ask_root_signatures(s, err);
	if (trust_root(&s->state, buf_span(&g->items.v[0].body), buf_span(&g->items.v[1].body),
		    engine_now(), &why) < 0) {
		if (!first)
			return err_copy(err, &why);
		s->root_err = why;
	} else {
		/* It lets revisions count anew: what was signed before it is taken back. */
		if (s->state.revision < before)
			sync_begin_anew(s);
		if (sync_keep(s, false, err) < 0)
			return -1;
	}
	return try_root(s, err);
}

/* --- The tree -------------------------------------------------------------------------------- */

/* From what differs at the top down to leaves; when nothing does, the index is the head's. */
static int descend(struct sync *s, struct err *err)
{
	if (sync_compare(s, err) < 0)
		return -1;
	return s->nodes.n ? ask_nodes(s, err) : settle(s, err);
}

static int begin_tree(struct sync *s, struct err *err)
{
	if (sync_open(s, err) < 0)
		return -1;
	if (s->fresh && s->head.whole.size)
		return ask_whole(s, err);
	sync_drop_whole(s);
	return descend(s, err);
}

static int ask_nodes(struct sync *s, struct err *err)
{
	gather_clear(&s->gather);
	for (size_t i = 0; i < s->nodes.n; i++) {
		AUTO(buf) name = BUF_INIT;

		sum_format(&s->head.nodes.v[s->nodes.v[i]], &name);
		want(s, "node", name.s, "", NODE_MAX);
	}
	return ask(s, on_nodes, err);
}

/* So many that all at once come faster. */
static bool is_much(const struct sync *s)
{
	return s->leaves.n > LEAVES_FEW && s->head.whole.size && !s->took_whole &&
	       s->head.whole.revision > s->index.revision &&
	       s->leaves.n > ((size_t)1 << s->head.leaf_bits) / LEAVES_PART;
}

static int on_nodes(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;

	for (size_t i = 0; i < s->nodes.n; i++)
		if (sync_compare_node(s, s->nodes.v[i], buf_span(&g->items.v[i].body), err) < 0)
			return -1;
	return is_much(s) ? ask_whole(s, err) : ask_leaves(s, err);
}

static int ask_leaves(struct sync *s, struct err *err)
{
	gather_clear(&s->gather);
	for (s->upto = s->at; s->upto < s->leaves.n && s->gather.items.n < LEAVES_AT_ONCE;
		s->upto++) {
		AUTO(buf) name = BUF_INIT;

		if (sum_is_none(&s->leaves.v[s->upto].sum))
			continue;
		sum_format(&s->leaves.v[s->upto].sum, &name);
		want(s, "leaf", name.s, "", LEAF_MAX);
	}
	s->gather.full = on_leaves;
	return s->gather.items.n ? gather_go(&s->gather, err) : on_leaves(&s->gather, err);
}

static int on_leaves(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;

	if (sync_put_leaves(s, err) < 0)
		return -1;
	s->at = s->upto;
	return s->at < s->leaves.n ? ask_leaves(s, err) : settle(s, err);
}

static int settle(struct sync *s, struct err *err)
{
	gather_end(&s->gather); /* so that its worker ends while we wait for the disk */
	if (sync_commit(s, err) < 0)
		return -1;
	s->state.expires = s->head.expires;
	return sync_settle(s, err) < 0 ? -1 : sync_finish(s);
}

/* --- The whole index, in one file ------------------------------------------------------------- */

static int on_whole(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;
	int result = sync_take_whole(s, err);

	if (result)
		return result < 0 ? -1 : ask_whole(s, err);
	return descend(s, err);
}

static int ask_whole(struct sync *s, struct err *err)
{
	return sync_ask_whole(s, on_whole, err);
}

/* --- Where it begins --------------------------------------------------------------------------- */

static int no_key(const struct sync *s, struct err *err)
{
	err_set(err, ERR_CONFIG, "%s has no key, so nothing that it offers can be verified",
		s->repository->file.s);
	return err_next(err, "with the key of who runs it: fardel repo trust %s KEY",
		s->repository->name.s);
}

/* Whom the admin trusts now. */
static int load(struct sync *s, struct err *err)
{
	AUTO(texts) keys = {0};

	if (repositories_keys(s->e, s->repository, &keys, err) < 0)
		return -1;
	s->root_err = ERR_INIT;
	s->asked_root = 0;
	s->open = !s->repository->require_signature && !keys.of.n;
	if (!s->open && !keys.of.n)
		return no_key(s, err);
	if (!s->open) {
		int forgot = trust_anchor(&s->state, &keys, err);

		/* With no root yet, it was synced when nobody had to sign it. */
		if (forgot > 0 || !s->state.root)
			sync_begin_anew(s);
		return forgot < 0 ? -1 : 0;
	}
	engine_tell(s->e, WATCH_WARN, buf_span(&s->repository->name),
		"nobody has to have signed it (require_signature): whoever is on the way can change it");
	return 0;
}

static int begin(struct sync *s, struct err *err)
{
	if (load(s, err) < 0)
		return -1;
	sync_know_tag(s);
	gather_add(&s->gather, SPAN(HEAD_FILE), HEAD_MAX);
	if (ask(s, on_head, err) < 0)
		return -1;
	if (!s->gather.local && !s->state.file.n)
		sync_expect_whole(s);
	return 0;
}

static void let_go(struct sync *s)
{
	sync_drop_whole(s);
	fetch_drop(&s->fetch);
	fetch_init(&s->fetch);
	s->took_whole = false;
	vec_drop(&s->known);
	vec_drop(&s->nodes);
	vec_drop(&s->leaves);
}

const struct sync_part sync_of_tree = {begin, let_go};
