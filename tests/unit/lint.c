/* Tests of model/lint: each id is found in what is wrong so, and not in its good twin. */
#include "model/lint.h"

#include <stdio.h>
#include <time.h>

#include "unit.h"

struct given {
	const char *path, *text;
	unsigned mode; /* 0: 0644; rules: 0755 */
};
#define GIVEN(...) ((const struct given[]){__VA_ARGS__, {NULL, NULL, 0}})

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RULES "#!/bin/sh\nset -eu\ncase $1 in\n"
#define ENDS "esac\n"

/* An installer at which there is nothing to be said; given files come in the place of these. */
static const struct given plain[] = {
	{"rules", RULES "unpack) dpkg-deb -x \"$2\" \"$3\" ;;\n" ENDS, 0755},
	{"legend", "Zoom\n", 0644},
	{"description", "Meetings.\n", 0644},
	{"license", "All rights reserved.\n", 0644},
	{"upstream_pack_url", "https://example.org/zoom.deb\n", 0644},
	{"upstream_pack_sha256sum", SUM "\n", 0644},
};

static void add(struct lint_files *files, const struct given *g)
{
	struct lint_file *f = lint_files_add(files, span_of(g->path));

	f->mode = g->mode ? g->mode : strcmp(g->path, "rules") == 0 ? 0755 : 0644;
	f->size = (int64_t)strlen(g->text);
	f->read = lint_wants(span_of(g->path), f->size);
	if (f->read)
		buf_sets(&f->text, g->text);
}

/* A text of NULL takes the file of the plain one away. */
static void look(const struct given *given, const struct texts *allow, struct lint *out)
{
	AUTO(lint_files) files = LINT_FILES_INIT;

	buf_sets(&files.name, "zoom");
	for (size_t i = 0; i < COUNT(plain); i++) {
		bool replaced = false;

		for (size_t k = 0; given[k].path; k++)
			replaced |= strcmp(given[k].path, plain[i].path) == 0;
		if (!replaced)
			add(&files, &plain[i]);
	}
	for (size_t k = 0; given[k].path; k++)
		if (given[k].text)
			add(&files, &given[k]);
	lint_look(&files, out);
	lint_end(out, &files, allow);
}

static size_t count(const struct lint *l, const char *id)
{
	size_t n = 0;

	VEC_FOR (const struct lint_finding, f, &l->of)
		n += strcmp(f->id->id, id) == 0 && !f->allowed;
	return n;
}

static const struct pair {
	const char *id;
	struct given bad[3], good[3];
} pairs[] = {
#define FACT(id, name, bad, good) \
	{ \
		id, {{name, bad, 0}}, \
		{ \
			{ \
				name, good, 0 \
			} \
		} \
	}
#define ARM(id, arm, bad, good) \
	FACT(id, "rules", RULES arm ") " bad "\n;;\n" ENDS, RULES arm ") " good "\n;;\n" ENDS)
	FACT("http-url", "upstream_pack_url", "http://example.org/a.deb\n",
		"https://example.org/a.deb\n"),
	FACT("local-url", "upstream_pack_url", "file:///srv/a.deb\n",
		"https://example.org/a.deb\n"),
	FACT("no-checksum", "upstream_pack_sha256sum", NULL, SUM "\n"),
	{"weak-checksum",
		{{"upstream_pack_sha256sum", NULL, 0},
			{"upstream_pack_md5sum", "0123456789abcdef0123456789abcdef\n", 0}},
		{{"upstream_pack_md5sum", "0123456789abcdef0123456789abcdef\n", 0}}},
	FACT("advisory-checksum", "upstream_pack_sha384sum",
		"! " SUM "0123456789abcdef0123456789abcdef\n",
		SUM "0123456789abcdef0123456789abcdef\n"),
	FACT("no-licence", "license", NULL, "x"),
	FACT("no-licence", "license", "", "x"),
	FACT("no-legend", "legend", NULL, "Zoom\n"),
	FACT("long-legend", "legend", "Zoom\nmore\n", "Zoom\n\n"),
	FACT("long-legend", "legend",
		"123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 x\n",
		"\u00e4\u00e423456789 123456789 123456789 123456789 123456789 123456789 123456789 "
		"123456789\n"),
	FACT("no-description", "description", NULL, "x\n"),
	FACT("unknown-fact", "licence", "x", NULL),
	FACT("unknown-fact", "Legend", "x", NULL),
	FACT("unknown-fact", "upstream_pack_sha256", SUM, NULL),
	FACT("unknown-fact", "upstream_pack_path", "x", NULL),
	{"unknown-fact", {{"rule.sh", "x", 0}}, {{"rules.sh", "x", 0}}},
	{"unknown-fact", {{"desciption.fi", "x", 0}, {"descripton", "x", 0}},
		{{"zoom.desktop", "x", 0}, {"icons", "x", 0}}},
	FACT("leftover-file", "rules~", "x", NULL),
	{"leftover-file", {{"doc/.git", "x", 0}}, {{"doc/git", "x", 0}}},
	{"setuid-file", {{"helper", "x", 04755}}, {{"helper", "x", 0755}}},
	FACT("refused", "upstream_pack_sha256sum", "0123\n", SUM "\n"),
	FACT("refused", "upstream_pack_url", "ftp://example.org/a\n", "https://example.org/a\n"),
	FACT("refused", "format", "9\n", "1\n"),
	FACT("no-rules", "rules", NULL, "#!/bin/sh\nset -e\n"),
	{"rules-not-executable", {{"rules", "#!/bin/sh\nset -e\n", 0644}},
		{{"rules", "#!/bin/sh\nset -e\n", 0755}}},
	FACT("bad-interpreter", "rules", "set -e\n", "#!/bin/sh\nset -e\n"),
	FACT("bad-interpreter", "rules", "#!bash\nset -e\n", "#! /bin/bash\nset -e\n"),
	FACT("byte-order-mark", "rules", "\xef\xbb\xbf#!/bin/sh\nset -e\n", "#!/bin/sh\nset -e\n"),
	FACT("crlf", "rules", "#!/bin/sh\r\nset -e\r\n", "#!/bin/sh\nset -e\nprintf '\\r\\n'\n"),
	FACT("crlf", "common.sh", "a() { :; }\r\n", "a() { :; }\n"),
	FACT("not-looked-into", "rules",
		"\x7f"
		"ELF",
		"#!/bin/sh\nset -e\n"),
	FACT("no-set-e", "rules", "#!/bin/sh\n# set -e\necho 'set -e'\n",
		"#!/bin/sh\nset -o errexit\n"),
	FACT("no-set-e", "rules", "#!/bin/sh\nset -u\n", "#!/bin/sh -e\n"),
	FACT("no-set-e", "rules", "#!/bin/bash\ntrue\n", "#!/usr/bin/python3\nset\n"),
	ARM("fetch-outside-download", "unpack", "curl -O https://x.example/a", "echo curl # curl"),
	ARM("fetch-outside-download", "configure", "x=$(wget -qO- https://x.example/a)",
		"x='$(wget a)'"),
	FACT("fetch-outside-download", "rules", RULES "unpack) get ;;\n" ENDS "get() { wget a; }\n",
		RULES "download) get ;;\n" ENDS "get() { wget a; }\n"),
	FACT("fetch-outside-download", "rules",
		"#!/bin/sh\nset -e\nunpack()\n{\n  env -i A=b wget a\n}\n\"$@\"\n",
		"#!/bin/sh\nset -e\ndownload() {\n  wget a\n}\n\"$@\"\n"),
	ARM("needless-download", "download", "wget -O \"$2\" https://x.example/a", ":"),
	{"needless-download", {{"rules", RULES "download) wget -O \"$2\" a ;;\n" ENDS, 0}},
		{{"rules", RULES "download) wget -O \"$2\" a ;;\n" ENDS, 0},
			{"upstream_pack_url", NULL, 0}}},
	ARM("unverified-tls", "download", "curl -fsLk https://x.example/a",
		"curl -fsL https://k.example/k"),
	ARM("unverified-tls", "download", "wget --no-check-certificate a", "wget --no-clobber a"),
	ARM("http-in-rules", "download", "wget http://x.example/a",
		"wget https://x.example/http://"),
	ARM("run-download", "download", "curl https://x.example | bash",
		"curl https://x.example | tar x"),
	ARM("run-download", "download", "wget -O- a | sudo sh -s", "wget -O a b; sh a"),
	ARM("run-download", "download", "eval \"$(curl a)\"", "eval \"$(cat a)\""),
	ARM("run-download", "download", "sh -c \"`wget -O- a`\"", "sh -c 'echo a'"),
	ARM("package-manager", "configure", "apt-get install -y foo", "echo apt-get install"),
	ARM("package-manager", "configure", "DEBIAN_FRONTEND=noninteractive dpkg -i \"$2/a.deb\"",
		"dpkg --print-architecture"),
	ARM("package-manager", "configure", "if ! /usr/bin/apt update; then :; fi", "dpkg -x a b"),
	ARM("kills-by-name", "unconfigure", "pkill -f zoom || true", "pgrep -f pkill || true"),
	ARM("obsolete-program", "unpack", "which foo", "command -v which"),
	ARM("sudo", "configure", "sudo ln -s a b", "ln -s sudo b; rm -f b"),
	FACT("unchecked-cd", "rules", "#!/bin/sh\ncd /tmp\nrm x\n",
		"#!/bin/sh\ncd /tmp || exit\nrm x\n"),
	FACT("unchecked-cd", "rules", "#!/bin/sh\n(\ncd /tmp; rm x)\n",
		"#!/bin/sh\nset -e\ncd /tmp\n"),
	FACT("unchecked-cd", "rules", "#!/bin/sh\ncd /tmp\n",
		"#!/bin/sh\nif cd /tmp; then rm x; fi; cd /a && rm b\n"),
	ARM("rm-empty-variable", "configure", "rm -rf \"$dest/usr\"", "rm -rf \"${dest:?}/usr\""),
	ARM("rm-empty-variable", "configure", "x=$(cat a)\nrm -fr $x/usr",
		"x=$(mktemp -d)\nrm -fr $x/usr"),
	ARM("rm-empty-variable", "configure", "rm --recursive \"${x:-}/usr\"",
		"x=/opt/x\nrm --recursive \"$x/usr\""),
	ARM("rm-empty-variable", "configure", "rm -r \"$y/usr\"",
		"y=${FARDEL_ROOT:-}\nrm -r \"$y/usr/share/zoom\""),
	FACT("rm-empty-variable", "rules", "#!/bin/sh\nset -e\nrm -rf \"$3/etc\"\n",
		"#!/bin/sh\nset -eu\nrm -rf \"$3/etc\"\n"),
	ARM("rm-empty-variable", "configure", "rm -r \"$z/x\"",
		"for z in a b; do rm -r \"$z/x\"; done\nrm -f \"$q/x\""),
	ARM("world-writable", "configure", "chmod -R 777 /opt/x", "chmod -R 755 /opt/x"),
	ARM("world-writable", "configure", "chmod a+w x", "chmod a+r w"),
	ARM("world-writable", "configure", "install -d -m 0777 x", "install -d -m 1777 x"),
	ARM("makes-setuid", "configure", "chmod u+s x", "chmod u+x s"),
	ARM("makes-setuid", "configure", "chmod 4755 x", "chmod 0755 4755"),
	ARM("makes-setuid", "configure", "install -m4755 a b", "install -m755 a b"),
	ARM("writes-homes", "configure", "cp a /home/user/", "cp /usr/share/a /homely"),
	ARM("writes-homes", "configure", "echo a >/root/.a", "echo /root/.a"),
	ARM("writes-homes", "configure", "mkdir ~/x", "mkdir '~x'"),
	ARM("foreign-folder", "configure",
		"ln -s /var/lib/puavo-pkg/packages/java/1/upstream/bin x", "ln -s /var/lib/x y"),
	ARM("spelled-folder", "configure", "cat /var/lib/puavo-pkg/installed/zoom/x", "cat ./x"),
	FACT("spelled-folder", "rules",
		RULES "configure) echo a >>/var/lib/fardel/packages/zoom/a ;;\n" ENDS,
		RULES "configure) echo a >>/var/lib/puavo-pkg/.update_mime_database ;;\n" ENDS),
	ARM("link-not-removed", "configure", "ln -fns \"$2/a\" /usr/bin/a",
		"ln -fns \"$2/a\" /usr/bin/a\n;;\nunconfigure) rm -f /usr/bin/a"),
	ARM("link-not-removed", "configure",
		"ln -s \"$2/a\" /usr/share/x/\n;;\nunconfigure) rm /usr/share/x/b",
		"ln -s \"$2/a\" /usr/share/x/\n;;\nunconfigure) rm /usr/share/x/a"),
	ARM("link-not-removed", "configure",
		"t=/opt/x\nln -s a \"$t/y\"\n;;\nunconfigure) rm /opt/y",
		"t=/opt/x\nln -s a \"${t}/y\"\n;;\nunconfigure) rm /opt/x/y"),
	ARM("link-not-removed", "configure", "ln -s a /opt/x/y\n;;\nunconfigure) rm -f /opt/x",
		"ln -s a /opt/x/y\n;;\nunconfigure) rm -rf /opt/x"),
	ARM("link-not-removed", "configure", "ln -s a /opt/a/b/c\n;;\nunconfigure) rm -f /opt/*/c",
		"ln -s a /opt/a/b/c\n;;\nunconfigure) rm -f /opt/*/*/c"),
	ARM("link-not-removed", "configure", "for i in a b; do ln -s $2/$i /opt/$i; done",
		"for i in a b; do ln -s $2/$i /opt/$i; done\n;;\nunconfigure) for j in a b; do rm /opt/${j}; done"),
	FACT("link-not-removed", "rules",
		"#!/bin/sh\nset -e\nconfigure() { put; }\nput() { ln -s a /usr/bin/a; }\nunconfigure() { :; }\n\"$@\"\n",
		"#!/bin/sh\nset -e\nconfigure() { put; }\nput() { ln -s a /usr/bin/a; }\nunconfigure() { take; }\n"
		"take() { rm -f \"$FARDEL_ROOT/usr/bin/a\"; }\n\"$@\"\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\nif [[ -e a ]]; then :; fi\n",
		"#!/bin/bash\nset -e\nif [[ -e a ]]; then :; fi\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\nfunction f { :; }\n",
		"#!/bin/sh\nset -e\nf() { :; }\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\nsource ./a\n", "#!/bin/sh\nset -e\n. ./a\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\necho ${x//a/b}\n",
		"#!/bin/sh\nset -e\necho ${x%/a/b} ${x#//} ${x:-/} ${#x}\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\necho \"${x:0:1}\"\n",
		"#!/bin/sh\nset -e\necho \"${x:+1}\" '${x:0:1}'\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\na=(1 2)\n", "#!/bin/sh\nset -e\na='(1 2)'\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\ncat <<<x\n",
		"#!/bin/sh\nset -e\ncat <<x\n<<<\nx\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\nx &>/dev/null\n",
		"#!/bin/sh\nset -e\nx >/dev/null 2>&1\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\n[ a == b ]\n",
		"#!/bin/sh\nset -e\n[ a = b ]; echo ==\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\ndiff <(a) b\n",
		"#!/bin/sh\nset -e\ndiff <a b\n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\n((x++))\n",
		"#!/bin/sh\nset -e\ny=$((x+1)) \n"),
	FACT("bashism", "rules", "#!/bin/sh\nset -e\nx+=a\n", "#!/bin/sh\nset -e\nx=a+=b\n"),
	FACT("bashism", "common.sh", "echo $'a'\n", "echo \"$'a'\"\n"),
	FACT("bad-override", LINT_OVERRIDES, "no-such-id # because\n", "# no-such-id\n"),
	{"bad-override", {{"license", NULL, 0}, {LINT_OVERRIDES, "no-licence\n", 0}},
		{{"license", NULL, 0}, {LINT_OVERRIDES, "no-licence # free\n", 0}}},
	{"unused-override", {{LINT_OVERRIDES, "no-licence # free\n", 0}},
		{{"license", NULL, 0}, {LINT_OVERRIDES, "no-licence # free\n", 0}}},
	{"no-licence",
		{{"license", NULL, 0}, {LINT_OVERRIDES, "no-licence legend # elsewhere\n", 0}},
		{{"license", NULL, 0}, {LINT_OVERRIDES, "no-licence # free\n", 0}}},
};

static void each_is_found_and_its_twin_is_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const struct given *both[] = {pairs[i].bad, pairs[i].good};

		for (size_t k = 0; k < 2; k++) {
			struct lint l = LINT_INIT;
			const struct texts none = {0};
			size_t n;

			look(both[k], &none, &l);
			n = count(&l, pairs[i].id);
			if ((k == 0) != (n > 0))
				fail_msg("pair %zu, %s: %s one has %zu of them", i, pairs[i].id,
					k ? "the good" : "the bad", n);
			lint_drop(&l);
		}
	}
}

/* --- Format 3 --------------------------------------------------------------------------------------------- */

#define HEAD3 \
	"format = 3\nname = \"zoom\"\nversion = \"1\"\nsummary = \"Zoom\"\ndescription = \"x\"\n"
#define PACK3 "[[pack]]\nurl = \"https://example.org/a.deb\"\nsize = 7\nsha256 = \"" SUM "\"\n"
#define MIT3 "license = \"MIT\"\n"
#define LUA3 "function configure(dir) end\n"

static const struct {
	const char *id;
	struct {
		const char *manifest, *lua;
	} bad, good;
} pairs3[] = {
#define MANIFEST3(id, bad, good) \
	{ \
		id, {HEAD3 bad, LUA3}, \
		{ \
			HEAD3 good, LUA3 \
		} \
	}
#define RUNS3(id, bad, good) \
	{ \
		id, {HEAD3 MIT3 PACK3, bad}, \
		{ \
			HEAD3 MIT3 PACK3, good \
		} \
	}
	MANIFEST3("refused", MIT3 "nothing = 1\n" PACK3, MIT3 PACK3),
	MANIFEST3("http-url", MIT3 "[[pack]]\nurl = \"http://x.example/a\"\nsha256 = \"" SUM "\"\n",
		MIT3 PACK3),
	MANIFEST3("http-url", MIT3 PACK3 "mirrors = [\"http://x.example/a\"]\n",
		MIT3 PACK3 "mirrors = [\"https://x.example/a\"]\n"),
	MANIFEST3("local-url", MIT3 "[[pack]]\nurl = \"file:///a\"\nsha256 = \"" SUM "\"\n",
		MIT3 PACK3),
	MANIFEST3("no-size", MIT3 "[[pack]]\nurl = \"https://x.example/a\"\nsha256 = \"" SUM "\"\n",
		MIT3 PACK3),
	MANIFEST3("no-licence", PACK3, MIT3 PACK3),
	MANIFEST3("unknown-licence", "license = \"GPL-3\"\n" PACK3,
		"license = \"(GPL-3.0-only WITH GCC-exception-3.1) OR LicenseRef-x\"\n" PACK3),
	MANIFEST3("unneeded-program", MIT3 "needs.programs = [\"true\"]\n" PACK3, MIT3 PACK3),
	{"unneeded-program",
		{HEAD3 MIT3 "needs.programs = [\"true\"]\n" PACK3, "-- run{'true'}\nx = true\n"},
		{HEAD3 MIT3 "needs.programs = [\"true\"]\n" PACK3, "run{'true'}\n"}},
	RUNS3("unnamed-program", "function configure() run{'true'} end",
		"function configure() log('true') end"),
	RUNS3("unnamed-program", "run ( { [[true]], x } )",
		"--[==[ run{'true'} ]] ]==] run{x, 'true'}"),
	RUNS3("fetch-outside-download", "function configure(x) net.fetch{url=x} end",
		"function download(x) net.fetch{url=x} end"),
	RUNS3("http-in-rules", "x = \"http://a\"", "x = \"https://a\" -- 'http://a'"),
};

static void look3(const char *manifest, const char *lua, struct lint *out)
{
	AUTO(lint_files) files = LINT_FILES_INIT;
	const struct texts none = {0};

	buf_sets(&files.name, "zoom");
	add(&files, &(struct given){"manifest.toml", manifest, 0});
	add(&files, &(struct given){"rules.lua", lua, 0});
	lint_look(&files, out);
	lint_end(out, &files, &none);
}

static void of_format_3_as_well(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs3); i++) {
		struct lint bad = LINT_INIT, good = LINT_INIT;

		look3(pairs3[i].bad.manifest, pairs3[i].bad.lua, &bad);
		look3(pairs3[i].good.manifest, pairs3[i].good.lua, &good);
		if (!count(&bad, pairs3[i].id))
			fail_msg("%zu: %s is not found", i, pairs3[i].id);
		if (count(&good, pairs3[i].id) || count(&good, "refused"))
			fail_msg("%zu: %s in the good one: %s", i, pairs3[i].id,
				good.of.v[0].text.s);
		lint_drop(&bad);
		lint_drop(&good);
	}
}

/* Those that need more than a text: engine/lint's; and those of packages of Packets, which are tested apart. */
static bool is_elsewhere(const char *id)
{
	static const char *const ids[] = {"debian-name", "syntax", "long-description",
		"link-left-out", "missing-function", "no-hook", "no-remove-hook", "path-in-hook"};

	for (size_t i = 0; i < COUNT(ids); i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

static void each_id_has_a_pair_and_stands_in_its_place(void **state)
{
	size_t n;
	const struct lint_id *ids = lint_ids(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool found = is_elsewhere(ids[i].id);

		for (size_t k = 0; k < COUNT(pairs); k++)
			found |= strcmp(pairs[k].id, ids[i].id) == 0;
		for (size_t k = 0; k < COUNT(pairs3); k++)
			found |= strcmp(pairs3[k].id, ids[i].id) == 0;
		if (!found)
			fail_msg("%s has no pair", ids[i].id);
		assert_true(i == 0 || strcmp(ids[i - 1].id, ids[i].id) < 0);
		assert_true(strlen(ids[i].line) < 72 && !strchr(ids[i].line, '\n'));
		assert_int_equal(ids[i].line[strlen(ids[i].line) - 1] == '.', 0);
		assert_int_equal(ids[i].text[strlen(ids[i].text) - 1], '.');
		assert_ptr_equal(lint_id_get(span_of(ids[i].id)), &ids[i]);
	}
	assert_null(lint_id_get(SPAN("no")));
}

static void nothing_is_said_of_a_plain_one(void **state)
{
	struct lint l = LINT_INIT;
	const struct texts none = {0};

	(void)state;
	look(GIVEN({NULL, NULL, 0}), &none, &l);
	VEC_FOR (const struct lint_finding, f, &l.of)
		fail_msg("%s: %s", f->id->id, f->text.s);
	lint_drop(&l);
}

static void lines_are_those_of_the_commands(void **state)
{
	struct lint l = LINT_INIT;
	const struct texts none = {0};
	static const unsigned lines[] = {12, 14};

	(void)state;
	look(GIVEN({"rules",
		     "#!/bin/sh\n# one\nset -e\ncat <<END\nkillall a\nEND\necho 'a\nb' \\\n"
		     "  c $(\n echo )\n\nkillall x\nx=\"\n$(killall y)\"\n",
		     0755}),
		&none, &l);
	assert_int_equal(count(&l, "kills-by-name"), 2);
	for (size_t i = 0, k = 0; i < l.of.n; i++)
		if (strcmp(l.of.v[i].id->id, "kills-by-name") == 0)
			assert_int_equal(l.of.v[i].line, lines[k++]);
	lint_drop(&l);
}

static void programs_that_are_made_are_told(void **state)
{
	static const char *const wanted[] = {
		"/usr/bin/a", "/bin/b", "/usr/bin/c", "/usr/sbin/d", "/usr/bin/e"};
	struct lint l = LINT_INIT;
	const struct texts none = {0};

	(void)state;
	look(GIVEN({"rules",
		     "#!/bin/sh\nset -e\nroot=${FARDEL_ROOT:-}\nlinks() {\n cat <<END\n/usr/bin/e opt/e\n/opt/x "
		     "x\nEND\n}\nconfigure() {\nln -s x \"$root/usr/bin/a\"\ncp x /bin/b\necho >${root}/usr/bin/c\n"
		     "install -m 755 x /usr/sbin/d\nln -s x \"/usr/bin/$y\"\nln -s /usr/bin/z /opt/z\n}\n\"$@\"\n",
		     0755}),
		&none, &l);
	assert_int_equal(l.made.n, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		bool found = false;

		VEC_FOR (const struct lint_made, m, &l.made)
			found |= strcmp(m->path.s, wanted[i]) == 0;
		if (!found)
			fail_msg("%s is not told", wanted[i]);
	}
	lint_drop(&l);
}

static void what_is_allowed_does_not_count(void **state)
{
	struct lint l = LINT_INIT;
	struct texts allow = {0};

	(void)state;
	texts_add(&allow, SPAN("no-checksum"));
	look(GIVEN({"upstream_pack_sha256sum", NULL, 0}, {"license", NULL, 0},
		     {LINT_OVERRIDES, "no-licence # free\n", 0}),
		&allow, &l);
	assert_int_equal(l.of.n, 2);
	assert_int_equal(lint_count(&l, LINT_ERROR) + lint_count(&l, LINT_WARNING), 0);
	assert_buf(&l.of.v[0].reason, "free");
	assert_buf(&l.of.v[1].reason, "--allow");
	lint_drop(&l);
	texts_drop(&allow);
}

/* Whatever it is: in proportion to its length. */
static void much_of_anything_takes_no_time(void **state)
{
	static const char *const pieces[] = {"killall a\n", "a=1 ", "$(", "`", "\"$(", "${", "((",
		"f() {\n", "case a in\n", "case configure in configure)", "cat <<E\n", "<<E ",
		"ln -s a /usr/bin/b\n", "x=$x$y;", "\\\n", "rm -rf \"$a/b\"\n", "if ",
		"for a in b\n", "chmod ", "install ", "a;;", ")", "'\n", "#\n", "read a b c\n",
		"\"", "f1() { f1; }\n", "echo -e ", "&&", "|", "{ ", "}", "$((", "case"};
	const struct texts none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct lint l = LINT_INIT;
		AUTO(buf) text = buf_of("#!/bin/sh\nconfigure() {\n");
		clock_t begun = clock();

		while (text.n < 1000000)
			buf_adds(&text, pieces[i]);
		look(GIVEN({"rules", text.s, 0755}), &none, &l);
		if ((clock() - begun) / CLOCKS_PER_SEC > 5)
			fail_msg("'%s' takes %ld s", pieces[i],
				(long)((clock() - begun) / CLOCKS_PER_SEC));
		lint_drop(&l);
	}
}

static void more_than_anybody_reads_is_counted(void **state)
{
	struct lint l = LINT_INIT;
	const struct texts none = {0};
	AUTO(buf) text = buf_of("#!/bin/sh\nset -e\n");

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "killall a\n");
	look(GIVEN({"rules", text.s, 0755}), &none, &l);
	assert_int_equal(count(&l, "kills-by-name"), LINT_MOST + 1);
	assert_buf(&l.of.v[0].text, "60 more of these are not listed");
	lint_drop(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_found_and_its_twin_is_clean),
		cmocka_unit_test(each_id_has_a_pair_and_stands_in_its_place),
		cmocka_unit_test(nothing_is_said_of_a_plain_one),
		cmocka_unit_test(of_format_3_as_well),
		cmocka_unit_test(lines_are_those_of_the_commands),
		cmocka_unit_test(programs_that_are_made_are_told),
		cmocka_unit_test(what_is_allowed_does_not_count),
		cmocka_unit_test(much_of_anything_takes_no_time),
		cmocka_unit_test(more_than_anybody_reads_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
