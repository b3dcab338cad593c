/* The configuration as a value: one table of options, filled in the order of trust. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"

struct config {
	bool require_sandbox; /* at the top: stands before all tables */
	struct texts live; /* at the top, too: packages whose rules run on the system itself */
	struct texts repos_confdir; /* at the top, too: folders of repositories' files */
	/* [fetch] */
	int64_t fetch_jobs; /* packs at once */
	int64_t fetch_retries; /* further tries of one URL */
	int64_t fetch_retry_delay; /* seconds before the first further try; doubles */
	int64_t fetch_connect_timeout; /* seconds */
	int64_t fetch_stall_timeout; /* seconds below stall_rate end a transfer */
	int64_t fetch_stall_rate; /* bytes a second */
	int64_t fetch_max_size; /* bytes of one pack */
	struct buf fetch_proxy; /* "" : from the environment; "none": no proxy */
	struct buf fetch_ca_file; /* "" : the system's */
	struct texts fetch_mirrors; /* base URLs; the pack's file name is put behind */
	struct texts fetch_distfiles; /* HOST or HOST:PORT */
	bool fetch_require_checksum;
	/* [rules] */
	int64_t rules_timeout; /* seconds of one phase */
	int64_t rules_output_max; /* bytes of one phase's output that are kept */
	bool rules_chroot; /* with --root, run rules inside of it; false: outside */
	struct texts
		rules_read; /* folders that download and unpack may read, besides the system's */
	/* [lua] */
	int64_t lua_memory, lua_cpu, lua_files, lua_file_size, lua_total_size, lua_open_files;
	/* [prepare] */
	int64_t prepare_jobs; /* unpacks at once; 0: as many as there are processors */
	/* [image] */
	bool image_check; /* hold required-image of installers against the image that runs */
	/* [puavo] */
	struct texts puavo_servers; /* HOST or HOST:PORT */
	struct buf puavo_keyring; /* "": a file of /etc/fardel/keys for each host */
	/* [apt] */
	bool apt_install; /* what needs.deb names */
	int64_t apt_timeout; /* seconds */
	/* [luet] */
	struct buf luet_config; /* the path of its configuration; empty: it is not used */
	struct texts luet_config_protect; /* folders */
	struct texts luet_subsets; /* names */
	/* [gc] */
	int64_t gc_keep; /* old installations of a package that are kept */
	/* [undo] */
	int64_t undo_keep; /* transactions that can be taken back, however old */
	int64_t undo_days; /* for which the others can be */
	/* [lock] */
	int64_t lock_timeout; /* seconds; -1 for ever, 0 not at all */
	/* [log] */
	bool log_syslog;
	int64_t log_keep; /* transactions' logs that are kept */
};

/* One option, as help, `config show` and the man page print it. */
struct config_row {
	const char *key; /* "fetch.retries" */
	const char *default_text; /* TOML */
	const char *help; /* one line, with its unit */
};
extern const struct config_row *config_rows(size_t *count);
/* Appends what row i takes: "a whole number from 1 to 32". */
void config_takes(size_t i, struct buf *out);

/* Where each option's value comes from; index as in config_rows. */
struct config_origins {
	VEC(struct buf) of; /* "default", "/etc/fardel/fardel.toml:3", "--set", … */
};

void config_init(struct config *c, struct config_origins *origins); /* the defaults */
void config_drop(struct config *c);
void config_origins_drop(struct config_origins *o);

/* Lays the TOML text of `file` over c. Values out of range or of the wrong type: ERR_CONFIG with
 * file, line, column. An unknown key is no error (an older fardel must be able to read on): a
 * sentence for it, with the nearest known key, is added to `warnings`. */
MUST_USE int config_parse(struct config *c, struct config_origins *origins, const char *file,
	struct span text, struct texts *warnings, struct err *err);

/* "KEY=VALUE" of --set: VALUE as TOML, or a bare text where the option is a text. Unknown keys
 * are ERR_USAGE and name the nearest; values that do not fit are ERR_USAGE too. */
MUST_USE int config_set(
	struct config *c, struct config_origins *origins, struct span assignment, struct err *err);

/* Appends the value of row i as TOML, *** in the place of a URL's user and password. */
void config_format(const struct config *c, size_t i, struct buf *out);
