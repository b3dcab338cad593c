/* What state.db knows of repositories. */
#include "store/repos.h"

#include <string.h>

#define COLUMNS \
	"name, anchor, root, root_text, revision, head_sha256, issued, expires, synced, etag, url, file, in_force"

void repo_state_init(struct repo_state *s)
{
	*s = (struct repo_state){.name = BUF_INIT,
		.anchor = BUF_INIT,
		.root_text = BUF_INIT,
		.head_sha256 = BUF_INIT,
		.etag = BUF_INIT,
		.url = BUF_INIT,
		.file = BUF_INIT};
}

void repo_state_drop(struct repo_state *s)
{
	buf_drop(&s->name);
	buf_drop(&s->anchor);
	buf_drop(&s->root_text);
	buf_drop(&s->head_sha256);
	buf_drop(&s->etag);
	buf_drop(&s->url);
	buf_drop(&s->file);
}

static void read_row(struct sql_row *row, struct repo_state *out)
{
	struct buf *const texts[] = {&out->name, &out->anchor, NULL, &out->root_text, NULL,
		&out->head_sha256, NULL, NULL, NULL, &out->etag, &out->url, &out->file, NULL};
	int64_t *const numbers[] = {NULL, NULL, &out->root, NULL, &out->revision, NULL,
		&out->issued, &out->expires, &out->synced, NULL, NULL, NULL, &out->in_force};

	for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
		if (texts[i]) {
			buf_clear(texts[i]);
			buf_add_span(texts[i], sql_text(row, i));
		} else {
			*numbers[i] = sql_integer(row, i);
		}
}

int repos_get(struct db *db, struct span name, struct repo_state *out, struct err *err)
{
	struct sql_row *row;
	int found;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err, "SELECT " COLUMNS " FROM repo WHERE name = ?", "t",
		    name) < 0)
		return -1;
	found = sql_next(row, err);
	if (found > 0)
		read_row(row, out);
	sql_end(row);
	/* It is to become part of a path. */
	if (found > 0 && memchr(out->file.s, '/', out->file.n))
		return err_set(err, ERR_BAD_STATE, "state.db: %.*s has an index of an odd name",
			SPAN_ARG(name));
	return found;
}

int repos_put(struct db *db, const struct repo_state *s, struct err *err)
{
	return sql_do(db->sql, err,
		"INSERT OR REPLACE INTO repo (" COLUMNS
		") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ttititiiittti", buf_span(&s->name), buf_span(&s->anchor), s->root,
		buf_span(&s->root_text), s->revision, buf_span(&s->head_sha256), s->issued,
		s->expires, s->synced, buf_span(&s->etag), buf_span(&s->url), buf_span(&s->file),
		s->in_force);
}

int repos_delete(struct db *db, struct span name, struct err *err)
{
	return sql_do(db->sql, err, "DELETE FROM repo WHERE name = ?", "t", name);
}
