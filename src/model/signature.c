/* What gpgv says of a signature. */
#include "model/signature.h"

#include "base/text.h"

#define PREFIX "[GNUPG:] "
#define FINGERPRINT_MOST 64 /* hex digits */

/* What ends it, in the words of doc/DETAILS of GnuPG. */
static const struct {
	const char *word, *means;
} refused[] = {
	{"BADSIG", "the signature is wrong: somebody has changed what was signed"},
	{"EXPSIG", "the signature has expired"},
	{"EXPKEYSIG", "the key that signed it has expired"},
	{"REVKEYSIG", "the key that signed it was revoked"},
	{"NO_PUBKEY", "the key that signed it is not in the keyring"},
	{"ERRSIG", "the signature cannot be checked"},
	{"NODATA", "it is not signed data"},
	{"UNEXPECTED", "it is not signed data"},
	{"BADARMOR", "it is not signed data"},
	{"FAILURE", "the signature cannot be checked"},
	{"ERROR", "the signature cannot be checked"},
};

static bool is_fingerprint(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!(x.s[i] >= '0' && x.s[i] <= '9') && !(x.s[i] >= 'A' && x.s[i] <= 'F'))
			return false;
	return x.n >= 40 && x.n <= FINGERPRINT_MOST;
}

static size_t refusal_of(struct span word)
{
	size_t i = 0;

	while (i < COUNT(refused) && !span_is_text(word, refused[i].word))
		i++;
	return i;
}

int signature_judge(struct span status, struct buf *key, struct err *err)
{
	size_t worst = COUNT(refused);
	unsigned good = 0, valid = 0, texts = 0;
	struct span line;

	while (span_split(&status, '\n', &line)) {
		struct span rest, word, print;

		if (!span_starts(line, PREFIX))
			continue;
		rest = span_cut(line, sizeof(PREFIX) - 1, line.n);
		span_split(&rest, ' ', &word);
		span_split(&rest, ' ', &print);
		if (refusal_of(word) < worst)
			worst = refusal_of(word);
		good += span_is_text(word, "GOODSIG");
		texts += span_is_text(word, "PLAINTEXT");
		if (!span_is_text(word, "VALIDSIG") || !is_fingerprint(print))
			continue;
		valid++;
		buf_set(key, print);
	}
	if (worst < COUNT(refused))
		return err_set(err, ERR_CHECKSUM, "%s", refused[worst].means);
	if (texts > 1)
		return err_set(err, ERR_CHECKSUM, "there is more in it than what was signed");
	if (good != 1 || valid != 1 || !texts)
		return err_set(err, ERR_CHECKSUM, "%s",
			valid > 1 ? "it has several signatures" : "it has no valid signature");
	return 0;
}
