/* What the parent and its workers tell each other, as values; each travels as one frame
 * (sys/frame). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/facts.h"
#include "model/proxy.h"

/* Frame types. */
enum message_type {
	MESSAGE_EXTRACT = 1, /* to fardel-extract: struct extract_order */
	MESSAGE_FACT, /* from it: struct fact, as texts name and value */
	MESSAGE_EXTRACTED, /* from it, last: struct extracted */
	MESSAGE_FETCH, /* to fardel-fetch: struct fetch_order */
	/* From it: struct fetch_begin. A further try begins again from nothing, or goes on. */
	MESSAGE_BEGIN,
	MESSAGE_DATA, /* from it: raw bytes of the body, in order */
	MESSAGE_NOTE, /* from it: a sentence for the log ("try 2 of 4 in 2 s: …") */
	MESSAGE_FETCHED, /* from it, last: a number, all bytes of the body */
	MESSAGE_UNCHANGED, /* from it, instead of BEGIN and FETCHED: the file is the one of order->unless */
	MESSAGE_MISSING, /* the same: there is no such file, and it was optional */
	MESSAGE_NEXT, /* to it after a FETCHED, where the first order had `more`: struct fetch_next */
	MESSAGE_BUILD, /* to fardel-build: the package's name, raw: the top folder */
	MESSAGE_BUILT, /* from it, last: no payload */
	/* From fardel-extract, of each member in its order: struct told_member; where it reads, MESSAGE_DATA with its bytes follow. */
	MESSAGE_MEMBER,
	MESSAGE_TREE, /* to fardel-tree: no payload */
	MESSAGE_ATTRIBUTES, /* from it, of a member that is there now: struct told_attributes */
	MESSAGE_TREE_DONE, /* from it, last: no payload */
	MESSAGE_FAIL, /* from any, last: struct err */
};

struct extract_order {
	bool write; /* into the folder given; else only look */
	bool tell; /* of each member */
	bool packets; /* it is a package of Packets */
};

/* A member as it is stated. */
struct told_member {
	struct span path; /* below the top folder; borrows */
	int64_t type; /* of enum lint_type */
	int64_t mode; /* with setuid and setgid, which are never extracted */
	int64_t size;
	bool reads; /* its bytes follow */
};

/* What a vendor's member states of itself beyond what its writer may give it: others than root as owner, setuid and the like,
 * extended attributes. Paths and attributes borrow. */
struct told_attributes {
	struct span path;
	int64_t uid, gid, mode;
	struct span pairs; /* names and values, by message_next_pair */
};

/* What an installer turned out to hold. */
struct extracted {
	struct buf top; /* its top folder */
	struct buf id; /* sha256 of the manifest, 64 hex digits */
	int64_t bytes, entries;
	int64_t left_out; /* links of a package of Packets, which has none */
	bool has_rules, has_lua, has_licence;
};
void extracted_drop(struct extracted *e);

struct fetch_order {
	struct buf url;
	int64_t max_size, retries, retry_delay, connect_timeout, stall_timeout, stall_rate;
	struct proxies proxies;
	struct buf ca_text; /* certificates to trust, PEM; "" : the system's */
	struct buf user, password; /* for the URL's host alone; "" : none */
	struct buf token; /* the same, in their place */
	bool registry; /* it is one of images: the token is a bearer's */
	struct buf identity; /* of a registry: by which a token is had; "" : none */
	struct buf realm; /* of a registry: on another host, that is told all of these */
	struct buf
		login_bases; /* URLs, a line each, below which they are for; "" : all of the host */
	bool bounded; /* somebody else than the admin has named the URL: */
	int64_t within; /* it may lead no further in (enum address_reach) */
	/* A body that breaks off is gone on with when it is above so many bytes; -1: never. */
	int64_t resume_above;
	/* Bytes that are there of an earlier run, and of which file; 0: none. */
	int64_t from, total;
	struct buf etag;
	bool tag; /* the file's ETag is wanted, whatever its kind */
	struct buf unless; /* nothing of a file with this ETag; "" : any */
	bool optional; /* that there is none is no failure */
	bool more; /* further ones follow it; else that was all */
};
void fetch_order_drop(struct fetch_order *o);

/* A further file, over the same connection where that can be, and all else as before. */
struct fetch_next {
	struct span url; /* borrows */
	int64_t max_size;
	bool optional;
	/* As of struct fetch_order. */
	int64_t resume_above, from, total;
	struct span etag; /* borrows */
};

/* What is known before the body comes. */
struct fetch_begin {
	int64_t from; /* where the bytes that come begin; 0: what came before is void */
	int64_t total; /* the whole body's size, -1: not known */
	int64_t reach; /* how far in it came from: enum address_reach */
	struct buf etag; /* with it the body can be gone on with; "" : it cannot */
};
void fetch_begin_drop(struct fetch_begin *b);

/* put: appends the payload. get: false where the payload is malformed (texts are copied). */
void message_put_extract(struct buf *out, const struct extract_order *o);
bool message_get_extract(struct span payload, struct extract_order *o);
void message_put_fact(struct buf *out, struct span name, struct span value);
bool message_get_fact(struct span payload, struct span *name, struct span *value); /* borrow */
void message_put_extracted(struct buf *out, const struct extracted *e);
bool message_get_extracted(struct span payload, struct extracted *e);
void message_put_member(struct buf *out, const struct told_member *m);
bool message_get_member(struct span payload, struct told_member *m);
/* The pairs are put behind it one by one. */
void message_put_attributes(struct buf *out, const struct told_attributes *a);
void message_put_pair(struct buf *out, struct span name, struct span value);
bool message_get_attributes(struct span payload, struct told_attributes *a);
/* Takes the next one off; false: there is none. */
bool message_next_pair(struct span *pairs, struct span *name, struct span *value);
void message_put_fetch(struct buf *out, const struct fetch_order *o);
bool message_get_fetch(struct span payload, struct fetch_order *o);
void message_put_next(struct buf *out, const struct fetch_next *n);
bool message_get_next(struct span payload, struct fetch_next *n);
void message_put_begin(struct buf *out, const struct fetch_begin *b);
bool message_get_begin(struct span payload, struct fetch_begin *b);
void message_put_number(struct buf *out, int64_t value);
bool message_get_number(struct span payload, int64_t *value);
void message_put_err(struct buf *out, const struct err *err);
/* What is not printable in the texts is escaped; false too where the code is none of a failure. */
bool message_get_err(struct span payload, struct err *err);
