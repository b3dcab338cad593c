/* One phase of one package's rules: what the program is called with, and what its exit status
 * means. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"
#include "model/bundle.h"
#include "model/proxy.h"
#include "sys/process.h"

enum phase { PHASE_DOWNLOAD, PHASE_UNPACK, PHASE_CONFIGURE, PHASE_UNCONFIGURE, PHASES };
const char *phase_name(enum phase phase);

/* What rules.lua is run by, and what that is given as 3, 4 and 5. */
struct phase_lua {
	int program; /* fardel-lua */
	int broker; /* the socket by which it asks */
	int order; /* model/lua */
	int unpack; /* fardel-unpack */
};
#define PHASE_LUA_FDS 3

/* A script of a package of luet's, in the rules' place. */
struct phase_script {
	const char *what; /* for people: "its install finalizer 2" */
	const char *const *argv; /* NULL-ended; the first is a path */
	const struct texts *environment; /* NAME=VALUE, after that of rules */
};

struct phase_spec {
	enum phase phase;
	const struct bundle *bundle;
	/* Paths as the rules see them: without the root where they run chrooted in it. */
	const char *dir; /* the installation's folder: where the rules stand */
	const struct phase_lua *lua; /* NULL: the rules are a program of their own */
	const struct phase_script *script; /* NULL: the rules */
	const char *args[2]; /* behind the phase's name; NULL where there is none */
	const char *home, *tmp; /* private, there already */
	const char
		*tools; /* a folder of fardel's own programs for rules, last in PATH; NULL: none */
	const char *root; /* chroot there; NULL: not */
	const char *root_told; /* FARDEL_ROOT: the root, where rules run outside of it; else "" */
	const struct proxies *proxies; /* NULL: rules are told of none */
	unsigned means; /* sys/process */
	const struct process_bind *binds;
	unsigned bind_count;
	const struct sandbox *sandbox; /* NULL: not confined */
	struct overlay *overlay; /* the stage that they run in; NULL: none */
	const struct process_bind *writable; /* as in process_spec */
	int output; /* stdout and stderr; borrowed */
	int errors; /* stderr alone, borrowed; 0: as stdout */
	int hold; /* the lock */
};

/* Starts DIR/rules, or what interprets DIR/rules.lua, with a keeper and a clean environment: PATH, LANG=C.UTF-8, HOME, TMPDIR,
 * FARDEL_NAME, FARDEL_VERSION, FARDEL_ID, FARDEL_PHASE, FARDEL_ROOT, FARDEL_RULES_API=1, and of the
 * proxies http_proxy, https_proxy (without user and password) and no_proxy; stdin is empty. */
MUST_USE int phase_start(const struct phase_spec *spec, struct process *out, struct err *err);

/* The same of a script: whatever its status but 0 is, ERR_RULES. */
MUST_USE int phase_check_script(const char *what, int status, struct err *err);

/* 0 for exit 0; else ERR_NETWORK (2, of download), ERR_IN_USE (4), ERR_RULES: the text says what
 * happened. */
MUST_USE int phase_check(enum phase phase, int status, struct err *err);
