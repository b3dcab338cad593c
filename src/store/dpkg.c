/* dpkg's database: which files of it are read, and what is made of them. */
#include "store/dpkg.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "model/paths.h"
#include "store/dpkg_files.h"
#include "store/dpkg_index.h"
#include "sys/file.h"

#define LENGTH_MAX 4096 /* of paths that are told apart by length */

/* The folders of / that may be links to those of the same name in /usr. */
static const char *const tops[] = {"bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32"};

/* What a package's list says of a path that is asked for. */
struct find {
	size_t node; /* of its path, in paths */
	enum owner_kind kind;
};

/* A look for owners. A path is known by its node in paths: as a whole, and as it is where /bin is merged. */
struct look {
	int admin; /* /var/lib/dpkg */
	int info;
	bool merged[COUNT(tops)];
	struct paths paths; /* those asked for, and those that are diverted */
	bool lengths[LENGTH_MAX + 1]; /* of them */
	struct dpkg_names *names; /* all that there are, for the index; or NULL */
	struct dpkg_diversions before, after;
	struct buf text; /* of the file that is being read */
	struct buf path; /* that is being made whole */
	VEC(struct find) found; /* of the package that is being read */
	size_t packages;
	struct owners owners;
};

static void look_drop(struct look *l)
{
	fd_drop(&l->admin);
	fd_drop(&l->info);
	paths_drop(&l->paths);
	dpkg_diversions_drop(&l->before);
	dpkg_diversions_drop(&l->after);
	buf_drop(&l->text);
	buf_drop(&l->path);
	vec_drop(&l->found);
	owners_drop(&l->owners);
}

static void look_at_tops(const struct place *place, struct look *l)
{
	AUTO_FD root = file_open_within(place->root.s, "/", O_PATH | O_DIRECTORY);

	for (size_t i = 0; i < COUNT(tops); i++) {
		char to[16];
		ssize_t n = readlinkat(root, tops[i], to, sizeof(to));
		struct span target = {to, n < 0 ? 0 : (size_t)n};

		if (span_starts(target, "/"))
			target = span_cut(target, 1, target.n);
		l->merged[i] = span_starts(target, "usr/") &&
			       span_is_text(span_cut(target, 4, target.n), tops[i]);
	}
}

/* The path as it is, behind merged folders. Valid until the next. */
static struct span whole(struct look *l, struct span path)
{
	if (path.n < 2 || !memchr("bsl", path.s[1], 3)) /* as nearly all */
		return path;
	for (size_t i = 0; i < COUNT(tops); i++) {
		size_t n = strlen(tops[i]);

		if (!l->merged[i] || path.n < n + 3 || path.s[n + 1] != '/' ||
			memcmp(path.s + 1, tops[i], n) != 0)
			continue;
		buf_sets(&l->path, "/usr");
		buf_add_span(&l->path, path);
		return buf_span(&l->path);
	}
	return path;
}

static size_t length_of(struct span path)
{
	return path.n < LENGTH_MAX ? path.n : LENGTH_MAX;
}

static size_t find_path(struct look *l, struct span path)
{
	path = whole(l, path);
	if (l->names)
		dpkg_names_add(l->names, path);
	return l->lengths[length_of(path)] ? paths_find(&l->paths, PATHS_NONE, path) : PATHS_NONE;
}

static void add_path(struct look *l, struct span path)
{
	path = whole(l, path);
	l->lengths[length_of(path)] = true;
	if (paths_find(&l->paths, PATHS_NONE, path) == PATHS_NONE)
		paths_add(&l->paths, PATHS_NONE, path, 0);
}

/* Where the file that a package has at `path` is, as these diversions have it. */
static struct span place_of(
	const struct dpkg_diversions *diversions, struct span path, struct span package)
{
	VEC_FOR (struct dpkg_diversion, d, &diversions->of)
		if (span_is(buf_span(&d->from), path) && !span_is(buf_span(&d->package), package))
			return buf_span(&d->to);
	return path;
}

static void add_owner(struct look *l, const struct find *find, struct span package)
{
	AUTO(buf) path = BUF_INIT;
	struct span before, after;

	paths_format(&l->paths, find->node, &path);
	before = place_of(&l->before, buf_span(&path), package);
	after = place_of(&l->after, buf_span(&path), package);
	if (span_is(before, after)) {
		owners_add(&l->owners, before, find->kind, package);
	} else {
		owners_add(&l->owners, before, OWNER_DIVERTED_FROM, package);
		owners_add(&l->owners, after, OWNER_DIVERTED_TO, package);
	}
}

static void add_find(struct look *l, size_t node, enum owner_kind kind)
{
	if (node == PATHS_NONE)
		return;
	for (size_t i = 0; i < l->found.n; i++)
		if (l->found.v[i].node == node)
			return;
	*vec_push(&l->found) = (struct find){node, kind};
}

static int take_path(void *arg, struct span path, struct err *err)
{
	struct look *l = arg;

	(void)err;
	add_find(l, find_path(l, path), OWNER_DPKG);
	return 0;
}

/* A package that is unpacked has at least "/." in its list. */
static bool must_have_list(const struct dpkg_stanza *s)
{
	return s->state > DPKG_HALF_INSTALLED;
}

static int refuse_list(const struct dpkg_stanza *s, const char *name, struct err *err)
{
	if (err->code == ERR_BAD_STATE)
		err_next(err, "make it anew: apt-get install --reinstall %.*s", SPAN_ARG(s->name));
	return err_at(err, DPKG_ADMIN "/info/%s", name);
}

static int read_list(struct look *l, const struct dpkg_stanza *s, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	int there;

	buf_add_span(&name, s->name);
	if (s->same) {
		buf_addc(&name, ':');
		buf_add_span(&name, s->architecture);
	}
	buf_adds(&name, ".list");
	buf_clear(&l->text);
	there = l->info < 0 ? 0 : dpkg_files_read(l->info, name.s, &l->text, err);
	if (there == 1 && dpkg_parse_list(buf_span(&l->text), take_path, l, err) < 0)
		there = -1;
	else if (there >= 0 && !l->text.n && must_have_list(s))
		there = err_set(err, ERR_BAD_STATE, there ? "it is empty" : "it is missing");
	return there < 0 ? refuse_list(s, name.s, err) : 0;
}

static int take_stanza(void *arg, const struct dpkg_stanza *s, struct err *err)
{
	struct look *l = arg;
	struct span rest = s->conffiles, path;

	l->packages++;
	if (s->state == DPKG_NOT_INSTALLED)
		return 0;
	l->found.n = 0;
	while (dpkg_conffile(&rest, &path))
		add_find(l, find_path(l, path), OWNER_CONFFILE);
	if (read_list(l, s, err) < 0)
		return -1;
	for (size_t i = 0; i < l->found.n; i++)
		add_owner(l, &l->found.v[i], s->name);
	return 0;
}

static bool is_alternative(const char *name)
{
	return name[0] != '.' && !strstr(name, ".dpkg-");
}

static int take_link(void *arg, struct span link, struct err *err)
{
	struct look *l = arg;

	(void)err;
	add_find(l, find_path(l, link), OWNER_ALTERNATIVE);
	return 0;
}

static int look_at_alternative(struct look *l, const struct buf *name, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) owned = BUF_INIT;

	buf_addf(&path, "alternatives/%s", name->s);
	l->found.n = 0;
	if (dpkg_files_read(l->admin, path.s, &l->text, err) < 0 ||
		dpkg_parse_alternatives(buf_span(&l->text), take_link, l, err) < 0)
		return dpkg_files_refuse(path.s, err);
	for (size_t i = 0; i < l->found.n; i++) {
		buf_clear(&owned);
		paths_format(&l->paths, l->found.v[i].node, &owned);
		owners_add(&l->owners, buf_span(&owned), OWNER_ALTERNATIVE, buf_span(name));
	}
	return 0;
}

static int look_at_alternatives(struct look *l, struct err *err)
{
	AUTO(texts) names = {0};

	if (dpkg_files_list(l->admin, "alternatives", is_alternative, &names, err) < 0)
		return dpkg_files_refuse("alternatives", err);
	VEC_FOR (struct buf, name, &names.of)
		if (look_at_alternative(l, name, err) < 0)
			return -1;
	return 0;
}

/* Paths as they are; and what is diverted is asked for, too: where it is may be. */
static void settle_diversions(struct look *l, struct dpkg_diversions *diversions)
{
	VEC_FOR (struct dpkg_diversion, d, &diversions->of) {
		AUTO(buf) to = BUF_INIT;

		buf_set(&to, whole(l, buf_span(&d->to)));
		buf_set(&d->to, buf_span(&to));
		buf_set(&to, whole(l, buf_span(&d->from)));
		buf_set(&d->from, buf_span(&to));
		add_path(l, buf_span(&d->from));
		if (l->names) {
			dpkg_names_add(l->names, buf_span(&d->from));
			dpkg_names_add(l->names, buf_span(&d->to));
		}
	}
}

static int read_diversions(struct look *l, const struct span *later, struct err *err)
{
	if (dpkg_files_read(l->admin, "diversions", &l->text, err) < 0 ||
		dpkg_parse_diversions(buf_span(&l->text), &l->before, err) < 0)
		return dpkg_files_refuse("diversions", err);
	if (dpkg_parse_diversions(later ? *later : buf_span(&l->text), &l->after, err) < 0)
		return err_at(err, DPKG_DIVERSIONS ", as it would be");
	settle_diversions(l, &l->before);
	settle_diversions(l, &l->after);
	return 0;
}

/* Files of packages are named as in format 1 since 2011. */
static int check_format(struct look *l, struct err *err)
{
	int there = dpkg_files_read(l->info, "format", &l->text, err);

	if (there == 1 && !span_is_text(span_trim(buf_span(&l->text)), "1"))
		there = err_set(err, ERR_BAD_STATE, "format %.*s is not known",
			SPAN_ARG(span_cut(span_trim(buf_span(&l->text)), 0, 20)));
	return there < 0 ? dpkg_files_refuse("info/format", err) : 0;
}

static bool is_list(const char *name)
{
	return span_ends(span_of(name), ".list");
}

/* A status that lost its content looks like that of a new system; the lists tell. */
static int check_empty(const struct look *l, struct err *err)
{
	AUTO(texts) lists = {0};

	if (dpkg_files_list(l->admin, "info", is_list, &lists, err) < 0)
		return dpkg_files_refuse("info", err);
	if (!lists.of.n)
		return 0;
	err_set(err, ERR_BAD_STATE, "no package is in it, and info has %zu lists", lists.of.n);
	return dpkg_files_refuse("status", err);
}

static int look_at_packages(struct look *l, struct err *err)
{
	int there;

	l->info = file_open_if(l->admin, "info", O_RDONLY | O_DIRECTORY, err);
	if (l->info < 0 && err->code != ERR_NONE)
		return dpkg_files_refuse("info", err);
	if (l->info >= 0 && check_format(l, err) < 0)
		return -1;
	there = dpkg_files_status(l->admin, take_stanza, l, err);
	return there == 1 && !l->packages && check_empty(l, err) < 0 ? -1 : there;
}

static void give_owners(struct look *l, const struct texts *paths, struct owners *out)
{
	owners_sort(&l->owners);
	VEC_FOR (struct buf, path, &paths->of) {
		size_t n;
		const struct owner *first = owners_get(&l->owners, whole(l, buf_span(path)), &n);

		for (size_t i = 0; i < n; i++)
			owners_add(out, buf_span(path), first[i].kind, buf_span(&first[i].name));
	}
}

/* Reads the whole database. */
static int look(struct look *l, const struct texts *paths, const struct span *diversions,
	struct owners *out, struct err *err)
{
	int there;

	VEC_FOR (struct buf, path, &paths->of)
		add_path(l, buf_span(path));
	if (read_diversions(l, diversions, err) < 0)
		return -1;
	there = look_at_packages(l, err);
	if (there != 1)
		return there;
	if (look_at_alternatives(l, err) < 0)
		return -1;
	give_owners(l, paths, out);
	return 1;
}

/* 1: all of them, by the index; 0: that cannot be said; -1: there is no index that fits. */
static int are_nobodys(struct look *l, const struct place *place, const struct dpkg_stamps *stamps,
	const struct texts *paths)
{
	AUTO(dpkg_index) index = DPKG_INDEX_INIT;

	if (!dpkg_index_open(place, stamps, &index))
		return -1;
	VEC_FOR (const struct buf, path, &paths->of) {
		int lacks = dpkg_index_lacks(&index, whole(l, buf_span(path)));

		if (lacks <= 0)
			return lacks;
	}
	return 1;
}

/* Where /bin is merged, it is another index. */
static uint64_t form_of(const struct look *l)
{
	uint64_t form = 0;

	for (size_t i = 0; i < COUNT(tops); i++)
		form |= (uint64_t)l->merged[i] << i;
	return form;
}

/* `diversions` that are yet to come are in no index. */
static int look_by_index(struct look *l, const struct place *place, const struct texts *paths,
	bool keep, struct owners *out, struct err *err)
{
	AUTO(dpkg_names) names = DPKG_NAMES_INIT;
	struct dpkg_stamps stamps;
	bool seen = dpkg_stamps_take(l->admin, form_of(l), &stamps);
	int nobodys = seen ? are_nobodys(l, place, &stamps, paths) : 0;
	int there;

	if (nobodys == 1)
		return 1;
	if (nobodys < 0 && keep && dpkg_stamps_settled(&stamps))
		l->names = &names;
	there = look(l, paths, NULL, out, err);
	if (there == 1 && l->names)
		dpkg_index_save(place, &stamps, &names);
	return there;
}

int dpkg_owners(const struct place *place, const struct texts *paths, const struct span *diversions,
	bool keep, struct owners *out, struct err *err)
{
	AUTO(look) l = {.admin = -1, .info = -1, .text = BUF_INIT, .path = BUF_INIT};

	paths_init(&l.paths);
	l.admin = dpkg_files_open(place, err);
	if (l.admin < 0)
		return err->code == ERR_NONE ? 0 : -1;
	look_at_tops(place, &l);
	return diversions ? look(&l, paths, diversions, out, err)
			  : look_by_index(&l, place, paths, keep, out, err);
}
