/* luet's own configuration, luet.yaml: as much of it as its repositories and folders need.
 *
 *	repos_confdir:                       # folders of repositories' files
 *	- /etc/luet/repos.conf.d
 *	config_protect_confdir: [/etc/luet/config.protect.d]
 *	packages_maskdir: [/etc/luet/mask.d] # packages that are not offered
 *	finalizer_envs:                      # what finalizers find in their environment
 *	- {key: BUILD, value: "1"}
 *	system:
 *	  database_path: /var/cache/luet     # what it knows of repositories and packages
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"

#define LUET_CONF_MAX (64 << 10) /* bytes of it */
#define LUET_CONF_FOLDERS_MAX 64
#define LUET_CONF_ENVS_MAX 64

struct luet_conf {
	struct texts repos_confdir, protect_confdir, mask_dir; /* absolute paths */
	struct texts finalizer_envs; /* NAME=VALUE */
	struct buf database_path;
	size_t inline_repositories; /* that stand in luet.yaml itself, where they are not read */
};
void luet_conf_init(struct luet_conf *c);
void luet_conf_drop(struct luet_conf *c);

/* Reads the text into what was initialised; of what it does not say, what luet takes. ERR_CONFIG names line, key and what is wrong. */
MUST_USE int luet_conf_parse(struct span text, struct luet_conf *out, struct err *err);
