/* Where packages of luet's replace no file that is there. */
#include "engine/luet_protect.h"

#include "engine/luet_conf.h"
#include "model/luet_protect.h"

static int take(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_protect_parse(file->text, arg, err) < 0 ? err_at(err, "%s", file->path) : 0;
}

int luet_protected(
	struct engine *e, const struct installer *about, struct texts *out, struct err *err)
{
	const struct conf_reader r = {.take = take, .arg = out, .size_max = LUET_PROTECT_MAX};

	VEC_FOR (const struct buf, folder, &about->luet.protect.of)
		luet_protect_add(out, buf_span(folder));
	VEC_FOR (const struct buf, folder, &e->config.luet_config_protect.of)
		luet_protect_add(out, buf_span(folder));
	return luet_conf_read(e, LUET_PROTECTED, r, err);
}
