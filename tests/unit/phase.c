/* Tests of rules/phase. */
#include "rules/phase.h"

#include "scratch.h"

#include <signal.h>

/* As waitpid gives them. */
#define EXITED(n) ((n) << 8)

static void statuses_have_meanings(void **state)
{
	static const struct {
		int status;
		enum phase phase;
		enum err_code code;
		const char *text;
	} table[] = {
		{EXITED(0), PHASE_DOWNLOAD, ERR_NONE, ""},
		{EXITED(0), PHASE_UNCONFIGURE, ERR_NONE, ""},
		{EXITED(1), PHASE_DOWNLOAD, ERR_RULES, "rules download failed (exit status 1)"},
		{EXITED(1), PHASE_CONFIGURE, ERR_RULES, "rules configure failed (exit status 1)"},
		{EXITED(2), PHASE_DOWNLOAD, ERR_NETWORK, "rules download: network failure"},
		{EXITED(2), PHASE_UNPACK, ERR_RULES, "rules unpack failed (exit status 2)"},
		{EXITED(2), PHASE_CONFIGURE, ERR_RULES, "rules configure failed (exit status 2)"},
		{EXITED(3), PHASE_UNPACK, ERR_RULES, "rules unpack failed (exit status 3)"},
		{EXITED(4), PHASE_UNCONFIGURE, ERR_IN_USE,
			"rules unconfigure: the application is in use"},
		{EXITED(4), PHASE_CONFIGURE, ERR_IN_USE,
			"rules configure: the application is in use"},
		{EXITED(127), PHASE_UNPACK, ERR_RULES, "(exit status 127)"},
		{EXITED(255), PHASE_UNPACK, ERR_RULES, "(exit status 255)"},
		{SIGKILL, PHASE_CONFIGURE, ERR_RULES, "rules configure was killed by signal 9 ("},
		{SIGSEGV | 0x80, PHASE_UNPACK, ERR_RULES, "rules unpack was killed by signal 11 ("},
		/* The numbers of signals and of exits are not mixed up. */
		{4, PHASE_CONFIGURE, ERR_RULES, "killed by signal 4"},
		{2, PHASE_DOWNLOAD, ERR_RULES, "killed by signal 2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct err err = ERR_INIT;
		int result = phase_check(table[i].phase, table[i].status, &err);

		assert_int_equal(result, table[i].code == ERR_NONE ? 0 : -1);
		assert_err(&err, table[i].code, table[i].text);
	}
}

static void exits_become_our_exits(void **state)
{
	static const int ours[] = {0, 1, 2, 1, 4, 1};
	struct err err;

	(void)state;
	for (int status = 0; status < (int)COUNT(ours); status++) {
		err_clear(&err);
		assert_int_equal(
			phase_check(PHASE_DOWNLOAD, EXITED(status), &err), status ? -1 : 0);
		assert_int_equal(err_exit(err.code), ours[status]);
	}
}

static void run(struct scratch *s, struct phase_spec *spec, struct buf *out)
{
	struct process process;
	int pipe_fds[2];

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	spec->output = pipe_fds[1];
	if (phase_start(spec, &process, &s->err) < 0)
		fail_msg("%s", s->err.text);
	close(pipe_fds[1]);
	assert_int_equal(file_read_fd(pipe_fds[0], 65536, out, &s->err), 0);
	close(pipe_fds[0]);
	assert_int_equal(process_end(&process), EXITED(5));
}

static void rules_are_called_as_the_contract_says(void **state)
{
	struct scratch *s = *state;
	AUTO(bundle) b = {.row = 0};
	AUTO(buf) wanted = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	struct phase_spec spec = {.phase = PHASE_UNPACK,
		.bundle = &b,
		.dir = s->path,
		.args = {"a pack", "dir"},
		.home = "/private/home",
		.tmp = "/private/tmp",
		.output = -1,
		.hold = -1};

	bundle_init(&b);
	buf_sets(&b.name, "zoom");
	buf_sets(&b.version, "6.2");
	buf_sets(&b.id, "abcd");
	put(s, "rules",
		"#!/bin/sh\necho \"$0|$1|$2|$3|$#\"\npwd\nread x && echo input\n"
		"env | grep -Ev '^(PWD|OLDPWD|SHLVL|_)=' | LC_ALL=C sort\nexit 5\n");
	put_mode(s, "rules", 0755);
	setenv("LEAK", "1", 1);
	buf_addf(&wanted,
		"%s/rules|unpack|a pack|dir|3\n%s\nFARDEL_ID=abcd\nFARDEL_NAME=zoom\n"
		"FARDEL_PHASE=unpack\nFARDEL_ROOT=\nFARDEL_RULES_API=1\nFARDEL_VERSION=6.2\n"
		"HOME=/private/home\nLANG=C.UTF-8\n"
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		"TMPDIR=/private/tmp\n",
		s->path, s->path);
	run(s, &spec, &out);
	assert_buf(&out, wanted.s);
	unsetenv("LEAK");
	buf_clear(&out);
	put(s, "rules", "#!/bin/sh\necho \"$1|$2|$#|$FARDEL_ROOT\"\nexit 5\n");
	spec.phase = PHASE_CONFIGURE;
	spec.args[1] = NULL;
	spec.root_told = "/some/root";
	run(s, &spec, &out);
	assert_buf(&out, "configure|a pack|2|/some/root\n");
}

static void rules_that_cannot_run_are_errors(void **state)
{
	struct scratch *s = *state;
	AUTO(bundle) b = {.row = 0};
	struct phase_spec spec = {.phase = PHASE_CONFIGURE,
		.bundle = &b,
		.dir = s->path,
		.home = "/",
		.tmp = "/",
		.output = -1,
		.hold = -1};
	struct process process;

	bundle_init(&b);
	assert_int_equal(phase_start(&spec, &process, &s->err), -1);
	assert_int_equal(s->err.sys, ENOENT);
	put(s, "rules", "#!/bin/sh\n");
	assert_int_equal(phase_start(&spec, &process, &s->err), -1);
	assert_int_equal(s->err.sys, EACCES);
	assert_int_equal(process.pid, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_have_meanings),
		cmocka_unit_test(exits_become_our_exits),
		SCRATCH_TEST(rules_are_called_as_the_contract_says),
		SCRATCH_TEST(rules_that_cannot_run_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
