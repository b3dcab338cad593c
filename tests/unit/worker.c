/* Tests of the worker programs: orders go in, frames come out. They are skipped where FARDEL_BUILD
 * does not say where the programs are. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ext/archive.h"
#include "model/message.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/frame.h"
#include "sys/tree.h"

/* A folder of this test's own. */
struct place {
	char path[32];
	int fd;
};

static void place_drop(struct place *p)
{
	struct err err = ERR_INIT;

	if (tree_clear(p->fd, &err) < 0 || rmdir(p->path) < 0)
		print_error("%s stays: %s\n", p->path, err.text);
	fd_drop(&p->fd);
}

static struct place make_place(void)
{
	struct place p = {.path = "/tmp/fardel-worker.XXXXXX"};
	struct err err = ERR_INIT;

	assert_non_null(mkdtemp(p.path));
	p.fd = file_open_dir(p.path, &err);
	assert_true(p.fd >= 0);
	return p;
}

/* One run of a worker, and what it said. */
struct run {
	struct buf facts; /* "name=value;" */
	struct buf data;
	struct extracted done;
	struct err err;
	int64_t number; /* of BEGIN and FETCHED */
	uint32_t last; /* type of the last frame */
	int status;
};

static void run_drop(struct run *r)
{
	buf_drop(&r->facts);
	buf_drop(&r->data);
	extracted_drop(&r->done);
}

#define RUN_INIT \
	((struct run){ \
		.facts = BUF_INIT, .data = BUF_INIT, .done = {.top = BUF_INIT, .id = BUF_INIT}})

/* fds become 3, 4, 5; -1 is closed there. */
static void become(const char *name, const int fds[3])
{
	AUTO(buf) path = BUF_INIT;
	int high[3];

	for (int i = 0; i < 3; i++)
		high[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD, 20);
	for (int i = 0; i < 3; i++) {
		close(3 + i);
		if (high[i] >= 0)
			dup2(high[i], 3 + i);
	}
	buf_addf(&path, "%s/libexec/fardel/%s", getenv("FARDEL_BUILD"), name);
	execl(path.s, name, (char *)NULL);
	_exit(127);
}

static void take_frame(struct run *r, const struct frame *f)
{
	struct fetch_begin begin;
	struct span name, value;

	r->last = f->type;
	switch (f->type) {
	case MESSAGE_FACT:
		assert_true(message_get_fact(f->payload, &name, &value));
		buf_addf(&r->facts, "%.*s=%.*s;", SPAN_ARG(name), SPAN_ARG(value));
		break;
	case MESSAGE_EXTRACTED: assert_true(message_get_extracted(f->payload, &r->done)); break;
	case MESSAGE_FAIL: assert_true(message_get_err(f->payload, &r->err)); break;
	case MESSAGE_BEGIN:
		assert_true(message_get_begin(f->payload, &begin));
		fetch_begin_drop(&begin);
		break;
	case MESSAGE_FETCHED: assert_true(message_get_number(f->payload, &r->number)); break;
	case MESSAGE_DATA: buf_add_span(&r->data, f->payload); break;
	default: break;
	}
}

static void run(struct run *r, const char *name, enum message_type type, struct span order,
	int four, int five)
{
	__attribute__((cleanup(frame_reader_drop))) struct frame_reader reader = FRAME_READER_INIT;
	struct frame frame;
	struct err err = ERR_INIT;
	int ends[2], rc;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		become(name, (const int[3]){ends[1], four, five});
	close(ends[1]);
	assert_int_equal(frame_send(ends[0], type, order, &err), 0);
	while ((rc = frame_read(&reader, ends[0], &frame, &err)) == 1)
		take_frame(r, &frame);
	assert_int_equal(rc, 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &r->status, 0), pid);
}

static void extract(struct run *r, int file, int to)
{
	AUTO(buf) order = BUF_INIT;
	struct extract_order what = {.write = to >= 0};

	assert_true(lseek(file, 0, SEEK_SET) == 0);
	message_put_extract(&order, &what);
	run(r, "fardel-extract", MESSAGE_EXTRACT, buf_span(&order), file, to);
	assert_int_equal(r->status, 0);
}

static void add(struct archive_out *a, enum archive_type type, const char *path, const char *link,
	unsigned mode, const char *content)
{
	struct archive_entry e = {.path = span_of(path),
		.link = span_of(link),
		.type = type,
		.mode = mode,
		.size = (int64_t)strlen(content)};
	struct err err = ERR_INIT;

	assert_int_equal(archive_add(a, &e, &err), 0);
	if (type == ARCHIVE_FILE)
		assert_int_equal(archive_write(a, content, strlen(content), &err), 0);
}

/* An installer; `named`: its folders have members of their own. */
static int make_installer(bool named, unsigned rules_mode)
{
	int fd = memfd_create("installer", MFD_CLOEXEC);
	struct archive_out *a;
	struct err err = ERR_INIT;

	assert_int_equal(archive_create(fd, &a, &err), 0);
	if (named) {
		add(a, ARCHIVE_DIR, "hello", "", 0700, "");
		add(a, ARCHIVE_DIR, "hello/a", "", 0777, "");
	}
	add(a, ARCHIVE_FILE, "hello/rules", "", rules_mode, "#!/bin/sh\n");
	add(a, ARCHIVE_FILE, "hello/legend", "", 0600, "Hello");
	add(a, ARCHIVE_FILE, "hello/license", "", 0644, "free");
	add(a, ARCHIVE_FILE, "hello/a/b/legend", "", 0644, "deep");
	add(a, ARCHIVE_SYMLINK, "hello/a/link", "/etc/passwd", 0777, "");
	add(a, ARCHIVE_HARDLINK, "hello/a/hard", "hello/rules", 0, "");
	if (named)
		add(a, ARCHIVE_DIR, "hello/a/b", "", 0755, "");
	assert_int_equal(archive_finish(a, &err), 0);
	return fd;
}

static void an_installer_is_looked_at(void **state)
{
	AUTO_FD fd = make_installer(false, 04755);
	AUTO(run) r = RUN_INIT;

	(void)state;
	extract(&r, fd, -1);
	assert_int_equal(r.last, MESSAGE_EXTRACTED);
	assert_buf(&r.done.top, "hello");
	assert_int_equal(r.done.id.n, 64);
	assert_int_equal(r.done.entries, 8);
	assert_int_equal(r.done.bytes, 10 + 5 + 4 + 4 + 10);
	assert_true(r.done.has_rules);
	assert_true(r.done.has_licence);
	assert_buf(&r.facts, "legend=Hello;");
}

static void rules_must_be_executable(void **state)
{
	AUTO_FD fd = make_installer(false, 0644);
	AUTO(run) r = RUN_INIT;

	(void)state;
	extract(&r, fd, -1);
	assert_int_equal(r.last, MESSAGE_EXTRACTED);
	assert_false(r.done.has_rules);
}

static int list_one(void *arg, const struct tree_entry *e, struct err *err)
{
	(void)err;
	if (!S_ISLNK(e->st->st_mode))
		buf_addf(arg, "%s %04o;", e->path, e->st->st_mode & 07777);
	else
		buf_addf(arg, "%s;", e->path);
	return 0;
}

static void assert_has(const struct place *p, const char *entry)
{
	AUTO(buf) all = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(tree_walk(p->fd, list_one, &all, &err), 0);
	if (!strstr(all.s, entry))
		fail_msg("%s is not in %s", entry, all.s);
}

static void an_installer_is_written_out(void **state)
{
	AUTO_FD fd = make_installer(false, 0775);
	AUTO(place) to = make_place();
	AUTO(run) look = RUN_INIT;
	AUTO(run) write = RUN_INIT;
	mode_t mask = umask(077);

	(void)state;
	extract(&look, fd, -1);
	extract(&write, fd, to.fd);
	umask(mask);
	assert_int_equal(write.last, MESSAGE_EXTRACTED);
	assert_buf(&write.done.id, look.done.id.s);
	assert_buf(&write.facts, look.facts.s);
	assert_has(&to, "rules 0755;");
	assert_has(&to, "legend 0644;");
	assert_has(&to, "a 0755;");
	assert_has(&to, "a/b 0755;");
	assert_has(&to, "a/b/legend 0644;");
	assert_has(&to, "a/link;");
	assert_has(&to, "a/hard 0755;");
}

static void the_id_is_of_the_content(void **state)
{
	AUTO_FD implied = make_installer(false, 0755);
	AUTO_FD named = make_installer(true, 0711);
	AUTO_FD other = make_installer(true, 0644);
	AUTO(run) one = RUN_INIT;
	AUTO(run) two = RUN_INIT;
	AUTO(run) three = RUN_INIT;

	(void)state;
	extract(&one, implied, -1);
	extract(&two, named, -1);
	extract(&three, other, -1);
	assert_buf(&two.done.id, one.done.id.s);
	assert_string_not_equal(three.done.id.s, one.done.id.s);
}

static void assert_refused(const char *path, enum archive_type type, const char *link,
	const char *content, const char *part)
{
	AUTO_FD fd = memfd_create("bad", MFD_CLOEXEC);
	AUTO(place) to = make_place();
	AUTO(run) r = RUN_INIT;
	struct archive_out *a;
	struct err err = ERR_INIT;

	assert_int_equal(archive_create(fd, &a, &err), 0);
	add(a, ARCHIVE_FILE, "t/rules", "", 0755, "x");
	add(a, ARCHIVE_SYMLINK, "t/out", "/tmp", 0777, "");
	add(a, type, path, link, 0644, content);
	assert_int_equal(archive_finish(a, &err), 0);
	extract(&r, fd, to.fd);
	assert_int_equal(r.last, MESSAGE_FAIL);
	assert_err(&r.err, ERR_INSTALLER, part);
}

static void hostile_members_are_refused(void **state)
{
	AUTO(buf) big = BUF_INIT;

	(void)state;
	assert_refused("t/../../x", ARCHIVE_FILE, "", "", "..");
	assert_refused("/t/x", ARCHIVE_FILE, "", "", "absolute");
	assert_refused("u/x", ARCHIVE_FILE, "", "", "top folder");
	assert_refused("t/out/x", ARCHIVE_FILE, "", "", "not a folder");
	assert_refused("t/rules", ARCHIVE_FILE, "", "", "twice");
	assert_refused("t/h", ARCHIVE_HARDLINK, "t/out", "", "hard link");
	assert_refused("t/legend", ARCHIVE_HARDLINK, "t/rules", "", "legend is a hard link");
	while (big.n <= FACT_MAX)
		buf_addc(&big, 'x');
	assert_refused("t/legend", ARCHIVE_FILE, "", big.s, "legend: longer than 65536 bytes");
}

static void what_is_no_installer_is_refused(void **state)
{
	AUTO_FD fd = memfd_create("bad", MFD_CLOEXEC);
	AUTO(run) r = RUN_INIT;
	AUTO(run) closed = RUN_INIT;
	AUTO(run) bad_order = RUN_INIT;

	(void)state;
	extract(&r, fd, -1);
	assert_int_equal(r.last, MESSAGE_FAIL);
	assert_err(&r.err, ERR_INSTALLER, "empty");
	run(&bad_order, "fardel-extract", MESSAGE_EXTRACT, SPAN("x"), fd, -1);
	assert_err(&bad_order.err, ERR_WORKER, "malformed order");
	run(&closed, "fardel-extract", MESSAGE_FETCH, SPAN("x"), fd, -1);
	assert_err(&closed.err, ERR_WORKER, "no order came");
}

static void put(const struct place *p, const char *path, mode_t mode, const char *content)
{
	struct err err = ERR_INIT;
	AUTO_FD fd = file_open(p->fd, path, O_WRONLY | O_CREAT | O_EXCL, 0600, &err);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, content, strlen(content), &err), 0);
	assert_int_equal(fchmod(fd, mode), 0);
}

static void build(const struct place *from, struct run *r, struct buf *bytes)
{
	AUTO_FD out = memfd_create("out", MFD_CLOEXEC);
	struct err err = ERR_INIT;

	run(r, "fardel-build", MESSAGE_BUILD, SPAN("hello"), from->fd, out);
	assert_int_equal(r->status, 0);
	assert_true(lseek(out, 0, SEEK_SET) == 0);
	assert_int_equal(file_read_fd(out, 1 << 20, bytes, &err), 0);
}

/* The same content in another order, with other modes and times. */
static struct place make_source(bool other)
{
	struct place p = make_place();

	assert_int_equal(mkdirat(p.fd, "a", other ? 0700 : 0755), 0);
	if (other)
		put(&p, "a/x", 0600, "x");
	put(&p, "rules", other ? 0700 : 0775, "#!/bin/sh\n");
	put(&p, "a-b", other ? 0666 : 0644, "");
	assert_int_equal(symlinkat("../nowhere", p.fd, "a/link"), 0);
	if (!other)
		put(&p, "a/x", 0644, "x");
	return p;
}

static void the_same_folder_gives_the_same_bytes(void **state)
{
	AUTO(place) one = make_source(false);
	AUTO(place) two = make_source(true);
	AUTO(buf) first = BUF_INIT;
	AUTO(buf) second = BUF_INIT;
	AUTO(run) a = RUN_INIT;
	AUTO(run) b = RUN_INIT;
	AUTO(run) read = RUN_INIT;
	AUTO_FD fd = memfd_create("again", MFD_CLOEXEC);
	struct err err = ERR_INIT;

	(void)state;
	build(&one, &a, &first);
	build(&two, &b, &second);
	assert_int_equal(a.last, MESSAGE_BUILT);
	assert_int_equal(b.last, MESSAGE_BUILT);
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.s, second.s, first.n);
	assert_int_equal(file_write_all(fd, first.s, first.n, &err), 0);
	extract(&read, fd, -1);
	assert_int_equal(read.last, MESSAGE_EXTRACTED);
	assert_buf(&read.done.top, "hello");
	assert_int_equal(read.done.entries, 5);
	assert_true(read.done.has_rules);
}

static void what_install_would_refuse_is_not_built(void **state)
{
	AUTO(place) p = make_source(false);
	AUTO(buf) bytes = BUF_INIT;
	AUTO(run) fifo = RUN_INIT;
	AUTO(run) name = RUN_INIT;

	(void)state;
	assert_int_equal(mkfifoat(p.fd, "a/pipe", 0600), 0);
	build(&p, &fifo, &bytes);
	assert_int_equal(fifo.last, MESSAGE_FAIL);
	assert_err(&fifo.err, ERR_INSTALLER, "a/pipe is neither file, folder nor link");
	run(&name, "fardel-build", MESSAGE_BUILD, SPAN("a/b"), p.fd, p.fd);
	assert_err(&name.err, ERR_WORKER, "malformed order");
}

/* A server for one request. */
static pid_t serve_once(int *port, const char *answer)
{
	AUTO_FD fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr at = {.sa_family = AF_INET};
	socklen_t n = sizeof(at);
	char request[4096];
	pid_t pid;

	memcpy(at.sa_data + 2, "\x7f\0\0\1", 4);
	assert_int_equal(bind(fd, &at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, &at, &n), 0);
	*port = (unsigned char)at.sa_data[0] << 8 | (unsigned char)at.sa_data[1];
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		int one = accept(fd, NULL, NULL);

		_exit(read(one, request, sizeof(request)) <= 0 ||
			write(one, answer, strlen(answer)) < 0);
	}
	return pid;
}

static void fetch(struct run *r, const char *url)
{
	AUTO(fetch_order)
	order = {.url = buf_of(url),
		.max_size = 1000,
		.connect_timeout = 5,
		.stall_timeout = 5,
		.stall_rate = 1,
		.proxies = PROXIES_INIT,
		.ca_text = BUF_INIT,
		.user = BUF_INIT,
		.password = BUF_INIT,
		.resume_above = -1,
		.etag = BUF_INIT};
	AUTO(buf) payload = BUF_INIT;

	message_put_fetch(&payload, &order);
	run(r, "fardel-fetch", MESSAGE_FETCH, buf_span(&payload), -1, -1);
	assert_int_equal(r->status, 0);
}

static void a_url_is_fetched(void **state)
{
	AUTO(buf) url = BUF_INIT;
	AUTO(run) r = RUN_INIT;
	AUTO(run) refused = RUN_INIT;
	AUTO(run) local = RUN_INIT;
	int port;
	pid_t pid = serve_once(
		&port, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");

	(void)state;
	buf_setf(&url, "http://127.0.0.1:%d/x", port);
	fetch(&r, url.s);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(r.last, MESSAGE_FETCHED);
	assert_int_equal(r.number, 5);
	assert_buf(&r.data, "hello");
	fetch(&refused, url.s);
	assert_int_equal(refused.last, MESSAGE_FAIL);
	assert_err(&refused.err, ERR_NETWORK, "refused");
	fetch(&local, "file:///etc/passwd");
	assert_int_equal(local.last, MESSAGE_FAIL);
	assert_buf(&local.data, "");
}

static void programs_are_not_known(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_installer_is_looked_at),
		cmocka_unit_test(rules_must_be_executable),
		cmocka_unit_test(an_installer_is_written_out),
		cmocka_unit_test(the_id_is_of_the_content),
		cmocka_unit_test(hostile_members_are_refused),
		cmocka_unit_test(what_is_no_installer_is_refused),
		cmocka_unit_test(the_same_folder_gives_the_same_bytes),
		cmocka_unit_test(what_install_would_refuse_is_not_built),
		cmocka_unit_test(a_url_is_fetched),
	};
	const struct CMUnitTest none[] = {cmocka_unit_test(programs_are_not_known)};

	if (!getenv("FARDEL_BUILD"))
		return cmocka_run_group_tests(none, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
