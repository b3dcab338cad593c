/* Tests of model/changes_json. */
#include "model/changes_json.h"

#include "unit.h"

#include "model/changes_math.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define FILE_NODE \
	"{\"type\":\"file\",\"mode\":\"4755\",\"uid\":0,\"gid\":5,\"size\":7,\"sha256\":\"" ZEROS \
	"\"}"
#define LINK_NODE "{\"type\":\"link\",\"mode\":\"0777\",\"uid\":0,\"gid\":0,\"target\":\"../x\"}"
#define LIST(changes) "{\"schema\":1,\"changes\":[" changes "]}"

static void unit_assert_again(const struct changes *c, const char *file, int line)
{
	AUTO(changes) again = CHANGES_INIT;
	AUTO(changes_difference) d = CHANGES_DIFFERENCE_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) at_once = BUF_INIT;
	struct json *value = changes_to_json(c);
	struct err err = ERR_INIT;

	json_format(value, &text);
	json_free(value);
	changes_format(c, &at_once);
	assert_buf(&at_once, text.s);
	if (changes_parse(buf_span(&text), &again, &err) < 0) {
		print_error("%s: %s\n", text.s, err.text);
		_fail(file, line);
	}
	changes_diff(c, &again, &d);
	if (d.of.n) {
		print_error("%zu differ: %s\n", d.of.n, text.s);
		_fail(file, line);
	}
}

#define assert_again(c) unit_assert_again(c, __FILE__, __LINE__)

static struct node *fill(struct node *n, enum node_type type, unsigned mode)
{
	n->type = type;
	n->mode = mode;
	if (type == NODE_FILE)
		n->sha256.kind = DIGEST_SHA256;
	if (type == NODE_LINK)
		buf_sets(&n->target, "/elsewhere");
	if (type == NODE_CHAR || type == NODE_BLOCK)
		n->device = 259;
	return n;
}

static void every_type_reads_as_it_was(void **state)
{
	AUTO(changes) c = CHANGES_INIT;

	(void)state;
	assert_again(&c);
	for (unsigned i = 0; i < NODE_TYPES; i++) {
		char path[] = {'/', (char)('a' + (int)i), 0};
		struct change *x = changes_add(&c, span_of(path));

		if (i != NODE_NONE)
			fill(&x->before, (enum node_type)i, 07777 - i);
		if (i != NODE_FILE)
			fill(&x->after, NODE_FILE, 0);
		x->before.uid = i ? UINT32_MAX - 1 : 0;
		x->after.gid = x->after.type == NODE_NONE ? 0 : 1;
		x->after.size = x->after.type == NODE_FILE ? INT64_MAX : 0;
		x->own = i % 2;
	}
	assert_again(&c);
}

static void bytes_read_as_they_were(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	struct change *x;
	AUTO(buf) all = BUF_INIT;
	struct node_xattr *attribute;

	(void)state;
	buf_addc(&all, '/');
	for (int i = 1; i < 256; i++)
		if (i != '/')
			buf_addc(&all, (char)i);
	buf_adds(&all, "\xe2\x80\xae\xed\xa0\x80\\x41\xf0\x9f\x98\x80\xf3\xa0\x80\x81\xef\xbb\xbf");
	x = changes_add(&c, buf_span(&all));
	buf_set(&fill(&x->after, NODE_LINK, 0777)->target, buf_span(&all));
	attribute = vec_push(&x->after.xattrs);
	*attribute = (struct node_xattr){buf_of("user.\xff\n\\"), buf_dup(&all)};
	buf_add(&attribute->value, "a\0", 2);
	attribute = vec_push(&x->after.xattrs);
	*attribute = (struct node_xattr){buf_of("user.\xff\n\\."), BUF_INIT};
	assert_again(&c);
}

static void links_read_as_they_were(void **state)
{
	AUTO(changes) c = CHANGES_INIT;

	(void)state;
	for (char name = 'a'; name < 'f'; name++) {
		struct change *x = changes_add(&c, (struct span){(char[]){'/', name}, 2});

		fill(&x->before, NODE_FILE, 0)->inode = name < 'c' ? 1 : 0;
		fill(&x->after, NODE_FILE, 1)->inode = name > 'b' ? 1 : 0;
	}
	assert_again(&c);
}

static void it_looks_as_documented(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) text = BUF_INIT;
	struct change *x = changes_add(&c, SPAN("/usr/bin/\xe4\n"));
	struct json *value;

	(void)state;
	x->own = true;
	fill(&x->before, NODE_FILE, 04755)->size = 7;
	x->before.gid = 5;
	*vec_push(&x->before.xattrs) = (struct node_xattr){buf_of("user.a"), buf_of("1")};
	buf_sets(&fill(&x->after, NODE_LINK, 0777)->target, "../x");
	value = changes_to_json(&c);
	json_format(value, &text);
	json_free(value);
	assert_buf(&text,
		LIST("{\"path\":\"/usr/bin/\\\\xe4\\\\n\",\"kind\":\"replaced\",\"own\":true,"
		     "\"before\":{\"type\":\"file\",\"mode\":\"4755\",\"uid\":0,\"gid\":5,\"size\":7,"
		     "\"sha256\":\"" ZEROS "\",\"xattrs\":[{\"name\":\"user.a\",\"value\":\"1\"}]},"
		     "\"after\":" LINK_NODE "}"));
}

static void unit_assert_refused(const char *text, const char *why, const char *file, int line)
{
	AUTO(changes) c = CHANGES_INIT;
	struct err err = ERR_INIT;

	if (changes_parse(span_of(text), &c, &err) == 0) {
		print_error("it was taken: %s\n", text);
		_fail(file, line);
	}
	unit_assert_err(&err, ERR_FAILED, why, file, line);
}

#define CREATED(path, node) "{\"path\":\"" path "\",\"kind\":\"created\",\"after\":" node "}"
#define NODE(type, more) "{\"type\":\"" type "\",\"mode\":\"0755\",\"uid\":0,\"gid\":0" more "}"
#define XATTRS(list) NODE("folder", ",\"xattrs\":" list)
#define XATTR(name, value) "{\"name\":\"" name "\",\"value\":\"" value "\"}"

static const struct {
	const char *text, *why;
} refused[] = {
	{"", "not JSON: line 1"},
	{"{\"schema\":1,\n\"changes\":}", "not JSON: line 2"},
	{"[]", "it is no list of changes"},
	{"{\"schema\":1}", "it is no list of changes"},
	{"{\"schema\":\"1\",\"changes\":[]}", "it is no list of changes"},
	{"{\"schema\":2,\"changes\":[]}", "schema 2 is not known, but only 1"},
	{"{\"schema\":1,\"changes\":{}}", "it is no list of changes"},
	{"{\"schema\":1,\"changes\":[],\"more\":1}", "\"more\" is not known"},
	{LIST("1"), "change 1 (): \"path\" is no text"},
	{LIST("{}"), "change 1 (): \"path\" is no text"},
	{LIST(CREATED("a", FILE_NODE)), "change 1 (a): \"path\" is not a plain"},
	{LIST(CREATED("/a/", FILE_NODE)), "is not a plain"},
	{LIST(CREATED("//", FILE_NODE)), "is not a plain"},
	{LIST(CREATED("/a//b", FILE_NODE)), "is not a plain"},
	{LIST(CREATED("/a/../b", FILE_NODE)), "is not a plain"},
	{LIST(CREATED("/a/.", FILE_NODE)), "is not a plain"},
	{LIST(CREATED("/\\\\x00", FILE_NODE)), "is empty, too long, or has a NUL"},
	{LIST(CREATED("/\\\\x41", FILE_NODE)), "is no text, or not escaped"},
	{LIST(CREATED("/\\\\", FILE_NODE)), "is no text, or not escaped"},
	{LIST(CREATED("/\\n", FILE_NODE)), "is no text, or not escaped"},
	{LIST(CREATED("/b", FILE_NODE) "," CREATED("/a", FILE_NODE)),
		"change 2 (/a): the paths are not sorted"},
	{LIST(CREATED("/a", FILE_NODE) "," CREATED("/a", FILE_NODE)), "or it is there twice"},
	{LIST(CREATED("/a.", FILE_NODE) "," CREATED("/a/b", FILE_NODE)), "not sorted"},
	{LIST("{\"path\":\"/a\",\"kind\":\"created\"}"), "(/a): it is no change"},
	{LIST("{\"path\":\"/a\",\"kind\":\"attributes\",\"before\":" FILE_NODE
	      ",\"after\":" FILE_NODE "}"),
		"it is no change"},
	{LIST("{\"path\":\"/a\",\"kind\":\"deleted\",\"after\":" FILE_NODE "}"),
		"\"kind\" is not created"},
	{LIST("{\"path\":\"/a\",\"kind\":\"created\",\"own\":1,\"after\":" FILE_NODE "}"),
		"\"own\" is not true or false"},
	{LIST("{\"path\":\"/a\",\"kind\":\"created\",\"why\":1,\"after\":" FILE_NODE "}"),
		"\"why\" is not known"},
	{LIST(CREATED("/a", "1")), "\"after\": no such \"type\""},
	{LIST(CREATED("/a", NODE("none", ""))), "\"after\": no such \"type\""},
	{LIST(CREATED("/a", NODE("folder", ",\"size\":1"))), "\"size\" is not known"},
	{LIST(CREATED("/a", NODE("folder", ",\"device\":1"))), "\"device\" is not known"},
	{LIST(CREATED("/a", NODE("file", ""))), "\"size\" is no number"},
	{LIST(CREATED("/a", NODE("file", ",\"size\":-1"))), "\"size\" is no number from 0"},
	{LIST(CREATED("/a", NODE("file", ",\"size\":1.0"))), "\"size\" is no number"},
	{LIST(CREATED("/a", NODE("file", ",\"size\":1"))), "\"sha256\" is not of 64"},
	{LIST(CREATED("/a", NODE("file", ",\"size\":1,\"sha256\":\"0" ZEROS "\""))),
		"\"sha256\" is not of 64"},
	{LIST(CREATED(
		 "/a", NODE("file", ",\"size\":1,\"inode\":2147483648,\"sha256\":\"" ZEROS "\""))),
		"\"inode\" is no number from 0 to 2147483647"},
	{LIST(CREATED("/a", NODE("link", ""))), "\"target\" is no text"},
	{LIST(CREATED("/a", NODE("link", ",\"target\":\"\""))), "\"target\" is empty"},
	{LIST(CREATED("/a", NODE("char", ""))), "\"device\" is no number"},
	{LIST(CREATED("/a", "{\"type\":\"fifo\",\"mode\":493,\"uid\":0,\"gid\":0}")),
		"\"mode\" is not of four octal digits"},
	{LIST(CREATED("/a", "{\"type\":\"fifo\",\"mode\":\"0798\",\"uid\":0,\"gid\":0}")),
		"\"mode\" is not of four octal digits"},
	{LIST(CREATED("/a", "{\"type\":\"fifo\",\"mode\":\"10755\",\"uid\":0,\"gid\":0}")),
		"\"mode\" is not of four octal digits"},
	{LIST(CREATED("/a", "{\"type\":\"fifo\",\"mode\":\"0755\",\"uid\":4294967295,\"gid\":0}")),
		"\"uid\" is no number from 0 to 4294967294"},
	{LIST(CREATED("/a", "{\"type\":\"fifo\",\"mode\":\"0755\",\"uid\":0}")),
		"\"gid\" is no number"},
	{LIST(CREATED("/a", XATTRS("[]"))), "\"xattrs\" is no list, or empty"},
	{LIST(CREATED("/a", XATTRS("{}"))), "\"xattrs\" is no list, or empty"},
	{LIST(CREATED("/a", XATTRS("[1]"))), "\"xattrs\": \"name\" is no text"},
	{LIST(CREATED("/a", XATTRS("[" XATTR("", "") "]"))), "\"name\" is empty"},
	{LIST(CREATED("/a", XATTRS("[" XATTR("trusted.a", "") "]"))),
		"no such attribute: trusted.a"},
	{LIST(CREATED("/a", XATTRS("[" XATTR("user.overlay.opaque", "y") "]"))),
		"no such attribute: user.overlay.opaque"},
	{LIST(CREATED("/a", XATTRS("[{\"name\":\"user.a\"}]"))), "\"value\" is no text"},
	{LIST(CREATED("/a", XATTRS("[" XATTR("user.b", "") "," XATTR("user.a", "") "]"))),
		"not sorted: user.a"},
	{LIST(CREATED("/a", XATTRS("[" XATTR("user.a", "") "," XATTR("user.a", "") "]"))),
		"not sorted: user.a"},
	{LIST(CREATED("/a", XATTRS("[{\"name\":\"user.a\",\"value\":\"\",\"x\":0}]"))),
		"\"x\" is not known"},
};

static void what_is_not_so_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		unit_assert_refused(refused[i].text, refused[i].why, __FILE__, __LINE__);
}

static void links_are_numbered_anew(void **state)
{
#define LINKED(number) NODE("file", ",\"size\":1,\"sha256\":\"" ZEROS "\",\"inode\":" number)
	AUTO(changes) c = CHANGES_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(changes_parse(SPAN(LIST(CREATED("/a", LINKED("9")) "," CREATED(
					       "/b", LINKED("3")) "," CREATED("/c",
					       LINKED("7")) "," CREATED("/d", LINKED("3")))),
				 &c, &err),
		0);
	assert_int_equal(c.of.v[0].after.inode, 0);
	assert_int_equal(c.of.v[1].after.inode, 1);
	assert_int_equal(c.of.v[2].after.inode, 0);
	assert_int_equal(c.of.v[3].after.inode, 1);
}

static void what_is_so_is_taken(void **state)
{
	static const char *const rows[] = {
		LIST(""),
		LIST(CREATED("/", FILE_NODE)),
		LIST(CREATED("/a/...", FILE_NODE)),
		LIST(CREATED("/a", FILE_NODE) "," CREATED("/a/b", LINK_NODE) "," CREATED(
			"/a.", LINK_NODE)),
		LIST(CREATED("/a", XATTRS("[" XATTR("security.capability", "\\\\x00") "]"))),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(changes) c = CHANGES_INIT;
		struct err err = ERR_INIT;

		if (changes_parse(span_of(rows[i]), &c, &err) < 0)
			fail_msg("%s: %s", rows[i], err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_reads_as_it_was),
		cmocka_unit_test(bytes_read_as_they_were),
		cmocka_unit_test(links_read_as_they_were),
		cmocka_unit_test(it_looks_as_documented),
		cmocka_unit_test(what_is_not_so_is_refused),
		cmocka_unit_test(links_are_numbered_anew),
		cmocka_unit_test(what_is_so_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
