/* Where packages of luet's replace no file that is there. */
#include "engine/luet_protect.h"

#include "engine/conf.h"
#include "engine/luet_conf.h"
#include "model/luet_protect.h"

static int take(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_protect_parse(file->text, arg, err) < 0 ? err_at(err, "%s", file->path) : 0;
}

static int read_folders(struct engine *e, struct texts *out, struct err *err)
{
	static const char *const endings[] = {".yml", ".yaml", NULL};
	const struct conf_reader r = {
		.take = take, .arg = out, .endings = endings, .size_max = LUET_PROTECT_MAX};
	AUTO(luet_conf) conf;
	int there;

	luet_conf_init(&conf);
	there = luet_conf_load(e, &conf, err);
	if (there <= 0)
		return there;
	VEC_FOR (const struct buf, folder, &conf.protect_confdir.of)
		if (conf_folder(&e->place, folder->s, &r, err) < 0)
			return -1;
	return 0;
}

int luet_protected(
	struct engine *e, const struct installer *about, struct texts *out, struct err *err)
{
	VEC_FOR (const struct buf, folder, &about->luet.protect.of)
		luet_protect_add(out, buf_span(folder));
	VEC_FOR (const struct buf, folder, &e->config.luet_config_protect.of)
		luet_protect_add(out, buf_span(folder));
	return read_folders(e, out, err);
}
