/* Text for web pages. */
#pragma once

#include "base/buf.h"
#include "base/span.h"

/* Appends text that stands for itself wherever in a page, also between the quotes of an attribute: what means something to HTML is escaped, what would disturb who reads it
 * (controls, turned text) is shown as text_escape does; but for newlines, which stay. */
void html_add(struct buf *out, struct span x);
