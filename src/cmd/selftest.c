/* selftest: a whole life of a package, in stages of which nothing stays.
 *
 *	$ sudo fardel selftest zoom.tar.gz --from zoom-old.tar.gz
 *	  ok     install: 12 changes
 *	  ok     verify: all links lead somewhere
 *	  ok     reconfigure: the second time changes nothing
 *	  fail   remove leaves: file /usr/share/applications/zoom.desktop
 *	  ok     upgrade: the same as a first install
 *	1 of 5 checks failed.
 */
#include "cmd/diagnoses_print.h"

struct selftest_options {
	const char *from;
	struct texts licences;
};

static const struct opt opts[] = {
	{"from", .kind = OPT_TEXT, .at = offsetof(struct selftest_options, from), .arg = "FILE",
		.help = "the installer of another version, to upgrade from"},
	{"accept-license", .kind = OPT_LIST, .at = offsetof(struct selftest_options, licences),
		.arg = "NAME", .help = "the licence of the package NAME is accepted"},
};

static int run_selftest(struct run *run, struct err *err)
{
	const struct selftest_options *own = run->own;
	struct diagnoses all = {0};
	int status =
		engine_selftest(run->engine, run->args.v[0], own->from, &own->licences, &all, err);

	progress_clear(&run->progress);
	if (status == 0)
		status = diagnoses_print(run, &all, err);
	diagnoses_drop(&all);
	return status;
}

static int check_selftest(const struct run *run, struct err *err)
{
	const struct selftest_options *own = run->own;
	const char *const files[] = {run->args.v[0], own->from};

	for (size_t i = 0; i < COUNT(files); i++)
		if (files[i] && !engine_is_file(files[i]))
			return err_set(err, ERR_USAGE,
				"%s is no installer's file (a path with a /, NAME.tar.gz, NAME.tar.zst or NAME.pkt.tar.zst)",
				files[i]);
	return 0;
}

static enum need need_selftest(const struct run *run)
{
	(void)run;
	return NEED_LOCK;
}

const struct cmd cmd_selftest = {
	.name = "selftest",
	.args = "FILE",
	.summary = "Try an installer's whole life, of which nothing stays",
	.text = "Over stages, which show the rules this machine and keep what they write: install, "
		"configure again twice, remove, and with --from an upgrade. Ends with exit status 1 where "
		"something does not hold.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = 1,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct selftest_options),
	.need = need_selftest,
	.check = check_selftest,
	.run = run_selftest,
};
