/* An installer's facts, parsed: the first line is the top folder, then a line "== NAME" before each fact. */
/* LIBS: -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/installer.h"

/* Reads facts as they are; what is unknown is left out, as the extractor does. */
static void read_facts(struct span text, struct facts *facts)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) value = BUF_INIT;
	struct span line;

	for (;;) {
		bool more = span_split(&text, '\n', &line);

		if ((!more || span_starts(line, "== ")) && fact_is_known(buf_span(&name)))
			facts_add(facts, buf_span(&name), buf_span(&value));
		if (!more)
			return;
		if (span_starts(line, "== ")) {
			buf_set(&name, span_cut(line, 3, line.n));
			buf_clear(&value);
		} else {
			buf_add_span(&value, line);
			buf_addc(&value, '\n');
		}
	}
}

static bool has_only(struct span x, const char *letters)
{
	for (size_t i = 0; i < x.n; i++)
		if (!x.s[i] || !strchr(letters, x.s[i]))
			return false;
	return true;
}

static void check(const struct installer *in, struct span top)
{
	struct err err = ERR_INIT;

	HOLDS(in->format == 1 || in->format == 2);
	HOLDS(installer_name_is_valid(buf_span(&in->name)));
	HOLDS(span_is(buf_span(&in->name), top));
	HOLDS(!memchr(in->name.s, '/', in->name.n) && in->name.s[0] != '.');
	HOLDS(in->puavo_id.n == (in->format == 2 ? 32 : 0));
	HOLDS(has_only(buf_span(&in->puavo_id), "0123456789abcdef"));
	HOLDS(has_only(buf_span(&in->version), "0123456789"));
	HOLDS(has_only(buf_span(&in->required_image), "0123456789-"));
	HOLDS(!in->packs.of.v[0].url.n ||
		pack_check_url(buf_span(&in->packs.of.v[0].url), &err) == 0);
	HOLDS(!in->packs.of.v[0].sums.advisory || in->packs.of.v[0].sums.has[DIGEST_SHA384]);
	HOLDS(!strchr(facts_text(&in->facts, "legend", "fi_FI.UTF-8").s, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), top;
	AUTO(facts) facts = FACTS_INIT;
	struct err err = ERR_INIT;
	AUTO(installer) in;
	AUTO(buf) name = BUF_INIT;

	installer_init(&in);
	span_split(&text, '\n', &top);
	facts.has_rules = true;
	read_facts(text, &facts);
	if (installer_parse(&facts, top, &in, &err) == 0)
		check(&in, top);
	else
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
	if (installer_file_name(top, &name, &err) == 0)
		HOLDS(installer_name_is_valid(buf_span(&name)));
	return 0;
}
