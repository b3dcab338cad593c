/* Keys and signatures: what is read is written as it was, and stays within its bounds. */
#include <string.h>

#include "fuzz.h"
#include "model/minisign.h"
#include "model/minisign_secret.h"

static void check_signatures(struct span text)
{
	struct minisign_signatures s = {0};
	struct err err = ERR_INIT;
	AUTO(buf) once = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;

	if (minisign_parse(text, &s, &err) < 0) {
		HOLDS(err.code == ERR_CHECKSUM && err.text[0]);
		minisign_signatures_drop(&s);
		return;
	}
	HOLDS(s.of.n > 0 && s.of.n <= MINISIGN_COUNT_MAX && text.n <= MINISIGN_FILE_MAX);
	VEC_FOR (const struct minisign_signature, x, &s.of)
		minisign_format(x, &once);
	minisign_signatures_drop(&s);
	if (once.n > MINISIGN_FILE_MAX)
		return; /* its untrusted comments were shorter than ours */
	HOLDS(minisign_parse(buf_span(&once), &s, &err) == 0);
	VEC_FOR (const struct minisign_signature, x, &s.of)
		minisign_format(x, &twice);
	minisign_signatures_drop(&s);
	HOLDS(span_is(buf_span(&once), buf_span(&twice)));
}

static void check_keys(struct span text)
{
	struct minisign_key k, again;
	struct minisign_secret s;
	struct err err = ERR_INIT;
	AUTO(buf) line = BUF_INIT;

	if (minisign_key_parse(text, &k, &err) == 0) {
		minisign_key_format_file(&k, &line);
		HOLDS(minisign_key_parse(buf_span(&line), &again, &err) == 0);
		HOLDS(memcmp(&k, &again, sizeof(k)) == 0);
	} else if (minisign_secret_parse(text, &s, &err) == 0) {
		minisign_secret_format(&s, &line);
		HOLDS(minisign_secret_parse(buf_span(&line), &s, &err) == 0);
	} else {
		HOLDS(err.code == ERR_FAILED && err.text[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_signatures(fuzz_span(data, size));
	check_keys(fuzz_span(data, size));
	return 0;
}
