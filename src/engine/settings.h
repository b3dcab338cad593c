/* The configuration's files, read in systemd's order of trust. */
#pragma once

#include "base/err.h"
#include "model/config.h"
#include "model/packets_conf.h"
#include "model/policy.h"
#include "model/puavo_conf.h"
#include "store/place.h"

/* Over what config holds (config_init's defaults): fardel.toml of the first of /run/fardel, /etc/fardel,
 * /usr/lib/fardel that has one (or only `file`, where that is given); then conf.d/NAME.toml of all
 * three, sorted by name, a file of /run hiding one of the same name in /etc, and that one in
 * /usr/lib. Files that others could change, or whose folder others may write to, are refused. */
MUST_USE int settings_load(const struct place *place, const char *file, struct config *config,
	struct config_origins *origins, struct texts *warnings, struct err *err);

/* puavo-pkg's configuration: of /etc/puavo-pkg, config and then puavo-pkg.conf, over what conf holds. */
MUST_USE int settings_load_puavo(const struct place *place, struct puavo_conf *conf,
	struct texts *warnings, struct err *err);

/* /etc/packets/config.toml, over what conf holds. */
MUST_USE int settings_load_packets(const struct place *place, struct packets_conf *conf,
	struct texts *warnings, struct err *err);

/* Each KEY=VALUE of --set, over that. */
MUST_USE int settings_set(const struct texts *sets, struct config *config,
	struct config_origins *origins, struct err *err);

/* Adds the rules of policy.d/NAME.toml, as for conf.d. A file that is no policy is an error, ERR_CONFIG. */
MUST_USE int settings_load_policy(
	const struct place *place, struct policy *policy, struct err *err);
