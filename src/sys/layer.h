/* One overlay: its folders, and the kernel's mount of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The path of layer N below the folder that has all: "N/upper", "N/work", or, with "", "N". */
void layer_path(struct buf *out, size_t n, const char *what);

/* Makes N, that only its owner gets into, N/upper, which looks like `lower`, and N/work below dir. -1 with errno. */
int layer_make(int dir, size_t n, int lower);

/* A mount, that is nowhere yet, of an overlay over `lower` (open for reading, on a mount of this process's namespace, as dir
 * must be) into N/upper; what is in there already, from a mount before, is seen. -1 with errno: EINVAL also says that the
 * file system of dir cannot hold it. */
int layer_mount(int dir, size_t n, int lower, bool user_attributes);

/* A mount, that is nowhere yet, of an overlay over `lower` that cannot be written to: what is there can be read, but what listens
 * there, at sockets and pipes, is not reached. `none` is an empty folder. -1 with errno. */
int layer_mount_read_only(int lower, int none, bool user_attributes);
