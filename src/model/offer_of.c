/* The offer that an installer's file makes. */
#include "model/offer_of.h"

#include "base/text.h"

#define SUMMARY_MAX 512
#define DESCRIPTION_MAX (16 << 10)
#define FILES_ROOM (16 << 10) /* bytes of the line that paths leave alone */

/* At most so many bytes of whole characters; what is no UTF-8 is left out. */
static void add_cut(struct buf *out, struct span x, size_t max)
{
	uint32_t point;

	while (x.n) {
		size_t n = text_character(x, &point);

		if (n && point && out->n + n > max)
			return;
		if (n && point)
			buf_add(out, x.s, n);
		x = span_cut(x, n ? n : 1, x.n);
	}
}

/* A first line as people may see it. */
static void set_summary(struct span text, struct buf *out)
{
	AUTO(buf) safe = BUF_INIT;
	struct span line = SPAN("");

	text = span_trim(text);
	if (!span_split(&text, '\n', &line))
		return;
	line = span_trim(line);
	if (!text_is_line(line)) {
		text_escape(&safe, line);
		line = buf_span(&safe);
	}
	add_cut(out, line, SUMMARY_MAX);
}

static void copy_packs(const struct packs *from, struct packs *to)
{
	VEC_FOR (const struct pack, pack, &from->of) {
		struct pack *copy = vec_push(&to->of);

		pack_init(copy);
		buf_set(&copy->url, buf_span(&pack->url));
		texts_add_all(&pack->mirrors, &copy->mirrors);
		copy->sums = pack->sums;
		copy->size = pack->size;
		buf_set(&copy->file, buf_span(&pack->file));
		buf_set(&copy->architecture, buf_span(&pack->architecture));
		copy->redistributable = pack->redistributable;
	}
}

void offer_set_texts(struct offer *out, struct span legend, struct span description)
{
	set_summary(legend, &out->summary);
	add_cut(&out->description, span_trim(description), DESCRIPTION_MAX);
}

static void copy_facts(const struct installer *in, struct offer *out)
{
	offer_set_texts(out, facts_text(&in->facts, "legend", ""),
		facts_text(&in->facts, "description", ""));
	buf_set(&out->homepage, buf_span(&in->homepage));
	buf_set(&out->licence, buf_span(&in->licence.spdx));
	out->accept = in->licence.accept;
	texts_add_all(&in->architectures, &out->architectures);
	relations_add_all(&in->depends, &out->depends);
	relations_add_all(&in->conflicts, &out->conflicts);
	relations_add_all(&in->provides, &out->provides);
	relations_add_all(&in->needs.deb, &out->deb);
	copy_packs(&in->packs, &out->packs);
}

/* Files and links that it makes outside of its own folder. */
static bool is_made(const struct change *c)
{
	return !c->own && (c->after.type == NODE_FILE || c->after.type == NODE_LINK) &&
	       text_is_line(buf_span(&c->path));
}

static void add_files(const struct footprint *f, struct offer *out)
{
	AUTO(buf) line = BUF_INIT;
	size_t room;

	offer_format(out, &line);
	room = line.n + FILES_ROOM < OFFER_MAX ? OFFER_MAX - FILES_ROOM - line.n : 0;
	VEC_FOR (const struct change, c, &f->changes.of) {
		if (!is_made(c) || 2 * c->path.n + 4 > room)
			continue;
		texts_add(&out->files, buf_span(&c->path));
		room -= 2 * c->path.n + 4; /* each byte of it escaped */
	}
}

/* What does not come back from its own line would be refused by each client. */
static int check(const struct offer *o, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	AUTO(offer) again;
	struct err why = ERR_INIT;

	offer_init(&again);
	offer_format(o, &line);
	if (offer_parse(buf_span(&line), &again, &why) == 0)
		return 0;
	return err_set(err, ERR_INSTALLER, "it cannot be offered: %s", why.text);
}

int offer_of_installer(const struct installer *in, const struct offer_file *file, struct offer *out,
	struct err *err)
{
	buf_set(&out->name, buf_span(&in->name));
	buf_set(&out->version, buf_span(&in->version));
	out->format = in->format;
	buf_set(&out->id, file->id);
	buf_set(&out->path, file->path);
	out->sha256 = file->sha256;
	out->size = file->size;
	copy_facts(in, out);
	if (file->footprint)
		add_files(file->footprint, out);
	return check(out, err);
}
