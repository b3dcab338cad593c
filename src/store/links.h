/* The links published for rules and scripts: fardel's own, and those that puavo-pkg keeps. */
#pragma once

#include "base/err.h"
#include "model/bundle.h"
#include "model/config.h"
#include "store/place.h"

enum link_set {
	LINKS_INSTALLED, /* to the one in use */
	LINKS_AVAILABLE, /* to the one that `list` shows, once it is prepared */
	LINKS_PUAVO_INSTALLED, /* of puavo's layouts only, and absolute */
	LINKS_PUAVO_AVAILABLE, /* to the one whose state changed last, whatever it is */
	LINK_SETS,
};

/* The folder of a set, without the root; puavo's are never elsewhere, wherever its rootdir is. */
const char *links_folder(enum link_set set);

/* Sets the links of one name from what state.db says; a link to nothing is removed. Beside the folders of format 1 the link packages/NAME/installed, which
 * the original tool goes by, is kept the same way. */
MUST_USE int links_publish(
	const struct place *p, const struct world *world, struct span name, struct err *err);
/* The same for all names, and links of unknown names go (of puavo's, those that lead nowhere). */
MUST_USE int links_rebuild(const struct place *p, const struct world *world, struct err *err);
/* Appends where the name's link in a set is to lead; nothing where there is to be none. */
void links_target(const struct place *p, const struct world *world, struct span name,
	enum link_set set, struct buf *out);
/* Whether the link is as it is to be; appends what it leads to now, nothing where there is no link. */
bool links_is_right(const struct place *p, const struct world *world, struct span name,
	enum link_set set, struct buf *now);
/* The links that links_rebuild takes away: their paths without the root. */
MUST_USE int links_strays(
	const struct place *p, const struct world *world, struct texts *found, struct err *err);
