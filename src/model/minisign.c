/* Keys and signatures in minisign's files. */
#include "model/minisign.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"

#define UNTRUSTED "untrusted comment: "
#define TRUSTED "trusted comment: "
#define ALGORITHM \
	2 /* bytes of its name: "Ed" of keys and old signatures, "ED" of what is hashed before */
#define KEY_BYTES (ALGORITHM + MINISIGN_ID + MINISIGN_KEY)
#define SIGNATURE_BYTES (ALGORITHM + MINISIGN_ID + MINISIGN_SIGNATURE)

void minisign_id_format(const unsigned char id[MINISIGN_ID], struct buf *out)
{
	for (int i = MINISIGN_ID - 1; i >= 0; i--)
		buf_addf(out, "%02X", id[i]);
}

int minisign_key_parse(struct span text, struct minisign_key *out, struct err *err)
{
	struct span rest = text, line;
	unsigned char bytes[KEY_BYTES];

	span_split(&rest, '\n', &line);
	if (span_starts(line, UNTRUSTED))
		span_split(&rest, '\n', &line);
	if (rest.n || !base64_decode(span_trim(line), bytes, sizeof(bytes)) ||
		memcmp(bytes, "Ed", ALGORITHM) != 0)
		return err_set(err, ERR_FAILED,
			"it is no public key of minisign: a line of %zu characters that begins "
			"with RW",
			(size_t)BASE64_LENGTH(KEY_BYTES));
	memcpy(out->id, bytes + ALGORITHM, MINISIGN_ID);
	memcpy(out->key, bytes + ALGORITHM + MINISIGN_ID, MINISIGN_KEY);
	return 0;
}

void minisign_key_format(const struct minisign_key *k, struct buf *out)
{
	unsigned char bytes[KEY_BYTES];

	memcpy(bytes, "Ed", ALGORITHM);
	memcpy(bytes + ALGORITHM, k->id, MINISIGN_ID);
	memcpy(bytes + ALGORITHM + MINISIGN_ID, k->key, MINISIGN_KEY);
	base64_encode(out, bytes, sizeof(bytes));
}

void minisign_key_format_file(const struct minisign_key *k, struct buf *out)
{
	buf_adds(out, UNTRUSTED "minisign public key ");
	minisign_id_format(k->id, out);
	buf_addc(out, '\n');
	minisign_key_format(k, out);
	buf_addc(out, '\n');
}

void minisign_signatures_drop(struct minisign_signatures *s)
{
	vec_drop(&s->of);
}

/* Text without any control character but tabs, which minisign's own comments have. */
static bool is_clean(struct span line)
{
	struct span part;

	while (span_split(&line, '\t', &part))
		if (!text_is_line(part))
			return false;
	return true;
}

/* The next line, behind the prefix; it must be well-formed text, and the newline be there. */
static int next_line(
	struct span *rest, const char *prefix, const char *what, struct span *out, struct err *err)
{
	const char *end = memchr(rest->s, '\n', rest->n);

	if (!end)
		return err_set(
			err, ERR_CHECKSUM, "it ends in the middle of a signature, before %s", what);
	span_split(rest, '\n', out);
	if (!is_clean(*out))
		return err_set(err, ERR_CHECKSUM,
			"%s has characters that do not belong there, such as CR", what);
	if (!span_starts(*out, prefix))
		return err_set(err, ERR_CHECKSUM, "%s does not begin with \"%s\"", what, prefix);
	*out = span_cut(*out, strlen(prefix), out->n);
	return 0;
}

static int take_signature(struct span line, struct minisign_signature *out, struct err *err)
{
	unsigned char bytes[SIGNATURE_BYTES];

	if (!base64_decode(line, bytes, sizeof(bytes)))
		return err_set(err, ERR_CHECKSUM, "the signature is not %d bytes in base64",
			SIGNATURE_BYTES);
	if (memcmp(bytes, "Ed", ALGORITHM) == 0)
		return err_set(err, ERR_CHECKSUM,
			"the signature is of minisign's older kind, over the whole file; it counts "
			"no more");
	if (memcmp(bytes, "ED", ALGORITHM) != 0)
		return err_set(
			err, ERR_CHECKSUM, "the signature's algorithm is none that is known");
	memcpy(out->id, bytes + ALGORITHM, MINISIGN_ID);
	memcpy(out->signature, bytes + ALGORITHM + MINISIGN_ID, MINISIGN_SIGNATURE);
	return 0;
}

static int take_one(struct span *rest, struct minisign_signature *out, struct err *err)
{
	struct span line;

	if (next_line(rest, UNTRUSTED, "the untrusted comment", &line, err) < 0 ||
		next_line(rest, "", "the signature", &line, err) < 0 ||
		take_signature(line, out, err) < 0 ||
		next_line(rest, TRUSTED, "the trusted comment", &out->comment, err) < 0 ||
		next_line(rest, "", "the comment's signature", &line, err) < 0)
		return -1;
	if (!base64_decode(line, out->comment_signature, MINISIGN_SIGNATURE))
		return err_set(err, ERR_CHECKSUM,
			"the comment's signature is not %d bytes in base64", MINISIGN_SIGNATURE);
	return 0;
}

int minisign_parse(struct span text, struct minisign_signatures *out, struct err *err)
{
	struct span rest = text;

	if (!text.n)
		return err_set(err, ERR_CHECKSUM, "it is empty");
	if (text.n > MINISIGN_FILE_MAX)
		return err_set(err, ERR_CHECKSUM, "it is longer than %d bytes", MINISIGN_FILE_MAX);
	while (rest.n) {
		if (out->of.n == MINISIGN_COUNT_MAX)
			return err_set(err, ERR_CHECKSUM, "it has more than %d signatures",
				MINISIGN_COUNT_MAX);
		if (take_one(&rest, vec_push(&out->of), err) < 0)
			return -1;
	}
	return 0;
}

void minisign_format(const struct minisign_signature *s, struct buf *out)
{
	unsigned char bytes[SIGNATURE_BYTES];

	memcpy(bytes, "ED", ALGORITHM);
	memcpy(bytes + ALGORITHM, s->id, MINISIGN_ID);
	memcpy(bytes + ALGORITHM + MINISIGN_ID, s->signature, MINISIGN_SIGNATURE);
	buf_adds(out, UNTRUSTED "signature by key ");
	minisign_id_format(s->id, out);
	buf_addc(out, '\n');
	base64_encode(out, bytes, sizeof(bytes));
	buf_adds(out, "\n" TRUSTED);
	buf_add_span(out, s->comment);
	buf_addc(out, '\n');
	base64_encode(out, s->comment_signature, MINISIGN_SIGNATURE);
	buf_addc(out, '\n');
}
