/* log: what a transaction did, and what the packages' rules printed meanwhile.
 *
 *	$ fardel log 42
 *	2026-11-20 15:02:11 install zoom.tar.gz
 *	...
 */
#include "cmd/cmd.h"

#include "cmd/print.h"

static int number_of(const struct run *run, int64_t *n, struct err *err)
{
	unsigned long long number = 0;

	if (run->args.n && (!span_number(span_of(run->args.v[0]), INT64_MAX, &number) || !number))
		return err_set(
			err, ERR_USAGE, "'%s' is not the number of a transaction", run->args.v[0]);
	*n = (int64_t)number;
	return 0;
}

static int check_log(const struct run *run, struct err *err)
{
	int64_t n;

	return number_of(run, &n, err);
}

static int run_log(struct run *run, struct err *err)
{
	AUTO(buf) log = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	int64_t n = 0;

	if (number_of(run, &n, err) < 0)
		return -1;
	if (engine_log(run->engine, n, &log, err) < 0) {
		if (err->code == ERR_NO_PACKAGE)
			err_next(err, n ? "without a number, the newest log is printed"
					: "logs are written by the commands that change something");
		return -1;
	}
	if (run->json) {
		json_put_text(run->json, "log", buf_span(&log));
		return 0;
	}
	print_lines(&text, buf_span(&log), "", "");
	print_out(&text);
	return 0;
}

const struct cmd cmd_log = {
	.name = "log",
	.args = "[N]",
	.summary = "Print the log of transaction N, or of the last one",
	.group = GROUP_SYSTEM,
	.most = 1,
	.need = need_read,
	.check = check_log,
	.run = run_log,
};
