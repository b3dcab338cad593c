/* Packs that puavo-pkg keeps, and what it finds of ours. */
#include "engine/fetch.h"

#include "store/puavo_cache.h"
#include "sys/fd.h"

static int try_one(struct fetch *f, const struct buf *cachedir, const char *unique, struct err *err)
{
	struct span name = buf_span(&f->installer->name);
	AUTO_FD fd = puavo_cache_open(&f->e->place, cachedir, name, &f->installer->pack.sums, err);

	if (fd < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (fetch_take_file(f, fd, unique, err) == 0) {
		engine_tell(f->e, WATCH_INFO, name, "its pack is taken from puavo-pkg's cache %s",
			cachedir->s);
		return 1;
	}
	if (err->code != ERR_CHECKSUM)
		return -1;
	engine_tell(f->e, WATCH_WARN, name, "its pack in puavo-pkg's cache %s is damaged: %s",
		cachedir->s, err->text);
	err_clear(err);
	return 0;
}

int fetch_from_puavo(struct fetch *f, const char *unique, struct err *err)
{
	const struct puavo_conf *conf = &f->e->puavo;
	int result = try_one(f, &conf->cachedir, unique, err);

	if (result == 0 && !span_is(buf_span(&conf->cachedir), buf_span(&conf->readonly_cachedir)))
		result = try_one(f, &conf->readonly_cachedir, unique, err);
	return result;
}

void fetch_show_puavo(struct fetch *f)
{
	struct span name = buf_span(&f->installer->name);
	AUTO(buf) path = BUF_INIT;
	struct err err = ERR_INIT;

	fetch_path(f, &path);
	if (puavo_cache_link(&f->e->place, &f->e->puavo.cachedir, name, &f->installer->pack.sums,
		    path.s, &err) < 0)
		engine_tell(f->e, WATCH_WARN, name, "%s", err.text);
}
