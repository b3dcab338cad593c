/* LIBS: -lyaml -ljansson */
/* luet's words: the first byte says which. A definition as YAML or JSON; versions, in whose order nothing may be before itself; a selector that is written
 * and read again. */
#include "fuzz.h"
#include "model/luet_definition.h"
#include "model/luet_selector.h"
#include "model/luet_version.h"
#include "model/name.h"
#include "model/relation.h"

static void check_relations(const struct relations *r)
{
	VEC_FOR (const struct relation, one, &r->of) {
		struct relations again = {0};
		struct buf text = BUF_INIT, twice = BUF_INIT;

		HOLDS(relation_is_valid(buf_span(&one->name), one->op, buf_span(&one->version)));
		relation_format(one, &text);
		HOLDS(relations_add_text(&again, buf_span(&text)));
		relation_format(&again.of.v[0], &twice);
		HOLDS(span_is(buf_span(&text), buf_span(&twice)));
		relations_drop(&again);
		buf_drop(&text);
		buf_drop(&twice);
	}
}

static void definition(struct span text, bool json)
{
	struct luet_definition d;
	struct json *value = NULL;
	struct err err = ERR_INIT;
	int result;

	luet_definition_init(&d);
	if (json)
		result = json_parse(text, &value, &err) < 0
				 ? -1
				 : luet_definition_of_json(value, &d, &err);
	else
		result = luet_definition_parse(text, &d, &err);
	if (result == 0) {
		HOLDS(name_is_luet_valid(buf_span(&d.name)));
		HOLDS(luet_version_is_text(buf_span(&d.version)));
		check_relations(&d.requires);
		check_relations(&d.conflicts);
		check_relations(&d.provides);
	} else {
		HOLDS(err.text[0]);
	}
	if (value)
		json_free(value);
	luet_definition_drop(&d);
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

/* Three in three lines. */
static void versions(struct span text)
{
	struct span v[3] = {SPAN(""), SPAN(""), SPAN("")};
	int order[3];

	for (size_t i = 0; i < 3; i++)
		span_split(&text, '\n', &v[i]);
	for (size_t i = 0; i < 3; i++) {
		struct span next = v[(i + 1) % 3];

		order[i] = sign(luet_version_compare(v[i], next));
		if (!luet_version_is_valid(v[i]))
			return;
		if (luet_version_is_valid(next))
			HOLDS(order[i] == -sign(luet_version_compare(next, v[i])));
		HOLDS(luet_version_compare(v[i], v[i]) == 0);
		HOLDS(!luet_version_is_valid(next) || !order[i] ||
			luet_version_compare_unbuilt(v[i], next) * order[i] >= 0);
	}
	/* No ring of them: not all the same way, but where all are 0. */
	HOLDS(!(order[0] >= 0 && order[1] >= 0 && order[2] >= 0) ||
		!(order[0] || order[1] || order[2]));
}

static void selector(struct span text)
{
	struct span selector = SPAN("");
	struct buf out = BUF_INIT, twice = BUF_INIT;

	span_split(&text, '\n', &selector);
	if (luet_selector_is_valid(selector)) {
		luet_selector_format(selector, &out);
		HOLDS(luet_selector_is_valid(buf_span(&out)) || out.n > LUET_SELECTOR_SIZE);
		luet_selector_format(buf_span(&out), &twice);
		HOLDS(span_is(buf_span(&out), buf_span(&twice)));
		HOLDS(luet_selector_holds(selector, text) ==
			luet_selector_holds(buf_span(&out), text));
		HOLDS(!luet_selector_is_any(selector) || luet_selector_holds(selector, text));
	} else {
		luet_selector_holds(selector, text);
	}
	buf_drop(&out);
	buf_drop(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);

	if (!size)
		return 0;
	text = span_cut(text, 1, text.n);
	switch (data[0]) {
	case 'y': definition(text, false); break;
	case 'j': definition(text, true); break;
	case 'v': versions(text); break;
	case 's': selector(text); break;
	default: break;
	}
	return 0;
}
