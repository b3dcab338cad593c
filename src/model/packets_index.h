/* Rows of an index.db of Packets', as offers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "model/offer.h"

#define PACKETS_INDEX_FILE "index.db"
#define PACKETS_INDEX_MAX (64 << 20) /* bytes of the file */
#define PACKETS_ROWS_MAX 200000
#define PACKETS_FAMILY_MAX 1000 /* packages of one family */
#define PACKETS_RELATIONS_MAX 1000000 /* dependencies of all of them */

/* Its columns, which may stand there in any order; those behind the hash need not be there. */
enum packets_column {
	PACKETS_REALNAME,
	PACKETS_VERSION,
	PACKETS_HASH,
	PACKETS_MIRRORS,
	PACKETS_NAME,
	PACKETS_DESCRIPTION,
	PACKETS_DEPENDENCIES,
	PACKETS_FAMILY,
	PACKETS_SERIAL,
	PACKETS_COLUMNS,
};
#define PACKETS_COLUMNS_NEEDED PACKETS_NAME
#define PACKETS_COLUMNS_INSTALLED PACKETS_HASH /* of installed.db: those before it */
const char *packets_column_name(enum packets_column column); /* "realname" */

/* A URL, with its query, of an index: the folder that it is in, and the file's name. False: it is of no .db file. */
bool packets_url_split(struct span url, struct span *folder, struct span *file);

struct packets_row {
	struct span texts[PACKETS_COLUMNS]; /* of what is NULL: "" */
	int64_t serial;
};

/* Into *out, which was initialised: it is called by its realname; the short name is its alias. As Packets says nothing of the installation, its id is the
 * sum of its file, whose size is not known. ERR_INSTALLER: which column, and what must stand there; *out may have been changed. */
MUST_USE int packets_row_offer(const struct packets_row *row, struct offer *out, struct err *err);

/* The same of a row of installed.db, which says where nothing is: its sums are all zero. */
MUST_USE int packets_row_installed(
	const struct packets_row *row, struct offer *out, struct err *err);

/* What the index says of a package counts more than its own manifest, as with Packets: version, family and serial, and what it needs. */
void packets_take_offer(const struct offer *o, struct installer *in);
