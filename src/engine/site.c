/* Of act one: what each step of one item does. */
#include "engine/site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/confine.h"
#include "engine/installer_file.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define LENT "upstream_pack" /* what rules of the puavo formats find their pack as */
#define SMALL_PACK (1 << 20)

static size_t pack_count(const struct site *s)
{
	return s->item->installer.packs.of.n;
}

static const struct pack *pack_of(const struct site *s)
{
	return &s->item->installer.packs.of.v[s->pack];
}

void site_init(struct site *s, struct engine *e, struct plan_item *item, const char *stage)
{
	*s = (struct site){.e = e,
		.item = item,
		.ready = item->to.row && item->to.state >= BUNDLE_PREPARED,
		.dir = -1,
		.stage = BUF_INIT};
	rules_task_init(&s->rules, e);
	tree_task_init(&s->tree);
	stage_name(&e->place, &item->to, stage, &s->stage);
	s->fetches = mem_zero(pack_count(s), sizeof(s->fetches[0]));
	for (size_t i = 0; i < pack_count(s); i++)
		fetch_init(&s->fetches[i]);
}

void site_drop(struct site *s)
{
	struct err ignored = ERR_INIT;

	rules_task_drop(&s->rules);
	tree_task_drop(&s->tree);
	for (size_t i = 0; i < pack_count(s); i++)
		fetch_drop(&s->fetches[i]);
	mem_drop(&s->fetches);
	manifest_drop(&s->manifest);
	fd_drop(&s->dir);
	/* Also of what was published: what stood in its place. */
	if (s->stage.n && stage_remove(&s->e->place, s->stage.s, &ignored) < 0)
		engine_tell(s->e, WATCH_WARN, SPAN(""), "%s: %s", s->stage.s, ignored.text);
	buf_drop(&s->stage);
}

void site_end(struct site *s)
{
	s->ended = true;
	for (size_t i = 0; i < pack_count(s); i++)
		fd_drop(&s->fetches[i].file);
}

/* A path in the item's stage, without the root. */
static void in_stage(const struct site *s, const char *below, struct buf *out)
{
	stage_path(&s->e->place, s->stage.s, out);
	if (*below)
		buf_add_path(out, below);
}

/* --- the steps: begin gives 1 when a task runs, 0 when done, -1; end the same, after the task
 * has ended --- */

/* Where rules find the pack at work, below their folder. */
static void lent(const struct site *s, struct buf *out)
{
	buf_sets(out, INSTALLATION_PACKS "/");
	if (s->item->installer.format < 3)
		buf_adds(out, LENT);
	else
		pack_file_name(pack_of(s), out);
}

/* Its file is read again, and must still be what the plan was made for. */
static int extract_anew(struct site *s, struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};
	AUTO_FD fd = installer_open(s->item->file.s, err);

	installer_init(&l.installer);
	if (fd < 0)
		return -1;
	s->dir = stage_make(&s->e->place, s->stage.s, err);
	if (s->dir < 0 || installer_extract(s->e, fd, s->item->file.s, s->dir, &l, err) < 0)
		return -1;
	if (strcmp(l.id.s, s->item->to.id.s) != 0)
		return err_set(err, ERR_INSTALLER, "its content changed while it was being read");
	return 0;
}

/* Moves it to its place, in that state; in puavo's layout marked as ours, until state.db says so for good. What it takes the place of,
 * which may be in use, must not be lost, whatever becomes of this. */
static int put_in_place(struct site *s, enum bundle_state state, struct err *err)
{
	struct bundle *to = &s->item->to;
	int64_t files;

	if (tree_measure(s->dir, &to->size, &files, err) < 0)
		return -1;
	if (to->layout == LAYOUT_PUAVO && !s->ready &&
		file_make_dir(s->dir, INSTALLATION_UNSETTLED, 0700, err) < 0)
		return -1;
	if (to->row && place_sync_packages(&s->e->place, err) < 0)
		return -1;
	if (installation_publish(&s->e->place, s->stage.s, to, err) < 0)
		return -1;
	s->published = true;
	if (!s->ready)
		to->state = state;
	return 0;
}

static int extract_begin(struct site *s, struct err *err)
{
	if (s->item->stage.n)
		s->dir = stage_take(&s->e->place, s->item->stage.s, s->stage.s, err);
	else if (extract_anew(s, err) < 0)
		return -1;
	if (s->dir < 0 || installation_manifest(s->dir, &s->manifest, err) < 0)
		return -1;
	return s->at + 1 < s->item->steps.n ? 0 : put_in_place(s, BUNDLE_EXTRACTED, err);
}

/* A folder of the stage that rules write to. */
static int give_folder(struct site *s, const char *name, struct err *err)
{
	AUTO_FD made = -1;

	if (file_make_dir(s->dir, name, 0755, err) < 0)
		return -1;
	made = file_open(s->dir, name, O_RDONLY | O_DIRECTORY, 0, err);
	return made < 0 ? -1 : confine_give(s->e, made, err);
}

static int download_begin(struct site *s, struct err *err)
{
	AUTO(buf) dir = BUF_INIT;
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) target = BUF_INIT;
	struct rules_order order = {.phase = PHASE_DOWNLOAD, .bundle = &s->item->to};

	if (s->e->config.fetch_require_checksum && sums_is_empty(&pack_of(s)->sums))
		return err_set(err, ERR_CHECKSUM, "the installer states no checksum of its pack");
	if (give_folder(s, INSTALLATION_PACKS, err) < 0)
		return -1;
	in_stage(s, "", &dir);
	lent(s, &name);
	in_stage(s, name.s, &target);
	order.dir = dir.s;
	order.args[0] = target.s;
	if (rules_begin(s->e, &s->rules, &order, err) < 0)
		return -1;
	s->task = &s->rules.task;
	return 1;
}

static int download_end(struct site *s, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO_FD fd = -1;
	int result = rules_result(&s->rules, err);

	rules_task_drop(&s->rules);
	if (result < 0)
		return -1;
	lent(s, &name);
	fd = file_open_if(s->dir, name.s, O_RDONLY | O_NONBLOCK, err);
	if (fd < 0 && err->code == ERR_NONE)
		return err_set(err, ERR_RULES, "rules download ended well but wrote no pack");
	if (fd < 0 || fetch_take_file(&s->fetches[s->pack], fd, s->stage.s, err) < 0 ||
		file_remove(s->dir, name.s, err) < 0)
		return err_at(err, "the pack that rules download wrote");
	return 0;
}

/* The pack at work: 1 when a task runs, 0 when it is had, -1. */
static int fetch_pack(struct site *s, struct err *err)
{
	struct fetch *f = &s->fetches[s->pack];
	int result = fetch_from_cache(s->e, f, buf_span(&s->item->to.name), pack_of(s), err);

	if (result == 0)
		result = fetch_from_puavo(f, s->stage.s, err);
	if (result)
		return result < 0 ? -1 : 0;
	if (s->e->offline) {
		err_set(err, ERR_OFFLINE,
			"its pack %s is not in the cache, and --offline was given", f->file_name.s);
		return -1;
	}
	if (!pack_of(s)->url.n)
		return download_begin(s, err);
	result = fetch_begin(f, s->stage.s, err);
	if (result == 1)
		s->task = &f->worker.task;
	return result;
}

static int fetch_packs(struct site *s, struct err *err)
{
	for (; s->pack < pack_count(s); s->pack++) {
		int result = fetch_pack(s, err);

		if (result)
			return result;
	}
	return 0;
}

static int fetch_step_begin(struct site *s, struct err *err)
{
	s->pack = 0;
	return fetch_packs(s, err);
}

static int fetch_step_end(struct site *s, struct err *err)
{
	struct fetch *f = &s->fetches[s->pack];
	int result = s->task == &s->rules.task ? download_end(s, err) : fetch_next(f, err);

	if (result == 1)
		s->task = &f->worker.task;
	if (result)
		return result;
	s->pack++;
	return fetch_packs(s, err);
}

/* Shows the pack to the rules as `name` in their folder: bound there read-only where that is possible, else as a
 * copy of their own. Either way they cannot change what is in the cache. */
static int lend_pack(
	struct site *s, const char *name, bool copy, struct buf *bind_from, struct err *err)
{
	const struct fetch *f = &s->fetches[s->pack];
	AUTO_FD to = -1;

	if (file_make_dir(s->dir, INSTALLATION_PACKS, 0755, err) < 0 ||
		file_remove(s->dir, name, err) < 0)
		return -1;
	to = file_open(s->dir, name, O_WRONLY | O_CREAT | O_EXCL, 0644, err);
	if (to < 0)
		return -1;
	/* To find out whether something can be mounted takes longer than to copy a little. */
	if (!copy && f->size > SMALL_PACK && engine_means(s->e) & MEANS_MOUNT) {
		fetch_path(f, bind_from);
		return 0;
	}
	return file_copy(f->file, to, err);
}

static int unpack_lent(struct site *s, bool copy, struct err *err)
{
	AUTO(buf) dir = BUF_INIT;
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) pack = BUF_INIT;
	AUTO(buf) upstream = BUF_INIT;
	AUTO(buf) bind_from = BUF_INIT;
	struct rules_order order = {.phase = PHASE_UNPACK, .bundle = &s->item->to};

	lent(s, &name);
	if (lend_pack(s, name.s, copy, &bind_from, err) < 0)
		return -1;
	in_stage(s, "", &dir);
	in_stage(s, name.s, &pack);
	in_stage(s, INSTALLATION_UPSTREAM_NEW, &upstream);
	order.dir = dir.s;
	order.args[0] = pack.s;
	order.args[1] = upstream.s;
	if (bind_from.n) {
		order.bind_from = bind_from.s;
		order.bind_to = pack.s;
		order.bind_file = s->fetches[s->pack].file;
	}
	if (rules_begin(s->e, &s->rules, &order, err) < 0)
		return -1;
	s->task = &s->rules.task;
	return 1;
}

static int unpack_pack(struct site *s, struct err *err)
{
	int result = unpack_lent(s, false, err);

	if (result >= 0 || err->code != ERR_UNSAFE)
		return result;
	/* It is not under its name any more: another root's fardel, which shares the cache, has put it there anew, or taken it away. It is open here. */
	err_clear(err);
	rules_task_drop(&s->rules);
	return unpack_lent(s, true, err);
}

/* A full disk is what the vendor's tools say in words of their own. */
static void explain_full_disk(const struct site *s, struct err *err)
{
	struct err ignored = ERR_INIT;
	int64_t free_bytes;

	if (err->code != ERR_RULES || file_free_space(s->dir, &free_bytes, &ignored) < 0 ||
		free_bytes > 1 << 20)
		return;
	err->code = ERR_NO_SPACE;
	err_detail(err, "The file system of %s" PLACE_STATE " is full.", s->e->place.root.s);
}

/* What is in force later must be what the id stands for: rules may add files to their folder, but not change the
 * installer's own. */
static int check_own_files(struct site *s, struct err *err)
{
	AUTO(manifest) now = MANIFEST_INIT;
	const struct manifest_entry *changed;

	if (installation_manifest(s->dir, &now, err) < 0)
		return -1;
	changed = manifest_lacks(&now, &s->manifest);
	if (changed)
		return err_set(err, ERR_RULES, "rules unpack changed the installer's own file %s",
			changed->path.s);
	return 0;
}

static bool is_folder(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static bool is_luet(const struct site *s)
{
	return s->item->to.format == FORMAT_LUET;
}

/* What rules have made becomes root's. The tree of a package of luet's is settled where it was unpacked. */
static int settle(struct site *s, struct err *err)
{
	int64_t stripped = 0;

	if (is_luet(s))
		return 0;
	if (tree_settle(s->dir, geteuid(), getegid(), &stripped, err) < 0)
		return -1;
	if (stripped)
		engine_tell(s->e, WATCH_INFO, buf_span(&s->item->to.name),
			"setuid, group or other write, or special "
			"files were taken from %lld of its files",
			(long long)stripped);
	return 0;
}

/* The installation is whole: given to root, stripped, durable, and in its place. */
static int publish(struct site *s, struct err *err)
{
	struct bundle *to = &s->item->to;

	if (tree_remove(s->dir, INSTALLATION_PACKS, err) < 0 || settle(s, err) < 0 ||
		check_own_files(s, err) < 0)
		return -1;
	if (!is_folder(s->dir, INSTALLATION_UPSTREAM_NEW))
		return err_set(err, ERR_RULES,
			"rules unpack left no folder at " INSTALLATION_UPSTREAM_NEW);
	if (renameat(s->dir, INSTALLATION_UPSTREAM_NEW, s->dir, INSTALLATION_UPSTREAM) < 0)
		return err_sys(err, "rename " INSTALLATION_UPSTREAM_NEW);
	if (to->layout == LAYOUT_PUAVO &&
		installation_stamp_at(s->dir, INSTALLATION_PREPARED, err) < 0)
		return -1;
	if (put_in_place(s, BUNDLE_PREPARED, err) < 0)
		return -1;
	to->pack_size = 0;
	buf_clear(&to->pack);
	for (size_t i = 0; i < pack_count(s); i++) {
		struct fetch *f = &s->fetches[i];

		if (to->layout == LAYOUT_PUAVO && f->cached)
			fetch_show_puavo(f);
		to->pack_size += f->size;
		if (f->cached)
			bundle_add_pack(to, &f->have.of[DIGEST_SHA256]);
	}
	return 0;
}

static int unpack_tree(struct site *s, struct err *err)
{
	AUTO(tree_packs) packs = TREE_PACKS_INIT;
	AUTO_FD folder = -1;

	if (tree_remove(s->dir, INSTALLATION_UPSTREAM_NEW, err) < 0 ||
		file_make_dir(s->dir, INSTALLATION_UPSTREAM_NEW, 0700, err) < 0)
		return -1;
	if (!pack_count(s))
		return publish(s, err);
	packs.image = s->item->installer.luet.image;
	tree_packs_take(&packs, s->fetches, pack_count(s));
	folder = file_open(s->dir, INSTALLATION_UPSTREAM_NEW, O_RDONLY | O_DIRECTORY, 0, err);
	if (folder < 0 || tree_begin(s->e, &s->tree, buf_span(&s->item->to.name), &packs,
				  fd_take(&folder), err) < 0)
		return -1;
	s->task = &s->tree.worker.task;
	return 1;
}

static int unpack_begin(struct site *s, struct err *err)
{
	s->pack = 0;
	if (is_luet(s))
		return unpack_tree(s, err);
	if (tree_remove(s->dir, INSTALLATION_UPSTREAM_NEW, err) < 0 ||
		give_folder(s, INSTALLATION_UPSTREAM_NEW, err) < 0)
		return -1;
	return pack_count(s) ? unpack_pack(s, err) : publish(s, err);
}

static int unpack_tree_end(struct site *s, struct err *err)
{
	int result = tree_end(&s->tree, err);

	tree_task_drop(&s->tree);
	return result < 0 ? -1 : publish(s, err);
}

static int unpack_end(struct site *s, struct err *err)
{
	int result;

	if (is_luet(s))
		return unpack_tree_end(s, err);
	result = rules_result(&s->rules, err);
	rules_task_drop(&s->rules);
	if (result < 0) {
		explain_full_disk(s, err);
		return -1;
	}
	if (++s->pack < pack_count(s))
		return unpack_pack(s, err);
	return publish(s, err);
}

const struct site_step site_steps[STEP_KINDS] = {
	[STEP_EXTRACT] = {extract_begin, NULL},
	[STEP_FETCH] = {fetch_step_begin, fetch_step_end},
	[STEP_UNPACK] = {unpack_begin, unpack_end},
};
