/* What sync does with the index on disk. */
#pragma once

#include "base/err.h"
#include "engine/sync.h"

/* Whether the index that is to be in force is there, and can be read: 1 or 0; -1: it is of another format than the repository. */
int sync_is_usable(struct sync *s);
/* Of this repository, made where it is not there: s->folder. */
MUST_USE int sync_open_folder(struct sync *s, struct err *err);
/* Opens the index in force, to be written; where there is none that can be used, an empty one is made, but for one that comes whole. */
MUST_USE int sync_open(struct sync *s, struct err *err);
/* Fills s->nodes with those that differ from the head's. */
MUST_USE int sync_compare(struct sync *s, struct err *err);
/* Adds to s->leaves those of node `number`, whose bytes came, that differ. */
MUST_USE int sync_compare_node(struct sync *s, unsigned number, struct span bytes, struct err *err);
/* From here on the index is a new file: by a name that no index had before, so what SQLite keeps beside one never meets another. */
void sync_new_file(struct sync *s);
/* The whole index is in that file. */
MUST_USE int sync_open_whole(struct sync *s, struct err *err);
/* Puts the leaves that came (s->gather's items, of s->leaves from s->at to s->upto) into it; the first begins a transaction. */
MUST_USE int sync_put_leaves(struct sync *s, struct err *err);
/* A fresh one is what others read, and on disk with its name, when this returns. */
MUST_USE int sync_publish(struct sync *s, struct err *err);
/* Ends it, where its tree is the head's: then the index is of that revision. */
MUST_USE int sync_commit(struct sync *s, struct err *err);
/* Writes what is known of it by now to state.db: whom to trust has changed. Without `wait` a power cut may still take it back. */
MUST_USE int sync_keep(struct sync *s, bool wait, struct err *err);
/* Whatever else is in the folder than the index that state.db has in force: earlier ones, and what a crash or a failure left. */
void sync_sweep(struct sync *s);
/* Writes to state.db that this index is in force (s->state has what its head said), and takes away what was before. */
MUST_USE int sync_settle(struct sync *s, struct err *err);
