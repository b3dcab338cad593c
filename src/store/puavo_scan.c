/* puavo-pkg's rootdirs, read. */
#include "store/puavo_scan.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/installer.h"
#include "store/installation.h"
#include "store/links.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define NAMES_MAX 100000
#define ID_DIGITS 32
#define TARGET_MAX 4096

struct scan {
	const struct place *place;
	enum bundle_layout layout;
	int folders[2]; /* of links: installed/, available/; -1: not there */
	struct puavo_tree *out;
};

static bool is_id(struct span id)
{
	return id.n == ID_DIGITS && strspn(id.s, "0123456789abcdef") >= ID_DIGITS;
}

static bool is_folder(int dir, const char *name, struct stat *st)
{
	return fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st->st_mode);
}

/* Whether the link leads to the folder: as it is written, or by a way of its own. */
static bool leads_to(
	const struct scan *s, int links, const char *name, const char *path, const struct stat *to)
{
	char target[TARGET_MAX];
	ssize_t n = links < 0 ? -1 : readlinkat(links, name, target, sizeof(target));
	struct stat st;

	if (n < 0)
		return false;
	if (span_is_text((struct span){target, (size_t)n}, path))
		return true;
	/* Inside of another root it would be followed from the wrong one. */
	return !s->place->root.n && fstatat(links, name, &st, 0) == 0 && st.st_dev == to->st_dev &&
	       st.st_ino == to->st_ino;
}

/* The original tool's own link, beside the folders. Where the later one knows the package, which it always offers, its own links
 * count: it takes them away, and leaves this one. */
static bool is_original(const struct scan *s, int name_dir, const char *name, const char *id)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(name_dir, "installed", target, sizeof(target));
	struct stat offered;

	return n >= 0 && span_is_text((struct span){target, (size_t)n}, id) &&
	       (s->folders[1] < 0 || fstatat(s->folders[1], name, &offered, 0) < 0);
}

static void add_folder(struct scan *s, int name_dir, const char *name, const char *id)
{
	AUTO(bundle) b;
	AUTO(buf) path = BUF_INIT;
	struct stat st, part;
	struct puavo_folder *f;

	bundle_init(&b);
	if (!is_id(span_of(id)) || !is_folder(name_dir, id, &st))
		return;
	b.layout = s->layout;
	buf_sets(&b.name, name);
	buf_sets(&b.puavo_id, id);
	installation_path(s->place, &b, &path);
	f = vec_push(&s->out->of);
	*f = (struct puavo_folder){.name = buf_of(name), .id = buf_of(id), .layout = s->layout};
	f->installed =
		leads_to(s, s->folders[0], name, path.s, &st) || is_original(s, name_dir, name, id);
	f->available = leads_to(s, s->folders[1], name, path.s, &st);
	buf_sets(&path, id);
	buf_add_path(&path, INSTALLATION_UPSTREAM);
	f->prepared = is_folder(name_dir, path.s, &part);
	buf_sets(&path, id);
	buf_add_path(&path, INSTALLATION_PREPARED);
	if (fstatat(name_dir, path.s, &part, AT_SYMLINK_NOFOLLOW) == 0)
		f->stamped = (int64_t)part.st_mtime;
	else
		f->prepared = false;
	buf_sets(&path, id);
	buf_add_path(&path, INSTALLATION_UNSETTLED);
	f->unsettled = s->layout == LAYOUT_PUAVO && is_folder(name_dir, path.s, &part);
}

static int scan_name(struct scan *s, int packages, const char *name, struct err *err)
{
	AUTO(tree_names) ids = {0};
	struct stat st;
	AUTO_FD dir = -1;

	if (!installer_name_is_valid(span_of(name)) || !is_folder(packages, name, &st))
		return 0;
	dir = file_open_if(packages, name, O_RDONLY | O_DIRECTORY, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_names(dir, NAMES_MAX, &ids, err) < 0)
		return err_at(err, "%s", name);
	for (size_t i = 0; i < ids.of.n; i++)
		add_folder(s, dir, name, ids.of.v[i]);
	return 0;
}

static int scan_root(struct scan *s, const struct buf *root, struct err *err)
{
	AUTO(tree_names) names = {0};
	AUTO(buf) path = buf_dup(root);
	AUTO_FD packages = -1;

	buf_adds(&path, "/packages");
	packages = place_open_if(s->place, path.s, err);
	if (packages < 0)
		return err->code == ERR_NONE ? 0 : err_at(err, "%s", root->s);
	s->out->there[s->layout] = true;
	if (tree_names(packages, NAMES_MAX, &names, err) < 0)
		return err_at(err, "%s", path.s);
	for (size_t i = 0; i < names.of.n; i++)
		if (scan_name(s, packages, names.of.v[i], err) < 0)
			return -1;
	return 0;
}

static int sweep_name(int packages, const char *name, bool wrecks, struct err *err)
{
	AUTO(tree_names) ids = {0};
	AUTO_FD dir = -1;
	struct stat st;

	if (!installer_name_is_valid(span_of(name)) || !is_folder(packages, name, &st))
		return 0;
	dir = file_open_if(packages, name, O_RDONLY | O_DIRECTORY, err);
	if (dir < 0 || tree_names(dir, NAMES_MAX, &ids, err) < 0)
		return err->code == ERR_NONE ? 0 : -1;
	for (size_t i = 0; wrecks && i < ids.of.n; i++) {
		struct span id = span_of(ids.of.v[i]);
		bool halfway = span_ends(id, ".tmp") && is_id(span_cut(id, 0, id.n - 4));

		if ((halfway || file_is_beside(id.s)) && tree_remove(dir, id.s, err) < 0)
			return -1;
	}
	/* Fails where anything else is left: as it should. */
	unlinkat(packages, name, AT_REMOVEDIR);
	return 0;
}

int puavo_sweep(const struct place *p, bool wrecks, struct err *err)
{
	AUTO(tree_names) names = {0};
	AUTO(buf) path = buf_dup(&p->puavo);
	AUTO_FD packages = -1;

	buf_adds(&path, "/packages");
	packages = place_open_if(p, path.s, err);
	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_names(packages, NAMES_MAX, &names, err) < 0)
		return err_at(err, "%s", path.s);
	for (size_t i = 0; i < names.of.n; i++)
		if (sweep_name(packages, names.of.v[i], wrecks, err) < 0)
			return err_at(err, "%s", names.of.v[i]);
	return 0;
}

/* installed/NAME that leads to no folder which was found: PATH/packages/NAME/ID. */
static void add_dangling(struct scan *s, const char *name)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(s->folders[0], name, target, sizeof(target));
	struct span text = {target, n > 0 ? (size_t)n : 0};
	struct puavo_dangling *d;

	if (text.n <= ID_DIGITS || !is_id(span_cut(text, text.n - ID_DIGITS, ID_DIGITS)))
		return;
	VEC_FOR (const struct puavo_folder, f, &s->out->of)
		if (f->installed && span_is_text(buf_span(&f->name), name))
			return;
	d = vec_push(&s->out->dangling);
	*d = (struct puavo_dangling){.name = buf_of(name), .id = BUF_INIT};
	buf_set(&d->id, span_cut(text, text.n - ID_DIGITS, ID_DIGITS));
}

static int scan_dangling(struct scan *s, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (s->folders[0] < 0)
		return 0;
	if (tree_names(s->folders[0], NAMES_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		add_dangling(s, names.of.v[i]);
	return 0;
}

int puavo_scan(const struct place *p, struct puavo_tree *out, struct err *err)
{
	AUTO_FD installed = place_open_if(p, links_folder(LINKS_PUAVO_INSTALLED), err);
	AUTO_FD available = installed < 0 && err->code != ERR_NONE
				    ? -1
				    : place_open_if(p, links_folder(LINKS_PUAVO_AVAILABLE), err);
	struct scan s = {p, LAYOUT_PUAVO, {installed, available}, out};

	*out = PUAVO_TREE_INIT;
	if (err->code != ERR_NONE || scan_root(&s, &p->puavo, err) < 0)
		return -1;
	s.layout = LAYOUT_SYSTEM;
	if (!span_is(buf_span(&p->puavo), buf_span(&p->puavo_system)) &&
		scan_root(&s, &p->puavo_system, err) < 0)
		return -1;
	return scan_dangling(&s, err);
}
