/* The small metadata files of an installer. */
#include "model/facts.h"

#include <string.h>

static void fact_drop(struct fact *fact)
{
	buf_drop(&fact->name);
	buf_drop(&fact->value);
}

void facts_drop(struct facts *f)
{
	vec_drop_each(&f->of, fact_drop);
	*f = FACTS_INIT;
}

/* What may stand behind "legend." and "description.": fi, pt_BR, zh-Hant. */
static bool is_language(struct span x)
{
	if (x.n < 2 || x.n > 16)
		return false;
	for (size_t i = 0; i < x.n; i++) {
		char c = x.s[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' && c != '-')
			return false;
	}
	return true;
}

bool fact_is_known(struct span name)
{
	static const char *const names[] = {
		".puavo-pkg-version",
		"artifact.yaml",
		"definition.yaml",
		"description",
		"finalize.yaml",
		"format",
		"legend",
		"manifest.toml",
		"upstream_pack_md5sum",
		"upstream_pack_sha1sum",
		"upstream_pack_sha256sum",
		"upstream_pack_sha384sum",
		"upstream_pack_sha512sum",
		"upstream_pack_url",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (span_is_text(name, names[i]))
			return true;
	if (span_starts(name, "description."))
		return is_language(span_cut(name, sizeof("description.") - 1, name.n));
	return span_starts(name, "legend.") &&
	       is_language(span_cut(name, sizeof("legend.") - 1, name.n));
}

void facts_add(struct facts *f, struct span name, struct span value)
{
	struct fact *fact = vec_push(&f->of);

	*fact = (struct fact){BUF_INIT, BUF_INIT};
	buf_set(&fact->name, name);
	buf_set(&fact->value, value);
}

static const struct fact *get(const struct facts *f, struct span name)
{
	VEC_FOR (const struct fact, fact, &f->of)
		if (span_is(buf_span(&fact->name), name))
			return fact;
	return NULL;
}

const struct fact *facts_get(const struct facts *f, const char *name)
{
	return get(f, span_of(name));
}

static const struct fact *get_in(const struct facts *f, const char *name, struct span language)
{
	AUTO(buf) full = buf_of(name);

	buf_addc(&full, '.');
	buf_add_span(&full, language);
	return get(f, buf_span(&full));
}

/* How many bytes stand before the first of these. */
static size_t before_any(struct span x, const char *ends)
{
	size_t n = 0;

	while (n < x.n && !strchr(ends, x.s[n]))
		n++;
	return n;
}

struct span facts_text(const struct facts *f, const char *name, const char *language)
{
	struct span locale = span_of(language);
	const struct fact *fact;

	locale = span_cut(locale, 0, before_any(locale, ".@"));
	fact = get_in(f, name, locale);
	if (!fact)
		fact = get_in(f, name, span_cut(locale, 0, before_any(locale, "_")));
	if (!fact)
		fact = facts_get(f, name);
	return fact ? buf_span(&fact->value) : SPAN("");
}
