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

void task_drop(struct task *t)
{
	process_drop(&t->process);
	fd_drop(&t->fd);
	fd_drop(&t->words);
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

static void end(struct task *t)
{
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

/* Two entries a task: what it says, and its end. */
static size_t fill(struct pollfd *fds, struct task **tasks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool running = tasks[i]->running;

		fds[2 * i] = (struct pollfd){.fd = running ? tasks[i]->fd : -1, .events = POLLIN};
		fds[2 * i + 1] = (struct pollfd){
			.fd = running ? tasks[i]->process.status_fd : -1, .events = POLLIN};
	}
	fds[2 * count] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
	return 2 * count + 1;
}

int loop_wait(struct task **tasks, size_t count, struct err *err)
{
	struct pollfd fds[2 * TASKS_MAX + 1];
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
			if (fds[2 * i].revents)
				read_input(tasks[i]);
			check_deadline(tasks[i], now);
			if (fds[2 * i + 1].revents) {
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
