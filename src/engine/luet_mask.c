/* Which packages of wagons the admin has masked. */
#include "engine/luet_mask.h"

#include "engine/conf.h"
#include "engine/luet_conf.h"

static int take(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_mask_parse(file->text, file->own, arg, err) < 0 ? err_at(err, "%s", file->path)
								    : 0;
}

int luet_masks_load(struct engine *e, struct luet_masks *out, struct err *err)
{
	static const char *const endings[] = {".yml", ".yaml", NULL};
	const struct conf_reader r = {
		.take = take, .arg = out, .endings = endings, .size_max = LUET_MASK_MAX};
	AUTO(luet_conf) conf;
	int there;

	luet_conf_init(&conf);
	there = luet_conf_load(e, &conf, err);
	if (there <= 0)
		return there;
	VEC_FOR (const struct buf, folder, &conf.mask_dir.of)
		if (conf_folder(&e->place, folder->s, &r, err) < 0)
			return -1;
	return 0;
}
