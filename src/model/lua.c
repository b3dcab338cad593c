/* What fardel and fardel-lua tell each other. */
#include "model/lua.h"

#include <string.h>

#include "ext/json.h"

#define API 1 /* the rules-api that is spoken */

void lua_order_drop(struct lua_order *o)
{
	vec_drop(&o->places);
	vec_drop(&o->programs);
	vec_drop(&o->globals);
}

static void put(struct json *object, const char *key, const char *value)
{
	json_put_text(object, key, span_of(value ? value : ""));
}

static struct json *places_of(const struct lua_order *o)
{
	struct json *list = json_array();

	VEC_FOR (const struct lua_place, place, &o->places) {
		struct json *object = json_object();

		put(object, "path", place->path);
		json_put_bool(object, "write", place->write);
		json_put_bool(object, "system", place->system);
		json_append(list, object);
	}
	return list;
}

static struct json *texts_of(const char *const *texts, size_t count)
{
	struct json *list = json_array();

	for (size_t i = 0; i < count && texts[i]; i++)
		json_append(list, json_text(span_of(texts[i])));
	return list;
}

static struct json *limits_of(const struct lua_limits *l)
{
	const struct {
		const char *key;
		int64_t value;
	} rows[] = {{"memory", l->memory}, {"cpu", l->cpu}, {"output", l->output},
		{"files", l->files}, {"file_size", l->file_size}, {"total_size", l->total_size},
		{"open", l->open}};
	struct json *object = json_object();

	for (size_t i = 0; i < COUNT(rows); i++)
		json_put_number(object, rows[i].key, rows[i].value);
	return object;
}

static struct json *package_of(const struct lua_order *o)
{
	struct json *object = json_object();

	put(object, "name", o->package);
	put(object, "version", o->version);
	put(object, "id", o->id);
	return object;
}

static struct json *system_of(const struct lua_system *s)
{
	struct json *object = json_object();

	put(object, "architecture", s->architecture);
	put(object, "distribution", s->distribution);
	put(object, "release", s->release);
	put(object, "codename", s->codename);
	put(object, "locale", s->locale);
	return object;
}

static struct json *globals_of(const struct lua_order *o)
{
	struct json *object = json_object();

	VEC_FOR (const struct lua_global, global, &o->globals)
		put(object, global->name, global->value);
	return object;
}

void lua_order_format(const struct lua_order *o, struct buf *out)
{
	struct json *object = json_object();

	json_put_number(object, "api", API);
	put(object, "profile", o->profile);
	put(object, "phase", o->phase);
	put(object, "script", o->script);
	put(object, "name", o->name);
	put(object, "root", o->root);
	put(object, "dir", o->dir);
	json_put(object, "args", texts_of(o->args, COUNT(o->args)));
	json_put_bool(object, "direct", o->direct);
	if (o->check)
		json_put_bool(object, "check", true);
	json_put(object, "places", places_of(o));
	json_put(object, "programs", texts_of(o->programs.v, o->programs.n));
	json_put(object, "package", package_of(o));
	json_put(object, "system", system_of(&o->system));
	json_put(object, "limits", limits_of(&o->limits));
	if (o->globals.n)
		json_put(object, "globals", globals_of(o));
	json_format(object, out);
	json_free(object);
}

static int read_fetch(const struct json *question, struct pack *out, struct err *err)
{
	const char *url = json_get_text(question, "url"), *sum = json_get_text(question, "sha256");

	if (!url || !sum ||
		!digest_parse(DIGEST_SHA256, span_of(sum), &out->sums.of[DIGEST_SHA256]))
		return err_set(err, ERR_RULES, "a url and a sha256 of 64 hex digits are needed");
	out->sums.has[DIGEST_SHA256] = true;
	if (!span_starts(span_of(url), "http://") && !span_starts(span_of(url), "https://"))
		return err_set(err, ERR_POLICY, "only http: and https: are fetched");
	if (json_get_number(question, "size", &out->size) && out->size < 0)
		return err_set(err, ERR_RULES, "no size is below 0");
	buf_sets(&out->url, url);
	return pack_check_url(span_of(url), err);
}

int lua_question_parse(struct span text, struct pack *out, struct err *err)
{
	struct json *question = NULL;
	const char *op;
	int result;

	if (json_parse(text, &question, err) < 0) {
		err->code = ERR_WORKER;
		return err_at(err, "fardel-lua");
	}
	op = json_get_text(question, "op");
	if (!op || strcmp(op, "fetch") != 0)
		result = err_set(err, ERR_WORKER, "fardel-lua asked what cannot be understood");
	else
		result = read_fetch(question, out, err);
	json_free(question);
	return result;
}

void lua_answer_file(int64_t size, const struct digest *sha256, struct buf *out)
{
	struct json *object = json_object();
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, sha256);
	json_put_bool(object, "ok", true);
	json_put_number(object, "size", size);
	json_put_text(object, "sha256", buf_span(&hex));
	json_format(object, out);
	json_free(object);
}

/* A script's error is one line: what stood below it in columns follows, word by word. */
static void add_line(struct buf *out, struct span line)
{
	struct span word;
	const char *before = "; ";

	while (span_split(&line, ' ', &word)) {
		if (word.n)
			buf_addf(out, "%s%.*s", before, SPAN_ARG(word));
		before = word.n ? " " : before;
	}
}

void lua_answer_failure(const struct err *why, struct buf *out)
{
	struct json *object = json_object();
	AUTO(buf) text = buf_of(why->text);
	struct span rest = span_of(why->detail), line;

	while (span_split(&rest, '\n', &line))
		add_line(&text, line);
	json_put_bool(object, "ok", false);
	put(object, "code", err_name(why->code));
	put(object, "error", text.s);
	json_format(object, out);
	json_free(object);
}
