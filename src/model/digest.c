/* Checksums as values. */
#include "model/digest.h"

#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	size_t size;
} kinds[DIGEST_KINDS] = {
	[DIGEST_MD5] = {"md5", 16},
	[DIGEST_SHA1] = {"sha1", 20},
	[DIGEST_SHA256] = {"sha256", 32},
	[DIGEST_SHA384] = {"sha384", 48},
	[DIGEST_SHA512] = {"sha512", 64},
};

const char *digest_name(enum digest_kind kind)
{
	return kinds[kind].name;
}

size_t digest_size(enum digest_kind kind)
{
	return kinds[kind].size;
}

bool digest_is_strong(enum digest_kind kind)
{
	return kind >= DIGEST_SHA256;
}

bool digest_parse(enum digest_kind kind, struct span hex, struct digest *out)
{
	struct digest d = {.kind = kind};

	if (!text_unhex(hex, d.bytes, kinds[kind].size))
		return false;
	*out = d;
	return true;
}

bool digest_kind_parse(struct span name, enum digest_kind *out)
{
	for (unsigned kind = 0; kind < DIGEST_KINDS; kind++)
		if (span_is_text(name, kinds[kind].name)) {
			*out = (enum digest_kind)kind;
			return true;
		}
	return false;
}

void digest_format(struct buf *out, const struct digest *d)
{
	text_hex(out, d->bytes, kinds[d->kind].size);
}

bool digest_is(const struct digest *a, const struct digest *b)
{
	return a->kind == b->kind && memcmp(a->bytes, b->bytes, kinds[a->kind].size) == 0;
}
