/* The package-id and version of format 2, as its own build tool makes them. */
#include "engine/package_id.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "store/intake.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define VERSION_FILE ".puavo-pkg-version"
#define VERSION_MAX 65536

struct sum {
	struct buf path, md5;
};
struct sum_list {
	VEC(struct sum) of;
};

static void sum_drop(struct sum *s)
{
	buf_drop(&s->path);
	buf_drop(&s->md5);
}

static void sum_list_drop(struct sum_list *l)
{
	vec_drop_each(&l->of, sum_drop);
}

static int add_sum(void *arg, const struct tree_entry *e, struct err *err)
{
	struct sum_list *list = arg;
	struct sums want = {.has[DIGEST_MD5] = true}, have;
	AUTO_FD fd = -1;
	struct sum *s;
	int64_t size;

	if (!S_ISREG(e->st->st_mode) || strcmp(e->name, VERSION_FILE) == 0)
		return 0;
	fd = openat(e->parent, e->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", e->path);
	if (intake_digest_fd(fd, &want, &have, &size, err) < 0)
		return err_at(err, "%s", e->path);
	s = vec_push(&list->of);
	*s = (struct sum){buf_of(e->path), BUF_INIT};
	digest_format(&s->md5, &have.of[DIGEST_MD5]);
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->path.s, ((const struct sum *)b)->path.s);
}

int package_id(int dir, const char *name, struct buf *hex, struct err *err)
{
	AUTO(sum_list) list = {0};
	AUTO(buf) lines = BUF_INIT;
	unsigned char bytes[HASH_MAX];
	struct hash *hash;

	if (tree_walk(dir, add_sum, &list, err) < 0 || hash_new("md5", &hash, err) < 0)
		return -1;
	if (list.of.n)
		qsort(list.of.v, list.of.n, sizeof(list.of.v[0]), by_path);
	VEC_FOR (struct sum, s, &list.of)
		buf_addf(&lines, "%s  %s/%s\n", s->md5.s, name, s->path.s);
	hash_add(hash, lines.s, lines.n);
	text_hex(hex, bytes, hash_end(hash, bytes));
	hash_free(hash);
	return 0;
}

/* The value of a key in the lines of KEY VALUE. */
static struct span value_of(struct span text, const char *key)
{
	struct span line;

	while (span_split(&text, '\n', &line))
		if (span_starts(line, key) && line.n > strlen(key) && line.s[strlen(key)] == ' ')
			return span_trim(span_cut(line, strlen(key) + 1, line.n));
	return SPAN("");
}

static int write_version(
	int dir, const char *name, struct span old, const char *id, struct err *err)
{
	static const char *const ours[] = {
		"name ", "package-id ", "pkg-format ", "timestamp ", "version "};
	unsigned long long version = 0;
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) now = BUF_INIT;
	struct span line;

	if (old.n && !span_number(value_of(old, "version"), UINT32_MAX, &version))
		return err_set(err, ERR_INSTALLER, VERSION_FILE ": its version is no number");
	text_time_iso(&now, engine_now());
	now.n--; /* the Z: this file's times have an offset */
	buf_addf(&text,
		"name %s\npackage-id %s\npkg-format 2\ntimestamp %.*s+00:00\nversion %llu\n", name,
		id, (int)now.n, now.s, version + 1);
	while (span_split(&old, '\n', &line)) {
		bool is_ours = !line.n;

		for (size_t i = 0; i < COUNT(ours); i++)
			is_ours |= span_starts(line, ours[i]);
		if (!is_ours)
			buf_addf(&text, "%.*s\n", SPAN_ARG(line));
	}
	return file_replace(dir, VERSION_FILE, 0644, buf_span(&text), err);
}

int package_id_check(struct engine *e, int dir, const char *name, bool bump, struct err *err)
{
	AUTO(buf) old = BUF_INIT;
	AUTO(buf) id = BUF_INIT;
	struct span stated;
	int there = file_read(dir, VERSION_FILE, VERSION_MAX, &old, err);

	if (there < 0 || (there == 0 && !bump))
		return there;
	if (package_id(dir, name, &id, err) < 0)
		return -1;
	stated = value_of(buf_span(&old), "package-id");
	if (span_is(stated, buf_span(&id)))
		return 0;
	if (bump)
		return write_version(dir, name, buf_span(&old), id.s, err);
	if (!stated.n)
		return 0; /* not even an id: the judgement on what was built says so */
	engine_tell(e, WATCH_WARN, span_of(name),
		"the package-id in " VERSION_FILE " is %.*s, but the content's is "
		"%s; with --bump a new one is written",
		SPAN_ARG(stated), id.s);
	return 0;
}
