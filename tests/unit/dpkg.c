/* Tests of store/dpkg and store/dpkg_packages, and of the formats of model/dpkg: databases made by hand, and this machine's. */
#include "store/dpkg.h"
#include "store/dpkg_packages.h"

#include "scratch.h"

#define DB "var/lib/dpkg/"
#define INSTALLED(name) \
	"Package: " name "\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2-3\n"

static const char status[] =
	INSTALLED("coreutils") "Description: tools\n more of it\n .\n\n" INSTALLED(
		"sudo") "Conffiles:\n /etc/sudoers 0123456789abcdef0123456789abcdef\n"
			" /etc/old one 0123 obsolete\n /etc/sudo.conf newconffile\n\n" INSTALLED(
				"libc6") "Multi-Arch: same\n\n"
					 "Package: gone\nStatus: deinstall ok config-files\n"
					 "Architecture: all\nVersion: 2\nConffiles:\n /etc/gone abcd\n\n"
					 "Package: never\nStatus: purge ok not-installed\n"
					 "Architecture: amd64\n";

/* A system with merged /usr, four packages, an alternative and no diversion. */
static void put_system(struct scratch *s)
{
	put(s, DB "status", status);
	put(s, DB "info/format", "1\n");
	put(s, DB "info/coreutils.list",
		"/.\n/bin\n/bin/ls\n/usr\n/usr/bin\n/usr/bin/env\n/opt/b\\x\n");
	put(s, DB "info/sudo.list",
		"/.\n/etc\n/etc/sudoers\n/etc/sudo.conf\n/usr/bin/sudo\n"
		"/usr/libexec/sudo\n/sbin/visudo\n");
	put(s, DB "info/libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n/usr\n");
	put(s, DB "info/gone.list", "/.\n/etc\n/etc/gone\n");
	put(s, DB "info/never.list", "/bin/ls\n");
	put(s, DB "alternatives/editor",
		"auto\n/bin/editor\neditor.1\n/usr/share/man/editor.1\n\n/usr/bin/ed\n-100\n"
		"/usr/share/man/ed.1\n/usr/bin/vim\n30\n\n\n");
	put(s, DB "alternatives/editor.dpkg-tmp", "auto\n/usr/bin/ls\n\n\n");
	put_dir(s, "usr/bin", 0755);
	put_link(s, "bin", "usr/bin");
	put_link(s, "lib", "/usr/lib");
}

static struct texts texts_of(const char *words)
{
	struct texts t = {0};
	struct span rest = span_of(words), word;

	while (span_split(&rest, ' ', &word))
		texts_add(&t, word);
	return t;
}

/* "kind:name" of each owner of the path, with blanks between. */
static void format(const struct owners *o, const char *path, struct buf *out)
{
	size_t n;
	const struct owner *first = owners_get(o, span_of(path), &n);

	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s:%s", i ? " " : "", owner_kind_name(first[i].kind),
			first[i].name.s);
}

static void assert_owners_later(
	struct scratch *s, const char *later, const char *path, const char *wanted)
{
	struct span text = span_of(later);
	AUTO(texts) paths = texts_of(path);
	AUTO(owners) o = OWNERS_INIT;
	AUTO(buf) is = BUF_INIT;

	if (dpkg_owners(&s->place, &paths, later ? &text : NULL, false, &o, &s->err) != 1)
		fail_msg("%s", s->err.text);
	owners_sort(&o);
	format(&o, path, &is);
	if (!span_is_text(buf_span(&is), wanted))
		fail_msg("%s is of \"%s\", not \"%s\"", path, is.s, wanted);
}

static void assert_owners(struct scratch *s, const char *path, const char *wanted)
{
	assert_owners_later(s, NULL, path, wanted);
}

static void files_belong_to_packages(void **state)
{
	struct scratch *s = *state;

	put_system(s);
	assert_owners(s, "/usr/bin/env", "dpkg:coreutils");
	assert_owners(s, "/usr", "dpkg:coreutils dpkg:libc6");
	assert_owners(s, "/", "dpkg:coreutils dpkg:gone dpkg:libc6 dpkg:sudo");
	assert_owners(s, "/usr/bin/en", "");
	assert_owners(s, "/usr/bin/envy", "");
	assert_owners(s, "/opt/b\\x", "dpkg:coreutils");
	assert_owners(s, "/usr/lib", "");
}

static void conffiles_are_told_apart(void **state)
{
	struct scratch *s = *state;

	put_system(s);
	assert_owners(s, "/etc/sudoers", "conffile:sudo");
	assert_owners(s, "/etc/sudo.conf", "conffile:sudo");
	assert_owners(s, "/etc/gone", "conffile:gone");
	assert_owners(s, "/etc", "dpkg:gone dpkg:sudo");
}

static void conffiles_may_have_blanks(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) paths = {0};
	AUTO(owners) o = OWNERS_INIT;

	put_system(s);
	texts_add(&paths, SPAN("/etc/old one"));
	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), 1);
	assert_int_equal(o.of.n, 1);
	assert_int_equal(o.of.v[0].kind, OWNER_CONFFILE);
}

static void merged_folders_are_one(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) both = texts_of("/bin/ls /usr/bin/ls");
	AUTO(owners) o = OWNERS_INIT;

	put_system(s);
	assert_owners(s, "/usr/bin/ls", "dpkg:coreutils");
	assert_owners(s, "/bin/ls", "dpkg:coreutils");
	assert_owners(s, "/bin/env", "dpkg:coreutils");
	assert_owners(s, "/usr/lib/libc.so.6", "dpkg:libc6");
	assert_owners(s, "/bin", "dpkg:coreutils");
	assert_owners(s, "/usr/libexec/sudo", "dpkg:sudo");
	assert_owners(s, "/libexec/sudo", "");
	put_link(s, "sbin", "opt/sbin");
	assert_owners(s, "/sbin/visudo", "dpkg:sudo");
	assert_owners(s, "/usr/sbin/visudo", "");
	assert_int_equal(dpkg_owners(&s->place, &both, NULL, false, &o, &s->err), 1);
	assert_int_equal(o.of.n, 2);
	assert_int_equal(unlinkat(s->fd, "bin", 0), 0);
	put_dir(s, "bin", 0755);
	assert_owners(s, "/usr/bin/ls", "");
	assert_owners(s, "/bin/ls", "dpkg:coreutils");
	assert_owners(s, "/bin/env", "");
}

static void alternatives_have_links(void **state)
{
	struct scratch *s = *state;

	put_system(s);
	assert_owners(s, "/usr/bin/editor", "alternative:editor");
	assert_owners(s, "/usr/share/man/editor.1", "alternative:editor");
	assert_owners(s, "/usr/bin/vim", "");
	assert_owners(s, "/usr/bin/ls", "dpkg:coreutils");
}

#define LS_ASIDE(package) "/bin/ls\n/usr/bin/ls.real\n" package "\n"

static void diversions_move_files(void **state)
{
	struct scratch *s = *state;

	put_system(s);
	put(s, DB "diversions", LS_ASIDE("sudo"));
	assert_owners(s, "/usr/bin/ls", "");
	assert_owners(s, "/usr/bin/ls.real", "dpkg:coreutils");
	put(s, DB "diversions", LS_ASIDE(":"));
	assert_owners(s, "/usr/bin/ls", "");
	put(s, DB "diversions", LS_ASIDE("coreutils"));
	assert_owners(s, "/usr/bin/ls", "dpkg:coreutils");
	assert_owners(s, "/usr/bin/ls.real", "");
	put(s, DB "diversions", "/etc/sudoers\n/etc/sudoers.real\n:\n");
	assert_owners(s, "/etc/sudoers", "");
	assert_owners(s, "/etc/sudoers.real", "conffile:sudo");
}

static void diversions_may_change(void **state)
{
	struct scratch *s = *state;

	put_system(s);
	assert_owners_later(s, LS_ASIDE(":"), "/usr/bin/ls", "diverted-from:coreutils");
	assert_owners_later(s, LS_ASIDE(":"), "/usr/bin/ls.real", "diverted-to:coreutils");
	assert_owners_later(s, LS_ASIDE(":"), "/usr/bin/env", "dpkg:coreutils");
	assert_owners_later(s, "", "/usr/bin/ls", "dpkg:coreutils");
	put(s, DB "diversions", LS_ASIDE(":"));
	assert_owners_later(s, "", "/usr/bin/ls", "diverted-to:coreutils");
	assert_owners_later(s, "", "/usr/bin/ls.real", "diverted-from:coreutils");
	assert_owners_later(s, LS_ASIDE(":"), "/usr/bin/ls", "");
	assert_owners_later(s, LS_ASIDE(":"), "/usr/bin/ls.real", "dpkg:coreutils");
}

/* What dpkg noted and has not yet put into status. */
static void updates_count_too(void **state)
{
	struct scratch *s = *state;
	AUTO(dpkg_packages) all = {0};

	put_system(s);
	put(s, DB "updates/0001",
		"Package: zoom\nStatus: install ok half-configured\nVersion: 3\n");
	put(s, DB "updates/0002",
		"Package: gone\nStatus: purge ok not-installed\n"
		"Architecture: all\n");
	put(s, DB "updates/tmp.i", "half a");
	put(s, DB "info/zoom.list", "/.\n/usr/bin/zoom\n");
	assert_owners(s, "/usr/bin/zoom", "dpkg:zoom");
	assert_int_equal(dpkg_packages(&s->place, &all, &s->err), 1);
	assert_int_equal(all.of.n, 4);
	assert_buf(&all.of.v[0].name, "coreutils");
	assert_buf(&all.of.v[0].version, "1.2-3");
	assert_buf(&all.of.v[1].architecture, "amd64");
	assert_true(all.of.v[1].installed);
	assert_buf(&all.of.v[3].name, "zoom");
	assert_false(all.of.v[3].installed);
	for (int i = 3; i < 20; i++) {
		AUTO(buf) name = BUF_INIT;
		AUTO(buf) text = BUF_INIT;

		buf_addf(&name, DB "updates/%04d", i);
		buf_addf(&text, "Package: zoom\nStatus: install ok unpacked\nVersion: %d\n", i);
		put(s, name.s, text.s);
	}
	dpkg_packages_drop(&all);
	assert_int_equal(dpkg_packages(&s->place, &all, &s->err), 1);
	assert_buf(&all.of.v[3].version, "19");
}

/* As debian's policy has it, 7.5. */
static void what_is_provided_counts(void **state)
{
	static const struct {
		const char *relation;
		bool has;
	} rows[] = {{"mawk", true}, {"mawk (>= 1.2)", true}, {"mawk (>= 2)", false},
		{"mawk:amd64", true}, {"mawk:i386", false}, {"awk", true}, {"awk:amd64", true},
		{"awk:i386", false}, {"awk (>= 1)", false}, {"awk (<< 9)", false},
		{"lib-abi", true}, {"lib-abi (= 2.0)", true}, {"lib-abi (>= 1)", true},
		{"lib-abi (>> 2.0)", false}, {"aw", false}, {"bad", false}, {"last", true},
		{"mta", false}};
	struct scratch *s = *state;
	AUTO(dpkg_packages) all = {0};

	put(s, DB "status",
		INSTALLED("mawk") "Provides: awk, lib-abi (= 2.0),bad (x 1), last\n\n"
				  "Package: exim\nStatus: deinstall ok config-files\n"
				  "Version: 4\nProvides: mta\n");
	assert_int_equal(dpkg_packages(&s->place, &all, &s->err), 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(relations) r = {0};

		assert_true(relations_add_text(&r, span_of(rows[i].relation)));
		if (dpkg_packages_has(&all, &r.of.v[0]) != rows[i].has)
			fail_msg("%s", rows[i].relation);
	}
}

static void there_may_be_no_dpkg(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) paths = texts_of("/bin/ls");
	AUTO(owners) o = OWNERS_INIT;
	AUTO(dpkg_packages) all = {0};

	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), 0);
	assert_int_equal(dpkg_packages(&s->place, &all, &s->err), 0);
	put_dir(s, DB, 0755);
	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), 0);
	put(s, DB "status", "");
	assert_owners(s, "/bin/ls", "");
	assert_int_equal(dpkg_packages(&s->place, &all, &s->err), 1);
	assert_int_equal(all.of.n, 0);
}

struct damage {
	const char *file, *text, *says;
};

static void damage_is_named(void **state)
{
	static const struct damage table[] = {
		{"status", "Package: a\nStatus: install ok installed", "line 2: it ends in"},
		{"status", "Package: a\nStatus: install ok mangled\n", "line 2: Status is install"},
		{"status", "Package: a\nStatus: instal ok installed\n", "line 2: Status is"},
		{"status", "Package: a\nStatus: install\n", "line 2: Status is"},
		{"status", "Status: install ok installed\n\nPackage: b\n",
			"line 1: a package without"},
		{"status", "Package: a/../b\n", "line 1: Package is a/../b"},
		{"status", "Package: a\nPackage: b\n", "line 2: Package is there twice"},
		{"status", "Package: a\nno field\n", "line 2: no field"},
		{"status", "Package: a\n\n: x\n", "line 3: no field"},
		{"status", " more\n", "line 1: the continuation"},
		{"status", "Package: a\nConffiles:\n etc/x 01\n", "line 3: no conffile"},
		{"status", "Package: a\nConffiles:\n /etc/x\n", "line 3: no conffile"},
		{"status", "", "no package is in it, and info has 5 lists"},
		{"info/format", "2\n", "format 2 is not known"},
		{"info/sudo.list", "", "it is empty"},
		{"info/sudo.list", "/.\n/usr/bin/su", "line 2: it ends in"},
		{"info/sudo.list", "/.\n\n/usr\n", "line 2: no path"},
		{"info/sudo.list", "/.\nusr\n", "line 2: no path"},
		{"diversions", "/a\n/b\n", "line 1: a diversion is cut off"},
		{"diversions", "/a\n/b\n:\n/c\n", "line 4: a diversion is cut off"},
		{"diversions", "/a\nb\n:\n", "line 1: no diversion"},
		{"diversions", "/a\n/b\n\n", "line 1: no diversion"},
		{"alternatives/editor", "sometimes\n/bin/e\n\n", "line 1: neither auto"},
		{"alternatives/editor", "auto\nbin/e\n\n", "line 2: no link"},
		{"alternatives/editor", "auto\n/bin/e\n", "line 3: it is cut off"},
		{"alternatives/editor", "auto\n/bin/e\nx\n\n", "line 4: no link"},
		{"alternatives/editor", "auto\n/bin/e\n\n/bin/ed\nhigh\n\n", "line 5: no priority"},
		{"alternatives/editor", "auto\n/bin/e\n\nbin/ed\n3\n\n", "line 4: no alternative"},
		{"alternatives/editor", "auto\n/e\nx\n/x\n\n/bin/ed\n3\n", "line 8: it is cut off"},
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		AUTO(texts) paths = texts_of("/usr/bin/env");
		AUTO(owners) o = OWNERS_INIT;
		AUTO(buf) path = BUF_INIT;

		assert_int_equal(tree_clear(s->fd, &s->err), 0);
		put_system(s);
		buf_addf(&path, DB "%s", table[i].file);
		put(s, path.s, table[i].text);
		err_clear(&s->err);
		if (dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err) != -1)
			fail_msg("%s: %s is missed", table[i].file, table[i].says);
		assert_err(&s->err, ERR_BAD_STATE, table[i].says);
		assert_true(span_starts(span_of(s->err.text), "/" DB));
		assert_true(span_starts(span_of(s->err.text + strlen("/" DB)), table[i].file));
		assert_true(s->err.next[0]);
	}
}

static void what_is_missing_is_named(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) paths = texts_of("/usr/bin/env");
	AUTO(owners) o = OWNERS_INIT;
	const struct span later = SPAN("/a\n");

	put_system(s);
	assert_int_equal(unlinkat(s->fd, DB "info/gone.list", 0), 0); /* it is not installed */
	assert_owners(s, "/usr/bin/env", "dpkg:coreutils");
	assert_int_equal(dpkg_owners(&s->place, &paths, &later, false, &o, &s->err), -1);
	assert_err(&s->err, ERR_BAD_STATE, "diversions, as it would be: line 1");
	err_clear(&s->err);
	assert_int_equal(unlinkat(s->fd, DB "info/libc6:amd64.list", 0), 0);
	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), -1);
	assert_err(&s->err, ERR_BAD_STATE, "info/libc6:amd64.list: it is missing");
	assert_non_null(strstr(s->err.next, "apt-get install --reinstall libc6"));
	err_clear(&s->err);
	assert_int_equal(tree_remove(s->fd, DB "info", &s->err), 0);
	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), -1);
	assert_err(&s->err, ERR_BAD_STATE, "info/coreutils.list: it is missing");
	err_clear(&s->err);
	assert_int_equal(unlinkat(s->fd, DB "status", 0), 0);
	assert_int_equal(mkfifoat(s->fd, DB "status", 0644), 0);
	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), -1);
	assert_err(&s->err, ERR_FAILED, "status is not a file");
}

static void nul_characters_are_damage(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) paths = texts_of("/usr/bin/env");
	AUTO(owners) o = OWNERS_INIT;
	AUTO_FD fd = -1;

	put_system(s);
	fd = openat(s->fd, DB "status", O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "", 1, 40), 1);
	assert_int_equal(dpkg_owners(&s->place, &paths, NULL, false, &o, &s->err), -1);
	assert_err(&s->err, ERR_BAD_STATE, "status: line 2: a NUL");
}

/* /var may be a link to where a disk is; no link leads out of the root. */
static void links_do_not_lead_out_of_the_root(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) paths = texts_of("/usr/bin/env");
	AUTO(owners) o = OWNERS_INIT;
	AUTO(buf) root = BUF_INIT;
	AUTO(place) system = {0};

	put_system(s);
	assert_int_equal(renameat(s->fd, "var", s->fd, "disk"), 0);
	put_link(s, "var", "/disk");
	assert_owners(s, "/usr/bin/env", "dpkg:coreutils");
	put_dir(s, "system", 0755);
	put_link(s, "system/var", "../disk");
	buf_addf(&root, "%s/system", s->path);
	assert_int_equal(place_init(&system, root.s, &s->err), 0);
	assert_int_equal(dpkg_owners(&system, &paths, NULL, false, &o, &s->err), 0);
}

static const char tools[] =
	"cd \"$1\" && mkdir -p deb/DEBIAN deb/etc deb/usr/bin sys/usr/bin sys/etc/alternatives\n"
	"mkdir -p sys/var/log sys/var/lib/dpkg/info sys/var/lib/dpkg/updates\n"
	": >sys/var/lib/dpkg/status\n"
	"printf 'Package: tiny\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: d\\n' "
	">deb/DEBIAN/control\n"
	"echo /etc/tiny.conf >deb/DEBIAN/conffiles\n"
	"for file in etc/tiny.conf usr/bin/tiny usr/bin/other; do echo x >deb/$file; done\n"
	"dpkg-deb --root-owner-group -Zgzip -b deb tiny.deb\n"
	"dpkg --root=\"$1/sys\" --force-not-root,bad-path -i tiny.deb\n"
	"dpkg-divert --root \"$1/sys\" --local --rename --divert /usr/bin/tiny.real --add /usr/bin/tiny\n"
	"update-alternatives --root \"$1/sys\" --install /usr/bin/alt alt /usr/bin/other 50 "
	"--slave /usr/bin/alt2 alt2 /usr/bin/tiny.real\n";

static int run_tools(struct scratch *s)
{
	int null = open("/dev/null", O_RDWR);

	if (access("/usr/bin/dpkg-deb", X_OK) < 0 || access("/usr/bin/dpkg-divert", X_OK) < 0 ||
		access("/usr/bin/update-alternatives", X_OK) < 0)
		return CANNOT;
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return 1;
	execl("/bin/sh", "sh", "-ec", tools, "sh", s->path, NULL);
	return 1;
}

/* A package, a diversion and an alternative, made by those whose formats they are. */
static void what_dpkgs_own_tools_write(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) root = BUF_INIT;

	try_in_child(run_tools, s, "no dpkg here");
	buf_addf(&root, "%s/sys", s->path);
	place_drop(&s->place);
	assert_int_equal(place_init(&s->place, root.s, &s->err), 0);
	assert_owners(s, "/usr/bin/other", "dpkg:tiny");
	assert_owners(s, "/etc/tiny.conf", "conffile:tiny");
	assert_owners(s, "/usr/bin/tiny", "");
	assert_owners(s, "/usr/bin/tiny.real", "dpkg:tiny");
	assert_owners(s, "/usr/bin/alt", "alternative:alt");
	assert_owners(s, "/usr/bin/alt2", "alternative:alt");
	assert_owners_later(s, "", "/usr/bin/tiny", "diverted-to:tiny");
}

/* The real thing: what it has is for this machine to say, so only that it reads is asked. */
static void this_machines_database(void **state)
{
	struct scratch *s = *state;
	AUTO(place) here;
	AUTO(texts) paths = texts_of("/usr/bin/dpkg /usr/lib/os-release /bin/sh /nowhere/at/all");
	AUTO(owners) o = OWNERS_INIT;
	AUTO(dpkg_packages) all = {0};
	size_t n;

	assert_int_equal(place_init(&here, NULL, &s->err), 0);
	if (access("/usr/bin/dpkg", X_OK) < 0 || access("/var/lib/dpkg/status", R_OK) < 0)
		cannot(s, "no dpkg here");
	if (dpkg_packages(&here, &all, &s->err) != 1 ||
		dpkg_owners(&here, &paths, NULL, false, &o, &s->err) != 1)
		fail_msg("%s", s->err.text);
	assert_true(all.of.n > 10);
	owners_sort(&o);
	assert_non_null(owners_get(&o, SPAN("/usr/bin/dpkg"), &n));
	assert_non_null(owners_get(&o, SPAN("/usr/lib/os-release"), &n));
	assert_null(owners_get(&o, SPAN("/nowhere/at/all"), &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(files_belong_to_packages),
		SCRATCH_TEST(conffiles_are_told_apart),
		SCRATCH_TEST(conffiles_may_have_blanks),
		SCRATCH_TEST(merged_folders_are_one),
		SCRATCH_TEST(alternatives_have_links),
		SCRATCH_TEST(diversions_move_files),
		SCRATCH_TEST(diversions_may_change),
		SCRATCH_TEST(updates_count_too),
		SCRATCH_TEST(what_is_provided_counts),
		SCRATCH_TEST(there_may_be_no_dpkg),
		SCRATCH_TEST(damage_is_named),
		SCRATCH_TEST(what_is_missing_is_named),
		SCRATCH_TEST(nul_characters_are_damage),
		SCRATCH_TEST(links_do_not_lead_out_of_the_root),
		SCRATCH_TEST(what_dpkgs_own_tools_write),
		SCRATCH_TEST(this_machines_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
