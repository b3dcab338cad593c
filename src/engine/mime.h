/* The file that real puavo rules append to, by a path spelled out in them, to have the mime
 * database made anew. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

/* Makes /var/lib/puavo-pkg, so that appending to .update_mime_database in it works. */
MUST_USE int mime_prepare(struct engine *e, struct err *err);

/* Where the file was made: update-mime-database is run (a warning if that fails), and the file
 * goes; so does the folder if nothing else is in it. */
void mime_settle(struct engine *e);
