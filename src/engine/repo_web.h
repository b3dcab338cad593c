/* The web pages of a repository's folder: index.html and web (model/page). */
#pragma once

#include "base/err.h"
#include "engine/repo_tree.h"
#include "model/head.h"

/* Writes the pages of the packages in the leaves that were made anew, all of them where there are none yet, and what lists them; removes those of packages that are gone. Nothing is
 * synced: all of it comes again by itself. */
MUST_USE int repo_web_make(struct repo_tree *t, const struct root *root, struct err *err);
