/* Signals that ask fardel to stop, as something to look at between steps and to poll for. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/* From here on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process (SIGHUP stays
 * ignored where it was, as nohup wants). Once a process; the handler is the one place that needs
 * a variable of its own. */
void signals_catch(void);

/* The first that came, or 0. */
int signals_pending(void);

/* -1 with ERR_SIGNAL when one has come: for work that takes its time without waiting for anything. */
int signals_check(struct err *err);

/* For as long as that is said, none seems to have come: for what ends soon and must not be left halfway. */
void signals_defer(bool defer);

/* Becomes readable when one has come; never read from. -1 before signals_catch, and while they are deferred. */
int signals_fd(void);

/* Forgets what came: only for rolling back, which a second signal must not stop half-way. */
void signals_hold(void);

/* Sets everything back to the default: in a child before exec, and before dying of the signal. */
void signals_reset(void);
