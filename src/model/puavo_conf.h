/* puavo-pkg's configuration: assignments as of a shell, which are read and never run. Pure. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/config.h"

struct puavo_conf {
	struct buf rootdir; /* absolute */
	struct buf readonly_rootdir, cachedir, readonly_cachedir; /* absolute; empty: none */
};

void puavo_conf_init(struct puavo_conf *c); /* the defaults */
void puavo_conf_drop(struct puavo_conf *c);

/* Lays the text of `file` over c. Of a line counts PUAVO_PKG_ROOTDIR=VALUE (…_CACHEDIR, …_READONLY_ROOTDIR, …_READONLY_CACHEDIR)
 * where VALUE is literal, or in single quotes, or in double quotes without $, ` and \. Of what else is neither empty nor a
 * comment a sentence is added to `warnings`. A folder that is not absolute, has a
 * part "..", or is no place for it (/, fardel's own, and those of which rules have another than we, as /tmp) is ERR_CONFIG. */
MUST_USE int puavo_conf_parse(struct puavo_conf *c, const char *file, struct span text,
	struct texts *warnings, struct err *err);
