/* What came of a fetch that broke off. */
#include "engine/fetch_part.h"

#include "net/resume.h"

bool fetch_part_may(const struct fetch *f)
{
	const struct sums *want = &f->pack->sums;

	return !f->afresh && !sums_is_empty(want) && !want->advisory;
}

int fetch_part_settle(struct fetch *f, const struct fetch_begin *b, struct err *err)
{
	bool keep = fetch_part_may(f) && b->total > FETCH_PART_ABOVE &&
		    resume_is_strong(buf_span(&b->etag));

	if (!keep)
		return f->intake.keep ? part_end(&f->part, &f->intake, f->incoming,
						f->incoming_name.s, err)
				      : 0;
	if (f->parts < 0)
		f->parts = cache_make_parts(&f->e->cache, err);
	if (f->parts < 0)
		return -1;
	buf_set(&f->part.etag, buf_span(&b->etag));
	f->part.total = b->total;
	return part_keep(f->parts, &f->part, &f->intake, err) < 0 ? -1 : 0;
}

/* What may not be had as a whole is not gone on with; it stays: the limit may be raised again. */
static int check_limit(struct fetch *f)
{
	if (f->part.total <= f->e->config.fetch_max_size)
		return 1;
	intake_drop(&f->intake);
	buf_clear(&f->part.etag);
	f->part.total = 0;
	return 0;
}

int fetch_part_open(struct fetch *f, struct span url, struct err *err)
{
	int there;

	part_drop(&f->part);
	buf_set(&f->part.url, url);
	f->part.total = 0;
	if (!fetch_part_may(f))
		return 0;
	if (f->parts < 0)
		f->parts = cache_open_parts(&f->e->cache, err);
	if (f->parts < 0)
		return err->code == ERR_NONE ? 0 : -1;
	there = part_open(f->parts, &f->part, &f->intake, &f->pack->sums, err);
	return there == 1 ? check_limit(f) : there;
}

void fetch_part_leave(struct fetch *f, const struct err *why)
{
	bool keep = why->code == ERR_NETWORK || why->code == ERR_HTTP || why->code == ERR_SIGNAL ||
		    why->code == ERR_WORKER;
	struct err err = ERR_INIT;

	if (!f->intake.keep || (keep && f->intake.size))
		return;
	f->intake.keep = false;
	intake_drop(&f->intake);
	if (part_remove(f->parts, &f->part, &err) < 0)
		engine_tell(f->e, WATCH_WARN, f->package, "%s", err.text);
}

bool fetch_part_afresh(struct fetch *f, struct err *err)
{
	if (err->code != ERR_CHECKSUM || !f->resumed || f->afresh)
		return false;
	engine_tell(f->e, WATCH_WARN, f->package,
		"%s: %s after it had been gone on with; fetching all of it anew", f->file_name.s,
		err->text);
	err_clear(err);
	f->afresh = true;
	return true;
}
