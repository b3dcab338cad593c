/* Of what was chosen, the packages of Packets' repositories. */
#include "engine/choice_packets.h"

#include <unistd.h>

#include "engine/fetch.h"
#include "model/packets.h"
#include "store/stages.h"
#include "sys/fd.h"

#define AT_ONCE 4

bool choice_is_packets(const struct chosen *one)
{
	return one->format == REPOSITORY_PACKETS;
}

struct download {
	struct pack pack;
	struct fetch fetch; /* of it */
	size_t number; /* of those chosen */
	bool open;
};
struct crew {
	struct engine *e;
	struct choice *o;
	int folder;
	struct download of[AT_ONCE];
};

static void download_close(struct download *d)
{
	if (!d->open)
		return;
	fetch_drop(&d->fetch);
	pack_drop(&d->pack);
	d->open = false;
}

static void crew_drop(struct crew *c)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		download_close(&c->of[i]);
}

/* In the order of the index: a pack's own URL is tried last. */
static void make_pack(const struct offer *o, struct pack *out)
{
	size_t last = o->mirrors.of.n - 1;

	pack_init(out);
	for (size_t i = 0; i < last; i++)
		texts_add(&out->mirrors, buf_span(&o->mirrors.of.v[i]));
	buf_set(&out->url, buf_span(&o->mirrors.of.v[last]));
	buf_set(&out->file, buf_span(&o->path));
	out->sums.has[DIGEST_SHA256] = true;
	out->sums.of[DIGEST_SHA256] = o->sha256;
}

/* By its name it is told what it is; read it is as it was verified, whatever stands there by then. */
static int show(struct crew *c, struct download *d, struct err *err)
{
	struct chosen *one = &c->o->of.v[d->number];
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) below = BUF_INIT;
	AUTO(buf) target = BUF_INIT;

	buf_addf(&name, "%zu" PACKETS_SUFFIX, d->number);
	fetch_path(&d->fetch, &below);
	place_path(&c->e->place, below.s, &target);
	one->file = fd_take(&d->fetch.file);
	download_close(d);
	if (symlinkat(target.s, c->folder, name.s) < 0)
		return err_sys(err, "show %s", target.s);
	buf_clear(&below);
	stage_path(&c->e->place, "repository", &below);
	buf_add_path(&below, name.s);
	place_path(&c->e->place, below.s, &one->path);
	return 0;
}

/* 1: it runs; 0: it is there; -1. */
static int begin(struct crew *c, struct download *d, size_t number, struct err *err)
{
	const struct offer *o = &c->o->of.v[number].offer;
	AUTO(buf) unique = BUF_INIT;
	int there;

	d->number = number;
	d->open = true;
	make_pack(o, &d->pack);
	fetch_init(&d->fetch);
	/* Nobody has signed where it is to be had: no password goes there, and it is no way further in than the index came from. */
	d->fetch.logins = FETCH_LOGIN_OF_REPOSITORY;
	d->fetch.within = c->o->of.v[number].within;
	buf_addf(&unique, "%s.%zu", o->name.s, number);
	there = fetch_from_cache(c->e, &d->fetch, buf_span(&o->name), &d->pack, err);
	if (there == 0 && c->e->offline)
		return err_set(err, ERR_OFFLINE, "%s is not in the cache, and --offline was given",
			o->path.s);
	if (there == 0)
		there = fetch_begin(&d->fetch, unique.s, err);
	else if (there == 1)
		there = 0;
	return there;
}

/* What became of one: 1: it goes on; 0: there is no more to it; -1: nor to any other. */
static int settle(struct crew *c, struct download *d, int result, struct err *err)
{
	struct chosen *one = &c->o->of.v[d->number];

	if (result == 0)
		result = show(c, d, err);
	if (result >= 0)
		return result;
	download_close(d);
	err_at(err, "%s", one->offer.name.s);
	if (!c->o->request.keep_going || err->code == ERR_SIGNAL)
		return -1;
	one->err = err_keep(err);
	err_clear(err);
	return 0;
}

static int fill(struct crew *c, const size_t *which, size_t count, size_t *next, struct err *err)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		while (!c->of[i].open && *next < count) {
			int result = begin(c, &c->of[i], which[(*next)++], err);

			if (settle(c, &c->of[i], result, err) < 0)
				return -1;
		}
	return 0;
}

static int collect(struct crew *c, struct err *err)
{
	for (size_t i = 0; i < AT_ONCE; i++) {
		struct download *d = &c->of[i];

		if (d->open && !d->fetch.worker.task.running &&
			settle(c, d, fetch_next(&d->fetch, err), err) < 0)
			return -1;
	}
	return 0;
}

int choice_fetch_packets(struct engine *e, struct choice *o, const size_t *which, size_t count,
	int folder, struct err *err)
{
	AUTO(crew) c = {.e = e, .o = o, .folder = folder};
	size_t next = 0;

	for (;;) {
		struct task *tasks[AT_ONCE];
		size_t n = 0;

		if (fill(&c, which, count, &next, err) < 0)
			return -1;
		for (size_t i = 0; i < AT_ONCE; i++)
			if (c.of[i].open)
				tasks[n++] = &c.of[i].fetch.worker.task;
		if (!n)
			return 0;
		if (loop_wait(tasks, n, err) < 0 || collect(&c, err) < 0)
			return -1;
	}
}
