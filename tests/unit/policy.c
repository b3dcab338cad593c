/* Tests of model/policy: rules as files have them, and what they decide. */
#include "model/policy.h"

#include "unit.h"

static void parse(struct policy *p, const char *text)
{
	struct err err = ERR_INIT;

	if (policy_parse(p, "site.toml", span_of(text), &err) < 0)
		fail_msg("%s", err.text);
}

static void refuse(const char *text, const char *part)
{
	AUTO(policy) p = POLICY_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(policy_parse(&p, "site.toml", span_of(text), &err), -1);
	assert_err(&err, ERR_CONFIG, part);
	assert_true(span_starts(span_of(err.text), "site.toml: line "));
}

static struct policy_verdict decide(const struct policy *p, const char *id, const char *path)
{
	const struct policy_case c = {SPAN("zoom"), span_of(path), false};

	return policy_decide(p, span_of(id), &c);
}

static void assert_action(
	const struct policy *p, const char *id, const char *path, enum policy_action wanted)
{
	enum policy_action is = decide(p, id, path).action;

	if (is != wanted)
		fail_msg("%s at %s: %s", id, path, policy_action_name(is));
}

static const struct policy_id *built_in(const char *id)
{
	const struct policy_id *found = policy_id_get(span_of(id));

	assert_non_null(found);
	return found;
}

/* The defaults, as the documentation has them. */
static void defaults(void **state)
{
	static const char *const denied[] = {"apt-keys", "apt-sources", "device-nodes",
		"dpkg-database", "fardel", "ld-so-preload", "repositories", "sudoers",
		"alternative-link", "dpkg-attributes", "dpkg-file", "other-package"};
	AUTO(policy) p = POLICY_INIT;
	size_t count, found = 0;
	const struct policy_id *ids = policy_ids(&count);

	(void)state;
	for (size_t i = 0; i < COUNT(denied); i++)
		assert_action(&p, denied[i], "/x", POLICY_DENY);
	for (size_t i = 0; i < count; i++) {
		found += decide(&p, ids[i].id, "/x").action == POLICY_DENY;
		if (decide(&p, ids[i].id, "/x").action == POLICY_DENY)
			continue;
		assert_action(&p, ids[i].id, "/x",
			strcmp(ids[i].id, "needs-network") == 0 ? POLICY_ASK : POLICY_WARN);
	}
	assert_int_equal(found, COUNT(denied));
	assert_action(&p, "the-sites-own", "/x", POLICY_ALLOW);
}

static void ids_are_told_apart(void **state)
{
	size_t count;
	const struct policy_id *ids = policy_ids(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(policy_id_get(span_of(ids[i].id)), &ids[i]);
		assert_true(ids[i].text[0]);
		assert_int_equal(!ids[i].globs, ids[i].kind == POLICY_PROPERTY ||
							ids[i].kind == POLICY_OWNER ||
							ids[i].kind == POLICY_STATED);
	}
	assert_null(policy_id_get(SPAN("apt")));
}

struct where {
	const char *id, *path; /* path NULL: the end of the list */
	bool whole, covered;
};

static void built_in_paths(void **state)
{
	static const struct where table[] = {
		{"repositories", "/etc/luet/repos.conf.d/x.yml", false, true},
		{"repositories", "/etc/luet/other", false, false},
		{"apt-sources", "/etc/apt/sources.list", false, true},
		{"apt-sources", "/etc/apt/sources.list.d/x.sources", false, true},
		{"apt-sources", "/etc/apt/sources.list.save", false, false},
		{"apt-sources", "/etc/apt", false, false},
		{"apt-sources", "/etc/apt", true, true},
		{"apt-sources", "/etc", true, true},
		{"apt-sources", "/", true, true},
		{"apt-sources", "/opt", true, false},
		{"apt-keys", "/etc/apt/trusted.gpg.d/x.gpg", false, true},
		{"apt-keys", "/usr/share/keyrings/x.gpg", false, true},
		{"sudoers", "/etc/sudoers.d/x", false, true},
		{"ld-so-preload", "/etc/ld.so.preload", false, true},
		{"ld-so-preload", "/etc/ld.so.conf", false, false},
		{"systemd-units", "/lib/systemd/system/x.service", false, true},
		{"systemd-units", "/usr/lib/systemd/system/x.service", false, true},
		{"systemd-units", "/etc/rc3.d/S01x", false, true},
		{"systemd-units", "/lib", true, true},
		{"pam", "/lib/x86_64-linux-gnu/security/pam_x.so", false, true},
		{"pam", "/usr/lib/x86_64-linux-gnu/libx.so", false, false},
		{"pam", "/lib/x86_64-linux-gnu", true, true},
		{"pam", "/usr/lib/libx.so", true, false}, /* a link to a library of its own */
		{"cron", "/etc/cron.daily/x", false, true},
		{"cron", "/etc/crontab", false, true},
		{"users", "/etc/passwd", false, true},
		{"users", "/etc/passwdx", false, false},
		{"kernel-modules", "/lib/modules/6.1/extra/x.ko", false, true},
		{"kernel-modules", "/etc/modprobe.d/x.conf", false, true},
		{"udev", "/lib/udev/rules.d/x.rules", false, true},
		{"polkit", "/usr/share/polkit-1/actions/x.policy", false, true},
		{"profile", "/etc/profile.d/x.sh", false, true},
		{"dbus", "/usr/share/dbus-1/system.d/x.conf", false, true},
		{"dbus", "/usr/share/dbus-1/services/x.service", false, false},
		{"fardel", "/var/lib/fardel/state.db", false, true},
		{"fardel", "/etc/fardel/policy.d/x.toml", false, true},
		{"fardel", "/var/cache/fardel/packs", false, true},
		{"fardel", "/bin/fardel", false, true},
		{"fardel", "/var/lib", true, true},
		{"fardel", "/var/lib/fardelx", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		AUTO(buf) path = BUF_INIT;
		struct policy_case c = {.package = SPAN("zoom"), .whole = table[i].whole};

		policy_path(span_of(table[i].path), &path);
		c.path = buf_span(&path);
		if (policy_id_covers(built_in(table[i].id), &c) != table[i].covered)
			fail_msg("%s and %s, whole: %d", table[i].id, table[i].path, c.whole);
	}
}

static void the_last_rule_that_fits_counts(void **state)
{
	AUTO(policy) p = POLICY_INIT;

	(void)state;
	parse(&p, "[[policy]]\nid = \"cron\"\naction = \"deny\"\n"
		  "[[policy]]\nid = \"cron\"\npaths = [\"/etc/cron.d/zoom*\"]\naction = \"ask\"\n");
	assert_action(&p, "cron", "/etc/cron.daily/x", POLICY_DENY);
	assert_action(&p, "cron", "/etc/cron.d/zoom-update", POLICY_ASK);
	assert_action(&p, "udev", "/etc/udev/x", POLICY_WARN);
	assert_buf(&decide(&p, "cron", "/etc/cron.d/zoom").rule->origin, "site.toml:5");
	assert_null(decide(&p, "udev", "/etc/udev/x").rule);
	parse(&p, "[[policy]]\nid = \"cron\"\naction = \"allow\"\n");
	assert_action(&p, "cron", "/etc/cron.d/zoom-update", POLICY_ALLOW);
}

static void rules_can_be_for_some_packages(void **state)
{
	AUTO(policy) p = POLICY_INIT;

	(void)state;
	parse(&p, "[[policy]]\nid = \"udev\"\npackages = [\"slack\", \"zo*\"]\naction = \"allow\"\n"
		  "[[policy]]\nid = \"cron\"\npackages = [\"slack\"]\naction = \"allow\"\n");
	assert_action(&p, "udev", "/x", POLICY_ALLOW);
	assert_action(&p, "cron", "/x", POLICY_WARN);
}

static void ids_of_the_admins_own(void **state)
{
	const struct policy_case in = {SPAN("zoom"), SPAN("/usr/lib/site/x"), false};
	const struct policy_case out = {SPAN("zoom"), SPAN("/usr/lib/sitex"), false};
	const struct policy_case above = {SPAN("zoom"), SPAN("/usr/lib"), true};
	const struct policy_case folder = {SPAN("zoom"), SPAN("/usr/lib"), false};
	const struct policy_case foreign = {SPAN("slack"), SPAN("/usr/lib/site/x"), false};
	AUTO(policy) p = POLICY_INIT;

	(void)state;
	parse(&p, "[[policy]]\nid = \"wallpapers\"\npaths = [\"/lib/site\"]\naction = \"deny\"\n"
		  "text = \"the site's\"\npackages = [\"zoom\"]\n");
	assert_true(policy_rule_covers(&p.of.v[0], &in));
	assert_false(policy_rule_covers(&p.of.v[0], &out));
	assert_true(policy_rule_covers(&p.of.v[0], &above));
	assert_false(policy_rule_covers(&p.of.v[0], &folder));
	assert_false(policy_rule_covers(&p.of.v[0], &foreign));
	assert_action(&p, "wallpapers", "/usr/lib/site/x", POLICY_DENY);
	assert_buf(&p.of.v[0].text, "the site's");
}

/* A link in the place of /etc/apt is not allowed by a rule for one file beneath. */
static void what_is_above_is_never_made_milder(void **state)
{
	const struct policy_case c = {SPAN("zoom"), SPAN("/etc/apt"), true};
	const struct policy_case elsewhere = {SPAN("zoom"), SPAN("/opt"), true};
	AUTO(policy) p = POLICY_INIT;

	(void)state;
	parse(&p, "[[policy]]\nid = \"apt-sources\"\npaths = [\"/etc/apt/sources.list.d/x.list\"]\n"
		  "action = \"allow\"\n"
		  "[[policy]]\nid = \"apt-config\"\npaths = [\"/etc/apt/apt.conf.d\"]\n"
		  "action = \"deny\"\n");
	assert_action(&p, "apt-sources", "/etc/apt/sources.list.d/x.list", POLICY_ALLOW);
	assert_int_equal(policy_decide(&p, SPAN("apt-sources"), &c).action, POLICY_DENY);
	assert_int_equal(policy_decide(&p, SPAN("apt-config"), &c).action, POLICY_DENY);
	assert_int_equal(policy_decide(&p, SPAN("apt-config"), &elsewhere).action, POLICY_WARN);
}

static void allowed_for_once(void **state)
{
	AUTO(policy) p = POLICY_INIT;
	struct err err = ERR_INIT;

	(void)state;
	parse(&p, "[[policy]]\nid = \"apt-sources\"\naction = \"deny\"\n"
		  "[[policy]]\nid = \"wallpapers\"\npaths = [\"/x\"]\naction = \"deny\"\n");
	assert_int_equal(policy_allow(&p, SPAN("apt-sources"), &err), 0);
	assert_int_equal(policy_allow(&p, SPAN("wallpapers"), &err), 0);
	assert_action(&p, "apt-sources", "/etc/apt/sources.list", POLICY_ALLOW);
	assert_true(decide(&p, "apt-sources", "/etc/apt/sources.list").once);
	assert_action(&p, "wallpapers", "/x", POLICY_ALLOW);
	assert_action(&p, "apt-keys", "/etc/apt/trusted.gpg", POLICY_DENY);
	assert_int_equal(policy_allow(&p, SPAN("apt-source"), &err), -1);
	assert_err(&err, ERR_USAGE, "apt-source is no id that is known");
	assert_non_null(strstr(err.next, "is apt-sources meant?"));
	err_clear(&err);
	assert_int_equal(policy_allow(&p, SPAN("fardel"), &err), -1);
	assert_err(&err, ERR_POLICY, "denied always");
	texts_add(&p.allowed, SPAN("fardel"));
	assert_action(&p, "fardel", "/etc/fardel", POLICY_DENY);
}

static void called_as_puavo_pkg_conflicts_warn(void **state)
{
	AUTO(policy) p = {.conflicts_warn = true};

	(void)state;
	assert_action(&p, "dpkg-file", "/x", POLICY_WARN);
	assert_action(&p, "other-package", "/x", POLICY_WARN);
	assert_action(&p, "conffile", "/x", POLICY_WARN);
	assert_action(&p, "apt-sources", "/x", POLICY_DENY);
	parse(&p, "[[policy]]\nid = \"dpkg-file\"\naction = \"deny\"\n");
	assert_action(&p, "dpkg-file", "/x", POLICY_DENY);
}

#define RULE "[[policy]]\nid = \"cron\"\n"

static void what_is_no_policy_is_refused(void **state)
{
	(void)state;
	refuse("[[policy]\n", "line 1");
	refuse("action = \"deny\"\n", "line 1, column 1: action is no key that is known");
	refuse("[policy]\nid = \"cron\"\n", "line 2, column 1: policy.id is no key");
	refuse("policy = []\n", "line 1, column 1: policy is no key");
	refuse(RULE "actoin = \"deny\"\n", "line 3, column 1: actoin is no key");
	refuse(RULE "action = \"permit\"\n", "line 3, column 1: action must be");
	refuse(RULE "action = 1\n", "action must be");
	refuse(RULE, "line 2: cron: a [[policy]] without action");
	refuse(RULE "\n" RULE "action = \"deny\"\n", "line 2: cron: a [[policy]] without action");
	refuse("[[policy]]\naction = \"deny\"\n", "line 2: a [[policy]] without id");
	refuse("[[policy]]\nid = \"Cron\"\n", "id must be");
	refuse("[[policy]]\nid = \"\"\n", "id must be");
	refuse("[[policy]]\nid = 3\n", "id must be");
	refuse("[[policy]]\nid = \"fardel\"\naction = \"allow\"\n", "line 2, column 1: fardel is");
	refuse("[[policy]]\nid = \"crom\"\naction = \"deny\"\n", "line 2: crom is no id");
	refuse(RULE "paths = []\n", "paths must be");
	refuse(RULE "paths = \"/x\"\n", "paths must be");
	refuse(RULE "paths = [\"/x\", 1]\n", "paths must be");
	refuse(RULE "paths = [\"x\"]\n", "paths must be");
	refuse(RULE "paths = [\"/\"]\n", "paths must be");
	refuse(RULE "paths = [\"/x/\"]\n", "paths must be");
	refuse(RULE "paths = [\"/x//y\"]\n", "paths must be");
	refuse(RULE "paths = [\"/x/../y\"]\n", "paths must be");
	refuse(RULE "packages = []\n", "packages must be");
	refuse(RULE "packages = [\"\"]\n", "a name is empty");
	refuse(RULE "text = 4\n", "text must be");
	refuse(RULE "id.x = 4\n", "line 3");
	refuse(RULE "sub = {x = 4}\n", "sub.x is no key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(ids_are_told_apart),
		cmocka_unit_test(built_in_paths),
		cmocka_unit_test(the_last_rule_that_fits_counts),
		cmocka_unit_test(rules_can_be_for_some_packages),
		cmocka_unit_test(ids_of_the_admins_own),
		cmocka_unit_test(what_is_above_is_never_made_milder),
		cmocka_unit_test(allowed_for_once),
		cmocka_unit_test(called_as_puavo_pkg_conflicts_warn),
		cmocka_unit_test(what_is_no_policy_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
