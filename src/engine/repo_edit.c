/* Repositories' files, changed in one value: switched on and off, given another key. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/repositories.h"
#include "engine/session.h"
#include "sys/fd.h"
#include "sys/file.h"

/* A repository's file as it is found now. */
struct target {
	struct buf real; /* below the root, without links */
	struct buf text;
	struct stat st;
	struct repository now;
};

static void target_drop(struct target *t)
{
	buf_drop(&t->real);
	buf_drop(&t->text);
	repository_drop(&t->now);
}

static void target_init(struct target *t)
{
	*t = (struct target){.real = BUF_INIT, .text = BUF_INIT};
	repository_init(&t->now);
}

static int read_target(
	const struct engine *e, const struct repository *r, struct target *t, struct err *err)
{
	AUTO_FD root = engine_root(e, err);
	AUTO_FD fd = -1;

	if (root < 0 || repositories_check_path(e, r->file.s, &t->real, err) < 0)
		return -1;
	fd = file_open(root, t->real.s + 1, O_RDONLY | O_NONBLOCK, 0, err);
	if (fd < 0)
		return -1;
	if (fstat(fd, &t->st) < 0)
		return err_sys(err, "look at %s", t->real.s);
	if (!S_ISREG(t->st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is not a file", t->real.s);
	if (file_check_owner(fd, t->real.s, err) < 0 ||
		file_read_fd(fd, REPOSITORY_FILE_MAX, &t->text, err) < 0 ||
		repository_parse(buf_span(&t->text), &t->now, err) < 0)
		return -1;
	if (!span_is(buf_span(&t->now.name), buf_span(&r->name)))
		return err_set(err, ERR_CONFIG, "%s was changed meanwhile", t->real.s);
	return 0;
}

/* What somebody else has put there since is not to be lost. */
static int check_unchanged(int dir, const char *name, const struct target *t, struct err *err)
{
	struct stat now;
	int there = file_stat(dir, name, &now, err);

	if (there < 0)
		return -1;
	if (!there || now.st_ino != t->st.st_ino || now.st_size != t->st.st_size ||
		now.st_mtim.tv_sec != t->st.st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != t->st.st_mtim.tv_nsec)
		return err_set(err, ERR_CONFIG, "%s was changed meanwhile", t->real.s);
	return 0;
}

static bool is_shipped(const struct repository *r)
{
	return span_starts(buf_span(&r->file), REPOSITORIES_SHIPPED "/");
}

/* Where the changed text goes to: *folder below the root, and the name in it. What is shipped belongs to a package of the system's. */
static const char *find_place(
	const struct repository *r, const struct target *t, struct buf *folder)
{
	const char *path = is_shipped(r) ? r->file.s : t->real.s;
	const char *slash = strrchr(path, '/');

	if (is_shipped(r))
		buf_sets(folder, REPOSITORIES_ETC);
	else
		buf_add(folder, path, slash == path ? 1 : (size_t)(slash - path));
	return slash + 1;
}

static int write_target(const struct engine *e, const struct repository *r, const struct target *t,
	struct span text, struct err *err)
{
	const struct file_put put = {.mode = t->st.st_mode & 07777,
		.exact = true,
		.owner = &t->st,
		.content = text,
		.from = -1,
		.sync = true};
	AUTO(buf) folder = BUF_INIT;
	const char *name = find_place(r, t, &folder);
	AUTO_FD root = engine_root(e, err);
	AUTO_FD dir = -1;

	if (root < 0)
		return -1;
	dir = is_shipped(r) ? place_make(&e->place, folder.s, 0755, err)
			    : file_open(root, folder.n > 1 ? folder.s + 1 : ".",
				      O_RDONLY | O_DIRECTORY, 0, err);
	if (dir < 0 || (!is_shipped(r) && check_unchanged(dir, name, t, err) < 0))
		return -1;
	return file_put(dir, name, &put, err);
}

/* What is to become of one file. */
struct rewriting {
	/* Appends the new text; the same as the old one: it is so already. */
	int (*edit)(const struct rewriting *w, const struct target *t, struct repo_change *change,
		struct buf *out, struct err *err);
	struct engine *e;
	bool dry_run, enable;
	struct span key;
};

static int rewrite(const struct rewriting *w, const struct repository *r, struct repo_changes *out,
	struct err *err)
{
	struct repo_change *change = vec_push(&out->of);
	AUTO(target) t;
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) folder = BUF_INIT;
	const char *name;

	*change = (struct repo_change){.name = buf_dup(&r->name), .file = BUF_INIT};
	target_init(&t);
	place_path(&w->e->place, r->file.s, &change->file);
	if (read_target(w->e, r, &t, err) < 0 || w->edit(w, &t, change, &text, err) < 0)
		return err_at(err, "%s", change->file.s);
	change->changed = !span_is(buf_span(&text), buf_span(&t.text));
	if (!change->changed)
		return 0;
	change->copied = is_shipped(r);
	name = find_place(r, &t, &folder);
	buf_clear(&change->file);
	place_path(&w->e->place, folder.s, &change->file);
	buf_add_path(&change->file, name);
	if (w->dry_run || write_target(w->e, r, &t, buf_span(&text), err) == 0)
		return 0;
	return err_at(err, "%s", change->file.s);
}

static int rewrite_all(const struct rewriting *w, const struct repo_names *which,
	struct repo_changes *out, struct err *err)
{
	AUTO(lock) lock = LOCK_INIT;
	AUTO(repositories) all = {0};
	AUTO(repository_faults) faults = {0};
	int result = 0;

	if (!w->dry_run && repositories_lock(w->e, &lock, err) < 0)
		return -1;
	if (repositories_load(w->e, &all, &faults, err) < 0)
		return -1;
	for (size_t i = 0; i < which->count && result == 0; i++)
		if (!repositories_get(&all, &faults, span_of(which->names[i]), err))
			result = -1;
	repositories_tell(w->e, &faults);
	if (result < 0)
		return -1;
	for (size_t i = 0; i < which->count; i++)
		if (rewrite(w, repositories_get(&all, &faults, span_of(which->names[i]), err), out,
			    err) < 0)
			return -1;
	return 0;
}

static int edit_enable(const struct rewriting *w, const struct target *t,
	struct repo_change *change, struct buf *out, struct err *err)
{
	(void)change;
	if (t->now.enable != w->enable)
		return repository_enable(buf_span(&t->text), w->enable, out, err);
	buf_add_span(out, buf_span(&t->text));
	return 0;
}

int engine_repo_enable(struct engine *e, const struct repo_names *which, bool enable,
	struct repo_changes *out, struct err *err)
{
	const struct rewriting w = {
		.edit = edit_enable, .e = e, .dry_run = which->dry_run, .enable = enable};

	return rewrite_all(&w, which, out, err);
}

static int edit_trust(const struct rewriting *w, const struct target *t, struct repo_change *change,
	struct buf *out, struct err *err)
{
	const struct texts *keys = &t->now.keys;

	engine_repo_keys(w->e, &t->now, &change->before);
	repositories_add_id(w->key, &change->after);
	if (keys->of.n != 1 || !span_is(buf_span(&keys->of.v[0]), w->key))
		return repository_trust(buf_span(&t->text), w->key, out, err);
	buf_add_span(out, buf_span(&t->text));
	return 0;
}

int engine_repo_trust(struct engine *e, const struct repo_names *which, const char *key,
	struct repo_changes *out, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	struct rewriting w = {.edit = edit_trust, .e = e, .dry_run = which->dry_run};

	if (repositories_read_key(key, &line, err) < 0)
		return -1;
	w.key = buf_span(&line);
	return rewrite_all(&w, which, out, err);
}
