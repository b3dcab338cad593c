/* What a stage has of its own: /proc, /sys, /dev, /run, /tmp. */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* Mounts them below base, the stage's root, which is mounted. This process is process 1 of its PID namespace. Each that can be
 * filled takes at most `max` bytes. The root must have /proc and /dev; of the others, those that it has. */
MUST_USE int furnish(int base, int64_t max, struct err *err);

/* Hides a folder: an empty one, that nothing can be written to, is seen in its place. -1 with errno. */
int furnish_empty(int folder);

/* Opens a path as the stage's programs see it: links lead nowhere else. -1 with errno. */
int furnish_open(int base, const char *path, int flags);
