/* The configuration's folders, in systemd's order of trust. */
#include "engine/conf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/vec.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/resolve.h"

#define FILE_MAX (1 << 20)

/* The most trusted first. */
static const char *const folders[] = {"/run/fardel", "/etc/fardel", "/usr/lib/fardel"};

/* A file or folder of those above, or one that was named. */
struct where {
	const char *root; /* links do not lead out of there; "": anywhere */
	struct buf path; /* below root */
	struct buf shown; /* with it */
};

static void where_drop(struct where *w)
{
	buf_drop(&w->path);
	buf_drop(&w->shown);
}

static void where_init(struct where *w, const struct place *place, const char *path)
{
	w->root = place->root.s;
	w->path = buf_of(path);
	w->shown = BUF_INIT;
	place_path(place, path, &w->shown);
}

static void where_add(struct where *w, const char *name)
{
	buf_add_path(&w->path, name);
	buf_add_path(&w->shown, name);
}

/* 1 with *fd, 0 not there. */
static int open_where(const struct where *w, int flags, int *fd, struct err *err)
{
	*fd = file_open_within(w->root, w->path.s, O_RDONLY | flags);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	return *fd < 0 ? err_sys(err, "open %s", w->shown.s) : 1;
}

/* A link to /dev/null hides the file of that name in the folders that are less trusted, also where a
 * root has no such device. */
static bool is_hidden(const struct where *w)
{
	AUTO_FD fd = file_open_within(w->root, w->path.s, O_PATH | O_NOFOLLOW);
	char to[sizeof("/dev/null")];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", to, sizeof(to));

	return n >= 0 && span_is_text((struct span){to, (size_t)n}, "/dev/null");
}

/* 1 read, or hidden; 0 not there. */
static int lay(const struct conf_reader *r, const struct where *w, struct err *err)
{
	const char *path = w->shown.s;
	struct conf_file file;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = -1;
	struct stat st;
	int there = is_hidden(w) ? 2 : open_where(w, 0, &fd, err);

	if (there != 1)
		return there < 0 ? -1 : there == 2;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return 1;
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is not a file", path);
	if (file_check_owner(fd, path, err) < 0)
		return -1;
	if (file_read_fd(fd, r->size_max ? r->size_max : FILE_MAX, &text, err) < 0)
		return err_at(err, "%s", path);
	file = (struct conf_file){path, w->path.s, buf_span(&text), st.st_mode};
	return r->take(r->arg, &file, err) < 0 ? -1 : 1;
}

/* What could not be had: whether the reader goes on without it. */
static int fail(const struct conf_reader *r, const struct where *w, struct err *err)
{
	return r->failed ? r->failed(r->arg, w->shown.s, err) : -1;
}

/* Who may write to the folder may put another file in the place of one. 1 with *fd, 0 not there. */
static int open_folder(const struct where *w, int *fd, struct err *err)
{
	int there = open_where(w, O_DIRECTORY, fd, err);

	return there == 1 && file_check_owner(*fd, w->shown.s, err) < 0 ? -1 : there;
}

int conf_first(
	const struct place *place, const char *name, const struct conf_reader *r, struct err *err)
{
	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(where) w;
		AUTO_FD fd = -1;
		int there;

		where_init(&w, place, folders[i]);
		if (open_folder(&w, &fd, err) < 0)
			return -1;
		where_add(&w, name);
		there = lay(r, &w, err);
		if (there != 0)
			return there < 0 ? -1 : 0;
	}
	return 0;
}

struct drop_in {
	struct buf name;
	struct where where;
};
struct drop_ins {
	VEC(struct drop_in) of;
};

static void drop_in_drop(struct drop_in *d)
{
	buf_drop(&d->name);
	where_drop(&d->where);
}

static void drop_ins_drop(struct drop_ins *d)
{
	vec_drop_each(&d->of, drop_in_drop);
}

static bool has_name(const struct drop_ins *d, const char *name)
{
	VEC_FOR (struct drop_in, at, &d->of)
		if (strcmp(at->name.s, name) == 0)
			return true;
	return false;
}

static bool is_wanted(const struct conf_reader *r, const char *name)
{
	static const char *const usual[] = {".toml", NULL};
	const char *const *endings = r->endings ? r->endings : usual;

	if (name[0] == '.')
		return false;
	while (*endings && !span_ends(span_of(name), *endings))
		endings++;
	return *endings != NULL;
}

/* Those of one folder that no more trusted one hides. */
static int read_names(DIR *dir, const struct place *place, const struct conf_reader *r,
	const struct where *w, struct drop_ins *out, struct err *err)
{
	const struct dirent *entry;
	size_t before = out->of.n;

	while ((errno = 0, entry = readdir(dir))) {
		struct drop_in *d;

		if (!is_wanted(r, entry->d_name) || has_name(out, entry->d_name))
			continue;
		if (r->count_max && out->of.n - before == r->count_max) {
			while (out->of.n > before)
				drop_in_drop(&out->of.v[--out->of.n]);
			return err_set(err, ERR_CONFIG,
				"%s: there are more than %zu files, so none of them is read",
				w->shown.s, r->count_max);
		}
		d = vec_push(&out->of);
		d->name = buf_of(entry->d_name);
		where_init(&d->where, place, w->path.s);
		where_add(&d->where, entry->d_name);
	}
	return errno ? err_sys(err, "read folder %s", w->shown.s) : 0;
}

static int collect(const struct place *place, const struct conf_reader *r, const struct where *w,
	struct drop_ins *out, struct err *err)
{
	AUTO_FD fd = -1;
	int there, result;
	DIR *dir;

	there = open_folder(w, &fd, err);
	if (there <= 0)
		return there < 0 ? fail(r, w, err) : 0;
	dir = fdopendir(fd);
	if (!dir)
		return err_sys(err, "open folder %s", w->shown.s);
	fd = -1; /* it is dir's */
	result = read_names(dir, place, r, w, out, err);
	closedir(dir);
	return result < 0 ? fail(r, w, err) : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct drop_in *)a)->name.s, ((const struct drop_in *)b)->name.s);
}

static int lay_all(const struct drop_ins *found, const struct conf_reader *r, struct err *err)
{
	if (found->of.n)
		qsort(found->of.v, found->of.n, sizeof(found->of.v[0]), by_name);
	VEC_FOR (const struct drop_in, d, &found->of)
		if (lay(r, &d->where, err) < 0 && fail(r, &d->where, err) < 0)
			return -1;
	return 0;
}

int conf_each(
	const struct place *place, const char *folder, const struct conf_reader *r, struct err *err)
{
	AUTO(drop_ins) found = {0};

	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(where) w;

		where_init(&w, place, folders[i]);
		where_add(&w, folder);
		if (collect(place, r, &w, &found, err) < 0)
			return -1;
	}
	return lay_all(&found, r, err);
}

int conf_folder(
	const struct place *place, const char *folder, const struct conf_reader *r, struct err *err)
{
	AUTO(drop_ins) found = {0};
	AUTO(where) w;
	AUTO(buf) real = BUF_INIT;

	where_init(&w, place, folder);
	if (resolve_whole(place->root.s, folder, &real, err) < 0 ||
		place_check_above(place, real.s, err) < 0)
		return fail(r, &w, err);
	if (collect(place, r, &w, &found, err) < 0)
		return -1;
	return lay_all(&found, r, err);
}

int conf_at(
	const struct place *place, const char *path, const struct conf_reader *r, struct err *err)
{
	AUTO(where) w;

	where_init(&w, place, path);
	return lay(r, &w, err);
}

int conf_one(const char *file, const struct conf_reader *r, struct err *err)
{
	AUTO(where) w = {.root = "", .path = buf_of(file), .shown = buf_of(file)};

	return lay(r, &w, err);
}
