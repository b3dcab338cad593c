/* What was committed to the system, kept so that it can be taken back. */
#include "store/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/changes_json.h"
#include "model/changes_math.h"
#include "model/name.h"
#include "store/kept.h"
#include "store/put.h"
#include "store/take.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define NUMBERS 48

static const char *const list_names[UNDO_LISTS] = {"changes", "footprint"};

void undo_drop(struct undo *u)
{
	fd_drop(&u->base);
	fd_drop(&u->kept.before);
	fd_drop(&u->kept.after);
	fd_drop(&u->folder);
}

static void name_of(int64_t txn, int64_t item, char name[NUMBERS])
{
	snprintf(name, NUMBERS, "%lld.%lld", (long long)txn, (long long)item);
}

static int open_folder(int above, const char *name, struct err *err)
{
	return file_open(above, name, O_RDONLY | O_DIRECTORY, 0, err);
}

static int make_folder(int above, const char *name, struct err *err)
{
	return file_make_dir(above, name, 0700, err) < 0 ? -1 : open_folder(above, name, err);
}

static int make_if(int above, const char *name, bool wanted, int *out, struct err *err)
{
	*out = wanted ? make_folder(above, name, err) : -1;
	return wanted && *out < 0 ? -1 : 0;
}

int undo_make(const struct place *p, int64_t txn, int64_t item, const struct changes *changes,
	const struct changes *footprint, struct undo *out, struct err *err)
{
	AUTO_FD above = place_make(p, PLACE_UNDO, 0700, err);
	char name[NUMBERS];

	*out = UNDO_INIT;
	name_of(txn, item, name);
	if (above < 0 || tree_remove(above, name, err) < 0)
		return -1;
	out->folder = make_folder(above, name, err);
	if (out->folder < 0 ||
		make_if(out->folder, "after", kept_has(changes, true) || take_has(changes),
			&out->kept.after, err) < 0 ||
		make_if(out->folder, "before", kept_has(changes, false), &out->kept.before, err) <
			0 ||
		make_if(out->folder, "base", kept_has(footprint, false), &out->base, err) < 0) {
		undo_drop(out);
		return -1;
	}
	return 0;
}

/* -1 with ERR_NONE where it is gone. */
static int open_part(int above, const char *name, int *out, struct err *err)
{
	*out = file_open_if(above, name, O_RDONLY | O_DIRECTORY, err);
	return *out < 0 && err->code != ERR_NONE ? -1 : 0;
}

int undo_open(const struct place *p, int64_t txn, int64_t item, struct undo *out, struct err *err)
{
	AUTO_FD above = place_open_if(p, PLACE_UNDO, err);
	char name[NUMBERS];

	*out = UNDO_INIT;
	if (above < 0)
		return err->code == ERR_NONE ? 0 : -1;
	name_of(txn, item, name);
	if (open_part(above, name, &out->folder, err) < 0)
		return -1;
	if (out->folder < 0)
		return 0;
	if (open_part(out->folder, "after", &out->kept.after, err) < 0 ||
		open_part(out->folder, "before", &out->kept.before, err) < 0 ||
		open_part(out->folder, "base", &out->base, err) < 0) {
		undo_drop(out);
		return -1;
	}
	return 1;
}

int undo_write(
	const struct undo *u, enum undo_list list, const struct footprint *f, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd =
		file_open(u->folder, list_names[list], O_WRONLY | O_CREAT | O_TRUNC, 0600, err);

	footprint_format(f, &text);
	return fd < 0 ? -1 : file_write_all(fd, text.s, text.n, err);
}

int undo_read(const struct undo *u, enum undo_list list, struct footprint *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	int there = file_read(u->folder, list_names[list], CHANGES_JSON_MAX, &text, err);

	if (there == 0)
		err_set(err, ERR_BAD_STATE, "it is missing");
	if (there > 0 && footprint_parse(buf_span(&text), out, err) < 0) {
		err->code = ERR_BAD_STATE;
		there = -1;
	}
	if (there <= 0)
		return err_at(err, "the list %s in " PLACE_UNDO, list_names[list]);
	return 0;
}

/* --- The base of a footprint -------------------------------------------------------------------------- */

/* A source with the first names of its changes' files. */
struct shelf {
	const struct undo_source *of;
	size_t *first;
};

static void shelf_init(struct shelf *s, const struct undo_source *of)
{
	s->of = of;
	s->first = mem_zero(of->changes->of.n + 1, sizeof(*s->first));
	kept_first(of->changes, false, s->first);
}

static void shelf_drop(struct shelf *s)
{
	free(s->first);
}

struct sources {
	VEC(struct shelf) of;
	bool copies; /* no hard links */
};

static void sources_drop(struct sources *s)
{
	vec_drop_each(&s->of, shelf_drop);
}

/* Its kept file of that path: 1, with its name; 0: it has none. */
static int find_kept(
	const struct shelf *s, const struct buf *path, char name[KEPT_NUMBERS], struct err *err)
{
	const struct change *c = changes_get(s->of->changes, buf_span(path));
	struct stat st;

	if (!c || c->before.type != NODE_FILE)
		return 0;
	kept_name(s->first[c - s->of->changes->of.v], name);
	if (fstatat(s->of->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_sys(err, "look at a kept file");
}

/* Of what was set in place twice, the file that was found has no longer the attributes of the first time. */
static int copy_as(int base, const char *to, const struct undo_source *from, const char *name,
	const struct node *as, struct err *err)
{
	AUTO_FD fd = file_open(from->folder, name, O_RDONLY, 0, err);

	return fd < 0 ? -1 : put_copy(fd, base, to, as, err);
}

static int keep_one(int base, const struct change *c, size_t number, const struct shelf *from,
	const char *name, bool copies, struct err *err)
{
	const struct change *now = changes_get(from->of->changes, buf_span(&c->path));
	char to[KEPT_NUMBERS];

	kept_name(number, to);
	if (copies || !node_is_same(&now->before, &c->before))
		return copy_as(base, to, from->of, name, &c->before, err);
	if (linkat(from->of->folder, name, base, to, 0) == 0)
		return 0;
	return errno == EMLINK ? copy_as(base, to, from->of, name, &c->before, err)
			       : err_sys(err, "keep what was there first");
}

/* Where none has just that content, the first that has any. */
static int fill_one(
	int base, const struct change *c, size_t number, const struct sources *all, struct err *err)
{
	char name[KEPT_NUMBERS], first_name[KEPT_NUMBERS];
	const struct shelf *first = NULL;

	VEC_FOR (const struct shelf, s, &all->of) {
		int there = find_kept(s, &c->path, name, err);

		if (there < 0)
			return -1;
		if (there == 0)
			continue;
		if (node_holds_same(
			    &changes_get(s->of->changes, buf_span(&c->path))->before, &c->before))
			return keep_one(base, c, number, s, name, all->copies, err);
		if (!first)
			memcpy(first_name, name, sizeof(name));
		first = first ? first : s;
	}
	return first ? keep_one(base, c, number, first, first_name, all->copies, err) : 0;
}

static int fill(int base, const struct changes *footprint, const struct undo_source *sources,
	size_t count, bool copies, struct err *err)
{
	AUTO_FREE size_t *first = mem_zero(footprint->of.n + 1, sizeof(*first));
	AUTO(sources) all = {.copies = copies};

	for (size_t i = 0; i < count; i++)
		shelf_init(vec_push(&all.of), &sources[i]);
	kept_first(footprint, false, first);
	for (size_t i = 0; i < footprint->of.n; i++) {
		const struct change *c = &footprint->of.v[i];

		if (c->before.type == NODE_FILE && first[i] == i &&
			fill_one(base, c, i, &all, err) < 0)
			return err_at(err, "%s", c->path.s);
	}
	return kept_seal(base, footprint, false, err);
}

int undo_fill_base(int base, const struct changes *footprint, const struct undo_source *sources,
	size_t count, struct err *err)
{
	return fill(base, footprint, sources, count, false, err);
}

int undo_fill_after(int after, const struct changes *changes, const struct changes *undone,
	int before, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;
	const struct undo_source source = {before, undone};
	AUTO(changes) original = CHANGES_INIT;

	changes_merge(changes, &nothing, &original);
	changes_invert(&original);
	return fill(after, &original, &source, 1, true, err);
}

/* --- What is of no more use ------------------------------------------------------------------------------ */

/* A rename between a commit's folder and packages/. */
static int move(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	if (renameat(from_dir, from, to_dir, to) == 0)
		return 1;
	if (errno == ENOENT || errno == EXDEV)
		return 0;
	return err_sys(err, "move %s to %s", from, to);
}

/* The folders in which a package's installations may be, and what they are called when they are kept. */
struct shelf_of {
	const char *name;
	int (*open)(const struct place *p, struct err *err);
};

static int open_fardel(const struct place *p, struct err *err)
{
	return place_make(p, PLACE_PACKAGES, 0755, err);
}

static int open_puavo(const struct place *p, struct err *err)
{
	AUTO(buf) path = buf_dup(&p->puavo);

	buf_adds(&path, "/packages");
	return place_open_if(p, path.s, err);
}

static const struct shelf_of shelves[] = {{"packages", open_fardel}, {"puavo", open_puavo}};

/* 1: what is of that name is kept; 0: there is nothing. */
static int retire(const struct place *p, const struct undo *u, const struct shelf_of *shelf,
	const char *name, struct err *err)
{
	AUTO_FD packages = shelf->open(p, err);
	struct stat st;
	int moved;

	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	moved = move(packages, name, u->folder, shelf->name, err);
	/* Before a kill, maybe. */
	return moved == 0 ? file_stat(u->folder, shelf->name, &st, err) : moved;
}

int undo_retire(const struct place *p, int64_t txn, int64_t item, struct span name, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	AUTO(buf) text = BUF_INIT;
	int there = undo_open(p, txn, item, &u, err), kept = 0;

	name_to_folder(name, &text);
	for (size_t i = 0; there > 0 && i < COUNT(shelves); i++) {
		int one = retire(p, &u, &shelves[i], text.s, err);

		if (one < 0)
			return -1;
		kept |= one;
	}
	return there < 0 ? -1 : kept;
}

int undo_discard(const struct place *p, int64_t txn, int64_t item, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	int there = undo_open(p, txn, item, &u, err);

	for (size_t i = 0; there > 0 && i < COUNT(shelves); i++)
		if (tree_remove(u.folder, shelves[i].name, err) < 0)
			return -1;
	return there < 0 ? -1 : 0;
}

int undo_restore(
	const struct place *p, int64_t txn, int64_t item, struct span name, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	AUTO(buf) text = BUF_INIT;
	int there = undo_open(p, txn, item, &u, err), back = 0;

	name_to_folder(name, &text);
	for (size_t i = 0; there > 0 && i < COUNT(shelves); i++) {
		AUTO_FD packages = shelves[i].open(p, err);
		int one;

		if (packages < 0 && err->code != ERR_NONE)
			return -1;
		one = packages < 0 ? 0 : move(u.folder, shelves[i].name, packages, text.s, err);
		if (one < 0)
			return -1;
		back |= one;
	}
	return there < 0 ? -1 : back;
}

void undo_settle(const struct undo *u)
{
	struct err ignored = ERR_INIT;

	if (tree_remove(u->folder, "after", &ignored) < 0)
		err_clear(&ignored); /* it goes with the rest */
}

/* The list of changes goes last: without it nothing else is there. */
int undo_shorten(const struct place *p, int64_t txn, int64_t item, struct err *err)
{
	AUTO_FD above = place_open_if(p, PLACE_UNDO, err);
	AUTO_FD folder = -1;
	char name[NUMBERS];
	struct stat st;

	if (above < 0)
		return err->code == ERR_NONE ? 0 : -1;
	name_of(txn, item, name);
	if (open_part(above, name, &folder, err) < 0)
		return -1;
	if (folder < 0 || fstatat(folder, "changes", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return tree_remove(folder, "after", err) < 0 || tree_remove(folder, "before", err) < 0 ||
			       tree_remove(folder, "packages", err) < 0 ||
			       tree_remove(folder, "puavo", err) < 0 ||
			       tree_remove(folder, "changes", err) < 0
		       ? -1
		       : 0;
}

int undo_remove(const struct place *p, int64_t txn, int64_t item, struct err *err)
{
	AUTO_FD above = place_open_if(p, PLACE_UNDO, err);
	char name[NUMBERS];

	if (above < 0)
		return err->code == ERR_NONE ? 0 : -1;
	name_of(txn, item, name);
	return tree_remove(above, name, err);
}

static bool parse_name(const char *name, int64_t *txn, int64_t *item)
{
	long long a, b;
	char again[NUMBERS];

	if (sscanf(name, "%18lld.%18lld", &a, &b) != 2)
		return false;
	*txn = a;
	*item = b;
	name_of(*txn, *item, again);
	return span_is_text(span_of(name), again);
}

static int sweep_one(int above, const char *name, enum undo_use use, struct err *err)
{
	char after[NUMBERS + sizeof("/after")];

	if (use == UNDO_OPEN)
		return 0;
	snprintf(after, sizeof(after), "%s/after", name);
	return tree_remove(above, use == UNDO_STANDS ? after : name, err);
}

int undo_sweep(const struct place *p,
	enum undo_use (*use_of)(const void *arg, int64_t txn, int64_t item), const void *arg,
	struct err *err)
{
	AUTO_FD above = place_open_if(p, PLACE_UNDO, err);
	AUTO(tree_names) names = {0};
	int64_t txn, item;

	if (above < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_names(above, SIZE_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++) {
		const char *name = names.of.v[i];
		bool ours = parse_name(name, &txn, &item);

		if (sweep_one(above, name, ours ? use_of(arg, txn, item) : UNDO_UNKNOWN, err) < 0)
			return -1;
	}
	return 0;
}
