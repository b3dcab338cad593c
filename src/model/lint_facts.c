/* lint: the facts of an installer, and how its files are called. */
#include "model/lint_checks.h"

#include <string.h>

#include "base/text.h"
#include "model/facts.h"
#include "model/format3.h"
#include "model/installer.h"

#define LEGEND_MAX 80 /* characters of a line in a menu */
#define DESCRIPTION_MAX 4000

struct span lint_base(struct span path)
{
	for (size_t i = path.n; i--;)
		if (path.s[i] == '/')
			return span_cut(path, i + 1, path.n);
	return path;
}

bool lint_contains(struct span text, const char *part)
{
	return memmem(text.s, text.n, part, strlen(part)) != NULL;
}

static struct span text_of(const struct lint_files *files, const char *name)
{
	const struct lint_file *f = lint_files_get(files, name);

	return f && f->read ? span_trim(buf_span(&f->text)) : SPAN("");
}

/* --- The pack -------------------------------------------------------------------------------------------- */

static void look_at_url(const struct lint_files *files, struct lint *out)
{
	struct span url = text_of(files, "upstream_pack_url");

	if (span_starts(url, "http:"))
		lint_add(out, "http-url", SPAN("upstream_pack_url"), 1, "%.*s",
			SPAN_ARG(span_cut(url, 0, 200)));
	if (span_starts(url, "file:"))
		lint_add(out, "local-url", SPAN("upstream_pack_url"), 1, "%.*s",
			SPAN_ARG(span_cut(url, 0, 200)));
}

static void look_at_sums(const struct lint_files *files, struct lint *out)
{
	static const struct {
		const char *fact;
		bool strong;
	} sums[] = {{"upstream_pack_md5sum", false}, {"upstream_pack_sha1sum", false},
		{"upstream_pack_sha256sum", true}, {"upstream_pack_sha384sum", true},
		{"upstream_pack_sha512sum", true}};
	const char *weak = NULL;
	bool strong = false;

	for (size_t i = 0; i < COUNT(sums); i++) {
		const struct lint_file *f = lint_files_get(files, sums[i].fact);

		if (!f)
			continue;
		if (span_starts(buf_span(&f->text), "! "))
			lint_add(out, "advisory-checksum", buf_span(&f->path), 1,
				"a pack with another checksum is taken");
		strong |= sums[i].strong;
		weak = sums[i].strong ? weak : sums[i].fact;
	}
	if (weak && !strong)
		lint_add(out, "weak-checksum", span_of(weak), 0, "it is the only one");
	if (!weak && !strong && lint_files_get(files, "upstream_pack_url"))
		lint_add(out, "no-checksum", SPAN("upstream_pack_url"), 0,
			"nothing tells whether what comes from there is the vendor's pack");
}

/* --- For people ------------------------------------------------------------------------------------------ */

static size_t characters(struct span x)
{
	size_t n = 0;

	for (size_t i = 0; i < x.n; i++)
		n += ((unsigned char)x.s[i] & 0xc0) != 0x80;
	return n;
}

static bool has_content(const struct lint_files *files, const char *name)
{
	const struct lint_file *f = lint_files_get(files, name);

	return f && f->size > 0;
}

static void look_at_words(const struct lint_files *files, struct lint *out)
{
	struct span legend = text_of(files, "legend"), line = legend;
	size_t n = characters(text_of(files, "description"));

	span_split(&line, '\n', &legend);
	if (!has_content(files, "license"))
		lint_add(out, "no-licence", SPAN(""), 0, "there is no file license");
	if (!legend.n)
		lint_add(out, "no-legend", SPAN(""), 0, "there is no file legend");
	if (characters(legend) > LEGEND_MAX)
		lint_add(out, "long-legend", SPAN("legend"), 1, "%zu characters",
			characters(legend));
	if (span_trim(line).n)
		lint_add(out, "long-legend", SPAN("legend"), 2, "only the first line is shown");
	if (!n)
		lint_add(out, "no-description", SPAN(""), 0, "there is no file description");
	if (n > DESCRIPTION_MAX)
		lint_add(out, "long-description", SPAN("description"), 0, "%zu characters", n);
}

/* --- Names ----------------------------------------------------------------------------------------------- */

static const char *const facts[] = {"description", "format", "legend", "license", "rules",
	"upstream_pack_md5sum", "upstream_pack_sha1sum", "upstream_pack_sha256sum",
	"upstream_pack_sha384sum", "upstream_pack_sha512sum", "upstream_pack_url",
	".puavo-pkg-version", "manifest.toml", "rules.lua", "rules.sh", LINT_OVERRIDES, NULL};

static bool is_fact(struct span name)
{
	for (size_t i = 0; facts[i]; i++)
		if (span_is_text(name, facts[i]))
			return true;
	return fact_is_known(name);
}

/* Files that editors and version control leave. */
static bool is_leftover(struct span name)
{
	static const char *const ends[] = {"~", ".swp", ".orig", ".rej", ".bak", ".dpkg-old"};
	static const char *const names[] = {
		".git", ".svn", ".gitignore", ".DS_Store", "Thumbs.db", "__MACOSX"};

	for (size_t i = 0; i < COUNT(ends); i++)
		if (span_ends(name, ends[i]))
			return true;
	for (size_t i = 0; i < COUNT(names); i++)
		if (span_is_text(name, names[i]))
			return true;
	return false;
}

/* Something that is no fact but was to be one. Others may have any name: they are the rules' own. */
static void look_at_name(const struct lint_file *f, struct lint *out)
{
	struct span name = buf_span(&f->path);
	AUTO(buf) lower = BUF_INIT;
	const char *nearest;

	for (size_t i = 0; i < name.n; i++)
		buf_addc(&lower,
			(char)(name.s[i] >= 'A' && name.s[i] <= 'Z' ? name.s[i] + 32 : name.s[i]));
	nearest = text_nearest(buf_span(&lower), facts);
	if (!is_fact(name) && f->type == LINT_FILE && nearest)
		lint_add(out, "unknown-fact", name, 0, "the nearest that is known is %s", nearest);
	else if (!is_fact(name) && span_starts(name, "upstream_pack_"))
		lint_add(out, "unknown-fact", name, 0, "none of the facts is called so");
}

static void look_at_rules(const struct lint_files *files, struct lint *out)
{
	const struct lint_file *f = lint_files_get(files, "rules");

	if (!f && !lint_files_get(files, "rules.lua"))
		lint_add(out, "no-rules", SPAN(""), 0, "there is no file rules");
	else if (f && (f->type != LINT_FILE || !(f->mode & 0100)))
		lint_add(out, "rules-not-executable", SPAN("rules"), 0, "mode %04o",
			f->mode & 07777);
}

void lint_names(const struct lint_files *files, struct lint *out)
{
	look_at_rules(files, out);
	VEC_FOR (const struct lint_file, f, &files->of)
		if (!memchr(f->path.s, '/', f->path.n))
			look_at_name(f, out);
}

void lint_leftovers(const struct lint_files *files, struct lint *out)
{
	VEC_FOR (const struct lint_file, f, &files->of)
		if (is_leftover(lint_base(buf_span(&f->path))))
			lint_add(out, "leftover-file", buf_span(&f->path), 0,
				"it goes to every machine");
}

/* --- As install would judge ------------------------------------------------------------------------------- */

/* Of a package of Packets only its manifest says something of it: other names are its vendor's. */
static bool is_given(const struct lint_file *f, bool packets)
{
	if (f->type != LINT_FILE || !f->read)
		return false;
	return packets ? span_is_text(buf_span(&f->path), FORMAT3_FACT)
		       : fact_is_known(buf_span(&f->path));
}

bool lint_parse(const struct lint_files *files, struct installer *in, struct lint *out)
{
	bool packets = lint_is_packets(files);
	struct facts given = FACTS_INIT;
	struct err err = ERR_INIT;
	bool good;

	VEC_FOR (const struct lint_file, f, &files->of) {
		if (!is_given(f, packets))
			continue;
		if (f->text.n > FACT_MAX)
			lint_add(out, "refused", buf_span(&f->path), 0, "longer than %d bytes",
				FACT_MAX);
		facts_add(&given, buf_span(&f->path), buf_span(&f->text));
	}
	/* What is wrong with them is said apart. */
	given.has_lua = lint_files_get(files, "rules.lua");
	given.has_rules = lint_files_get(files, "rules") || !given.has_lua ||
			  !facts_get(&given, "manifest.toml");
	given.has_licence = lint_files_get(files, "license");
	good = installer_parse(&given, buf_span(&files->name), in, &err) == 0;
	if (!good)
		lint_add(out, "refused", SPAN(""), 0, "%s", err.text);
	facts_drop(&given);
	return good;
}

void lint_facts(const struct lint_files *files, struct lint *out)
{
	struct installer in;

	installer_init(&in);
	lint_parse(files, &in, out);
	installer_drop(&in);
	look_at_url(files, out);
	look_at_sums(files, out);
	look_at_words(files, out);
}
