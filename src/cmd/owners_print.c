/* Whose a path is, in words. */
#include "cmd/owners_print.h"

#include "base/text.h"

#define NAMED_MOST 3 /* owners that a line names: a folder may have hundreds */

static void add_package(struct buf *out, const struct path_owner *o)
{
	text_escape(out, buf_span(&o->name));
	if (o->version.n) {
		buf_addc(out, ' ');
		text_escape(out, buf_span(&o->version));
	}
	if (o->own)
		buf_adds(out, " (its own folder)");
	else if (o->transaction)
		buf_addf(out, " (transaction %lld)", (long long)o->transaction);
}

static void add_other(struct buf *out, const struct path_owner *o)
{
	text_escape(out, buf_span(&o->name));
	if (o->kind == OWNER_CONFFILE)
		buf_adds(out, " (conffile)");
	buf_adds(out, o->kind == OWNER_ALTERNATIVE ? ", by update-alternatives" : ", by dpkg");
}

/* Those of fardel's, or the others; false: there are none. */
static bool add_owners(struct buf *out, const struct path_owners *p, bool packages)
{
	size_t told = 0;

	VEC_FOR (const struct path_owner, o, &p->of) {
		if ((o->kind == OWNER_PACKAGE) != packages || told++ >= NAMED_MOST)
			continue;
		if (told > 1)
			buf_adds(out, "; ");
		if (packages)
			add_package(out, o);
		else
			add_other(out, o);
	}
	if (told > NAMED_MOST)
		buf_addf(out, "; and %zu more", told - NAMED_MOST);
	return told;
}

void owners_print_others(struct buf *out, const struct path_owners *p)
{
	add_owners(out, p, false);
}

void owners_print(struct buf *out, const struct path_owners *p)
{
	if (!add_owners(out, p, true) && !add_owners(out, p, false))
		buf_adds(out, "nobody");
}

void owners_print_plain(struct buf *out, const struct path_owners *p)
{
	VEC_FOR (const struct path_owner, o, &p->of) {
		text_escape(out, buf_span(&p->path));
		buf_addf(out, "\t%s\t", owner_kind_name(o->kind));
		text_escape(out, buf_span(&o->name));
		buf_addc(out, '\t');
		text_escape(out, buf_span(&o->version));
		buf_addc(out, '\t');
		if (o->transaction)
			text_number(out, o->transaction);
		buf_addc(out, '\n');
	}
	if (p->of.n)
		return;
	text_escape(out, buf_span(&p->path));
	buf_adds(out, "\tnobody\t\t\t\n");
}

struct json *owners_print_json(const struct path_owners *p)
{
	struct json *owners = json_array();

	VEC_FOR (const struct path_owner, o, &p->of) {
		struct json *owner = json_object();

		json_put_text(owner, "kind", span_of(owner_kind_name(o->kind)));
		json_put_text(owner, "name", buf_span(&o->name));
		if (o->kind == OWNER_PACKAGE) {
			json_put_text(owner, "version", buf_span(&o->version));
			json_put(owner, "id", o->id.n ? json_text(buf_span(&o->id)) : json_null());
			json_put_bool(owner, "own_folder", o->own);
		}
		if (o->transaction) {
			json_put_number(owner, "transaction", o->transaction);
			json_put_text(owner, "change", span_of(change_kind_name(o->change)));
			json_put_text(owner, "type", span_of(node_type_name(o->type)));
		}
		json_append(owners, owner);
	}
	return owners;
}
