/* What a format of repositories has of a sync of its own, and what all of them share; for the engine's own files. Each begins with what the shell has set
 * up: s->state, as state.db has it, and s->gather, of one URL, which asks for nothing yet. It goes on by gather->full, and ends with
 * sync_finish; a -1 on the way gives this URL up, and the next is tried. */
#pragma once

#include "engine/sync.h"
#include "model/minisign.h"

struct sync_part {
	int (*begin)(struct sync *s, struct err *err);
	void (*let_go)(struct sync *s); /* what was fetched of one URL is void */
};
extern const struct sync_part sync_of_tree; /* our own repositories: a head and a tree of leaves */
extern const struct sync_part sync_of_packets; /* Packets': an index.db */
extern const struct sync_part
	sync_of_wagon; /* luet's: repository.yaml and the tarballs that it names */

/* How the files of a wagon come. Each asks for what it is called by, and goes on with the function of that name below. */
struct sync_way {
	int (*identity)(struct sync *s, struct err *err); /* repository.yaml */
	int (*signature)(struct sync *s, struct err *err);
	int (*documents)(struct sync *s, struct err *err); /* into s->documents, verified */
	void (*let_go)(struct sync *s);
};
extern const struct sync_way sync_by_images; /* each file is in an image of a registry */
/* s->head_text is there. */
MUST_USE int sync_wagon_identity(struct sync *s, struct err *err);
MUST_USE int sync_wagon_signature(struct sync *s, struct span signature, struct err *err);
MUST_USE int sync_wagon_documents(struct sync *s, struct err *err);
const struct wagon_document *sync_wagon_document(const struct sync *s, size_t item);
#define SYNC_SIGNATURE_FILE WAGON_FILE SIGNATURE_SUFFIX
/* What is wrong with the wagon, not with us. -1. */
int sync_wagon_blame(const char *what, struct err *err);

/* Nothing more is wanted. Always 0. */
int sync_finish(struct sync *s);
/* The same where all that is in force is the newest. */
int sync_take_unchanged(struct sync *s);
/* What is in the index came on the word of others, or cannot be read: nothing of it is in force any more. */
void sync_begin_anew(struct sync *s);
/* What is in force is what was seen last, and the admin has not gone back; so nothing has to be fetched that is the same. */
bool sync_is_newest(const struct sync *s);
/* The ETag by which the first item is asked for only if it is another one. */
void sync_know_tag(struct sync *s);
