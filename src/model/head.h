/* The signed part of a repository: its head, and the roots that say whose signatures count (docs/repository-format.md). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"

#define HEAD_FILE "repository.json"
#define HEAD_MAX (64 << 10)
#define ROOT_MAX (64 << 10)
#define NODE_MAX (64 << 10)
#define LEAF_MAX (1 << 20)
#define LEAF_UNPACKED_MAX (8 << 20)
#define REVISION_MAX ((int64_t)1 << 53)
#define ROLE_KEYS_MAX 16
#define HEAD_LEAVES_MAX 65536
#define HEAD_SUM 32 /* bytes of a sha256 */

/* Keys of which `threshold` have to sign. */
struct role {
	int64_t threshold;
	struct texts keys; /* minisign's, in a line */
};
/* ERR_FAILED: it is no key's line, it (or another of its id) is there already, or there are too many. */
MUST_USE int role_add(struct role *role, struct span key, struct err *err);
/* Which of its keys it is; -1: none. */
int role_find(const struct role *role, struct span key);

struct root {
	struct buf name;
	int64_t version, time, expires;
	struct role root, index;
	int64_t restart; /* 0: there is none */
};
void root_init(struct root *r);
void root_drop(struct root *r);
/* Into what was initialised. ERR_FAILED names the key of JSON and what is wrong. */
MUST_USE int root_parse(struct span text, struct root *out, struct err *err);
void root_format(const struct root *r, struct buf *out); /* with a newline behind */

struct head_sum {
	unsigned char bytes[HEAD_SUM];
};
struct head {
	struct buf name;
	int64_t revision, time, expires, root, packages;
	unsigned leaf_bits; /* 2^leaf_bits leaves */
	VEC(struct head_sum) nodes; /* head_node_count(leaf_bits) */
	struct {
		struct head_sum sha256;
		int64_t size, unpacked, revision; /* size 0: there is no whole index */
	} whole;
};
void head_init(struct head *h);
void head_drop(struct head *h);
MUST_USE int head_parse(struct span text, struct head *out, struct err *err);
void head_format(const struct head *h, struct buf *out); /* with a newline behind */

/* Append where they are in the repository: "index/root/2.json", and "index/signature/SHA256.minisig" of the head that has that sum. */
#define SIGNATURE_SUFFIX ".minisig"
void root_path(int64_t version, struct buf *out);
void head_signature_path(const struct head_sum *sum, struct buf *out);

/* Of 2^leaf_bits leaves: how many nodes, how many leaves each has, and which leaf a package is in. */
unsigned head_node_count(unsigned leaf_bits);
unsigned head_node_width(unsigned leaf_bits);
/* `sha256` is that of the package's name. */
unsigned head_leaf_of(unsigned leaf_bits, const unsigned char sha256[HEAD_SUM]);
