/* Tests of engine/live: real rules' calls in real stages, on this machine's programs and on a root of their own. */
#include "engine/live.h"

#include "staged.h"

#include <stdlib.h>

/* As it was built. */
static void program(struct buf *out)
{
	buf_setf(out, "%s/libexec/fardel/fardel-live", getenv("FARDEL_BUILD"));
}

static void show(struct live_show *l, struct show *v, struct scratch *s)
{
	AUTO(buf) live = BUF_INIT;

	program(&live);
	put_dir(s, "logs", 0700);
	{
		AUTO_FD folder = file_open(s->fd, "logs", O_RDONLY | O_DIRECTORY, 0, &s->err);
		AUTO(buf) path = buf_of(s->path);

		buf_add_path(&path, "logs");
		if (live_show_make(l, v->root.s, folder, path.s, "effects.1", live.s, &s->err) < 0)
			fail_msg("%s", s->err.text);
	}
	v->r.spec.binds = l->binds.v;
	v->r.spec.bind_count = (unsigned)l->binds.n;
	v->r.spec.writable = &l->writable;
}

static void assert_noted(const struct live_show *l, struct scratch *s, const char *want)
{
	AUTO(effects) e = EFFECTS_INIT;
	AUTO(buf) text = BUF_INIT;

	if (live_show_read(l, EFFECT_CONFIGURE, &e, &s->err) < 0)
		fail_msg("%s", s->err.text);
	VEC_FOR (const struct effect, effect, &e.of) {
		effect_format(effect, &text);
		buf_addc(&text, '\n');
	}
	assert_buf(&text, want);
}

/* With sanitizers it needs libraries, which this root has not. */
static void put_own_root(struct scratch *s)
{
#if defined(__SANITIZE_ADDRESS__)
	cannot(s, "no static program (sanitizers)");
#endif
	put_root(s);
}

/* Shell scripts in the place of programs: "real NAME: ARGS". */
static void put_program(struct scratch *s, const char *name)
{
	AUTO(buf) path = BUF_INIT;

	buf_setf(&path, "root/bin/%s", name);
	put(s, path.s, "#!/bin/sh\necho real $0: \"$@\"\n");
	assert_int_equal(fchmodat(s->fd, path.s, 0755, 0), 0);
}

static void the_programs_of_a_root_are_stood_in_for(void **state)
{
	struct scratch *s = *state;
	AUTO(live_show) l = LIVE_SHOW_INIT;

	put_own_root(s);
	put_dir(s, "root/sbin", 0755);
	put_program(s, "systemctl");
	put_program(s, "pgrep");
	put_link(s, "root/bin/pkill", "pgrep");
	put_link(s, "root/sbin/reboot", "/bin/systemctl");
	put_link(s, "root/bin/killall", "busybox");
	put_link(s, "root/bin/udevadm", "../../../../../../../../usr/bin/udevadm");
	put_link(s, "root/bin/sysctl", "/nowhere");
	{
		STAGE(v, s, "root");

		show(&l, &v, s);
		assert_run(&v.r,
			/* By their paths: busybox' shell has programs of such names itself. */
			"cd /bin; ./systemctl daemon-reload; ./systemctl enable x; /sbin/reboot now; ./pgrep x; ./pkill y;"
			" ./killall -l >/dev/null && echo own; ./udevadm 2>/dev/null || echo none; ls /run/fardel/real",
			"real /run/fardel/real/systemctl: --root=/ enable x\n"
			"real /run/fardel/real/pgrep: x\nreal /run/fardel/real/pgrep: y\n"
			"own\nnone\npgrep\nsystemctl\n");
		assert_int_equal(l.binds.n, 2 * 2);
		assert_noted(&l, s, "systemctl daemon-reload\nreboot now\npkill y\n");
		assert_noted(&l, s, "systemctl daemon-reload\nreboot now\npkill y\n");
		assert_int_equal(in_upper(&v, "/", "bin/systemctl"), '-');
	}
	assert_file(s, "root/bin/systemctl", "#!/bin/sh\necho real $0: \"$@\"\n");
}

static void the_machines_systemctl_is_stood_in_for(void **state)
{
	struct scratch *s = *state;
	AUTO(live_show) l = LIVE_SHOW_INIT;
	STAGE(v, s, NULL);

	if (access("/usr/bin/systemctl", X_OK) < 0 || !can_give_away(s)) {
		show_drop(&v);
		cannot(s, "no systemctl here");
	}
	show(&l, &v, s);
	assert_run(&v.r,
		"printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/fardel-unit.service\n"
		"systemctl daemon-reload; systemctl enable --now fardel-unit 2>/dev/null; systemctl is-active fardel-unit\n"
		"readlink /etc/systemd/system/multi-user.target.wants/fardel-unit.service; systemctl is-enabled fardel-unit\n"
		"systemctl start fardel-nothing 2>&1; echo $?; rm /usr/bin/systemctl 2>/dev/null || echo kept",
		"active\n/etc/systemd/system/fardel-unit.service\nenabled\n"
		"Failed to start fardel-nothing.service: Unit fardel-nothing.service not found.\n5\nkept\n");
	assert_noted(&l, s, "systemctl daemon-reload\nsystemctl start fardel-unit.service\n");
	assert_int_equal(in_upper(&v, "/", "usr/bin/systemctl"), '-');
}

static void what_rules_write_there_is_refused(void **state)
{
	static const char *const scripts[] = {
		"echo systemctl start x >/run/fardel/effects",
		"dd if=/dev/zero of=/run/fardel/effects bs=1 count=1 seek=300000 2>/dev/null",
		"/bin/reboot; printf x >>/run/fardel/effects",
	};
	struct scratch *s = *state;

	put_own_root(s);
	put_program(s, "systemctl");
	put_link(s, "root/bin/reboot", "systemctl");
	{
		STAGE(v, s, "root");

		for (size_t i = 0; i < COUNT(scripts); i++) {
			AUTO(live_show) l = LIVE_SHOW_INIT;
			AUTO(effects) e = EFFECTS_INIT;

			show(&l, &v, s);
			assert_run(&v.r, scripts[i], "");
			err_clear(&s->err);
			assert_int_equal(live_show_read(&l, EFFECT_CONFIGURE, &e, &s->err), -1);
			assert_err(&s->err, ERR_RULES, "/run/fardel/effects: ");
			assert_int_equal(e.of.n, 0);
			assert_int_equal(unlinkat(s->fd, "logs/effects.1", 0), 0);
		}
	}
}

static void what_is_there_is_no_log(void **state)
{
	struct scratch *s = *state;
	struct live_show l;

	put_dir(s, "root", 0755);
	put(s, "effects.1", "mine");
	assert_int_equal(live_show_make(&l, "", s->fd, s->path, "effects.1", "/x", &s->err), -1);
	assert_int_equal(s->err.sys, EEXIST);
	assert_int_equal(l.log, -1);
	assert_file(s, "effects.1", "mine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(the_programs_of_a_root_are_stood_in_for),
		SCRATCH_TEST(the_machines_systemctl_is_stood_in_for),
		SCRATCH_TEST(what_rules_write_there_is_refused),
		SCRATCH_TEST(what_is_there_is_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
