/* lint: what the commands of a script do. */
#include "model/lint_checks.h"

#include <string.h>

#include "model/lint_variables.h"

/* One command, as it is looked at. */
struct look {
	const struct lint_shell *s;
	const struct lint_variables *variables;
	const struct shell_command *c;
	const struct shell_command *next; /* that reads what it prints; NULL */
	struct span name;
	size_t first; /* the number of the argument that is the name */
};

#define ADD(l, id, ...) \
	lint_add((l)->s->out, (id), buf_span(&(l)->s->file->path), (l)->c->line, __VA_ARGS__)

static bool is_one(struct span x, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		if (span_is_text(x, names[i]))
			return true;
	return false;
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

bool lint_option(const struct shell_command *c, char letter, const char *word)
{
	VEC_FOR (const struct shell_word, w, &c->words) {
		struct span text = buf_span(&w->text);

		if (w->kind != SHELL_ARGUMENT || text.n < 2 || text.s[0] != '-')
			continue;
		if (letter && text.s[1] != '-' && memchr(text.s, letter, text.n))
			return true;
		if (word && (span_is_text(text, word) ||
				    (span_starts(text, word) && text.s[strlen(word)] == '=')))
			return true;
	}
	return false;
}

/* command -v NAME: only asks where it is. */
static bool asks(const struct shell_command *c, size_t at)
{
	const struct shell_word *w = shell_argument(c, at);

	return w &&
	       (span_is_text(buf_span(&w->text), "-v") || span_is_text(buf_span(&w->text), "-V"));
}

struct span lint_name(const struct shell_command *c, size_t *first)
{
	const struct shell_word *w;
	bool wrapped = false;

	for (*first = 0; (w = shell_argument(c, *first)) && *first < 8; (*first)++) {
		struct span text = buf_span(&w->text), base = lint_base(text);

		if (wrapped && (span_starts(text, "-") || memchr(text.s, '=', text.n)))
			continue;
		if (span_is_text(base, "command") && asks(c, *first + 1))
			return base;
		if (!is_one(base, NAMES("sudo", "env", "exec", "command", "nohup", "nice",
					  "busybox", "setsid", "time")))
			return base;
		wrapped = true;
	}
	*first = 0;
	return (w = shell_argument(c, 0)) ? lint_base(buf_span(&w->text)) : SPAN("");
}

/* --- The network ------------------------------------------------------------------------------------------ */

static const char *const fetchers[] = {"curl", "wget", "aria2c", "axel", NULL};
static const char *const shells[] = {
	"sh", "bash", "dash", "python", "python3", "perl", "ruby", "node", NULL};

static void look_at_fetch(const struct look *l)
{
	if (!is_one(l->name, fetchers))
		return;
	if (!(l->c->phases & SHELL_DOWNLOAD))
		ADD(l, "fetch-outside-download", "%.*s", SPAN_ARG(l->name));
	else if (l->s->is_rules && lint_files_get(l->s->files, "upstream_pack_url"))
		ADD(l, "needless-download", "%.*s, though there is an upstream_pack_url",
			SPAN_ARG(l->name));
	if (span_is_text(l->name, "curl") ? lint_option(l->c, 'k', "--insecure")
					  : lint_option(l->c, 0, "--no-check-certificate"))
		ADD(l, "unverified-tls", "%.*s is told to take any certificate", SPAN_ARG(l->name));
	VEC_FOR (const struct shell_word, w, &l->c->words)
		if (span_starts(buf_span(&w->text), "http://"))
			ADD(l, "http-in-rules", "%.*s",
				SPAN_ARG(span_cut(buf_span(&w->text), 0, 200)));
}

/* Whether a word holds a command that fetches. */
static bool fetches(struct span text)
{
	static const char *const begins[] = {"$(", "`", "<("};

	for (size_t i = 0; i < COUNT(begins); i++)
		for (size_t k = 0; fetchers[k]; k++) {
			AUTO(buf) begin = BUF_INIT;

			buf_addf(&begin, "%s%s ", begins[i], fetchers[k]);
			if (lint_contains(text, begin.s))
				return true;
		}
	return false;
}

static void look_at_run(const struct look *l)
{
	if (is_one(l->name, fetchers) && l->next) {
		size_t first;

		if (is_one(lint_name(l->next, &first), shells))
			ADD(l, "run-download", "what %.*s fetches is run as it comes",
				SPAN_ARG(l->name));
	}
	if (!is_one(l->name, NAMES("eval", "sh", "bash", "dash", ".", "source", "python3")))
		return;
	VEC_FOR (const struct shell_word, w, &l->c->words)
		if (fetches(buf_span(&w->text))) {
			ADD(l, "run-download", "%.*s of what is fetched", SPAN_ARG(l->name));
			return;
		}
}

/* --- Other programs --------------------------------------------------------------------------------------- */

/* A program, perhaps only with that word behind it, and what it is. */
static const struct {
	const char *name, *word, *id;
} programs[] = {
	{"apt", NULL, "package-manager"},
	{"apt-get", NULL, "package-manager"},
	{"aptitude", NULL, "package-manager"},
	{"gdebi", NULL, "package-manager"},
	{"dpkg", "-i", "package-manager"},
	{"dpkg", "--install", "package-manager"},
	{"dpkg", "--unpack", "package-manager"},
	{"dpkg", "-r", "package-manager"},
	{"dpkg", "--remove", "package-manager"},
	{"dpkg", "-P", "package-manager"},
	{"dpkg", "--purge", "package-manager"},
	{"dpkg", "--configure", "package-manager"},
	{"snap", "install", "package-manager"},
	{"flatpak", "install", "package-manager"},
	{"pip", "install", "package-manager"},
	{"pip3", "install", "package-manager"},
	{"npm", "install", "package-manager"},
	{"killall", NULL, "kills-by-name"},
	{"pkill", NULL, "kills-by-name"},
	{"killall5", NULL, "kills-by-name"},
	{"apt-key", NULL, "obsolete-program"},
	{"egrep", NULL, "obsolete-program"},
	{"fgrep", NULL, "obsolete-program"},
	{"tempfile", NULL, "obsolete-program"},
	{"which", NULL, "obsolete-program"},
	{"gksu", NULL, "obsolete-program"},
};

static void look_at_program(const struct look *l)
{
	const struct shell_word *written = shell_argument(l->c, 0);
	const struct shell_word *behind = shell_argument(l->c, l->first + 1);

	for (size_t i = 0; i < COUNT(programs); i++)
		if (span_is_text(l->name, programs[i].name) &&
			(!programs[i].word || (behind && span_is_text(buf_span(&behind->text),
								 programs[i].word))))
			ADD(l, programs[i].id, "%s%s%s", programs[i].name,
				programs[i].word ? " " : "",
				programs[i].word ? programs[i].word : "");
	if (written &&
		is_one(lint_base(buf_span(&written->text)), NAMES("sudo", "su", "pkexec", "doas")))
		ADD(l, "sudo", "%s", written->text.s);
}

static void look_at_cd(const struct look *l)
{
	if (span_is_text(l->name, "cd") && !l->c->guarded && !l->s->set_e)
		ADD(l, "unchecked-cd", "what comes next is done where it happens to stand");
}

/* --- Files ------------------------------------------------------------------------------------------------ */

/* "$x/…", where x may be empty: "/…" then. */
static bool may_be_root(const struct look *l, const struct shell_word *w)
{
	struct span text = buf_span(&w->text), name = lint_variable_name(text);
	const struct lint_variable *x = lint_variable(l->variables, name);
	size_t n = 1 + name.n;

	if (!name.n || w->literal)
		return false;
	if (text.s[1] == '{') /* ${x}/ stands as $x/: this one has an operator */
		return lint_contains(text, ":-}/") && !(x && x->root) &&
		       !span_is_text(name, "FARDEL_ROOT");
	if (n >= text.n || text.s[n] != '/' || is_one(name, NAMES("HOME", "TMPDIR", "PWD")))
		return false;
	if (name.n == 1 && name.s[0] >= '0' && name.s[0] <= '9')
		return !l->s->set_u;
	return x ? !x->filled && !x->root && x->times : true;
}

static void look_at_rm(const struct look *l)
{
	if (!span_is_text(l->name, "rm") ||
		!(lint_option(l->c, 'r', "--recursive") || lint_option(l->c, 'R', NULL)))
		return;
	VEC_FOR (const struct shell_word, w, &l->c->words)
		if (w->kind == SHELL_ARGUMENT && may_be_root(l, w))
			ADD(l, "rm-empty-variable", "%.*s",
				SPAN_ARG(span_cut(buf_span(&w->text), 0, 200)));
}

static bool is_octal(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] < '0' || x.s[i] > '7')
			return false;
	return x.n >= 3 && x.n <= 5;
}

static void judge_mode(const struct look *l, struct span mode)
{
	unsigned bits = 0;

	if (is_octal(mode)) {
		for (size_t i = 0; i < mode.n; i++)
			bits = bits * 8 + (unsigned)(mode.s[i] - '0');
		if (bits & 0002 && !(bits & 01000))
			ADD(l, "world-writable", "mode %.*s", SPAN_ARG(mode));
		if (bits & 06000)
			ADD(l, "makes-setuid", "mode %.*s", SPAN_ARG(mode));
		return;
	}
	if (lint_contains(mode, "a+w") || lint_contains(mode, "a+rw") ||
		lint_contains(mode, "o+w") || lint_contains(mode, "o+rw") ||
		lint_contains(mode, "go+w") || lint_contains(mode, "ugo+w"))
		ADD(l, "world-writable", "mode %.*s", SPAN_ARG(span_cut(mode, 0, 80)));
	if (lint_contains(mode, "u+s") || lint_contains(mode, "g+s") || span_is_text(mode, "+s"))
		ADD(l, "makes-setuid", "mode %.*s", SPAN_ARG(span_cut(mode, 0, 80)));
}

static void look_at_mode(const struct look *l)
{
	const struct shell_word *w, *value;
	bool installs = span_is_text(l->name, "install") || span_is_text(l->name, "mkdir");

	if (!installs && !span_is_text(l->name, "chmod"))
		return;
	for (size_t i = l->first + 1; i < 64 && (w = shell_argument(l->c, i)); i++) {
		struct span text = buf_span(&w->text);

		if (!installs && !span_starts(text, "-")) {
			judge_mode(l, text);
			return;
		}
		if (!installs)
			continue;
		value = shell_argument(l->c, i + 1);
		if (span_is_text(text, "-m") && value)
			judge_mode(l, buf_span(&value->text));
		else if (span_starts(text, "-m") || span_starts(text, "--mode="))
			judge_mode(l, span_cut(text, text.s[1] == 'm' ? 2 : 7, text.n));
	}
}

static bool is_home(const struct shell_word *w)
{
	struct span text = buf_span(&w->text);

	return span_starts(text, "/home/") || span_starts(text, "/root/") ||
	       span_is_text(text, "/home") || span_is_text(text, "/root") ||
	       (!w->quoted && span_starts(text, "~"));
}

static void look_at_homes(const struct look *l)
{
	bool writes = is_one(l->name, NAMES("cp", "mv", "ln", "rm", "mkdir", "rmdir", "touch",
					      "tee", "install", "chmod", "chown"));

	VEC_FOR (const struct shell_word, w, &l->c->words)
		if ((w->kind == SHELL_OUTPUT || (writes && w->kind == SHELL_ARGUMENT)) &&
			is_home(w))
			ADD(l, "writes-homes", "%.*s",
				SPAN_ARG(span_cut(buf_span(&w->text), 0, 200)));
}

/* The name behind one of the folders that installations stand in. */
static struct span installation_of(struct span text)
{
	static const char *const folders[] = {"/var/lib/puavo-pkg/packages/",
		"/var/lib/puavo-pkg/installed/", "/var/lib/puavo-pkg/available/",
		"/var/lib/fardel/packages/", "/var/lib/fardel/installed/",
		"/var/lib/fardel/available/"};

	for (size_t i = 0; i < COUNT(folders); i++) {
		const char *at = memmem(text.s, text.n, folders[i], strlen(folders[i]));
		struct span rest, name;

		if (!at)
			continue;
		rest = span_cut(text, (size_t)(at - text.s) + strlen(folders[i]), text.n);
		for (name = rest, name.n = 0;
			name.n < rest.n &&
			(rest.s[name.n] == '_' || strchr("+.-", rest.s[name.n]) ||
				(rest.s[name.n] >= 'a' && rest.s[name.n] <= 'z') ||
				(rest.s[name.n] >= '0' && rest.s[name.n] <= '9')) &&
			rest.s[name.n];
			name.n++)
			;
		return name;
	}
	return SPAN("");
}

static void look_at_folders(const struct look *l)
{
	VEC_FOR (const struct shell_word, w, &l->c->words) {
		struct span name = installation_of(buf_span(&w->text));

		if (name.n && !span_is(name, buf_span(&l->s->files->name)))
			ADD(l, "foreign-folder", "the folder of %.*s",
				SPAN_ARG(span_cut(name, 0, 80)));
		else if (name.n)
			ADD(l, "spelled-folder", "%.*s",
				SPAN_ARG(span_cut(buf_span(&w->text), 0, 200)));
	}
}

/* --- Other shells ----------------------------------------------------------------------------------------- */

static void look_at_shell(const struct look *l)
{
	static const char *const builtins[] = {"source", "pushd", "popd", "declare", "typeset",
		"let", "shopt", "mapfile", "readarray", "select", "caller", NULL};
	static const struct {
		const char *name;
		char letter;
	} options[] = {{"echo", 'e'}, {"read", 'p'}, {"read", 'a'}, {"read", 'n'}, {"export", 'f'},
		{"local", 'a'}, {"trap", 0}};

	if (!l->s->posix)
		return;
	if (is_one(l->name, builtins) && !l->first)
		ADD(l, "bashism", "%.*s", SPAN_ARG(l->name));
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct shell_word *w = shell_argument(l->c, 1);

		if (options[i].letter && span_is_text(l->name, options[i].name) && w &&
			!w->quoted && span_starts(buf_span(&w->text), "-") &&
			memchr(w->text.s, options[i].letter, w->text.n))
			ADD(l, "bashism", "%s -%c", options[i].name, options[i].letter);
	}
	VEC_FOR (const struct shell_word, w, &l->c->words) {
		if ((span_is_text(l->name, "[") || span_is_text(l->name, "test")) &&
			span_is_text(buf_span(&w->text), "=="))
			ADD(l, "bashism", "== in [ ]");
		if (!w->literal && (lint_contains(buf_span(&w->text), "$RANDOM") ||
					   lint_contains(buf_span(&w->text), "$BASH")))
			ADD(l, "bashism", "a variable of bash's");
	}
}

static void look_at_extras(const struct lint_shell *s)
{
	VEC_FOR (const struct shell_extra, x, &s->script->extras)
		if (s->posix)
			lint_add(s->out, "bashism", buf_span(&s->file->path), x->line, "%s",
				x->what);
}

static void (*const looks[])(const struct look *l) = {look_at_fetch, look_at_run, look_at_program,
	look_at_cd, look_at_rm, look_at_mode, look_at_homes, look_at_folders, look_at_shell};

void lint_commands(const struct lint_shell *s)
{
	AUTO(lint_variables) variables = LINT_VARIABLES_INIT;
	size_t n = s->script->commands.n;

	lint_variables(s->script, &variables);
	for (size_t i = 0; i < n; i++) {
		struct look l = {.s = s, .variables = &variables, .c = &s->script->commands.v[i]};

		l.next = l.c->piped && i + 1 < n ? l.c + 1 : NULL;
		l.name = lint_name(l.c, &l.first);
		for (size_t k = 0; k < COUNT(looks); k++)
			looks[k](&l);
	}
	look_at_extras(s);
}
