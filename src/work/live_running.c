/* pgrep and pidof in a stage: they answer from the list of what runs on the system that the stage is made of. */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/effects.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/running.h"
#include "work/live.h"

struct process_line {
	struct span pid, uid, name, line;
};

/* What is looked for. */
struct search {
	bool exact, full, count, quiet, names, lines, one, newest, caseless, inverted;
	const char *users; /* "root,1000"; NULL: anybody's */
	regex_t pattern;
	bool any; /* without a pattern */
};

static bool split_line(struct span *rest, struct process_line *out)
{
	struct span line, words;

	if (!span_split(rest, '\n', &line) || !span_split(&line, '\t', &words))
		return false;
	out->line = line;
	return span_split(&words, ' ', &out->pid) && span_split(&words, ' ', &out->uid) &&
	       (out->name = words, true);
}

/* Of a name, as /etc/passwd has it: a static program has no other way. */
static bool is_user(const char *user, struct span uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;
	char number[24];
	bool found = span_is_text(uid, user);

	while (file && !found && (entry = fgetpwent(file))) {
		snprintf(number, sizeof(number), "%u", (unsigned)entry->pw_uid);
		found = strcmp(entry->pw_name, user) == 0 && span_is_text(uid, number);
	}
	if (file)
		fclose(file);
	return found;
}

static bool is_of(const char *users, struct span uid)
{
	struct span rest = span_of(users), user;

	while (span_split(&rest, ',', &user)) {
		AUTO(buf) name = BUF_INIT;

		buf_add_span(&name, user);
		if (is_user(name.s, uid))
			return true;
	}
	return false;
}

static bool is_found(const struct search *s, const struct process_line *p)
{
	AUTO(buf) text = BUF_INIT;
	bool matches;

	if (s->users && !is_of(s->users, p->uid))
		return false;
	buf_add_span(&text, s->full ? p->line : p->name);
	matches = s->any || regexec(&s->pattern, text.s, 0, NULL, 0) == 0;
	return matches != s->inverted;
}

static void print(const struct search *s, const struct process_line *p)
{
	if (s->count || s->quiet)
		return;
	if (s->lines)
		printf("%.*s %.*s\n", SPAN_ARG(p->pid), SPAN_ARG(p->line));
	else if (s->names)
		printf("%.*s %.*s\n", SPAN_ARG(p->pid), SPAN_ARG(p->name));
	else
		printf("%.*s\n", SPAN_ARG(p->pid));
}

/* 0 where something was found, else 1. */
static int look(const struct search *s, struct span list)
{
	struct process_line p, last;
	size_t found = 0;

	while (list.n && split_line(&list, &p)) {
		if (!is_found(s, &p))
			continue;
		last = p;
		if (found++ == 0 && s->one)
			break;
		if (!s->newest && !s->one)
			print(s, &p);
	}
	if (found && (s->newest || s->one))
		print(s, &last);
	if (s->count)
		printf("%zu\n", s->newest || s->one ? (size_t)(found > 0) : found);
	return found ? 0 : 1;
}

static bool compile(struct search *s, const char *pattern)
{
	AUTO(buf) text = BUF_INIT;

	s->any = !*pattern;
	buf_addf(&text, s->exact ? "^(%s)$" : "%s", pattern);
	return s->any || regcomp(&s->pattern, text.s,
				 REG_EXTENDED | REG_NOSUB | (s->caseless ? REG_ICASE : 0)) == 0;
}

/* False for what we do not know: the real one says what it makes of it. */
static bool set_option(struct search *s, int option, const char *value)
{
	switch (option) {
	case 'x': return s->exact = true;
	case 'f': return s->full = true;
	case 'c': return s->count = true;
	case 'q': return s->quiet = true;
	case 'l': return s->names = true;
	case 'a': return s->lines = true;
	case 'i': return s->caseless = true;
	case 'v': return s->inverted = true;
	case 'o': return s->one = true; /* lower numbers are older, but for those that began anew */
	case 'n': return s->newest = true;
	case 'u':
	case 'U': s->users = value; return true;
	default: return false;
	}
}

static const struct option long_options[] = {{"exact", no_argument, NULL, 'x'},
	{"full", no_argument, NULL, 'f'}, {"count", no_argument, NULL, 'c'},
	{"quiet", no_argument, NULL, 'q'}, {"list-name", no_argument, NULL, 'l'},
	{"list-full", no_argument, NULL, 'a'}, {"ignore-case", no_argument, NULL, 'i'},
	{"inverse", no_argument, NULL, 'v'}, {"oldest", no_argument, NULL, 'o'},
	{"newest", no_argument, NULL, 'n'}, {"euid", required_argument, NULL, 'u'},
	{"uid", required_argument, NULL, 'U'}, {NULL, 0, NULL, 0}};

/* The list; false: there is none, the real program sees what it can. */
static bool load(struct buf *list)
{
	struct err ignored = ERR_INIT;
	AUTO_FD fd = open(EFFECTS_PROCESSES, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && file_read_fd(fd, RUNNING_MAX, list, &ignored) == 0;
}

int live_pgrep(const struct live *l)
{
	struct search s = {.any = true};
	AUTO(buf) list = BUF_INIT;
	AUTO_FREE char **argv = mem_zero((size_t)l->argc + 1, sizeof(*argv));
	bool known = true;
	int option;

	memcpy(argv, l->argv, (size_t)l->argc * sizeof(*argv));
	opterr = 0;
	while ((option = getopt_long(l->argc, argv, "xfcqlaivonu:U:", long_options, NULL)) != -1)
		known &= set_option(&s, option, optarg);
	if (!known || optind + 1 < l->argc || (optind == l->argc && !s.users) || !load(&list) ||
		!compile(&s, optind < l->argc ? argv[optind] : ""))
		return live_real(l, "pgrep", l->argv);
	return look(&s, buf_span(&list));
}

/* The program's name: of the command line's first word, without its folder; scripts have it in the second one. */
static bool is_program(const struct process_line *p, const char *name)
{
	struct span rest = p->line, word;

	for (int i = 0; i < 2 && span_split(&rest, ' ', &word); i++) {
		const char *slash = memrchr(word.s, '/', word.n);
		struct span last =
			slash ? span_cut(word, (size_t)(slash - word.s) + 1, word.n) : word;

		if (span_is_text(last, name) || span_is_text(word, name))
			return true;
	}
	return span_is_text(p->name, name);
}

int live_pidof(const struct live *l)
{
	AUTO(buf) list = BUF_INIT;
	bool one = false, quiet = false, found = false;
	int at = 1;

	for (; at < l->argc && l->argv[at][0] == '-'; at++) {
		one |= strcmp(l->argv[at], "-s") == 0;
		quiet |= strcmp(l->argv[at], "-q") == 0;
	}
	if (at == l->argc || !load(&list))
		return live_real(l, "killall5", l->argv);
	for (; at < l->argc; at++) {
		struct span rest = buf_span(&list);
		struct process_line p;

		while (rest.n && !(one && found) && split_line(&rest, &p)) {
			if (!is_program(&p, l->argv[at]))
				continue;
			if (!quiet)
				printf("%s%.*s", found ? " " : "", SPAN_ARG(p.pid));
			found = true;
		}
	}
	if (found && !quiet)
		putchar('\n');
	return found ? 0 : 1;
}
