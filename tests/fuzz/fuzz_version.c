/* Versions as Debian orders them, three in three lines: what is valid is in one order, which has no rings, and is not changed by an epoch of 0. */
#include "fuzz.h"
#include "model/version.h"

#include "base/buf.h"

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

/* Nothing that a file's name or a line could not have. */
static void check(struct span x)
{
	AUTO(buf) epoch = BUF_INIT;

	HOLDS(version_compare(x, x) == 0);
	if (!version_is_valid(x))
		return;
	for (size_t i = 0; i < x.n; i++)
		HOLDS(x.s[i] > ' ' && x.s[i] <= '~' && x.s[i] != '/');
	if (!version_is_plain(x))
		return;
	buf_addf(&epoch, "0:%.*s", SPAN_ARG(x));
	HOLDS(version_is_valid(buf_span(&epoch)));
	HOLDS(version_compare(x, buf_span(&epoch)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct span v[3] = {SPAN(""), SPAN(""), SPAN("")};
	bool valid = true;
	int order[3];

	for (size_t i = 0; i < 3; i++) {
		span_split(&text, '\n', &v[i]);
		check(v[i]);
		valid = valid && version_is_valid(v[i]);
	}
	for (size_t i = 0; i < 3; i++) {
		order[i] = sign(version_compare(v[i], v[(i + 1) % 3]));
		HOLDS(!valid || order[i] == -sign(version_compare(v[(i + 1) % 3], v[i])));
	}
	if (valid)
		for (int way = -1; way <= 1; way += 2)
			HOLDS(!(order[0] * way >= 0 && order[1] * way >= 0 &&
				      order[2] * way >= 0) ||
				!(order[0] || order[1] || order[2]));
	return 0;
}
