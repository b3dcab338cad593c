/* systemctl in a stage. What changes files is carried out by the real one, which needs no systemd for that; what is asked of
 * systemd is noted; what systemd would have to be asked about is answered as far as files and what was noted tell. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work/live_call.h"

#define FILE_NAME "systemctl"

/* --- Files: the real one, offline -------------------------------------------------------------------------- */

/* What it is called with: ours, told that it is about files only, and that nothing is to be started. */
static char **offline(const struct live_call *c)
{
	static char root[] = "--root=/";
	char **argv = mem_zero((size_t)c->live->argc + 2, sizeof(argv[0]));
	size_t n = 0;

	argv[n++] = c->live->argv[0];
	argv[n++] = root;
	for (int i = 1; i < c->live->argc; i++)
		if (strcmp(c->live->argv[i], "--now") != 0)
			argv[n++] = c->live->argv[i];
	return argv;
}

/* The verb that --now adds to another. */
static const char *now_verb(const char *verb)
{
	return strcmp(verb, "disable") == 0 || strcmp(verb, "mask") == 0 ? "stop" : "start";
}

static int do_files(const struct live_call *c, const char *verb)
{
	AUTO_FREE char **argv = offline(c);
	const char *reload[] = {"systemctl", "daemon-reload"};
	int status;

	/* In /run, which is not the system's here. */
	if (live_call_has(c, OPTION_RUNTIME))
		return live_note_call(c->live);
	status = live_real_wait(c->live, FILE_NAME, argv);
	if (status == 0 && !live_call_has(c, OPTION_NO_RELOAD) && !live_call_has(c, OPTION_USER))
		status = live_note(c->live, reload, COUNT(reload));
	for (char **unit = c->words; status == 0 && live_call_has(c, OPTION_NOW) && *unit; unit++) {
		const char *slash = strrchr(*unit, '/');
		const char *words[] = {"systemctl", now_verb(verb), slash ? slash + 1 : *unit};

		status = live_note(c->live, words, COUNT(words));
	}
	return status;
}

static int do_look_at_files(const struct live_call *c, const char *verb UNUSED)
{
	AUTO_FREE char **argv = offline(c);

	return live_real(c->live, FILE_NAME, argv);
}

/* --- What is noted ------------------------------------------------------------------------------------------ */

static int do_note(const struct live_call *c, const char *verb UNUSED)
{
	return live_note_call(c->live);
}

/* Of the manager: without the options that change nothing. */
static int do_reload(const struct live_call *c, const char *verb)
{
	const char *words[] = {"systemctl", verb};

	return live_call_has(c, OPTION_ANOTHER) || *c->words
		       ? live_note_call(c->live)
		       : live_note(c->live, words, COUNT(words));
}

static bool is_pattern(const char *unit)
{
	return strpbrk(unit, "*?[") != NULL;
}

static int no_units(void)
{
	fputs("Too few arguments.\n", stderr);
	return 1;
}

/* The first failure counts, and the others are asked all the same: as the real one does. */
static int do_start(const struct live_call *c, const char *verb)
{
	int status = 0;

	if (!*c->words && !live_call_has(c, OPTION_ANOTHER))
		return no_units();
	if (live_call_has(c, OPTION_ANOTHER))
		return live_note_call(c->live);
	for (char **unit = c->words; *unit; unit++) {
		const char *words[] = {"systemctl", verb, *unit};
		int one = is_pattern(*unit) ? live_note(c->live, words, COUNT(words))
					    : live_start(c->live, verb, *unit);

		if (status == 0)
			status = one;
	}
	return status;
}

/* What runs may have no file any more. */
static int do_stop(const struct live_call *c, const char *verb)
{
	int status = 0;

	if (!*c->words && strcmp(verb, "stop") == 0)
		return no_units();
	if (live_call_has(c, OPTION_ANOTHER) || !*c->words)
		return live_note_call(c->live);
	for (char **unit = c->words; *unit && status == 0; unit++) {
		const char *words[] = {"systemctl", verb, *unit};

		status = live_note(c->live, words, COUNT(words));
	}
	return status;
}

/* --- What is answered --------------------------------------------------------------------------------------- */

static int do_is_active(const struct live_call *c, const char *verb)
{
	bool failed = strcmp(verb, "is-failed") == 0;
	int status = failed ? 1 : 3;

	if (!*c->words)
		return no_units();
	for (char **unit = c->words; *unit; unit++) {
		AUTO(buf) name = BUF_INIT;
		bool started;

		live_unit_name(*unit, &name);
		started = live_is_started(name.s);
		if (!live_call_has(c, OPTION_QUIET))
			puts(started ? "active" : "inactive");
		if (started && !failed)
			status = 0;
	}
	return status;
}

static int do_is_running(const struct live_call *c, const char *verb UNUSED)
{
	bool booted = live_is_booted();

	if (!live_call_has(c, OPTION_QUIET))
		puts(booted ? "running" : "offline");
	return booted ? 0 : 1;
}

static int do_status(const struct live_call *c, const char *verb UNUSED)
{
	int status = 0;

	for (char **unit = c->words; *unit; unit++) {
		int one = live_status(*unit);

		if (status == 0)
			status = one;
	}
	return status;
}

static bool is_wanted(const struct live_call *c, const char *property)
{
	for (size_t i = 0; i < c->properties.n; i++) {
		struct span rest = span_of(c->properties.v[i]), name;

		while (span_split(&rest, ',', &name))
			if (span_is_text(name, property))
				return true;
	}
	return c->properties.n == 0;
}

static void show_property(const struct live_call *c, const char *property, const char *value)
{
	if (is_wanted(c, property))
		printf("%s%s%s\n", live_call_has(c, OPTION_VALUE) ? "" : property,
			live_call_has(c, OPTION_VALUE) ? "" : "=", value);
}

static void show(const struct live_call *c, const char *unit)
{
	static const char *const loads[] = {"not-found", "masked", "loaded"};
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	bool started;

	live_unit_name(unit, &name);
	started = live_is_started(name.s);
	show_property(c, "MainPID", "0");
	show_property(c, "Id", name.s);
	show_property(c, "LoadState", loads[live_unit_find(name.s, &path)]);
	show_property(c, "ActiveState", started ? "active" : "inactive");
	show_property(c, "FragmentPath", path.s);
	show_property(c, "SubState", started ? "running" : "dead");
}

static int do_show(const struct live_call *c, const char *verb UNUSED)
{
	for (char **unit = c->words; *unit; unit++)
		show(c, *unit);
	return 0;
}

static int no_file(const char *unit)
{
	fprintf(stderr, "No files found for %s.\n", unit);
	return 1;
}

static int cat(const char *path)
{
	char bytes[4096];
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	printf("# %s\n", path);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		fwrite(bytes, 1, n, stdout);
	fclose(file);
	return 0;
}

/* The real one would ask systemd where they are. */
static int do_cat(const struct live_call *c, const char *verb UNUSED)
{
	int status = 0;

	if (!*c->words)
		return no_units();
	for (char **unit = c->words; *unit; unit++) {
		AUTO(buf) name = BUF_INIT;
		AUTO(buf) path = BUF_INIT;

		live_unit_name(*unit, &name);
		if (live_unit_find(name.s, &path) != UNIT_NONE && path.n)
			status |= cat(path.s);
		else
			status |= no_file(name.s);
	}
	return status;
}

/* Nothing runs that could be listed. */
static int do_nothing(const struct live_call *c UNUSED, const char *verb UNUSED)
{
	return 0;
}

static const struct verb {
	const char *word;
	int (*run)(const struct live_call *c, const char *word);
} verbs[] = {
	{"start", do_start},
	{"restart", do_start},
	{"reload", do_start},
	{"try-restart", do_start},
	{"condrestart", do_start},
	{"reload-or-restart", do_start},
	{"reload-or-try-restart", do_start},
	{"try-reload-or-restart", do_start},
	{"force-reload", do_start},
	{"condreload", do_start},
	{"stop", do_stop},
	{"condstop", do_stop},
	{"reset-failed", do_stop},
	{"daemon-reload", do_reload},
	{"daemon-reexec", do_reload},
	{"is-active", do_is_active},
	{"check", do_is_active},
	{"is-failed", do_is_active},
	{"is-system-running", do_is_running},
	{"status", do_status},
	{"show", do_show},
	{"show-environment", do_nothing},
	{"list-automounts", do_nothing},
	{"list-jobs", do_nothing},
	{"list-machines", do_nothing},
	{"list-paths", do_nothing},
	{"list-sockets", do_nothing},
	{"list-timers", do_nothing},
	{"list-units", do_nothing},
	{"add-requires", do_files},
	{"add-wants", do_files},
	{"disable", do_files},
	{"edit", do_files},
	{"enable", do_files},
	{"link", do_files},
	{"mask", do_files},
	{"preset", do_files},
	{"preset-all", do_files},
	{"reenable", do_files},
	{"revert", do_files},
	{"set-default", do_files},
	{"unmask", do_files},
	{"cat", do_cat},
	{"get-default", do_look_at_files},
	{"help", do_look_at_files},
	{"is-enabled", do_look_at_files},
	{"list-dependencies", do_look_at_files},
	{"list-unit-files", do_look_at_files},
	{"bind", do_note},
	{"cancel", do_note},
	{"clean", do_note},
	{"default", do_note},
	{"emergency", do_note},
	{"exit", do_note},
	{"freeze", do_note},
	{"halt", do_note},
	{"hibernate", do_note},
	{"hybrid-sleep", do_note},
	{"import-environment", do_note},
	{"isolate", do_note},
	{"kexec", do_note},
	{"kill", do_note},
	{"log-level", do_note},
	{"log-target", do_note},
	{"mount-image", do_note},
	{"poweroff", do_note},
	{"reboot", do_note},
	{"rescue", do_note},
	{"service-log-level", do_note},
	{"service-log-target", do_note},
	{"service-watchdogs", do_note},
	{"set-environment", do_note},
	{"set-property", do_note},
	{"sleep", do_note},
	{"soft-reboot", do_note},
	{"suspend", do_note},
	{"suspend-then-hibernate", do_note},
	{"switch-root", do_note},
	{"thaw", do_note},
	{"unset-environment", do_note},
};

static const struct verb *verb_of(const char *word)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (strcmp(verbs[i].word, word) == 0)
			return &verbs[i];
	return NULL;
}

static bool is_about_files(const struct verb *verb)
{
	return verb->run == do_files || verb->run == do_look_at_files || verb->run == do_cat;
}

int live_systemctl(const struct live *l)
{
	AUTO(live_call) c = {.live = l};
	const struct verb *verb;
	const char *word;

	if (live_call_parse(l, &c, &word) < 0)
		return 1;
	if (live_call_has(&c, OPTION_REAL))
		return live_real(l, FILE_NAME, l->argv);
	if (live_call_has(&c, OPTION_REMOTE))
		return live_note_call(l);
	verb = verb_of(word);
	if (!verb) {
		fprintf(stderr, "Unknown command verb %s.\n", word);
		return 1;
	}
	if (live_call_has(&c, OPTION_USER) && !is_about_files(verb)) {
		fputs("Failed to connect to bus: No medium found\n", stderr);
		return 1;
	}
	return verb->run(&c, word);
}
