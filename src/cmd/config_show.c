/* config show: the configuration that is in force; what it prints can stand in a fardel.toml.
 *
 *	$ fardel config show --origin
 *	fetch.jobs = 4                    # default
 *	fetch.retries = 5                 # /etc/fardel/fardel.toml:3
 */
#include "cmd/cmd.h"

#include "base/text.h"
#include "cmd/print.h"

#define LINE_COLUMNS 34 /* before the origin */

struct config_options {
	bool origin;
};

static const struct opt opts[] = {
	{"origin", .kind = OPT_FLAG, .at = offsetof(struct config_options, origin),
		.help = "say where each value comes from"},
};

static struct span origin_of(const struct run *run, size_t i)
{
	const struct config_origins *origins = engine_origins(run->engine);

	return i < origins->of.n ? buf_span(&origins->of.v[i]) : span_of("default");
}

static void add_line(struct buf *out, const struct run *run, const char *key, size_t i)
{
	const struct config_options *own = run->own;
	bool plain = run->globals.plain;
	AUTO(buf) line = BUF_INIT;

	buf_addf(&line, plain ? "%s\t" : "%s = ", key);
	config_format(engine_config(run->engine), i, &line);
	if (!own->origin) {
		buf_add_span(out, buf_span(&line));
	} else {
		print_pad(out, buf_span(&line), plain ? 0 : LINE_COLUMNS);
		buf_adds(out, plain ? "\t" : " # ");
		text_escape(out, origin_of(run, i));
	}
	buf_addc(out, '\n');
}

/* TOML's numbers, booleans, plain texts and lists of them are JSON as well. */
static struct json *json_of_value(const struct run *run, size_t i)
{
	AUTO(buf) text = BUF_INIT;
	struct json *value;
	struct err err = ERR_INIT;

	config_format(engine_config(run->engine), i, &text);
	if (json_parse(buf_span(&text), &value, &err) < 0)
		value = json_text(buf_span(&text));
	return value;
}

static struct json *json_of_row(const struct run *run, const struct config_row *row, size_t i)
{
	struct json *object = json_object();

	json_put_text(object, "key", span_of(row->key));
	json_put(object, "value", json_of_value(run, i));
	json_put_text(object, "origin", origin_of(run, i));
	json_put_text(object, "help", span_of(row->help));
	return object;
}

static int run_config_show(struct run *run, struct err *err)
{
	struct json *options = run->json ? json_array() : NULL;
	AUTO(buf) text = BUF_INIT;
	size_t count;
	const struct config_row *rows = config_rows(&count);

	if (engine_config_error(run->engine)->code != ERR_NONE)
		return err_copy(err, engine_config_error(run->engine));
	for (size_t i = 0; i < count; i++) {
		if (options)
			json_append(options, json_of_row(run, &rows[i], i));
		else
			add_line(&text, run, rows[i].key, i);
	}
	if (options)
		json_put(run->json, "options", options);
	print_out(&text);
	return 0;
}

const struct cmd cmd_config_show = {
	.name = "config show",
	.args = "",
	.summary = "Show the configuration that is in force",
	.text = "What is printed is TOML, and can stand in a fardel.toml as it is.",
	.group = GROUP_SYSTEM,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct config_options),
	.need = need_nothing,
	.run = run_config_show,
};
