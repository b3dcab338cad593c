/* What takes the place of another of its family stands for what that stood for. */
#include "engine/heir.h"

#include "model/packets.h"

/* The family in lines of the supply, and the serial; false: there is none. */
static bool read_family(struct span relations, struct span *key, unsigned long long *serial)
{
	struct span line;

	while (span_split(&relations, '\n', &line)) {
		if (!span_starts(line, "f "))
			continue;
		line = span_cut(line, 2, line.n);
		return span_split(&line, ' ', key) && span_number(line, INT64_MAX, serial);
	}
	return false;
}

static bool has_line(struct span relations, struct span wanted)
{
	struct span line;

	while (span_split(&relations, '\n', &line))
		if (span_is(line, wanted))
			return true;
	return false;
}

static void add_line(struct span line, struct buf *out)
{
	if (has_line(buf_span(out), line))
		return;
	buf_add_span(out, line);
	buf_addc(out, '\n');
}

static void inherit(const struct supply_item *from, struct buf *out)
{
	struct span rest = from->relations, line;
	AUTO(buf) own = BUF_INIT;

	buf_addf(&own, "p %.*s", SPAN_ARG(from->name));
	add_line(buf_span(&own), out);
	while (span_split(&rest, '\n', &line))
		if (span_starts(line, "p "))
			add_line(line, out);
}

void heir_relations(
	const struct supply *s, struct span name, struct span relations, struct buf *out)
{
	unsigned long long serial, before;
	struct span key, ignored;
	size_t walk = 0, i;

	if (!read_family(relations, &key, &serial))
		return;
	while ((i = supply_provider(s, key, &walk)) != SUPPLY_NONE) {
		struct supply_item item;

		supply_get(s, i, &item);
		if (item.repository != SUPPLY_INSTALLED || span_is(item.name, name) ||
			!read_family(item.relations, &ignored, &before) || before >= serial)
			continue;
		if (!out->n)
			buf_add_span(out, relations);
		inherit(&item, out);
	}
}

static bool is_provided(const struct relations *provides, struct span line)
{
	VEC_FOR (const struct relation, r, &provides->of) {
		AUTO(buf) text = BUF_INIT;

		relation_format(r, &text);
		if (span_is(buf_span(&text), line))
			return true;
	}
	return false;
}

void heir_provides(struct span relations, struct relations *provides)
{
	struct span line;

	while (span_split(&relations, '\n', &line)) {
		struct span text = span_cut(line, 2, line.n);

		if (span_starts(line, "p ") && !is_provided(provides, text))
			(void)!relations_add_text(provides, text);
	}
}

static int add_older(void *arg, const struct index_row *row, struct err *err)
{
	struct offer *o = arg;
	unsigned long long serial;
	struct span key;

	(void)err;
	if (read_family(row->relations, &key, &serial) && (int64_t)serial < o->serial &&
		!is_provided(&o->provides, row->name))
		relations_add(&o->provides, row->name);
	return 0;
}

int heir_of_family(struct index *ix, struct offer *o, struct err *err)
{
	AUTO(buf) key = BUF_INIT;

	if (o->format != FORMAT_PACKETS || !o->family.n)
		return 0;
	packets_family_key(buf_span(&o->family), &key);
	return index_providing(ix, buf_span(&key), add_older, o, err);
}
