/* desktop: menu entries, icons, and types of files. */
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"
#include "rules/words.h"
#include "sys/fd.h"
#include "sys/tree.h"

#define APPLICATIONS "usr/share/applications"
#define ICONS "usr/share/icons/hicolor"
#define TYPES "usr/share/mime/packages"
#define ICON_MAX 4096 /* pixels */

/* --- Menu entries ----------------------------------------------------------------------------------------- */

static const struct field entry_fields[] = {{"actions", FIELD_ANY, false},
	{"categories", FIELD_WORDS, false}, {"comment", FIELD_TEXT, false},
	{"exec", FIELD_WORDS, true}, {"extra", FIELD_ANY, false},
	{"generic_name", FIELD_TEXT, false}, {"icon", FIELD_WORD, false}, {"id", FIELD_WORD, true},
	{"keywords", FIELD_WORDS, false}, {"mime", FIELD_WORDS, false}, {"name", FIELD_TEXT, true},
	{"no_display", FIELD_BOOL, false}, {"startup_class", FIELD_WORD, false},
	{"terminal", FIELD_BOOL, false}, {0}};

static const struct {
	const char *field, *key;
} texts[] = {{"name", "Name"}, {"generic_name", "GenericName"}, {"comment", "Comment"},
	{"icon", "Icon"}, {"startup_class", "StartupWMClass"}},
  lists[] = {{"categories", "Categories"}, {"mime", "MimeType"}, {"keywords", "Keywords"}},
  switches[] = {{"terminal", "Terminal"}, {"no_display", "NoDisplay"}};

static void put_text(struct buf *out, const char *key, struct span value, bool in_list)
{
	if (key)
		buf_addf(out, "%s=", key);
	words_desktop_text(out, value, in_list);
	buf_addc(out, in_list ? ';' : '\n');
}

static void put_lists(struct buf *out, const struct value_table *t)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		AUTO(words) list = {0};

		field_words(t, lists[i].field, &list);
		if (!list.of.n)
			continue;
		buf_addf(out, "%s=", lists[i].key);
		for (size_t k = 0; k < list.of.n; k++)
			put_text(out, NULL, span_of(list.of.v[k]), true);
		buf_addc(out, '\n');
	}
}

static int put_exec(struct buf *out, const struct value *v, struct err *err)
{
	AUTO(words) list = {0};
	AUTO(buf) line = BUF_INIT;

	if (args_words(v, "exec", &list, err) < 0)
		return -1;
	if (!list.of.n)
		return err_set(err, ERR_FAILED, "exec: it is empty");
	for (size_t i = 0; i < list.of.n; i++) {
		if (i)
			buf_addc(&line, ' ');
		words_desktop_exec(&line, list.of.v[i]);
	}
	put_text(out, "Exec", buf_span(&line), false);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct value_pair *x = a, *y = b;

	return span_compare(buf_span(&x->key), buf_span(&y->key));
}

/* What the specification has besides, as it is: X-…, or a key in a language. */
static int put_extra(struct buf *out, const struct value *v, struct err *err)
{
	if (!v)
		return 0;
	if (v->kind != VALUE_TABLE || v->table->list.n)
		return err_set(err, ERR_FAILED, "extra: keys with their texts are needed");
	if (v->table->pairs.n)
		qsort(v->table->pairs.v, v->table->pairs.n, sizeof(v->table->pairs.v[0]), by_key);
	VEC_FOR (const struct value_pair, p, &v->table->pairs) {
		if (!words_are(p->key.s, "[]@_.-"))
			return err_set(err, ERR_FAILED, "extra: %s: no key", p->key.s);
		if (p->value.kind != VALUE_TEXT)
			return err_set(err, ERR_FAILED, "extra: %s: a text is needed", p->key.s);
		put_text(out, p->key.s, buf_span(&p->value.text), false);
	}
	return 0;
}

static const struct field action_fields[] = {{"exec", FIELD_WORDS, true},
	{"icon", FIELD_WORD, false}, {"id", FIELD_WORD, true}, {"name", FIELD_TEXT, true}, {0}};

static int check_actions(const struct value *v, struct err *err)
{
	if (!v)
		return 0;
	if (v->kind != VALUE_TABLE || v->table->pairs.n)
		return err_set(err, ERR_FAILED, "actions: a list of tables is needed");
	VEC_FOR (const struct value, one, &v->table->list) {
		if (one->kind != VALUE_TABLE)
			return err_set(err, ERR_FAILED, "actions: a list of tables is needed");
		if (fields_check(one->table, action_fields, false, err) < 0)
			return err_at(err, "actions");
		if (!words_are(field_word(one->table, "id"), "-"))
			return err_set(
				err, ERR_FAILED, "actions: id: letters, digits and - are one");
	}
	return 0;
}

static int put_actions(struct buf *out, const struct value *v, struct err *err)
{
	VEC_FOR (const struct value, one, &v->table->list) {
		buf_addf(out, "\n[Desktop Action %s]\n", field_word(one->table, "id"));
		put_text(out, "Name", field_text(one->table, "name"), false);
		if (field_given(one->table, "icon"))
			put_text(out, "Icon", field_text(one->table, "icon"), false);
		if (put_exec(out, value_get(one->table, "exec"), err) < 0)
			return -1;
	}
	return 0;
}

static int format_entry(const struct value_table *t, struct buf *out, struct err *err)
{
	const struct value *actions = value_get(t, "actions");

	buf_adds(out, "[Desktop Entry]\nType=Application\nVersion=1.0\n");
	for (size_t i = 0; i < COUNT(texts); i++)
		if (field_given(t, texts[i].field))
			put_text(out, texts[i].key, field_text(t, texts[i].field), false);
	if (put_exec(out, value_get(t, "exec"), err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(switches); i++)
		if (field_given(t, switches[i].field))
			buf_addf(out, "%s=%s\n", switches[i].key,
				field_bool(t, switches[i].field) ? "true" : "false");
	put_lists(out, t);
	if (put_extra(out, value_get(t, "extra"), err) < 0 || check_actions(actions, err) < 0)
		return -1;
	if (!actions || !actions->table->list.n)
		return 0;
	buf_adds(out, "Actions=");
	VEC_FOR (const struct value, one, &actions->table->list)
		put_text(out, NULL, field_text(one->table, "id"), true);
	buf_addc(out, '\n');
	return put_actions(out, actions, err);
}

static int desktop_entry(struct script_call *c, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	const struct value_table *t;

	if (args_table(c, 0, "the entry", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, entry_fields, false, err) < 0 ||
		words_file_name(field_word(t, "id"), "id", err) < 0 ||
		format_entry(t, &text, err) < 0 ||
		lua_run_system(c->context, APPLICATIONS, field_word(t, "id"), ".desktop", &path,
			err) < 0 ||
		deed_write(c->context, path.s, DEED_MODE_KEEP, buf_span(&text), err) < 0)
		return -1;
	args_give_text(c, buf_span(&path));
	return 0;
}

/* --- Icons ------------------------------------------------------------------------------------------------ */

static const struct field icons_fields[] = {{"copy", FIELD_BOOL, false}, {"dir", FIELD_PATH, true},
	{"from", FIELD_WORD, false}, {"name", FIELD_WORD, true}, {0}};

/* The files of a folder, and what sizes were had. */
struct icons {
	struct lua_run *run;
	const struct value_table *t;
	VEC(struct buf) files;
	VEC(int64_t) sizes; /* 0: scalable */
};

static void icons_drop(struct icons *i)
{
	vec_drop_each(&i->files, buf_drop);
	vec_drop(&i->sizes);
}

static int find_icon(void *arg, const struct tree_entry *e, struct err *err)
{
	struct icons *i = arg;

	(void)err;
	if (!S_ISDIR(e->st->st_mode) &&
		(span_ends(span_of(e->name), ".png") || span_ends(span_of(e->name), ".svg")) &&
		words_match(field_word(i->t, "from"), e->name))
		*vec_push(&i->files) = buf_of(e->path);
	return 0;
}

/* Of a PNG the width, where it is as high; -1: none. */
static int64_t size_of(struct icons *i, const char *path)
{
	AUTO(spot) spot = SPOT_INIT;
	struct err ignored = ERR_INIT;
	struct {
		unsigned char magic[16];
		uint32_t width, height;
	} head;
	struct stat st;
	AUTO_FD fd = -1;

	if (deed_find(i->run, path, SPOT_FOLLOW, &spot, &ignored) < 0)
		return -1;
	fd = spot_open(&spot, &st, &ignored);
	if (fd < 0)
		return -1;
	if (span_ends(span_of(path), ".svg"))
		return 0;
	if (read(fd, &head, sizeof(head)) != (ssize_t)sizeof(head) ||
		memcmp(head.magic, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) != 0 ||
		head.width != head.height || ntohl(head.width) > ICON_MAX || !head.width)
		return -1;
	return ntohl(head.width);
}

static bool is_new(struct icons *i, int64_t size)
{
	VEC_FOR (const int64_t, had, &i->sizes)
		if (*had == size)
			return false;
	*vec_push(&i->sizes) = size;
	return true;
}

static int put_icon(struct icons *i, const char *from, struct err *err)
{
	AUTO(buf) folder = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	int64_t size = size_of(i, from);

	if (size < 0 || !is_new(i, size))
		return 0;
	if (size)
		buf_addf(&folder, ICONS "/%lldx%lld/apps", (long long)size, (long long)size);
	else
		buf_adds(&folder, ICONS "/scalable/apps");
	if (lua_run_system(i->run, folder.s, field_word(i->t, "name"), size ? ".png" : ".svg",
		    &path, err) < 0)
		return -1;
	return field_bool(i->t, "copy") ? deed_copy(i->run, from, path.s, 0644, true, err)
					: deed_link(i->run, from, path.s, err);
}

static int compare(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;

	return span_compare(buf_span(x), buf_span(y));
}

static int put_icons(struct icons *i, struct err *err)
{
	const char *dir = field_word(i->t, "dir");
	AUTO(spot) spot = SPOT_INIT;
	AUTO_FD fd = -1;

	if (deed_find(i->run, dir, SPOT_FOLLOW, &spot, err) < 0)
		return -1;
	fd = spot_open_folder(&spot, err);
	if (fd < 0 || tree_walk(fd, find_icon, i, err) < 0)
		return err_at(err, "%s", dir);
	if (i->files.n)
		qsort(i->files.v, i->files.n, sizeof(i->files.v[0]), compare);
	VEC_FOR (const struct buf, file, &i->files) {
		AUTO(buf) path = BUF_INIT;

		if (dir[0] != '/')
			buf_set(&path, buf_span(&i->run->order.dir));
		if (path.n)
			buf_add_path(&path, dir);
		else
			buf_sets(&path, dir);
		buf_add_path(&path, file->s);
		if (put_icon(i, path.s, err) < 0)
			return -1;
	}
	return i->sizes.n ? 0 : err_set(err, ERR_FAILED, "%s: there is no icon in it", dir);
}

static int desktop_icons(struct script_call *c, struct err *err)
{
	AUTO(icons) i = {.run = c->context};
	struct value sizes;

	if (args_table(c, 0, "the icons", &i.t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(i.t, icons_fields, false, err) < 0 ||
		words_file_name(field_word(i.t, "name"), "name", err) < 0 || put_icons(&i, err) < 0)
		return -1;
	sizes = value_list();
	VEC_FOR (const int64_t, size, &i.sizes)
		value_append(&sizes, value_integer(*size));
	args_give(c, sizes);
	return 0;
}

/* --- Types of files --------------------------------------------------------------------------------------- */

static const struct field mime_fields[] = {
	{"name", FIELD_WORD, true}, {"types", FIELD_ANY, true}, {0}};
static const struct field type_fields[] = {{"comment", FIELD_TEXT, true},
	{"globs", FIELD_WORDS, false}, {"icon", FIELD_WORD, false}, {"parent", FIELD_WORD, false},
	{0}};

static int format_type(const char *name, const struct value *v, struct buf *out, struct err *err)
{
	AUTO(words) globs = {0};
	const char *slash = strchr(name, '/');

	if (!slash || strchr(slash + 1, '/') || !words_are(name, "/.+_-"))
		return err_set(err, ERR_FAILED, "types: %s: no type as application/x-foo", name);
	if (v->kind != VALUE_TABLE)
		return err_set(err, ERR_FAILED, "types: %s: a table is needed", name);
	if (fields_check(v->table, type_fields, false, err) < 0)
		return err_at(err, "types: %s", name);
	buf_addf(out, "  <mime-type type=\"%s\">\n    <comment>", name);
	words_xml(out, field_text(v->table, "comment"));
	buf_adds(out, "</comment>\n");
	field_words(v->table, "globs", &globs);
	for (size_t i = 0; i < globs.of.n; i++) {
		buf_adds(out, "    <glob pattern=\"");
		words_xml(out, span_of(globs.of.v[i]));
		buf_adds(out, "\"/>\n");
	}
	for (int i = 0; i < 2; i++) {
		const char *field = i ? "parent" : "icon";

		if (!field_given(v->table, field))
			continue;
		buf_adds(out, i ? "    <sub-class-of type=\"" : "    <icon name=\"");
		words_xml(out, field_text(v->table, field));
		buf_adds(out, "\"/>\n");
	}
	buf_adds(out, "  </mime-type>\n");
	return 0;
}

static int format_types(const struct value *types, struct buf *out, struct err *err)
{
	if (types->kind != VALUE_TABLE || types->table->list.n || !types->table->pairs.n)
		return err_set(
			err, ERR_FAILED, "types: names of types with their tables are needed");
	qsort(types->table->pairs.v, types->table->pairs.n, sizeof(types->table->pairs.v[0]),
		by_key);
	buf_adds(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<mime-info xmlns=\"http://www.freedesktop.org/standards/shared-mime-info\">\n");
	VEC_FOR (const struct value_pair, p, &types->table->pairs)
		if (format_type(p->key.s, &p->value, out, err) < 0)
			return -1;
	buf_adds(out, "</mime-info>\n");
	return 0;
}

static int desktop_mime(struct script_call *c, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	const struct value_table *t;

	if (args_table(c, 0, "the types", &t, err) < 0 || args_at_most(c, 1, err) < 0 ||
		fields_check(t, mime_fields, false, err) < 0 ||
		words_file_name(field_word(t, "name"), "name", err) < 0 ||
		format_types(value_get(t, "types"), &text, err) < 0 ||
		lua_run_system(c->context, TYPES, field_word(t, "name"), ".xml", &path, err) < 0 ||
		deed_write(c->context, path.s, DEED_MODE_KEEP, buf_span(&text), err) < 0)
		return -1;
	args_give_text(c, buf_span(&path));
	return 0;
}

const struct script_function lua_desktop[] = {
	{"entry", desktop_entry}, {"icons", desktop_icons}, {"mime", desktop_mime}, {0}};
