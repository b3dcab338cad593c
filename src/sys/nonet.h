/* An empty network namespace, made while there is other work: it takes longer than all that a sandbox has else. */
#pragma once

#include "sys/aside.h"

struct nonet {
	struct aside work;
	int fd; /* once waited for; 0: none */
};
#define NONET_INIT ((struct nonet){.fd = 0})

/* Begins; where we may not, or there are no threads, nothing comes of it. */
void nonet_begin(struct nonet *n);
/* Waits for it. Gives the namespace, which stays ours; 0: there is none. */
int nonet_get(struct nonet *n);
void nonet_drop(struct nonet *n);
