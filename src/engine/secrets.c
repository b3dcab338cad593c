/* What rules in a stage are not shown. */
#include "engine/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/luet_conf.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define SETTINGS "/etc/fardel"
#define EMPTY_FILE "no-file"
#define EMPTY_FOLDER "no-folder"

struct hiding {
	const char *root;
	const char *folder; /* as seen in the root */
	const char *empty; /* the path of what has the empty ones */
	struct live_show *out;
};

/* Others than root may not read the file, or look into the folder. */
static bool is_private(mode_t mode)
{
	return (S_ISREG(mode) && !(mode & S_IROTH)) || (S_ISDIR(mode) && !(mode & S_IXOTH));
}

/* 1: a folder, with all that is in it. What a link leads to counts. */
static int hide_one(void *arg, const struct tree_entry *entry, struct err *err)
{
	const struct hiding *h = arg;
	struct stat st = *entry->st;
	AUTO(buf) from = BUF_INIT;
	AUTO(buf) to = BUF_INIT;
	AUTO_FD fd = -1;
	bool folder;

	(void)err;
	buf_addf(&to, "%s/%s", h->folder, entry->path);
	if (S_ISLNK(st.st_mode))
		fd = file_open_within(h->root, to.s, O_PATH);
	if ((fd >= 0 && fstat(fd, &st) < 0) || !is_private(st.st_mode))
		return 0;
	folder = S_ISDIR(st.st_mode);
	buf_addf(&from, "%s/%s", h->empty, folder ? EMPTY_FOLDER : EMPTY_FILE);
	live_show_instead(h->out, &from, &to);
	return folder;
}

static int hide_in(struct engine *e, const char *path, const char *folder, struct live_show *out,
	struct err *err)
{
	struct hiding h = {e->place.root.s, folder, path, out};
	int fd = file_open_within(e->place.root.s, folder, O_RDONLY | O_DIRECTORY);
	int result = fd < 0 ? 0 : tree_walk(fd, hide_one, &h, err);

	if (fd >= 0)
		close(fd);
	return result < 0 ? err_at(err, "%s", folder) : 0;
}

static int make_empty(int dir, struct err *err)
{
	AUTO_FD file = file_open(dir, EMPTY_FILE, O_WRONLY | O_CREAT, 0400, err);

	return file < 0 ? -1 : file_make_dir(dir, EMPTY_FOLDER, 0500, err);
}

int secrets_hide(
	struct engine *e, int dir, const char *path, struct live_show *out, struct err *err)
{
	AUTO(texts) folders = {0};
	AUTO(luet_conf) conf;
	struct err ignored = ERR_INIT;

	luet_conf_init(&conf);
	texts_add(&folders, SPAN(SETTINGS));
	texts_add_all(&e->config.repos_confdir, &folders);
	/* One that cannot be read is not used either. */
	if (luet_conf_load(e, &conf, &ignored) > 0)
		texts_add_all(&conf.repos_confdir, &folders);
	if (make_empty(dir, err) < 0)
		return -1;
	VEC_FOR (const struct buf, folder, &folders.of)
		if (hide_in(e, path, folder->s, out, err) < 0)
			return -1;
	return 0;
}
