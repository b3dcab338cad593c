/* What the values of a manifest.toml have to be. */
#include "model/format3_check.h"

#include <string.h>

#include "model/format3.h"
#include "model/spdx.h"

#define FILE_SIZE 128
#define ARCHITECTURE_SIZE 32

void format3_state_drop(struct format3_state *s)
{
	vec_drop(&s->packs);
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_made_of(struct span x, bool capitals, const char *more)
{
	for (size_t i = 0; i < x.n; i++) {
		if (!x.s[i] || (!is_letter_or_digit(x.s[i]) && !strchr(more, x.s[i])))
			return false;
		if (!capitals && x.s[i] >= 'A' && x.s[i] <= 'Z')
			return false;
	}
	return true;
}

bool format3_is_architecture(struct span x)
{
	return x.n && x.n <= ARCHITECTURE_SIZE && x.s[0] != '-' && is_made_of(x, false, "-");
}

bool format3_is_url(struct span x)
{
	struct err ignored = ERR_INIT;

	return pack_check_url(x, &ignored) == 0;
}

bool format3_is_web(struct span x)
{
	return format3_is_url(x) && !span_starts(x, "file:");
}

bool format3_is_licence(struct span x)
{
	return spdx_is_expression(x);
}

bool format3_is_file(struct span x)
{
	return x.n && x.n <= FILE_SIZE && x.s[0] != '.' && x.s[0] != '-' &&
	       is_made_of(x, true, "._+~-");
}

/* What means something else in an installer is no licence. */
bool format3_is_licence_file(struct span x)
{
	static const char *const others[] = {"rules", "rules.lua", FORMAT3_FACT};

	for (size_t i = 0; i < COUNT(others); i++)
		if (span_is_text(x, others[i]))
			return false;
	for (const char *const *name = installation_reserved; *name; name++)
		if (span_is_text(x, *name))
			return false;
	return format3_is_file(x);
}

bool format3_is_deb(struct span x)
{
	const char *colon = x.n ? memchr(x.s, ':', x.n) : NULL;
	struct span name = span_cut(x, 0, colon ? (size_t)(colon - x.s) : x.n);

	if (colon && !format3_is_architecture(span_cut(x, name.n + 1, x.n)))
		return false;
	return name.n >= 2 && is_letter_or_digit(name.s[0]) && is_made_of(name, false, "+.-");
}

bool format3_is_glob(struct span x)
{
	return x.s[0] == '/' && !span_ends(x, "/");
}

int format3_check_facts(const struct facts *facts, struct err *err)
{
	VEC_FOR (const struct fact, fact, &facts->of)
		if (strcmp(fact->name.s, FORMAT3_FACT) != 0)
			return err_set(err, ERR_INSTALLER,
				"%s does not go with " FORMAT3_FACT ": what it says stands there",
				fact->name.s);
	if (facts->has_rules && facts->has_lua)
		return err_set(err, ERR_INSTALLER,
			"there are both `rules` and rules.lua: leave one of them out");
	if (!facts->has_rules && !facts->has_lua)
		return err_set(err, ERR_INSTALLER,
			"there is neither an executable file `rules` nor a file rules.lua");
	return 0;
}

static struct format3_place place_of(const struct format3_state *s, const char *key)
{
	for (size_t i = 0; format3_keys[i]; i++)
		if (strcmp(format3_keys[i], key) == 0)
			return s->at[i];
	return (struct format3_place){0};
}

static int refuse(const struct format3_state *s, const char *key, struct err *err, const char *why)
{
	struct format3_place at = place_of(s, key);

	return err_set(
		err, ERR_INSTALLER, "line %u, column %u: %s %s", at.line, at.column, key, why);
}

static int check_needed(const struct format3_state *s, struct err *err)
{
	static const char *const needed[] = {"format", "name", "version", "pack"};

	for (size_t i = 0; i < COUNT(needed); i++)
		if (!place_of(s, needed[i]).line)
			return err_set(err, ERR_INSTALLER, "%s is missing", needed[i]);
	return 0;
}

static bool has_text(const struct texts *texts, struct span x)
{
	VEC_FOR (const struct buf, text, &texts->of)
		if (span_is(buf_span(text), x))
			return true;
	return false;
}

/* "all" stands for itself, and is no architecture from here on. */
static int check_architectures(struct format3_state *s, struct err *err)
{
	struct texts *stated = &s->out->architectures;

	if (place_of(s, "architectures").line && !stated->of.n)
		return refuse(s, "architectures", err, "is an empty list");
	if (!has_text(stated, SPAN("all")))
		return 0;
	if (stated->of.n > 1)
		return refuse(s, "architectures", err, "has \"all\" and others");
	texts_drop(stated);
	return 0;
}

static int check_licence(const struct format3_state *s, struct err *err)
{
	const struct licence *licence = &s->out->licence;

	if (licence->accept && !licence->file.n)
		return refuse(s, "license.accept", err,
			"is true, but license.file does not say what is to be accepted");
	return 0;
}

static int check_provides(const struct format3_state *s, struct err *err)
{
	VEC_FOR (const struct relation, r, &s->out->provides.of)
		if (r->op != RELATION_ANY && r->op != RELATION_EXACTLY)
			return refuse(s, "provides", err,
				"must state a version by =, as \"zoom (= 1.2)\"");
	return 0;
}

static bool is_strong(const struct sums *sums)
{
	const struct digest *best = sums_best(sums);

	return best && digest_is_strong(best->kind);
}

static int refuse_pack(const struct format3_state *s, size_t i, struct err *err, const char *why)
{
	return err_set(err, ERR_INSTALLER, "line %u, column %u: pack[%zu]%s", s->packs.v[i].line,
		s->packs.v[i].column, i, why);
}

/* Whether there is a machine that both are for. */
static bool meet(const struct pack *a, const struct pack *b)
{
	return !a->architecture.n || !b->architecture.n ||
	       span_is(buf_span(&a->architecture), buf_span(&b->architecture));
}

static int check_names(const struct format3_state *s, size_t i, struct err *err)
{
	const struct pack *packs = s->out->packs.of.v;
	AUTO(buf) name = BUF_INIT;

	pack_file_name(&packs[i], &name);
	for (size_t k = 0; k < i; k++) {
		AUTO(buf) other = BUF_INIT;

		pack_file_name(&packs[k], &other);
		if (meet(&packs[i], &packs[k]) && span_is(buf_span(&name), buf_span(&other)))
			return err_set(err, ERR_INSTALLER,
				"line %u, column %u: pack[%zu] and pack[%zu] are both called %s: state "
				"another name as `file`",
				s->packs.v[i].line, s->packs.v[i].column, k, i, name.s);
	}
	return 0;
}

static int check_pack(const struct format3_state *s, size_t i, struct err *err)
{
	struct pack *pack = &s->out->packs.of.v[i];
	const struct texts *architectures = &s->out->architectures;

	if (!is_strong(&pack->sums))
		return refuse_pack(s, i, err,
			" has no sha256 (nor sha384 or sha512): md5 and sha1 alone prove nothing");
	if (pack->mirrors.of.n && !pack->url.n)
		return refuse_pack(s, i, err, " has mirrors but no url");
	if (span_is_text(buf_span(&pack->architecture), "all"))
		buf_clear(&pack->architecture);
	if (pack->architecture.n && architectures->of.n &&
		!has_text(architectures, buf_span(&pack->architecture)))
		return refuse_pack(s, i, err, ".arch is none of those that `architectures` states");
	return check_names(s, i, err);
}

static void add_epoch(struct format3_state *s)
{
	AUTO(buf) version = BUF_INIT;

	if (!s->epoch)
		return;
	buf_addf(&version, "%lld:%s", (long long)s->epoch, s->out->version.s);
	buf_set(&s->out->version, buf_span(&version));
}

int format3_check(struct format3_state *s, struct span top, struct err *err)
{
	if (check_needed(s, err) < 0 || check_architectures(s, err) < 0 ||
		check_licence(s, err) < 0 || check_provides(s, err) < 0)
		return -1;
	if (!span_is(buf_span(&s->out->name), top))
		return err_set(err, ERR_INSTALLER,
			"name is %s, but the archive's top folder is %.*s", s->out->name.s,
			SPAN_ARG(span_cut(top, 0, 200)));
	for (size_t i = 0; i < s->out->packs.of.n; i++)
		if (check_pack(s, i, err) < 0)
			return -1;
	add_epoch(s);
	s->out->has_licence |= s->out->licence.file.n > 0;
	return 0;
}
