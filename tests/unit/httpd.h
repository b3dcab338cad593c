/* A server of a few canned answers, for the tests of what fetches. */
#pragma once

#include "unit.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"

static struct {
	int port, closed_port;
	pid_t pid;
	int *busy; /* shared: how often /busy still says so */
} server;

/* Answers that depend on whether a range is asked for; each body is 0123456789. */
static const struct {
	const char *path, *whole, *part;
} ranged[] = {
	{"/ranged", "ETag: \"a\"\r\nContent-Length: 10\r\n\r\n0123",
		"ETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\n\r\n456789"},
	{"/ranged-weak", "ETag: W/\"a\"\r\nContent-Length: 10\r\n\r\n0123", ""},
	{"/ranged-small", "ETag: \"a\"\r\nContent-Length: 5\r\n\r\n0123", ""},
	{"/ranged-other", "ETag: \"a\"\r\nContent-Length: 10\r\n\r\n0123",
		"ETag: \"b\"\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\n\r\n456789"},
	{"/ranged-wrong", "ETag: \"a\"\r\nContent-Length: 10\r\n\r\n0123",
		"ETag: \"a\"\r\nContent-Range: bytes 3-8/10\r\nContent-Length: 6\r\n\r\n456789"},
	{"/ranged-longer", "ETag: \"a\"\r\nContent-Length: 10\r\n\r\n0123",
		"ETag: \"a\"\r\nContent-Range: bytes 4-10/11\r\nContent-Length: 7\r\n\r\n456789x"},
};

/* What each path is answered with; %d is the server's port. */
static const struct {
	const char *path, *answer;
} answers[] = {
	{"/ok", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"},
	{"/empty", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
	{"/until-close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nno length"},
	{"/chunks", "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
	{"/bad-chunks",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
	{"/gzip",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw"},
	{"/part",
		"HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes 0-2/9\r\n"
		"Content-Length: 3\r\n\r\nabc"},
	{"/missing",
		"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 5\r\n\r\nsorry"},
	{"/error", "HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
	{"/short", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nonly this"},
	{"/big", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n"},
	{"/nothing", ""},
	{"/no-http", "SSH-2.0-server\r\n\r\n"},
	{"/hop",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /ok\r\nContent-Length: 4\r\n\r\nhere"},
	{"/hop-host",
		"HTTP/1.1 301 Moved\r\nConnection: close\r\nLocation: http://localhost:%d/echo\r\n"
		"Content-Length: 0\r\n\r\n"},
	{"/loop",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
	{"/to-file", "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: file:///etc/passwd\r\n"
		     "Content-Length: 0\r\n\r\n"},
	{"/to-gopher",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: gopher://127.0.0.1:%d/\r\n"
		"Content-Length: 0\r\n\r\n"},
	{"/hop-echo",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n"},
	{"/wants-user", "HTTP/1.1 407 Who\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
	{"/two-lengths",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello"},
	{"/minus", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: -5\r\n\r\nhello"},
	{"/nowhere", "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
};

static inline void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

static inline void serve_endless(int fd)
{
	static const char zeros[4096];

	say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
}

static inline void serve_canned(int fd, const char *path)
{
	for (size_t i = 0; i < COUNT(answers); i++)
		if (strcmp(answers[i].path, path) == 0)
			dprintf(fd, answers[i].answer, server.port);
}

static inline bool serve_ranged(int fd, const char *path, const char *request)
{
	bool part = strstr(request, "\r\nRange: bytes=4-\r\n") &&
		    strstr(request, "\r\nIf-Range: \"a\"\r\n");

	for (size_t i = 0; i < COUNT(ranged); i++) {
		if (strcmp(ranged[i].path, path) != 0)
			continue;
		say(fd, part ? "HTTP/1.1 206 Part\r\nConnection: close\r\n"
			     : "HTTP/1.1 200 OK\r\nConnection: close\r\n");
		say(fd, part ? ranged[i].part : ranged[i].whole);
		return true;
	}
	return false;
}

/* The file with the ETag "now". */
static inline void serve_tagged(int fd, const char *request)
{
	say(fd, strstr(request, "\r\nIf-None-Match: \"now\"\r\n")
			? "HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: \"now\"\r\n\r\n"
			: "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: W/\"then\"\r\nContent-Length: 3\r\n\r\nnew");
}

static inline void serve_one(int fd)
{
	char request[4096] = "";
	char path[64] = "";
	size_t n = 0;
	ssize_t got;

	/* What is no request (but TLS) is answered at once. */
	while (!strstr(request, "\r\n\r\n") && (!n || request[0] == 'G') &&
		n < sizeof(request) - 1 &&
		(got = read(fd, request + n, sizeof(request) - 1 - n)) > 0)
		n += (size_t)got;
	if (request[0] != 'G')
		say(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
	/* A proxy is told the whole URL. */
	if (sscanf(request, "GET http://%*[^/]%63s", path) != 1)
		sscanf(request, "GET %63s", path);
	if (strcmp(path, "/busy") == 0) {
		if (__atomic_fetch_sub(server.busy, 1, __ATOMIC_SEQ_CST) > 0)
			say(fd, "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy");
		else
			say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
	} else if (strcmp(path, "/echo") == 0) {
		dprintf(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", request);
	} else if (strcmp(path, "/stall") == 0) {
		say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\na");
		sleep(10);
	} else if (strcmp(path, "/tagged") == 0) {
		serve_tagged(fd, request);
	} else if (strcmp(path, "/endless") == 0) {
		serve_endless(fd);
	} else if (!serve_ranged(fd, path, request)) {
		serve_canned(fd, path);
	}
}

static inline int listen_on(int *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static inline void serve(int fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (one < 0)
			_exit(1);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve_one(one);
			_exit(0);
		}
		close(one);
	}
}

static inline int start(void **state)
{
	AUTO_FD closed = listen_on(&server.closed_port);
	AUTO_FD fd = listen_on(&server.port);

	(void)state;
	fd_drop(&closed);
	server.busy =
		mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (server.busy == MAP_FAILED)
		return -1;
	server.pid = fork();
	if (server.pid == 0)
		serve(fd);
	return server.pid < 0 ? -1 : 0;
}

static inline int stop(void **state)
{
	(void)state;
	kill(server.pid, SIGKILL);
	return waitpid(server.pid, NULL, 0) == server.pid ? 0 : -1;
}
