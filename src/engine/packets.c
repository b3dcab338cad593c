/* Packages of Packets in the stage.
 *
 * Packets unpacks a package right into dataDir/NAME and runs its hook as root there. Here the package is an installation as any
 * other; what comes below dataDir is laid there in the stage, by our own code, so that it is recorded, committed,
 * verified and taken back as what rules make is. */
#include "engine/packets.h"

#include <fcntl.h>

#include "engine/origin.h"
#include "engine/settings.h"
#include "model/packets.h"
#include "store/installation.h"
#include "store/move.h"
#include "store/put.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/resolve.h"
#include "sys/tree.h"
#include "sys/tree_copy.h"

/* Also where the folder itself is a link: an admin may have put it on another disk. */
static int resolve_dir(struct engine *e, const struct buf *dir, struct buf *out, struct err *err)
{
	AUTO(buf) path = buf_dup(dir);

	buf_adds(&path, "/.");
	if (resolve(e->place.root.s, path.s, out, err) < 0)
		return err_at(err, "%s", dir->s);
	return 0;
}

/* By links they may have come to where they must not be; who may write above them could lead them anywhere. */
static int check_dirs(struct engine *e, const struct packets_dirs *dirs, struct err *err)
{
	if (packets_dirs_check(dirs, err) < 0)
		return -1;
	if (place_check_above(&e->place, dirs->data.s, err) < 0)
		return err_at(err, "dataDir %s", dirs->data.s);
	if (place_check_above(&e->place, dirs->bin.s, err) < 0)
		return err_at(err, "binDir %s", dirs->bin.s);
	return 0;
}

static int read_dirs(struct engine *e, struct packets_dirs *out, struct err *err)
{
	struct packets_conf conf;
	AUTO(texts) warnings = {0};
	int result;

	packets_conf_init(&conf);
	result = settings_load_packets(&e->place, &conf, &warnings, err);
	for (size_t i = 0; i < warnings.of.n; i++)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", warnings.of.v[i].s);
	if (result == 0 && (resolve_dir(e, &conf.data_dir, &out->data, err) < 0 ||
				   resolve_dir(e, &conf.bin_dir, &out->bin, err) < 0))
		result = -1;
	packets_conf_drop(&conf);
	return result < 0 ? -1 : check_dirs(e, out, err);
}

int packets_dirs_get(struct engine *e, const struct packets_dirs **out, struct err *err)
{
	AUTO(packets_dirs) dirs = PACKETS_DIRS_INIT;

	if (!e->packets.data.n) {
		if (read_dirs(e, &dirs, err) < 0)
			return -1;
		packets_dirs_copy(&e->packets, &dirs);
	}
	*out = &e->packets;
	return 0;
}

int packets_about(struct engine *e, const struct bundle *b, struct installer *out, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO_FD dir = installation_open_if(&e->place, b, err);

	if (dir < 0 && err->code == ERR_NONE)
		return err_set(err, ERR_BAD_STATE, "its folder is gone");
	if (dir < 0 || installation_facts(dir, &facts, err) < 0)
		return -1;
	if (!packets_is(&facts))
		return err_set(err, ERR_BAD_STATE, "its manifest.toml is gone, or damaged");
	if (installer_parse(&facts, buf_span(&b->name), out, err) < 0)
		return -1;
	return origin_state(e, b, out, err);
}

/* The package's folder below dataDir, and "data" in it. */
struct spots {
	struct buf from; /* the installation */
	struct buf home, data, script, told;
	struct buf above_left,
		left; /* its folder below an older dataDir, whose rest comes along; empty: it does not move */
	const struct packets_dirs *dirs;
	bool fill; /* its files are to be laid there */
	bool hooked; /* a hook follows */
};

static void spots_drop(struct spots *s)
{
	buf_drop(&s->from);
	buf_drop(&s->home);
	buf_drop(&s->data);
	buf_drop(&s->script);
	buf_drop(&s->told);
	buf_drop(&s->above_left);
	buf_drop(&s->left);
}

static int make_folder(int root, const struct buf *path, struct err *err)
{
	int fd = file_make_dirs(root, path->s + 1, 0755, err);

	return fd < 0 ? err_at(err, "%s", path->s) : fd;
}

/* What stands there is somebody's, and would be lost among what comes. */
static int check_empty(int to, const struct buf *path, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (tree_names(to, SIZE_MAX, &names, err) < 0)
		return -1;
	if (!names.of.n)
		return 0;
	err_set(err, ERR_CONFLICT, "its files are to be moved to %s, and something is in there",
		path->s);
	return err_next(err, "look at it, and move it away");
}

/* What others have put beside its files, or made of them, goes along; the empty folder goes. */
static int fetch_left(int root, const struct spots *s, int to, struct err *err)
{
	const char *name = s->left.s + s->above_left.n + 1;
	AUTO_FD above = file_open_if(root, s->above_left.s + 1, O_RDONLY | O_DIRECTORY, err);
	AUTO_FD left = above < 0 ? -1 : file_open_if(above, name, O_RDONLY | O_DIRECTORY, err);

	if (left < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (move_all(left, to, err) < 0 || put_away(above, name, err) < 0)
		return err_at(err, "move what is in %s", s->left.s);
	return 0;
}

/* In the stage, where all paths are seen from its root. A hook needs its folders. */
static int lay(void *arg, struct err *err)
{
	const struct spots *s = arg;
	AUTO_FD root = file_open_dir("/", err);
	AUTO_FD from = -1;
	AUTO_FD to = root < 0 ? -1 : make_folder(root, &s->home, err);
	AUTO_FD bin = to < 0 || !s->hooked ? -1 : make_folder(root, &s->dirs->bin, err);

	if (to < 0 || (s->hooked && bin < 0))
		return -1;
	if (!s->fill)
		return 0;
	if (s->left.n && check_empty(to, &s->home, err) < 0)
		return -1;
	from = file_open(root, s->from.s + 1, O_RDONLY | O_DIRECTORY, 0, err);
	if (from < 0 || tree_lay(from, to, installation_reserved, err) < 0)
		return err_at(err, "put its files into %s", s->home.s);
	return s->left.n ? fetch_left(root, s, to, err) : 0;
}

static int find_dirs(
	struct stage *s, enum phase phase, const struct packets_dirs **out, struct err *err)
{
	const struct packets_dirs *known = phase == PHASE_CONFIGURE ? s->is : s->was;

	if (!known || !known->data.n)
		return packets_dirs_get(s->e, out, err);
	*out = known;
	return 0;
}

static void find_spots(struct engine *e, enum phase phase, const struct bundle *b,
	const struct buf *hook, struct spots *out)
{
	out->fill = phase == PHASE_CONFIGURE;
	out->hooked = hook->n;
	installation_path(&e->place, b, &out->from);
	out->home = buf_dup(&out->dirs->data);
	buf_add_path(&out->home, b->name.s);
	out->data = buf_dup(&out->home);
	buf_add_path(&out->data, "data");
	out->script = buf_dup(&out->from);
	buf_add_path(&out->script, hook->s);
	/* As Packets has it: below the package, or absolute. */
	out->told = out->fill ? BUF_INIT : buf_dup(&out->home);
	if (out->fill)
		buf_set(&out->told, buf_span(hook));
	else
		buf_add_path(&out->told, hook->s);
}

static int run(struct stage *s, enum phase phase, const struct bundle *b, const struct buf *hook,
	const struct rules_stage *shown, struct err *err)
{
	AUTO(spots) at = {.from = BUF_INIT,
		.home = BUF_INIT,
		.data = BUF_INIT,
		.script = BUF_INIT,
		.told = BUF_INIT,
		.above_left = BUF_INIT,
		.left = BUF_INIT};
	struct packets_hook how;

	if (find_dirs(s, phase, &at.dirs, err) < 0)
		return -1;
	find_spots(s->e, phase, b, hook, &at);
	if (at.fill && s->moves) {
		at.above_left = buf_dup(&s->was->data);
		at.left = buf_dup(&s->was->data);
		buf_add_path(&at.left, b->name.s);
	}
	if ((at.fill || at.hooked) && stage_do(s, lay, &at, err) < 0)
		return -1;
	if (!hook->n)
		return 0;
	how = (struct packets_hook){.script = at.script.s,
		.name = hook->s,
		.told = at.told.s,
		.home = at.home.s,
		.data = at.data.s,
		.dirs = at.dirs};
	if (rules_hook(s->e, phase, b, shown, &how, err) == 0)
		return 0;
	return err->code == ERR_POLICY ? -1 : err_at(err, "its hook %s", hook->s);
}

int packets_staged(struct stage *s, enum phase phase, const struct bundle *b,
	const struct rules_stage *shown, struct err *err)
{
	struct installer about;
	int result;

	installer_init(&about);
	result = rules_check_folder(s->e, phase, b, err);
	if (result == 0)
		result = packets_about(s->e, b, &about, err);
	if (result == 0) {
		stage_tell(s, WATCH_STEP, phase, b, 0);
		result = run(s, phase, b,
			phase == PHASE_CONFIGURE ? &about.packets.install : &about.packets.remove,
			shown, err);
		stage_tell(s, WATCH_STEP_END, phase, b, result);
	}
	installer_drop(&about);
	return result;
}
