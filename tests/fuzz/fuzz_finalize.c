/* finalize.yaml of luet's packages: the template, "== definition" on a line of its own, and the definition.yaml that it is over. Whatever they
 * hold, it comes to an end, within its bounds. */
#include <string.h>

#include "fuzz.h"
#include "model/luet_finalize.h"
#include "model/luet_template.h"

static const char between[] = "\n== definition\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), definition = SPAN("{}");
	const char *at = memmem(text.s, text.n, between, sizeof(between) - 1);
	AUTO(luet_finalize) f = {0};
	AUTO(yaml) values = YAML_INIT;
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	if (at) {
		size_t n = (size_t)(at - text.s);

		definition = span_cut(text, n + sizeof(between) - 1, text.n);
		text = span_cut(text, 0, n);
	}
	if (luet_finalize_parse(text, definition, &f, &err) == 0) {
		HOLDS(f.shell.of.n && f.shell.of.n <= 16 && f.shell.of.v[0].n);
		HOLDS(f.install.of.n <= 64 && f.uninstall.of.n <= 64);
	} else
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
	err_clear(&err);
	if (yaml_parse(definition, &values, &err) < 0)
		return 0;
	if (luet_template_render(text, &values, &out, &err) < 0)
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
	HOLDS(out.n <= 2 * LUET_TEMPLATE_OUT);
	return 0;
}
