/* Tests that what rules of real packages call still works in a sandbox, and that limits hold there. */
#include "confined.h"

#include <signal.h>

static void limits_hold(void **state)
{
	RUN(r, *state, SECCOMP_RULES_OFFLINE);

	r.sandbox.limits = (struct sandbox_limits){.cpu_seconds = 1,
		.file_size = 100000,
		.open_files = 20,
		.address_space = 1 << 28,
		.processes = 40};
	assert_run(&r, "ulimit -c; ulimit -n; ulimit -t; ulimit -v; head -c 50000 /dev/zero >small",
		"0\n20\n1\n262144\n");
	run(&r, "head -c 200000 /dev/zero >big 2>/dev/null; wc -c <big");
	assert_buf(&r.output, "100000\n");
	run(&r, "while :; do :; done");
	assert_true(WIFSIGNALED(r.status) &&
		    (WTERMSIG(r.status) == SIGXCPU || WTERMSIG(r.status) == SIGKILL));
	if (geteuid() != 0 || (sandbox_missing(&r.sandbox) & SANDBOX_USER))
		return;
	run(&r, "i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; echo all");
	assert_null(strstr(r.output.s, "all"));
}

static bool has(const char *tool)
{
	AUTO(buf) path = buf_of("/usr/bin/");

	buf_adds(&path, tool);
	if (access(path.s, X_OK) == 0)
		return true;
	print_message("no %s here\n", tool);
	return false;
}

/* Each makes what it then takes apart, confined throughout. */
static void tools_of_real_rules_work(void **state)
{
	static const struct {
		const char *tool, *script;
	} table[] = {
		{"cp", "mkdir d; echo a >d/f; ln -s f d/l; cp -a d e; cp -r --reflink=auto d g; cat e/l"},
		{"sed", "echo b >f; sed -i 's/b/a/' f; cat f"},
		{"mktemp", "d=$(mktemp -d); echo a >$d/x; f=$(mktemp); cat $d/x; rm -r $d $f"},
		{"bash", "bash -c 'set -o pipefail; shopt -s nullglob; cat <(echo a) | cat; exit'"},
		{"tar", "echo a >f; chmod 4755 f; mkdir o; tar -cf t f; tar -xpf t -C o; cat o/f"},
		{"xz", "echo a >f; xz f; xz -T2 -dc f.xz; tar -cJf t.xz f.xz; tar -xJf t.xz"},
		{"bzip2", "echo a >f; bzip2 f; tar -cjf t f.bz2; tar -xjf t; bzip2 -dc f.bz2"},
		{"zstd", "echo a >f; zstd -q f; zstd -q -dc f.zst"},
		{"unzip", "printf 'UEsDBBQAAAAAAAAAIQAHoerdAgAAAAIAAAABAAAAZmEKUEsBAhQDFAAAAAAA"
			  "AAAhAAeh6t0CAAAAAgAAAAEAAAAAAAAAAAAAAKSBAAAAAGZQSwUGAAAAAAEA"
			  "AQAvAAAAIQAAAAAA' |"
			  " base64 -d >z; unzip -q z; cat f"},
		{"7z", "echo a >f; 7z a z.7z f >/dev/null && rm f && 7z x z.7z >/dev/null; cat f"},
		{"cabextract", "echo a >f; gcab -c f.cab f; rm f; cabextract -q f.cab; cat f"},
		{"dpkg-deb",
			"mkdir -p p/DEBIAN p/opt; printf 'Package: x\\nVersion: 1\\nArchitecture: all\\n"
			"Maintainer: x <x@example.org>\\nDescription: x\\n' >p/DEBIAN/control\n"
			"echo a >p/opt/f; chmod 4755 p/opt/f; dpkg-deb -b p x.deb >/dev/null\n"
			"mkdir o; dpkg-deb -x x.deb o; cat o/opt/f; dpkg-deb -e x.deb c; [ -s c/control ]"},
		{"ar", "echo a >f; ar rc x.a f; rm f; ar x x.a; cat f"},
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < 2 * COUNT(table); i++) {
		AUTO(buf) script = buf_of("set -e; umask 022; exec 2>&1; rm -rf ./*\n");
		RUN(r, s, i % 2 ? SECCOMP_RULES : SECCOMP_RULES_OFFLINE);

		if (!has(table[i / 2].tool))
			continue;
		buf_adds(&script, table[i / 2].script);
		assert_run(&r, script.s, "a\n");
	}
}

/* One answer for one request. */
NORETURN static void serve(int listener)
{
	static const char answer[] =
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\na\n";
	char request[4096];
	int fd;

	alarm(30); /* who was to ask may have failed */
	fd = accept(listener, NULL, NULL);

	_exit(read(fd, request, sizeof(request)) > 0 && write(fd, answer, strlen(answer)) > 0 &&
				shutdown(fd, SHUT_WR) == 0
			? 0
			: 1);
}

static void downloads_work(void **state)
{
	static const char *const tools[] = {"wget -q -O f http://localhost:%u/x; cat f",
		"curl -sS -o f http://localhost:%u/x; cat f"};
	struct scratch *s = *state;

	for (unsigned i = 0; i < COUNT(tools); i++) {
		AUTO(buf) script = buf_of("exec 2>&1; rm -f f; unset http_proxy; ");
		AUTO_FD listener = -1;
		unsigned port;
		pid_t server;
		RUN(r, s, SECCOMP_RULES);

		if (!has(i == 0 ? "wget" : "curl"))
			continue;
		listener = listen_here(&port);
		server = fork();
		if (server == 0)
			serve(listener);
		buf_addf(&script, tools[i], port);
		assert_run(&r, script.s, "a\n");
		assert_int_equal(waitpid(server, NULL, 0), server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(limits_hold),
		SCRATCH_TEST(tools_of_real_rules_work),
		SCRATCH_TEST(downloads_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
