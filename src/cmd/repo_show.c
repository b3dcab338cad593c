/* repo show: what a repository's file says, and what is known of it.
 *
 *	$ fardel repo show main
 *	Name: main
 *	Description: Our own packages
 *	State: enabled
 *	Type: http
 *	Format: fardel
 *	Urls: https://repo.example/main
 *	Priority: 10
 *	Keys: E7620F1842B4E81F
 *	Signature: required
 *	File: /etc/fardel/repos.d/main.yml
 *	Revision: 1207
 *	Published: 2026-11-22 04:00
 *	Expires: 2026-12-22 04:00
 *	Synced: 2026-11-22 09:14
 *	Root: 2
 */
#include "base/text.h"
#include "cmd/cmd.h"
#include "engine/repo.h"
#include "model/pack.h"

struct shown {
	struct run *run;
	struct buf out;
};

static void shown_drop(struct shown *s)
{
	buf_drop(&s->out);
}

/* The key of JSON is the title in small letters. */
static void put(struct shown *s, const char *title, struct json *value, struct span text)
{
	AUTO(buf) key = buf_of(title);

	key.s[0] = (char)(key.s[0] - 'A' + 'a');
	if (s->run->json) {
		json_put(s->run->json, key.s, value);
		return;
	}
	json_free(value);
	buf_addf(&s->out, run_form(s->run) == FORM_PLAIN ? "%s\t" : "%s: ", title);
	text_escape(&s->out, text.n ? text : SPAN("none"));
	buf_addc(&s->out, '\n');
}

static void put_text(struct shown *s, const char *title, struct span x)
{
	put(s, title, json_text(x), x);
}

static void put_number(struct shown *s, const char *title, int64_t number, bool known)
{
	AUTO(buf) text = BUF_INIT;

	if (known)
		text_number(&text, number);
	put(s, title, known ? json_number(number) : json_null(), buf_span(&text));
}

static void put_time(struct shown *s, const char *title, int64_t seconds)
{
	AUTO(buf) text = BUF_INIT;

	if (seconds > 0)
		print_time(&text, run_form(s->run), seconds);
	put(s, title, text.n ? json_text(buf_span(&text)) : json_null(), buf_span(&text));
}

static void put_list(struct shown *s, const char *title, const struct texts *list)
{
	struct json *items = json_array();
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct buf, x, &list->of) {
		json_append(items, json_text(buf_span(x)));
		buf_addf(&text, "%s%s", text.n ? " " : "", x->s);
	}
	put(s, title, items, buf_span(&text));
}

static void put_file(struct shown *s, const struct repository *r)
{
	AUTO(texts) urls = {0};
	AUTO(texts) keys = {0};

	VEC_FOR (const struct buf, url, &r->urls.of) {
		AUTO(buf) safe = BUF_INIT;

		pack_show_url(buf_span(url), &safe);
		texts_add(&urls, buf_span(&safe));
	}
	engine_repo_keys(s->run->engine, r, &keys);
	put_text(s, "Name", buf_span(&r->name));
	put_text(s, "Description", buf_span(&r->description));
	put_text(s, "State", r->enable ? SPAN("enabled") : SPAN("disabled"));
	put_text(s, "Type", span_of(repository_type_name(r->type)));
	put_text(s, "Format", span_of(repository_format_name(r->format)));
	put_list(s, "Urls", &urls);
	put_number(s, "Priority", r->priority, true);
	put_list(s, "Keys", &keys);
	put_text(s, "Signature", r->require_signature ? SPAN("required") : SPAN("not required"));
	put_text(s, "File", buf_span(&r->file));
}

static void put_known(struct shown *s, const struct repo_known *known)
{
	put_number(s, "Revision", known->revision, known->revision > 0);
	put_time(s, "Published", known->issued);
	put_time(s, "Expires", known->expires);
	put_time(s, "Synced", known->synced);
	put_number(s, "Root", known->root, known->root > 0);
}

static int run_repo_show(struct run *run, struct err *err)
{
	AUTO(repos) repos = {0};
	AUTO(shown) s = {run, BUF_INIT};
	size_t i;

	if (engine_repo_find(run->engine, run->args.v[0], &repos, &i, err) < 0)
		return -1;
	put_file(&s, &repos.of.of.v[i]);
	put_known(&s, &repos.known.v[i]);
	print_out(&s.out);
	return 0;
}

const struct cmd cmd_repo_show = {
	.name = "repo show",
	.args = "REPO",
	.summary = "Show what is known of a repository",
	.text = "Keys are shown by the ids that minisign prints; ROOT is the version of the list of keys that the "
		"repository itself has published since.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = 1,
	.need = need_read,
	.run = run_repo_show,
};
