/* Tests of model/repository: a file of repos.d, read, changed in one value, written. */
#include "model/repository.h"

#include "unit.h"

#define KEY "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define OTHER "RWSf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define LEAST "name: a\ntype: http\nurls: [http://a/]\n"

static void parse(struct repository *r, const char *text)
{
	struct err err = ERR_INIT;

	repository_init(r);
	if (repository_parse(span_of(text), r, &err) < 0)
		fail_msg("%s\n%s", text, err.text);
}

static void refuse(const char *text, const char *part)
{
	AUTO(repository) r;
	struct err err = ERR_INIT;

	repository_init(&r);
	if (repository_parse(span_of(text), &r, &err) == 0)
		fail_msg("taken: %s", text);
	assert_err(&err, ERR_CONFIG, part);
}

/* As luet's manual has it, with keys that are luet's alone. */
static void accept(const char *text)
{
	AUTO(repository) r;

	parse(&r, text);
}

static void a_file_of_luets(void **state)
{
	AUTO(repository) r;

	(void)state;
	parse(&r,
		"name: \"mottainai-stable\"\ndescription: \"MottainaiCI Official Repository\"\ntype: \"http\"\n"
		"enable: true\ncached: true\npriority: 1\nurls:\n- \"https://mottainai.example/mottainai-stable\"\n"
		"- \"https://other.example/m\"\ntreepath: /x\nverify: false\nauth:\n  basic: dXNlcjpwOnc=\n");
	assert_buf(&r.name, "mottainai-stable");
	assert_buf(&r.description, "MottainaiCI Official Repository");
	assert_int_equal(r.type, REPOSITORY_HTTP);
	assert_true(r.enable);
	assert_int_equal(r.priority, 1);
	assert_int_equal(r.urls.of.n, 2);
	assert_buf(&r.urls.of.v[1], "https://other.example/m");
	assert_buf(&r.auth.user, "user");
	assert_buf(&r.auth.password, "p:w");
	assert_true(repository_has_login(&r));
	assert_true(r.require_signature);
}

static void what_is_not_stated(void **state)
{
	AUTO(repository) r;
	AUTO(repository) none;

	(void)state;
	parse(&r, LEAST);
	assert_false(r.enable);
	assert_int_equal(r.priority, REPOSITORY_PRIORITY);
	assert_true(r.require_signature);
	assert_int_equal(r.keys.of.n, 0);
	assert_false(repository_has_login(&r));
	parse(&none, LEAST
		"enable:\npriority: ~\nkey:\nrequire_signature: null\nauth: \ndescription: \n");
	assert_false(none.enable);
	assert_true(none.require_signature);
	assert_int_equal(none.priority, REPOSITORY_PRIORITY);
}

static void formats(void **state)
{
	AUTO(repository) wagon;
	AUTO(repository) signed_one;
	AUTO(repository) packets;
	AUTO(repository) from_luet;
	struct err err = ERR_INIT;

	(void)state;
	parse(&wagon, LEAST "format: luet\nallow_unchecked: true\n");
	assert_int_equal(wagon.format, REPOSITORY_LUET);
	assert_false(wagon.require_signature); /* nobody signs them */
	assert_true(wagon.allow_unchecked);
	parse(&signed_one, LEAST "format: luet\nkey: " KEY "\n");
	assert_true(signed_one.require_signature);
	parse(&packets, LEAST "format: packets\nrequire_signature: true\n");
	assert_int_equal(packets.format, REPOSITORY_PACKETS);
	assert_true(packets.require_signature);
	/* What stands in luet's folders is luet's, unless it says otherwise. */
	repository_init(&from_luet);
	from_luet.format = REPOSITORY_LUET;
	assert_int_equal(repository_parse(SPAN(LEAST "format: \n"), &from_luet, &err), 0);
	assert_int_equal(from_luet.format, REPOSITORY_LUET);
	assert_int_equal(repository_parse(SPAN(LEAST "format: fardel\n"), &from_luet, &err), 0);
	assert_int_equal(from_luet.format, REPOSITORY_FARDEL);
	assert_true(from_luet.require_signature);
}

static void kinds_and_their_urls(void **state)
{
	static const struct {
		const char *text;
		enum repository_type type;
	} good[] = {
		{"name: a\ntype: dir\nurls: /srv/repo\n", REPOSITORY_DISK},
		{"name: a\ntype: disk\nurls: ['file:///srv/repo', /b]\n", REPOSITORY_DISK},
		{"name: a\ntype: docker\nurls: [quay.example/a/b]\n", REPOSITORY_DOCKER},
		{"name: a\ntype: http\nurls: https://u:p@a.example:80/x\n", REPOSITORY_HTTP},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO(repository) r;

		parse(&r, good[i].text);
		assert_int_equal(r.type, good[i].type);
		assert_int_equal(repository_has_login(&r), i == 3);
	}
	refuse("name: a\ntype: ftp\nurls: [ftp://a/]\n", "line 2, column 7: type");
	refuse("name: a\ntype: http\nurls: [/srv]\n", "urls");
	refuse("name: a\ntype: http\nurls: ['file:///srv']\n", "urls");
	refuse("name: a\ntype: http\nurls: ['http://a b/']\n", "urls");
	refuse("name: a\ntype: disk\nurls: [srv]\n", "urls");
	refuse("name: a\ntype: disk\nurls: ['http://a/']\n", "urls");
	refuse("name: a\ntype: disk\nurls: [\"/a\\nb\"]\n", "line 3");
	refuse("name: a\ntype: http\nurls: []\n", "urls must have one");
	refuse("name: a\ntype: http\nurls: [[a]]\n", "urls");
	refuse("name: a\ntype: http\nurls: {a: b}\n", "urls");
}

static void what_is_refused(void **state)
{
	AUTO(buf) many = buf_of("name: a\ntype: disk\nurls:\n");
	AUTO(buf) big = buf_of(LEAST "# ");

	(void)state;
	refuse("", "no keys");
	refuse("- a\n", "no keys");
	refuse("type: http\nurls: [http://a/]\n", "name is missing");
	refuse("name: a\nurls: [http://a/]\n", "type is missing");
	refuse("name: a\ntype: http\n", "urls is missing");
	refuse("name: ../a\ntype: http\nurls: [http://a/]\n", "line 1, column 7: name");
	refuse("name: .a\ntype: http\nurls: [http://a/]\n", "name");
	refuse("name: 'a b'\ntype: http\nurls: [http://a/]\n", "name");
	refuse("name: -a\ntype: http\nurls: [http://a/]\n", "name");
	refuse("name:\ntype: http\nurls: [http://a/]\n", "name");
	refuse("name: [a]\ntype: http\nurls: [http://a/]\n", "name");
	refuse(LEAST "enable: maybe\n", "line 4, column 9: enable must be true or false");
	refuse(LEAST "enable: [true]\n", "enable");
	refuse(LEAST "require_signature: 0\n", "require_signature");
	refuse(LEAST "priority: high\n", "priority");
	refuse(LEAST "priority: 1.5\n", "priority");
	refuse(LEAST "priority: 99999999999\n", "priority");
	refuse(LEAST "priority: [1]\n", "priority");
	refuse(LEAST "key: main.pub\n", "key must be");
	refuse(LEAST "key: [" KEY ", RWabc]\n", "key must be");
	refuse(LEAST "auth: secret\n", "auth");
	refuse(LEAST "auth: {token: \"a\\r\\nEvil: 1\"}\n", "token");
	refuse(LEAST "auth: {basic: '?'}\n", "basic");
	refuse(LEAST "auth: {basic: dXNlcg==}\n", "basic");
	refuse(LEAST "auth: {usr: me, password: pw}\n", "auth: usr is no key of it");
	refuse(LEAST "auth: {me:secret}\n", "line 4, column 8: auth: this is no key of it");
	refuse(LEAST "auth: {token: a, registrytoken: b}\n", "auth: registrytoken is no key of it");
	refuse(LEAST "auth: {user: me}\n", "auth: a user needs a password beside it");
	refuse(LEAST "auth: {username: me, password: }\n",
		"auth: a user needs a password beside it");
	refuse(LEAST "auth: {password: pw}\n", "auth: a password needs a user beside it");
	/* Of luet's own files all is taken that luet takes; and a password may be empty. */
	accept(LEAST "format: luet\nauth: {email: me@x.example, username: me}\n");
	accept(LEAST "auth: {user: me, password: ''}\n");
	refuse(LEAST "description: [a]\n", "description");
	refuse(LEAST "name: b\n", "twice");
	for (int i = 0; i <= REPOSITORY_URLS_MAX; i++)
		buf_adds(&many, "- /a\n");
	refuse(many.s, "too many");
	while (big.n <= REPOSITORY_FILE_MAX)
		buf_adds(&big, "0123456789012345678901234567890123456789");
	refuse(big.s, "longer than");
}

static void names(void **state)
{
	static const char *const good[] = {"a", "0", "macaroni-os.2_x", "Main+extra"};
	static const char *const bad[] = {
		"", ".", "..", "_a", "+a", "a/b", "a b", "\xc3\xa4", "a\n"};
	AUTO(buf) longest = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(repository_name_is_valid(span_of(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(repository_name_is_valid(span_of(bad[i])));
	assert_false(repository_name_is_valid((struct span){"a\0b", 3}));
	for (int i = 0; i < REPOSITORY_NAME_MAX; i++)
		buf_addc(&longest, 'a');
	assert_true(repository_name_is_valid(buf_span(&longest)));
	buf_addc(&longest, 'a');
	assert_false(repository_name_is_valid(buf_span(&longest)));
}

struct pair {
	const char *before, *after;
};

static void assert_enabled(const struct pair *p, bool enable)
{
	AUTO(buf) out = BUF_INIT;
	AUTO(repository) r;
	struct err err = ERR_INIT;

	if (repository_enable(span_of(p->before), enable, &out, &err) < 0)
		fail_msg("%s\n%s", p->before, err.text);
	assert_buf(&out, p->after);
	parse(&r, out.s);
	assert_int_equal(r.enable, enable);
}

#define REST "type: http\nurls:\n- http://a/ # the first\n"

static void one_value_is_changed(void **state)
{
	static const struct pair pairs[] = {
		{"# top\nname: a\nenable: false   # for now\nodd: {x: [1,  2]}\n" REST,
			"# top\nname: a\nenable: true   # for now\nodd: {x: [1,  2]}\n" REST},
		{"name: a\nenable: no\n" REST, "name: a\nenable: true\n" REST},
		{"name: a\nenable: \"false\"\n" REST, "name: a\nenable: true\n" REST},
		{"name: a\n'enable' : 'no' # c\n" REST, "name: a\n'enable' : true # c\n" REST},
		{"name: a\nenable:\n" REST, "name: a\nenable: true\n" REST},
		{"name: a\nenable:   # c\n" REST, "name: a\nenable: true   # c\n" REST},
		{"name: a\nenable:\n  false\n" REST, "name: a\nenable:\n  true\n" REST},
		{"name: a\nenable: ~\n" REST, "name: a\nenable: true\n" REST},
		{"name: a\nenable: False\r\n" REST, "name: a\nenable: true\r\n" REST},
		{"{name: a, enable: false, type: disk, urls: [/x]}",
			"{name: a, enable: true, type: disk, urls: [/x]}"},
		{"{name: a, enable, type: disk, urls: [/x]}",
			"{name: a, enable: true, type: disk, urls: [/x]}"},
		{"{name: a, enable: , type: disk, urls: [/x]}",
			"{name: a, enable: true , type: disk, urls: [/x]}"},
		{"{\"enable\":false,\"name\":\"a\",\"type\":\"disk\",\"urls\":[\"/x\"]}\n",
			"{\"enable\":true,\"name\":\"a\",\"type\":\"disk\",\"urls\":[\"/x\"]}\n"},
		{"\xef\xbb\xbfname: a\n# \xc3\xa4\xe2\x82\xac\nenable: false\n" REST,
			"\xef\xbb\xbfname: a\n# \xc3\xa4\xe2\x82\xac\nenable: true\n" REST},
		{"--- # x\nname: a\nenable: false\n" REST "...\n",
			"--- # x\nname: a\nenable: true\n" REST "...\n"},
		{"name: a\ndescription: |\n  enable: false\nenable: false\n" REST,
			"name: a\ndescription: |\n  enable: false\nenable: true\n" REST},
		{"name: a\nx:\n  enable: false\nenable: false\n" REST,
			"name: a\nx:\n  enable: false\nenable: true\n" REST},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		assert_enabled(&pairs[i], true);
	assert_enabled(
		&(struct pair){"name: a\nenable: on\n" REST, "name: a\nenable: false\n" REST},
		false);
}

static void a_missing_line_is_added(void **state)
{
	static const struct pair pairs[] = {
		{"name: a\n" REST, "name: a\n" REST "enable: true\n"},
		{"name: a\n" REST "# the end", "name: a\n" REST "enable: true\n# the end"},
		{"name: a\ntype: disk\nurls: [/x] # c",
			"name: a\ntype: disk\nurls: [/x] # c\nenable: true\n"},
		{"name: a\r\ntype: disk\r\nurls:\r\n- /x",
			"name: a\r\ntype: disk\r\nurls:\r\n- /x\r\nenable: true\r\n"},
		{"  name: a\n  type: disk\n  urls: [/x]\n",
			"  name: a\n  type: disk\n  urls: [/x]\n  enable: true\n"},
		{"---\nname: a\ntype: disk\nurls: [/x]\n...\n",
			"---\nname: a\ntype: disk\nurls: [/x]\nenable: true\n...\n"},
		{"{name: a, type: disk, urls: [/x]}\n",
			"{enable: true, name: a, type: disk, urls: [/x]}\n"},
		{"name: a\ntype: disk\nurls: [/x]\ndescription: |\n  b\n",
			"name: a\ntype: disk\nurls: [/x]\ndescription: |\n  b\nenable: true\n"},
		{"name: a\ntype: disk\nurls: [/x]\nlast:\n",
			"name: a\ntype: disk\nurls: [/x]\nlast:\nenable: true\n"},
		{"name: a\ntype: disk\nurls: [/x]\nlast: {x: [1,\n  2]} # c\n\n\n",
			"name: a\ntype: disk\nurls: [/x]\nlast: {x: [1,\n  2]} # c\nenable: true\n\n\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		assert_enabled(&pairs[i], true);
}

/* Better nothing than something else. */
static void what_cannot_be_changed_so_is_left(void **state)
{
	static const char *const texts[] = {
		"? enable\n? name\n: a\n? type\n: disk\n? urls\n: [/x]\n",
		"? name\n: a\n? type\n: disk\n? urls\n: [/x]\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(repository) r;
		AUTO(buf) out = BUF_INIT;
		struct err err = ERR_INIT;

		parse(&r, texts[i]);
		assert_int_equal(repository_enable(span_of(texts[i]), true, &out, &err), -1);
		assert_err(&err, ERR_CONFIG, "enable cannot be set");
		assert_non_null(strstr(err.next, "enable: true"));
		assert_int_equal(out.n, 0);
	}
}

static void a_key_takes_the_place_of_others(void **state)
{
	static const struct pair pairs[] = {
		{"key: " KEY " # c\nname: a\n" REST, "key: " OTHER " # c\nname: a\n" REST},
		{"key:\n- " KEY "\n- /etc/x.pub\nname: a\n" REST, "key: " OTHER "\nname: a\n" REST},
		{"name: a\n" REST "key:   \n  - " KEY "\n  - /etc/x.pub   # c\n# d\n",
			"name: a\n" REST "key: " OTHER "   # c\n# d\n"},
		{"key: [" KEY ",\n  /x]\nname: a\n" REST, "key: " OTHER "\nname: a\n" REST},
		{"key: []\nname: a\n" REST, "key: " OTHER "\nname: a\n" REST},
		{"key: >-\n  " KEY "\nname: a\n" REST, "key: " OTHER "\nname: a\n" REST},
		{"name: a\n" REST, "name: a\n" REST "key: " OTHER "\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		AUTO(buf) out = BUF_INIT;
		AUTO(repository) r;
		struct err err = ERR_INIT;

		if (repository_trust(span_of(pairs[i].before), SPAN(OTHER), &out, &err) < 0)
			fail_msg("%s\n%s", pairs[i].before, err.text);
		assert_buf(&out, pairs[i].after);
		parse(&r, out.s);
		assert_int_equal(r.keys.of.n, 1);
		assert_buf(&r.keys.of.v[0], OTHER);
	}
}

static void what_is_written_is_read_again(void **state)
{
	AUTO(repository) r;
	AUTO(repository) again;
	AUTO(repository) least;
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;

	(void)state;
	parse(&r,
		"name: 'true'\ntype: disk\nurls: [/a b, 'file:///c']\ndescription: \"a: \\\"b\\\" #c\\u202e\"\npriority: -3\n"
		"enable: yes\nrequire_signature: off\nkey: [" KEY
		", /k.pub]\nauth: {user: 'yes', password: 'a #b: '}\n");
	repository_format(&r, &text);
	parse(&again, text.s);
	assert_buf(&again.name, "true");
	assert_buf(&again.description, "a: \"b\" #c\xe2\x80\xae");
	assert_int_equal(again.priority, -3);
	assert_true(again.enable);
	assert_false(again.require_signature);
	assert_buf(&again.keys.of.v[1], "/k.pub");
	assert_buf(&again.auth.user, "yes");
	assert_buf(&again.auth.password, "a #b: ");
	repository_format(&again, &twice);
	assert_buf(&twice, text.s);
	parse(&least, LEAST "enable: true\nkey: " KEY "\n");
	buf_clear(&text);
	repository_format(&least, &text);
	assert_buf(&text, "name: a\ntype: http\nurls:\n- http://a/\nenable: true\nkey: " KEY "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_luets),
		cmocka_unit_test(what_is_not_stated),
		cmocka_unit_test(formats),
		cmocka_unit_test(kinds_and_their_urls),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(names),
		cmocka_unit_test(one_value_is_changed),
		cmocka_unit_test(a_missing_line_is_added),
		cmocka_unit_test(what_cannot_be_changed_so_is_left),
		cmocka_unit_test(a_key_takes_the_place_of_others),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
