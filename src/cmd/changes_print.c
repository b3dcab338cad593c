/* Changes of the file system in words. */
#include "cmd/changes_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/glob.h"

#define PARTS_MOST 64 /* of a path whose like ones are looked for */
#define OTHERS_MOST \
	200 /* so many that are not like it, and no more are looked for: there may be 500,000 */

/* The first that matches has it. */
static const struct section {
	const char *title;
	const char *globs[12]; /* NULL-ended; none: all the rest */
} sections[] = {
	{"Programs", {"/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin",
			     "/usr/games"}},
	{"Desktop",
		{"/usr/share/applications", "/usr/share/icons", "/usr/share/pixmaps",
			"/usr/share/mime", "/usr/share/metainfo", "/usr/share/desktop-directories",
			"/etc/xdg", "/usr/local/share/applications", "/usr/share/fonts"}},
	{"Services", {"/etc/systemd", "/lib/systemd", "/usr/lib/systemd", "/etc/init.d",
			     "/etc/cron*", "/etc/udev", "/lib/udev", "/usr/lib/udev",
			     "/usr/share/dbus-1", "/etc/dbus-1"}},
	{"Configuration", {"/etc"}},
	{"Libraries", {"/usr/lib*", "/lib*", "/usr/local/lib*"}},
	{"Everything else", {NULL}},
};

static bool belongs(const struct change *c, const struct section *s)
{
	for (size_t i = 0; s->globs[i]; i++)
		if (glob_covers(s->globs[i], buf_span(&c->path)))
			return true;
	return !s->globs[0];
}

static const struct section *section_of(const struct change *c)
{
	const struct section *s = sections;

	while (!belongs(c, s))
		s++;
	return s;
}

/* What stands there now, or stood there. */
static const struct node *shown_node(const struct change *c)
{
	return c->after.type == NODE_NONE ? &c->before : &c->after;
}

static bool is_below(struct span path, struct span folder)
{
	return path.n > folder.n && path.s[folder.n] == '/' &&
	       memcmp(path.s, folder.s, folder.n) == 0;
}

/* A folder that came or went with what is in it: that says it. What is in it stands right behind it. */
static bool is_implied(const struct changes *c, size_t i)
{
	const struct change *x = &c->of.v[i];

	return shown_node(x)->type == NODE_FOLDER &&
	       (change_kind(x) == CHANGE_CREATED || change_kind(x) == CHANGE_DELETED) &&
	       i + 1 < c->of.n && is_below(buf_span(&c->of.v[i + 1].path), buf_span(&x->path));
}

static void add_mode(struct buf *out, const struct change *c)
{
	unsigned mode = shown_node(c)->mode;

	if (change_kind(c) == CHANGE_ATTRIBUTES && c->before.mode != mode)
		buf_addf(out, "mode %04o, was %04o", mode, c->before.mode);
	else if (shown_node(c)->type == NODE_FILE && (mode & 07000))
		buf_addf(out, "mode %04o", mode);
}

static void add_owner(struct buf *out, const struct change *c)
{
	const struct node *n = shown_node(c);
	bool changed = change_kind(c) == CHANGE_ATTRIBUTES &&
		       (c->before.uid != n->uid || c->before.gid != n->gid);

	if (changed || (change_kind(c) == CHANGE_CREATED && (n->uid || n->gid)))
		buf_addf(out, "%sowner %lld:%lld", out->n ? ", " : "", (long long)n->uid,
			(long long)n->gid);
}

/* What is to be known besides type and path; without what has to be escaped. */
static void add_detail(struct buf *out, enum form form, const struct change *c)
{
	const struct node *n = shown_node(c);

	if (c->after.type == NODE_FILE && change_kind(c) != CHANGE_ATTRIBUTES)
		print_size(out, form, n->size);
	if (out->n && (n->mode & 07000) && n->type == NODE_FILE)
		buf_adds(out, ", ");
	add_mode(out, c);
	add_owner(out, c);
	for (size_t i = 0; i < n->xattrs.n && c->after.type != NODE_NONE; i++) {
		buf_adds(out, out->n ? ", " : "");
		text_escape(out, buf_span(&n->xattrs.v[i].name));
	}
}

static const struct kind_look {
	const char *sign;
	enum print_color color;
} kind_looks[CHANGE_KINDS] = {
	{"+", COLOR_GREEN}, {"~", COLOR_YELLOW}, {"-", COLOR_RED}, {"~", COLOR_YELLOW}};

static void add_sign(struct buf *out, enum change_kind kind, bool color)
{
	const struct kind_look *look = &kind_looks[kind];

	buf_addf(out, "%s%s%s ", print_color(color, look->color), look->sign,
		print_color(color, COLOR_NONE));
}

/* --- like ones --- */

struct parts {
	struct span of[PARTS_MOST];
	size_t n; /* 0: too many */
};

static void split(struct span path, struct parts *out)
{
	out->n = 0;
	while (path.n && out->n < PARTS_MOST)
		span_split(&path, '/', &out->of[out->n++]);
	if (path.n)
		out->n = 0;
}

/* The one part in which they differ; -1: they do not, or in more. */
static int differing(const struct parts *a, const struct parts *b)
{
	int found = -1;

	if (!a->n || a->n != b->n)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		if (span_is(a->of[i], b->of[i]))
			continue;
		if (found >= 0)
			return -1;
		found = (int)i;
	}
	return found;
}

/* Changes that are shown in one line: they differ in one part of their paths. */
struct group {
	size_t members[2]; /* the first and the last */
	size_t count;
	int part; /* -1: one alone */
};

static bool is_like(const struct change *a, const struct change *b)
{
	return change_kind(a) == change_kind(b) && shown_node(a)->type == shown_node(b)->type &&
	       !((shown_node(a)->mode ^ shown_node(b)->mode) & 07000);
}

/* The part in which the i-th and the k-th differ where they can stand in one line, else -1. */
static int differing_like(
	const struct changes *c, size_t i, size_t k, const struct parts *first, int known)
{
	struct parts other;
	int part;

	if (!is_like(&c->of.v[i], &c->of.v[k]))
		return -1;
	split(buf_span(&c->of.v[k].path), &other);
	part = differing(first, &other);
	return known < 0 || part == known ? part : -1;
}

/* Gathers what is like the i-th, and marks it as told. */
static struct group gather(const struct changes *c, size_t i, const struct section **of)
{
	struct group g = {{i, i}, 1, -1};
	struct parts first;

	split(buf_span(&c->of.v[i].path), &first);
	for (size_t k = i + 1, others = 0; k < c->of.n && others < OTHERS_MOST; k++) {
		int part = of[k] == of[i] ? differing_like(c, i, k, &first, g.part) : -1;

		if (part < 0) {
			others += of[k] == of[i];
			continue;
		}
		g.part = part;
		g.members[1] = k;
		g.count++;
		of[k] = NULL;
	}
	of[i] = NULL;
	return g;
}

static void add_group_path(struct buf *out, const struct changes *c, const struct group *g,
	const struct changes_look *look)
{
	struct parts first, last;

	if (g->count == 1) {
		text_escape(out, buf_span(&c->of.v[g->members[0]].path));
		return;
	}
	split(buf_span(&c->of.v[g->members[0]].path), &first);
	split(buf_span(&c->of.v[g->members[1]].path), &last);
	for (size_t i = 0; i < first.n; i++) {
		if (i)
			buf_addc(out, '/');
		if ((int)i == g->part)
			buf_addc(out, '{');
		text_escape(out, first.of[i]);
		if ((int)i == g->part) {
			buf_adds(out, g->count == 2 ? "," : look->utf8 ? " … " : " ... ");
			text_escape(out, last.of[i]);
			buf_addc(out, '}');
		}
	}
}

/* Where a link leads, from the package's own folder on where it leads into that. */
static void add_target(struct buf *out, const struct change *c, const struct changes_look *look)
{
	struct span target = buf_span(&c->after.target);

	if (c->after.type != NODE_LINK)
		return;
	if (look->own.n && is_below(target, look->own))
		target = span_cut(target, look->own.n + 1, target.n - look->own.n - 1);
	buf_adds(out, look->utf8 ? "  →  " : "  ->  ");
	text_escape(out, target);
}

static void print_group(struct buf *out, const struct changes *c, const struct group *g,
	const struct changes_look *look)
{
	const struct change *first = &c->of.v[g->members[0]];
	AUTO(buf) detail = BUF_INIT;
	AUTO(buf) type = buf_of(node_type_name(shown_node(first)->type));

	if (g->count > 1)
		buf_addc(&type, 's');
	buf_adds(out, "    ");
	add_sign(out, change_kind(first), look->color);
	print_pad(out, buf_span(&type), 8);
	add_group_path(out, c, g, look);
	if (g->count > 1) {
		buf_addf(out, "   (%zu)\n", g->count);
		return;
	}
	add_target(out, first, look);
	add_detail(&detail, FORM_TABLE, first);
	buf_addf(out, "%s%s\n", detail.n ? "   " : "", detail.s);
}

static void print_section(struct buf *out, const struct changes *c, const struct section *s,
	const struct section **of, const struct changes_look *look)
{
	bool begun = false;

	for (size_t i = 0; i < c->of.n; i++) {
		struct group g;

		if (of[i] != s)
			continue;
		if (!begun)
			buf_addf(out, "  %s\n", s->title);
		begun = true;
		g = gather(c, i, of);
		print_group(out, c, &g, look);
	}
}

void changes_print_sections(
	struct buf *out, const struct changes *c, const struct changes_look *look)
{
	/* Of each that is still to be told, the section. */
	const struct section **of =
		c->of.n ? mem_zero(c->of.n, sizeof(const struct section *)) : NULL;
	size_t own = 0;

	for (size_t i = 0; i < c->of.n; i++) {
		own += c->of.v[i].own;
		if (!c->of.v[i].own && !is_implied(c, i))
			of[i] = section_of(&c->of.v[i]);
	}
	for (size_t i = 0; i < COUNT(sections); i++)
		print_section(out, c, &sections[i], of, look);
	if (own) {
		buf_adds(out, "  In its own folder\n    ");
		print_count(out, own, "change", "changes");
		buf_addc(out, '\n');
	}
	free(of);
}

void changes_print_plain(struct buf *out, struct span name, const struct changes *c)
{
	VEC_FOR (const struct change, x, &c->of) {
		AUTO(buf) detail = BUF_INIT;

		text_escape(out, name);
		buf_addf(out, "\t%s\t%s\t", change_kind_name(change_kind(x)),
			node_type_name(shown_node(x)->type));
		text_escape(out, buf_span(&x->path));
		add_detail(&detail, FORM_PLAIN, x);
		if (x->after.type == NODE_LINK) {
			buf_adds(&detail, detail.n ? ", " : "");
			text_escape(&detail, buf_span(&x->after.target));
		}
		buf_addf(out, "\t%s\n", detail.s);
	}
}

void changes_print_counts(struct buf *out, const struct changes *c)
{
	static const enum node_type order[] = {NODE_LINK, NODE_FILE, NODE_FOLDER};
	size_t counts[COUNT(order) + 1] = {0}, kinds = 0, told = 0;

	VEC_FOR (const struct change, x, &c->of) {
		size_t i = 0;

		while (i < COUNT(order) && shown_node(x)->type != order[i])
			i++;
		counts[i] += !x->own;
	}
	for (size_t i = 0; i < COUNT(counts); i++)
		kinds += counts[i] > 0;
	for (size_t i = 0; i < COUNT(counts); i++) {
		static const char *const words[][2] = {{"link", "links"}, {"file", "files"},
			{"folder", "folders"}, {"other", "others"}};

		if (!counts[i])
			continue;
		buf_adds(out, !told ? "" : told + 1 == kinds ? " and " : ", ");
		print_count(out, counts[i], words[i][0], words[i][1]);
		told++;
	}
	if (!kinds)
		buf_adds(out, "nothing");
}

void changes_print_path(
	struct buf *out, enum change_kind kind, enum node_type type, struct span path, bool color)
{
	buf_adds(out, "  ");
	add_sign(out, kind, color);
	print_pad(out, span_of(node_type_name(type)), 8);
	buf_addc(out, ' ');
	text_escape(out, path);
	buf_addc(out, '\n');
}
