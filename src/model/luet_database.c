/* What luet's database says is installed. */
#include "model/luet_database.h"

#include <string.h>

#include "ext/yaml.h"

#define FILES "files:"

void luet_installed_init(struct luet_installed *p)
{
	*p = (struct luet_installed){.text = SPAN("")};
	luet_definition_init(&p->definition);
}

void luet_installed_drop(struct luet_installed *p)
{
	luet_definition_drop(&p->definition);
	texts_drop(&p->files);
}

static struct span line_of(struct span x)
{
	struct span line;

	span_split(&x, '\n', &line);
	return line;
}

/* A key of the package itself; "" where the line is none. */
static struct span key_of(struct span line)
{
	const char *colon = line.n ? memchr(line.s, ':', line.n) : NULL;

	if (!colon || !((line.s[0] | 0x20) >= 'a' && (line.s[0] | 0x20) <= 'z'))
		return SPAN("");
	return span_cut(line, 0, (size_t)(colon - line.s));
}

/* Its keys are sorted, but that the files come last: where one is before the one before it, behind an empty line, the next package has begun. */
bool luet_database_next(struct span *rest, struct span *package)
{
	struct span last = SPAN("");
	bool empty = false;
	size_t n = 0;

	while (span_starts(*rest, "\n") || span_starts(*rest, "---\n"))
		*rest = span_cut(*rest, line_of(*rest).n + 1, rest->n);
	while (n < rest->n) {
		struct span line = line_of(span_cut(*rest, n, rest->n)), key = key_of(line);

		if (span_is_text(line, "---") ||
			(key.n && last.n && empty && span_compare(key, last) <= 0 &&
				!span_is_text(key, "files")))
			break;
		if (key.n && !span_is_text(key, "files"))
			last = key;
		empty = !line.n;
		n += line.n + 1;
	}
	*package = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n, rest->n);
	return package->n;
}

/* Where the list of files begins. */
static size_t files_at(struct span x)
{
	size_t n = 0;

	while (n < x.n && !span_starts(span_cut(x, n, x.n), FILES))
		n += line_of(span_cut(x, n, x.n)).n + 1;
	return n < x.n ? n : x.n;
}

/* Such as the kernel could be given, without ".." or anything that is no part of a path. */
static bool is_path(struct span x)
{
	struct span rest = x, part;

	while (span_split(&rest, '/', &part))
		if (!part.n || span_is_text(part, ".") || span_is_text(part, ".."))
			return false;
	return x.n && x.n < 4096 && !memchr(x.s, 0, x.n) && !span_ends(x, "/");
}

static int read_files(struct span text, struct luet_installed *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;
	const struct yaml_pair *files;

	out->has_files = text.n;
	/* An empty list is printed so that it is no YAML. */
	if (!text.n || span_is_text(span_trim(span_cut(text, strlen(FILES), text.n)), "[]"))
		return 0;
	if (yaml_parse(text, &y, err) < 0)
		return -1;
	files = yaml_get(&y, "files");
	if (!files || (files->value.kind != YAML_LIST && !yaml_is_null(&files->value)))
		return err_set(err, ERR_INSTALLER, "files: must be a list");
	VEC_FOR (const struct yaml, one, &files->value.list) {
		struct span path = buf_span(&one->text);
		AUTO(buf) absolute = BUF_INIT;

		if (span_starts(path, "/"))
			path = span_cut(path, 1, path.n);
		if (one->kind != YAML_TEXT || !is_path(path))
			continue;
		buf_addf(&absolute, "/%.*s", SPAN_ARG(path));
		texts_add(&out->files, buf_span(&absolute));
	}
	return 0;
}

int luet_database_parse(struct span package, struct luet_installed *out, struct err *err)
{
	size_t at = files_at(package);

	if (package.n > LUET_DATABASE_ONE_MAX)
		return err_set(err, ERR_INSTALLER, "a package of more than %d MiB",
			LUET_DATABASE_ONE_MAX >> 20);
	out->text = span_cut(package, 0, at);
	if (luet_definition_parse(out->text, &out->definition, err) < 0)
		return -1;
	if (read_files(span_cut(package, at, package.n), out, err) == 0)
		return 0;
	err->code = ERR_INSTALLER;
	return err_at(err, "%s", out->definition.name.s);
}
