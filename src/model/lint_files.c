/* The files of an installer, as lint is given them. */
#include "model/lint.h"

#include "model/facts.h"

static void file_drop(struct lint_file *f)
{
	buf_drop(&f->path);
	buf_drop(&f->text);
}

void lint_files_drop(struct lint_files *f)
{
	buf_drop(&f->name);
	vec_drop_each(&f->of, file_drop);
}

struct lint_file *lint_files_add(struct lint_files *f, struct span path)
{
	struct lint_file *added = vec_push(&f->of);

	*added = (struct lint_file){.path = BUF_INIT, .text = BUF_INIT};
	buf_set(&added->path, path);
	return added;
}

const struct lint_file *lint_files_get(const struct lint_files *f, const char *path)
{
	VEC_FOR (const struct lint_file, file, &f->of)
		if (span_is_text(buf_span(&file->path), path))
			return file;
	return NULL;
}

bool lint_wants(struct span path, int64_t size)
{
	static const char *const names[] = {
		"rules", "rules.lua", "manifest.toml", "license", LINT_OVERRIDES};

	if (size > (int64_t)LINT_TEXT_MAX)
		return false;
	for (size_t i = 0; i < COUNT(names); i++)
		if (span_is_text(path, names[i]))
			return true;
	return fact_is_known(path) || span_ends(path, ".sh") || span_ends(path, ".lua");
}

static struct span base(struct span path)
{
	for (size_t i = path.n; i--;)
		if (path.s[i] == '/')
			return span_cut(path, i + 1, path.n);
	return path;
}

const char *lint_shell(const struct lint_file *f)
{
	static const char *const shells[][2] = {
		{"sh", "sh"}, {"dash", "sh"}, {"ash", "sh"}, {"bash", "bash"}};
	struct span text = buf_span(&f->text), line, word;

	if (!span_starts(text, "#!"))
		return f->read && span_ends(buf_span(&f->path), ".sh") ? "sh" : NULL;
	span_split(&text, '\n', &line);
	line = span_trim(span_cut(line, 2, line.n));
	span_split(&line, ' ', &word);
	if (span_is_text(base(word), "env") || span_is_text(base(word), "busybox"))
		span_split(&line, ' ', &word);
	for (size_t i = 0; i < COUNT(shells); i++)
		if (span_is_text(span_trim(base(word)), shells[i][0]))
			return shells[i][1];
	return NULL;
}
