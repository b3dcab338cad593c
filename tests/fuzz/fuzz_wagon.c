/* What a wagon says: repository.yaml, luet.yaml, and of a package metadata.json or an item of the older metadata with its definition. What is taken is within
 * its limits, and says the same when it comes again between the programs. */
/* LIBS: -ljansson -lyaml */
#include <string.h>

#include "base/text.h"
#include "ext/json.h"
#include "fuzz.h"
#include "model/luet_conf.h"
#include "model/luet_offer.h"
#include "model/offer_message.h"
#include "model/wagon.h"

static void check_identity(struct span text)
{
	struct err err = ERR_INIT;
	AUTO(buf) payload = BUF_INIT;
	AUTO(buf) once = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;
	AUTO(wagon) w;
	AUTO(wagon) again;

	wagon_init(&w);
	wagon_init(&again);
	if (wagon_parse(text, &w, &err) < 0) {
		HOLDS(err.code == ERR_CHECKSUM && err.text[0]);
		return;
	}
	HOLDS(offer_path_is_valid(buf_span(&w.tree.name)));
	wagon_put(&w, &payload);
	HOLDS(wagon_get(buf_span(&payload), &again));
	wagon_documents(&w, &once);
	wagon_documents(&again, &twice);
	HOLDS(span_is(buf_span(&once), buf_span(&twice)));
}

static void check_conf(struct span text)
{
	struct err err = ERR_INIT;
	AUTO(luet_conf) c;

	luet_conf_init(&c);
	if (luet_conf_parse(text, &c, &err) < 0) {
		HOLDS(err.code == ERR_CONFIG);
		return;
	}
	HOLDS(span_starts(buf_span(&c.database_path), "/"));
	VEC_FOR (const struct buf, folder, &c.repos_confdir.of)
		HOLDS(span_starts(buf_span(folder), "/"));
}

static void check_offer(const struct luet_files *files)
{
	struct err err = ERR_INIT;
	AUTO(buf) payload = BUF_INIT;
	AUTO(offer) o;
	AUTO(offer) again;

	offer_init(&o);
	offer_init(&again);
	if (luet_offer_make(files, &o, &err) < 0) {
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
		return;
	}
	HOLDS(o.format == FORMAT_LUET && offer_path_is_valid(buf_span(&o.path)));
	texts_drop(&o.files);
	buf_sets(&o.id, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	if (!offer_is_valid(&o))
		return; /* the worker leaves it out */
	offer_message_put(&payload, &o);
	HOLDS(offer_message_get(buf_span(&payload), &again));
}

/* The first line is the folder; up to a line "--" the definition, then the artifact. */
static void check_package(struct span text)
{
	struct luet_files files = {.definition = SPAN(""), .finalize = SPAN("")};
	struct err err = ERR_INIT;
	struct json *json = NULL;
	AUTO(yaml) y = YAML_INIT;
	AUTO(buf) definition = BUF_INIT;
	AUTO(buf) as_json = BUF_INIT;
	struct span line;

	(void)span_split(&text, '\n', &files.folder);
	while (span_split(&text, '\n', &line) && !span_is_text(line, "--"))
		buf_addf(&definition, "%.*s\n", SPAN_ARG(line));
	files.definition = buf_span(&definition);
	if (json_parse(text, &json, &err) == 0) {
		files.artifact = (struct luet_node){NULL, json};
		check_offer(&files);
	}
	json_free(json);
	err_clear(&err);
	if (yaml_parse(text, &y, &err) < 0)
		return;
	files.artifact = (struct luet_node){&y, NULL};
	files.older = true;
	check_offer(&files);
	luet_offer_json(&y, &as_json);
	json = NULL;
	if (text_is_utf8(text) && json_parse(buf_span(&as_json), &json, &err) < 0)
		HOLDS(strstr(err.text, "key") || strstr(err.text, "\\u0000")); /* as NULs */
	json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);

	check_identity(text);
	check_conf(text);
	check_package(text);
	return 0;
}
