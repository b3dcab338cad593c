/* An index of the paths that dpkg's database names, so that who is nobody's is known for that without reading a thousand lists:
 * PLACE_STATE/dpkg-index. It only ever tells who surely is nobody's, and holds for exactly the database that it was made from.
 * To be of use is all that it is for: it is not synced, and who finds it missing, damaged or outdated reads the lists. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "store/place.h"

/* What is seen of the database when it is looked at from outside. dpkg puts each file of it in place by a rename, which its
 * folder shows. All of it are numbers without gaps between: it is stored as it is. */
struct dpkg_stamp {
	uint64_t there, device, inode, size;
	int64_t modified[2], changed[2]; /* seconds and nanoseconds */
};
struct dpkg_stamps {
	uint64_t form; /* of paths: which are said in what way is the caller's affair */
	struct dpkg_stamp of[5];
};
/* `admin` is its folder. false: it cannot be seen, and no index fits. */
bool dpkg_stamps_take(int admin, uint64_t form, struct dpkg_stamps *out);
/* A change that comes after these stamps were taken cannot leave them as they are: none is younger than two seconds. */
bool dpkg_stamps_settled(const struct dpkg_stamps *s);

struct dpkg_index {
	int fd;
	uint64_t buckets;
};
#define DPKG_INDEX_INIT ((struct dpkg_index){-1, 0})
void dpkg_index_drop(struct dpkg_index *x);
/* false: there is none that was made from what has these stamps. */
bool dpkg_index_open(
	const struct place *place, const struct dpkg_stamps *stamps, struct dpkg_index *out);
/* 1: the database surely does not name this path; 0: it may; -1: the index is damaged there. */
int dpkg_index_lacks(const struct dpkg_index *x, struct span path);

/* The index that is being made: a set of hashes, by open addressing. Beyond a number of paths it gives up. */
struct dpkg_names {
	uint64_t *slots; /* 0 is free */
	size_t size, n;
	bool too_many;
};
#define DPKG_NAMES_INIT ((struct dpkg_names){0})
void dpkg_names_drop(struct dpkg_names *names);
void dpkg_names_add(struct dpkg_names *names, struct span path);
/* Puts it in the place of the one before, if it can: for who holds the lock. The stamps were taken before the first name
 * was read, and were settled then. */
void dpkg_index_save(const struct place *place, const struct dpkg_stamps *stamps,
	const struct dpkg_names *names);
