/* Templates of luet's finalizers: as much of Helm's (Go's text/template) as these use, over what a definition.yaml says. docs/from-luet.md lists what
 * is known; anything else is refused by its name, so nothing is run that was understood otherwise. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "ext/yaml.h"

#define LUET_TEMPLATE_OUT ((size_t)1 << 20) /* bytes that come out at most */

/* Appends what the template is with these values, which are .Values. ERR_INSTALLER, with the line: what is no template, or not known, or
 * does not come to an end soon. */
MUST_USE int luet_template_render(
	struct span text, const struct yaml *values, struct buf *out, struct err *err);
