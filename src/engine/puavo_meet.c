/* An installer meets what there is of puavo's. */
#include "engine/installer_file.h"
#include "engine/puavo.h"
#include "store/installation.h"
#include "store/intake.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"

static int add_md5(const char *file, struct buf *id, struct err *err)
{
	struct sums want = {0}, have;
	int64_t size;
	AUTO_FD fd = installer_open(file, err);

	if (fd < 0)
		return -1;
	want.has[DIGEST_MD5] = true;
	if (intake_digest_fd(fd, &want, &have, &size, err) < 0)
		return -1;
	digest_format(id, &have.of[DIGEST_MD5]);
	return 0;
}

/* 1: the folder has all of the installer's files, unchanged. */
static int is_folder_of(
	struct engine *e, const struct bundle *b, const struct candidate *c, struct err *err)
{
	AUTO(manifest) theirs = MANIFEST_INIT;
	AUTO(manifest) ours = MANIFEST_INIT;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD folder = installation_open_if(&e->place, b, err);
	AUTO_FD stage = -1;

	if (folder < 0)
		return err->code == ERR_NONE ? 0 : -1;
	stage_path(&e->place, c->stage.s, &path);
	stage = place_open_if(&e->place, path.s, err);
	if (stage < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (installation_manifest(folder, &theirs, err) < 0 ||
		installation_manifest(stage, &ours, err) < 0)
		return -1;
	return !manifest_lacks(&theirs, &ours);
}

/* The one in puavo's layout with the candidate's package-id; of the image's and ours, the one in use, else ours. */
static const struct bundle *namesake(const struct world *world, const struct candidate *c)
{
	const struct bundle *b = world_first(world, buf_span(&c->installer.name)), *found = NULL;

	for (; b && c->installer.puavo_id.n; b = world_next(world, b))
		if (bundle_is_puavo(b) &&
			span_is(buf_span(&b->puavo_id), buf_span(&c->installer.puavo_id)) &&
			(!found || bundle_in_use(b) ||
				(!bundle_in_use(found) && b->layout == LAYOUT_PUAVO)))
			found = b;
	return found;
}

int puavo_meet(struct engine *e, const struct request *request, const struct world *world,
	struct candidate *c, struct err *err)
{
	struct span name = buf_span(&c->installer.name);
	const struct bundle *shown = world_shown(world, name), *same;
	int result;

	if (!request->puavo && !e->as_puavo && (!shown || !bundle_is_puavo(shown)))
		return 0;
	if (c->installer.format == FORMAT_PACKETS || c->installer.format == FORMAT_LUET) {
		err_set(err, ERR_CONFLICT, "puavo-pkg's layout is none for a package of %s",
			c->installer.format == FORMAT_PACKETS ? "Packets" : "luet's");
		return err_next(err,
			"with fardel install it gets its own; if puavo-pkg has installed "
			"another %.*s, remove that first",
			SPAN_ARG(name));
	}
	if (puavo_check_there(e, err) < 0)
		return -1;
	c->layout = LAYOUT_PUAVO;
	if (!c->installer.puavo_id.n && add_md5(c->file.s, &c->installer.puavo_id, err) < 0)
		return -1;
	same = namesake(world, c);
	if (!same || !c->stage.n || span_is(buf_span(&same->id), buf_span(&c->id)))
		return 0;
	result = is_folder_of(e, same, c, err);
	if (result == 1)
		buf_set(&c->id, buf_span(&same->id));
	return result < 0 ? -1 : 0;
}
