/* net: what fardel fetches for the script, which has no network of its own. */
#include <string.h>
#include <unistd.h>

#include "ext/json.h"
#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/pass.h"

#define ANSWER_MAX 65536
#define TEXT_MAX (64 << 20) /* bytes that are given as a text */

static const struct field fields[] = {{"file", FIELD_PATH, false}, {"sha256", FIELD_WORD, true},
	{"size", FIELD_INTEGER, false}, {"url", FIELD_WORD, true}, {0}};

static int ask(const struct value_table *t, struct err *err)
{
	struct json *question = json_object();
	AUTO(buf) text = BUF_INIT;

	json_put_text(question, "op", SPAN("fetch"));
	json_put_text(question, "url", field_text(t, "url"));
	json_put_text(question, "sha256", field_text(t, "sha256"));
	if (field_given(t, "size"))
		json_put_number(question, "size", field_integer(t, "size"));
	json_format(question, &text);
	json_free(question);
	return pass_send(LUA_BROKER_FD, buf_span(&text), -1, err);
}

/* Codes that mean exit status 2: it may work later. */
static bool is_network(const char *code)
{
	static const enum err_code codes[] = {ERR_NETWORK, ERR_HTTP, ERR_OFFLINE};

	for (size_t i = 0; i < COUNT(codes); i++)
		if (!strcmp(code, err_name(codes[i])))
			return true;
	return false;
}

static int read_failure(struct lua_run *run, const struct json *answer, struct err *err)
{
	const char *code = json_get_text(answer, "code"), *text = json_get_text(answer, "error");

	if (!code || !text)
		return err_set(err, ERR_FAILED, "fardel gave no answer that makes sense");
	err_set(err, ERR_FAILED, "%s", text);
	if (is_network(code)) {
		run->is_network = true;
		buf_sets(&run->network, err->text);
	}
	return -1;
}

static int read_answer(struct lua_run *run, struct span text, int64_t *size, struct err *err)
{
	struct json *answer;
	bool ok = false;
	int rc = 0;

	if (json_parse(text, &answer, err) < 0)
		return -1;
	json_get_bool(answer, "ok", &ok);
	if (!ok)
		rc = read_failure(run, answer, err);
	else if (!json_get_number(answer, "size", size) || *size < 0)
		rc = err_set(err, ERR_FAILED, "fardel gave no answer that makes sense");
	json_free(answer);
	return rc;
}

/* The verified file. */
static int fetch(struct lua_run *run, const struct value_table *t, int64_t *size, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = -1;

	if (ask(t, err) < 0)
		return -1;
	if (pass_receive(LUA_BROKER_FD, ANSWER_MAX, &text, &fd, err) != 1)
		return err->code ? -1 : err_set(err, ERR_FAILED, "fardel gave no answer");
	if (read_answer(run, buf_span(&text), size, err) < 0)
		return -1;
	if (fd < 0)
		return err_set(err, ERR_FAILED, "fardel gave no file");
	return fd_take(&fd);
}

/* fardel's own words may name it already. */
static int at_url(const char *url, struct err *err)
{
	return strstr(err->text, url) ? -1 : err_at(err, "%s", url);
}

static int net_fetch(struct script_call *c, struct err *err)
{
	struct lua_run *run = c->context;
	AUTO(buf) text = BUF_INIT;
	const struct value_table *t;
	int64_t size = 0;
	AUTO_FD fd = -1;

	if (args_table(c, 0, "what is fetched", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, fields, false, err) < 0)
		return -1;
	if (strcmp(run->order.phase.s, "download") != 0)
		return err_set(
			err, ERR_FAILED, "%s: only download has a network", field_word(t, "url"));
	fd = fetch(run, t, &size, err);
	if (fd < 0)
		return at_url(field_word(t, "url"), err);
	if (field_given(t, "file"))
		return deed_write_from(run, field_word(t, "file"), fd, size, err);
	if (file_read_fd(fd, TEXT_MAX, &text, err) < 0)
		return err_at(err, "%s", field_word(t, "url"));
	args_give(c, value_take(&text));
	return 0;
}

const struct script_function lua_net[] = {{"fetch", net_fetch}, {0}};
