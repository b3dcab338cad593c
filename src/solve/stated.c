/* What a manifest states, held against the policy. */
#include "solve/stated.h"

#include "model/format3.h"
#include "model/glob.h"
#include "solve/raise.h"

static void raise(const struct installer *in, const struct policy *policy, const char *id,
	struct span path, struct span text, struct findings *out)
{
	AUTO(buf) plain = BUF_INIT;
	struct policy_case about = {.package = buf_span(&in->name)};

	policy_path(path, &plain);
	about.path = buf_span(&plain);
	finding_raise(out, policy, span_of(id), &about, path, text, SPAN(""));
}

/* "its rules have the network: it asks a server" */
static void raise_need(const struct installer *in, const struct policy *policy, const char *id,
	const struct buf *why, struct findings *out)
{
	AUTO(buf) text = buf_of(policy_id_get(span_of(id))->text);

	if (why->n)
		buf_addf(&text, ": %s", why->s);
	raise(in, policy, id, SPAN(FORMAT3_FACT), buf_span(&text), out);
}

void stated_needs(const struct installer *in, const struct policy *policy, struct findings *out)
{
	if (in->needs.live)
		raise_need(in, policy, "needs-live", &in->needs.live_why, out);
	if (in->needs.network && !in->needs.live)
		raise_need(in, policy, "needs-network", &in->needs.network_why, out);
}

static bool is_beneath(struct span path, struct span folder)
{
	return folder.n && path.n > folder.n && path.s[folder.n] == '/' &&
	       span_is(span_cut(path, 0, folder.n), folder);
}

/* A folder that comes or goes is not a matter by itself; what is in it is. */
/* That others may write to one is to be declared. */
static bool is_mere_folder(const struct change *c)
{
	bool made = c->before.type == NODE_NONE && c->after.type == NODE_FOLDER && !c->after.uid &&
		    !c->after.gid && !(c->after.mode & ~0755U);

	return made || (c->before.type == NODE_FOLDER && c->after.type == NODE_NONE);
}

static bool is_declared(
	const struct installer *in, const struct stated_facts *facts, const struct change *c)
{
	struct span path = buf_span(&c->path);

	for (size_t i = 0; i < facts->own->of.n; i++)
		if (is_beneath(path, buf_span(&facts->own->of.v[i])))
			return true;
	VEC_FOR (const struct buf, glob, &in->declares.files.of)
		if (glob_covers(glob->s, path))
			return true;
	return is_mere_folder(c) ||
	       (c->after.type == NODE_NONE && changes_get(facts->before, path));
}

static bool is_same(const struct effect *a, const struct effect *b)
{
	if (a->words.n != b->words.n)
		return false;
	for (size_t i = 0; i < a->words.n; i++)
		if (!span_is(buf_span(&a->words.v[i]), buf_span(&b->words.v[i])))
			return false;
	return true;
}

/* As a call of these words would be noted. What is no call, or too long, declares nothing. */
static void read_calls(const struct texts *texts, struct effects *out)
{
	VEC_FOR (const struct buf, text, &texts->of) {
		struct span words[EFFECT_ARGS_MAX], rest = buf_span(text), word;
		struct err ignored = ERR_INIT;
		size_t count = 0;

		while (count < COUNT(words) && span_split(&rest, ' ', &word))
			if (word.n)
				words[count++] = word;
		if (count && effects_add(out, EFFECT_CONFIGURE, words, count, &ignored) < 0)
			return;
	}
}

static void check_effects(const struct installer *in, const struct stated_facts *facts,
	const struct policy *policy, struct findings *out)
{
	AUTO(effects) declared = EFFECTS_INIT;

	read_calls(&in->declares.effects, &declared);
	VEC_FOR (const struct effect, asked, &facts->effects->of) {
		AUTO(buf) text = BUF_INIT;
		bool found = asked->phase != EFFECT_CONFIGURE;

		VEC_FOR (const struct effect, one, &declared.of)
			found |= is_same(asked, one);
		effect_format(asked, &text);
		if (!found)
			raise(in, policy, "undeclared-effect", buf_span(&text), SPAN(""), out);
	}
}

void stated_declares(const struct installer *in, const struct stated_facts *facts,
	const struct policy *policy, struct findings *out)
{
	VEC_FOR (const struct change, c, &facts->changes->of)
		if (in->declares.has_files && !is_declared(in, facts, c))
			raise(in, policy, "undeclared-file", buf_span(&c->path), SPAN(""), out);
	if (in->declares.has_effects)
		check_effects(in, facts, policy, out);
}
