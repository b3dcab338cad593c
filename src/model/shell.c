/* A shell script as its commands. */
#include "model/shell.h"

#include <string.h>

#include "model/shell_read.h"

#define FUNCTIONS_MAX 200 /* that are told apart */
#define ROUNDS 8 /* of functions that call each other */

static void word_drop(struct shell_word *w)
{
	buf_drop(&w->text);
}

static void command_drop(struct shell_command *c)
{
	vec_drop_each(&c->words, word_drop);
}

static void function_drop(struct shell_function *f)
{
	buf_drop(&f->name);
}

void shell_script_drop(struct shell_script *s)
{
	vec_drop_each(&s->commands, command_drop);
	vec_drop_each(&s->functions, function_drop);
	vec_drop(&s->extras);
}

const struct shell_word *shell_argument(const struct shell_command *c, size_t nth)
{
	VEC_FOR (const struct shell_word, w, &c->words)
		if (w->kind == SHELL_ARGUMENT && !nth--)
			return w;
	return NULL;
}

unsigned shell_phase(struct span name)
{
	static const char *const names[] = {"download", "unpack", "configure", "unconfigure"};

	for (unsigned i = 0; i < COUNT(names); i++)
		if (span_is_text(name, names[i]))
			return 1U << i;
	return 0;
}

/* --- Commands -------------------------------------------------------------------------------------------- */

/* What is open: a brace, a parenthesis, an if, a loop, a case. */
struct open {
	char what; /* '{' '(' 'i' 'd' 'c' */
	size_t function; /* to go back to behind it */
	unsigned arm;
};

/* The commands of one level, up to the parenthesis that ends it. */
struct level {
	struct shell_reader *r;
	VEC(struct open) open;
	struct shell_command now; /* that is being read */
	bool has_name; /* an argument of it was read */
	bool condition; /* between if, while, until and their then or do */
	bool negated, alternative; /* behind !; behind || */
	bool reads; /* behind | */
	bool pattern; /* at the patterns of a case */
	bool skip_words; /* between case and in */
	unsigned patterns; /* the phases among those that were read */
	bool defines; /* between the parentheses of a function's name */
	size_t named; /* a function whose body is to come, from 1 on */
};

/* The command ends, by that operator; NULL: by a newline or the like. */
static void end_command(struct level *l, const char *op)
{
	bool chains = op && strcmp(op, "&&") == 0, either = op && strcmp(op, "||") == 0;
	bool pipes = op && op[0] == '|' && !either;
	struct shell_command *c = &l->now;

	if (c->words.n) {
		c->line = c->words.v[0].line;
		c->arm = l->r->arm;
		c->function = l->r->function;
		c->guarded = l->condition || l->negated || chains || either;
		c->chained = chains;
		c->piped = pipes;
		c->reads = l->reads;
		*vec_push(&l->r->out->commands) = *c;
		*c = (struct shell_command){0};
	}
	l->has_name = false;
	l->negated = false;
	l->reads = pipes;
	l->skip_words = false;
}

static void open_one(struct level *l, char what)
{
	struct open *o = vec_push(&l->open);

	*o = (struct open){what, l->r->function, l->r->arm};
	if (l->named && (what == '{' || what == '('))
		l->r->function = l->named;
	l->named = 0;
}

/* Back to before the innermost one of these, if there is one. */
static void close_one(struct level *l, char what)
{
	for (size_t i = l->open.n; i--;)
		if (l->open.v[i].what == what) {
			l->r->function = l->open.v[i].function;
			l->r->arm = l->open.v[i].arm;
			l->open.n = i;
			return;
		}
}

static bool in_case(const struct level *l)
{
	return l->open.n && l->open.v[l->open.n - 1].what == 'c';
}

/* A function of that name begins. */
static void name_function(struct level *l, struct span name)
{
	struct shell_script *out = l->r->out;

	l->named = 0;
	if (out->functions.n >= FUNCTIONS_MAX || !name.n)
		return;
	*vec_push(&out->functions) = (struct shell_function){BUF_INIT, shell_phase(name)};
	buf_set(&out->functions.v[out->functions.n - 1].name, name);
	l->named = out->functions.n;
}

/* Words that have a meaning where a command begins. */
enum reserved {
	WORD_IF,
	WORD_THEN,
	WORD_FI,
	WORD_LOOP,
	WORD_DO,
	WORD_DONE,
	WORD_CASE,
	WORD_ESAC,
	WORD_NOT,
	WORD_FUNCTION,
	WORD_OPEN,
	WORD_CLOSE
};
static const struct {
	const char *text;
	enum reserved meaning;
} reserved[] = {{"if", WORD_IF}, {"elif", WORD_IF}, {"then", WORD_THEN}, {"else", WORD_THEN},
	{"fi", WORD_FI}, {"while", WORD_LOOP}, {"until", WORD_LOOP}, {"do", WORD_DO},
	{"done", WORD_DONE}, {"case", WORD_CASE}, {"esac", WORD_ESAC}, {"!", WORD_NOT},
	{"function", WORD_FUNCTION}, {"{", WORD_OPEN}, {"}", WORD_CLOSE}};

static void take_reserved(struct level *l, enum reserved meaning)
{
	switch (meaning) {
	case WORD_IF: l->condition = true; break;
	case WORD_THEN: l->condition = false; break;
	case WORD_FI: break;
	case WORD_LOOP: l->condition = true; break;
	case WORD_DO: l->condition = false; break;
	case WORD_DONE: break;
	case WORD_CASE:
		open_one(l, 'c');
		l->skip_words = true;
		break;
	case WORD_ESAC:
		close_one(l, 'c');
		l->pattern = false;
		break;
	case WORD_NOT: l->negated = true; break;
	case WORD_FUNCTION: shell_extra(l->r, "function name"); break;
	case WORD_OPEN: open_one(l, '{'); break;
	case WORD_CLOSE: close_one(l, '{'); break;
	}
}

static bool is_assignment(struct span raw)
{
	size_t n = 0;

	while (n < raw.n && (raw.s[n] == '_' || (raw.s[n] >= 'a' && raw.s[n] <= 'z') ||
				    (raw.s[n] >= 'A' && raw.s[n] <= 'Z') ||
				    (n && raw.s[n] >= '0' && raw.s[n] <= '9')))
		n++;
	return n && n < raw.n &&
	       (raw.s[n] == '=' || (raw.s[n] == '+' && n + 1 < raw.n && raw.s[n + 1] == '='));
}

static void add_word(struct level *l, const struct shell_word *w, enum shell_kind kind)
{
	struct shell_word *added = vec_push(&l->now.words);

	*added = *w;
	added->kind = kind;
	l->has_name |= kind == SHELL_ARGUMENT;
}

/* A pattern of a case; `in` and the word before it come first. */
static void take_pattern(struct level *l, const struct shell_word *w)
{
	if (span_is_text(buf_span(&w->text), "esac") && !w->quoted)
		take_reserved(l, WORD_ESAC);
	else
		l->patterns |= shell_phase(buf_span(&w->text));
}

/* True: the word was one of the grammar's. */
static bool take_grammar(struct level *l, const struct shell_word *w)
{
	if (l->pattern) {
		take_pattern(l, w);
		return true;
	}
	if (l->skip_words) {
		if (span_is_text(buf_span(&w->text), "in")) {
			l->skip_words = false;
			l->pattern = true;
		}
		return true;
	}
	if (l->now.words.n || w->quoted)
		return false;
	for (size_t i = 0; i < COUNT(reserved); i++)
		if (span_is_text(buf_span(&w->text), reserved[i].text)) {
			take_reserved(l, reserved[i].meaning);
			return true;
		}
	return false;
}

static void take_word(struct level *l, struct shell_word *w, struct span raw)
{
	if (take_grammar(l, w)) {
		word_drop(w);
		return;
	}
	if (!l->has_name && is_assignment(raw)) {
		const char *plus = memmem(raw.s, raw.n, "+=", 2);

		if (plus && plus < (const char *)memchr(raw.s, '=', raw.n))
			shell_extra(l->r, "name+=text");
		add_word(l, w, SHELL_ASSIGNMENT);
	} else {
		if (!l->has_name && span_is_text(raw, "[["))
			shell_extra(l->r, "[[ ]]");
		add_word(l, w, SHELL_ARGUMENT);
	}
}

/* > FILE, << END and the like: what stands behind them. A word of digits before is no argument; it does no harm as one. */
static void take_redirection(struct level *l, struct span op)
{
	struct shell_word w;
	struct span raw, next;
	bool here = span_is_text(op, "<<") || span_is_text(op, "<<-");
	enum shell_token token;

	if (span_is_text(op, "<<<"))
		shell_extra(l->r, "<<< text");
	if (span_starts(op, "&>"))
		shell_extra(l->r, "&> file");
	token = shell_next(l->r, &next, &w, &raw);
	if (token == SHELL_OPERATOR && span_is_text(next, "(")) {
		shell_extra(l->r, "<(command)");
		open_one(l, '(');
	}
	if (token == SHELL_NEWLINE)
		end_command(l, NULL);
	if (token != SHELL_WORD)
		return;
	if (here) {
		struct span body = shell_heredoc(l->r, buf_span(&w.text), span_is_text(op, "<<-"));
		bool literal = w.quoted;

		buf_set(&w.text, body);
		w.literal = literal;
		add_word(l, &w, SHELL_HEREDOC);
	} else {
		add_word(l, &w, op.s[0] == '<' ? SHELL_INPUT : SHELL_OUTPUT);
	}
}

/* "(": of a function, an array, an arithmetic command, or a subshell. */
static void take_opening(struct level *l)
{
	struct shell_command *c = &l->now;
	struct shell_word *last = c->words.n ? &c->words.v[c->words.n - 1] : NULL;

	if (l->pattern)
		return;
	if (last && last->kind == SHELL_ASSIGNMENT) {
		shell_extra(l->r, "an array");
		open_one(l, '(');
	} else if (last && c->words.n == 1) {
		struct span name = buf_span(&last->text);

		name_function(l, name);
		l->defines = true;
		l->has_name = false;
		vec_drop_each(&c->words, word_drop);
	} else {
		if (l->r->at < l->r->text.n && l->r->text.s[l->r->at] == '(')
			shell_extra(l->r, "(( ))");
		end_command(l, NULL);
		open_one(l, '(');
	}
}

/* ")". False: it ends the level. */
static bool take_closing(struct level *l)
{
	if (l->pattern) {
		l->pattern = false;
		if (l->patterns)
			l->r->arm = l->patterns;
		l->patterns = 0;
		return true;
	}
	end_command(l, NULL);
	if (l->defines) {
		l->defines = false;
		return true;
	}
	for (size_t i = l->open.n; i--;)
		if (l->open.v[i].what == '(') {
			close_one(l, '(');
			return true;
		}
	return false;
}

/* False: the level has ended. */
static bool take_operator(struct level *l, struct span op)
{
	AUTO(buf) text = BUF_INIT;

	if (span_is_text(op, "("))
		take_opening(l);
	else if (span_is_text(op, ")"))
		return take_closing(l);
	else if (strchr("<>", op.s[0]) || span_starts(op, "&>"))
		take_redirection(l, op);
	else if (span_starts(op, ";;") || span_is_text(op, ";&")) {
		end_command(l, NULL);
		l->pattern = in_case(l);
		l->condition = false;
		if (l->open.n)
			l->r->arm = l->open.v[l->open.n - 1].arm;
	} else if (!l->pattern) {
		buf_add_span(&text, op);
		if (span_is_text(op, "|&"))
			shell_extra(l->r, "|& command");
		end_command(l, text.s);
	}
	return true;
}

static void read_commands(struct shell_reader *r)
{
	struct level l = {.r = r};
	size_t function = r->function;
	unsigned arm = r->arm;
	struct shell_word w;
	struct span op, raw;

	for (;;) {
		enum shell_token token = shell_next(r, &op, &w, &raw);

		if (token == SHELL_END)
			break;
		if (token == SHELL_WORD)
			take_word(&l, &w, raw);
		else if (token == SHELL_OPERATOR && !take_operator(&l, op))
			break;
		else if (token == SHELL_NEWLINE)
			end_command(&l, NULL);
	}
	end_command(&l, NULL);
	vec_drop(&l.open);
	r->function = function;
	r->arm = arm;
}

/* --- Phases ---------------------------------------------------------------------------------------------- */

static unsigned phases_of(const struct shell_script *s, const struct shell_command *c)
{
	if (c->arm)
		return c->arm;
	return c->function ? s->functions.v[c->function - 1].phases : SHELL_ANY;
}

/* Functions are done in the phases that they are called in. */
static bool spread(struct shell_script *s)
{
	bool changed = false;

	VEC_FOR (const struct shell_command, c, &s->commands) {
		const struct shell_word *name = shell_argument(c, 0);

		if (!name)
			continue;
		VEC_FOR (struct shell_function, f, &s->functions) {
			unsigned phases = f->phases | phases_of(s, c);

			if (phases == f->phases ||
				!span_is(buf_span(&f->name), buf_span(&name->text)))
				continue;
			f->phases = phases;
			changed = true;
		}
	}
	return changed;
}

void shell_parse(struct span text, struct shell_script *out)
{
	struct shell_reader r = {.text = text, .line = 1, .out = out, .commands = read_commands};

	while (r.at < text.n)
		read_commands(&r);
	for (int i = 0; i < ROUNDS && spread(out); i++)
		;
	/* What nothing in the script calls may be called by any phase: rules.sh does. */
	VEC_FOR (struct shell_function, f, &out->functions)
		f->phases = f->phases ? f->phases : SHELL_ANY;
	VEC_FOR (struct shell_command, c, &out->commands)
		c->phases = phases_of(out, c);
}
