/* A file of dpkg's database: its kind and a line end, then what it holds. */
#include <string.h>

#include "fuzz.h"
#include "model/dpkg.h"

static struct span whole;

static void check_within(struct span x)
{
	HOLDS(!x.n || (x.s >= whole.s && x.s + x.n <= whole.s + whole.n));
}

static int take_stanza(void *arg, const struct dpkg_stanza *s, struct err *err)
{
	struct span rest = s->conffiles, path;

	(void)arg;
	(void)err;
	check_within(s->name);
	check_within(s->architecture);
	check_within(s->version);
	check_within(s->conffiles);
	HOLDS(s->name.n && !memchr(s->name.s, '/', s->name.n) && s->name.s[0] != '.');
	HOLDS(s->state < DPKG_STATES && s->line >= 1);
	while (dpkg_conffile(&rest, &path)) {
		check_within(path);
		HOLDS(path.n > 1 && path.s[0] == '/');
	}
	HOLDS(!rest.n);
	return 0;
}

static int take_path(void *arg, struct span path, struct err *err)
{
	(void)arg;
	(void)err;
	check_within(path);
	HOLDS(path.n && path.s[0] == '/' && !memchr(path.s, '\n', path.n));
	return 0;
}

static int parse(struct span kind, struct span text, struct err *err)
{
	struct dpkg_diversions diversions = {0};
	int result = 0;

	if (span_is_text(kind, "status"))
		return dpkg_parse_status(text, take_stanza, NULL, err);
	if (span_is_text(kind, "list"))
		return dpkg_parse_list(text, take_path, NULL, err);
	if (span_is_text(kind, "alternatives"))
		return dpkg_parse_alternatives(text, take_path, NULL, err);
	if (span_is_text(kind, "diversions"))
		result = dpkg_parse_diversions(text, &diversions, err);
	for (size_t i = 0; i < diversions.of.n; i++)
		HOLDS(diversions.of.v[i].from.s[0] == '/' && diversions.of.v[i].to.s[0] == '/' &&
			diversions.of.v[i].package.n);
	dpkg_diversions_drop(&diversions);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span kind;
	struct err err = ERR_INIT;

	whole = fuzz_span(data, size);
	span_split(&whole, '\n', &kind);
	if (parse(kind, whole, &err) < 0)
		HOLDS(err.code == ERR_BAD_STATE && span_starts(span_of(err.text), "line "));
	return 0;
}
