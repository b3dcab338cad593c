/* A new repository's file. */
#include <string.h>

#include "engine/repositories.h"
#include "engine/session.h"
#include "sys/fd.h"
#include "sys/file.h"

static int check_new(const struct repository *new, struct err *err)
{
	if (!repository_name_is_valid(buf_span(&new->name)))
		return err_set(err, ERR_USAGE,
			"%s cannot be a repository's name: that is a letter or digit, then these and . _ - +, at most %d",
			new->name.s, REPOSITORY_NAME_MAX);
	VEC_FOR (const struct buf, url, &new->urls.of)
		if (repository_check_url(new->type, buf_span(url), err) < 0) {
			err->code = ERR_USAGE;
			return -1;
		}
	return 0;
}

static int refuse_there(const char *name, const char *file, struct err *err)
{
	err_set(err, ERR_CONFLICT, "%s is there already: %s", name, file);
	return err_next(
		err, "see: fardel repo list; to have it made anew: fardel repo remove %s", name);
}

/* Neither the name nor the file's may be another's; a file of /etc hides what is shipped under its name. */
static int check_free(const struct engine *e, const struct repository *new,
	const struct repositories *all, const struct repository_faults *faults, struct err *err)
{
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) path = BUF_INIT;

	buf_setf(&file, "/%s.yml", new->name.s);
	VEC_FOR (const struct repository, r, &all->of)
		if (span_is(buf_span(&r->name), buf_span(&new->name)) ||
			span_ends(buf_span(&r->file), file.s)) {
			place_path(&e->place, r->file.s, &path);
			return refuse_there(r->name.s, path.s, err);
		}
	VEC_FOR (const struct repository_fault, f, &faults->of)
		if (span_is(buf_span(&f->name), buf_span(&new->name))) {
			refuse_there(new->name.s, f->file.s, err);
			return err_next(err, "mend that file, or delete it; see: fardel repo list");
		}
	return 0;
}

static int write_new(struct engine *e, const struct repository *new,
	const struct repo_change *change, struct err *err)
{
	struct file_put put = {.mode = repository_has_login(new) ? 0600 : 0644,
		.exact = true,
		.from = -1,
		.sync = true};
	AUTO(buf) text = BUF_INIT;
	AUTO_FD dir = place_make(&e->place, REPOSITORIES_ETC, 0755, err);
	const char *name = strrchr(change->file.s, '/') + 1;
	struct stat st;
	int there;

	if (dir < 0)
		return -1;
	there = file_stat(dir, name, &st, err);
	if (there)
		return there < 0 ? -1 : refuse_there(new->name.s, change->file.s, err);
	repository_format(new, &text);
	put.content = buf_span(&text);
	return file_put(dir, name, &put, err);
}

static int resolve_keys(struct repository *new, struct repo_change *change, struct err *err)
{
	VEC_FOR (struct buf, key, &new->keys.of) {
		AUTO(buf) line = BUF_INIT;

		if (repositories_read_key(key->s, &line, err) < 0)
			return -1;
		repositories_add_id(buf_span(&line), &change->after);
		buf_set(key, buf_span(&line));
	}
	return 0;
}

int engine_repo_add(struct engine *e, struct repository *new, bool dry_run, struct repo_change *out,
	struct err *err)
{
	AUTO(lock) lock = LOCK_INIT;
	AUTO(repositories) all = {0};
	AUTO(repository_faults) faults = {0};
	AUTO(buf) path = BUF_INIT;

	*out = (struct repo_change){.name = buf_dup(&new->name), .file = BUF_INIT, .changed = true};
	if (check_new(new, err) < 0 || resolve_keys(new, out, err) < 0)
		return -1;
	buf_setf(&path, "%s/%s.yml", REPOSITORIES_ETC, new->name.s);
	place_path(&e->place, path.s, &out->file);
	if ((!dry_run && repositories_lock(e, &lock, err) < 0) ||
		repositories_load(e, &all, &faults, err) < 0)
		return -1;
	repositories_tell(e, &faults);
	if (check_free(e, new, &all, &faults, err) < 0)
		return -1;
	return dry_run ? 0 : write_new(e, new, out, err);
}
