/* lint: whether Debian has programs of the names that rules make, as far as this machine knows. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/lint.h"
#include "store/dpkg.h"
#include "sys/fd.h"
#include "sys/file.h"

#define LISTS "/var/lib/apt/lists"

static void add(const struct lint_made *m, const char *package, struct lint *out)
{
	lint_add(out, "debian-name", buf_span(&m->file), m->line, "%s is %s's", m->path.s, package);
}

static int ask_dpkg(struct engine *e, struct lint *out, struct texts *used, struct err *err)
{
	AUTO(owners) owners = OWNERS_INIT;
	AUTO(texts) paths = {0};
	int there;

	VEC_FOR (const struct lint_made, m, &out->made)
		texts_add(&paths, buf_span(&m->path));
	there = dpkg_owners(&e->place, &paths, NULL, false, &owners, err);
	if (there <= 0)
		return there;
	owners_sort(&owners);
	texts_add(used, SPAN("/var/lib/dpkg"));
	VEC_FOR (const struct lint_made, m, &out->made) {
		size_t n;
		const struct owner *owner = owners_get(&owners, buf_span(&m->path), &n);

		if (n && (owner->kind == OWNER_DPKG || owner->kind == OWNER_DIVERTED_FROM))
			add(m, owner->name.s, out);
	}
	return 0;
}

/* A line of Contents: PATH, blanks, SECTION/PACKAGE[,…]; paths without the slash. */
static void hold(struct span line, struct lint *out)
{
	struct span path = line, packages;
	size_t n = line.n;

	while (n && line.s[n - 1] != ' ' && line.s[n - 1] != '\t')
		n--;
	packages = span_cut(line, n, line.n);
	path = span_trim(span_cut(line, 0, n));
	VEC_FOR (const struct lint_made, m, &out->made) {
		AUTO(buf) package = BUF_INIT;
		struct span rest = packages, first, part;

		if (!span_is_text(path, m->path.s + 1) || !span_split(&rest, ',', &first))
			continue;
		while (span_split(&first, '/', &part))
			buf_set(&package, part);
		add(m, package.s, out);
	}
}

/* Only the lines of programs are looked at closely: such a list has some millions. */
static int read_contents(int fd, struct lint *out, struct err *err)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (!in)
		return err_sys(err, "read");
	while ((n = getline(&line, &room, in)) > 0) {
		struct span x = span_trim((struct span){line, (size_t)n});

		if (span_starts(x, "usr/bin/") || span_starts(x, "bin/") ||
			span_starts(x, "usr/sbin/") || span_starts(x, "sbin/") ||
			span_starts(x, "usr/games/"))
			hold(x, out);
	}
	free(line);
	n = ferror(in) ? err_sys(err, "read") : 0;
	fclose(in);
	return (int)n;
}

/* Those that apt keeps as they are; what it keeps compressed is not read. */
static bool is_contents(const char *name)
{
	return strstr(name, "_Contents-") && !strchr(strstr(name, "_Contents-"), '.');
}

static int ask_apt(struct engine *e, struct lint *out, struct texts *used, struct err *err)
{
	int folder = file_open_within(e->place.root.s, LISTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;
	int result = 0;

	if (folder >= 0 && !dir)
		fd_drop(&folder);
	while (dir && result == 0 && (entry = readdir(dir))) {
		int fd = -1;

		if (is_contents(entry->d_name))
			fd = openat(folder, entry->d_name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		texts_add(used, span_of(entry->d_name));
		result = read_contents(fd, out, err);
		if (result < 0)
			err_at(err, LISTS "/%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return result;
}

int lint_ask_debian(struct engine *e, struct lint *out, struct texts *used, struct err *err)
{
	size_t before = out->of.n;

	if (!out->made.n)
		return 0;
	if (ask_dpkg(e, out, used, err) < 0)
		return -1;
	/* What is installed says more than what could be. */
	return out->of.n > before ? 0 : ask_apt(e, out, used, err);
}
