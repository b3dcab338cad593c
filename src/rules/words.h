/* Words that scripts give to files and programs of others: checked, or escaped as those have it. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Whether it has only letters, digits and these, and does not begin with '-'. */
bool words_are(const char *word, const char *also);
/* Whether the name matches the glob; NULL matches all. */
bool words_match(const char *glob, const char *name);
/* ERR_FAILED unless it is a file's name of letters, digits and "._+-", that begins with neither '.' nor '-'. */
MUST_USE int words_file_name(const char *name, const char *what, struct err *err);

/* A value of a .desktop file, and one word of its Exec: a field code as "%U" alone stays, in other words % is doubled. The
 * Exec line is to be put as a value yet. */
void words_desktop_text(struct buf *out, struct span x, bool in_list);
void words_desktop_exec(struct buf *out, const char *word);
/* Text or an attribute's value; what XML cannot have is left out. */
void words_xml(struct buf *out, struct span x);
