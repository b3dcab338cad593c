/* Whose signatures a repository's head or root has, and whose it waits for. */
#pragma once

#include "cmd/cmd.h"
#include "engine/repo_signing.h"

/* "  of the index keys 1 of 2 have signed: 684BE558EF7A68FE; those that may still: E7620F1842B4E81F"; nothing where enough have. */
void signing_print_open(struct run *run, const char *whose, const struct signing *s);
