/* What rules in a stage are not shown. */
#include "engine/secrets.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/luet_conf.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define SETTINGS "/etc/fardel"
#define LUETS "/etc/luet"
#define MENTIONS_MAX (1 << 20) /* bytes of a luet.yaml that cannot be read */
#define EMPTY_FILE "no-file"
#define EMPTY_FOLDER "no-folder"

/* Where the empty ones are, which are made when something is hidden. */
struct empties {
	int dir;
	const char *path;
};

struct hiding {
	const char *root;
	const char *folder; /* as seen in the root */
	const struct empties *empty;
	struct live_show *out;
};

/* Others than root may not read the file, or look into the folder. */
static bool is_private(mode_t mode)
{
	return (S_ISREG(mode) && !(mode & S_IROTH)) || (S_ISDIR(mode) && !(mode & S_IXOTH));
}

static int make_empty_file(int dir, struct err *err)
{
	AUTO_FD file = file_open(dir, EMPTY_FILE, O_RDONLY | O_CREAT, 0400, err);

	return file < 0 ? -1 : 0;
}

/* Takes `at`. */
static int show_empty(const struct hiding *h, mode_t mode, struct buf *at, struct err *err)
{
	bool is_folder = S_ISDIR(mode);
	AUTO(buf) from = BUF_INIT;

	if (is_folder ? file_make_dir(h->empty->dir, EMPTY_FOLDER, 0500, err) < 0
		      : make_empty_file(h->empty->dir, err) < 0)
		return -1;
	buf_addf(&from, "%s/%s", h->empty->path, is_folder ? EMPTY_FOLDER : EMPTY_FILE);
	live_show_instead(h->out, &from, at);
	return 0;
}

/* 1 hidden, 0 it is not private, -1 */
static int hide_if_private(const struct hiding *h, mode_t mode, struct buf *at, struct err *err)
{
	if (!is_private(mode))
		return 0;
	return show_empty(h, mode, at, err) < 0 ? -1 : 1;
}

/* 1: a folder: files of settings are in no deeper one, and a link may lead to anything. */
static int hide_in_linked(void *arg, const struct tree_entry *entry, struct err *err)
{
	const struct hiding *h = arg;
	struct stat st = *entry->st;
	AUTO(buf) at = BUF_INIT;
	AUTO_FD fd = -1;

	buf_addf(&at, "%s/%s", h->folder, entry->path);
	if (S_ISLNK(st.st_mode))
		fd = file_open_within(h->root, at.s, O_PATH);
	if (fd >= 0 && fstat(fd, &st) < 0)
		return 0;
	if (hide_if_private(h, st.st_mode, &at, err) < 0)
		return -1;
	return S_ISDIR(st.st_mode);
}

static int walk(struct hiding *h, int (*fn)(void *, const struct tree_entry *, struct err *),
	struct err *err)
{
	AUTO_FD fd = file_open_within(h->root, h->folder, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return 0;
	return tree_walk(fd, fn, h, err) < 0 ? err_at(err, "%s", h->folder) : 0;
}

/* What a link leads to counts; where that is a folder, what is in it. */
static int hide_linked(const struct hiding *h, struct buf *at, struct err *err)
{
	struct hiding linked = {h->root, at->s, h->empty, h->out};
	AUTO_FD fd = file_open_within(h->root, at->s, O_PATH);
	struct stat st;
	int hidden;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	hidden = hide_if_private(h, st.st_mode, at, err);
	if (hidden)
		return hidden < 0 ? -1 : 0;
	return S_ISDIR(st.st_mode) ? walk(&linked, hide_in_linked, err) : 0;
}

/* 1: a folder, with all that is in it. */
static int hide_one(void *arg, const struct tree_entry *entry, struct err *err)
{
	const struct hiding *h = arg;
	AUTO(buf) at = BUF_INIT;
	int hidden;

	buf_addf(&at, "%s/%s", h->folder, entry->path);
	if (S_ISLNK(entry->st->st_mode))
		return hide_linked(h, &at, err);
	hidden = hide_if_private(h, entry->st->st_mode, &at, err);
	return hidden < 0 ? -1 : hidden && S_ISDIR(entry->st->st_mode);
}

/* All of it, where nobody else may look into it. */
static int hide_folder(const char *root, const char *folder, const struct empties *empty,
	struct live_show *out, struct err *err)
{
	struct hiding h = {root, folder, empty, out};
	AUTO_FD fd = file_open_within(root, folder, O_PATH | O_DIRECTORY);
	AUTO(buf) at = buf_of(folder);
	struct stat st;
	int hidden;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	hidden = hide_if_private(&h, st.st_mode, &at, err);
	if (hidden)
		return hidden < 0 ? -1 : 0;
	return walk(&h, hide_one, err);
}

/* --- luet's, where its configuration cannot be read ------------------------------------------------------- */

/* Whether something above it has gone as a whole: then there is no place for another thing. */
static bool is_gone(const struct live_show *out, const struct buf *path)
{
	for (size_t i = 0; i < out->binds.n; i++) {
		size_t n = strlen(out->binds.v[i].to);

		if (path->n > n && path->s[n] == '/' && memcmp(path->s, out->binds.v[i].to, n) == 0)
			return true;
	}
	return false;
}

/* A file that would be one of a repository, if the folder were one of theirs. */
static int hide_if_repository(void *arg, const struct tree_entry *entry, struct err *err)
{
	const struct hiding *h = arg;
	AUTO(buf) at = BUF_INIT;
	AUTO_FD fd = -1;
	struct stat st;

	buf_addf(&at, "%s/%s", h->folder, entry->path);
	if (!span_ends(buf_span(&at), ".yml") && !span_ends(buf_span(&at), ".yaml"))
		return S_ISDIR(entry->st->st_mode);
	fd = file_open_within(h->root, at.s, O_PATH);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || is_gone(h->out, &at))
		return S_ISDIR(entry->st->st_mode);
	return show_empty(h, S_IFREG, &at, err);
}

/* The next word of the text, which goes on behind it. */
static bool next_word(struct span *text, struct span *word)
{
	static const char around[] = " \t\r\n,[]{}'\"";
	size_t from = 0, to;

	while (from < text->n && strchr(around, text->s[from]))
		from++;
	for (to = from; to < text->n && !strchr(around, text->s[to]);)
		to++;
	*word = span_cut(*text, from, to - from);
	*text = span_cut(*text, to, text->n);
	return word->n > 0;
}

/* Whatever path the text has may be the one of such a folder. */
static int hide_mentioned(const char *root, struct span text, const struct empties *empty,
	struct live_show *out, struct err *err)
{
	struct span word;

	for (size_t tried = 0; tried < LUET_CONF_FOLDERS_MAX && next_word(&text, &word);) {
		AUTO(buf) folder = BUF_INIT;
		struct hiding h = {root, NULL, empty, out};

		if (word.s[0] != '/')
			continue;
		while (word.n && word.s[word.n - 1] == '/')
			word.n--;
		buf_set(&folder, word);
		h.folder = folder.s;
		tried++;
		if (folder.n && walk(&h, hide_if_repository, err) < 0)
			return -1;
	}
	return 0;
}

static int hide_unknown(
	const struct engine *e, const struct empties *empty, struct live_show *out, struct err *err)
{
	const char *root = e->place.root.s;
	AUTO_FD fd = file_open_within(root, e->config.luet_config.s, O_RDONLY | O_NONBLOCK);
	AUTO(buf) text = BUF_INIT;
	struct err ignored = ERR_INIT;

	if (fd < 0 || file_read_fd(fd, MENTIONS_MAX, &text, &ignored) < 0)
		return 0;
	return hide_mentioned(root, buf_span(&text), empty, out, err);
}

int secrets_hide(
	struct engine *e, int dir, const char *path, struct live_show *out, struct err *err)
{
	const struct empties empty = {dir, path};
	AUTO(texts) folders = {0};
	AUTO(luet_conf) conf;
	struct err ignored = ERR_INIT;
	int loaded;

	luet_conf_init(&conf);
	texts_add(&folders, SPAN(SETTINGS));
	if (e->config.luet_config.n)
		texts_add(&folders, SPAN(LUETS));
	texts_add_all(&e->config.repos_confdir, &folders);
	loaded = luet_conf_load(e, &conf, &ignored);
	if (loaded > 0)
		texts_add_all(&conf.repos_confdir, &folders);
	VEC_FOR (const struct buf, folder, &folders.of)
		if (hide_folder(e->place.root.s, folder->s, &empty, out, err) < 0)
			return -1;
	return loaded < 0 ? hide_unknown(e, &empty, out, err) : 0;
}
