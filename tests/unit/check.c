/* Tests of solve/check: changes, owners and a policy as a few lines of text, and the findings as others. */
#include "solve/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "unit.h"

struct given {
	const char *changes; /* "BEFORE AFTER PATH\n"; a node is as for parse_node */
	const char *owners; /* "KIND NAME PATH\n" */
	const char *policy; /* TOML */
	const char *allow; /* an id */
	const char *wanted; /* "SEVERITY ID PATH\n", in order; ", OWNER" where there is one */
};

/* Takes what is behind `name` in the node's description, to the next comma. */
static struct span part_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	if (!at)
		return SPAN("");
	at += strlen(name);
	return (struct span){at, strcspn(at, ",")};
}

/* "-": nothing; else a letter for the type, the mode, and behind commas u=USER, g=GROUP, is=CONTENT (of a file: of one
 * letter; of a link: where to), has=ATTRIBUTE. */
static void parse_node(const char *text, struct node *n)
{
	static const char letters[] = "-fdlpscb";
	struct span has = part_of(text, ",has=");

	n->type = (enum node_type)(strchr(letters, text[0]) - letters);
	n->mode = (unsigned)strtoul(text + 1, NULL, 8);
	n->uid = strtol(part_of(text, ",u=").s, NULL, 10);
	n->gid = strtol(part_of(text, ",g=").s, NULL, 10);
	if (n->type == NODE_LINK)
		buf_add_span(&n->target, part_of(text, ",is="));
	n->sha256.kind = DIGEST_SHA256;
	if (n->type == NODE_FILE)
		n->sha256.bytes[0] = (unsigned char)*part_of(text, ",is=").s;
	if (n->type == NODE_BLOCK)
		n->device = (int64_t)makedev(8, 1);
	if (has.n) {
		struct node_xattr *x = vec_push(&n->xattrs);

		*x = (struct node_xattr){BUF_INIT, BUF_INIT};
		buf_add_span(&x->name, has);
	}
}

static void parse_changes(const char *text, struct changes *out)
{
	struct span rest = span_of(text), line, before, after;

	while (span_split(&rest, '\n', &line)) {
		AUTO(buf) x = BUF_INIT;
		AUTO(buf) y = BUF_INIT;
		struct change *c;

		span_split(&line, ' ', &before);
		span_split(&line, ' ', &after);
		buf_add_span(&x, before);
		buf_add_span(&y, after);
		c = changes_add(out, line);
		parse_node(x.s, &c->before);
		parse_node(y.s, &c->after);
		c->own = true; /* is not believed */
	}
	changes_sort(out);
}

static void parse_owners(const char *text, struct owners *out)
{
	struct span rest = span_of(text), line, kind, name;

	while (span_split(&rest, '\n', &line)) {
		int i = 0;

		span_split(&line, ' ', &kind);
		span_split(&line, ' ', &name);
		while (!span_is_text(kind, owner_kind_name((enum owner_kind)i)))
			i++;
		owners_add(out, line, (enum owner_kind)i, name);
	}
	owners_sort(out);
}

static void find(const struct given *g, struct findings *out)
{
	AUTO(changes) changes = CHANGES_INIT;
	AUTO(owners) owners = OWNERS_INIT;
	AUTO(policy) policy = POLICY_INIT;
	AUTO(texts) own = {0};
	AUTO(texts) fixed = {0};
	const struct check_facts facts = {SPAN("zoom"), &own, &fixed, &owners};
	struct err err = ERR_INIT;

	parse_changes(g->changes, &changes);
	parse_owners(g->owners ? g->owners : "", &owners);
	texts_add(&own, SPAN("/var/lib/fardel/packages/zoom/1"));
	texts_add(&own, SPAN("/var/lib/fardel/packages/zoom/2"));
	texts_add(&fixed, SPAN("/usr/local/libexec/fardel"));
	if (policy_parse(&policy, "site.toml", span_of(g->policy), &err) < 0 ||
		(g->allow && policy_allow(&policy, span_of(g->allow), &err) < 0))
		fail_msg("%s", err.text);
	check_changes(&changes, &facts, &policy, out);
}

static void check(const struct given *g)
{
	AUTO(findings) found = FINDINGS_INIT;
	AUTO(buf) is = BUF_INIT;

	find(g, &found);
	VEC_FOR (struct finding, f, &found.of) {
		buf_addf(&is, "%s %s %s", f->always ? "always" : severity_name(f->severity),
			f->id.s, f->path.s);
		buf_addf(&is, f->owner.n ? ", %s\n" : "\n", f->owner.s);
		assert_true(f->text.n);
		assert_int_equal(f->how.n > 0, f->severity >= SEVERITY_DENY && !f->always);
	}
	if (!span_is_text(buf_span(&is), g->wanted))
		fail_msg("%s-- finds --\n%s-- not --\n%s", g->changes, is.s, g->wanted);
}

static void check_all(const struct given *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&table[i]);
}

static void what_is_of_no_matter(void **state)
{
	static const struct given table[] = {
		{.changes = "", .wanted = ""},
		{.changes = "- l777,is=/x /usr/bin/zoom\n- d755 /opt/zoom\n- f644 /opt/zoom/x\n"
			    "f644,is=a f644,is=b /usr/share/y\nf644 - /usr/share/z\n",
			.wanted = ""},
		{.changes = "- d755 /etc/cron.d\nd755 - /etc/udev\n", .wanted = ""},
		{.changes = "- d2775 /opt/shared\n", .wanted = ""},
		{.changes = "- f644,u=7 /var/lib/zoom/x\n- l777,u=7 /usr/bin/x\n", .wanted = ""},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void where_it_is(void **state)
{
	static const struct given table[] = {
		{.changes = "- f644 /etc/apt/sources.list.d/x.list\n- f644 /etc/cron.d/x\n",
			.wanted = "deny apt-sources /etc/apt/sources.list.d/x.list\n"
				  "warn cron /etc/cron.d/x\n"},
		{.changes = "f440 - /etc/sudoers.d/x\nf644,is=a f644,is=b /etc/passwd\n",
			.wanted = "deny sudoers /etc/sudoers.d/x\nwarn users /etc/passwd\n"},
		{.changes = "d755 d755,u=5 /lib/udev\n",
			.wanted = "warn foreign-owner /lib/udev\nwarn udev /lib/udev\n"},
		{.changes = "d755 l777,is=/x /etc/apt\n",
			.wanted = "deny apt-keys /etc/apt\ndeny apt-sources /etc/apt\n"
				  "warn apt-config /etc/apt\n"},
		{.changes = "- l777,is=/opt/x /etc/sudoers.d\n",
			.wanted = "deny sudoers /etc/sudoers.d\n"},
		{.changes = "l777,is=/x d755 /etc/sudoers.d\n",
			.wanted = "deny sudoers /etc/sudoers.d\n"},
		{.changes = "l777,is=/x d755 /etc/polkit-1\nl777,is=/x - /usr/share\n",
			.wanted = "deny apt-keys /usr/share\nwarn apparmor /usr/share\n"
				  "warn autostart /usr/share\nwarn boot /usr/share\n"
				  "warn certificates /usr/share\nwarn dbus /usr/share\n"
				  "warn pam /usr/share\nwarn polkit /etc/polkit-1\n"
				  "warn polkit /usr/share\nwarn systemd-units /usr/share\n"},
		{.changes = "- f600 /root/.ssh/authorized_keys\n",
			.wanted = "warn homes /root/.ssh/authorized_keys\n"
				  "warn ssh /root/.ssh/authorized_keys\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void what_it_is(void **state)
{
	static const struct given table[] = {
		{.changes = "- f4755 /opt/a\n- f2755,g=5 /opt/b\n- f6755 /opt/c\n",
			.wanted = "warn setgid /opt/b\nwarn setgid /opt/c\n"
				  "warn setuid /opt/a\nwarn setuid /opt/c\n"},
		{.changes = "f755 f4755 /opt/a\nf4755 f755 /opt/b\nf4755 - /opt/c\n",
			.wanted = "warn setuid /opt/a\n"},
		{.changes = "- f666 /opt/a\n- d777 /opt/b\n- p666 /opt/c\n- s777 /opt/d\n- d1777 /opt/e\n",
			.wanted = "warn world-writable /opt/a\nwarn world-writable /opt/b\n"
				  "warn world-writable /opt/c\nwarn world-writable /opt/d\n"
				  "warn world-writable /opt/e\n"},
		{.changes = "- c600 /opt/a\n- b600 /opt/b\n",
			.wanted = "deny device-nodes /opt/a\ndeny device-nodes /opt/b\n"},
		{.changes = "- f755,has=security.capability /opt/a\n- f755,has=security.ima /opt/b\n"
			    "- f755,has=user.x /opt/c\n- d755,has=system.posix_acl_default /opt/d\n",
			.wanted = "warn access-lists /opt/d\nwarn capabilities /opt/a\n"
				  "warn security-attributes /opt/b\n"},
		{.changes = "- f755,u=1000 /bin/a\n", .wanted = "warn foreign-owner /bin/a\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void fardels_own_is_always_denied(void **state)
{
	static const struct given table[] = {
		{.changes = "- f644 /etc/fardel/policy.d/x.toml\n- d755 /var/lib/fardel/stage\n"
			    "f644 - /var/cache/fardel/x\nf755,is=a f755,is=b /bin/fardel\n",
			.wanted =
				"always fardel /bin/fardel\nalways fardel /etc/fardel/policy.d/x.toml\n"
				"always fardel /var/cache/fardel/x\n"
				"always fardel /var/lib/fardel/stage\n"},
		{.changes = "d755 d777 /var/lib\n",
			.wanted = "always fardel /var/lib\nwarn world-writable /var/lib\n"},
		{.changes = "d755 d700 /\n", .wanted = "always fardel /\n"},
		{.changes = "- d755 /usr/local/libexec\n- l777,is=/x /usr/local\n",
			.wanted = "always fardel /usr/local\nwarn certificates /usr/local\n"
				  "warn systemd-units /usr/local\n"},
		{.changes = "- f755 /usr/local/libexec/fardel/x\n- f755 /usr/local/libexec/fardelx\n",
			.wanted = "always fardel /usr/local/libexec/fardel/x\n"},
		{.changes = "- f644 /var/lib/fardel/packages/zoom/1/upstream/x\n"
			    "- f4755 /var/lib/fardel/packages/zoom/2/upstream/y\n",
			.wanted = "warn setuid /var/lib/fardel/packages/zoom/2/upstream/y\n"},
		{.changes = "- f644 /var/lib/fardel/packages/zoom/12\n"
			    "d755 d750 /var/lib/fardel/packages/zoom/1\n"
			    "- f644 /var/lib/fardel/packages/slack/1/x\n",
			.wanted = "always fardel /var/lib/fardel/packages/slack/1/x\n"
				  "always fardel /var/lib/fardel/packages/zoom/1\n"
				  "always fardel /var/lib/fardel/packages/zoom/12\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void what_other_packages_have(void **state)
{
	static const struct given table[] = {
		{.changes = "l777,is=/a l777,is=/b /usr/bin/x\n- f644 /opt/y\nf644 - /opt/z\n"
			    "f644 f600 /opt/w\n",
			.owners =
				"package slack /usr/bin/x\npackage slack /opt/y\npackage a /opt/z\n"
				"package b /opt/z\npackage slack /opt/w\n",
			.wanted =
				"refuse other-package /opt/w, slack\nrefuse other-package /opt/y, slack\n"
				"refuse other-package /opt/z, a and 1 more\n"
				"refuse other-package /usr/bin/x, slack\n"},
		{.changes = "l777,is=/a l777,is=/b /usr/bin/x\n",
			.owners = "package zoom /usr/bin/x\n",
			.wanted = ""},
		{.changes = "- d755 /opt/a\nd755 - /opt/b\nd755 d700 /opt/c\nd755 l777,is=x /opt/d\n",
			.owners =
				"package slack /opt/a\npackage slack /opt/b\npackage slack /opt/c\n"
				"package slack /opt/d\n",
			.wanted =
				"refuse other-package /opt/c, slack\nrefuse other-package /opt/d, slack\n"
				"warn shared-folder /opt/b, slack\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void what_dpkg_has(void **state)
{
	static const struct given table[] = {
		{.changes = "f755,is=a f755,is=b /usr/bin/a\nf755 - /usr/bin/b\n- f755 /usr/bin/c\n"
			    "f755 f4755 /usr/bin/d\nf755 l777,is=/opt/e /usr/bin/e\n",
			.owners = "dpkg x /usr/bin/a\ndpkg x /usr/bin/b\ndpkg x /usr/bin/c\n"
				  "dpkg x /usr/bin/d\ndpkg x /usr/bin/e\n",
			.wanted = "refuse dpkg-attributes /usr/bin/d, x (dpkg)\n"
				  "refuse dpkg-file /usr/bin/a, x (dpkg)\n"
				  "refuse dpkg-file /usr/bin/b, x (dpkg)\n"
				  "refuse dpkg-file /usr/bin/c, x (dpkg)\n"
				  "refuse dpkg-file /usr/bin/e, x (dpkg)\n"
				  "warn setuid /usr/bin/d\n"},
		{.changes = "- d755 /opt/a\nd755 - /opt/b\nd755 d700 /opt/c\nd755 l777,is=x /opt/d\n",
			.owners = "dpkg x /opt/a\ndpkg x /opt/b\ndpkg x /opt/c\ndpkg y /opt/c\n"
				  "dpkg z /opt/c\ndpkg x /opt/d\n",
			.wanted = "refuse dpkg-attributes /opt/c, x (dpkg) and 2 more\n"
				  "refuse dpkg-file /opt/d, x (dpkg)\n"
				  "warn shared-folder /opt/b, x (dpkg)\n"},
		{.changes = "f644,is=a f644,is=b /etc/a\nf644 - /etc/b\n- f644 /etc/c\nf644 f600 /etc/d\n"
			    "f440,is=a f440,is=b /etc/sudoers\n",
			.owners = "conffile x /etc/a\nconffile x /etc/b\nconffile x /etc/c\n"
				  "conffile x /etc/d\nconffile sudo /etc/sudoers\n",
			.wanted = "deny sudoers /etc/sudoers\nwarn conffile /etc/a, x (dpkg)\n"
				  "warn conffile /etc/b, x (dpkg)\nwarn conffile /etc/c, x (dpkg)\n"
				  "warn conffile /etc/d, x (dpkg)\n"
				  "warn conffile /etc/sudoers, sudo (dpkg)\n"},
		{.changes = "f755,is=a f755,is=b /usr/bin/a\n",
			.owners = "dpkg x /usr/bin/a\npackage slack /usr/bin/a\n",
			.wanted = "refuse dpkg-file /usr/bin/a, x (dpkg)\n"
				  "refuse other-package /usr/bin/a, slack\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void diversions(void **state)
{
	static const char *const aside =
		"diverted-from x /usr/bin/a\ndiverted-to x /usr/bin/a.real\n";
	static const char *const back =
		"diverted-from x /usr/bin/a.real\ndiverted-to x /usr/bin/a\n";
	const struct given table[] = {
		{.changes = "f755,is=a f755,is=b /usr/bin/a\n- f755,is=a /usr/bin/a.real\n",
			.owners = aside,
			.wanted = "warn diversion /usr/bin/a, x (dpkg)\n"
				  "warn diversion /usr/bin/a.real, x (dpkg)\n"},
		{.changes = "f755,is=a - /usr/bin/a\n- f755,is=a /usr/bin/a.real\n",
			.owners = aside,
			.wanted = "warn diversion /usr/bin/a, x (dpkg)\n"
				  "warn diversion /usr/bin/a.real, x (dpkg)\n"},
		/* noted, but what was there is lost, or is another one now */
		{.changes = "f755,is=a f755,is=b /usr/bin/a\n",
			.owners = aside,
			.wanted = "refuse dpkg-file /usr/bin/a, x (dpkg)\n"},
		{.changes = "f755,is=a f755,is=b /usr/bin/a\n- f4755,is=a /usr/bin/a.real\n",
			.owners = aside,
			.wanted = "refuse dpkg-file /usr/bin/a, x (dpkg)\n"
				  "warn diversion /usr/bin/a.real, x (dpkg)\n"
				  "warn setuid /usr/bin/a.real\n"},
		{.changes = "f755,is=a - /usr/bin/a\n- f755,is=a /usr/bin/b\n",
			.owners = "diverted-from x /usr/bin/a\ndpkg x /usr/bin/b\n",
			.wanted = "refuse dpkg-file /usr/bin/a, x (dpkg)\n"
				  "refuse dpkg-file /usr/bin/b, x (dpkg)\n"},
		{.changes = "f755,is=a - /usr/bin/a\n- f755,is=a /usr/bin/a.real\n",
			.owners = "diverted-from x /usr/bin/a\ndiverted-to y /usr/bin/a.real\n",
			.wanted = "refuse dpkg-file /usr/bin/a, x (dpkg)\n"
				  "warn diversion /usr/bin/a.real, y (dpkg)\n"},
		{.changes = "- f755 /usr/bin/a\n",
			.owners = aside,
			.wanted = "warn diversion /usr/bin/a, x (dpkg)\n"},
		{.changes = "f755,is=b f755,is=a /usr/bin/a\nf755,is=a - /usr/bin/a.real\n",
			.owners = back,
			.wanted = "warn diversion /usr/bin/a, x (dpkg)\n"
				  "warn diversion /usr/bin/a.real, x (dpkg)\n"},
		{.changes = "f755,is=b f755,is=c /usr/bin/a\nf755,is=a - /usr/bin/a.real\n",
			.owners = back,
			.wanted = "refuse dpkg-file /usr/bin/a.real, x (dpkg)\n"
				  "warn diversion /usr/bin/a, x (dpkg)\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void alternatives(void **state)
{
	static const char *const link = "alternative editor /usr/bin/editor\n";
	const struct given table[] = {
		{.changes = "- l777,is=/opt/e /etc/alternatives/editor\n"
			    "f644,is=a f644,is=b /var/lib/dpkg/alternatives/editor\n",
			.wanted = "warn alternatives /etc/alternatives/editor\n"
				  "warn alternatives /var/lib/dpkg/alternatives/editor\n"},
		{.changes = "l777,is=/etc/alternatives/editor l777,is=/opt/e /usr/bin/editor\n",
			.owners = link,
			.wanted =
				"refuse alternative-link /usr/bin/editor, editor (update-alternatives)\n"},
		{.changes = "l777,is=/etc/alternatives/editor - /usr/bin/editor\n",
			.owners = link,
			.wanted =
				"refuse alternative-link /usr/bin/editor, editor (update-alternatives)\n"},
		{.changes = "- l777,is=/etc/alternatives/editor /usr/bin/editor\n",
			.owners = link,
			.wanted =
				"warn alternatives /usr/bin/editor, editor (update-alternatives)\n"},
		{.changes = "l777,is=/etc/alternatives/editor - /usr/bin/editor\n"
			    "f644 - /var/lib/dpkg/alternatives/editor\n",
			.owners = link,
			.wanted =
				"warn alternatives /usr/bin/editor, editor (update-alternatives)\n"
				"warn alternatives /var/lib/dpkg/alternatives/editor\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

#define RULE(id, rest) "[[policy]]\nid = \"" id "\"\n" rest "\n"

static void the_policy_decides(void **state)
{
	static const struct given table[] = {
		{.changes = "- f644 /etc/cron.d/x\n- f644 /etc/cron.d/y\n",
			.policy = RULE("cron", "action = \"deny\"")
				RULE("cron", "action = \"allow\"\npaths = [\"/etc/cron.d/x\"]"),
			.wanted = "deny cron /etc/cron.d/y\nallow cron /etc/cron.d/x\n"},
		{.changes = "- f644 /etc/cron.d/x\n- f644 /srv/jobs/x\n- d755 /srv/jobs/d\n",
			.policy = RULE("cron", "action = \"ask\"\npaths = [\"/srv/jobs\"]"),
			.wanted = "ask cron /srv/jobs/x\nwarn cron /etc/cron.d/x\n"},
		{.changes = "- d755 /usr/share/backgrounds/x\n",
			.policy = RULE(
				"ours", "action = \"deny\"\npaths = [\"/usr/share/backgrounds\"]"),
			.wanted = "deny ours /usr/share/backgrounds/x\n"},
		{.changes = "- f644 /opt/x\n- f4755 /opt/y\n",
			.policy = RULE("setuid", "action = \"deny\"\npaths = [\"/opt\"]"),
			.wanted = "deny setuid /opt/y\n"},
		{.changes = "f755,is=a f755,is=b /usr/bin/a\nf644,is=a f644,is=b /etc/a\n",
			.owners = "dpkg x /usr/bin/a\nconffile x /etc/a\n",
			.policy = RULE("dpkg-file", "action = \"warn\"")
				RULE("conffile", "action = \"deny\""),
			.wanted =
				"refuse conffile /etc/a, x (dpkg)\nwarn dpkg-file /usr/bin/a, x (dpkg)\n"},
		{.changes = "- f644 /etc/apt/sources.list.d/x.list\n- f644 /etc/fardel/x\n",
			.allow = "apt-sources",
			.wanted = "always fardel /etc/fardel/x\n"
				  "allow apt-sources /etc/apt/sources.list.d/x.list\n"},
		{.changes = "- f644 /etc/apt/sources.list.d/x.list\n- f644 /opt/slack/x\n",
			.policy = RULE("apt-sources",
				"action = \"allow\"\npackages = [\"slack\"]") RULE("ours",
				"action = \"deny\"\npaths = [\"/opt\"]\npackages = [\"slack\"]"),
			.wanted = "deny apt-sources /etc/apt/sources.list.d/x.list\n"},
	};

	(void)state;
	check_all(table, COUNT(table));
}

static void the_dangerous_come_first(void **state)
{
	static const struct given g = {
		.changes =
			"- f644 /etc/cron.d/x\n- f644 /etc/udev/x\n- f644 /etc/apt/sources.list\n"
			"f755,is=a f755,is=b /usr/bin/a\n- f644 /etc/fardel/x\n- f644 /etc/pam.d/x\n",
		.owners = "dpkg x /usr/bin/a\n",
		.policy = RULE("udev", "action = \"ask\"") RULE("pam", "action = \"allow\""),
		.wanted = "always fardel /etc/fardel/x\nrefuse dpkg-file /usr/bin/a, x (dpkg)\n"
			  "deny apt-sources /etc/apt/sources.list\nask udev /etc/udev/x\n"
			  "warn cron /etc/cron.d/x\nallow pam /etc/pam.d/x\n"};

	(void)state;
	check(&g);
}

static void assert_text(const struct given *g, const char *wanted)
{
	AUTO(findings) found = FINDINGS_INIT;
	AUTO(buf) is = BUF_INIT;

	find(g, &found);
	assert_true(found.of.n > 0);
	finding_format(&found.of.v[0], &is);
	assert_buf(&is, wanted);
}

static void texts_say_what_it_is(void **state)
{
	static const struct given setuid = {.changes = "- f4755 /opt/a\n"};
	static const struct given setgid = {.changes = "- f2755,g=5 /opt/a\n"};
	static const struct given device = {.changes = "- b660 /opt/a\n"};
	static const struct given attributes = {
		.changes = "f755 f700,u=5,g=6 /srv/a\n", .owners = "dpkg x /srv/a\n"};
	static const struct given xattr = {
		.changes = "f755 f755,has=user.x /srv/a\n", .owners = "dpkg x /srv/a\n"};
	static const struct given gone = {
		.changes = "f755 - /usr/bin/a\n", .owners = "dpkg x /usr/bin/a\n"};
	static const struct given said = {.changes = "- f4755 /opt/a\n",
		.policy = RULE("setuid", "action = \"ask\"\ntext = \"ask the house\"")};

	(void)state;
	assert_text(&setuid, "/opt/a: setuid root, mode 4755 (policy setuid)");
	assert_text(&setgid, "/opt/a: setgid of group 5, mode 2755 (policy setgid)");
	assert_text(&device, "/opt/a: a block device, 8:1 (policy device-nodes)");
	assert_text(&attributes,
		"/srv/a: of x (dpkg): mode or owner of a Debian package's, mode 0755 becomes 0700, "
		"owner 0:0 becomes 5:6 (policy dpkg-attributes)");
	assert_text(&xattr,
		"/srv/a: of x (dpkg): mode or owner of a Debian package's, its extended "
		"attributes change (policy dpkg-attributes)");
	assert_text(&gone, "/usr/bin/a: of x (dpkg): a Debian package's, would be deleted "
			   "(policy dpkg-file)");
	assert_text(&said, "/opt/a: ask the house (policy setuid)");
}

static void assert_verdict(const struct given *g, enum err_code code, const char *text,
	const char *detail, const char *next)
{
	AUTO(findings) found = FINDINGS_INIT;
	struct err err = ERR_INIT;

	find(g, &found);
	assert_int_equal(findings_verdict(&found, &err), code == ERR_NONE ? 0 : -1);
	assert_err(&err, code, text);
	if (!strstr(err.detail, detail) || !strstr(err.next, next))
		fail_msg("%s\n%s", err.detail, err.next);
}

static void the_verdict(void **state)
{
	static const struct given fine = {.changes = "- f4755 /opt/a\n- f644 /etc/cron.d/x\n",
		.policy = RULE("cron", "action = \"ask\"")};
	static const struct given denied = {.changes =
						    "- f644 /etc/apt/sources.list\n- f644 /opt/a\n"
						    "- f644 /etc/sudoers.d/x\n"
						    "- f644 /etc/sudoers.d/y\n"};
	static const struct given refused = {
		.changes = "f755 - /usr/bin/a\n- f644 /etc/sudoers.d/x\n",
		.owners = "dpkg x /usr/bin/a\n"};
	static const struct given always = {.changes = "f755 - /usr/bin/a\n- f644 /etc/fardel/x\n",
		.owners = "dpkg x /usr/bin/a\n"};

	(void)state;
	assert_verdict(&fine, ERR_NONE, "", "", "");
	assert_verdict(&denied, ERR_POLICY,
		"/etc/apt/sources.list: an apt source (policy apt-sources)",
		"/etc/sudoers.d/y: who may become root",
		"this once: --allow apt-sources --allow sudoers; always");
	assert_verdict(&refused, ERR_CONFLICT, "/usr/bin/a: of x (dpkg)", "/etc/sudoers.d/x",
		"--allow dpkg-file --allow sudoers");
	assert_verdict(&always, ERR_POLICY, "/etc/fardel/x: fardel's own", "/usr/bin/a",
		"nothing allows that");
}

static void a_long_verdict_is_cut(void **state)
{
	AUTO(buf) changes = BUF_INIT;
	struct given g = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		buf_addf(&changes, "- f644 /etc/sudoers.d/%02d\n", i);
	g.changes = changes.s;
	assert_verdict(
		&g, ERR_POLICY, "/etc/sudoers.d/00", "and 41 more", "--allow sudoers; always");
}

/* Ten times what any installer does, and a large policy. */
static void many_changes_are_quick(void **state)
{
	AUTO(buf) changes = BUF_INIT;
	AUTO(buf) policy = BUF_INIT;
	struct given g = {.wanted = ""};

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_addf(
			&changes, "- l777,is=/x /usr/share/icons/hicolor/48x48/apps/%05d.png\n", i);
	for (int i = 0; i < 100; i++)
		buf_addf(&policy, RULE("own-%d", "paths = [\"/usr/share/a%d\"]\naction = \"deny\""),
			i, i);
	g.changes = changes.s;
	g.policy = policy.s;
	alarm(10);
	check(&g);
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_of_no_matter),
		cmocka_unit_test(where_it_is),
		cmocka_unit_test(what_it_is),
		cmocka_unit_test(fardels_own_is_always_denied),
		cmocka_unit_test(what_other_packages_have),
		cmocka_unit_test(what_dpkg_has),
		cmocka_unit_test(diversions),
		cmocka_unit_test(alternatives),
		cmocka_unit_test(the_policy_decides),
		cmocka_unit_test(the_dangerous_come_first),
		cmocka_unit_test(texts_say_what_it_is),
		cmocka_unit_test(the_verdict),
		cmocka_unit_test(a_long_verdict_is_cut),
		cmocka_unit_test(many_changes_are_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
