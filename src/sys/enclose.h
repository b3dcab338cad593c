/* A program's surroundings: namespaces, read-only binds, another root. In the child, between
 * fork and exec. */
#pragma once

#include "base/err.h"
#include "sys/process.h"

/* Carries out spec's root and binds by spec's means; `private` says that this process has a mount
 * namespace of its own already. Descriptors stay as they are. */
MUST_USE int enclose(const struct process_spec *spec, bool private, struct err *err);

/* What process_means says. */
unsigned enclose_means(void);
