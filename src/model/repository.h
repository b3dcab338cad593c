/* A repository's own file in repos.d: where it is, and whether it is used (docs/repository.md). luet's files are read as well. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"

enum repository_type {
	REPOSITORY_HTTP,
	REPOSITORY_DISK, /* "disk" or "dir" */
	REPOSITORY_DOCKER, /* luet's: a registry of images */
	REPOSITORY_TYPES,
};
const char *repository_type_name(enum repository_type type); /* "http" */

/* What it has below its URLs. Only its file says so: whoever serves it cannot choose a weaker one. */
enum repository_format {
	REPOSITORY_FARDEL, /* our own: docs/repository-format.md */
	REPOSITORY_LUET, /* a wagon of luet's */
	REPOSITORY_PACKETS, /* an index.db of Packets' */
	REPOSITORY_FORMATS,
};
/* Which format (model/installer) all of its packages are of; 0: each says so. */
int repository_package_format(enum repository_format format);
const char *repository_format_name(enum repository_format format); /* "fardel" */

#define REPOSITORY_FILE_MAX (64 << 10) /* bytes of a file */
#define REPOSITORY_NAME_MAX 64
#define REPOSITORY_URLS_MAX 64
#define REPOSITORY_PRIORITY 9999 /* where none is stated: as luet has it */

struct repository {
	struct buf name, description;
	struct texts
		urls; /* of the same files: the next is tried where one fails. http:// or https://; of a disk file:/// or an absolute path; of docker HOST[:PORT]/PATH */
	enum repository_type type;
	enum repository_format format;
	int64_t priority; /* the lowest number is preferred */
	bool enable; /* false unless it is stated: as luet has it */
	struct texts
		keys; /* minisign's public keys, in a line each, or absolute paths of their files */
	bool require_signature; /* unless it is stated: true of our own format; of others where it has a key, as nobody signs those */
	bool allow_unchecked; /* of other formats: what comes without a checksum is taken; false unless it is stated */
	struct { /* how to log in; all may be empty */
		struct buf token, user, password;
		struct buf identity, realm; /* of a registry: as of struct fetch_order */
	} auth;
	struct buf file; /* that it was read from, without the root */
};
struct repositories {
	VEC(struct repository) of;
};
void repository_init(struct repository *r);
void repository_drop(struct repository *r);
void repositories_drop(struct repositories *r);

/* A letter or digit, then these and . _ - +; it becomes the name of a folder. */
bool repository_name_is_valid(struct span name);
/* "http", "disk", "dir", "docker". */
bool repository_type_get(struct span name, enum repository_type *type);
bool repository_format_get(struct span name, enum repository_format *format);
/* What the URLs of a type must be. ERR_CONFIG says what is wrong. */
MUST_USE int repository_check_url(enum repository_type type, struct span url, struct err *err);
/* Whether its file is nobody else's to read: it has a password or token in it. */
bool repository_has_login(const struct repository *r);

/* Reads a file's text into *out, which was initialised (`file` is the caller's to set, and before it `format`, which stays where the text
 * states none). Keys that are not known are passed over: luet's files
 * have some. ERR_CONFIG names line, key and what is wrong. */
MUST_USE int repository_parse(struct span text, struct repository *out, struct err *err);
/* Appends the text with `enable` set: only its value is changed, or a line added where there is none; everything else stays as it is, byte for
 * byte. ERR_CONFIG where it is written so that this cannot be done. */
MUST_USE int repository_enable(struct span text, bool enable, struct buf *out, struct err *err);
/* The same with `key` set to the one key. */
MUST_USE int repository_trust(struct span text, struct span key, struct buf *out, struct err *err);
/* Appends the text of a new file. */
void repository_format(const struct repository *r, struct buf *out);
