/* Packs that puavo-pkg keeps, and what it finds of ours. */
#include "engine/fetch.h"

#include "store/puavo_cache.h"
#include "sys/fd.h"

/* The vendor still has it. */
static int pass_over(struct fetch *f, const struct buf *cachedir, const char *what, struct err *err)
{
	engine_tell(f->e, WATCH_WARN, f->package, "its pack in puavo-pkg's cache %s %s: %s",
		cachedir->s, what, err->text);
	err_clear(err);
	return 0;
}

static int try_one(struct fetch *f, const struct buf *cachedir, const char *unique, struct err *err)
{
	struct span name = f->package;
	AUTO_FD fd = puavo_cache_open(&f->e->place, cachedir, name, &f->pack->sums, err);
	int taken;

	if (fd < 0 && err->code == ERR_NONE)
		return 0;
	if (fd < 0)
		return pass_over(f, cachedir, "cannot be read", err);
	f->secondhand = true;
	taken = fetch_take_file(f, fd, unique, err);
	f->secondhand = false;
	if (taken == 0) {
		engine_tell(f->e, WATCH_INFO, name, "its pack is taken from puavo-pkg's cache %s",
			cachedir->s);
		return 1;
	}
	return err->code == ERR_CHECKSUM ? pass_over(f, cachedir, "is damaged", err) : -1;
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
	struct span name = f->package;
	AUTO(buf) path = BUF_INIT;
	struct err err = ERR_INIT;

	fetch_path(f, &path);
	if (puavo_cache_link(
		    &f->e->place, &f->e->puavo.cachedir, name, &f->pack->sums, path.s, &err) < 0)
		engine_tell(f->e, WATCH_WARN, name, "%s", err.text);
}
