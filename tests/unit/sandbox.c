/* Tests of sys/sandbox and sys/landlock, as sys/process uses them: real programs, confined. Started as "calls", this
 * program does what no tool of the system does. */
#include "sys/sandbox.h"

#include "confined.h"

#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "sys/nonet.h"

static const char *own_program(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = 0;
	return path;
}

static void status_comes_through(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);

	for (int round = 0; round < 2; round++) {
		run(&r, "echo out; echo err >&2; exit 3");
		assert_buf(&r.output, "out\nerr\n");
		assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 3);
		run(&r, "kill -USR1 $$; exit 3");
		assert_true(WIFSIGNALED(r.status) && WTERMSIG(r.status) == SIGUSR1);
		/* And where no keeper can be process 1. */
		r.sandbox.namespaces = 0;
	}
	r.sandbox.namespaces = MOST;
	r.spec.keep = false;
	run(&r, "exit 4");
	assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 4);
}

static void no_rights_are_left(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);
	AUTO(buf) wanted = BUF_INIT;
	unsigned uid = geteuid() == 0 ? OTHER : geteuid();

	need(&r, SANDBOX_USER | SANDBOX_CALLS);
	buf_addf(&wanted,
		"Uid: %u %u %u %u \nCapInh: 0000000000000000 \nCapPrm: 0000000000000000 \n"
		"CapEff: 0000000000000000 \nCapAmb: 0000000000000000 \nNoNewPrivs: 1 \nSeccomp: 2 \n",
		uid, uid, uid, uid);
	for (int keep = 0; keep < 2; keep++) {
		r.spec.keep = keep;
		assert_run(&r,
			"while read -r name rest; do case $name in Uid:|CapInh:|CapPrm:|CapEff:|CapAmb:|NoNewPrivs:|Seccomp:)"
			" for word in $name $rest; do printf '%s ' \"$word\"; done; echo;; esac;"
			" done </proc/self/status",
			wanted.s);
		if (geteuid() != 0)
			continue;
		assert_run(&r, "grep -E '^(Gid|Groups|CapBnd):' /proc/self/status | tr '\\t' ' '",
			"Gid: 61234 61234 61234 61234\nGroups:  \nCapBnd: 0000000000000000\n");
	}
}

static void only_its_own_files_can_be_written(void **state)
{
	struct scratch *s = *state;
	RUN(r, s, SECCOMP_RULES_OFFLINE);

	need(&r, SANDBOX_FILES | SANDBOX_USER);
	put(s, "secret", "hidden");
	put_dir(s, "open", 0777);
	put(s, "open/file", "old");
	put_mode(s, "open/file", 0666);
	assert_run(&r,
		"t() { \"$@\" 2>/dev/null && echo \"could $*\"; }\n"
		"t cat /etc/shadow; t cat ../secret; t ls ..; t ls /; t ls /root; t ls /home\n"
		"t touch ../open/new; t rm ../open/file; t mv ../open/file .; t mkdir ../open/dir\n"
		"(echo x >../open/file) 2>/dev/null && echo could\n"
		"(echo x >>/etc/passwd) 2>/dev/null && echo could\n"
		"mkdir -p a/b; echo 1 >a/b/one; mv a/b/one a/two; ln -s two a/link; ln a/two a/hard\n"
		"chmod 700 a/two; cp -a a c; rm -r a; cat c/link\n"
		"printf '#!/bin/sh\\necho ran\\n' >run; chmod +x run; ./run\n"
		"exec 2>&1; echo x >/dev/null; head -c 1 /dev/urandom >/dev/null; exit 0",
		"1\nran\n");
	assert_file(s, "open/file", "old");
}

static void a_private_tmp_is_shown(void **state)
{
	struct scratch *s = *state;
	RUN(r, s, SECCOMP_RULES_OFFLINE);

	need(&r, SANDBOX_MOUNT);
	/* It hides where the test's folder is: the folder is held, and relative paths do. */
	r.sandbox.tmp = r.work.s;
	r.spec.cwd = "/tmp";
	assert_run(&r,
		"echo x >/tmp/new; cat /var/tmp/new; echo *; d=$(TMPDIR= mktemp -d) && rmdir $d",
		"x\nnew\n");
	assert_file(s, "work/new", "x\n");
}

/* A root of this system's programs only, that it may enter. */
static void furnish_root(struct scratch *s)
{
	put_dir(s, "root/usr", 0755);
	put_dir(s, "root/dev", 0755);
	put_dir(s, "root/proc", 0755);
	put_dir(s, "root/tmp", 0777);
	put_dir(s, "root/own", 0777);
	put(s, "root/pack", "");
	put_link(s, "root/bin", "usr/bin");
	put_link(s, "root/lib", "usr/lib");
	put_link(s, "root/lib64", "usr/lib64");
}

static void another_root_is_confined_too(void **state)
{
	struct scratch *s = *state;
	RUN(r, s, SECCOMP_RULES_OFFLINE);
	AUTO(buf) root = buf_of(s->path);
	AUTO(buf) usr = buf_of(s->path);
	AUTO(buf) pack = buf_of(s->path);
	struct process_bind binds[] = {{.from = "/usr"}, {.from = "/etc/passwd"}};

	r.spec.means = process_means();
	if (!(r.spec.means & MEANS_MOUNT) || !(r.spec.means & MEANS_CHROOT) ||
		access("/usr/bin/sh", X_OK) < 0)
		cannot_here(&r, "another root: mount namespaces are refused here");
	need(&r, SANDBOX_MOUNT | SANDBOX_PID | SANDBOX_FILES);
	furnish_root(s);
	buf_add_path(&root, "root");
	buf_add_path(&usr, "root/usr");
	buf_add_path(&pack, "root/pack");
	binds[0].to = usr.s;
	binds[1].to = pack.s;
	r.spec.root = root.s;
	r.spec.binds = binds;
	r.spec.bind_count = COUNT(binds);
	r.spec.cwd = "/own";
	r.sandbox.tmp = r.work.s;
	r.path.path = "/own";
	assert_run(&r,
		"echo /proc/[0-9]*; pwd; touch here /tmp/there; ls -d /tmp/*; echo x >/dev/null\n"
		"(echo x >/new) 2>/dev/null || echo refused; head -c 4 /pack 2>/dev/null || echo hidden\n"
		"mkdir /own/a && chroot . 2>/dev/null || echo no root",
		"/proc/1 /proc/2\n/own\n/tmp/there\nrefused\nhidden\nno root\n");
	assert_true(is_there(s, "root/own/here") && is_there(s, "work/there"));
	assert_int_equal(mode_of(s, "root/own/here"), 0644);
}

static void files_are_allowed_by_descriptor_too(void **state)
{
	struct scratch *s = *state;
	RUN(r, s, SECCOMP_RULES_OFFLINE);
	AUTO_FD dir = -1;

	need(&r, SANDBOX_FILES);
	put_dir(s, "given", 0700);
	assert_true(geteuid() != 0 || (sandbox_missing(&r.sandbox) & SANDBOX_USER) ||
		    fchownat(s->fd, "given", OTHER, OTHER, 0) == 0);
	dir = openat(s->fd, "given", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r.spec.fds = &dir;
	r.spec.fd_count = 1;
	r.path = (struct landlock_path){NULL, 3, LANDLOCK_READ | LANDLOCK_WRITE};
	assert_run(&r,
		"cd /proc/self/fd/3 && echo x >made && echo wrote\n"
		"(echo x >../work/bad) 2>/dev/null || echo refused",
		"wrote\nrefused\n");
	assert_file(s, "given/made", "x\n");
	r.path.fd = 99;
	assert_int_equal(process_start(&r.spec, &(struct process){0}, &s->err), -1);
	assert_err(&s->err, ERR_SYSTEM, "be confined");
}

static void calls_are_refused(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);

	need(&r, SANDBOX_CALLS);
	r.argv[0] = "sandbox";
	r.argv[1] = "calls";
	r.spec.program = own_program();
	r.sandbox.paths = NULL; /* wherever this program was built */
	r.sandbox.path_count = 0;
	r.sandbox.programs = false;
	run(&r, NULL);
	assert_buf(&r.output, "mount EPERM\nunshare EPERM\nptrace EPERM\ninet EPERM\nunix 0\n");
}

static int try_calls(void)
{
	static const char *const names[] = {"mount", "unshare", "ptrace", "inet", "unix"};

	for (unsigned i = 0; i < COUNT(names); i++) {
		long result = i == 0   ? syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL)
			      : i == 1 ? syscall(SYS_unshare, 0x10000000 /* a user namespace */)
			      : i == 2 ? syscall(SYS_ptrace, 0, 0, 0, 0)
				       : socket(i == 3 ? AF_INET : AF_UNIX, SOCK_STREAM, 0);

		printf("%s %s\n", names[i],
			result >= 0      ? "0"
			: errno == EPERM ? "EPERM"
					 : strerror(errno));
	}
	fflush(stdout);
	_exit(0); /* not by the sanitizers' last look: they trace */
}

static void the_network_is_cut_three_times(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);
	AUTO(buf) script = BUF_INIT;
	AUTO_FD listener = -1;
	unsigned port, got;

	if (access("/bin/bash", X_OK) < 0)
		cannot(*state, "network: no bash");
	got = SANDBOX_ALL & ~sandbox_missing(&r.sandbox);
	listener = listen_here(&port);
	buf_addf(&script, "(: >/dev/tcp/127.0.0.1/%u) 2>/dev/null && echo reached; exit 0", port);
	r.argv[0] = "bash";
	r.argv[1] = "-c";
	r.argv[2] = script.s;
	r.spec.program = "/bin/bash";
	for (unsigned i = 0; i < 4; i++) { /* all, and each alone; nothing: it is there */
		r.sandbox.namespaces = i == 1 ? SANDBOX_NET : 0;
		r.sandbox.network = i != 2;
		r.sandbox.filter.count = i == 0 ? seccomp_filter(SECCOMP_RULES_OFFLINE).count : 0;
		if ((i == 0 && !(got & SANDBOX_CALLS)) || (i == 1 && !(got & SANDBOX_NET)) ||
			(i == 2 && landlock_abi() < 4))
			continue;
		run(&r, NULL);
		assert_buf(&r.output, i == 3 ? "reached\n" : "");
		assert_int_equal(r.status, 0);
	}
}

/* Made once, for several that are run one after the other. */
static void a_network_that_is_given_is_entered(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);
	struct nonet net = NONET_INIT;
	AUTO(buf) first = BUF_INIT;
	char ours[64] = "";

	need(&r, SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_NET);
	nonet_begin(&net);
	r.sandbox.net = nonet_get(&net);
	if (!r.sandbox.net)
		cannot_here(&r, "this process makes no network namespaces");
	assert_true(readlink("/proc/self/ns/net", ours, sizeof(ours) - 1) > 0);
	for (int i = 0; i < 3; i++) {
		run(&r, "readlink /proc/self/ns/net");
		assert_int_equal(r.status, 0);
		assert_false(span_starts(buf_span(&r.output), ours));
		if (i == 0)
			first = buf_dup(&r.output);
		assert_true((strcmp(r.output.s, first.s) == 0) == (i < 2));
		r.sandbox.net = i == 0 ? r.sandbox.net : 0;
	}
	nonet_drop(&net);
	assert_int_equal(nonet_get(&net), 0);
}

static void it_sees_only_its_own_processes(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);

	need(&r, SANDBOX_PID | SANDBOX_MOUNT);
	r.spec.cwd = "/proc";
	assert_run(&r,
		"[ $$ = 2 ] && for d in [0-9]*; do echo $d; done; cat /proc/sys/kernel/ostype",
		"1\n2\nLinux\n");
	/* Nor can the keeper be hurt from inside: what follows still comes, and the status too. */
	run(&r, "trap '' TERM HUP; kill -STOP 1; kill -KILL 1; kill -TERM -1; cat /proc/1/environ; "
		"echo still; exit 6");
	assert_true(span_ends(buf_span(&r.output), "still\n"));
	assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 6);
	r.spec.keep = false;
	r.spec.cwd = "/";
	assert_run(&r, "echo $$; exit 0", "1\n");
}

/* Two that left for sessions of their own, and hold the output. */
static const char family[] =
	"(setsid sh -c 'trap \"\" TERM HUP INT; echo up; sleep 300' &)\n"
	"setsid sh -c 'trap \"\" TERM HUP INT; (setsid sleep 300 &); echo up; sleep 300' &\n";

static void wait_for(int output, const char *text)
{
	AUTO(buf) got = BUF_INIT;
	char byte;

	while (!span_is_text(buf_span(&got), text) && read(output, &byte, 1) == 1)
		buf_addc(&got, byte);
	assert_buf(&got, text);
}

static bool at_end(int output)
{
	struct pollfd fd = {.fd = output, .events = POLLIN};
	char byte;

	return poll(&fd, 1, 3000) == 1 && read(output, &byte, 1) == 0;
}

static void nothing_is_left_behind(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);
	AUTO(buf) script = buf_of(family);
	int64_t begun = scratch_ms();

	buf_adds(&script, "sleep 0.1; exit 5");
	for (int i = 0; i < 2; i++) {
		run(&r, script.s); /* reads to the end of the last one that holds the pipe */
		assert_buf(&r.output, "up\nup\n");
		assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 5);
		r.sandbox.namespaces = 0;
	}
	assert_true(scratch_ms() - begun < 10000);
}

static void killing_ends_all(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);
	AUTO(buf) script = buf_of(family);
	int64_t begun;

	buf_adds(&script, "trap '' TERM; kill -STOP 1 2>/dev/null; sleep 300");
	for (int i = 0; i < 2; i++) {
		struct process p;
		int output = -1, status;

		assert_int_equal(begin(&r, script.s, &p, &output), 0);
		wait_for(output, "up\nup\n");
		begun = scratch_ms();
		process_kill(&p);
		status = process_end(&p);
		assert_true(scratch_ms() - begun < 3000);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_true(at_end(output));
		close(output);
		r.spec.keep = false; /* the program is process 1: all goes with it */
		if (r.missing & SANDBOX_PID)
			break;
	}
}

static void all_ends_with_its_parent(void **state)
{
	struct scratch *s = *state;
	RUN(r, s, SECCOMP_RULES_OFFLINE);
	AUTO(buf) script = buf_of(family);

	buf_adds(&script, "sleep 300");
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int keep = 0; keep < 2; keep++) {
		AUTO_FD lock = openat(s->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		AUTO_FD looked = openat(s->fd, "lock", O_RDWR | O_CLOEXEC);
		int pipe_fds[2];
		pid_t parent;

		assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
		assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
		parent = fork();
		if (parent == 0) {
			struct process p;
			int output;

			dup3(pipe_fds[1], 1, 0);
			r.spec.keep = keep;
			r.spec.hold = keep ? lock : -1;
			r.argv[0] = "sh";
			r.argv[1] = "-c";
			r.argv[2] = keep ? script.s : "echo up; echo up; exec sleep 300";
			r.spec.output = pipe_fds[1];
			output = process_start(&r.spec, &p, &s->err);
			close(pipe_fds[1]);
			for (; output == 0;)
				pause();
			_exit(1);
		}
		close(pipe_fds[1]);
		fd_drop(&lock);
		wait_for(pipe_fds[0], "up\nup\n");
		assert_int_equal(flock(looked, LOCK_EX | LOCK_NB), -1);
		kill(parent, SIGKILL);
		assert_int_equal(flock(looked, LOCK_EX), 0);
		assert_true(at_end(pipe_fds[0]));
		close(pipe_fds[0]);
		while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
			continue;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* In a child under a filter that refuses namespaces, as some containers have: what is missing is said. */
static int try_without_namespaces(struct scratch *s)
{
	struct sandbox outer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
	struct sandbox_spaces none = {0};
	struct process p;
	unsigned missing;
	AUTO(run) r;

	prepare(&r, s, SECCOMP_RULES_OFFLINE);
	outer.filter = seccomp_filter(SECCOMP_RULES);
	CHECK(sandbox_apply(&outer, &none, &missing, &s->err) == 0);
	if (missing)
		return CANNOT;
	r.sandbox.uid = (uid_t)-1; /* it has no rights to become one */
	r.sandbox.programs = false;
	r.sandbox.path_count = 0;
	r.argv[0] = "true";
	r.spec.cwd = "/";
	r.spec.program = "/bin/true";
	r.spec.output = -1;
	for (int keep = 0; keep < 2; keep++) {
		r.spec.keep = keep;
		CHECK(sandbox_missing(&r.sandbox) == MOST);
		r.sandbox.required = 0;
		CHECK(process_start(&r.spec, &p, &s->err) == 0);
		CHECK(p.missing == MOST);
		CHECK(process_end(&p) == 0);
		r.sandbox.required = SANDBOX_IPC | SANDBOX_PID | SANDBOX_CALLS;
		CHECK(process_start(&r.spec, &p, &s->err) < 0);
		CHECK(s->err.code == ERR_POLICY && p.pid == 0);
		CHECK(strstr(s->err.text, "lacks a PID namespace, an IPC namespace") != NULL);
	}
	return 0;
}

static void what_is_missing_is_said(void **state)
{
	struct scratch *s = *state;
	int result = in_child(try_without_namespaces, s);

	if (result == CANNOT)
		cannot(s, "what is missing: no seccomp here");
	assert_int_equal(result, 0);
}

static void started_and_tried_agree(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);
	AUTO(buf) names = BUF_INIT;

	run(&r, "exit 0");
	assert_int_equal(r.missing, sandbox_missing(&r.sandbox));
	sandbox_name_parts(SANDBOX_MOUNT | SANDBOX_FILES, &names);
	assert_buf(&names, "a mount namespace, Landlock");
}

static void try_private_folder(struct scratch *s)
{
	RUN(r, s, SECCOMP_WORKER);
	AUTO(buf) program = buf_of(s->path);
	AUTO_FD from = open("/bin/cat", O_RDONLY | O_CLOEXEC);
	AUTO_FD to = -1;

	need(&r, SANDBOX_USER);
	put_dir(s, "private", 0755);
	to = file_open(s->fd, "private/cat", O_WRONLY | O_CREAT, 0755, &s->err);
	assert_true(to >= 0 && file_copy(from, to, &s->err) == 0);
	fd_drop(&to);
	put_mode(s, "private", 0700);
	buf_add_path(&program, "private/cat");
	r.spec.program = program.s;
	r.argv[0] = "cat";
	r.argv[1] = "/proc/self/comm";
	r.spec.keep = false;
	r.sandbox.programs = true;
	r.path = (struct landlock_path){program.s, -1, LANDLOCK_READ | LANDLOCK_EXECUTE};
	run(&r, NULL);
	assert_int_equal(r.status, 0);
	assert_true(r.output.n > 0);
}

static void programs_in_private_folders_can_be_run(void **state)
{
	struct scratch *s = *state;

	if (geteuid() != 0)
		cannot(s, "private folders: only root changes its user");
	try_private_folder(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(status_comes_through),
		SCRATCH_TEST(no_rights_are_left),
		SCRATCH_TEST(only_its_own_files_can_be_written),
		SCRATCH_TEST(a_private_tmp_is_shown),
		SCRATCH_TEST(another_root_is_confined_too),
		SCRATCH_TEST(files_are_allowed_by_descriptor_too),
		SCRATCH_TEST(calls_are_refused),
		SCRATCH_TEST(the_network_is_cut_three_times),
		SCRATCH_TEST(a_network_that_is_given_is_entered),
		SCRATCH_TEST(it_sees_only_its_own_processes),
		SCRATCH_TEST(nothing_is_left_behind),
		SCRATCH_TEST(killing_ends_all),
		SCRATCH_TEST(all_ends_with_its_parent),
		SCRATCH_TEST(what_is_missing_is_said),
		SCRATCH_TEST(started_and_tried_agree),
		SCRATCH_TEST(programs_in_private_folders_can_be_run),
	};

	if (argc > 1 && strcmp(argv[1], "calls") == 0)
		return try_calls();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
