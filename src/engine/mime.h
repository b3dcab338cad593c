/* The file that real puavo rules append to, by a path spelled out in them, to have the mime
 * database made anew. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

/* Makes /var/lib/puavo-pkg, so that appending to .update_mime_database in it works. */
MUST_USE int mime_prepare(struct engine *e, struct err *err);

#define MIME_MARK "/var/lib/puavo-pkg/.update_mime_database" /* as rules see it */

/* After a stage, in which the file was made, if at all: the folder goes if nothing is in it. */
void mime_forget(struct engine *e);

/* Where the file was made: update-mime-database is run (a warning if that fails), and the file
 * goes; so does the folder if nothing else is in it. */
void mime_settle(struct engine *e);
