/* What fardel-lua is to run, and what that may reach and use: an order of fardel's, as JSON. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

enum order_profile {
	ORDER_RULES, /* rules.lua */
	ORDER_PACKETS, /* a hook of a package of Packets' */
	ORDER_ADMIN, /* an admin's own script, trusted */
};

struct order_place {
	struct buf path;
	bool write, system;
};

struct order_pair {
	struct buf name, value;
};

/* 0: no bound. */
struct order_limits {
	int64_t memory, cpu, output, files, file_size, total_size, open;
};

struct order {
	enum order_profile profile;
	struct buf phase; /* "configure"; "" of no phase: hooks, an admin's script */
	struct buf script; /* where it is */
	struct buf name; /* what messages call it */
	struct buf
		root; /* where the system is that all paths but `script` are paths of; "": it is this one */
	struct buf dir;
	VEC(struct buf) args;
	bool direct; /* it runs on the system itself: nobody could take back what it does */
	bool check; /* it is compiled only */
	VEC(struct order_place) places;
	VEC(struct buf) programs;
	struct buf package, version, id;
	struct buf architecture, distribution, release, codename, locale;
	struct order_limits limits;
	struct buf home, tmp; /* HOME and TMPDIR of the environment: set by who reads the order */
	VEC(struct order_pair) globals;
};
void order_drop(struct order *o);

/* ERR_WORKER: not an order, or one of another version; *out is empty then. */
MUST_USE int order_parse(struct span text, struct order *out, struct err *err);
