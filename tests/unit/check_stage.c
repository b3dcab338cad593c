/* The whole way, with the machine's own tools in a stage over its root: what they did, whose it is, and what is said of it. */
#include "solve/check.h"

#include "staged.h"

#include "store/dpkg.h"
#include "store/scan.h"

/* Reads the stage. */
static void scan(struct scratch *s, const struct show *v, struct changes *out)
{
	VEC_FOR (struct overlay_layer, l, &v->o.of) {
		const struct scan_layer layer = {
			l->upper, l->lower, l->place.s, l->user_attributes};

		if (scan_layer(&SCAN_INIT, &layer, out, &s->err) < 0)
			fail_msg("%s", s->err.text);
	}
}

/* What /var/lib/dpkg/diversions is in the stage; false: as it was. */
static bool read_later(struct scratch *s, const struct show *v, struct buf *out)
{
	VEC_FOR (struct overlay_layer, l, &v->o.of) {
		struct span place = buf_span(&l->place);
		size_t n = span_is_text(place, "/") ? 0 : place.n;

		if (span_starts(SPAN(DPKG_DIVERSIONS), l->place.s) &&
			file_read(l->upper, DPKG_DIVERSIONS + n + 1, 1 << 20, out, &s->err) == 1)
			return true;
	}
	return false;
}

/* What is found, but for what depends on the machine, as "SEVERITY ID PATH\n". */
static void judge(struct scratch *s, const struct show *v, struct buf *out)
{
	AUTO(changes) changes = CHANGES_INIT;
	AUTO(owners) owners = OWNERS_INIT;
	AUTO(findings) found = FINDINGS_INIT;
	AUTO(policy) policy = POLICY_INIT;
	AUTO(place) here = {0};
	AUTO(texts) paths = {0};
	AUTO(buf) later = BUF_INIT;
	const struct check_facts facts = {SPAN("zoom"), NULL, NULL, &owners};
	struct span text;
	bool has_later;

	scan(s, v, &changes);
	VEC_FOR (struct change, c, &changes.of)
		texts_add(&paths, buf_span(&c->path));
	has_later = read_later(s, v, &later);
	text = buf_span(&later);
	assert_int_equal(place_init(&here, NULL, &s->err), 0);
	if (dpkg_owners(&here, &paths, has_later ? &text : NULL, false, &owners, &s->err) != 1)
		fail_msg("%s", s->err.text);
	owners_sort(&owners);
	check_changes(&changes, &facts, &policy, &found);
	VEC_FOR (struct finding, f, &found.of)
		buf_addf(out, "%s %s %s\n", severity_name(f->severity), f->id.s, f->path.s);
}

static void assert_judged(struct scratch *s, const char *script, const char *const *wanted)
{
	AUTO(buf) is = BUF_INIT;

	if (geteuid() != 0 || access("/usr/bin/dpkg-divert", X_OK) < 0)
		cannot(s, "not root, or no dpkg here");
	{
		STAGE(v, s, NULL);

		assert_run(&v.r, script, "");
		judge(s, &v, &is);
	}
	for (; *wanted; wanted++)
		if (!strstr(is.s, *wanted))
			fail_msg("%s-- has no --\n%s", is.s, *wanted);
}

static void what_rules_should_not_do(void **state)
{
	static const char *const wanted[] = {"deny apt-sources /etc/apt/sources.list.d/x.list\n",
		"refuse dpkg-file /usr/bin/whoami\n", "refuse dpkg-file /usr/bin/id\n",
		"refuse dpkg-attributes /usr/bin/env\n", "warn setuid /usr/bin/env\n",
		"warn conffile /etc/bash.bashrc\n", "warn profile /etc/bash.bashrc\n",
		"warn users /etc/passwd\n", "warn users /etc/shadow\n",
		"warn systemd-units /etc/systemd/system/x.service\n", NULL};

	assert_judged(*state,
		"mkdir -p /etc/apt/sources.list.d /etc/systemd/system\n"
		"echo deb >/etc/apt/sources.list.d/x.list\n"
		"echo x >/usr/bin/whoami\nrm /usr/bin/id\nchmod u+s /usr/bin/env\n"
		"echo '# more' >>/etc/bash.bashrc\n"
		"useradd -M -N -s /bin/false fardel-unit >/dev/null 2>&1\n"
		"ln -s /opt/x.service /etc/systemd/system/x.service\n",
		wanted);
}

static void what_rules_may_do(void **state)
{
	static const char *const wanted[] = {"warn diversion /usr/bin/whoami\n",
		"warn diversion /usr/bin/whoami.fardel-unit\n",
		"warn dpkg-overrides /var/lib/dpkg/diversions\n",
		"warn alternatives /etc/alternatives/fardel-unit\n",
		"warn alternatives /var/lib/dpkg/alternatives/fardel-unit\n", NULL};

	assert_judged(*state,
		"exec >/dev/null 2>&1\n"
		"dpkg-divert --local --rename --divert /usr/bin/whoami.fardel-unit --add /usr/bin/whoami\n"
		"ln -s id /usr/bin/whoami\n"
		"update-alternatives --install /usr/bin/fardel-unit fardel-unit /usr/bin/id 1\n",
		wanted);
}

/* What has no owner and is in no place that matters is not spoken of. */
static void what_is_of_no_matter(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) is = BUF_INIT;

	if (geteuid() != 0 || access("/usr/bin/dpkg", X_OK) < 0)
		cannot(s, "not root, or no dpkg here");
	{
		STAGE(v, s, NULL);

		assert_run(&v.r,
			"mkdir -p /opt/fardel-unit/bin\necho x >/opt/fardel-unit/bin/x\n"
			"chmod 755 /opt/fardel-unit/bin/x\n"
			"ln -s /opt/fardel-unit/bin/x /usr/bin/fardel-unit-x\n"
			"touch /usr/bin/id\ncp -p /usr/bin/id /tmp/id\ncat /tmp/id >/usr/bin/id\n",
			"");
		judge(s, &v, &is);
	}
	assert_buf(&is, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_rules_should_not_do),
		SCRATCH_TEST(what_rules_may_do),
		SCRATCH_TEST(what_is_of_no_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
