/* The configuration's files, read in systemd's order of trust. */
#include "engine/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define FILE_MAX (1 << 20)

/* The most trusted first. */
static const char *const folders[] = {"/run/fardel", "/etc/fardel", "/usr/lib/fardel"};

struct settings {
	const struct place *place;
	struct config *config;
	struct config_origins *origins;
	struct texts *warnings;
};

/* Opens by a path that the admin may have made of links; 1 with *fd, 0 not there. */
static int open_file(const char *path, int *fd, struct err *err)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (*fd < 0)
		return err_sys(err, "open %s", path);
	return 1;
}

/* 1 read and laid over, 0 not there. */
static int lay(struct settings *s, const char *path, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = -1;
	struct stat st;
	int there = open_file(path, &fd, err);

	if (there <= 0)
		return there;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	/* A link to /dev/null hides the file of that name in the folders that are less trusted. */
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return 1;
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is not a file", path);
	if (file_check_owner(fd, path, err) < 0)
		return -1;
	if (file_read_fd(fd, FILE_MAX, &text, err) < 0)
		return err_at(err, "%s", path);
	if (config_parse(s->config, s->origins, path, buf_span(&text), s->warnings, err) < 0)
		return -1;
	return 1;
}

/* Who may write to the folder may put another file in the place of one. */
static int check_folder(const char *path, struct err *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0
							   : err_sys(err, "open folder %s", path);
	return file_check_owner(fd, path, err);
}

static int lay_main(struct settings *s, struct err *err)
{
	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(buf) path = BUF_INIT;
		int there;

		place_path(s->place, folders[i], &path);
		if (check_folder(path.s, err) < 0)
			return -1;
		buf_add_path(&path, "fardel.toml");
		there = lay(s, path.s, err);
		if (there != 0)
			return there < 0 ? -1 : 0;
	}
	return 0;
}

struct drop_in {
	struct buf name, path;
};
struct drop_ins {
	VEC(struct drop_in) of;
};

static void drop_in_drop(struct drop_in *d)
{
	buf_drop(&d->name);
	buf_drop(&d->path);
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

static int collect(
	const struct place *place, const char *folder, struct drop_ins *out, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct dirent *entry;
	DIR *dir;

	place_path(place, folder, &path);
	buf_add_path(&path, "conf.d");
	if (check_folder(path.s, err) < 0)
		return -1;
	dir = opendir(path.s);
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? 0
							   : err_sys(err, "open folder %s", path.s);
	while ((entry = readdir(dir))) {
		struct drop_in *d;

		if (entry->d_name[0] == '.' || !span_ends(span_of(entry->d_name), ".toml") ||
			has_name(out, entry->d_name))
			continue;
		d = vec_push(&out->of);
		d->name = buf_of(entry->d_name);
		d->path = buf_dup(&path);
		buf_add_path(&d->path, entry->d_name);
	}
	closedir(dir);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct drop_in *)a)->name.s, ((const struct drop_in *)b)->name.s);
}

static int lay_drop_ins(struct settings *s, struct err *err)
{
	AUTO(drop_ins) found = {0};

	for (size_t i = 0; i < COUNT(folders); i++)
		if (collect(s->place, folders[i], &found, err) < 0)
			return -1;
	if (found.of.n)
		qsort(found.of.v, found.of.n, sizeof(found.of.v[0]), by_name);
	VEC_FOR (struct drop_in, d, &found.of)
		if (lay(s, d->path.s, err) < 0)
			return -1;
	return 0;
}

static int lay_only(struct settings *s, const char *file, struct err *err)
{
	int there = lay(s, file, err);

	if (there == 0)
		return err_set(err, ERR_CONFIG, "--config %s: there is no such file", file);
	return there < 0 ? -1 : 0;
}

int settings_load(const struct place *place, const char *file, struct config *config,
	struct config_origins *origins, struct texts *warnings, struct err *err)
{
	struct settings s = {place, config, origins, warnings};

	if (file)
		return lay_only(&s, file, err);
	return lay_main(&s, err) < 0 ? -1 : lay_drop_ins(&s, err);
}

int settings_set(const struct texts *sets, struct config *config, struct config_origins *origins,
	struct err *err)
{
	for (size_t i = 0; sets && i < sets->of.n; i++)
		if (config_set(config, origins, buf_span(&sets->of.v[i]), err) < 0)
			return -1;
	return 0;
}
