/* The fields of `show` that a manifest.toml states. */
#pragma once

#include "base/buf.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "ext/json.h"

/* What a field's value is made of. */
struct subject {
	struct run *run;
	enum form form;
	const struct about *about;
	struct buf licence; /* the URL, or "" */
};

/* Each appends the raw value for people; nothing: there is none. */
void stated_format(const struct subject *s, struct buf *out);
void stated_architectures(const struct subject *s, struct buf *out);
void stated_homepage(const struct subject *s, struct buf *out);
void stated_spdx(const struct subject *s, struct buf *out);
void stated_depends(const struct subject *s, struct buf *out);
void stated_conflicts(const struct subject *s, struct buf *out);
void stated_provides(const struct subject *s, struct buf *out);
void stated_needs_field(const struct subject *s, struct buf *out);
void stated_packs(const struct subject *s, struct buf *out); /* a line each */

/* And for machines. */
struct json *stated_format_json(const struct subject *s);
struct json *stated_architectures_json(const struct subject *s);
struct json *stated_depends_json(const struct subject *s);
struct json *stated_conflicts_json(const struct subject *s);
struct json *stated_provides_json(const struct subject *s);
struct json *stated_needs_json(const struct subject *s);
struct json *stated_packs_json(const struct subject *s);
