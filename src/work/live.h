/* What the stand-ins of fardel-live have in common: they note, and they run what they stand in for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/* One call of a program that fardel-live stands in for. */
struct live {
	const char *name; /* as it was called: "systemctl" */
	char **argv; /* NULL-ended */
	int argc;
};

/* Each gives an exit status: 0, or 1 after saying why on stderr. */
int live_note(const struct live *l, const char *const *words, size_t count);
int live_note_call(const struct live *l); /* as it was called */

/* Whether a unit would be running now, after what was noted. */
bool live_is_started(const char *unit);

/* Becomes the real program; returns only where that cannot be: 127, after saying so. */
int live_real(const struct live *l, const char *file, char *const *argv);
/* Runs it, and gives its exit status. */
int live_real_wait(const struct live *l, const char *file, char *const *argv);

/* A unit's whole name ("a.service"), and its file as systemd finds it. */
enum live_unit { UNIT_NONE, UNIT_MASKED, UNIT_THERE };
void live_unit_name(const char *given, struct buf *out);
/* `path` is its file, of what /etc/init.d has the script; untouched with UNIT_NONE. Units that systemd makes itself (devices,
 * mounts, scopes) count as there, with an empty path. */
enum live_unit live_unit_find(const char *unit, struct buf *path);

bool live_is_booted(void); /* systemd runs the system that the stage is made of */

/* What runs on the system. */
int live_pgrep(const struct live *l);
int live_pidof(const struct live *l);

/* systemctl, and by the same answers service and invoke-rc.d. */
int live_systemctl(const struct live *l);
int live_start(const struct live *l, const char *verb, const char *unit); /* is it there? */
int live_status(const char *unit);
