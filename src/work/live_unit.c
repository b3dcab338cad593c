/* Which units there are, by their files: what systemctl answers without asking systemd. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "work/live.h"

/* In systemd's order. */
static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};

static const char *const filed[] = {".service", ".socket", ".target", ".timer", ".path"};
static const char *const made[] = {".mount", ".automount", ".swap", ".slice", ".scope", ".device"};

static bool ends_in(const char *name, const char *const *of, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_ends(span_of(name), of[i]))
			return true;
	return false;
}

void live_unit_name(const char *given, struct buf *out)
{
	buf_sets(out, given);
	if (!ends_in(given, filed, COUNT(filed)) && !ends_in(given, made, COUNT(made)))
		buf_adds(out, ".service");
}

bool live_is_booted(void)
{
	struct stat st;

	return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode);
}

/* A masked unit leads to /dev/null, or is empty. */
static enum live_unit look(const char *folder, const char *name, struct buf *path)
{
	AUTO(buf) file = buf_of(folder);
	struct stat st;

	buf_add_path(&file, name);
	if (stat(file.s, &st) < 0 || S_ISDIR(st.st_mode))
		return UNIT_NONE;
	buf_set(path, buf_span(&file));
	return !S_ISREG(st.st_mode) || st.st_size == 0 ? UNIT_MASKED : UNIT_THERE;
}

static enum live_unit look_all(const char *name, struct buf *path)
{
	enum live_unit found = UNIT_NONE;

	for (size_t i = 0; found == UNIT_NONE && i < COUNT(folders); i++)
		found = look(folders[i], name, path);
	return found;
}

/* "a@b.service" is made of "a@.service". */
static bool template_of(const char *unit, struct buf *out)
{
	const char *at = strchr(unit, '@');
	const char *dot = strrchr(unit, '.');

	if (!at || !dot || dot < at)
		return false;
	buf_set(out, (struct span){unit, (size_t)(at + 1 - unit)});
	buf_adds(out, dot);
	return true;
}

static enum live_unit look_for_script(const char *unit, struct buf *path)
{
	AUTO(buf) script = buf_of("/etc/init.d");
	struct span name = span_of(unit);
	struct stat st;

	if (!span_ends(name, ".service"))
		return UNIT_NONE;
	buf_addc(&script, '/');
	buf_add_span(&script, span_cut(name, 0, name.n - strlen(".service")));
	if (stat(script.s, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return UNIT_NONE;
	buf_set(path, buf_span(&script));
	return UNIT_THERE;
}

enum live_unit live_unit_find(const char *unit, struct buf *path)
{
	AUTO(buf) template = BUF_INIT;
	enum live_unit found;

	if (strchr(unit, '/'))
		return UNIT_NONE;
	found = look_all(unit, path);
	if (found == UNIT_NONE && template_of(unit, &template))
		found = look_all(template.s, path);
	if (found == UNIT_NONE && ends_in(unit, made, COUNT(made))) {
		buf_clear(path);
		found = UNIT_THERE;
	}
	return found == UNIT_NONE ? look_for_script(unit, path) : found;
}

int live_start(const struct live *l, const char *verb, const char *unit)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	const char *words[] = {"systemctl", verb, unit};

	live_unit_name(unit, &name);
	switch (live_unit_find(name.s, &path)) {
	case UNIT_NONE:
		fprintf(stderr, "Failed to %s %s: Unit %s not found.\n", verb, name.s, name.s);
		return 5;
	case UNIT_MASKED:
		fprintf(stderr, "Failed to %s %s: Unit %s is masked.\n", verb, name.s, name.s);
		return 1;
	case UNIT_THERE: break;
	}
	return live_note(l, words, COUNT(words));
}

int live_status(const char *unit)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	enum live_unit found;
	bool started;

	live_unit_name(unit, &name);
	found = live_unit_find(name.s, &path);
	if (found == UNIT_NONE) {
		fprintf(stderr, "Unit %s could not be found.\n", name.s);
		return 4;
	}
	started = live_is_started(name.s);
	printf("* %s\n     Loaded: %s (%s)\n     Active: %s\n", name.s,
		found == UNIT_MASKED ? "masked" : "loaded", path.s,
		started ? "active (running)" : "inactive (dead)");
	return started ? 0 : 3;
}
