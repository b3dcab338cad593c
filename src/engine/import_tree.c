/* What a package of Packets' has on disk, as its footprint. */
#include "engine/import_tree.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/packets.h"
#include "store/installation.h"
#include "store/node.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define NAMES_MAX 100000 /* of binDir */
#define TARGET_MAX 4096
#define BYTES_MAX (8LL << 30)
#define ENTRIES_MAX 200000
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static void add_home(const struct packets_dirs *dirs, const struct buf *name, struct buf *out)
{
	buf_add_span(out, buf_span(&dirs->data));
	buf_add_path(out, name->s);
}

int import_open_home(
	struct engine *e, const struct packets_dirs *dirs, const struct buf *name, struct err *err)
{
	AUTO(buf) home = BUF_INIT;
	AUTO_FD root = engine_root(e, err);
	int fd;

	if (root < 0)
		return -1;
	add_home(dirs, name, &home);
	fd = file_open_if(root, home.s + 1, O_RDONLY | O_DIRECTORY, err);
	if (fd >= 0 || err->code != ERR_NONE)
		return fd;
	err_set(err, ERR_NO_PACKAGE, "its folder %s is gone", home.s);
	return err_next(err, "install it anew: fardel install %s", name->s);
}

/* --- Whether it is the one ------------------------------------------------------------------- */

/* What fardel will run as root when it goes, in its stage, and all that leads there. */
static int check_file(int home, const char *path, struct err *err)
{
	AUTO(buf) part = BUF_INIT;
	struct span rest = span_of(path), one;
	struct stat st;

	while (span_split(&rest, '/', &one)) {
		if (part.n)
			buf_addc(&part, '/');
		buf_add_span(&part, one);
		if (file_stat(home, part.s, &st, err) <= 0)
			return err->code == ERR_NONE
				       ? err_set(err, ERR_INSTALLER, "its %s is gone", path)
				       : -1;
		if (S_ISLNK(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & OTHERS_WRITE)) {
			err_set(err, ERR_UNSAFE, "others than root could have changed its %s",
				part.s);
			return err_next(err, "look at it; then: chown root and chmod go-w");
		}
	}
	return 0;
}

static int check_home(int home, struct err *err)
{
	struct stat st;

	if (fstat(home, &st) < 0)
		return err_sys(err, "look at its folder");
	if (st.st_uid == geteuid() && !(st.st_mode & OTHERS_WRITE))
		return 0;
	err_set(err, ERR_UNSAFE, "others than root may write to its folder");
	return err_next(err, "look at what is in it; then: chown root and chmod go-w");
}

static int check_safe(int home, const struct installer *in, struct err *err)
{
	if (check_home(home, err) < 0 || check_file(home, "manifest.toml", err) < 0)
		return -1;
	if (in->packets.install.n && check_file(home, in->packets.install.s, err) < 0)
		return -1;
	return in->packets.remove.n ? check_file(home, in->packets.remove.s, err) : 0;
}

/* Bounds of a package: as much as comes out of one that is installed. */
struct bounds {
	int64_t bytes, entries;
};

static int check_entry(void *arg, const struct tree_entry *entry, struct err *err)
{
	struct bounds *b = arg;
	bool others = entry->st->st_uid != geteuid() || (entry->st->st_mode & OTHERS_WRITE);

	b->entries++;
	if (S_ISREG(entry->st->st_mode))
		b->bytes += entry->st->st_size < BYTES_MAX ? entry->st->st_size : BYTES_MAX;
	if (b->bytes >= BYTES_MAX || b->entries > ENTRIES_MAX) {
		err_set(err, ERR_POLICY, "it has more than %d files, or %lld GiB", ENTRIES_MAX,
			BYTES_MAX >> 30);
		return err_next(err, "look at what is in its folder, as at %s", entry->path);
	}
	if (!S_ISDIR(entry->st->st_mode) || !others)
		return 0;
	err_set(err, ERR_UNSAFE, "others than root may write to its %s", entry->path);
	return err_next(err, "look at what is in it; then: chown root and chmod go-w");
}

/* What others than root put there would be taken for the package's; and they could put there what nobody comes to an end with. */
static int check_tree(int home, struct err *err)
{
	struct bounds b = {0};

	return tree_walk(home, check_entry, &b, err);
}

static int parse(int home, const struct offer *o, struct installer *out, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;

	if (installation_facts(home, &facts, err) < 0)
		return -1;
	if (!packets_is(&facts))
		return err_set(err, ERR_INSTALLER, "its manifest.toml is gone, or damaged");
	return installer_parse(&facts, buf_span(&o->name), out, err);
}

int import_check(int home, const struct offer *o, struct texts *notes, struct err *err)
{
	AUTO(installer) in;
	AUTO(buf) text = BUF_INIT;

	installer_init(&in);
	if (parse(home, o, &in, err) < 0)
		return -1;
	if (!span_is(buf_span(&in.name), buf_span(&o->name)))
		return err_set(
			err, ERR_INSTALLER, "its manifest.toml says that it is %s", in.name.s);
	if (!span_is(buf_span(&in.version), buf_span(&o->version))) {
		buf_addf(&text, "its manifest.toml is of version %s", in.version.s);
		texts_add(notes, buf_span(&text));
	}
	return check_safe(home, &in, err) < 0 ? -1 : check_tree(home, err);
}

/* --- What it has ----------------------------------------------------------------------------- */

struct walk {
	const struct buf *home; /* its path */
	struct changes *to;
};

static int add_node(
	int folder, const char *name, struct span path, struct changes *to, struct err *err)
{
	AUTO(node_at) at = NODE_AT_INIT;
	struct change *c;
	int there = node_open(folder, name, false, &at, err);

	if (there <= 0)
		return there < 0 ? -1
				 : err_set(err, ERR_CONFLICT, "%.*s is gone meanwhile",
					   SPAN_ARG(path));
	c = changes_add(to, path);
	return node_load(&at, &c->after, err);
}

static int on_entry(void *arg, const struct tree_entry *entry, struct err *err)
{
	struct walk *w = arg;
	AUTO(buf) path = buf_dup(w->home);

	buf_add_path(&path, entry->path);
	return add_node(entry->parent, entry->name, buf_span(&path), w->to, err);
}

static int add_tree(int data, const struct buf *home, const struct buf *name, struct changes *to,
	struct err *err)
{
	struct walk w = {home, to};
	AUTO_FD fd = -1;

	if (add_node(data, name->s, buf_span(home), to, err) < 0)
		return -1;
	fd = file_open(data, name->s, O_RDONLY | O_DIRECTORY, 0, err);
	return fd < 0 ? -1 : tree_walk(fd, on_entry, &w, err);
}

/* "/usr/bin" and "../../opt/x": "/opt/x". Nothing of it is looked up. */
static void join(const struct buf *folder, struct span target, struct buf *out)
{
	struct span part;

	if (target.n && target.s[0] == '/')
		buf_clear(out);
	else
		buf_set(out, buf_span(folder));
	while (span_split(&target, '/', &part)) {
		if (!part.n || span_is_text(part, "."))
			continue;
		if (span_is_text(part, "..")) {
			while (out->n && out->s[out->n - 1] != '/')
				out->n--;
			out->n -= out->n > 0;
			out->s[out->n] = 0;
			continue;
		}
		buf_addc(out, '/');
		buf_add_span(out, part);
	}
}

static bool leads_into(const struct buf *bin, struct span target, const struct buf *home)
{
	AUTO(buf) path = BUF_INIT;

	join(bin, target, &path);
	return span_starts(buf_span(&path), home->s) &&
	       (path.n == home->n || path.s[home->n] == '/');
}

static int add_link(int bin, const struct packets_dirs *dirs, const char *name,
	const struct buf *home, struct footprint *out, struct texts *notes, struct err *err)
{
	char target[TARGET_MAX];
	AUTO(buf) path = buf_dup(&dirs->bin);
	ssize_t n = readlinkat(bin, name, target, sizeof(target));

	if (n < 0 || n == sizeof(target) ||
		!leads_into(&dirs->bin, (struct span){target, (size_t)n}, home))
		return 0;
	buf_add_path(&path, name);
	if (faccessat(bin, name, F_OK, 0) < 0) {
		AUTO(buf) text = BUF_INIT;

		buf_addf(&text, "%s leads nowhere", path.s);
		texts_add(notes, buf_span(&text));
	}
	return add_node(bin, name, buf_span(&path), &out->changes, err);
}

static int add_links(int root, const struct packets_dirs *dirs, const struct buf *home,
	struct footprint *out, struct texts *notes, struct err *err)
{
	AUTO(tree_names) names = {0};
	AUTO_FD bin = file_open_if(root, dirs->bin.s + 1, O_RDONLY | O_DIRECTORY, err);

	if (bin < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_names(bin, NAMES_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		if (add_link(bin, dirs, names.of.v[i], home, out, notes, err) < 0)
			return -1;
	return 0;
}

int import_footprint(struct engine *e, const struct packets_dirs *dirs, const struct buf *name,
	struct footprint *out, struct texts *notes, struct err *err)
{
	AUTO(buf) home = BUF_INIT;
	AUTO_FD root = engine_root(e, err);
	AUTO_FD data =
		root < 0 ? -1 : file_open(root, dirs->data.s + 1, O_RDONLY | O_DIRECTORY, 0, err);

	if (data < 0)
		return -1;
	add_home(dirs, name, &home);
	packets_dirs_copy(&out->dirs, dirs);
	if (add_tree(data, &home, name, &out->changes, err) < 0 ||
		add_links(root, dirs, &home, out, notes, err) < 0)
		return -1;
	changes_sort(&out->changes);
	return 0;
}
