/* A configuration file, or with "set " in front one assignment; what it leads to is written and read again. */
/* LIBS: -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/config.h"

static void format_all(const struct config *c, struct buf *out)
{
	size_t count;
	const struct config_row *rows = config_rows(&count);

	for (size_t i = 0; i < count; i++) {
		buf_addf(out, "%s = ", rows[i].key);
		config_format(c, i, out);
		buf_addc(out, '\n');
	}
}

/* Whatever was accepted can be stated in a file, and reads as the same. */
static void check_round(const struct config *c)
{
	AUTO(buf) once = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;
	struct err err = ERR_INIT;
	struct config_origins origins;
	struct texts warnings = {0};
	struct config again;

	format_all(c, &once);
	config_init(&again, &origins);
	HOLDS(config_parse(&again, &origins, "again", buf_span(&once), &warnings, &err) == 0);
	HOLDS(warnings.of.n == 0);
	format_all(&again, &twice);
	HOLDS(span_is(buf_span(&once), buf_span(&twice)));
	config_drop(&again);
	config_origins_drop(&origins);
	texts_drop(&warnings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct err err = ERR_INIT;
	struct config_origins origins;
	struct texts warnings = {0};
	struct config c;

	config_init(&c, &origins);
	if (span_starts(text, "set ")) {
		if (config_set(&c, &origins, span_cut(text, 4, text.n), &err) < 0)
			HOLDS(err.code == ERR_USAGE && err.text[0]);
	} else if (config_parse(&c, &origins, "f.toml", text, &warnings, &err) < 0) {
		HOLDS(err.code == ERR_CONFIG && span_starts(span_of(err.text), "f.toml: "));
	}
	HOLDS(c.fetch_jobs >= 1 && c.fetch_jobs <= 32 && c.lock_timeout >= -1);
	check_round(&c);
	config_drop(&c);
	config_origins_drop(&origins);
	texts_drop(&warnings);
	return 0;
}
