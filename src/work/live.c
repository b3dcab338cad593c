/* fardel-live: stands in, within a stage, for the programs that ask something of the running system. It is called by their
 * names, notes what is asked (model/effects says where), and answers as they would as far as that can be known. */
#include "work/live.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "work/leaks.h"

#define USAGE 64

/* What is done with a call: noted, run by the real program, or both. */
enum way {
	NOTE, /* always */
	NOTE_UNLESS, /* an argument matches: then only the real one */
	NOTE_IF, /* an argument matches; else only the real one */
	NOTE_AND_RUN_UNLESS, /* as NOTE_UNLESS, but the real one runs always: it reaches the stage's own processes */
};

struct stand_in {
	const char *name, *file;
	int (*run)(const struct live *l); /* NULL: by what follows */
	enum way way;
	const char *const *patterns; /* of arguments, NULL-ended */
	const char *const *answers; /* those that want an answer, which there is not */
};

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The first argument that is no option; argc: none. */
static int first_word(const struct live *l)
{
	int i = 1;

	while (i < l->argc && l->argv[i][0] == '-')
		i++;
	return i;
}

static int run_udevadm(const struct live *l)
{
	static const char *const settle[] = {"udevadm", "settle"};
	int at = first_word(l);
	const char *command = at < l->argc ? l->argv[at] : "";

	/* How long it may take is no part of what is asked. */
	if (strcmp(command, "settle") == 0)
		return live_note(l, settle, COUNT(settle));
	if (strcmp(command, "control") == 0 || strcmp(command, "trigger") == 0)
		return live_note_call(l);
	return live_real(l, "udevadm", l->argv);
}

/* NAME VERB, from `at` on. */
static int run_service_verb(const struct live *l, int at)
{
	const char *words[] = {l->name, l->argv[at], l->argv[at + 1]};
	AUTO(buf) unit = BUF_INIT;
	AUTO(buf) path = BUF_INIT;

	if (strcmp(words[2], "status") == 0)
		return live_status(words[1]);
	live_unit_name(words[1], &unit);
	if (strcmp(words[2], "stop") != 0 && live_unit_find(unit.s, &path) == UNIT_NONE) {
		fprintf(stderr, "%s: %s: unrecognized service\n", l->name, words[1]);
		return strcmp(l->name, "service") == 0 ? 1 : 100;
	}
	return at + 2 == l->argc ? live_note(l, words, COUNT(words)) : live_note_call(l);
}

static int run_service(const struct live *l)
{
	if (l->argc < 3 || l->argv[1][0] == '-')
		return live_real(l, "service", l->argv);
	return run_service_verb(l, 1);
}

static int run_invoke(const struct live *l)
{
	int at = first_word(l);

	for (int i = 1; i < at; i++)
		if (strcmp(l->argv[i], "--query") == 0 || strcmp(l->argv[i], "--help") == 0)
			return live_real(l, "invoke-rc.d", l->argv);
	if (at + 2 > l->argc)
		return live_real(l, "invoke-rc.d", l->argv);
	return run_service_verb(l, at);
}

#define HELP "-h", "--help", "-V", "--version"
#define KMOD_LOOKS \
	"-n", "--dry-run", "--show", "-D", "--show-depends", "-c", "--showconfig", \
		"--show-config", "-R", "--resolve-alias", HELP

static const struct stand_in stand_ins[] = {
	{"apparmor_parser", "apparmor_parser", NULL, NOTE_UNLESS,
		LIST("-N", "--names", "-S", "--stdout", "-Q", "--skip-kernel-load", "-p",
			"--preprocess", HELP),
		NULL},
	{"busctl", "busctl", NULL, NOTE_IF, LIST("call", "emit", "set-property"), LIST("call")},
	{"dbus-send", "dbus-send", NULL, NOTE_IF, LIST("--system"), LIST("--print-reply*")},
	{"gdbus", "gdbus", NULL, NOTE_IF, LIST("--system", "-y"),
		LIST("call", "introspect", "wait")},
	{"halt", "systemctl", NULL, NOTE_UNLESS, LIST("--help"), NULL},
	{"initctl", "initctl", NULL, NOTE_UNLESS, LIST(HELP), LIST("list", "status", "version")},
	{"insmod", "kmod", NULL, NOTE_UNLESS, LIST(HELP), NULL},
	{"invoke-rc.d", "invoke-rc.d", run_invoke, NOTE, NULL, NULL},
	{"killall", "killall", NULL, NOTE_AND_RUN_UNLESS, LIST("-0", "-l", "--list", HELP), NULL},
	{"modprobe", "kmod", NULL, NOTE_UNLESS, LIST(KMOD_LOOKS), NULL},
	{"pgrep", "pgrep", live_pgrep, NOTE, NULL, NULL},
	{"pidof", "killall5", live_pidof, NOTE, NULL, NULL},
	{"pkill", "pgrep", NULL, NOTE_AND_RUN_UNLESS, LIST("-0", HELP), NULL},
	{"poweroff", "systemctl", NULL, NOTE_UNLESS, LIST("--help"), NULL},
	{"reboot", "systemctl", NULL, NOTE_UNLESS, LIST("--help"), NULL},
	{"rmmod", "kmod", NULL, NOTE_UNLESS, LIST(HELP), NULL},
	{"service", "service", run_service, NOTE, NULL, NULL},
	{"shutdown", "systemctl", NULL, NOTE_UNLESS, LIST("--help"), NULL},
	{"sysctl", "sysctl", NULL, NOTE_IF,
		LIST("*=*", "-w", "--write", "-p*", "--load*", "-f", "--system"), NULL},
	{"systemctl", "systemctl", live_systemctl, NOTE, NULL, NULL},
	{"telinit", "systemctl", NULL, NOTE_UNLESS, LIST("--help"), NULL},
	{"udevadm", "udevadm", run_udevadm, NOTE, NULL, NULL},
};

static bool any_matches(const struct live *l, const char *const *patterns)
{
	for (; patterns && *patterns; patterns++)
		for (int i = 1; i < l->argc; i++)
			if (fnmatch(*patterns, l->argv[i], 0) == 0)
				return true;
	return false;
}

static int run(const struct stand_in *s, const struct live *l)
{
	bool matches = any_matches(l, s->patterns);
	int status;

	if ((s->way == NOTE_IF) != matches && s->way != NOTE)
		return live_real(l, s->file, l->argv);
	status = live_note_call(l);
	if (status == 0 && s->way == NOTE_AND_RUN_UNLESS)
		return live_real(l, s->file, l->argv);
	if (status == 0 && any_matches(l, s->answers)) {
		fprintf(stderr, "%s: nothing answers before the commit\n", l->name);
		return 1;
	}
	return status;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Called by another name of the file that it stands in for (lsmod): the real one. */
static int run_other(const struct live *l)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n < 0 ? 0 : n] = '\0';
	if (!self[0] || strcmp(last_part(self), "fardel-live") == 0) {
		fputs("fardel-live is run by fardel, by the names of other programs\n", stderr);
		return USAGE;
	}
	return live_real(l, last_part(self), l->argv);
}

int main(int argc, char **argv)
{
	struct live l = {last_part(argc > 0 ? argv[0] : ""), argv, argc};
	int status;

	for (size_t i = 0; i < COUNT(stand_ins); i++)
		if (strcmp(stand_ins[i].name, l.name) == 0) {
			const struct stand_in *s = &stand_ins[i];

			status = s->run ? s->run(&l) : run(s, &l);
			return fflush(stdout) != 0 && status == 0 ? 1 : status;
		}
	return run_other(&l);
}
