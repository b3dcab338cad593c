/* Secret keys: minisign's way of sealing them, and of signing. */
#include "store/signer.h"

#include <string.h>

#include "ext/sign.h"

/* libsodium's "sensitive", as minisign has it. */
#define OPS ((uint64_t)1 << 25)
#define MEMORY ((uint64_t)1 << 30)

void signer_drop(struct signer *s)
{
	explicit_bzero(s, sizeof(*s));
}

void signers_drop(struct signers *s)
{
	vec_drop_each(&s->of, signer_drop);
}

int signer_new(struct signer *out, struct err *err)
{
	if (sign_random(out->seed, sizeof(out->seed), err) < 0 ||
		sign_random(out->key.id, sizeof(out->key.id), err) < 0)
		return -1;
	return sign_key(out->seed, out->key.key, err);
}

static void checksum(const struct minisign_sealed *s, unsigned char out[MINISIGN_CHECKSUM])
{
	AUTO(buf) text = BUF_INIT;

	buf_reserve(&text, sizeof(*s)); /* so that nothing is left behind where it grows */
	minisign_secret_checked(s, &text);
	sign_checksum(buf_span(&text), out);
	explicit_bzero(text.s, text.n);
}

/* Lays the password's stream over it: the same way to seal and to open. */
static int mask(const struct minisign_secret *file, struct span password,
	struct minisign_sealed *of, struct err *err)
{
	unsigned char stream[sizeof(*of)], *bytes = (unsigned char *)of;

	if (sign_stretch(
		    password, file->salt, file->ops, file->memory, stream, sizeof(stream), err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(*of); i++)
		bytes[i] ^= stream[i];
	explicit_bzero(stream, sizeof(stream));
	return 0;
}

static int check_opened(
	const struct minisign_sealed *of, bool sealed, const struct signer *s, struct err *err)
{
	unsigned char sum[MINISIGN_CHECKSUM], key[SIGN_KEY];

	checksum(of, sum);
	if (memcmp(sum, of->checksum, sizeof(sum)) != 0 &&
		(sealed || !minisign_secret_unchecked(of)))
		return sealed ? err_set(err, ERR_FAILED, "this is not its password")
			      : err_set(err, ERR_FAILED, "the key's file is damaged");
	if (sign_key(s->seed, key, err) < 0)
		return -1;
	if (memcmp(key, s->key.key, sizeof(key)) != 0)
		return err_set(err, ERR_FAILED,
			"the key's file is damaged: its two halves are of two keys");
	return 0;
}

int signer_open(const struct minisign_secret *file, struct span password, struct signer *out,
	struct err *err)
{
	struct minisign_sealed of = file->of;
	int status = file->sealed ? mask(file, password, &of, err) : 0;

	if (status == 0) {
		memcpy(out->key.id, of.id, MINISIGN_ID);
		memcpy(out->key.key, of.key, MINISIGN_KEY);
		memcpy(out->seed, of.seed, MINISIGN_SEED);
		status = check_opened(&of, file->sealed, out, err);
	}
	explicit_bzero(&of, sizeof(of));
	if (status < 0)
		signer_drop(out);
	return status;
}

int signer_seal(
	const struct signer *s, struct span password, struct minisign_secret *out, struct err *err)
{
	*out = (struct minisign_secret){.sealed = password.n > 0};
	memcpy(out->of.id, s->key.id, MINISIGN_ID);
	memcpy(out->of.key, s->key.key, MINISIGN_KEY);
	memcpy(out->of.seed, s->seed, MINISIGN_SEED);
	if (!out->sealed)
		return 0;
	out->ops = OPS;
	out->memory = MEMORY;
	checksum(&out->of, out->of.checksum);
	if (sign_random(out->salt, sizeof(out->salt), err) < 0 ||
		mask(out, password, &out->of, err) < 0) {
		minisign_secret_drop(out);
		return -1;
	}
	return 0;
}

int signer_sign(const struct signer *s, struct span text, struct span comment, struct buf *out,
	struct err *err)
{
	struct minisign_signature signature = {.comment = comment};
	unsigned char hash[SIGN_PREHASH];
	AUTO(buf) both = BUF_INIT;

	memcpy(signature.id, s->key.id, MINISIGN_ID);
	sign_prehash(text, hash);
	if (sign_make(s->seed, (struct span){(const char *)hash, sizeof(hash)}, signature.signature,
		    err) < 0)
		return -1;
	buf_add(&both, signature.signature, MINISIGN_SIGNATURE);
	buf_add_span(&both, comment);
	if (sign_make(s->seed, buf_span(&both), signature.comment_signature, err) < 0)
		return -1;
	minisign_format(&signature, out);
	return 0;
}
