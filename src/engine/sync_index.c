/* What sync does with the index on disk. */
#include "engine/sync_index.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/repositories.h"
#include "engine/worker.h"
#include "model/message.h"
#include "model/offer_message.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/sum.h"
#include "sys/fd.h"
#include "sys/file.h"

static void add_folder(const struct sync *s, struct buf *out)
{
	AUTO(buf) folder = buf_of(PLACE_REPOS "/");

	buf_add_span(&folder, buf_span(&s->repository->name));
	place_path(&s->e->place, folder.s, out);
}

int sync_open_folder(struct sync *s, struct err *err)
{
	AUTO(buf) folder = buf_of(PLACE_REPOS "/");

	if (s->folder >= 0)
		return 0;
	buf_add_span(&folder, buf_span(&s->repository->name));
	s->folder = place_make(&s->e->place, folder.s, 0755, err);
	return s->folder < 0 ? -1 : 0;
}

static void new_name(const struct sync *s, struct buf *out)
{
	buf_setf(out, "%lld-%lld.db", (long long)s->head.revision, (long long)engine_now());
	for (int i = 1; faccessat(s->folder, out->s, F_OK, AT_SYMLINK_NOFOLLOW) == 0; i++)
		buf_setf(out, "%lld-%lld-%d.db", (long long)s->head.revision,
			(long long)engine_now(), i);
}

void sync_new_file(struct sync *s)
{
	index_drop(&s->index);
	s->index = INDEX_INIT;
	s->fresh = true;
	new_name(s, &s->index_file);
}

static void add_index(const struct sync *s, struct buf *out)
{
	add_folder(s, out);
	buf_addf(out, "/%s", s->index_file.s);
}

static int open_index(struct sync *s, bool fresh, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	add_index(s, &path);
	return fresh ? index_make_of(path.s, repository_package_format(s->repository->format),
			       s->head.leaf_bits, &s->index, err)
		     : index_open(path.s, true, &s->index, err);
}

static bool is_ours(const struct sync *s, const struct index *index)
{
	return index->format == repository_package_format(s->repository->format);
}

static int node_sum(struct index *index, unsigned number, struct head_sum *sum, struct err *err)
{
	AUTO(buf) node = BUF_INIT;

	if (index_node(index, number, &node, err) < 0)
		return -1;
	return sum_of_bytes(buf_span(&node), sum, err);
}

/* While the head is on its way. What cannot be read is said when it is asked for again. */
static void know_nodes(struct sync *s, struct index *index)
{
	struct err ignored = ERR_INIT;
	struct head_sum sum;

	for (unsigned i = 0; !index->format && i < head_node_count(index->leaf_bits); i++) {
		if (node_sum(index, i, &sum, &ignored) < 0)
			return;
		*vec_push(&s->known) = sum;
	}
}

int sync_is_usable(struct sync *s)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(index) index = INDEX_INIT;
	struct err why = ERR_INIT;
	int result = 0;

	add_folder(s, &path);
	buf_addf(&path, "/%s", s->state.file.s);
	s->known.n = 0;
	if (index_open(path.s, false, &index, &why) == 0)
		result = is_ours(s, &index) ? 1 : -1;
	if (result > 0)
		know_nodes(s, &index);
	if (result)
		return result;
	engine_tell(s->e, WATCH_WARN, buf_span(&s->repository->name),
		"its index cannot be used (%s): it is fetched anew", why.text);
	return 0;
}

int sync_open(struct sync *s, struct err *err)
{
	struct err why = ERR_INIT;

	if (sync_open_folder(s, err) < 0)
		return -1;
	if (s->state.file.n)
		buf_set(&s->index_file, buf_span(&s->state.file));
	s->fresh = s->force || !s->state.file.n || open_index(s, false, &why) < 0 ||
		   s->index.leaf_bits != s->head.leaf_bits;
	if (!s->fresh)
		return 0;
	if (why.code != ERR_NONE)
		engine_tell(s->e, WATCH_WARN, buf_span(&s->repository->name),
			"its index cannot be used (%s): it is fetched anew", why.text);
	if (s->head.whole.size)
		return 0;
	sync_new_file(s);
	return open_index(s, true, err);
}

/* Whether the index has that node as the head has it. */
static int has_node(struct sync *s, unsigned number, struct err *err)
{
	bool known = !s->fresh && !s->putting && number < s->known.n;
	struct head_sum sum;

	if (known)
		sum = s->known.v[number];
	else if (node_sum(&s->index, number, &sum, err) < 0)
		return -1;
	return sum_is(&sum, &s->head.nodes.v[number]);
}

int sync_compare(struct sync *s, struct err *err)
{
	s->nodes.n = s->leaves.n = s->at = s->upto = 0;
	for (unsigned i = 0; i < head_node_count(s->head.leaf_bits); i++) {
		int has = has_node(s, i, err);

		if (has < 0)
			return -1;
		if (!has)
			*vec_push(&s->nodes) = i;
	}
	return 0;
}

/* What came is what its name says. */
static int check_sum(
	struct span bytes, const struct head_sum *wanted, const char *what, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	struct head_sum sum;

	if (sum_of_bytes(bytes, &sum, err) < 0)
		return -1;
	if (sum_is(&sum, wanted))
		return 0;
	sum_format(wanted, &name);
	err_set(err, ERR_CHECKSUM, "index/%s/%s has another content than its name says", what,
		name.s);
	return err_next(err, "run it again; if it stays so, tell who runs the repository");
}

int sync_compare_node(struct sync *s, unsigned number, struct span bytes, struct err *err)
{
	unsigned width = head_node_width(s->head.leaf_bits);
	AUTO(buf) ours = BUF_INIT;

	if (check_sum(bytes, &s->head.nodes.v[number], "node", err) < 0)
		return -1;
	if (bytes.n != (size_t)width * HEAD_SUM)
		return err_set(err, ERR_CHECKSUM, "node %u has %zu bytes instead of %u", number,
			bytes.n, width * HEAD_SUM);
	if (index_node(&s->index, number, &ours, err) < 0)
		return -1;
	for (unsigned i = 0; i < width; i++) {
		struct sync_wanted leaf = {.number = number * width + i};

		memcpy(leaf.sum.bytes, bytes.s + (size_t)i * HEAD_SUM, HEAD_SUM);
		if (memcmp(ours.s + (size_t)i * HEAD_SUM, leaf.sum.bytes, HEAD_SUM) != 0)
			*vec_push(&s->leaves) = leaf;
	}
	return 0;
}

int sync_open_whole(struct sync *s, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	add_index(s, &path);
	if (index_open_fresh(path.s, &s->index, err) < 0) {
		unlinkat(s->folder, s->index_file.s, 0);
		return -1;
	}
	if (s->index.leaf_bits == s->head.leaf_bits && is_ours(s, &s->index))
		return 0;
	return err_set(err, ERR_CHECKSUM, "its whole index is of another tree than its head's");
}

/* --- Leaves ---------------------------------------------------------------------------------- */

struct offers {
	VEC(struct offer *) of;
};

static void offers_clear(struct offers *o)
{
	for (size_t i = 0; i < o->of.n; i++) {
		offer_drop(o->of.v[i]);
		free(o->of.v[i]);
	}
	o->of.n = 0;
}

static void offers_drop(struct offers *o)
{
	offers_clear(o);
	vec_drop(&o->of);
}

/* The worker that reads leaves, one after the other. */
struct reading {
	struct worker worker; /* first */
	struct sync *s;
	size_t leaf; /* of s->leaves: the one it is at */
	size_t item; /* of the gather's */
	struct offers offers; /* of that leaf, so far */
	bool started;
};

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-index said what cannot be understood");
}

static struct span leaf_bytes(const struct reading *r)
{
	return sum_is_none(&r->s->leaves.v[r->leaf].sum)
		       ? SPAN("")
		       : buf_span(&r->s->gather.items.v[r->item].body);
}

static int put_leaf(struct reading *r, struct err *err)
{
	const struct sync_wanted *leaf = &r->s->leaves.v[r->leaf];
	struct span file = leaf_bytes(r);

	if (index_put_leaf(&r->s->index, leaf->number, &leaf->sum, file,
		    (const struct offer *const *)r->offers.of.v, r->offers.of.n, err) < 0)
		return -1;
	offers_clear(&r->offers);
	r->item += file.n > 0;
	r->leaf++;
	return 0;
}

static int send_leaf(struct reading *r, struct err *err)
{
	AUTO(buf) payload = BUF_INIT;
	struct leaf_order order = {.number = r->s->leaves.v[r->leaf].number,
		.bits = r->s->head.leaf_bits,
		.file = leaf_bytes(r)};

	if (check_sum(order.file, &r->s->leaves.v[r->leaf].sum, "leaf", err) < 0)
		return -1;
	offer_message_put_leaf(&payload, &order);
	if (r->started)
		return frame_send(r->worker.task.fd, OFFER_LEAF, buf_span(&payload), err);
	r->started = true;
	return worker_start(
		r->s->e, &r->worker, WORKER_INDEX, NULL, 0, OFFER_LEAF, buf_span(&payload), err);
}

/* Leaves without packages need no reader. */
static int next_leaf(struct reading *r, struct err *err)
{
	while (r->leaf < r->s->upto && sum_is_none(&r->s->leaves.v[r->leaf].sum))
		if (put_leaf(r, err) < 0)
			return -1;
	if (r->leaf < r->s->upto)
		return send_leaf(r, err);
	if (r->started) {
		r->worker.finished = true;
		shutdown(r->worker.task.fd, SHUT_WR);
	}
	return 0;
}

static int on_offer(struct worker *w, const struct frame *frame, struct err *err)
{
	struct reading *r = w->arg;

	if (frame->type == OFFER_ONE) {
		struct offer *offer = mem_zero(1, sizeof(*offer));

		offer_init(offer);
		*vec_push(&r->offers.of) = offer;
		return offer_message_get(frame->payload, offer) ? 0 : not_understood(err);
	}
	if (frame->type != OFFER_LEAF_READ)
		return not_understood(err);
	return put_leaf(r, err) < 0 ? -1 : next_leaf(r, err);
}

static int read_leaves(struct sync *s, struct err *err)
{
	struct reading r = {
		.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT, .frame = on_offer},
		.s = s,
		.leaf = s->at};
	int result;

	r.worker.arg = &r;
	result = next_leaf(&r, err);
	if (result == 0 && r.started)
		result = worker_finish(&r.worker, err);
	worker_drop(&r.worker);
	offers_drop(&r.offers);
	return result;
}

/* What came together is what the head says: below the nodes that were as it has them, nothing has changed. */
static int check_tree(struct sync *s, struct err *err)
{
	for (size_t i = 0; i < s->nodes.n; i++) {
		int has = has_node(s, s->nodes.v[i], err);

		if (has < 0)
			return -1;
		if (!has)
			return err_set(
				err, ERR_CHECKSUM, "its parts do not make what its head says");
	}
	return 0;
}

int sync_put_leaves(struct sync *s, struct err *err)
{
	if (!s->putting && index_begin(&s->index, err) < 0)
		return -1;
	s->putting = true;
	return read_leaves(s, err);
}

/* As it came it is the head's. */
static bool is_complete(const struct sync *s)
{
	return !s->putting && s->index.revision == s->head.revision && (!s->fresh || s->took_whole);
}

int sync_publish(struct sync *s, struct err *err)
{
	if (index_publish(&s->index, err) < 0)
		return -1;
	return fsync(s->folder) < 0 ? err_sys(err, "write %s", s->index_file.s) : 0;
}

int sync_commit(struct sync *s, struct err *err)
{
	if (is_complete(s))
		return s->fresh ? sync_publish(s, err) : 0;
	if (!s->putting && index_begin(&s->index, err) < 0)
		return -1;
	s->putting = true;
	if (check_tree(s, err) < 0 || index_commit(&s->index, s->head.revision, err) < 0)
		return -1;
	s->putting = false;
	return s->fresh ? sync_publish(s, err) : 0;
}

/* --- What is in force ------------------------------------------------------------------------ */

static bool belongs_to(const struct buf *index, const char *name)
{
	return index->n && strncmp(name, index->s, index->n) == 0 &&
	       (!name[index->n] || name[index->n] == '-');
}

void sync_sweep(struct sync *s)
{
	AUTO(buf) path = BUF_INIT;
	const struct dirent *entry;
	DIR *dir;
	int fd;

	add_folder(s, &path);
	fd = open(path.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !belongs_to(&s->in_use, entry->d_name))
			unlinkat(fd, entry->d_name, 0);
	if (dir)
		closedir(dir);
	else
		fd_drop(&fd);
}

/* Only --allow-older leads there. */
static bool is_older(const struct sync *s)
{
	return s->back.goes || s->state.in_force < s->state.revision;
}

static void add_older(const struct sync *s, struct buf *out)
{
	int64_t seen = s->back.goes ? s->back.seen : s->state.revision;

	if (seen == s->state.in_force)
		buf_addf(out,
			"revision %lld is in force, and is another than was seen (--allow-older)",
			(long long)seen);
	else
		buf_addf(out, "revision %lld is in force, though %lld was seen (--allow-older)",
			(long long)s->state.in_force, (long long)seen);
}

/* It is a transaction of the history: *number. */
static int note_older(struct sync *s, int64_t *number, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	buf_addf(&text, "%s: ", s->repository->name.s);
	add_older(s, &text);
	return journal_note(
		&s->e->db, s->e->command.s, s->e->user, engine_now(), text.s, number, err);
}

static void tell_older(struct sync *s, int64_t number)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(log) log = LOG_INIT;
	struct err ignored = ERR_INIT;

	add_older(s, &text);
	engine_tell(s->e, WATCH_WARN, buf_span(&s->repository->name), "%s", text.s);
	if (log_open(&s->e->place, number, false, &log, &ignored) == 0)
		log_line(&log, "%s: %s", s->repository->name.s, text.s);
}

int sync_keep(struct sync *s, bool wait, struct err *err)
{
	int64_t number;

	if ((wait ? db_begin(&s->e->db, err) : db_begin_lazily(&s->e->db, err)) < 0)
		return -1;
	if (repos_put(&s->e->db, &s->state, err) < 0 ||
		(s->settling && is_older(s) && note_older(s, &number, err) < 0)) {
		db_abandon(&s->e->db);
		return -1;
	}
	if (db_commit(&s->e->db, err) < 0)
		return -1;
	buf_set(&s->in_use, buf_span(&s->state.file));
	if (s->settling && is_older(s))
		tell_older(s, number);
	return 0;
}

int sync_settle(struct sync *s, struct err *err)
{
	struct repo_state *state = &s->state;

	state->synced = engine_now();
	state->in_force = s->index.revision;
	buf_set(&state->etag, buf_span(&s->gather.tag));
	buf_clear(&state->url);
	pack_show_url(buf_span(&s->repository->urls.of.v[s->url]), &state->url);
	buf_set(&state->file, buf_span(&s->index_file));
	s->settling = true;
	if (sync_keep(s, true, err) < 0)
		return -1;
	sync_sweep(s);
	return 0;
}
