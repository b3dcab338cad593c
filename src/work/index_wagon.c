/* What fardel-index reads of wagons of luet's: repository.yaml; and the packages of a tree, in both layouts. In the newer one metadata.json stands
 * beside definition.yaml; in the older one all of them stand in one file, which comes in a tarball of its own. Members that are not known are
 * passed over; nothing of it decides about any path. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ext/archive.h"
#include "model/facts.h"
#include "model/luet_definition.h"
#include "model/luet_made.h"
#include "model/luet_offer.h"
#include "model/offer_message.h"
#include "model/wagon.h"
#include "work/index_made.h"
#include "work/index_parts.h"
#include "work/index_tags.h"
#include "work/worker.h"

#define TREE_FD 4
#define META_FD 5
#define META_FILE "repository.meta.yaml"
#define METADATA_MAX (12 << 20) /* bytes of a metadata.json, or of an item of the older file */
#define METADATA_VALUES_MAX 400000 /* in it: each takes memory, however short it is */
#define ESCAPED_MAX 6 /* bytes that one may take in JSON, with its share of keys */
#define MEMBERS_MAX 4000000
#define OLDER_MAX ((size_t)64 << 20) /* bytes of all definitions of the older layout */

static const struct archive_limits limits = {
	.stream = (int64_t)2 << 30, .ratio = 500, .slack = (int64_t)64 << 20, .window_log = 27};

int index_read_wagon(struct span payload, struct err *err)
{
	AUTO(wagon) wagon;
	AUTO(buf) answer = BUF_INIT;

	wagon_init(&wagon);
	if (wagon_parse(payload, &wagon, err) < 0)
		return -1;
	wagon_put(&wagon, &answer);
	return frame_send(FRAME_FD, OFFER_WAGON_IS, buf_span(&answer), err);
}

/* --- Files of one package ---------------------------------------------------------------------- */

enum part { DEFINITION, FINALIZE, METADATA, PARTS };
static const struct {
	const char *name;
	size_t max;
} part_rows[PARTS] = {[DEFINITION] = {"definition.yaml", FACT_MAX},
	[FINALIZE] = {"finalize.yaml", FACT_MAX}, /* they become facts of an installer */
	[METADATA] = {"metadata.json", METADATA_MAX}};

struct folder {
	struct buf path; /* CATEGORY/NAME/VERSION; empty: none yet */
	bool has[PARTS];
	struct buf text[PARTS];
	struct err *
		why; /* a file of it cannot be used; NULL: all can. Few have one, and it is large */
	bool taken; /* an artifact was of it */
};
#define FOLDER_INIT ((struct folder){.path = BUF_INIT, .text = {BUF_INIT, BUF_INIT, BUF_INIT}})

static void folder_drop(struct folder *f)
{
	buf_drop(&f->path);
	for (unsigned i = 0; i < PARTS; i++)
		buf_drop(&f->text[i]);
	free(f->why);
	f->why = NULL;
}

/* To be set; what was set before is gone. */
static struct err *folder_why(struct folder *f)
{
	if (!f->why)
		f->why = mem_zero(1, sizeof(*f->why));
	err_clear(f->why);
	return f->why;
}

struct reading {
	struct tree_order order;
	struct made made;
	struct folder at; /* the one whose files come */
	VEC(struct folder)
	older; /* of that layout: all of them, sorted by path once they are there */
	size_t older_bytes;
	struct tags tags; /* of images */
};

static void reading_drop(struct reading *r)
{
	made_drop(&r->made);
	folder_drop(&r->at);
	vec_drop_each(&r->older, folder_drop);
	tags_drop(&r->tags);
}

/* --- Its offer --------------------------------------------------------------------------------- */

/* As a line of JSON; most are far from it, in whatever way they are written there. */
static bool is_too_long(const struct offer *o)
{
	AUTO(buf) text = BUF_INIT;

	offer_message_put(&text, o);
	if (text.n * ESCAPED_MAX <= OFFER_MAX)
		return false;
	buf_clear(&text);
	offer_format(o, &text);
	return text.n > OFFER_MAX;
}

static int check(const struct reading *r, const struct offer *o, struct err *err)
{
	if (o->unchecked && !r->order.allow_unchecked && !r->order.images)
		return err_set(err, ERR_INSTALLER,
			"it has no checksum, and allow_unchecked is not set for this repository");
	if (!offer_is_valid(o))
		return err_set(err, ERR_INSTALLER, "it says what no package may");
	if (is_too_long(o))
		return err_set(
			err, ERR_INSTALLER, "it says more than %d bytes of itself", OFFER_MAX);
	return 0;
}

static int make_offer(struct reading *r, const struct folder *f, struct luet_node artifact,
	struct offer *o, struct err *err)
{
	const struct luet_files files = {.folder = buf_span(&f->path),
		.definition = buf_span(&f->text[DEFINITION]),
		.finalize = buf_span(&f->text[FINALIZE]),
		.artifact = artifact,
		.older = r->order.has_meta};
	AUTO(texts) listed = {0};
	int result;

	if (luet_offer_make(&files, o, err) < 0 ||
		(r->order.images && luet_offer_take_image(o, err) < 0) ||
		luet_made_id(o, &o->id, err) < 0)
		return -1;
	/* No line has them; they go beside it. */
	listed = o->files;
	o->files = (struct texts){0};
	result = check(r, o, err);
	o->files = listed;
	listed = (struct texts){0};
	return result;
}

/* What is wrong with one package leaves out that one. */
static int take_offer(struct reading *r, const struct folder *f, struct luet_node artifact,
	struct span metadata, struct err *err)
{
	AUTO(offer) o;
	struct err why = ERR_INIT;

	offer_init(&o);
	if (f->why || make_offer(r, f, artifact, &o, &why) < 0) {
		made_leave_out(&r->made, buf_span(&f->path), f->why ? f->why : &why);
		return 0;
	}
	if (luet_offer_relative(artifact, metadata, &o.metadata, &why) < 0) {
		made_leave_out(&r->made, buf_span(&f->path), &why);
		return 0;
	}
	if (r->order.images)
		tags_add(&r->tags, buf_span(&o.path), r->made.of.n);
	return made_add(&r->made, &o, err);
}

/* --- JSON -------------------------------------------------------------------------------------- */

/* Before it is read: how many values there can be. */
static bool has_few_values(struct span text)
{
	size_t values = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.s[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ',' || c == '[' || c == '{'))
			values++;
	}
	return values <= METADATA_VALUES_MAX;
}

static int read_metadata(struct span text, struct json **out, struct err *err)
{
	*out = NULL;
	if (!has_few_values(text))
		return err_set(err, ERR_INSTALLER, "its metadata.json has more than %d values",
			METADATA_VALUES_MAX);
	return json_parse(text, out, err) < 0 ? err_at(err, "metadata.json") : 0;
}

/* The newer layout: its files are there. A folder without definition is none of a package. */
static int end_folder(struct reading *r, struct err *err)
{
	struct folder *f = &r->at;
	struct json *json = NULL;
	struct err why = ERR_INIT;
	int result = 0;

	if (!f->has[DEFINITION])
		return 0;
	if (!f->why && !f->has[METADATA])
		(void)err_set(folder_why(f), ERR_INSTALLER, "it has no metadata.json");
	if (!f->why && read_metadata(buf_span(&f->text[METADATA]), &json, &why) < 0)
		err_copy(folder_why(f), &why);
	result =
		take_offer(r, f, (struct luet_node){NULL, json}, buf_span(&f->text[METADATA]), err);
	json_free(json);
	return result;
}

/* --- The tarball of the tree --------------------------------------------------------------------- */

/* No member of a tree that was made by luet-build leads out of it. */
static int check_path(struct span path, struct err *err)
{
	struct span part, rest = path;

	if (span_starts(path, "/"))
		return err_set(err, ERR_INSTALLER, "a member leads out of the tree");
	while (span_split(&rest, '/', &part))
		if (span_is_text(part, ".."))
			return err_set(err, ERR_INSTALLER, "a member leads out of the tree");
	return 0;
}

/* CATEGORY/NAME/VERSION/FILE, of a file that is known. */
static bool split_path(struct span path, struct span *folder, enum part *part)
{
	struct span rest = path, piece, file = SPAN("");
	unsigned depth = 0;

	while (span_starts(rest, "./"))
		rest = span_cut(rest, 2, rest.n);
	*folder = rest;
	while (span_split(&rest, '/', &piece)) {
		if (!piece.n || ++depth > 4)
			return false;
		file = piece;
	}
	if (depth != 4)
		return false;
	*folder = (struct span){folder->s, (size_t)(file.s - folder->s) - 1};
	for (unsigned i = 0; i < PARTS; i++)
		if (span_is_text(file, part_rows[i].name)) {
			*part = (enum part)i;
			return true;
		}
	return false;
}

/* Of just its size: there are many of them. */
static int read_member(struct archive_in *in, size_t max, struct buf *out, struct err *err)
{
	char chunk[16 << 10];
	long n;

	while ((n = archive_read(in, chunk, sizeof(chunk), err)) > 0 && out->n <= max)
		buf_add(out, chunk, (size_t)n);
	return n < 0 ? -1 : 0;
}

/* One of another folder has come, or the end: of the newer layout it is offered now, of the older one kept. */
static int leave_folder(struct reading *r, struct err *err)
{
	if (!r->order.has_meta && end_folder(r, err) < 0)
		return -1;
	if (r->order.has_meta && r->at.has[DEFINITION]) {
		r->older_bytes += r->at.text[DEFINITION].n + r->at.text[FINALIZE].n;
		if (r->older_bytes > OLDER_MAX || r->older.n == MADE_MAX)
			return err_set(err, ERR_INSTALLER,
				"its definitions have more than %zu bytes", OLDER_MAX);
		*vec_push(&r->older) = r->at;
	} else {
		folder_drop(&r->at);
	}
	r->at = FOLDER_INIT;
	return 0;
}

static int take_member(struct reading *r, struct archive_in *in, struct span folder, enum part part,
	struct err *err)
{
	struct folder *f = &r->at;

	if (!span_is(buf_span(&f->path), folder)) {
		if (leave_folder(r, err) < 0)
			return -1;
		buf_set(&f->path, folder);
	}
	if (f->has[part])
		err_set(folder_why(f), ERR_INSTALLER, "%s is there twice", part_rows[part].name);
	f->has[part] = true;
	buf_clear(&f->text[part]);
	if (read_member(in, part_rows[part].max, &f->text[part], err) < 0)
		return -1;
	if (f->text[part].n <= part_rows[part].max)
		return 0;
	err_set(folder_why(f), ERR_INSTALLER, "%s has more than %zu bytes", part_rows[part].name,
		part_rows[part].max);
	buf_clear(&f->text[part]);
	return 0;
}

static int read_tree(struct reading *r, struct archive_in *in, struct err *err)
{
	struct archive_entry member;
	int64_t count = 0;
	int there;

	while ((there = archive_next(in, &member, err)) == 1) {
		AUTO(buf) path = BUF_INIT;
		struct span folder;
		enum part part;

		if (check_path(member.path, err) < 0)
			return -1;
		if (++count > MEMBERS_MAX)
			return err_set(
				err, ERR_INSTALLER, "it has more than %d members", MEMBERS_MAX);
		if (member.type != ARCHIVE_FILE || !split_path(member.path, &folder, &part) ||
			(r->order.has_meta && part == METADATA))
			continue;
		buf_set(&path, folder); /* reading on, its own may move */
		if (take_member(r, in, buf_span(&path), part, err) < 0)
			return -1;
	}
	return there < 0 ? -1 : leave_folder(r, err);
}

/* --- The older layout's metadata ------------------------------------------------------------------ */

static int by_path(const void *a, const void *b)
{
	const struct folder *x = a, *y = b;

	return span_compare(buf_span(&x->path), buf_span(&y->path));
}

static int on_artifact(void *arg, const struct yaml *item, struct err *err)
{
	struct reading *r = arg;
	const struct luet_node artifact = {item, NULL};
	struct folder key = {.path = BUF_INIT};
	struct folder *f;
	AUTO(buf) metadata = BUF_INIT;
	struct err why = ERR_INIT;

	if (luet_offer_folder(artifact, &key.path, &why) < 0) {
		made_leave_out(&r->made, SPAN(META_FILE), &why);
		buf_drop(&key.path);
		return 0;
	}
	f = r->older.n ? bsearch(&key, r->older.v, r->older.n, sizeof(key), by_path) : NULL;
	buf_drop(&key.path);
	/* Of what was built once, and is not in the tree any more; or was there already. */
	if (!f || f->taken)
		return 0;
	f->taken = true;
	luet_offer_json(item, &metadata);
	return take_offer(r, f, artifact, buf_span(&metadata), err);
}

static long read_source(void *arg, void *to, size_t room, struct err *err)
{
	return archive_read(arg, to, room, err);
}

static int read_meta(struct reading *r, struct archive_in *in, struct err *err)
{
	struct archive_entry member;
	bool found = false;
	int there;

	if (r->older.n)
		qsort(r->older.v, r->older.n, sizeof(r->older.v[0]), by_path);
	while ((there = archive_next(in, &member, err)) == 1) {
		const struct yaml_source source = {read_source, in, METADATA_MAX};
		struct span name = member.path;

		if (check_path(name, err) < 0)
			return -1;
		while (span_starts(name, "./"))
			name = span_cut(name, 2, name.n);
		if (found || member.type != ARCHIVE_FILE || !span_is_text(name, META_FILE))
			continue;
		found = true;
		if (yaml_each_item(&source, "index", on_artifact, r, err) < 0)
			return err_at(err, META_FILE);
	}
	if (there == 0 && !found)
		return err_set(err, ERR_INSTALLER, "it has no %s", META_FILE);
	return there;
}

/* --- Both of them ---------------------------------------------------------------------------------- */

/* The wagon says how it is compressed; what it is called is of no account. */
static int check_magic(int fd, enum wagon_compression stated, struct err *err)
{
	static const char *const magic[WAGON_COMPRESSIONS] = {
		[WAGON_ZSTD] = "\x28\xb5\x2f\xfd", [WAGON_GZIP] = "\x1f\x8b"};
	enum wagon_compression is = WAGON_PLAIN;
	char head[262];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n < 0)
		return err_sys(err, "read it");
	for (int i = 0; i < WAGON_PLAIN; i++)
		if (span_starts((struct span){head, (size_t)n}, magic[i]))
			is = (enum wagon_compression)i;
	if (is == WAGON_PLAIN && (n < 262 || memcmp(head + 257, "ustar", 5) != 0))
		return err_set(err, ERR_INSTALLER, "it is no tarball");
	if (is == stated)
		return 0;
	return err_set(err, ERR_INSTALLER, "its compressiontype is %s, and it is %s",
		wagon_compression_name(stated), wagon_compression_name(is));
}

static int read_archive(struct reading *r, int fd, int64_t compression,
	int (*read_it)(struct reading *r, struct archive_in *in, struct err *err), struct err *err)
{
	struct archive_in *in = NULL;
	int result = check_magic(fd, (enum wagon_compression)compression, err);

	if (result == 0)
		result = archive_open_pack(fd, &limits, &in, err);
	if (result == 0)
		result = read_it(r, in, err);
	archive_close(in);
	return result;
}

int index_read_tree(struct span payload, struct err *err)
{
	AUTO(reading) r = {.made = MADE_INIT, .at = FOLDER_INIT};

	if (!offer_message_get_tree_order(payload, &r.order))
		return worker_bad_order(err);
	if (read_archive(&r, TREE_FD, r.order.tree, read_tree, err) < 0)
		return err_at(err, "the tree");
	if (r.order.has_meta && read_archive(&r, META_FD, r.order.meta, read_meta, err) < 0)
		return err_at(err, "the metadata");
	tags_settle(&r.tags, &r.made);
	return made_send(&r.made, err);
}
