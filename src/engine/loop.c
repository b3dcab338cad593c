/* Tasks: programs at work, looked after side by side until they end. */
#include "engine/loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/mem.h"
#include "engine/session.h"
#include "sys/fd.h"
#include "sys/signals.h"

#define TASKS_MAX 64

/* What is waited for of each task. */
enum { SAYS, ENDS, ASKS, HELPER_SAYS, HELPER_ENDS, WAITS };

void task_drop(struct task *t)
{
	process_drop(&t->process);
	fd_drop(&t->fd);
	fd_drop(&t->words);
	fd_drop(&t->side);
	t->running = false;
}

static void give_up(struct task *t, const struct err *why)
{
	if (t->err.code == ERR_NONE)
		t->err = *why;
	process_kill(&t->process);
	fd_drop(&t->fd);
}

static void read_input(struct task *t)
{
	struct err err = ERR_INIT;
	int more = t->input(t, &err);

	if (more < 0)
		give_up(t, &err);
	else if (more == 0)
		fd_drop(&t->fd);
}

/* A question that is asked, or not. */
static void read_question(struct task *t)
{
	struct err err = ERR_INIT;
	int more = t->asked(t, &err);

	if (more < 0)
		give_up(t, &err);
	if (more <= 0)
		fd_drop(&t->side);
}

static void end(struct task *t)
{
	/* Nobody waits for that any more. */
	if (t->helper && t->helper->running) {
		process_kill(&t->helper->process);
		fd_drop(&t->helper->fd);
		end(t->helper);
	}
	/* What it said last is still in the pipe; what it left behind has been ended by its
	 * keeper. */
	while (t->fd >= 0) {
		struct pollfd p = {.fd = t->fd, .events = POLLIN};

		if (poll(&p, 1, 0) <= 0)
			fd_drop(&t->fd);
		else
			read_input(t);
	}
	t->status = process_end(&t->process);
	t->running = false;
}

static void end_helper(struct task *t)
{
	struct err err = ERR_INIT;

	end(t->helper);
	if (t->helped(t, &err) < 0)
		give_up(t, &err);
}

static void check_deadline(struct task *t, int64_t now)
{
	struct err err = ERR_INIT;

	if (!t->deadline || now < t->deadline || t->err.code != ERR_NONE)
		return;
	err_set(&err, ERR_TIMEOUT, "took longer than it may, and was ended");
	give_up(t, &err);
}

static int next_timeout(struct task **tasks, size_t count, int64_t now)
{
	int64_t least = 60000;

	for (size_t i = 0; i < count; i++)
		if (tasks[i]->running && tasks[i]->deadline && tasks[i]->err.code == ERR_NONE &&
			tasks[i]->deadline - now < least)
			least = tasks[i]->deadline > now ? tasks[i]->deadline - now : 0;
	return (int)least;
}

static int stop_all(struct task **tasks, size_t count, struct err *err)
{
	signals_check(err);
	for (size_t i = 0; i < count; i++) {
		if (!tasks[i]->running)
			continue;
		give_up(tasks[i], err);
		end(tasks[i]);
	}
	return -1;
}

/* Some entries a task. */
static size_t fill(struct pollfd *fds, struct task **tasks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct task *t = tasks[i], *helper = t->helper;
		bool helped = t->running && helper && helper->running;
		const int of[WAITS] = {[SAYS] = t->running ? t->fd : -1,
			[ENDS] = t->running ? t->process.status_fd : -1,
			[ASKS] = t->running && !helped ? t->side : -1,
			[HELPER_SAYS] = helped ? helper->fd : -1,
			[HELPER_ENDS] = helped ? helper->process.status_fd : -1};

		for (size_t k = 0; k < WAITS; k++)
			fds[WAITS * i + k] = (struct pollfd){.fd = of[k], .events = POLLIN};
	}
	fds[WAITS * count] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
	return WAITS * count + 1;
}

static void serve(struct task *t, const struct pollfd *fds, int64_t now)
{
	if (fds[SAYS].revents)
		read_input(t);
	if (fds[HELPER_SAYS].revents)
		read_input(t->helper);
	if (fds[HELPER_ENDS].revents)
		end_helper(t);
	else if (fds[ASKS].revents && t->side >= 0)
		read_question(t);
	check_deadline(t, now);
}

int loop_wait(struct task **tasks, size_t count, struct err *err)
{
	struct pollfd fds[WAITS * TASKS_MAX + 1];
	bool ended = false;

	if (count > TASKS_MAX)
		mem_panic("too many tasks");
	while (!ended) {
		int64_t now = engine_ms();
		size_t n = fill(fds, tasks, count);

		if (poll(fds, n, next_timeout(tasks, count, now)) < 0 && errno != EINTR)
			return err_sys(err, "wait for a program");
		if (signals_pending())
			return stop_all(tasks, count, err);
		now = engine_ms();
		for (size_t i = 0; i < count; i++) {
			if (!tasks[i]->running)
				continue;
			serve(tasks[i], fds + WAITS * i, now);
			if (fds[WAITS * i + ENDS].revents) {
				end(tasks[i]);
				ended = true;
			}
		}
	}
	return 0;
}

int loop_finish(struct task *task, struct err *err)
{
	while (task->running)
		if (loop_wait(&task, 1, err) < 0)
			return -1;
	if (task->err.code == ERR_NONE)
		return 0;
	*err = task->err;
	return -1;
}
