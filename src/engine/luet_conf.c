/* luet's configuration, where fardel.toml names it. */
#include "engine/luet_conf.h"

#include "engine/conf.h"

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
