/* An index.db of Packets', read into offers: a database of SQLite's that anybody may have made. It is opened without a file, only its one plain table is read, and each
 * row is held against what it may be. */
#include "work/index_packets.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "ext/sql.h"
#include "model/offer_message.h"
#include "model/packets_index.h"
#include "work/index_made.h"
#include "work/worker.h"

#define INPUT_FD 4
#define VALUE_MAX (128 << 10) /* bytes of a value, and of a row */
#define STEPS_MAX 40000 /* thousands: of 200,000 rows it takes a tenth */
#define TABLE "packages"

/* A row, until all are read. */
struct entry {
	struct offer *offer;
	int64_t row;
};

struct reading {
	struct sql *sql;
	bool installed; /* it is what Packets knows of what is installed */
	bool has[PACKETS_COLUMNS];
	VEC(struct entry) entries;
	int64_t rows, relations;
	struct made made;
};

static void entry_drop(struct entry *e)
{
	offer_drop(e->offer);
	free(e->offer);
}

static void reading_drop(struct reading *r)
{
	sql_close(r->sql);
	vec_drop_each(&r->entries, entry_drop);
	made_drop(&r->made);
}

static int refuse(const char *what, struct err *err)
{
	return err_set(err, ERR_INSTALLER, "it is no index of Packets: %s", what);
}

/* --- What is in the file --------------------------------------------------------------------- */

static int map_input(char **bytes, size_t *size, struct err *err)
{
	struct stat st;

	if (fstat(INPUT_FD, &st) < 0)
		return err_sys(err, "look at it");
	if (st.st_size > PACKETS_INDEX_MAX)
		return err_set(
			err, ERR_INSTALLER, "it is larger than %d MiB", PACKETS_INDEX_MAX >> 20);
	if (st.st_size == 0)
		return refuse("it is empty", err);
	*size = (size_t)st.st_size;
	*bytes = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, INPUT_FD, 0);
	return *bytes == MAP_FAILED ? err_sys(err, "read it") : 0;
}

/* A row of sqlite_schema: its type, the name, the table, its first page, its text. Only the table, and what makes it quicker to ask. */
static int check_object(struct sql_row *row, bool *found, struct err *err)
{
	struct span type = sql_text(row, 0), name = sql_text(row, 1), of = sql_text(row, 2);
	bool is_ours = span_is_text(of, TABLE) || span_starts(of, "sqlite_");

	if (span_is_text(type, "index") && is_ours)
		return 0;
	if (!span_is_text(type, "table") || !is_ours || sql_integer(row, 3) <= 0)
		return err_set(err, ERR_INSTALLER,
			"it is no index of Packets: beside the table " TABLE " it has %.*s",
			SPAN_ARG(span_cut(name, 0, 64)));
	*found |= span_is_text(name, TABLE);
	return 0;
}

static int check_schema(struct reading *r, struct err *err)
{
	struct sql_row *row;
	bool found = false;
	int there;

	if (sql_query(r->sql, &row, err, "SELECT type, name, tbl_name, rootpage FROM sqlite_schema",
		    "") < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1)
		if (check_object(row, &found, err) < 0) {
			there = -1;
			break;
		}
	sql_end(row);
	if (there == 0 && !found)
		return refuse("it has no table " TABLE, err);
	return there;
}

/* One of PRAGMA table_xinfo: the name is its second value, what is not just stored its seventh. */
static int note_column(struct reading *r, struct sql_row *row, struct err *err)
{
	struct span name = sql_text(row, 1);

	if (sql_integer(row, 6) != 0)
		return refuse("a column of it is computed", err);
	for (int i = 0; i < PACKETS_COLUMNS; i++) {
		const char *known = packets_column_name((enum packets_column)i);

		if (name.n == strlen(known) && strncasecmp(name.s, known, name.n) == 0)
			r->has[i] = true;
	}
	return 0;
}

static int check_columns(struct reading *r, struct err *err)
{
	int needed = r->installed ? PACKETS_COLUMNS_INSTALLED : PACKETS_COLUMNS_NEEDED;
	struct sql_row *row;
	int there;

	if (sql_query(r->sql, &row, err, "PRAGMA table_xinfo(" TABLE ")", "") < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1)
		if (note_column(r, row, err) < 0) {
			there = -1;
			break;
		}
	sql_end(row);
	for (int i = 0; there == 0 && i < needed; i++)
		if (!r->has[i])
			return err_set(err, ERR_INSTALLER,
				"it is no index of Packets: its table has no column %s",
				packets_column_name((enum packets_column)i));
	return there;
}

/* --- Its rows -------------------------------------------------------------------------------- */

/* Texts are texts; a version that looks like a number may be stored as one. */
static int read_values(struct sql_row *from, struct packets_row *out, struct err *err)
{
	for (int i = 0; i < PACKETS_COLUMNS; i++) {
		enum sql_kind kind = sql_kind(from, i);
		bool number = i == PACKETS_SERIAL || i == PACKETS_VERSION;

		if (kind == SQL_OTHER || (kind == SQL_INTEGER && !number) ||
			(kind == SQL_TEXT && i == PACKETS_SERIAL))
			return err_set(err, ERR_INSTALLER, "%s must be a %s",
				packets_column_name((enum packets_column)i),
				i == PACKETS_SERIAL ? "whole number" : "text");
		if (i == PACKETS_SERIAL)
			out->serial = sql_integer(from, i);
		else
			out->texts[i] = sql_text(from, i);
	}
	return 0;
}

static void pass_over(struct reading *r, int64_t row, const char *text)
{
	AUTO(buf) where = BUF_INIT;
	struct err why = ERR_INIT;

	(void)err_set(&why, ERR_INSTALLER, "%s", text);
	buf_setf(&where, "row %lld", (long long)row);
	made_leave_out(&r->made, buf_span(&where), &why);
}

static int count_relations(struct reading *r, const struct offer *o, struct err *err)
{
	r->relations += (int64_t)o->depends.of.n;
	if (r->relations <= PACKETS_RELATIONS_MAX)
		return 0;
	return err_set(err, ERR_INSTALLER, "its packages have more than %d dependencies",
		PACKETS_RELATIONS_MAX);
}

static int read_row(struct reading *r, struct sql_row *from, struct err *err)
{
	struct packets_row row = {0};
	struct entry e = {.row = r->rows + 1};
	struct err why = ERR_INIT;

	if (++r->rows > PACKETS_ROWS_MAX)
		return err_set(
			err, ERR_INSTALLER, "it has more than %d packages", PACKETS_ROWS_MAX);
	e.offer = mem_zero(1, sizeof(*e.offer));
	offer_init(e.offer);
	if (read_values(from, &row, &why) == 0 &&
		(r->installed ? packets_row_installed : packets_row_offer)(&row, e.offer, &why) ==
			0) {
		*vec_push(&r->entries) = e;
		return count_relations(r, e.offer, err);
	}
	pass_over(r, r->rows, why.text);
	entry_drop(&e);
	return 0;
}

static int read_rows(struct reading *r, struct err *err)
{
	AUTO(buf) text = buf_of("SELECT ");
	struct sql_row *row;
	int there;

	for (int i = 0; i < PACKETS_COLUMNS; i++)
		buf_addf(&text, "%s%s", i ? ", " : "",
			r->has[i] ? packets_column_name((enum packets_column)i) : "NULL");
	buf_adds(&text, " FROM " TABLE " NOT INDEXED");
	if (sql_query(r->sql, &row, err, text.s, "") < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1)
		if (read_row(r, row, err) < 0) {
			there = -1;
			break;
		}
	sql_end(row);
	return there;
}

/* --- All of them together -------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = span_compare(buf_span(&x->offer->name), buf_span(&y->offer->name));

	return order ? order : (x->row > y->row) - (x->row < y->row);
}

static int by_family(const void *a, const void *b)
{
	const struct offer *x = *(const struct offer *const *)a,
			   *y = *(const struct offer *const *)b;

	return span_compare(buf_span(&x->family), buf_span(&y->family));
}

/* Which of two of one name would be meant nobody can know: the first counts. */
static void leave_out_twins(struct reading *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->entries.n; i++) {
		struct entry *e = &r->entries.v[i];

		if (kept && span_is(buf_span(&r->entries.v[kept - 1].offer->name),
				    buf_span(&e->offer->name))) {
			pass_over(r, e->row, "realname stands twice");
			entry_drop(e);
		} else {
			r->entries.v[kept++] = *e;
		}
	}
	r->entries.n = kept;
}

static int check_families(struct reading *r, struct err *err)
{
	struct offer **all = mem_alloc((r->entries.n + 1) * sizeof(*all));
	size_t count = 0, first = 0;
	int result = 0;

	VEC_FOR (const struct entry, e, &r->entries)
		if (e->offer->family.n)
			all[count++] = e->offer;
	if (count)
		qsort(all, count, sizeof(*all), by_family);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!span_is(buf_span(&all[i]->family), buf_span(&all[first]->family)))
			first = i;
		if (i - first >= PACKETS_FAMILY_MAX)
			result = err_set(err, ERR_INSTALLER,
				"more than %d packages of it are of one family",
				PACKETS_FAMILY_MAX);
	}
	free(all);
	return result;
}

static int settle(struct reading *r, struct err *err)
{
	if (r->entries.n)
		qsort(r->entries.v, r->entries.n, sizeof(*r->entries.v), by_name);
	leave_out_twins(r);
	if (r->rows && !r->entries.n)
		return err_set(err, ERR_INSTALLER, "none of its packages can be offered: %s",
			r->made.why.s);
	return check_families(r, err);
}

static int send_all(struct reading *r, struct err *err)
{
	VEC_FOR (const struct entry, e, &r->entries)
		if (made_add(&r->made, e->offer, err) < 0)
			return -1;
	return made_send(&r->made, err);
}

int index_packets(struct span payload, struct err *err)
{
	AUTO(reading) r = {.made = MADE_INIT};
	size_t size = 0;
	char *bytes = NULL;
	int64_t kind;

	if (!message_get_number(payload, &kind) || kind < 0 || kind > 1)
		return worker_bad_order(err);
	r.installed = kind == 1;
	if (map_input(&bytes, &size, err) < 0 ||
		sql_open_bytes(bytes, size, VALUE_MAX, &r.sql, err) < 0)
		return -1;
	sql_bound(r.sql, STEPS_MAX);
	if (check_schema(&r, err) < 0 || check_columns(&r, err) < 0 || read_rows(&r, err) < 0 ||
		settle(&r, err) < 0)
		return -1;
	return send_all(&r, err);
}
