/* why: why a path is as it is, or a package there.
 *
 *	$ sudo fardel why /usr/bin/zoom
 *	Path: /usr/bin/zoom
 *	Package: zoom 6.2.11
 *	Change: created, a link to /var/lib/fardel/packages/zoom/91ab03c2.../upstream/opt/zoom/ZoomLauncher
 *	Transaction: 42, 2026-11-20 15:02, by root: fardel install zoom.tar.gz
 *	Before: nothing
 *	Now: as zoom made it
 *	Others: none
 *	$ fardel why zoom
 *	Package: zoom 6.2.11
 *	State: installed since 2026-11-20 15:02
 *	Transaction: 42, 2026-11-20 15:02, by root: fardel install zoom.tar.gz
 *	Needed by: none
 */
#include "base/text.h"
#include "cmd/owners_print.h"

static void add_package(struct buf *out, const struct reason *r)
{
	buf_adds(out, "Package: ");
	text_escape(out, buf_span(&r->package));
	buf_addc(out, ' ');
	text_escape(out, buf_span(&r->version));
	buf_addc(out, '\n');
}

/* "a file, 612 B", "a link to /x", "nothing". */
static void add_node(struct buf *out, enum form form, const struct node *n)
{
	if (n->type == NODE_NONE) {
		buf_adds(out, "nothing");
		return;
	}
	buf_addf(out, "a %s", node_type_name(n->type));
	if (n->type == NODE_FILE) {
		buf_adds(out, ", ");
		print_size(out, form, n->size);
		buf_adds(out, form == FORM_TABLE ? "" : " bytes");
	}
	if (n->type == NODE_LINK) {
		buf_adds(out, " to ");
		text_escape(out, buf_span(&n->target));
	}
}

static void add_transaction(struct buf *out, enum form form, const struct reason *r)
{
	buf_adds(out, "Transaction: ");
	if (!r->transaction) {
		buf_adds(out, "unknown: it is not kept any more\n");
		return;
	}
	buf_addf(out, "%lld, ", (long long)r->transaction);
	print_time(out, form, r->at);
	if (r->command.n) {
		buf_adds(out, ", by ");
		text_escape(out, buf_span(&r->user));
		buf_adds(out, ": ");
		text_escape(out, buf_span(&r->command));
	}
	buf_addc(out, '\n');
}

/* "changed since: mode, digest". */
static void add_now(struct buf *out, const struct reason *r)
{
	const char *between = "changed since: ";

	if (!r->differs && r->now == r->made.type) {
		buf_addf(out, "as %s made it", r->package.s);
		return;
	}
	if (r->now != r->made.type) {
		if (r->now == NODE_NONE)
			buf_adds(out, "missing");
		else
			buf_addf(out, "a %s by now", node_type_name(r->now));
		return;
	}
	for (unsigned i = 0; i < ASPECTS; i++)
		if (r->differs & 1U << i) {
			buf_addf(out, "%s%s", between, node_aspect_name(i));
			between = ", ";
		}
}

static void add_change(struct buf *out, enum form form, const struct reason *r)
{
	static const char *const only_root = "unknown: only root can read that\n";

	buf_addf(out, "Change: %s", change_kind_name(r->change));
	if (r->known && r->made.type != NODE_NONE) {
		buf_adds(out, ", ");
		add_node(out, form, &r->made);
	}
	buf_addc(out, '\n');
	add_transaction(out, form, r);
	buf_adds(out, "Before: ");
	if (r->known) {
		add_node(out, form, &r->before);
		buf_addf(out, "%s\n", r->before.type == NODE_NONE ? "" : "; remove brings it back");
	} else {
		buf_adds(out, only_root);
	}
	buf_adds(out, "Now: ");
	if (r->known) {
		add_now(out, r);
		buf_addc(out, '\n');
	} else {
		buf_adds(out, only_root);
	}
}

static void print_path(const struct run *run, const struct why *w)
{
	enum form form = run_form(run);
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) others = BUF_INIT;

	buf_adds(&text, "Path: ");
	text_escape(&text, buf_span(&w->whose.path));
	buf_addc(&text, '\n');
	VEC_FOR (const struct reason, r, &w->of) {
		add_package(&text, r);
		if (r->is_change) {
			add_change(&text, form, r);
		} else {
			buf_adds(&text, "Change: none, it is in the package's own folder\n");
			add_transaction(&text, form, r);
		}
	}
	owners_print_others(&others, &w->whose);
	buf_addf(&text, "%s: %s\n", w->of.n ? "Others" : "Owner", others.n ? others.s : "none");
	print_out(&text);
}

static void print_package(const struct run *run, const struct why *w)
{
	enum form form = run_form(run);
	const struct reason *r = &w->of.v[0];
	AUTO(buf) text = BUF_INIT;

	add_package(&text, r);
	buf_addf(&text, "State: %s since ", bundle_state_name(w->bundle.state));
	print_time(&text, form, w->bundle.since);
	buf_addc(&text, '\n');
	add_transaction(&text, form, r);
	if (w->automatic)
		buf_adds(&text, "Came: for the sake of others\n");
	buf_adds(&text, "Needed by: ");
	VEC_FOR (const struct buf, one, &w->needed_by.of) {
		buf_adds(&text, one == w->needed_by.of.v ? "" : ", ");
		text_escape(&text, buf_span(one));
	}
	buf_adds(&text, w->needed_by.of.n ? "\n" : "none\n");
	print_out(&text);
}

static struct json *json_of_node(const struct node *n)
{
	struct json *object = json_object();

	json_put_text(object, "type", span_of(node_type_name(n->type)));
	if (n->type == NODE_FILE)
		json_put_number(object, "size", n->size);
	if (n->type == NODE_LINK)
		json_put_text(object, "target", buf_span(&n->target));
	return object;
}

static void put_change(struct json *to, const struct reason *r)
{
	struct json *differs = json_array();

	for (unsigned i = 0; i < ASPECTS; i++)
		if (r->differs & 1U << i)
			json_append(differs, json_text(span_of(node_aspect_name(i))));
	json_put_text(to, "change", span_of(change_kind_name(r->change)));
	json_put_bool(to, "known", r->known);
	json_put(to, "before", r->known ? json_of_node(&r->before) : json_null());
	json_put(to, "made", r->known ? json_of_node(&r->made) : json_null());
	json_put(to, "now", r->known ? json_text(span_of(node_type_name(r->now))) : json_null());
	json_put(to, "differs", differs);
}

static struct json *json_of(const struct reason *r)
{
	struct json *object = json_object();
	AUTO(buf) at = BUF_INIT;

	text_time_iso(&at, r->at);
	json_put_text(object, "package", buf_span(&r->package));
	json_put_text(object, "version", buf_span(&r->version));
	json_put(object, "transaction", r->transaction ? json_number(r->transaction) : json_null());
	json_put(object, "at", r->at ? json_text(buf_span(&at)) : json_null());
	json_put(object, "command", r->command.n ? json_text(buf_span(&r->command)) : json_null());
	json_put(object, "user", r->user.n ? json_text(buf_span(&r->user)) : json_null());
	if (r->is_change)
		put_change(object, r);
	return object;
}

static struct json *json_of_texts(const struct texts *texts)
{
	struct json *list = json_array();

	VEC_FOR (const struct buf, x, &texts->of)
		json_append(list, json_text(buf_span(x)));
	return list;
}

static void put_json(struct json *to, const struct why *w)
{
	struct json *reasons = json_array();

	VEC_FOR (const struct reason, r, &w->of)
		json_append(reasons, json_of(r));
	if (w->bundle.name.n) {
		json_put_text(to, "package", buf_span(&w->bundle.name));
		json_put_text(to, "state", span_of(bundle_state_name(w->bundle.state)));
		json_put_bool(to, "automatic", w->automatic);
		json_put(to, "needed_by", json_of_texts(&w->needed_by));
	} else {
		json_put_text(to, "path", buf_span(&w->whose.path));
		json_put(to, "owners", owners_print_json(&w->whose));
	}
	json_put(to, "reasons", reasons);
}

static int run_why(struct run *run, struct err *err)
{
	struct why why;
	int status = engine_why(run->engine, run->args.v[0], &why, err);

	if (status == 0) {
		if (run->json)
			put_json(run->json, &why);
		else if (why.bundle.name.n)
			print_package(run, &why);
		else
			print_path(run, &why);
		if (!why.bundle.name.n && !why.whose.of.n)
			status = err_set(err, ERR_FINDINGS,
				"%s is nobody's that fardel or dpkg knows.", why.whose.path.s);
	}
	why_drop(&why);
	return status;
}

const struct cmd cmd_why = {
	.name = "why",
	.args = "PATH|NAME",
	.summary = "Say why a path is as it is, or why a package is there",
	.text = "An argument with a slash is a path: which package made it so, by which transaction, what was "
		"there before, and whether it was changed since. What was there, and the last, only root can "
		"read. Else it is a package's name. Ends with exit status 1 where a path is nobody's.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = 1,
	.need = need_read,
	.called = CALLED_HERE,
	.run = run_why,
};
