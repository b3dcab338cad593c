/* Effects as JSON. */
#include <string.h>

#include "model/effects.h"

struct json *effects_to_json(const struct effects *e)
{
	struct json *list = json_array();

	VEC_FOR (const struct effect, effect, &e->of) {
		struct json *row = json_object();
		struct json *words = json_array();
		struct effect_call call;

		VEC_FOR (const struct buf, word, &effect->words)
			json_append(words, json_text(buf_span(word)));
		json_put_text(row, "phase", span_of(effect_phase_name(effect->phase)));
		json_put(row, "words", words);
		json_put_bool(row, "carried_out", effect_call(effect, &call));
		json_append(list, row);
	}
	return list;
}

static int bad(struct err *err, size_t at, const char *why)
{
	return err_set(err, ERR_FAILED, "effect %zu: %s", at + 1, why);
}

static bool parse_phase(const char *name, enum effect_phase *out)
{
	for (enum effect_phase phase = 0; name && phase < EFFECT_PHASES; phase++)
		if (strcmp(name, effect_phase_name(phase)) == 0) {
			*out = phase;
			return true;
		}
	return false;
}

/* Borrows the words. */
static int parse_words(
	const struct json *list, size_t at, struct span *words, size_t *count, struct err *err)
{
	*count = json_count(list);
	if (*count == 0 || *count > EFFECT_ARGS_MAX)
		return bad(err, at, "no list of words, or too long a one");
	for (size_t i = 0; i < *count; i++) {
		const char *word = json_as_text(json_at(list, i));

		if (!word)
			return bad(err, at, "a word that is no text");
		words[i] = span_of(word);
	}
	return 0;
}

/* What is written in its one form comes in as it stands, behind all others. */
static bool is_as_given(
	const struct effects *e, size_t before, const struct span *words, size_t count)
{
	const struct effect *last;

	if (e->of.n != before + 1)
		return false;
	last = &e->of.v[before];
	if (last->words.n != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!span_is(buf_span(&last->words.v[i]), words[i]))
			return false;
	return true;
}

static int parse_row(const struct json *row, size_t at, struct effects *e, struct err *err)
{
	struct span words[EFFECT_ARGS_MAX];
	enum effect_phase phase;
	struct effect_call call;
	size_t count, before = e->of.n;
	bool carried_out;

	if (!parse_phase(json_get_text(row, "phase"), &phase))
		return bad(err, at, "no phase");
	if (!json_get_bool(row, "carried_out", &carried_out))
		return bad(err, at, "it does not say whether it is carried out");
	if (parse_words(json_get(row, "words"), at, words, &count, err) < 0)
		return -1;
	if (effects_add(e, phase, words, count, err) < 0)
		return bad(err, at, "too long, or too many");
	if (!is_as_given(e, before, words, count))
		return bad(err, at, "not in its one form, or there twice");
	if (effect_call(&e->of.v[before], &call) != carried_out)
		return bad(err, at,
			carried_out ? "nothing like it is carried out" : "it would be carried out");
	return 0;
}

int effects_from_json(const struct json *list, struct effects *out, struct err *err)
{
	struct effects all = EFFECTS_INIT;

	if (!json_is_list(list))
		return err_set(err, ERR_FAILED, "effects: not a list");
	for (size_t i = 0; i < json_count(list); i++)
		if (parse_row(json_at(list, i), i, &all, err) < 0) {
			effects_drop(&all);
			return -1;
		}
	effects_drop(out);
	*out = all;
	return 0;
}
