/* A wagon's tree as luet keeps it. */
#include "engine/luet_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/luet_conf.h"
#include "engine/repositories.h"
#include "engine/stock.h"
#include "model/name.h"
#include "model/relation.h"
#include "model/wagon.h"
#include "store/repos.h"
#include "store/trust.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define NAMES_MAX 64 /* in a folder that may be one of ours: there are three */
#define META_FOLDER "metafs"
#define META_FILE META_FOLDER "/repository.meta.yaml"
#define TREE_FOLDER "treefs"

void exported_tree_drop(struct exported_tree *t)
{
	buf_drop(&t->folder);
}

/* The tree on its way. */
struct tree {
	struct shelf shelf;
	int folder; /* the new one */
	int meta; /* repository.meta.yaml */
	struct buf provided; /* lines "CAT/NAME\tJSON of who provides it" */
	int64_t packages;
};

static void tree_drop(struct tree *t)
{
	shelf_drop(&t->shelf);
	fd_drop(&t->folder);
	fd_drop(&t->meta);
	buf_drop(&t->provided);
}

static int write_file(int dir, const char *name, struct span text, struct err *err)
{
	AUTO_FD fd = file_open(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0644, err);

	if (fd < 0)
		return -1;
	return fchmod(fd, 0644) < 0 ? err_sys(err, "write %s", name)
				    : file_write_all(fd, text.s, text.n, err);
}

/* --- Of each package ------------------------------------------------------------------------------ */

/* JSON in one line, with a blank behind what separates: so it is YAML as well, wherever it stands. */
static void add_flow(struct span json, struct buf *out)
{
	bool quoted = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.s[i];

		if (!quoted && (c == '\n' || c == '\r' || c == '\t' || c == ' '))
			continue;
		buf_addc(out, c);
		if (quoted && c == '\\' && i + 1 < json.n)
			buf_addc(out, json.s[++i]);
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ',' || c == ':'))
			buf_addc(out, ' ');
	}
}

static int add_meta(struct tree *t, struct span metadata, struct err *err)
{
	AUTO(buf) item = buf_of("- ");

	add_flow(metadata, &item);
	buf_addc(&item, '\n');
	return file_write_all(t->meta, item.s, item.n, err);
}

/* {"category":…,"name":…,"version":…} of a name CATEGORY/NAME: both are of letters that JSON takes as they are. */
static void add_package(struct span name, struct span version, struct buf *out)
{
	struct span rest = name, category = SPAN("");

	(void)span_split(&rest, '/', &category);
	buf_addf(out, "{\"name\": \"%.*s\", \"category\": \"%.*s\", \"version\": \"%.*s\"",
		SPAN_ARG(rest), SPAN_ARG(category), SPAN_ARG(version));
}

static void add_provided(struct tree *t, const struct index_row *row)
{
	struct span lines = row->relations, line;

	while (span_split(&lines, '\n', &line)) {
		struct relations one = {0};

		if (span_starts(line, "p ") &&
			relations_add_text(&one, span_cut(line, 2, line.n)) &&
			name_is_luet_valid(buf_span(&one.of.v[0].name))) {
			const struct relation *r = &one.of.v[0];

			buf_addf(&t->provided, "%s\t", r->name.s);
			add_package(row->name, row->version, &t->provided);
			buf_adds(&t->provided, ", \"provides\": [");
			add_package(buf_span(&r->name),
				r->op == RELATION_EXACTLY ? buf_span(&r->version) : SPAN(">=0"),
				&t->provided);
			buf_adds(&t->provided, "}]}\n");
		}
		relations_drop(&one);
	}
}

/* Its folder, new: name and version have been checked to be parts of a path. */
static int make_folder(const struct tree *t, const struct index_row *row, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	buf_addf(&path, TREE_FOLDER "/%.*s/%.*s", SPAN_ARG(row->name), SPAN_ARG(row->version));
	return file_make_dirs(t->folder, path.s, 0755, err);
}

static int write_package(
	struct tree *t, const struct index_row *row, const struct offer *o, struct err *err)
{
	AUTO_FD dir = make_folder(t, row, err);
	AUTO(buf) yaml = BUF_INIT;

	if (dir < 0)
		return -1;
	add_flow(buf_span(&o->metadata), &yaml);
	buf_addc(&yaml, '\n');
	if (write_file(dir, "definition.yaml", buf_span(&o->definition), err) < 0 ||
		write_file(dir, "metadata.json", buf_span(&o->metadata), err) < 0 ||
		write_file(dir, "metadata.yaml", buf_span(&yaml), err) < 0)
		return -1;
	if (o->finalize.n && write_file(dir, "finalize.yaml", buf_span(&o->finalize), err) < 0)
		return -1;
	return add_meta(t, buf_span(&o->metadata), err);
}

static int take_row(void *arg, const struct index_row *row, struct err *err)
{
	struct tree *t = arg;
	AUTO(offer) o;
	int there;

	offer_init(&o);
	if (!name_is_luet_valid(row->name) || !name_is_luet_version(row->version))
		return index_damaged(&t->shelf.index, "a row of it is no package", err);
	buf_set(&o.name, row->name);
	buf_set(&o.version, row->version);
	there = index_texts(&t->shelf.index, &o, err);
	if (there == 0)
		return index_damaged(&t->shelf.index, "a package has no texts", err);
	if (there < 0 || write_package(t, row, &o, err) < 0)
		return -1;
	add_provided(t, row);
	t->packages++;
	return 0;
}

/* --- The whole ------------------------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

static void add_sorted(struct span text, struct buf *out)
{
	VEC(struct span) lines = {0};
	struct span line, before = SPAN("");

	while (span_split(&text, '\n', &line))
		if (line.n)
			*vec_push(&lines) = line;
	if (lines.n)
		qsort(lines.v, lines.n, sizeof(lines.v[0]), by_bytes);
	VEC_FOR (const struct span, one, &lines) {
		struct span rest = *one, name;

		(void)span_split(&rest, '\t', &name);
		if (!span_is(name, before))
			buf_addf(out, "  %.*s:\n", SPAN_ARG(name));
		buf_addf(out, "  - %.*s\n", SPAN_ARG(rest));
		before = name;
	}
	vec_drop(&lines);
}

static int write_provides(const struct tree *t, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	buf_adds(&text, t->provided.n ? "provides:\n" : "provides: {}\n");
	add_sorted(buf_span(&t->provided), &text);
	return write_file(t->folder, TREE_FOLDER "/provides.yaml", buf_span(&text), err);
}

static int begin_meta(struct tree *t, struct err *err)
{
	static const char *const folders[] = {META_FOLDER, TREE_FOLDER};

	for (size_t i = 0; i < COUNT(folders); i++)
		if (file_make_dir(t->folder, folders[i], 0755, err) < 0)
			return -1;
	t->meta = file_open(t->folder, META_FILE, O_WRONLY | O_CREAT | O_EXCL, 0644, err);
	if (t->meta < 0)
		return -1;
	return file_write_all(t->meta, "index:\n", 7, err);
}

static int write_tree(struct tree *t, struct span identity, struct err *err)
{
	if (begin_meta(t, err) < 0 || write_file(t->folder, WAGON_FILE, identity, err) < 0 ||
		index_each(&t->shelf.index, take_row, t, err) < 0 || write_provides(t, err) < 0)
		return -1;
	return fchmod(t->folder, 0755) < 0 || syncfs(t->folder) < 0 ? err_sys(err, "write it") : 0;
}

/* --- Its place --------------------------------------------------------------------------------------- */

struct target {
	struct buf above, name; /* of the folder */
	struct buf beside; /* the name of what is being written */
	int dir; /* the one above */
};

static void target_drop(struct target *t)
{
	buf_drop(&t->above);
	buf_drop(&t->name);
	buf_drop(&t->beside);
	fd_drop(&t->dir);
}

/* DATABASE_PATH/repos/NAME below the root, where nobody else can put anything in the way. */
static int open_default(struct engine *e, const struct repository *r, struct target *t,
	struct buf *shown, struct err *err)
{
	AUTO(luet_conf) conf;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD root = -1;
	int there;

	luet_conf_init(&conf);
	there = luet_conf_load(e, &conf, err);
	if (there < 0)
		return -1;
	if (!there) {
		err_set(err, ERR_CONFIG,
			"where luet keeps its trees is not known: luet.config is not set");
		return err_next(err, "name a folder: fardel repo export-tree %s DIR", r->name.s);
	}
	buf_addf(&path, "%s/repos", conf.database_path.s);
	buf_set(&t->name, buf_span(&r->name));
	place_path(&e->place, path.s, &t->above);
	buf_addf(shown, "%s/%s", t->above.s, t->name.s);
	root = file_open_dir(e->place.root.n ? e->place.root.s : "/", err);
	t->dir = root < 0 ? -1 : file_make_dirs(root, path.s + 1, 0755, err);
	return t->dir < 0 ? -1 : place_check_above(&e->place, path.s, err);
}

static int open_named(const char *path, struct target *t, struct err *err)
{
	struct span rest = span_of(path);
	size_t at;

	while (rest.n > 1 && span_ends(rest, "/"))
		rest.n--;
	for (at = rest.n; at && rest.s[at - 1] != '/'; at--)
		;
	buf_set(&t->name, span_cut(rest, at, rest.n));
	buf_set(&t->above, at ? span_cut(rest, 0, at) : SPAN("."));
	if (!t->name.n || span_is_text(buf_span(&t->name), ".") ||
		span_is_text(buf_span(&t->name), ".."))
		return err_set(err, ERR_USAGE, "%s is no folder that can be put in place", path);
	t->dir = file_open_dir(t->above.s, err);
	return t->dir < 0 ? -1 : 0;
}

static bool is_of_a_tree(const char *name)
{
	static const char *const names[] = {WAGON_FILE, TREE_FOLDER, META_FOLDER};

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* What is in the folder is to go: only where it is such a tree, or nothing. */
static int check_replaced(const struct target *t, struct err *err)
{
	AUTO(tree_names) names = {0};
	AUTO_FD dir = openat(
		t->dir, t->name.s, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (dir < 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s/%s", t->above.s, t->name.s);
	if (tree_names(dir, NAMES_MAX, &names, err) < 0)
		return err_at(err, "%s/%s", t->above.s, t->name.s);
	for (size_t i = 0; i < names.of.n; i++) {
		if (is_of_a_tree(names.of.v[i]))
			continue;
		err_set(err, ERR_CONFLICT, "%s/%s is no tree of luet's: %s is in it, too",
			t->above.s, t->name.s, names.of.v[i]);
		return err_next(err, "name a folder that is empty, or not there");
	}
	return 0;
}

/* In the place of what was there, which goes then. */
static int put_in_place(struct target *t, struct err *err)
{
	int swapped = file_swap(t->dir, t->beside.s, t->dir, t->name.s, err);

	if (swapped < 0)
		return -1;
	if (swapped)
		return tree_remove(t->dir, t->beside.s, err);
	if (tree_remove(t->dir, t->name.s, err) < 0)
		return -1;
	return file_publish(t->dir, t->beside.s, t->dir, t->name.s, err);
}

static int write_beside(
	struct target *target, struct tree *t, struct span identity, struct err *err)
{
	struct err why = ERR_INIT;

	if (check_replaced(target, err) < 0)
		return -1;
	buf_addf(&target->beside, ".%s.fardel-%lld", target->name.s, (long long)getpid());
	if (mkdirat(target->dir, target->beside.s, 0700) < 0)
		return err_sys(err, "make a folder in %s", target->above.s);
	t->folder = openat(
		target->dir, target->beside.s, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->folder < 0)
		err_sys(err, "open what was made in %s", target->above.s);
	if (t->folder >= 0 && write_tree(t, identity, err) == 0 && put_in_place(target, err) == 0)
		return 0;
	(void)!tree_remove(target->dir, target->beside.s, &why);
	return -1;
}

static int open_wagon(struct engine *e, const struct repository *r, struct tree *t,
	struct repo_state *state, struct err *err)
{
	int opened;

	if (r->format != REPOSITORY_LUET) {
		err_set(err, ERR_CONFIG, "%s is no wagon of luet's, so it has no such tree",
			r->name.s);
		return err_next(err, "see: fardel repo show %s", r->name.s);
	}
	opened = stock_open_shelf(e, r, &t->shelf, err);
	if (opened > 0)
		return repos_get(&e->db, buf_span(&r->name), state, err) < 0 ? -1 : 0;
	if (opened == 0) {
		err_set(err, ERR_CONFIG, "%s was not synced yet", r->name.s);
		err_next(err, "fardel repo update %s", r->name.s);
	}
	return -1;
}

int engine_export_tree(struct engine *e, const char *name, const char *folder,
	struct exported_tree *out, struct err *err)
{
	AUTO(repositories) all = {0};
	AUTO(repository_faults) faults = {0};
	AUTO(repo_state) state;
	AUTO(target) target = {BUF_INIT, BUF_INIT, BUF_INIT, -1};
	AUTO(tree) t = {.shelf = {.index = INDEX_INIT, .url = BUF_INIT},
		.folder = -1,
		.meta = -1,
		.provided = BUF_INIT};
	const struct repository *r;

	repo_state_init(&state);
	if (repositories_load(e, &all, &faults, err) < 0)
		return -1;
	r = repositories_get(&all, &faults, span_of(name), err);
	repositories_tell(e, &faults);
	if (!r || open_wagon(e, r, &t, &state, err) < 0)
		return -1;
	buf_sets(&out->folder, folder ? folder : "");
	if ((folder ? open_named(folder, &target, err)
		    : open_default(e, r, &target, &out->folder, err)) < 0)
		return out->folder.n ? err_at(err, "%s", out->folder.s) : -1;
	if (write_beside(&target, &t, trust_wagon_text(&state), err) < 0)
		return err_at(err, "%s", out->folder.s);
	out->packages = t.packages;
	return 0;
}
