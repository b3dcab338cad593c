/* luet's configuration, where fardel.toml names it. */
#include "engine/luet_conf.h"

static int take(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_conf_parse(file->text, arg, err) < 0 ? err_at(err, "%s", file->path) : 0;
}

int luet_conf_load(const struct engine *e, struct luet_conf *out, struct err *err)
{
	const struct conf_reader r = {.take = take, .arg = out, .size_max = LUET_CONF_MAX};
	int there;

	if (!e->config.luet_config.n)
		return 0;
	there = conf_at(&e->place, e->config.luet_config.s, &r, err);
	if (there == 0)
		there = luet_conf_parse(SPAN(""), out, err) < 0 ? -1 : 1;
	return there;
}

int luet_conf_read(
	const struct engine *e, enum luet_conf_folders which, struct conf_reader r, struct err *err)
{
	static const char *const endings[] = {".yml", ".yaml", NULL};
	AUTO(luet_conf) conf;
	const struct texts *const folders[] = {
		[LUET_MASKS] = &conf.mask_dir,
		[LUET_PROTECTED] = &conf.protect_confdir,
		[LUET_ENABLED] = &conf.subsets_confdir,
		[LUET_DEFINED] = &conf.subsets_defdir,
	};
	int there;

	luet_conf_init(&conf);
	r.endings = endings;
	there = luet_conf_load(e, &conf, err);
	if (there <= 0)
		return there;
	VEC_FOR (const struct buf, folder, &folders[which]->of)
		if (conf_folder(&e->place, folder->s, &r, err) < 0)
			return -1;
	return 0;
}
