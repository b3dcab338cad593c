/* A pack's URL, and checksums below it, a line each. */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"
#include "model/pack.h"

static void check_file_name(struct span url)
{
	AUTO(pack) pack = {.url = BUF_INIT};
	AUTO(buf) name = BUF_INIT;

	buf_set(&pack.url, url);
	pack_file_name(&pack, &name);
	HOLDS(name.n && name.n <= 128 && name.s[0] != '.' && name.s[0] != '-');
	for (size_t i = 0; i < name.n; i++)
		HOLDS(isalnum((unsigned char)name.s[i]) || strchr("._+~-", name.s[i]));
	HOLDS(strlen(name.s) == name.n);
}

/* What is shown of a good URL is a good URL, has no user, and is shown as it is. */
static void check_shown(struct span url)
{
	AUTO(buf) shown = BUF_INIT;
	AUTO(buf) again = BUF_INIT;
	struct err err = ERR_INIT;

	pack_show_url(url, &shown);
	HOLDS(shown.n <= url.n);
	if (pack_check_url(url, &err) < 0) {
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
		return;
	}
	HOLDS(pack_check_url(buf_span(&shown), &err) == 0);
	pack_show_url(buf_span(&shown), &again);
	HOLDS(span_is(buf_span(&shown), buf_span(&again)));
	for (const char *s = strstr(shown.s, "://") + 3; *s && !strchr("/?#", *s); s++)
		HOLDS(*s != '@');
}

static void check_sum(struct span line, struct sums *sums)
{
	AUTO(buf) hex = BUF_INIT;
	struct digest d;

	for (unsigned kind = 0; kind < DIGEST_KINDS; kind++) {
		if (!digest_parse((enum digest_kind)kind, line, &d))
			continue;
		digest_format(&hex, &d);
		HOLDS(hex.n == line.n && strncasecmp(hex.s, line.s, hex.n) == 0);
		sums->has[kind] = true;
		sums->of[kind] = d;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), line;
	struct sums sums = {0}, none = {0};
	enum digest_kind bad = DIGEST_KINDS;

	span_split(&text, '\n', &line);
	check_file_name(line);
	check_shown(line);
	while (span_split(&text, '\n', &line))
		check_sum(line, &sums);
	HOLDS(sums_hold(&sums, &sums, &bad));
	HOLDS(sums_hold(&none, &sums, &bad));
	HOLDS(sums_hold(&sums, &none, &bad) == sums_is_empty(&sums));
	HOLDS(sums_is_empty(&sums) || sums_best(&sums)->kind >= bad);
	return 0;
}
