/* Effects: the list, and the log that it comes from. */
#include "model/effects.h"

#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "model/effect_verb.h"

/* What the words of one effect are while they are looked at. */
struct words {
	struct span v[EFFECT_ARGS_MAX];
	size_t n;
};

static const char *const phase_names[EFFECT_PHASES] = {"unconfigure", "configure"};

/* Each file that may be stood in for; its links come before it where there are any. */
static const struct effect_program programs[] = {
	{"apparmor_parser", "apparmor_parser"},
	{"busctl", "busctl"},
	{"dbus-send", "dbus-send"},
	{"gdbus", "gdbus"},
	{"halt", "systemctl"},
	{"initctl", "initctl"},
	{"insmod", "kmod"},
	{"invoke-rc.d", "invoke-rc.d"},
	{"killall", "killall"},
	{"modprobe", "kmod"},
	{"pgrep", "pgrep"},
	{"pidof", "killall5"},
	{"pkill", "pgrep"},
	{"poweroff", "systemctl"},
	{"reboot", "systemctl"},
	{"rmmod", "kmod"},
	{"service", "service"},
	{"shutdown", "systemctl"},
	{"sysctl", "sysctl"},
	{"systemctl", "systemctl"},
	{"telinit", "systemctl"},
	{"udevadm", "udevadm"},
};

const struct effect_program *effect_programs(size_t *count)
{
	*count = COUNT(programs);
	return programs;
}

const char *effect_phase_name(enum effect_phase phase)
{
	return phase_names[phase];
}

static void effect_drop(struct effect *effect)
{
	vec_drop_each(&effect->words, buf_drop);
}

void effects_drop(struct effects *e)
{
	vec_drop_each(&e->of, effect_drop);
}

static void effect_words(const struct effect *effect, struct words *out)
{
	out->n = effect->words.n;
	for (size_t i = 0; i < out->n; i++)
		out->v[i] = buf_span(&effect->words.v[i]);
}

static const struct effect_verb *verb_of(const struct effect *effect)
{
	struct words words;

	effect_words(effect, &words);
	return effect_verb_of(words.v, words.n);
}

static void copy(struct effect *to, const struct effect *from)
{
	*to = (struct effect){.phase = from->phase};
	for (size_t i = 0; i < from->words.n; i++)
		*vec_push(&to->words) = buf_dup(&from->words.v[i]);
}

static bool same_words(const struct effect *effect, const struct words *words)
{
	if (effect->words.n != words->n)
		return false;
	for (size_t i = 0; i < words->n; i++)
		if (!span_is(buf_span(&effect->words.v[i]), words->v[i]))
			return false;
	return true;
}

static size_t find(const struct effects *e, const struct words *words)
{
	size_t at = 0;

	while (at < e->of.n && !same_words(&e->of.v[at], words))
		at++;
	return at;
}

static void push(struct effects *e, enum effect_phase phase, const struct words *words)
{
	struct effect *effect = vec_push(&e->of);

	effect->phase = phase;
	for (size_t i = 0; i < words->n; i++) {
		struct buf word = BUF_INIT;

		buf_add_span(&word, words->v[i]);
		*vec_push(&effect->words) = word;
	}
}

/* Moves an effect to another place; those between make room. */
static void move(struct effects *e, size_t from, size_t to)
{
	struct effect moved = e->of.v[from];

	for (; from < to; from++)
		e->of.v[from] = e->of.v[from + 1];
	for (; from > to; from--)
		e->of.v[from] = e->of.v[from - 1];
	e->of.v[to] = moved;
}

/* One effect in its one form. */
static int add_one(struct effects *e, enum effect_phase phase, const struct words *words,
	bool has_unit, struct err *err)
{
	size_t at = find(e, words);

	if (at == e->of.n) {
		if (at == EFFECTS_MAX)
			return err_set(err, ERR_RULES,
				"more than %d things were asked of the running system",
				EFFECTS_MAX);
		push(e, phase, words);
	} else if (has_unit) {
		e->of.v[at].phase = phase;
		move(e, at, e->of.n - 1);
	}
	return 0;
}

static int add_units(struct effects *e, enum effect_phase phase, const struct words *words,
	const struct effect_verb *verb, struct err *err)
{
	AUTO(buf) unit = BUF_INIT;

	for (size_t i = 2; i < words->n; i++) {
		struct words one = {{words->v[0], span_of(verb->means)}, 3};

		effect_unit(words->v[i], &unit);
		one.v[2] = buf_span(&unit);
		if (add_one(e, phase, &one, true, err) < 0)
			return -1;
	}
	return 0;
}

/* What would disturb a line of text becomes U+FFFD, which no word has that is carried out. */
static void clean(struct span x, struct buf *out)
{
	AUTO(buf) escaped = BUF_INIT;
	uint32_t point;

	while (x.n) {
		size_t n = text_character(x, &point);
		struct span character = span_cut(x, 0, n ? n : 1);

		buf_clear(&escaped);
		text_escape(&escaped, character);
		if (span_is_text(character, "\\") || span_is(buf_span(&escaped), character))
			buf_add_span(out, character);
		else
			buf_adds(out, "\xef\xbf\xbd");
		x = span_cut(x, character.n, x.n);
	}
}

static int check_size(const struct span *words, size_t count, struct err *err)
{
	bool fits = count > 0 && count <= EFFECT_ARGS_MAX && words[0].n > 0;

	for (size_t i = 0; fits && i < count; i++)
		fits = words[i].n <= EFFECT_ARG_MAX;
	return fits ? 0
		    : err_set(err, ERR_RULES,
			      "something was asked of the running system at too great a length, or "
			      "without a program's name");
}

/* The words are clean. */
static int add(
	struct effects *e, enum effect_phase phase, const struct words *words, struct err *err)
{
	const struct effect_verb *verb = effect_verb_of(words->v, words->n);
	struct words one = *words;

	if (!verb)
		return add_one(e, phase, words, false, err);
	if (verb->shape == SHAPE_UNITS)
		return add_units(e, phase, words, verb, err);
	if (verb->shape == SHAPE_OPTION)
		one.v[2] = span_of(verb->means);
	return add_one(e, phase, &one, effect_verb_has_unit(verb), err);
}

int effects_add(struct effects *e, enum effect_phase phase, const struct span *words, size_t count,
	struct err *err)
{
	struct effect cleaned = {.phase = phase};
	struct words all;
	int rc;

	if (check_size(words, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct buf *word = vec_push(&cleaned.words);

		*word = BUF_INIT;
		clean(words[i], word);
	}
	effect_words(&cleaned, &all);
	rc = check_size(all.v, all.n, err) < 0 ? -1 : add(e, phase, &all, err);
	effect_drop(&cleaned);
	return rc;
}

int effects_append(struct effects *e, const struct effects *more, struct err *err)
{
	VEC_FOR (const struct effect, effect, &more->of) {
		struct words words;

		effect_words(effect, &words);
		if (effects_add(e, effect->phase, words.v, words.n, err) < 0)
			return -1;
	}
	return 0;
}

void effects_record(struct buf *out, const struct span *words, size_t count)
{
	AUTO(buf) record = BUF_INIT;

	for (size_t i = 0; i < count; i++)
		wire_put_text(&record, words[i]);
	wire_put_text(out, buf_span(&record));
}

static int parse_record(
	struct effects *e, enum effect_phase phase, struct span record, struct err *err)
{
	struct wire w = {.rest = record};
	struct words words = {.n = 0};

	while (w.rest.n && words.n < EFFECT_ARGS_MAX) {
		words.v[words.n++] = wire_text(&w);
		if (w.bad)
			break;
	}
	if (!wire_ended(&w))
		return err_set(err, ERR_RULES, "a record that is none, or too long");
	return effects_add(e, phase, words.v, words.n, err);
}

int effects_parse(struct effects *e, enum effect_phase phase, struct span log, struct err *err)
{
	struct effects all = EFFECTS_INIT;
	struct wire w = {.rest = log};
	int rc = 0;

	if (log.n > EFFECTS_LOG_MAX)
		return err_set(
			err, ERR_RULES, "%s: more than %d bytes", EFFECTS_LOG, EFFECTS_LOG_MAX);
	VEC_FOR (const struct effect, effect, &e->of)
		copy(vec_push(&all.of), effect);
	while (rc == 0 && w.rest.n) {
		struct span record = wire_text(&w);

		rc = w.bad ? err_set(err, ERR_RULES, "a record that is cut off")
			   : parse_record(&all, phase, record, err);
	}
	if (rc < 0) {
		effects_drop(&all);
		return err_at(err, "%s", EFFECTS_LOG);
	}
	effects_drop(e);
	*e = all;
	return 0;
}

static void quote(struct span word, struct buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";
	size_t i = 0;

	while (i < word.n && word.s[i] && strchr(plain, word.s[i]))
		i++;
	if (word.n && i == word.n) {
		buf_add_span(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (i = 0; i < word.n; i++) {
		if (word.s[i] == '\'')
			buf_adds(out, "'\\'");
		buf_addc(out, word.s[i]);
	}
	buf_addc(out, '\'');
}

void effect_format(const struct effect *effect, struct buf *out)
{
	for (size_t i = 0; i < effect->words.n; i++) {
		if (i)
			buf_addc(out, ' ');
		quote(buf_span(&effect->words.v[i]), out);
	}
}

bool effect_call(const struct effect *effect, struct effect_call *out)
{
	const struct effect_verb *verb = verb_of(effect);
	size_t n = 0;

	if (!verb)
		return false;
	out->program = effect_verb_path(verb);
	for (size_t i = 0; i < effect->words.n; i++) {
		out->argv[n++] = effect->words.v[i].s;
		if (i > 0 || strcmp(verb->program, "systemctl") != 0)
			continue;
		out->argv[n++] = "--no-ask-password";
		out->argv[n++] = "--no-pager";
	}
	out->argv[n] = NULL;
	return true;
}

/* The same words with another verb. */
static void with_verb(struct words *words, const struct effect_verb *verb, const char *other)
{
	words->v[verb->shape == SHAPE_SERVICE ? 2 : 1] = span_of(other);
}

/* Whether the last that was asked of the effect's unit is the effect itself, and leaves it running. */
static bool leaves_running(
	const struct effects *made, const struct effect *effect, const struct effect_verb *verb)
{
	size_t at = verb->shape == SHAPE_SERVICE ? 1 : 2;

	if (!verb->back)
		return false;
	for (const struct effect *later = effect + 1; later < made->of.v + made->of.n; later++) {
		const struct effect_verb *other;

		if (later->words.n != effect->words.n ||
			!span_is(buf_span(&later->words.v[at]), buf_span(&effect->words.v[at])) ||
			strcmp(later->words.v[0].s, verb->program) != 0)
			continue;
		other = verb_of(later);
		if (other && other->shape == verb->shape && strcmp(other->means, "stop") == 0)
			return false;
	}
	return true;
}

/* Stops come in front, so that the first one that is added ends up as the last of them. */
static int add_back(struct effects *out, const struct effect *effect,
	const struct effect_verb *verb, size_t *stops, struct err *err)
{
	struct words words;
	size_t before = out->of.n;

	effect_words(effect, &words);
	if (verb->back)
		with_verb(&words, verb, verb->back);
	if (find(out, &words) < before)
		return 0;
	if (add_one(out, EFFECT_UNCONFIGURE, &words, false, err) < 0)
		return -1;
	if (verb->back)
		move(out, before, (*stops)++);
	return 0;
}

int effects_take_back(const struct effects *made, struct effects *out, struct err *err)
{
	size_t stops = 0;

	for (size_t i = made->of.n; i-- > 0;) {
		const struct effect *effect = &made->of.v[i];
		const struct effect_verb *verb = verb_of(effect);

		if (verb && leaves_running(made, effect, verb) &&
			add_back(out, effect, verb, &stops, err) < 0)
			return -1;
	}
	VEC_FOR (const struct effect, effect, &made->of) {
		const struct effect_verb *verb = verb_of(effect);

		if (verb && verb->again && add_back(out, effect, verb, &stops, err) < 0)
			return -1;
	}
	return 0;
}
