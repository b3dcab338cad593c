/* Tests of solve/stated. */
#include "solve/stated.h"

#include "unit.h"

static void add_change(
	struct changes *c, const char *path, enum node_type before, enum node_type after)
{
	struct change *change = changes_add(c, span_of(path));

	change->before.type = before;
	change->after.type = after;
}

static void assert_findings(const struct findings *f, const char *want)
{
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct finding, one, &f->of)
		buf_addf(&text, "%s %s %s: %s\n", severity_name(one->severity), one->id.s,
			one->path.s, one->text.s);
	assert_buf(&text, want);
}

static void needs_are_findings(void **state)
{
	AUTO(installer) in;
	AUTO(policy) policy = POLICY_INIT;
	AUTO(findings) f = FINDINGS_INIT;

	(void)state;
	installer_init(&in);
	stated_needs(&in, &policy, &f);
	assert_int_equal(f.of.n, 0);
	in.needs.network = true;
	buf_sets(&in.needs.network_why, "its key");
	stated_needs(&in, &policy, &f);
	assert_findings(
		&f, "ask needs-network manifest.toml: its rules have the network: its key\n");
	findings_drop(&f);
	in.needs.live = true;
	stated_needs(&in, &policy, &f);
	assert_findings(&f, "warn needs-live manifest.toml: its rules run on the system itself\n");
}

static void what_is_not_declared_is_found(void **state)
{
	AUTO(installer) in;
	AUTO(policy) policy = POLICY_INIT;
	AUTO(findings) f = FINDINGS_INIT;
	AUTO(changes) changes = CHANGES_INIT;
	AUTO(changes) before = CHANGES_INIT;
	AUTO(effects) effects = EFFECTS_INIT;
	AUTO(texts) own = {0};
	const struct span asked[] = {SPAN("systemctl"), SPAN("start"), SPAN("a"), SPAN("b")};
	const struct span undone[] = {SPAN("systemctl"), SPAN("stop"), SPAN("c")};
	struct stated_facts facts = {&own, &before, &changes, &effects};
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	texts_add(&own, SPAN("/var/lib/x"));
	add_change(&changes, "/etc/a", NODE_NONE, NODE_FILE);
	add_change(&changes, "/etc/d", NODE_NONE, NODE_FOLDER);
	add_change(&changes, "/etc/gone", NODE_FILE, NODE_NONE);
	add_change(&changes, "/etc/others", NODE_FILE, NODE_NONE);
	add_change(&changes, "/etc/turned", NODE_FILE, NODE_FOLDER);
	add_change(&changes, "/usr/open", NODE_NONE, NODE_FOLDER);
	changes.of.v[changes.of.n - 1].after.mode = 01777;
	add_change(&changes, "/usr/owned", NODE_NONE, NODE_FOLDER);
	changes.of.v[changes.of.n - 1].after.uid = 1000;
	add_change(&changes, "/usr/share/a/b/c", NODE_NONE, NODE_LINK);
	add_change(&changes, "/usr/shared", NODE_NONE, NODE_FILE);
	add_change(&changes, "/var/lib/x", NODE_NONE, NODE_FILE);
	add_change(&changes, "/var/lib/x/own", NODE_NONE, NODE_FILE);
	add_change(&before, "/etc/gone", NODE_NONE, NODE_FILE);
	assert_int_equal(effects_add(&effects, EFFECT_CONFIGURE, asked, 4, &err), 0);
	assert_int_equal(effects_add(&effects, EFFECT_UNCONFIGURE, undone, 3, &err), 0);
	stated_declares(&in, &facts, &policy, &f);
	assert_int_equal(f.of.n, 0);
	in.declares.has_files = in.declares.has_effects = true;
	texts_add(&in.declares.files, SPAN("/usr/share/a"));
	texts_add(&in.declares.effects, SPAN("systemctl  start b.service"));
	stated_declares(&in, &facts, &policy, &f);
	assert_findings(&f,
		"warn undeclared-file /etc/a: its manifest does not declare that\n"
		"warn undeclared-file /etc/others: its manifest does not declare that\n"
		"warn undeclared-file /etc/turned: its manifest does not declare that\n"
		"warn undeclared-file /usr/open: its manifest does not declare that\n"
		"warn undeclared-file /usr/owned: its manifest does not declare that\n"
		"warn undeclared-file /usr/shared: its manifest does not declare that\n"
		"warn undeclared-file /var/lib/x: its manifest does not declare that\n"
		"warn undeclared-effect systemctl start a.service: its manifest does not declare "
		"that\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_are_findings),
		cmocka_unit_test(what_is_not_declared_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
