/* Lines of NAME ACTION[:VERSION]: what comes out can be put into a URL. */
/* LIBS: -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/installer.h"
#include "model/puavo_spec.h"

static bool is_made_of(struct span x, const char *letters)
{
	for (size_t i = 0; i < x.n; i++)
		if (!x.s[i] || !strchr(letters, x.s[i]))
			return false;
	return true;
}

static void check(const struct puavo_line *l)
{
	static const size_t sizes[] = {[PUAVO_LATEST] = 0, [PUAVO_NUMBER] = 6, [PUAVO_ID] = 32};

	HOLDS(l->number > 0 && l->why.n < 1024);
	if (l->why.n)
		return;
	HOLDS(installer_name_is_valid(buf_span(&l->name)));
	HOLDS(l->action < PUAVO_ACTIONS && l->version.n <= sizes[l->which]);
	HOLDS(is_made_of(buf_span(&l->version), "0123456789abcdef"));
	HOLDS((l->which == PUAVO_LATEST) == (l->version.n == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct puavo_spec spec = PUAVO_SPEC_INIT;
	struct err err = ERR_INIT;
	int result = puavo_spec_parse(fuzz_span(data, size), &spec, &err);

	HOLDS(result == 0 || err.code == ERR_CONFIG);
	VEC_FOR (const struct puavo_line, l, &spec.of)
		if (result == 0)
			check(l);
	puavo_spec_drop(&spec);
	return 0;
}
