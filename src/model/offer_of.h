/* The offer that an installer's file makes, as its repository states it. */
#pragma once

#include "base/err.h"
#include "model/footprint.h"
#include "model/installer.h"
#include "model/offer.h"

struct offer_file {
	struct span path; /* below the repository */
	struct digest sha256;
	int64_t size;
	struct span id; /* of the installation */
	const struct footprint *footprint; /* of a preview of it; NULL: not known */
};
/* Into *out, which was initialised. Texts are made such as an offer may have; paths of the footprint that do not fit into its line are left
 * out. ERR_INSTALLER: it is too large, or its path is none that a repository can have. */
MUST_USE int offer_of_installer(const struct installer *in, const struct offer_file *file,
	struct offer *out, struct err *err);

/* Its summary, from the first line of `legend`, and its description, of what others wrote: made such as an offer may have. */
void offer_set_texts(struct offer *out, struct span legend, struct span description);
