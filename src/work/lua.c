/* fardel-lua: runs a script of rules, within bounds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/lua_run.h"
#include "rules/order.h"
#include "sys/file.h"
#include "work/worker.h"

#define ORDER_MAX (4 << 20)

static int read_order(struct order *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct stat st;

	/* Programs that the script runs get neither. */
	fcntl(LUA_BROKER_FD, F_SETFD, FD_CLOEXEC);
	fcntl(LUA_UNPACK_FD, F_SETFD, FD_CLOEXEC);
	if (fstat(LUA_ORDER_FD, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_WORKER, "no order came");
	if (lseek(LUA_ORDER_FD, 0, SEEK_SET) < 0 ||
		file_read_fd(LUA_ORDER_FD, ORDER_MAX, &text, err) < 0)
		return err_set(err, ERR_WORKER, "the order cannot be read");
	close(LUA_ORDER_FD);
	if (order_parse(buf_span(&text), out, err) < 0)
		return -1;
	buf_set(&out->home, span_of(getenv("HOME")));
	buf_set(&out->tmp, span_of(getenv("TMPDIR")));
	if (out->profile == ORDER_ADMIN)
		return 0;
	/* Dates are UTC, which is what this means without looking for a file: the local zone would be one that was not given. */
	return setenv("TZ", ":", 1) < 0 ? err_sys(err, "set the time zone") : 0;
}

int main(int argc, char **argv)
{
	AUTO(order) order = {0};
	struct err err = ERR_INIT;

	if (!worker_is_called("fardel-lua"))
		return WORKER_USAGE;
	/* Programs that the script runs as the same user do not get at our descriptors and memory by /proc. */
	prctl(PR_SET_DUMPABLE, 0);
	if (read_order(&order, &err) < 0) {
		fprintf(stderr, "fardel-lua: %s\n", err.text);
		return 1;
	}
	for (int i = 1; i < argc && order.profile == ORDER_ADMIN; i++)
		*vec_push(&order.args) = buf_of(argv[i]);
	return lua_run_order(&order);
}
