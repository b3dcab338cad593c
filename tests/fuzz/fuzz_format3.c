/* manifest.toml of format 3: what is read is within its bounds, and what was read is read again the same. */
/* LIBS: -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/format3.h"
#include "model/version.h"

static void check_pack(const struct pack *p)
{
	AUTO(buf) name = BUF_INIT;
	struct err err = ERR_INIT;

	HOLDS(digest_is_strong(sums_best(&p->sums)->kind) && !p->sums.advisory);
	HOLDS(!p->url.n || pack_check_url(buf_span(&p->url), &err) == 0);
	HOLDS(p->size == -1 || p->size > 0);
	pack_file_name(p, &name);
	HOLDS(name.n && name.s[0] != '.' && !memchr(name.s, '/', name.n));
	HOLDS(!p->file.n || strcmp(p->file.s, name.s) == 0);
}

static void check_relations(const struct relations *relations)
{
	VEC_FOR (const struct relation, r, &relations->of) {
		AUTO(relations) again = {0};
		AUTO(buf) text = BUF_INIT;

		relation_format(r, &text);
		HOLDS(relations_add_text(&again, buf_span(&text)));
		HOLDS(again.of.v[0].op == r->op);
		HOLDS(span_is(buf_span(&again.of.v[0].name), buf_span(&r->name)));
	}
}

static void check(const struct installer *in)
{
	HOLDS(in->format == 3 && installer_name_is_valid(buf_span(&in->name)));
	HOLDS(version_is_valid(buf_span(&in->version)) && !in->puavo_id.n);
	HOLDS(version_compare(buf_span(&in->version), buf_span(&in->version)) == 0);
	HOLDS(!in->licence.accept || in->licence.file.n);
	HOLDS(!memchr(in->licence.file.s, '/', in->licence.file.n));
	HOLDS(in->packs.of.n >= 1 && in->packs.of.n <= 64);
	VEC_FOR (const struct pack, p, &in->packs.of)
		check_pack(p);
	VEC_FOR (const struct buf, program, &in->needs.programs.of)
		HOLDS(!memchr(program->s, '/', program->n) && program->s[0] != '-');
	VEC_FOR (const struct buf, glob, &in->declares.files.of)
		HOLDS(glob->s[0] == '/');
	check_relations(&in->depends);
	check_relations(&in->needs.deb);
	HOLDS(!strchr(facts_text(&in->facts, "legend", "fi").s, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(facts) facts = FACTS_INIT;
	struct err err = ERR_INIT;
	AUTO(installer) in;

	installer_init(&in);
	facts.has_rules = true;
	facts_add(&facts, SPAN(FORMAT3_FACT), fuzz_span(data, size));
	if (installer_parse(&facts, SPAN("zoom"), &in, &err) < 0) {
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
		return 0;
	}
	check(&in);
	if (installer_select(&in, SPAN("amd64"), &err) == 0)
		check(&in);
	return 0;
}
