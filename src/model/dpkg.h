/* The formats of dpkg's database: text to values. What is damaged is ERR_BAD_STATE, "line N: …". */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

enum dpkg_state {
	DPKG_NOT_INSTALLED,
	DPKG_CONFIG_FILES, /* was removed; its conffiles are left */
	DPKG_HALF_INSTALLED,
	DPKG_UNPACKED,
	DPKG_HALF_CONFIGURED,
	DPKG_TRIGGERS_AWAITED,
	DPKG_TRIGGERS_PENDING,
	DPKG_INSTALLED,
	DPKG_STATES
};

/* One package of `status` (deb822). Borrows. */
struct dpkg_stanza {
	struct span name, architecture, version; /* the last two may be empty */
	enum dpkg_state state;
	bool same; /* Multi-Arch: same: its files are named by architecture, too */
	struct span provides; /* "a, b (= 1.2)"; it may be empty */
	struct span conffiles; /* lines for dpkg_conffile */
	unsigned line; /* its first */
};

/* Calls fn for each, in order; -1 ends it. */
MUST_USE int dpkg_parse_status(struct span text,
	int (*fn)(void *arg, const struct dpkg_stanza *, struct err *), void *arg, struct err *err);

/* The next conffile's path out of a stanza's; false: there is none. */
bool dpkg_conffile(struct span *rest, struct span *path);

/* info/NAME.list: calls fn for each path; "/." is "/". */
MUST_USE int dpkg_parse_list(struct span text, int (*fn)(void *arg, struct span path, struct err *),
	void *arg, struct err *err);

struct dpkg_diversion {
	struct buf from, to; /* absolute */
	struct buf package; /* whose `from` stays at its place; ":": nobody's */
};
struct dpkg_diversions {
	VEC(struct dpkg_diversion) of;
};
void dpkg_diversions_drop(struct dpkg_diversions *d);
/* Adds those of the text. */
MUST_USE int dpkg_parse_diversions(struct span text, struct dpkg_diversions *out, struct err *err);

/* A file of alternatives/: calls fn for each link that it keeps: the group's own, and those that follow it. */
MUST_USE int dpkg_parse_alternatives(struct span text,
	int (*fn)(void *arg, struct span link, struct err *), void *arg, struct err *err);
