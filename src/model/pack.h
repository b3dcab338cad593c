/* An upstream pack: what the vendor's file is called, where it may be had, and what its bytes
 * must be. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"
#include "base/vec.h"
#include "model/digest.h"

/* Checksums that all must hold, at most one of a kind. */
struct sums {
	bool has[DIGEST_KINDS];
	bool advisory; /* a mismatch only warns, and the pack is then not cached */
	struct digest of[DIGEST_KINDS];
};

bool sums_is_empty(const struct sums *s);
/* The best one that is there; NULL if none. */
const struct digest *sums_best(const struct sums *s);
/* Whether every sum that is in `want` is in `have` and the same; the first that is not goes to
 * *bad. */
bool sums_hold(const struct sums *want, const struct sums *have, enum digest_kind *bad);

struct pack {
	struct buf url; /* empty: the rules' download fetches it */
	struct texts mirrors; /* further URLs of the same bytes, tried before it */
	struct sums sums;
	int64_t size; /* bytes that it must have; -1: not stated */
	struct buf file; /* its name as rules see it, where the installer states one; else empty */
	struct buf architecture; /* that it is for, as Debian calls it; empty: all */
	bool redistributable; /* others may be given it */
};
struct packs {
	VEC(struct pack) of;
};
void packs_drop(struct packs *p);

void pack_init(struct pack *p);
void pack_drop(struct pack *p);

/* Appends the vendor's file name: the one that is stated, else the last part of the URL's path, %-decoded, with everything
 * but [A-Za-z0-9._+~-] as '_' and no leading dot or minus; "pack" where nothing is left. At most
 * 128 bytes, of a longer one the last. */
void pack_file_name(const struct pack *p, struct buf *out);

/* http:// or https:// (in lower case) with a host, or file:///PATH; no white space or control
 * characters, at most 4096 bytes. ERR_INSTALLER names what is wrong. */
MUST_USE int pack_check_url(struct span url, struct err *err);

/* HOST or HOST:PORT, as a URL may have it and no more of one: no user, no path. */
bool pack_is_server(struct span x);
/* Appends https://SERVER/distfiles/ and what stands behind the URL's last slash, as it stands there. False, and nothing is
 * appended, where that is nothing. */
MUST_USE bool pack_distfile(const struct pack *p, struct span server, struct buf *out);

/* Appends url, of any scheme, without the user and password it may hold: for messages and logs. */
void pack_show_url(struct span url, struct buf *out);

/* Whose it is: the host of the URL, without port and brackets; borrows. */
struct span pack_url_host(struct span url);
bool pack_url_has_login(struct span url);
