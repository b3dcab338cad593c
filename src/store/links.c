/* Links to installations. */
#include "store/links.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "model/name.h"
#include "store/installation.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define TARGET_MAX 4096

static const struct {
	const char *folder;
	bool available, puavo;
} sets[LINK_SETS] = {
	[LINKS_INSTALLED] = {PLACE_STATE "/installed", false, false},
	[LINKS_AVAILABLE] = {PLACE_STATE "/available", true, false},
	[LINKS_PUAVO_INSTALLED] = {PLACE_PUAVO "/installed", false, true},
	[LINKS_PUAVO_AVAILABLE] = {PLACE_PUAVO "/available", true, true},
};

const char *links_folder(enum link_set set)
{
	return sets[set].folder;
}

static const struct bundle *bundle_for(
	const struct world *world, struct span name, enum link_set set)
{
	const struct bundle *b;

	if (sets[set].puavo && sets[set].available)
		return world_puavo(world, name);
	b = sets[set].available ? world_shown(world, name) : world_current(world, name);
	if (!b || b->state == BUNDLE_INSTALLED)
		return b;
	return sets[set].available && b->state == BUNDLE_PREPARED ? b : NULL;
}

void links_target(const struct place *p, const struct world *world, struct span name,
	enum link_set set, struct buf *out)
{
	const struct bundle *b = bundle_for(world, name, set);

	if (!b || (sets[set].puavo && !bundle_is_puavo(b)))
		return;
	if (bundle_is_puavo(b)) {
		installation_path(p, b, out);
		return;
	}
	buf_adds(out, "../packages/");
	name_to_folder(buf_span(&b->name), out);
	buf_addf(out, "/%s", b->id.s);
}

/* Appends what the link leads to; false: it is none. */
static bool read_link(int dir, const char *name, struct buf *out)
{
	char now[TARGET_MAX];
	ssize_t n = readlinkat(dir, name, now, sizeof(now));

	if (n >= 0)
		buf_add(out, now, (size_t)n);
	return n >= 0;
}

/* Takes a link out of a folder that may not be there at all. */
static int withdraw(const struct place *p, enum link_set set, const char *name, struct err *err)
{
	AUTO_FD dir = place_open_if(p, sets[set].folder, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_remove(dir, name, err);
}

static int publish(const struct place *p, const struct world *world, struct span name,
	enum link_set set, struct err *err)
{
	AUTO(buf) link = BUF_INIT;
	AUTO(buf) target = BUF_INIT;
	AUTO(buf) now = BUF_INIT;
	AUTO_FD dir = -1;

	name_to_folder(name, &link);
	links_target(p, world, name, set, &target);
	if (!target.n)
		return withdraw(p, set, link.s, err);
	dir = place_make(p, sets[set].folder, 0755, err);
	if (dir < 0)
		return -1;
	if (read_link(dir, link.s, &now) && span_is(buf_span(&now), buf_span(&target)))
		return 0;
	/* Something else than a link has no business there. */
	if (errno == EINVAL && !now.n && tree_remove(dir, link.s, err) < 0)
		return -1;
	return file_replace_link(dir, link.s, target.s, err);
}

/* Beside the folders in puavo's rootdir. */
static int publish_original(
	const struct place *p, const struct world *world, struct span name, struct err *err)
{
	static const char link[] = "installed";
	const struct bundle *b = world_current(world, name);
	struct bundle any = {.layout = LAYOUT_PUAVO};
	AUTO(buf) above = BUF_INIT;
	AUTO(buf) now = BUF_INIT;
	AUTO_FD dir = -1;

	if (!world_puavo(world, name))
		return 0;
	buf_set(&any.name, name);
	installation_above(p, &any, &above);
	buf_drop(&any.name);
	dir = place_open_if(p, above.s, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (!b || b->layout != LAYOUT_PUAVO || b->format != 1 || b->state != BUNDLE_INSTALLED)
		return read_link(dir, link, &now) ? tree_remove(dir, link, err) : 0;
	if (read_link(dir, link, &now) && span_is(buf_span(&now), buf_span(&b->puavo_id)))
		return 0;
	return file_replace_link(dir, link, b->puavo_id.s, err);
}

int links_publish(
	const struct place *p, const struct world *world, struct span name, struct err *err)
{
	for (unsigned set = 0; set < LINK_SETS; set++)
		if (publish(p, world, name, (enum link_set)set, err) < 0)
			return -1;
	return publish_original(p, world, name, err);
}

bool links_is_right(const struct place *p, const struct world *world, struct span name,
	enum link_set set, struct buf *now)
{
	struct err ignored = ERR_INIT;
	AUTO(buf) wanted = BUF_INIT;
	AUTO(buf) link = BUF_INIT;
	AUTO_FD dir = place_open_if(p, sets[set].folder, &ignored);

	name_to_folder(name, &link);
	links_target(p, world, name, set, &wanted);
	if (dir >= 0)
		read_link(dir, link.s, now);
	return span_is(buf_span(now), buf_span(&wanted));
}

/* Of fardel's own: what belongs to no package, also what a kill left of a link on its way, for no package's name begins with a
 * dot. Of puavo's, which others keep as well: that, and a link to nothing. */
static bool is_stray(const struct place *p, const struct world *world, int dir, enum link_set set,
	const char *name)
{
	AUTO(buf) target = BUF_INIT;
	AUTO(buf) package = BUF_INIT;
	AUTO_FD leads_to = -1;

	if (name_of_folder(span_of(name), &package) && world_shown(world, buf_span(&package)))
		return false;
	if (!sets[set].puavo || file_is_beside(name))
		return true;
	if (!read_link(dir, name, &target) || target.n == 0 || target.s[0] != '/')
		return false;
	leads_to = file_open_within(p->root.s, target.s, O_PATH | O_CLOEXEC);
	return leads_to < 0 && errno == ENOENT;
}

static int find_strays(const struct place *p, enum link_set set, const struct world *world,
	struct texts *found, struct err *err)
{
	AUTO_FD dir = place_open_if(p, sets[set].folder, err);
	AUTO_FD again = -1;
	struct dirent *entry;
	DIR *names;

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	names = again < 0 ? NULL : fdopendir(again);
	if (!names)
		return err_sys(err, "read the folder %s", sets[set].folder);
	fd_take(&again);
	while ((entry = readdir(names))) {
		AUTO(buf) stray = BUF_INIT;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			!is_stray(p, world, dir, set, entry->d_name))
			continue;
		buf_addf(&stray, "%s/%s", sets[set].folder, entry->d_name);
		texts_add(found, buf_span(&stray));
	}
	closedir(names);
	return 0;
}

int links_strays(
	const struct place *p, const struct world *world, struct texts *found, struct err *err)
{
	for (unsigned set = 0; set < LINK_SETS; set++)
		if (find_strays(p, (enum link_set)set, world, found, err) < 0)
			return -1;
	return 0;
}

static int drop_stray(const struct place *p, struct buf *path, struct err *err)
{
	char *name = strrchr(path->s, '/');
	AUTO_FD dir = -1;

	*name++ = 0;
	dir = place_open_if(p, path->s, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_remove(dir, name, err);
}

int links_rebuild(const struct place *p, const struct world *world, struct err *err)
{
	AUTO(texts) strays = {0};

	for (size_t i = 0; i < world->of.n; i++) {
		const struct bundle *b = &world->of.v[i];

		if (i && span_is(buf_span(&b->name), buf_span(&b[-1].name)))
			continue;
		if (links_publish(p, world, buf_span(&b->name), err) < 0)
			return -1;
	}
	if (links_strays(p, world, &strays, err) < 0)
		return -1;
	for (size_t i = 0; i < strays.of.n; i++)
		if (drop_stray(p, &strays.of.v[i], err) < 0)
			return -1;
	return 0;
}
