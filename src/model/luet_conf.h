/* luet's own configuration, luet.yaml: as much of it as its repositories and folders need.
 *
 *	repos_confdir:                       # folders of repositories' files
 *	- /etc/luet/repos.conf.d
 *	config_protect_confdir: [/etc/luet/config.protect.d]
 *	subsets: {enabled: [devel]}          # whose files are not left out; finalizers are told, too
 *	subsets_confdir: [/etc/luet/subsets.conf.d] # files with more of them: enabled: [portage]
 *	subsets_defdir: [/etc/luet/subsets.def.d] # what else is of a subset (model/luet_subsets)
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
#define LUET_CONF_SUBSETS_MAX 256

struct luet_conf {
	struct texts repos_confdir, protect_confdir, mask_dir, subsets_confdir,
		subsets_defdir; /* absolute paths */
	struct texts subsets; /* that are enabled */
	struct texts finalizer_envs; /* NAME=VALUE */
	struct buf database_path;
	size_t inline_repositories; /* that stand in luet.yaml itself, where they are not read */
};
void luet_conf_init(struct luet_conf *c);
void luet_conf_drop(struct luet_conf *c);

/* Reads the text into what was initialised; of what it does not say, what luet takes. ERR_CONFIG names line, key and what is wrong. */
MUST_USE int luet_conf_parse(struct span text, struct luet_conf *out, struct err *err);

/* Adds those that a file of subsets_confdir enables, each once. ERR_CONFIG as above. */
MUST_USE int luet_subsets_parse(struct span text, struct texts *out, struct err *err);
