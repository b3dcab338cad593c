/* Rows of Packets' indexes, a column behind each NUL: whatever they say, what is offered is such as an index of ours has, comes back from its line, and leads nowhere but to web
 * addresses. */
/* LIBS: -ljansson -lnettle -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/offer_message.h"
#include "model/packets.h"
#include "model/packets_index.h"

static void check(const struct offer *o)
{
	struct offer again;
	struct buf line = BUF_INIT, payload = BUF_INIT, key = BUF_INIT;
	struct err err = ERR_INIT;

	HOLDS(packets_name_is_valid(buf_span(&o->name)) && offer_is_valid(o));
	HOLDS(o->format == FORMAT_PACKETS && o->serial >= 0);
	VEC_FOR (const struct buf, url, &o->mirrors.of)
		HOLDS(span_starts(buf_span(url), "http"));
	offer_init(&again);
	offer_format(o, &line);
	HOLDS(offer_parse(buf_span(&line), &again, &err) == 0 && offer_compare(o, &again) == 0);
	offer_drop(&again);
	offer_message_put(&payload, o);
	HOLDS(offer_message_get(buf_span(&payload), &again));
	packets_family_key(buf_span(&o->family), &key);
	HOLDS(!memchr(key.s, ' ', key.n) && !memchr(key.s, '\n', key.n));
	offer_drop(&again);
	buf_drop(&line);
	buf_drop(&payload);
	buf_drop(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packets_row row = {.serial = size ? (int8_t)data[0] : 0};
	struct span rest = fuzz_span(data, size);
	struct err err = ERR_INIT;
	struct offer o;

	for (int i = 0; i < PACKETS_COLUMNS; i++) {
		row.texts[i] = SPAN("");
		if (rest.n)
			span_split(&rest, 0, &row.texts[i]);
	}
	offer_init(&o);
	if (packets_row_offer(&row, &o, &err) == 0)
		check(&o);
	else
		HOLDS(err.code == ERR_INSTALLER);
	offer_drop(&o);
	if (packets_row_installed(&row, &o, &err) == 0)
		check(&o);
	offer_drop(&o);
	return 0;
}
