/* File descriptors that close themselves. */
#pragma once

/* Room for a MiB on its way in a socket, or as much as this process may have: who writes need not wait for who reads. */
void fd_widen(int socket);

#include "base/attr.h"

/* AUTO_FD fd = -1;  is closed when the scope is left. */
#define AUTO_FD __attribute__((cleanup(fd_drop))) int

void fd_drop(int *fd); /* closes if >= 0; *fd is -1; errno stays */
int fd_take(int *fd); /* moves it out */
