/* What of the layers of an image is seen: each is a tar of what it adds to those below it, or (".wh.NAME", ".wh..wh..opq") hides of them (the OCI image specification,
 * 1.1, "Image layer filesystem changeset"). They are gone through from the top one down, so that nothing that was written has to go again. Pure. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

struct layers;
struct layers *layers_new(void);
void layers_free(struct layers *l);

/* The next one below. */
void layers_next(struct layers *l);

/* Of a member of the layer, as it states its path and (of a hard link) what it leads to: 1: it is seen; 0: it is not, or says itself only what is hidden, or is a hard
 * link to what a layer below may have, which comes at the end; -1: ERR_INSTALLER. Paths that an archive may not have are seen: who plans members refuses them. */
MUST_USE int layers_show(
	struct layers *l, struct span path, bool folder, struct span hard_link, struct err *err);

/* After all layers: the hard links that were left, one after the other, those of the lowest layer first, so that what they lead to is there: 1; 0: there is no more. A layer may link to
 * what came before in it, and to what those below it have: anything else, and what a layer above hides or replaces, is ERR_INSTALLER. */
MUST_USE int layers_link(
	struct layers *l, struct span *path, struct span *hard_link, struct err *err);
