/* Installations on disk: staged, published, purged. */
#include "store/installation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ext/digest.h"
#include "model/name.h"
#include "store/intake.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"
#include "sys/tree_copy.h"

/* The folder that those of all names are in. */
static const char *packages_of(const struct place *p, enum bundle_layout layout, struct buf *out)
{
	static const char below[] = "/packages";

	buf_set(out, layout == LAYOUT_FARDEL  ? SPAN(PLACE_STATE)
		     : layout == LAYOUT_PUAVO ? buf_span(&p->puavo)
					      : buf_span(&p->puavo_system));
	buf_adds(out, below);
	return out->s;
}

void installation_above(const struct place *p, const struct bundle *b, struct buf *out)
{
	AUTO(buf) packages = BUF_INIT;

	buf_addf(out, "%s/", packages_of(p, b->layout, &packages));
	name_to_folder(buf_span(&b->name), out);
}

void installation_path(const struct place *p, const struct bundle *b, struct buf *out)
{
	installation_above(p, b, out);
	buf_addf(out, "/%.*s", SPAN_ARG(bundle_folder(b)));
}

int installation_open_if(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	installation_path(p, b, &path);
	return place_open_if(p, path.s, err);
}

int installation_is_whole(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO_FD dir = installation_open_if(p, b, err);
	struct stat st;
	int there;

	/* Something else stands in its place. */
	if (dir < 0 && (err->sys == ENOTDIR || err->sys == ELOOP))
		err_clear(err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	there = file_stat(dir, INSTALLATION_UPSTREAM, &st, err);
	if (there <= 0 || !S_ISDIR(st.st_mode))
		return there < 0 ? -1 : 0;
	if (b->format == FORMAT_PACKETS)
		return file_stat(dir, "manifest.toml", &st, err);
	if (b->format == FORMAT_LUET)
		return file_stat(dir, "definition.yaml", &st, err);
	there = file_stat(dir, "rules", &st, err);
	return there ? there : file_stat(dir, "rules.lua", &st, err);
}

int installation_measure(
	const struct place *p, const struct bundle *b, int64_t *size, struct err *err)
{
	AUTO_FD dir = installation_open_if(p, b, err);
	int64_t entries;

	*size = -1;
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_measure(dir, size, &entries, err);
}

int installation_is_hollow(const struct place *p, const struct bundle *b, struct err *err)
{
	int64_t now;

	if (installation_measure(p, b, &now, err) < 0)
		return -1;
	return now >= 0 && now < b->size;
}

/* In its place at once, as there is nothing in it that could be there in part. */
int installation_stamp_at(int dir, const char *name, struct err *err)
{
	AUTO_FD fd = openat(dir, name,
		O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
	struct stat st;

	/* ENXIO: of a FIFO that nobody reads. */
	if ((fd < 0 && errno != ENXIO) || (fd >= 0 && fstat(fd, &st) < 0))
		return err_sys(err, "open %s", name);
	if (fd < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSAFE, "%s is not a file", name);
	if (futimens(fd, NULL) < 0)
		return err_sys(err, "set the time of %s", name);
	return file_sync(fd, err) < 0 ? -1 : file_sync(dir, err);
}

/* -1 with ERR_NONE where it is in another layout, or not there. */
static int open_puavo(const struct place *p, const struct bundle *b, struct err *err)
{
	return b->layout == LAYOUT_PUAVO ? installation_open_if(p, b, err) : -1;
}

int installation_stamp(
	const struct place *p, const struct bundle *b, const char *stamp, struct err *err)
{
	AUTO_FD dir = open_puavo(p, b, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return installation_stamp_at(dir, stamp, err);
}

int installation_unsettle(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO_FD dir = open_puavo(p, b, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return file_make_dir(dir, INSTALLATION_UNSETTLED, 0700, err) < 0 ? -1 : file_sync(dir, err);
}

int installation_settle(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO_FD dir = open_puavo(p, b, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_remove(dir, INSTALLATION_UNSETTLED, err);
}

static bool is_ours(const char *path)
{
	for (const char *const *name = installation_reserved; *name; name++)
		if (strcmp(path, *name) == 0)
			return true;
	return false;
}

static int describe_file(struct manifest_entry *m, const struct tree_entry *e, struct err *err)
{
	struct sums want = {0}, have;
	AUTO_FD fd = openat(e->parent, e->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", e->path);
	if (intake_digest_fd(fd, &want, &have, &m->size, err) < 0)
		return err_at(err, "%s", e->path);
	m->mode = e->st->st_mode & 0755;
	m->sha256 = have.of[DIGEST_SHA256];
	return 0;
}

static int describe(void *arg, const struct tree_entry *e, struct err *err)
{
	struct manifest *m = arg;
	char target[4096];
	ssize_t n;

	if (is_ours(e->path))
		return 1;
	if (S_ISDIR(e->st->st_mode)) {
		manifest_add(m, ENTRY_DIR, span_of(e->path));
		return 0;
	}
	if (S_ISREG(e->st->st_mode))
		return describe_file(manifest_add(m, ENTRY_FILE, span_of(e->path)), e, err);
	if (!S_ISLNK(e->st->st_mode))
		return err_set(err, ERR_UNSAFE, "%s is neither file, folder nor link", e->path);
	n = readlinkat(e->parent, e->name, target, sizeof(target));
	if (n < 0 || (size_t)n == sizeof(target))
		return err_sys(err, "read the link %s", e->path);
	buf_set(&manifest_add(m, ENTRY_SYMLINK, span_of(e->path))->link,
		(struct span){target, (size_t)n});
	return 0;
}

int installation_manifest(int dir, struct manifest *out, struct err *err)
{
	*out = MANIFEST_INIT;
	return tree_walk(dir, describe, out, err);
}

static int compute_id(int dir, const char *above, struct buf *id, struct err *err)
{
	AUTO(manifest) m = MANIFEST_INIT;
	AUTO(buf) text = buf_of(above);
	unsigned char bytes[HASH_MAX];
	struct hash *hash;

	if (installation_manifest(dir, &m, err) < 0 || hash_new("sha256", &hash, err) < 0)
		return -1;
	manifest_format(&m, &text);
	hash_add(hash, text.s, text.n);
	text_hex(id, bytes, hash_end(hash, bytes));
	hash_free(hash);
	return 0;
}

int installation_id(int dir, struct buf *id, struct err *err)
{
	return compute_id(dir, "", id, err);
}

int installation_system_id(int dir, struct buf *id, struct err *err)
{
	return compute_id(dir, "system\n", id, err);
}

static int add_fact(int dir, const char *name, struct facts *out, struct err *err)
{
	AUTO(buf) value = BUF_INIT;
	int there = file_read(dir, name, FACT_MAX, &value, err);

	if (there == 1)
		facts_add(out, span_of(name), buf_span(&value));
	return there < 0 ? -1 : 0;
}

static int add_fact_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	struct facts *out = arg;

	if (!S_ISREG(e->st->st_mode))
		return 1; /* facts stand at the top */
	if (strcmp(e->name, "rules") == 0)
		out->has_rules = (e->st->st_mode & 0100) != 0;
	if (strcmp(e->name, "rules.lua") == 0)
		out->has_lua = true;
	if (strcmp(e->name, "license") == 0)
		out->has_licence = true;
	return fact_is_known(span_of(e->name)) ? add_fact(e->parent, e->name, out, err) : 0;
}

int installation_facts(int dir, struct facts *out, struct err *err)
{
	*out = FACTS_INIT;
	return tree_walk(dir, add_fact_entry, out, err);
}

int installation_publish(
	const struct place *p, const char *stage, const struct bundle *b, struct err *err)
{
	AUTO(buf) above = BUF_INIT;
	AUTO(buf) id = BUF_INIT;
	AUTO_FD from = stage_above(p, stage, err);
	AUTO_FD to = -1;
	int swapped;

	if (from < 0)
		return -1;
	installation_above(p, b, &above);
	buf_add_span(&id, bundle_folder(b));
	to = place_make(p, above.s, 0755, err);
	if (to < 0)
		return -1;
	swapped = file_swap(from, stage, to, id.s, err);
	if (swapped)
		return swapped < 0 ? -1 : 0;
	if (tree_remove(to, id.s, err) < 0)
		return -1;
	return file_publish(from, stage, to, id.s, err);
}

int installation_strip(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO_FD folder = installation_open_if(p, b, err);
	AUTO_FD stage = -1;

	if (folder < 0)
		return err->code == ERR_NONE ? 0 : -1;
	stage_name(p, b, "strip", &name);
	stage = stage_make(p, name.s, err);
	if (stage < 0 || tree_copy(folder, stage, installation_reserved, err) < 0 ||
		place_sync_packages(p, err) < 0 || installation_publish(p, name.s, b, err) < 0 ||
		place_sync_packages(p, err) < 0)
		return -1;
	return stage_remove(p, name.s, err);
}

/* Out of sight by one rename, then away; missing is fine. */
static int move_out(int from, int stage, const char *name, struct err *err)
{
	if (tree_remove(stage, name, err) < 0)
		return -1;
	if (file_publish(from, name, stage, name, err) < 0) {
		if (err->sys != ENOENT)
			return -1;
		err_clear(err);
		return 0;
	}
	if (file_sync(stage, err) < 0 || file_sync(from, err) < 0)
		return -1;
	return tree_remove(stage, name, err);
}

/* The stage's folder from which the bundle's can be reached by a rename. */
static int open_stage_for(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO(buf) name = BUF_INIT;

	stage_name(p, b, "", &name);
	return stage_above(p, name.s, err);
}

int installation_purge(const struct place *p, const struct bundle *b, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) id = BUF_INIT;
	AUTO_FD stage = open_stage_for(p, b, err);
	AUTO_FD packages = -1;
	AUTO_FD from = -1;

	if (stage < 0)
		return -1;
	if (b->layout == LAYOUT_SYSTEM)
		return 0;
	packages = place_open_if(p, packages_of(p, b->layout, &path), err);
	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	name_to_folder(buf_span(&b->name), &name);
	from = file_open_if(packages, name.s, O_RDONLY | O_DIRECTORY, err);
	if (from < 0)
		return err->code == ERR_NONE ? 0 : -1;
	buf_add_span(&id, bundle_folder(b));
	if (move_out(from, stage, id.s, err) < 0)
		return -1;
	/* Fails where another installation of the name is left: as it should. */
	unlinkat(packages, name.s, AT_REMOVEDIR);
	return 0;
}

static int purge_all_of(
	const struct place *p, enum bundle_layout layout, const char *name, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	const struct bundle any = {.layout = layout};
	AUTO_FD packages = place_open_if(p, packages_of(p, layout, &path), err);
	AUTO_FD stage = -1;

	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	stage = open_stage_for(p, &any, err);
	return stage < 0 ? -1 : move_out(packages, stage, name, err);
}

int installation_purge_all(const struct place *p, struct span name, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	name_to_folder(name, &text);
	if (purge_all_of(p, LAYOUT_FARDEL, text.s, err) < 0)
		return -1;
	return purge_all_of(p, LAYOUT_PUAVO, text.s, err);
}

struct sweep {
	const struct world *world;
	struct texts *found;
};

static int sweep_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	struct sweep *s = arg;
	const char *slash = strchr(e->path, '/');
	const struct bundle *b;
	AUTO(buf) name = BUF_INIT;

	(void)err;
	if (!slash)
		return 0;
	b = name_of_folder((struct span){e->path, (size_t)(slash - e->path)}, &name)
		    ? world_get(s->world, buf_span(&name), span_of(slash + 1))
		    : NULL;
	if (!b || b->layout != LAYOUT_FARDEL)
		texts_add(s->found, span_of(e->path));
	return 1;
}

int installation_sweep(const struct place *p, const struct world *world, bool remove,
	struct texts *found, struct err *err)
{
	struct sweep s = {world, found};
	AUTO_FD packages = place_open_if(p, PLACE_PACKAGES, err);

	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_walk(packages, sweep_entry, &s, err) < 0)
		return -1;
	for (size_t i = 0; remove && i < found->of.n; i++) {
		struct span rest = buf_span(&found->of.v[i]), name;
		AUTO(buf) parent = BUF_INIT;

		if (tree_remove(packages, found->of.v[i].s, err) < 0)
			return -1;
		/* Fails where another installation of the name is left: as it should. */
		if (span_split(&rest, '/', &name)) {
			buf_set(&parent, name);
			unlinkat(packages, parent.s, AT_REMOVEDIR);
		}
	}
	return 0;
}
