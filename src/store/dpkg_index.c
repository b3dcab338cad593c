/* A file of buckets, each with the hashes that fall into it and a checksum: a look-up reads the head and one of them. */
#include "store/dpkg_index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/fd.h"
#include "sys/file.h"

#define NAME "dpkg-index"
#define MAGIC 0x31496470646c7266 /* another one for each other form of the file */
#define MIX 0x9e3779b97f4a7c15 /* 2^64 by the golden ratio */
#define NAMES_MAX ((size_t)2 << 20)
#define BUCKET_NAMES 126
#define BUCKET_FILL 72 /* on average */
#define BUCKETS_MAX (4 * NAMES_MAX / BUCKET_FILL)
#define SETTLED_SECONDS 2 /* no file system's clock is coarser */

struct head {
	uint64_t magic, buckets;
	struct dpkg_stamps stamps;
	uint64_t check; /* of all above */
};

struct bucket {
	uint64_t check; /* of what is in it, and of where it is */
	uint32_t names[BUCKET_NAMES]; /* hashes' lower halves; 0 is free, as are all after it */
};

/* --- The database, from outside ---------------------------------------------------------------------------- */

bool dpkg_stamps_take(int admin, uint64_t form, struct dpkg_stamps *out)
{
	static const char *const seen[] = {
		"status", "updates", "info", "diversions", "alternatives"};
	struct err ignored = ERR_INIT;
	struct stat st;

	_Static_assert(COUNT(seen) == COUNT(out->of), "a stamp for each");
	*out = (struct dpkg_stamps){.form = form};
	for (size_t i = 0; i < COUNT(seen); i++) {
		int there = file_stat(admin, seen[i], &st, &ignored);

		if (there < 0)
			return false;
		if (there)
			out->of[i] = (struct dpkg_stamp){1, st.st_dev, st.st_ino,
				(uint64_t)st.st_size, {st.st_mtim.tv_sec, st.st_mtim.tv_nsec},
				{st.st_ctim.tv_sec, st.st_ctim.tv_nsec}};
	}
	return true;
}

bool dpkg_stamps_settled(const struct dpkg_stamps *s)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return false;
	for (size_t i = 0; i < COUNT(s->of); i++) {
		const int64_t *changed = s->of[i].changed;
		int64_t age = now.tv_sec - changed[0] - (now.tv_nsec < changed[1]);

		if (s->of[i].there && age < SETTLED_SECONDS)
			return false;
	}
	return true;
}

/* --- Hashes ------------------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * MIX;
	return hash ^ hash >> 32;
}

static uint64_t hash_of(const void *bytes, size_t n, uint64_t seed)
{
	const char *at = bytes;
	uint64_t hash = mix(seed, n), word;

	for (; n >= sizeof(word); at += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	memcpy(&word, at, n);
	return mix(mix(hash, word), MAGIC);
}

static size_t bucket_of(uint64_t hash, uint64_t buckets)
{
	return (size_t)((hash >> 32) * buckets >> 32);
}

static uint32_t name_of(uint64_t hash)
{
	return (uint32_t)hash ? (uint32_t)hash : 1;
}

static uint64_t check_of(const struct bucket *b, uint64_t number)
{
	return hash_of(b->names, sizeof(b->names), number);
}

static uint64_t check_head(const struct head *h)
{
	return hash_of(h, offsetof(struct head, check), 0);
}

/* --- Looking up -------------------------------------------------------------------------------------------- */

void dpkg_index_drop(struct dpkg_index *x)
{
	fd_drop(&x->fd);
}

static bool read_at(int fd, void *to, size_t n, size_t from)
{
	return pread(fd, to, n, (off_t)from) == (ssize_t)n;
}

bool dpkg_index_open(
	const struct place *place, const struct dpkg_stamps *stamps, struct dpkg_index *out)
{
	struct err ignored = ERR_INIT;
	AUTO_FD state = place_open_if(place, PLACE_STATE, &ignored);
	AUTO_FD fd = -1;
	struct head h;

	*out = DPKG_INDEX_INIT;
	if (state >= 0)
		fd = file_open_if(state, NAME, O_RDONLY | O_NONBLOCK, &ignored);
	if (fd < 0 || !read_at(fd, &h, sizeof(h), 0))
		return false;
	if (h.magic != MAGIC || h.check != check_head(&h) || !h.buckets ||
		h.buckets > BUCKETS_MAX || memcmp(&h.stamps, stamps, sizeof(*stamps)) != 0)
		return false;
	*out = (struct dpkg_index){fd_take(&fd), h.buckets};
	return true;
}

int dpkg_index_lacks(const struct dpkg_index *x, struct span path)
{
	uint64_t hash = hash_of(path.s, path.n, 0);
	size_t number = bucket_of(hash, x->buckets);
	struct bucket b;

	if (!read_at(x->fd, &b, sizeof(b), sizeof(struct head) + number * sizeof(b)) ||
		b.check != check_of(&b, number))
		return -1;
	for (size_t i = 0; i < BUCKET_NAMES && b.names[i]; i++)
		if (b.names[i] == name_of(hash))
			return 0;
	return 1;
}

/* --- Making it --------------------------------------------------------------------------------------------- */

void dpkg_names_drop(struct dpkg_names *names)
{
	free(names->slots);
	*names = DPKG_NAMES_INIT;
}

/* Only the hash is there: what shares it is the same. */
static void insert(struct dpkg_names *names, uint64_t hash)
{
	size_t at = (size_t)hash & (names->size - 1);

	while (names->slots[at] && names->slots[at] != hash)
		at = (at + 1) & (names->size - 1);
	names->n += !names->slots[at];
	names->slots[at] = hash;
}

static void grow(struct dpkg_names *names)
{
	struct dpkg_names old = *names;

	names->size = old.size ? 2 * old.size : 1024;
	names->slots = mem_zero(names->size, sizeof(names->slots[0]));
	names->n = 0;
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			insert(names, old.slots[i]);
	free(old.slots);
}

void dpkg_names_add(struct dpkg_names *names, struct span path)
{
	uint64_t hash = hash_of(path.s, path.n, 0);

	if (names->n == NAMES_MAX)
		names->too_many = true;
	if (names->too_many)
		return;
	if (4 * names->n >= 3 * names->size)
		grow(names);
	insert(names, hash ? hash : 1);
}

/* false: one of the buckets is full. */
static bool fill(const struct dpkg_names *names, struct bucket *buckets, uint64_t count)
{
	for (size_t i = 0; i < names->size; i++) {
		struct bucket *b = &buckets[bucket_of(names->slots[i], count)];
		size_t at = 0;

		if (!names->slots[i])
			continue;
		while (at < BUCKET_NAMES && b->names[at])
			at++;
		if (at == BUCKET_NAMES)
			return false;
		b->names[at] = name_of(names->slots[i]);
	}
	for (uint64_t i = 0; i < count; i++)
		buckets[i].check = check_of(&buckets[i], i);
	return true;
}

/* What names fill so unevenly has no index. */
static bool format(
	const struct dpkg_names *names, const struct dpkg_stamps *stamps, struct buf *out)
{
	struct head h = {MAGIC, names->n / BUCKET_FILL + 1, *stamps, 0};
	AUTO_FREE struct bucket *buckets = mem_zero(h.buckets, sizeof(*buckets));

	if (!fill(names, buckets, h.buckets))
		return false;
	h.check = check_head(&h);
	buf_add(out, &h, sizeof(h));
	buf_add(out, buckets, h.buckets * sizeof(*buckets));
	return true;
}

/* Written in the stage, which is emptied whenever the lock is taken. */
static int save(const struct place *place, struct span text, struct err *err)
{
	AUTO_FD stage = place_open_if(place, PLACE_STAGE, err);
	AUTO_FD state = stage < 0 ? -1 : place_open_if(place, PLACE_STATE, err);
	AUTO_FD fd = -1;

	if (state < 0)
		return -1;
	fd = file_open(stage, NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600, err);
	if (fd < 0)
		return -1;
	if (file_write_all(fd, text.s, text.n, err) == 0 &&
		file_rename(stage, NAME, state, NAME, err) == 0)
		return 0;
	unlinkat(stage, NAME, 0);
	return -1;
}

void dpkg_index_save(
	const struct place *place, const struct dpkg_stamps *stamps, const struct dpkg_names *names)
{
	struct err ignored = ERR_INIT;
	AUTO(buf) text = BUF_INIT;

	if (!names->too_many && format(names, stamps, &text) &&
		save(place, buf_span(&text), &ignored) < 0)
		err_clear(&ignored); /* the next one tries again */
}
