/* Commits changes to a real root. The order, and why it may be interrupted anywhere, stands in docs/ARCHITECTURE.md. */
#include "store/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/apply_names.h"
#include "store/attributes.h"
#include "store/beneath.h"
#include "store/put.h"
#include "store/spot.h"
#include "store/take.h"
#include "sys/fd.h"

static int remove_one(struct apply *a, size_t i, struct err *err)
{
	struct spot s = SPOT_INIT;
	int result = spot_open(a, i, &s, err);

	if (result > 0 && s.at.fd >= 0) {
		enum standing is = spot_judge(a, i, &s, err);

		node_at_drop(&s.at);
		if (is == STANDS_FOREIGN)
			result = apply_leave(a, i, LEAVE_FOREIGN, err);
		else if (is == STANDS_ERROR || (result = put_away(s.folder, s.name, err)) < 0)
			result = -1;
		else if (result == 0)
			result = apply_leave(a, i, LEAVE_NOT_EMPTY, err);
	}
	spot_drop(&s);
	return result < 0 ? -1 : 0;
}

/* The folder is to become something else. */
static int remove_beneath(struct apply *a, size_t i, struct err *err)
{
	struct span folder = buf_span(&a->c->of.v[i].path);
	size_t end = i + 1;

	while (end < a->c->of.n && apply_is_beneath(buf_span(&a->c->of.v[end].path), folder))
		end++;
	while (--end > i)
		if (remove_one(a, end, err) < 0)
			return err_at(err, "%s", a->c->of.v[end].path.s);
	return 0;
}

/* A kept file that is damaged is nobody's; but what stood there before may have been written to since, by who had it open. */
static int choose_kept(struct apply *a, size_t i, struct put_source *from, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	AUTO(node) is = NODE_INIT;
	int result = node_open(a->kept, from->name, true, &at, err);

	if (result >= 0 && node_load(&at, &is, err) < 0)
		result = -1;
	node_at_drop(&at);
	if (result < 0)
		return err_at(err, "the kept file");
	from->link = node_is_same(&is, apply_wanted(a, i));
	if (node_holds_same(&is, apply_wanted(a, i)))
		return 0;
	if (is.type == NODE_FILE && !a->after && a->left) {
		from->link = true;
		texts_add(a->left, buf_span(&a->c->of.v[i].path));
		return 0;
	}
	return err_set(err, ERR_BAD_STATE, "the file that was kept for it is missing or damaged");
}

/* A link to the first name's file; what stood there when it was made may be another's by now. */
static int link_first(
	struct apply *a, size_t i, const struct spot *s, const char *beside, struct err *err)
{
	struct spot first = SPOT_INIT;
	struct node_at at = NODE_AT_INIT;
	AUTO(node) is = NODE_INIT;
	int result = spot_open(a, a->first[i], &first, err);
	struct put_source from = {first.folder, first.name, true};

	if (result == 0)
		result = err_set(err, ERR_CONFLICT, "its other name is not there any more");
	if (result > 0)
		result = put_beside(s->folder, beside, apply_wanted(a, i), &from, err);
	spot_drop(&first);
	if (result == 0 &&
		(node_open(s->folder, beside, true, &at, err) < 0 || node_load(&at, &is, err) < 0))
		result = -1;
	node_at_drop(&at);
	if (result == 0 && !node_is_same(&is, apply_wanted(a, i)))
		result = err_set(err, ERR_CONFLICT, "its other name is another file by now");
	return result;
}

/* Then there is nothing to link to. */
static bool is_first_left(const struct apply *a, size_t i)
{
	struct span path = buf_span(&a->c->of.v[a->first[i]].path);

	if (!a->left)
		return false;
	VEC_FOR (const struct buf, left, &a->left->of)
		if (span_is(buf_span(left), path))
			return true;
	return false;
}

static int make_beside(
	struct apply *a, size_t i, const struct spot *s, const char *beside, struct err *err)
{
	const struct node *n = apply_wanted(a, i);
	char kept[KEPT_NUMBERS];
	struct put_source from = {a->kept, kept, false};

	kept_name(a->first[i], kept);
	if (n->type == NODE_FILE && a->first[i] != i && !is_first_left(a, i))
		return link_first(a, i, s, beside, err);
	if (n->type == NODE_FILE && choose_kept(a, i, &from, err) < 0)
		return -1;
	return put_beside(s->folder, beside, n, &from, err);
}

static int replace(struct apply *a, size_t i, struct spot *s, struct err *err)
{
	bool folder = s->at.fd >= 0 && S_ISDIR(s->at.st.st_mode);
	char beside[APPLY_BESIDE_BYTES];
	int done;

	apply_beside(i, beside);
	done = s->at.fd < 0 ? put_new(s->folder, s->name, apply_wanted(a, i), err) : 0;
	if (done)
		return done < 0 ? -1 : 0;
	node_at_drop(&s->at);
	if (folder && remove_beneath(a, i, err) < 0)
		return -1;
	done = make_beside(a, i, s, beside, err) < 0 ? -1
						     : put_over(s->folder, beside, s->name, err);
	if (done > 0)
		return 0;
	if (done == 0 && put_away(s->folder, beside, err) >= 0)
		return apply_leave(a, i, LEAVE_NOT_EMPTY, err);
	unlinkat(s->folder, beside, 0); /* or the next run does it */
	return -1;
}

/* With all that is in it. */
static bool take_over(struct apply *a, size_t i, const struct spot *s)
{
	if (!a->after || !take_place(a->kept, i, s->folder, s->name))
		return false;
	for (size_t k = i, end = take_end(a->c, i); k < end; k++)
		a->taken[k] = true;
	return true;
}

static int place_opened(struct apply *a, size_t i, struct spot *s, struct err *err)
{
	bool folder = apply_wanted(a, i)->type == NODE_FOLDER;

	if (folder && s->at.fd >= 0 && S_ISDIR(s->at.st.st_mode))
		return 0; /* its attributes come last */
	if (folder && s->at.fd < 0 && apply_unwanted(a, i)->type == NODE_FOLDER)
		return apply_leave(a, i, LEAVE_MISSING, err);
	if (folder && s->at.fd < 0 && take_over(a, i, s))
		return 0;
	switch (spot_judge(a, i, s, err)) {
	case STANDS_WANTED: return 0;
	case STANDS_FREE: return replace(a, i, s, err);
	case STANDS_FOREIGN: return apply_leave(a, i, LEAVE_FOREIGN, err);
	default: return -1;
	}
}

static int place_one(struct apply *a, size_t i, struct err *err)
{
	struct spot s = SPOT_INIT;
	int result = spot_open(a, i, &s, err);

	if (result == 0)
		result = apply_leave(a, i, LEAVE_NO_FOLDER, err);
	else if (result > 0)
		result = place_opened(a, i, &s, err);
	spot_drop(&s);
	return result;
}

/* apply_keep kept nothing: the file stays the one that it is. */
static bool is_in_place(const struct apply *a, size_t i)
{
	char kept[KEPT_NUMBERS];
	struct stat st;

	kept_name(a->first[i], kept);
	return change_kind(&a->c->of.v[i]) == CHANGE_ATTRIBUTES &&
	       fstatat(a->kept, kept, &st, AT_SYMLINK_NOFOLLOW) < 0;
}

static int set_opened(struct apply *a, size_t i, struct spot *s, struct err *err)
{
	AUTO(node) now = NODE_INIT;

	if (s->at.fd < 0)
		return apply_leave(a, i, LEAVE_MISSING, err);
	if (node_load(&s->at, &now, err) < 0)
		return -1;
	if (!node_holds_same(&now, apply_wanted(a, i)))
		return apply_leave(a, i, LEAVE_FOREIGN, err);
	return attributes_set(&s->at, apply_wanted(a, i), false, err);
}

static int set_one(struct apply *a, size_t i, struct err *err)
{
	struct spot s = SPOT_INIT;
	int result = spot_open(a, i, &s, err);

	if (result >= 0)
		result = set_opened(a, i, &s, err);
	spot_drop(&s);
	return result;
}

static int clear_one(struct apply *a, size_t i, struct err *err)
{
	char beside[APPLY_BESIDE_BYTES];
	const struct buf *path = &a->c->of.v[i].path;
	const char *name;
	int folder, gone;

	if (a->gone.n && apply_is_beneath(buf_span(path), a->gone))
		return 0;
	folder = beneath_visit(&a->in, path, &name, err);
	apply_beside(i, beside);
	if (folder < 0) {
		/* No folder of ours, now: nothing of ours can be in it. */
		bool none = err->sys == ENOENT || err->code == ERR_UNSAFE;

		a->gone = span_cut(buf_span(path), 0, (size_t)(strrchr(path->s, '/') - path->s));
		return none ? (err_clear(err), 0) : -1;
	}
	if (touched_add(a->touched, folder, err) < 0)
		return -1;
	gone = put_away(folder, beside, err);
	if (gone)
		return gone < 0 ? -1 : 0;
	err_set(err, ERR_CONFLICT, "%s, that stood in its place, holds what nobody knows of",
		beside);
	return err_next(err, "move what is in it away, then run the same command again");
}

/* An ordinary user's own folder that he may not write to; its mode is set at the end, or it goes. */
static int open_up_one(struct apply *a, size_t i, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	int there = beneath_look(a->root, &a->c->of.v[i].path, &at, err);
	mode_t mode = at.st.st_mode & 07777;

	if (there < 0 && err->code == ERR_UNSAFE) {
		err_clear(err);
		return 0;
	}
	if (there > 0 && S_ISDIR(at.st.st_mode) && at.st.st_uid == geteuid() &&
		(mode & 0700) != 0700) {
		if (fchmod(at.fd, mode | 0700) < 0)
			there = err_sys(err, "open the folder");
		at.opened_up = false;
	}
	node_at_drop(&at);
	return there < 0 ? -1 : 0;
}

static bool wants_folder(const struct apply *a, size_t i)
{
	return apply_wanted(a, i)->type == NODE_FOLDER;
}

static bool wants_file(const struct apply *a, size_t i)
{
	return apply_wanted(a, i)->type == NODE_FILE && !is_in_place(a, i);
}

static bool wants_other(const struct apply *a, size_t i)
{
	return apply_wanted(a, i)->type != NODE_FILE && apply_wanted(a, i)->type != NODE_FOLDER &&
	       apply_wanted(a, i)->type != NODE_NONE;
}

static bool wants_attributes(const struct apply *a, size_t i)
{
	return apply_wanted(a, i)->type == NODE_FILE && is_in_place(a, i);
}

static bool wants_nothing(const struct apply *a, size_t i)
{
	return apply_wanted(a, i)->type == NODE_NONE && !a->covered[i];
}

static bool has_folder(const struct apply *a, size_t i)
{
	return geteuid() != 0 && (wants_folder(a, i) || apply_unwanted(a, i)->type == NODE_FOLDER);
}

/* The order: at each moment what is there works, or nearly so. */
static const struct pass {
	const char *what;
	bool (*is_for)(const struct apply *a, size_t i); /* NULL: each */
	int (*run)(struct apply *a, size_t i, struct err *err);
	bool upwards; /* what is in a folder before the folder */
} passes[] = {
	{"open", has_folder, open_up_one, false},
	{"clear", NULL, clear_one, false},
	{"make", wants_folder, place_one, false},
	{"write", wants_file, place_one, false},
	{"make", wants_other, place_one, false},
	{"set the attributes of", wants_attributes, set_one, false},
	{"remove", wants_nothing, remove_one, true},
	{"set the attributes of", wants_folder, set_one, true},
};

static int explain(const struct buf *path, const char *what, struct err *err)
{
	if (err->sys == EPERM && !*err->next)
		err_next(err, "is it immutable? see lsattr -d %s, and chattr -i; or whose it is",
			path->s);
	if (err->sys == EBUSY)
		err_next(err,
			"is something mounted there? umount %s, then run the same command again",
			path->s);
	return err_at(err, "%s %s", what, path->s);
}

static int run_pass(struct apply *a, const struct pass *p, struct err *err)
{
	size_t n = a->c->of.n;

	for (size_t k = 0; k < n; k++) {
		size_t i = p->upwards ? n - 1 - k : k;

		if (!a->taken[i] && (!p->is_for || p->is_for(a, i)) && !apply_is_left(a, i) &&
			p->run(a, i, err) < 0)
			return explain(&a->c->of.v[i].path, p->what, err);
	}
	return 0;
}

static int run_passes(struct apply *a, struct err *err)
{
	a->gone = SPAN("");
	for (size_t i = 0; i < COUNT(passes); i++)
		if (run_pass(a, &passes[i], err) < 0)
			return -1;
	return 0;
}

/* Who takes back what filled the disk may need the room that only its removal gives. */
static int make_room(struct apply *a, struct err *err)
{
	err_clear(err);
	for (size_t i = 0; i < COUNT(passes); i++)
		if (passes[i].is_for == wants_nothing && run_pass(a, &passes[i], err) < 0)
			return -1;
	return 0;
}

static int run(struct apply *a, struct err *err)
{
	int result = kept_check(a->kept, a->c, a->after, err);

	if (result == 0)
		result = run_passes(a, err);
	if (result < 0 && err->code == ERR_NO_SPACE && !a->after)
		result = make_room(a, err) < 0 ? -1 : run_passes(a, err);
	return result < 0 ? -1 : 0;
}

static void find_covered(const struct changes *c, bool after, bool *covered)
{
	const struct change *top = NULL;

	for (size_t i = 0; i < c->of.n; i++) {
		const struct change *x = &c->of.v[i];
		enum node_type type = kept_node(x, after)->type;

		covered[i] = top && apply_is_beneath(buf_span(&x->path), buf_span(&top->path));
		if (!covered[i])
			top = type == NODE_NONE || type == NODE_FOLDER ? NULL : x;
	}
}

static void apply_drop(struct apply *a)
{
	beneath_drop(&a->in);
}

static int apply(int root, const struct changes *c, bool after, int kept, struct texts *left,
	struct touched *touched, struct err *err)
{
	AUTO_FREE size_t *first = mem_zero(c->of.n + 1, sizeof(*first));
	AUTO_FREE bool *taken = mem_zero(c->of.n + 1, sizeof(*taken));
	AUTO_FREE bool *covered = mem_zero(c->of.n + 1, sizeof(*covered));
	AUTO(apply) a = {.root = root,
		.c = c,
		.after = after,
		.kept = kept,
		.first = first,
		.taken = taken,
		.covered = covered,
		.left = left,
		.touched = touched,
		.in = BENEATH_INIT(root)};

	kept_first(c, after, first);
	find_covered(c, after, covered);
	return run(&a, err);
}

int apply_forward_lazily(int root, const struct changes *c, const struct apply_kept *kept,
	struct texts *left, struct touched *touched, struct err *err)
{
	return apply(root, c, true, kept->after, left, touched, err);
}

int apply_forward(int root, const struct changes *c, const struct apply_kept *kept,
	struct texts *left, struct err *err)
{
	AUTO(touched) touched = TOUCHED_INIT;

	if (apply(root, c, true, kept->after, left, &touched, err) < 0)
		return -1;
	return touched_sync(&touched, err);
}

int apply_back(int root, const struct changes *c, const struct apply_kept *kept, struct texts *left,
	struct err *err)
{
	AUTO(touched) touched = TOUCHED_INIT;

	if (apply(root, c, false, kept->before, left, &touched, err) < 0)
		return -1;
	return touched_sync(&touched, err);
}
