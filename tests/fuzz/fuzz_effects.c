/* The log of what rules ask of the running system; or with "json" in front a list of effects as JSON; or with "text" one call
 * a line, its words between blanks. */
/* LIBS: -ljansson */
#include "model/effects.h"

#include "base/text.h"
#include "fuzz.h"

/* One line each, in a shell's and a terminal's eyes, and nothing that is no option of ours where it is carried out. */
static void check(const struct effects *e)
{
	struct effect_call call;

	HOLDS(e->of.n <= EFFECTS_MAX);
	VEC_FOR (const struct effect, effect, &e->of) {
		AUTO(buf) line = BUF_INIT;

		HOLDS(effect->words.n >= 1 && effect->words.n <= EFFECT_ARGS_MAX);
		HOLDS(effect->words.v[0].n > 0);
		effect_format(effect, &line);
		HOLDS(text_is_utf8(buf_span(&line)));
		for (size_t i = 0; i < line.n; i++)
			HOLDS((unsigned char)line.s[i] >= ' ' && line.s[i] != 0x7f);
		if (!effect_call(effect, &call))
			continue;
		HOLDS(call.program[0] == '/');
		for (size_t i = 0; i < line.n; i++)
			HOLDS((unsigned char)line.s[i] < 0x80 && line.s[i] != '$' &&
				line.s[i] != ';');
		VEC_FOR (const struct buf, word, &effect->words)
			HOLDS(!span_starts(buf_span(word), "../"));
	}
}

/* Whatever was accepted reads as the same from JSON. */
static void check_round(const struct effects *e)
{
	AUTO(effects) again = EFFECTS_INIT;
	AUTO(buf) once = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;
	struct err err = ERR_INIT;
	struct json *list = effects_to_json(e);
	struct json *read;

	json_format(list, &once);
	json_free(list);
	HOLDS(json_parse(buf_span(&once), &read, &err) == 0);
	HOLDS(effects_from_json(read, &again, &err) == 0);
	json_free(read);
	list = effects_to_json(&again);
	json_format(list, &twice);
	json_free(list);
	HOLDS(span_is(buf_span(&once), buf_span(&twice)));
}

/* Nothing stays running, and each reading is asked for once. */
static void check_back(const struct effects *made)
{
	AUTO(effects) out = EFFECTS_INIT;
	AUTO(effects) more = EFFECTS_INIT;
	struct effect_call call;
	struct err err = ERR_INIT;

	HOLDS(effects_take_back(made, &out, &err) == 0);
	check(&out);
	VEC_FOR (const struct effect, effect, &out.of) {
		HOLDS(effect->phase == EFFECT_UNCONFIGURE);
		HOLDS(effect_call(effect, &call));
	}
	HOLDS(effects_take_back(&out, &more, &err) == 0);
	HOLDS(more.of.n <= out.of.n);
}

static void parse_json(struct effects *e, struct span text)
{
	struct err err = ERR_INIT;
	struct json *value;

	if (json_parse(text, &value, &err) < 0)
		return;
	if (effects_from_json(value, e, &err) < 0)
		HOLDS(err.code == ERR_FAILED && e->of.n == 0);
	json_free(value);
}

static void parse_text(struct effects *e, struct span text)
{
	AUTO(buf) log = BUF_INIT;
	struct err err = ERR_INIT;
	struct span line;

	while (span_split(&text, '\n', &line)) {
		struct span words[EFFECT_ARGS_MAX];
		size_t n = 0;

		while (n < EFFECT_ARGS_MAX && span_split(&line, ' ', &words[n]))
			n++;
		effects_record(&log, words, n);
	}
	if (effects_parse(e, EFFECT_CONFIGURE, buf_span(&log), &err) < 0)
		HOLDS(err.code == ERR_RULES && e->of.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	AUTO(effects) e = EFFECTS_INIT;
	struct err err = ERR_INIT;

	if (span_starts(text, "json"))
		parse_json(&e, span_cut(text, 4, text.n));
	else if (span_starts(text, "text"))
		parse_text(&e, span_cut(text, 4, text.n));
	else if (effects_parse(&e, EFFECT_UNCONFIGURE, text, &err) < 0)
		HOLDS(err.code == ERR_RULES && e.of.n == 0);
	check(&e);
	check_round(&e);
	check_back(&e);
	return 0;
}
