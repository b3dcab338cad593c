/* fardel-extract: reads one installer for fardel, says what is in it, and writes it out when asked
 * to. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ext/archive.h"
#include "ext/digest.h"
#include "model/entry.h"
#include "model/lint.h"
#include "model/manifest.h"
#include "sys/file.h"
#include "work/worker.h"

#define INSTALLER_FD 4
#define DESTINATION_FD 5
#define CHUNK 65536
#define MANIFEST "manifest.toml" /* of Packets */
#define TOLD_MAX ((int64_t)LINT_TEXTS_MAX)
#define TOLD_FACTS (8 << 20) /* bytes of it that are there for facts alone, wherever they come */

/* One installer on its way. */
struct extractor {
	bool write, tell, packets;
	int64_t told; /* bytes */
	struct archive_in *in;
	struct entry_plan *plan;
	size_t made; /* paths numbered below this are in the manifest */
	struct manifest manifest;
	struct extracted done;
};

static void extractor_drop(struct extractor *x)
{
	archive_close(x->in);
	entry_plan_free(x->plan);
	manifest_drop(&x->manifest);
	extracted_drop(&x->done);
}

static void free_hash(struct hash **h)
{
	hash_free(*h);
}

static int add_folder(struct extractor *x, struct span path, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	buf_set(&text, path);
	if (x->write && file_make_dir(DESTINATION_FD, text.s, 0755, err) < 0)
		return -1;
	manifest_add(&x->manifest, ENTRY_DIR, path);
	return 0;
}

/* Folders that are only implied, the numbers right before a member's own, are made, and stand in the manifest, like
 * those that are named. */
static int add_implied(struct extractor *x, size_t id, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	for (; x->made < id; x->made++) {
		entry_plan_path(x->plan, x->made, &path);
		if (add_folder(x, buf_span(&path), err) < 0)
			return -1;
	}
	return 0;
}

static int send_fact(struct span name, struct span value, struct err *err)
{
	AUTO(buf) payload = BUF_INIT;

	message_put_fact(&payload, name, value);
	return frame_send(FRAME_FD, MESSAGE_FACT, buf_span(&payload), err);
}

/* Of a package of Packets only its manifest says something of it: other names are its vendor's. */
static bool is_fact(const struct extractor *x, struct span path)
{
	return x->packets ? span_is_text(path, MANIFEST) : fact_is_known(path);
}

/* Says what comes. Whether its bytes are to follow. */
static int tell(struct extractor *x, const struct archive_entry *member,
	const struct entry_act *act, bool *reads, struct err *err)
{
	static const int64_t types[] = {[ENTRY_FILE] = LINT_FILE,
		[ENTRY_DIR] = LINT_FOLDER,
		[ENTRY_SYMLINK] = LINT_LINK,
		[ENTRY_HARDLINK] = LINT_OTHER};
	struct told_member m = {
		.path = act->path, .type = types[act->type], .mode = member->mode & 07777};
	AUTO(buf) payload = BUF_INIT;

	*reads = false;
	if (!x->tell || !act->path.n)
		return 0;
	if (x->packets && act->type == ENTRY_HARDLINK)
		m.type = LINT_LINK;
	m.size = act->type == ENTRY_FILE && member->size > 0 ? member->size : 0;
	m.reads = act->type == ENTRY_FILE && lint_wants(act->path, m.size) &&
		  x->told + m.size <= TOLD_MAX - (is_fact(x, act->path) ? 0 : TOLD_FACTS);
	x->told += m.reads ? m.size : 0;
	*reads = m.reads;
	message_put_member(&payload, &m);
	return frame_send(FRAME_FD, MESSAGE_MEMBER, buf_span(&payload), err);
}

/* What the names at the top mean. */
static int look_at_name(struct extractor *x, const struct entry_act *act, struct err *err)
{
	if (span_is_text(act->path, "rules"))
		x->done.has_rules = act->mode == 0755;
	if (span_is_text(act->path, "rules.lua"))
		x->done.has_lua = true;
	if (span_is_text(act->path, "license"))
		x->done.has_licence = true;
	if (act->type == ENTRY_HARDLINK && is_fact(x, act->path))
		return err_set(err, ERR_INSTALLER,
			"%.*s is a hard link: it must be a file of its own", SPAN_ARG(act->path));
	return 0;
}

/* One pass over a file's bytes: counted, hashed, written, told, and kept if they are a fact. */
static int copy_content(struct extractor *x, struct manifest_entry *entry, int fd, bool told,
	struct buf *fact, struct err *err)
{
	__attribute__((cleanup(free_hash))) struct hash *hash = NULL;
	char chunk[CHUNK];

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	for (;;) {
		long n = archive_read(x->in, chunk, sizeof(chunk), err);

		if (n < 0)
			return -1;
		if (!n)
			break;
		if (entry_plan_bytes(x->plan, (size_t)n, err) < 0)
			return -1;
		hash_add(hash, chunk, (size_t)n);
		entry->size += n;
		if (fd >= 0 && file_write_all(fd, chunk, (size_t)n, err) < 0)
			return -1;
		if (told && frame_send(FRAME_FD, MESSAGE_DATA, (struct span){chunk, (size_t)n},
				    err) < 0)
			return -1;
		if (fact && fact->n + (size_t)n > FACT_MAX)
			return err_set(err, ERR_INSTALLER, "longer than %d bytes", FACT_MAX);
		if (fact)
			buf_add(fact, chunk, (size_t)n);
	}
	hash_end(hash, entry->sha256.bytes);
	return 0;
}

static int take_file(struct extractor *x, const struct entry_act *act, const char *path, bool told,
	struct err *err)
{
	bool is_known = is_fact(x, act->path);
	struct manifest_entry *entry = manifest_add(&x->manifest, ENTRY_FILE, act->path);
	AUTO(buf) fact = BUF_INIT;
	AUTO_FD fd = -1;

	entry->mode = act->mode;
	if (look_at_name(x, act, err) < 0)
		return -1;
	if (x->write) {
		fd = file_open(DESTINATION_FD, path, O_WRONLY | O_CREAT | O_EXCL, act->mode, err);
		if (fd < 0)
			return -1;
	}
	if (copy_content(x, entry, fd, told, is_known ? &fact : NULL, err) < 0)
		return err_at(err, "%s", path);
	return is_known ? send_fact(act->path, buf_span(&fact), err) : 0;
}

static int take_symlink(
	struct extractor *x, const struct entry_act *act, const char *path, struct err *err)
{
	struct manifest_entry *entry = manifest_add(&x->manifest, ENTRY_SYMLINK, act->path);

	buf_set(&entry->link, act->link);
	return x->write ? file_make_symlink(DESTINATION_FD, path, entry->link.s, err) : 0;
}

/* A hard link is a further file of the same content. */
static int take_hardlink(
	struct extractor *x, const struct entry_act *act, const char *path, struct err *err)
{
	const struct manifest_entry *target = manifest_get(&x->manifest, act->link);
	AUTO(buf) from = BUF_INIT;
	struct manifest_entry *entry;
	struct digest sha256;
	int64_t size;

	if (!target || target->type != ENTRY_FILE)
		return err_set(err, ERR_INSTALLER, "%s is a hard link to nothing", path);
	if (look_at_name(x, act, err) < 0)
		return -1;
	sha256 = target->sha256;
	size = target->size;
	if (entry_plan_bytes(x->plan, (size_t)size, err) < 0)
		return -1;
	entry = manifest_add(&x->manifest, ENTRY_FILE, act->path);
	entry->mode = act->mode;
	entry->sha256 = sha256;
	entry->size = size;
	buf_set(&from, act->link);
	return x->write ? file_make_link(DESTINATION_FD, from.s, path, err) : 0;
}

static int take_planned(struct extractor *x, const struct archive_entry *member,
	const struct entry_act *act, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	bool is_new, told;

	buf_set(&path, act->path);
	if (add_implied(x, act->id, err) < 0 || tell(x, member, act, &told, err) < 0)
		return -1;
	is_new = act->id == x->made;
	x->made += is_new;
	switch (act->type) {
	case ENTRY_FILE: return take_file(x, act, path.s, told, err);
	case ENTRY_DIR: return is_new ? add_folder(x, act->path, err) : 0;
	case ENTRY_SYMLINK: return take_symlink(x, act, path.s, err);
	case ENTRY_HARDLINK: return take_hardlink(x, act, path.s, err);
	}
	return 0;
}

/* Packets passes links over. Here their names are taken all the same: nothing may be below one. */
static int leave_out(struct extractor *x, const struct archive_entry *member,
	const struct entry_act *act, struct err *err)
{
	bool reads;

	x->done.left_out++;
	if (add_implied(x, act->id, err) < 0 || tell(x, member, act, &reads, err) < 0)
		return -1;
	x->made = act->id + 1;
	return 0;
}

static int take(struct extractor *x, const struct archive_entry *member, struct err *err)
{
	static const enum entry_type types[] = {[ARCHIVE_FILE] = ENTRY_FILE,
		[ARCHIVE_DIR] = ENTRY_DIR,
		[ARCHIVE_SYMLINK] = ENTRY_SYMLINK,
		[ARCHIVE_HARDLINK] = ENTRY_HARDLINK};
	struct entry_raw raw = {.path = member->path, .link = member->link, .mode = member->mode};
	struct entry_act act;

	if (member->type == ARCHIVE_OTHER)
		return err_set(err, ERR_INSTALLER, "member %.*s is a %s",
			SPAN_ARG(span_cut(member->path, 0, 200)), member->kind);
	raw.type = types[member->type];
	raw.size = raw.type == ENTRY_FILE ? member->size : 0;
	entry_plan_read(x->plan, archive_bytes_read(x->in));
	if (entry_plan_next(x->plan, &raw, &act, err) < 0)
		return -1;
	if (act.skip)
		return 0;
	if (x->packets && (act.type == ENTRY_SYMLINK || act.type == ENTRY_HARDLINK))
		return leave_out(x, member, &act, err);
	return take_planned(x, member, &act, err);
}

static int add_id(struct extractor *x, struct err *err)
{
	__attribute__((cleanup(free_hash))) struct hash *hash = NULL;
	unsigned char bytes[HASH_MAX];
	AUTO(buf) text = BUF_INIT;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	manifest_format(&x->manifest, &text);
	hash_add(hash, text.s, text.n);
	text_hex(&x->done.id, bytes, hash_end(hash, bytes));
	return 0;
}

static int send_done(struct extractor *x, struct err *err)
{
	AUTO(buf) payload = BUF_INIT;

	buf_set(&x->done.top, x->packets ? SPAN(".") : entry_plan_top(x->plan));
	if (!x->done.top.n)
		return err_set(err, ERR_INSTALLER, "the archive is empty");
	if (add_id(x, err) < 0)
		return -1;
	x->done.bytes = manifest_size(&x->manifest);
	x->done.entries = (int64_t)x->manifest.of.n;
	message_put_extracted(&payload, &x->done);
	return frame_send(FRAME_FD, MESSAGE_EXTRACTED, buf_span(&payload), err);
}

static struct span base_of(struct span path)
{
	size_t at = path.n;

	while (at && path.s[at - 1] != '/')
		at--;
	return span_cut(path, at, path.n);
}

/* The folder that holds the first manifest.toml is the package, whatever it is called. */
static int find_root(struct buf *out, struct err *err)
{
	struct archive_in *in;
	struct archive_entry member;
	int rc;

	if (archive_open_packets(INSTALLER_FD, &in, err) < 0)
		return -1;
	while ((rc = archive_next(in, &member, err)) > 0) {
		struct span base = base_of(member.path);

		if (member.type == ARCHIVE_FILE && span_is_text(base, MANIFEST)) {
			buf_add_span(out, span_cut(member.path, 0, member.path.n - base.n));
			break;
		}
	}
	archive_close(in);
	if (rc == 0)
		err_set(err, ERR_INSTALLER, "there is no " MANIFEST " in it");
	return rc > 0 ? 0 : -1;
}

static int open_packets(struct extractor *x, struct err *err)
{
	AUTO(buf) root = BUF_INIT;

	if (find_root(&root, err) < 0)
		return -1;
	if (lseek(INSTALLER_FD, 0, SEEK_SET) < 0)
		return err_sys(err, "read the package again");
	x->plan = entry_plan_new(&entry_limits_packets);
	entry_plan_root(x->plan, buf_span(&root));
	return archive_open_packets(INSTALLER_FD, &x->in, err);
}

static int open_installer(struct extractor *x, struct err *err)
{
	x->plan = entry_plan_new(&entry_limits_installer);
	return archive_open_tar(INSTALLER_FD, &x->in, err);
}

static int run(struct extractor *x, struct err *err)
{
	__attribute__((cleanup(frame_reader_drop))) struct frame_reader reader = FRAME_READER_INIT;
	struct extract_order order;
	struct archive_entry member;
	struct span payload;
	int rc;

	if (worker_order(&reader, MESSAGE_EXTRACT, &payload, err) < 0)
		return -1;
	if (!message_get_extract(payload, &order))
		return worker_bad_order(err);
	x->write = order.write;
	x->tell = order.tell;
	x->packets = order.packets;
	if ((x->packets ? open_packets(x, err) : open_installer(x, err)) < 0)
		return -1;
	while ((rc = archive_next(x->in, &member, err)) > 0)
		if (take(x, &member, err) < 0)
			return -1;
	return rc < 0 ? -1 : send_done(x, err);
}

int main(void)
{
	AUTO(extractor) extractor = {.done = {.top = BUF_INIT, .id = BUF_INIT}};
	struct err err = ERR_INIT;

	if (!worker_is_called("fardel-extract"))
		return WORKER_USAGE;
	umask(022);
	return worker_end(run(&extractor, &err), &err);
}
