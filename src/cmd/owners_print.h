/* Whose a path is, in words: for owns and why. */
#pragma once

#include "cmd/cmd.h"

/* "zoom 6.2.11 (transaction 42)", "coreutils, by dpkg", "nobody": fardel's packages, else dpkg's. */
void owners_print(struct buf *out, const struct path_owners *p);
/* "coreutils, by dpkg": those that are not fardel's; nothing where there are none. */
void owners_print_others(struct buf *out, const struct path_owners *p);
/* A line for each owner, or for nobody: path, kind, name, version, transaction, by tabs. */
void owners_print_plain(struct buf *out, const struct path_owners *p);
/* All of them. */
struct json *owners_print_json(const struct path_owners *p);
