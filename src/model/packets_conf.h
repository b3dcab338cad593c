/* The configuration of Packets, /etc/packets/config.toml: where its packages' files and programs go.
 *
 *	[Config]
 *	  dataDir = "/opt/packets"
 *	  binDir = "/usr/bin"
 *	  cacheDir = "/var/cache/packets"
 *
 * and what else that tool writes there (httpPort, dayToDeleteCacheDir, daysToDelete, lastDataDir). fardel reads it and never writes
 * it: which dataDir a package is in, it knows from what it did. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"

#define PACKETS_CONF "/etc/packets/config.toml"

/* Where one package's files and programs are, absolute, without links on the way. */
struct packets_dirs {
	struct buf data, bin; /* empty: of no package of Packets */
};
#define PACKETS_DIRS_INIT ((struct packets_dirs){BUF_INIT, BUF_INIT})
void packets_dirs_drop(struct packets_dirs *d);
void packets_dirs_copy(struct packets_dirs *to, const struct packets_dirs *from);

struct packets_conf {
	struct buf data_dir, bin_dir, cache_dir, last_data_dir;
	int64_t http_port, days_to_delete;
	bool delete_cache;
};

/* /opt/packets, /usr/bin, /var/cache/packets, 9123. */
void packets_conf_init(struct packets_conf *c);
void packets_conf_drop(struct packets_conf *c);

/* Lays the text over *c. Unknown keys: a sentence in `warnings`. ERR_CONFIG with file, line and column: no TOML, another type, a path that is not
 * absolute, or has a part "..", or that packets_dirs_check refuses. */
MUST_USE int packets_conf_parse(struct packets_conf *c, const char *file, struct span text,
	struct texts *warnings, struct err *err);

/* ERR_CONFIG: folders that are the system's own, or too high in it; one of both within the other, as each package may write
 * to bin, and may be called as what is in data. */
MUST_USE int packets_dirs_check(const struct packets_dirs *d, struct err *err);
