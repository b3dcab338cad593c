/* A pack made available: from the cache, else from its sources in order, verified as it arrives. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/fetch_order.h"
#include "engine/session.h"
#include "engine/worker.h"
#include "model/message.h"
#include "model/pack.h"
#include "store/intake.h"
#include "store/part.h"

struct fetch {
	struct worker worker; /* first: its task is what the loop waits for */
	struct engine *e;
	struct span package; /* whose it is: borrowed */
	const struct pack *pack; /* borrowed */
	enum fetch_logins logins;
	int64_t within; /* as of struct fetch_order; -1: it has no bounds */
	struct buf file_name; /* the vendor's, for people */
	struct buf incoming_name; /* in the cache's folder of incoming packs */
	int incoming; /* that folder */
	struct texts sources; /* URLs, best first */
	size_t at; /* the one being tried */
	bool secondhand; /* what is read now is a copy that others keep: its sum must hold, advisory or not */
	struct intake intake;
	int64_t total;
	struct part part; /* what the intake is to become when it breaks off */
	int parts; /* the folder of what broke off; -1: not opened */
	bool resumed; /* not all bytes came in one answer */
	bool afresh; /* and what they made was wrong: all of them in one answer, or none */
	/* The result. */
	int file; /* the pack, open to be read: it has the bytes that were verified, whatever stands under its name by now; -1: taken, or not there */
	struct sums have;
	int64_t size;
	bool cached; /* in the cache; else it is incoming/incoming_name, until fetch_drop */
};

/* Is the pack in the cache? 1: verified now, the result is there; 0: it must be fetched. */
MUST_USE int fetch_from_cache(struct engine *e, struct fetch *f, struct span package,
	const struct pack *pack, struct err *err);

/* After a 0 of that: the same for what puavo-pkg keeps in its caches, taken into ours. */
MUST_USE int fetch_from_puavo(struct fetch *f, const char *unique, struct err *err);
/* Shows the pack, which is in the cache, in puavo-pkg's; it can only warn. */
void fetch_show_puavo(struct fetch *f);

/* After a 0 of those: begins with the first source. 1: a task runs; 0: done already (a file://
 * pack). `unique` makes its name among the incoming. */
MUST_USE int fetch_begin(struct fetch *f, const char *unique, struct err *err);
/* After the task has ended: 1: the next source is being tried, another task runs; 0: done; -1:
 * no source is left. */
MUST_USE int fetch_next(struct fetch *f, struct err *err);

/* All of it at once, waiting: from the cache or from the URL that the installer states. */
MUST_USE int fetch_now(struct engine *e, struct fetch *f, struct span package,
	const struct pack *pack, const char *unique, struct err *err);

/* What comes by another's connection, and is not for the cache: what of it came before is in f->intake (its size; of which file, f->part says) and it is
 * kept where it breaks off, as of all packs. */
MUST_USE int fetch_lent(struct engine *e, struct fetch *f, struct span package,
	const struct pack *pack, const char *unique, struct err *err);
MUST_USE int fetch_lent_begin(struct fetch *f, const struct fetch_begin *b, struct err *err);
MUST_USE int fetch_lent_add(struct fetch *f, struct span bytes, struct err *err);
/* All of it came: whether it is what was wanted. */
MUST_USE int fetch_lent_end(struct fetch *f, struct err *err);

/* Takes what `rules download` wrote as the pack: `fd` is read, hashed, compared and cached. */
MUST_USE int fetch_take_file(struct fetch *f, int fd, const char *unique, struct err *err);

/* Appends where the pack was put, without the root. Whoever reads it reads `file`. */
void fetch_path(const struct fetch *f, struct buf *out);
void fetch_drop(struct fetch *f);
void fetch_init(struct fetch *f);
