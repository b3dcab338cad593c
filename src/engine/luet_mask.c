/* Which packages of wagons the admin has masked. */
#include "engine/luet_mask.h"

#include "engine/luet_conf.h"

static int take(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_mask_parse(file->text, file->own, arg, err) < 0 ? err_at(err, "%s", file->path)
								    : 0;
}

int luet_masks_load(struct engine *e, struct luet_masks *out, struct err *err)
{
	const struct conf_reader r = {.take = take, .arg = out, .size_max = LUET_MASK_MAX};

	if (luet_conf_read(e, LUET_MASKS, r, err) < 0)
		return -1;
	VEC_FOR (const struct buf, text, &out->odd.of)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", text->s);
	return 0;
}
