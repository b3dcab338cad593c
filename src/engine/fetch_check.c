/* What a fetch is refused for beside its sums. */
#include "engine/fetch_check.h"

#include <string.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/file.h"

#define RESERVE (16 << 20) /* bytes that stay free on a file system */

int fetch_check_pin(struct fetch *f, struct err *err)
{
	const struct digest *best = sums_best(&f->pack->sums);
	const struct digest *got = &f->have.of[DIGEST_SHA256];
	struct digest pinned;
	int there;

	if (!best || digest_is_strong(best->kind) || !f->e->db.writable)
		return 0;
	there = db_pin(&f->e->db, best, &pinned, err);
	if (there < 0)
		return -1;
	if (there && !digest_is(&pinned, got)) {
		err_set(err, ERR_CHECKSUM,
			"it has the %s that the installer states, but it is not the file that "
			"was first seen with it",
			digest_name(best->kind));
		return err_detail(err, "Two files with one %s: one of them was made to deceive.",
			digest_name(best->kind));
	}
	if (there)
		return 0;
	engine_tell(f->e, WATCH_WARN, f->package,
		"the installer states only the %s of its pack, which can be "
		"forged; the file seen now is the one that counts from now on",
		digest_name(best->kind));
	return db_put_pin(&f->e->db, best, got, err);
}

int fetch_check_space(struct fetch *f, const char *folder, int64_t total, struct err *err)
{
	AUTO_FD dir = place_open_if(&f->e->place, folder, err);
	AUTO(buf) need = BUF_INIT;
	AUTO(buf) have = BUF_INIT;
	int64_t free_bytes;

	if (dir < 0 || file_free_space(dir, &free_bytes, err) < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (free_bytes >= total + RESERVE)
		return 0;
	text_size(&need, total + RESERVE);
	text_size(&have, free_bytes);
	return err_set(err, ERR_NO_SPACE, "%s%s has %s free, %s are needed at least",
		f->e->place.root.s, folder, have.s, need.s);
}

int fetch_check_size(const struct fetch *f, int64_t size, struct err *err)
{
	if (f->pack->size < 0 || size == f->pack->size)
		return 0;
	return err_set(err, ERR_CHECKSUM, "%s is %lld bytes, the installer states %lld",
		f->file_name.s, (long long)size, (long long)f->pack->size);
}

int fetch_check_stated(const struct fetch *f, struct err *err)
{
	return f->total < 0 ? 0 : fetch_check_size(f, f->total, err);
}

void fetch_check_limit(const struct fetch *f, struct err *err)
{
	if (err->code == ERR_FAILED && strstr(err->text, "fetch.max_size") && f->pack->size >= 0 &&
		f->pack->size <= f->e->config.fetch_max_size)
		err_set(err, ERR_CHECKSUM,
			"%s is longer than the %lld bytes that the installer states",
			f->file_name.s, (long long)f->pack->size);
}

int fetch_check_room(struct fetch *f, int64_t more, struct err *err)
{
	/* Unpacked it takes at least as much again. */
	if (fetch_check_space(f, PLACE_CACHE, more < 0 ? 0 : more, err) < 0)
		return -1;
	return fetch_check_space(f, PLACE_STATE, f->total < 0 ? 0 : f->total, err);
}
