/* show: what is known of a package, or of an installer's file.
 *
 *	$ fardel show zoom
 *	Name: zoom
 *	Id: 4e7250518e...
 *	Version: 6.2.11
 *	Directory: /var/lib/fardel/packages/zoom/4e7250518e...
 *	Legend: Zoom
 *	Description:
 *	 Meetings and calls.
 *	 .
 *	 Made by the vendor.
 *	Licence: file:///var/lib/fardel/packages/zoom/4e7250518e.../license
 *	State: installed
 *	Pack: https://cdn.zoom.us/prod/6.2.11/zoom_amd64.deb
 *	Size: 598 MB
 *	Installed: 2026-11-20 15:02
 *	$ fardel show -F Version zoom
 *	6.2.11
 */
#include "cmd/cmd.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cmd/print.h"
#include "cmd/show_stated.h"

struct show_options {
	const char *field;
	bool available;
};

/* Each appends the raw value; nothing: there is none. */
static void field_name(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&s->about->bundle.name));
}

static void field_id(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&s->about->bundle.id));
}

static void field_version(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&s->about->bundle.version));
}

static void field_directory(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&s->about->directory));
}

static void field_legend(const struct subject *s, struct buf *out)
{
	struct span rest = facts_text(&s->about->facts, "legend", s->run->language), line;

	if (span_split(&rest, '\n', &line))
		buf_add_span(out, span_trim(line));
}

static void field_description(const struct subject *s, struct buf *out)
{
	struct span text = facts_text(&s->about->facts, "description", s->run->language);

	while (span_ends(text, "\n"))
		text.n--;
	buf_add_span(out, text);
}

static void field_licence(const struct subject *s, struct buf *out)
{
	if (s->about->is_file && s->about->has_licence)
		buf_adds(out, "yes");
	buf_add_span(out, buf_span(&s->licence));
}

static void field_state(const struct subject *s, struct buf *out)
{
	if (!s->about->is_file)
		buf_adds(out, bundle_state_name(s->about->bundle.state));
}

static void field_repository(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&s->about->repository));
}

static void field_available(const struct subject *s, struct buf *out)
{
	VEC_FOR (const struct buf, version, &s->about->versions.of)
		buf_addf(out, "%s%s", out->n ? ", " : "", version->s);
}

static void field_labels(const struct subject *s, struct buf *out)
{
	VEC_FOR (const struct buf, label, &s->about->labels.of)
		buf_addf(out, "%s%s", out->n ? ", " : "", label->s);
}

static struct json *list_of(const struct texts *texts)
{
	struct json *list = json_array();

	VEC_FOR (const struct buf, text, &texts->of)
		json_append(list, json_text(buf_span(text)));
	return list;
}

static struct json *json_labels(const struct subject *s)
{
	return list_of(&s->about->labels);
}

static struct json *json_available(const struct subject *s)
{
	return list_of(&s->about->versions);
}

static void field_pack(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&s->about->url));
}

static void field_size(const struct subject *s, struct buf *out)
{
	if (s->about->bundle.size >= 0)
		print_size(out, s->form, s->about->bundle.size);
}

static void field_installed(const struct subject *s, struct buf *out)
{
	if (!s->about->is_file && s->about->bundle.state == BUNDLE_INSTALLED)
		print_time(out, s->form, s->about->bundle.since);
}

static struct json *json_licence(const struct subject *s)
{
	if (s->about->is_file)
		return json_bool(s->about->has_licence);
	return s->licence.n ? json_text(buf_span(&s->licence)) : json_null();
}

static struct json *json_size(const struct subject *s)
{
	int64_t size = s->about->bundle.size;

	return size >= 0 ? json_number(size) : json_null();
}

#define OFFERED 1000 /* no format: what repositories say of what they offer */

/* Name, what appends it, what is printed where there is no value, what makes its member of the JSON (NULL: the same text), and
 * the first format whose packages it is shown of. */
#define FIELDS(X) \
	X("Name", field_name, "unknown", NULL, 0) \
	X("Id", field_id, "unknown", NULL, 0) \
	X("Version", field_version, "unknown", NULL, 0) \
	X("Directory", field_directory, "none", NULL, 0) \
	X("Legend", field_legend, "none", NULL, 0) \
	X("Description", field_description, "none", NULL, 0) \
	X("Licence", field_licence, "none", json_licence, 0) \
	X("State", field_state, "none", NULL, 0) \
	X("Pack", field_pack, "none", NULL, 0) \
	X("Size", field_size, "unknown", json_size, 0) \
	X("Installed", field_installed, "none", NULL, 0) \
	X("Repository", field_repository, "none", NULL, OFFERED) \
	X("Available", field_available, "none", json_available, OFFERED) \
	X("Format", stated_format, "unknown", stated_format_json, 0) \
	X("Architectures", stated_architectures, "all", stated_architectures_json, 3) \
	X("Homepage", stated_homepage, "none", NULL, 3) \
	X("Spdx", stated_spdx, "none", NULL, 3) \
	X("Depends", stated_depends, "nothing", stated_depends_json, 3) \
	X("Conflicts", stated_conflicts, "nothing", stated_conflicts_json, 3) \
	X("Provides", stated_provides, "nothing", stated_provides_json, 3) \
	X("Needs", stated_needs_field, "nothing", stated_needs_json, 3) \
	X("Packs", stated_packs, "none", stated_packs_json, 3) \
	X("Labels", field_labels, "none", json_labels, FORMAT_LUET)

static const struct field {
	const char *name;
	void (*put)(const struct subject *s, struct buf *out);
	const char *none;
	struct json *(*json)(const struct subject *s);
	int since;
} fields[] = {
#define FIELD_ROW(name, put, none, json, since) {name, put, none, json, since},
	FIELDS(FIELD_ROW)
#undef FIELD_ROW
};

static const char *const field_names[] = {
#define FIELD_NAME(name, put, none, json, since) name,
	FIELDS(FIELD_NAME) NULL
#undef FIELD_NAME
};

static const struct opt opts[] = {
	{"field", .letter = 'F', .kind = OPT_TEXT, .at = offsetof(struct show_options, field),
		.arg = "FIELD", .choices = field_names,
		.help = "print the value of this field only"},
	{"available", .kind = OPT_FLAG, .at = offsetof(struct show_options, available),
		.help = "what repositories have, also of what is here"},
};

static const struct field *field_find(const char *name)
{
	for (size_t i = 0; i < COUNT(fields); i++)
		if (strcasecmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static int check_field(const struct run *run, struct err *err)
{
	const struct show_options *own = run->own;
	AUTO(buf) all = BUF_INIT;
	const char *nearest;

	if (!own->field || field_find(own->field))
		return 0;
	for (size_t i = 0; i < COUNT(fields); i++)
		buf_addf(&all, "%s%s", i ? ", " : "", fields[i].name);
	nearest = text_nearest(span_of(own->field), field_names);
	if (nearest)
		err_set(err, ERR_USAGE, "there is no field '%s'; the nearest is '%s'", own->field,
			nearest);
	else
		err_set(err, ERR_USAGE, "there is no field '%s'", own->field);
	return err_detail(err, "fields: %s", all.s);
}

static void put_field(const struct subject *s, const struct field *f, bool alone, struct buf *out)
{
	AUTO(buf) value = BUF_INIT;
	bool lines;

	f->put(s, &value);
	lines = value.n && (f->put == field_description || f->put == stated_packs ||
				   (f->put == field_pack && memchr(value.s, '\n', value.n)));
	if (!value.n)
		buf_adds(&value, f->none);
	if (!alone)
		buf_addf(out, "%s:%s", f->name, lines ? "\n" : " ");
	if (lines) {
		print_lines(out, buf_span(&value), alone ? "" : " ", alone ? "" : ".");
	} else {
		text_escape(out, buf_span(&value));
		buf_addc(out, '\n');
	}
}

static bool is_shown(const struct subject *s, const struct field *f)
{
	return f->since == OFFERED ? s->about->is_offer : s->about->bundle.format >= f->since;
}

static void print_text(const struct subject *s, bool first)
{
	const struct show_options *own = s->run->own;
	AUTO(buf) text = BUF_INIT;

	if (own->field) {
		put_field(s, field_find(own->field), true, &text);
	} else {
		if (!first)
			buf_addc(&text, '\n');
		for (size_t i = 0; i < COUNT(fields); i++)
			if (is_shown(s, &fields[i]))
				put_field(s, &fields[i], false, &text);
	}
	print_out(&text);
}

/* The keys are the fields' names in small letters; numbers are numbers. */
static struct json *json_of(const struct subject *s)
{
	const struct show_options *own = s->run->own;
	struct json *object = json_object();

	for (size_t i = 0; i < COUNT(fields); i++) {
		AUTO(buf) value = BUF_INIT;
		char key[16] = "";

		if (own->field ? field_find(own->field) != &fields[i] : !is_shown(s, &fields[i]))
			continue;
		for (size_t k = 0; fields[i].name[k]; k++)
			key[k] = (char)(fields[i].name[k] | 0x20);
		if (fields[i].json) {
			json_put(object, key, fields[i].json(s));
			continue;
		}
		fields[i].put(s, &value);
		json_put(object, key, value.n ? json_text(buf_span(&value)) : json_null());
	}
	return object;
}

static int show_one(
	struct run *run, const char *what, struct json *packages, bool first, struct err *err)
{
	struct about about = {0};
	struct subject s = {
		.run = run, .form = run_form(run), .about = &about, .licence = BUF_INIT};
	const struct show_options *own = run->own;
	int status = own->available ? engine_offer(run->engine, what, &about, err)
				    : engine_about(run->engine, what, &about, err);

	if (status < 0) {
		about_drop(&about);
		return -1;
	}
	if (!about.is_file && about.has_licence)
		status = engine_licence(run->engine, what, &s.licence, err);
	if (status == 0 && packages)
		json_append(packages, json_of(&s));
	else if (status == 0)
		print_text(&s, first);
	buf_drop(&s.licence);
	about_drop(&about);
	return status;
}

static int run_show(struct run *run, struct err *err)
{
	struct json *packages = run->json ? json_array() : NULL;
	int status = 0;

	for (size_t i = 0; i < run->args.n && status == 0; i++)
		status = show_one(run, run->args.v[i], packages, i == 0, err);
	if (packages)
		json_put(run->json, "packages", packages);
	return status;
}

const struct cmd cmd_show = {
	.name = "show",
	.aliases = {"info"},
	.args = "NAME[=VERSION]|FILE...",
	.summary = "Show what is known of a package or an installer",
	.text = "Fields: Name, Id, Version, Directory, Legend, Description, Licence, State, Pack, Size, "
		"Installed, Format; of installers with a manifest.toml also Architectures, Homepage, Spdx, "
		"Depends, Conflicts, Provides, Needs, Packs; of luet's packages Labels. A name that is not here is looked up in the repositories, as last synced: then "
		"also Repository and Available. Legend and description are shown in your language where the package has it. "
		"An argument with a slash, or that ends in .tar.gz or .tar.zst (so .pkt.tar.zst, too), is a file.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct show_options),
	.need = need_read,
	.check = check_field,
	.called = CALLED_SHOWN,
	.run = run_show,
};
