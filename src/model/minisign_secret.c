/* Secret keys in minisign's files. */
#include "model/minisign_secret.h"

#include <string.h>

#include "base/base64.h"

#define UNTRUSTED "untrusted comment: "
#define KINDS 6 /* bytes: the algorithms of signature, password, checksum */
#define BYTES (KINDS + MINISIGN_SALT + 16 + sizeof(struct minisign_sealed))

_Static_assert(sizeof(struct minisign_sealed) == 104, "minisign_sealed is as it is in the file");

void minisign_secret_drop(struct minisign_secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

static uint64_t number_at(const unsigned char *bytes)
{
	uint64_t n = 0;

	for (int i = 7; i >= 0; i--)
		n = n << 8 | bytes[i];
	return n;
}

static void put_number(unsigned char *bytes, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(n >> 8 * i);
}

static int take(const unsigned char *bytes, struct minisign_secret *out, struct err *err)
{
	const unsigned char *at = bytes + KINDS;

	if (memcmp(bytes, "Ed", 2) != 0 || memcmp(bytes + 4, "B2", 2) != 0)
		return err_set(err, ERR_FAILED, "it is a secret key of another kind than Ed25519");
	out->sealed = memcmp(bytes + 2, "Sc", 2) == 0;
	if (!out->sealed && memcmp(bytes + 2, "\0\0", 2) != 0)
		return err_set(err, ERR_FAILED, "its password is used in a way that is not known");
	memcpy(out->salt, at, MINISIGN_SALT);
	out->ops = number_at(at + MINISIGN_SALT);
	out->memory = number_at(at + MINISIGN_SALT + 8);
	memcpy(&out->of, at + MINISIGN_SALT + 16, sizeof(out->of));
	return 0;
}

int minisign_secret_parse(struct span text, struct minisign_secret *out, struct err *err)
{
	struct span rest = text, line;
	unsigned char bytes[BYTES];
	int status;

	span_split(&rest, '\n', &line);
	if (!span_starts(line, UNTRUSTED))
		return err_set(err, ERR_FAILED, "it is no key's file of minisign");
	span_split(&rest, '\n', &line);
	if (rest.n || !base64_decode(span_trim(line), bytes, sizeof(bytes)))
		return err_set(err, ERR_FAILED, "it is no secret key of minisign");
	status = take(bytes, out, err);
	explicit_bzero(bytes, sizeof(bytes));
	return status;
}

void minisign_secret_format(const struct minisign_secret *s, struct buf *out)
{
	unsigned char bytes[BYTES], *at = bytes + KINDS;

	memcpy(bytes, s->sealed ? "EdScB2" : "Ed\0\0B2", KINDS);
	memcpy(at, s->salt, MINISIGN_SALT);
	put_number(at + MINISIGN_SALT, s->ops);
	put_number(at + MINISIGN_SALT + 8, s->memory);
	memcpy(at + MINISIGN_SALT + 16, &s->of, sizeof(s->of));
	buf_adds(out, UNTRUSTED "minisign encrypted secret key\n");
	base64_encode(out, bytes, sizeof(bytes));
	buf_addc(out, '\n');
	explicit_bzero(bytes, sizeof(bytes));
}

void minisign_secret_checked(const struct minisign_sealed *s, struct buf *out)
{
	buf_adds(out, "Ed");
	buf_add(out, s->id, MINISIGN_ID);
	buf_add(out, s->seed, MINISIGN_SEED);
	buf_add(out, s->key, MINISIGN_KEY);
}

bool minisign_secret_unchecked(const struct minisign_sealed *s)
{
	static const unsigned char none[MINISIGN_CHECKSUM];

	return memcmp(s->checksum, none, sizeof(none)) == 0;
}
