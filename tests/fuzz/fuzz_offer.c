/* A line of a leaf: what is read is written as one text, whatever the line was. */
/* LIBS: -ljansson -lnettle -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/offer.h"

static void check(const struct offer *o)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) again = BUF_INIT;
	AUTO(offer) other;
	struct err err = ERR_INIT;

	offer_init(&other);
	offer_format(o, &text);
	HOLDS(!memchr(text.s, '\n', text.n));
	if (offer_parse(buf_span(&text), &other, &err) < 0) {
		HOLDS(text.n > OFFER_MAX); /* what is escaped is longer */
		return;
	}
	offer_format(&other, &again);
	HOLDS(span_is(buf_span(&text), buf_span(&again)));
	HOLDS(offer_compare(o, &other) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(offer) o;
	struct err err = ERR_INIT;

	offer_init(&o);
	if (offer_parse(fuzz_span(data, size), &o, &err) < 0) {
		HOLDS(err.code == ERR_FAILED && err.text[0]);
		return 0;
	}
	HOLDS(o.name.n && o.format > 0 && o.id.n == 64);
	HOLDS(o.size >= 0 || offer_is_foreign(&o));
	HOLDS(offer_path_is_valid(buf_span(&o.path)));
	HOLDS(!memchr(o.summary.s, '\n', o.summary.n));
	check(&o);
	return 0;
}
