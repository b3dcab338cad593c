/* Packages of Packets (NAME.pkt.tar.zst): what their manifest.toml says.
 *
 *	[Info]                                  [Hooks]
 *	name = "tool"                           install = "install.lua"
 *	version = "1.0.0"                       remove = "remove.lua"
 *	description = "what it is for"
 *	dependencies = []                       # names of packages
 *	author = "somebody"
 *	family = "1f84ca15-5077-4f1d-a370-0ec860766eb2"
 *	serial = 0                              # which of the family is newer
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "model/installer.h"

#define PACKETS_SUFFIX ".pkt.tar.zst"

/* Whether a file of that name is one. */
bool packets_is_file(struct span path);

/* Whether the facts are of one: a manifest.toml with [Info]. */
bool packets_is(const struct facts *facts);

/* [A-Za-z0-9_+][A-Za-z0-9._+-]*, at most 64 bytes: the names of other formats, and capitals. */
bool packets_name_is_valid(struct span name);

/* Append what packages of a family, or of a short name, are found by in an index: no package is called so. */
void packets_family_key(struct span family, struct buf *out);
void packets_alias_key(struct span alias, struct buf *out);

/* What a version may be, which may be empty: at most 64 characters of ASCII without blanks. */
bool packets_version_is_valid(struct span version);

/* Reads the manifest among out->facts into the rest of *out; description and legend take its place there. Keys that are not known
 * are passed over, for other tools write them. ERR_INSTALLER with line and column: no TOML, a value of another type, a name that is
 * none, a hook's path that leads out of the package, more of anything than is sensible. */
MUST_USE int packets_parse(struct installer *out, struct err *err);
