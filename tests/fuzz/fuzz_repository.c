/* LIBS: -lyaml */
/* A file of repos.d: what is read of it, that changing one value changes no other, and that what is written is read again. */
#include "fuzz.h"
#include "model/repository.h"

static void edit(struct span text, bool enable)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	struct repository r;
	struct err err = ERR_INIT;

	repository_init(&r);
	if (repository_enable(text, enable, &out, &err) == 0) {
		/* What has grown too long by that is one more reason to be refused. */
		HOLDS(repository_parse(buf_span(&out), &r, &err) == 0 ||
			out.n > REPOSITORY_FILE_MAX);
		HOLDS(out.n > REPOSITORY_FILE_MAX || r.enable == enable);
		HOLDS(repository_enable(buf_span(&out), enable, &again, &err) == 0);
		HOLDS(span_is(buf_span(&out), buf_span(&again)));
	} else {
		HOLDS(err.code == ERR_CONFIG && !out.n);
	}
	repository_drop(&r);
	buf_drop(&out);
	buf_drop(&again);
}

static void write_again(const struct repository *r)
{
	struct buf text = BUF_INIT, twice = BUF_INIT;
	struct repository again;
	struct err err = ERR_INIT;

	repository_init(&again);
	repository_format(r, &text);
	if (text.n <= REPOSITORY_FILE_MAX) {
		HOLDS(repository_parse(buf_span(&text), &again, &err) == 0);
		repository_format(&again, &twice);
		HOLDS(span_is(buf_span(&text), buf_span(&twice)));
	}
	repository_drop(&again);
	buf_drop(&text);
	buf_drop(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct repository r;
	struct err err = ERR_INIT;

	repository_init(&r);
	if (repository_parse(text, &r, &err) < 0) {
		HOLDS(err.code == ERR_CONFIG && err.text[0]);
	} else {
		HOLDS(repository_name_is_valid(buf_span(&r.name)) && r.urls.of.n);
		edit(text, true);
		edit(text, false);
		write_again(&r);
	}
	repository_drop(&r);
	return 0;
}
