/* Which files dpkg's database has, and how they are read. */
#include "store/dpkg_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "sys/file.h"

#define STATUS_MAX (256 << 20)
#define FILE_MAX (64 << 20)

int dpkg_files_open(const struct place *place, struct err *err)
{
	int fd = file_open_within(place->root.s, DPKG_ADMIN, O_RDONLY | O_DIRECTORY);

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return err_sys(err, "open " DPKG_ADMIN);
	if (fd < 0)
		err_clear(err);
	return fd;
}

int dpkg_files_refuse(const char *file, struct err *err)
{
	if (err->code == ERR_BAD_STATE)
		err_next(err, "dpkg's database is damaged; see: dpkg --audit");
	return err_at(err, DPKG_ADMIN "/%s", file);
}

int dpkg_files_read(int admin, const char *file, struct buf *out, struct err *err)
{
	buf_clear(out);
	return file_read(admin, file, FILE_MAX, out, err);
}

static int compare_texts(const void *a, const void *b)
{
	return span_compare(buf_span(a), buf_span(b));
}

int dpkg_files_list(int admin, const char *folder, bool (*wants)(const char *name),
	struct texts *out, struct err *err)
{
	AUTO_FD fd = file_open_if(admin, folder, O_RDONLY | O_DIRECTORY, err);
	const struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return err->code == ERR_NONE ? 0 : -1;
	dir = fdopendir(fd);
	if (!dir)
		return err_sys(err, "open folder %s", folder);
	fd = -1; /* it is dir's */
	while ((errno = 0, entry = readdir(dir)))
		if (wants(entry->d_name))
			texts_add(out, span_of(entry->d_name));
	if (errno)
		err_sys(err, "read folder %s", folder);
	closedir(dir);
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), compare_texts);
	return err->code == ERR_NONE ? 0 : -1;
}

/* What dpkg has noted since it wrote `status` last: 0000, 0001, … */
static bool is_update(const char *name)
{
	return name[strspn(name, "0123456789")] == 0;
}

/* Whose error it is: the text's, or that of who is told of it. */
struct told {
	int (*fn)(void *arg, const struct dpkg_stanza *, struct err *);
	void *arg;
	bool failed;
};

static int tell(void *arg, const struct dpkg_stanza *s, struct err *err)
{
	struct told *t = arg;

	t->failed = t->fn(t->arg, s, err) < 0;
	return t->failed ? -1 : 0;
}

static int read_status(int admin, const char *name,
	int (*fn)(void *arg, const struct dpkg_stanza *, struct err *), void *arg, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct told told = {fn, arg, false};
	int there = file_read(admin, name, STATUS_MAX, &text, err);

	if (there == 1 && dpkg_parse_status(buf_span(&text), tell, &told, err) < 0)
		return told.failed ? -1 : dpkg_files_refuse(name, err);
	return there < 0 ? dpkg_files_refuse(name, err) : there;
}

int dpkg_files_status(int admin, int (*fn)(void *arg, const struct dpkg_stanza *, struct err *),
	void *arg, struct err *err)
{
	AUTO(texts) updates = {0};
	int there = read_status(admin, "status", fn, arg, err);

	if (there != 1)
		return there;
	if (dpkg_files_list(admin, "updates", is_update, &updates, err) < 0)
		return dpkg_files_refuse("updates", err);
	VEC_FOR (struct buf, name, &updates.of) {
		AUTO(buf) path = BUF_INIT;

		buf_addf(&path, "updates/%s", name->s);
		if (read_status(admin, path.s, fn, arg, err) < 0)
			return -1;
	}
	return 1;
}
