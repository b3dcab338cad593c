/* That a licence was accepted. */
#include "model/acceptance.h"

#include <string.h>

#include "base/text.h"
#include "ext/toml.h"

void acceptance_init(struct acceptance *a)
{
	*a = (struct acceptance){.name = BUF_INIT,
		.spdx = BUF_INIT,
		.file = BUF_INIT,
		.user = BUF_INIT,
		.tool = BUF_INIT};
}

void acceptance_drop(struct acceptance *a)
{
	buf_drop(&a->name);
	buf_drop(&a->spdx);
	buf_drop(&a->file);
	buf_drop(&a->user);
	buf_drop(&a->tool);
	acceptance_init(a);
}

/* All of these texts were read without control characters, or are ours. */
static void add_text(struct buf *out, const char *key, struct span text)
{
	if (!text.n)
		return;
	buf_addf(out, "%s = \"", key);
	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] == '"' || text.s[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, (unsigned char)text.s[i] < ' ' ? '?' : text.s[i]);
	}
	buf_adds(out, "\"\n");
}

void acceptance_format(const struct acceptance *a, struct buf *out)
{
	AUTO(buf) hex = BUF_INIT;
	AUTO(buf) when = BUF_INIT;

	digest_format(&hex, &a->sha256);
	text_time_iso(&when, a->at);
	buf_adds(out, "# Written by fardel when the licence was accepted.\n");
	add_text(out, "name", buf_span(&a->name));
	add_text(out, "sha256", buf_span(&hex));
	add_text(out, "spdx", buf_span(&a->spdx));
	add_text(out, "file", buf_span(&a->file));
	buf_addf(out, "uid = %lld\n", (long long)a->uid);
	add_text(out, "user", buf_span(&a->user));
	add_text(out, "accepted", buf_span(&when));
	add_text(out, "tool", buf_span(&a->tool));
}

struct reading {
	struct acceptance *out;
	bool has_sum;
};

static int on_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct reading *r = arg;

	(void)err;
	if (item->kind == TOML_TEXT && strcmp(item->key, "name") == 0)
		buf_sets(&r->out->name, item->text);
	if (item->kind == TOML_TEXT && strcmp(item->key, "sha256") == 0)
		r->has_sum = digest_parse(DIGEST_SHA256, span_of(item->text), &r->out->sha256);
	return 0;
}

int acceptance_parse(struct span text, struct acceptance *out, struct err *err)
{
	struct reading r = {.out = out};

	if (toml_parse(text, on_item, &r, err) < 0)
		return -1;
	if (!out->name.n || !r.has_sum)
		return err_set(err, ERR_CONFIG, "it states no name, or no sha256");
	return 0;
}
