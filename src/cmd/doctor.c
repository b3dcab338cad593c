/* doctor: looks at all that fardel stands on, and names the command that mends what is wrong.
 *
 *	$ fardel doctor
 *	  ok     state.db, schema 3, 12 packages, 43 transactions
 *	  warn   the cache: 1 of 19 packs is damaged                   fardel cache verify --repair
 *	  fail   /var/lib/fardel/installed/zoom points nowhere         fardel reconfigure zoom
 *	1 of 3 checks failed.
 *	$ echo $?
 *	1
 */
#include "cmd/diagnoses_print.h"

static int run_doctor(struct run *run, struct err *err)
{
	struct diagnoses diagnoses = {0};
	int status = engine_doctor(run->engine, &diagnoses, err);

	if (status == 0)
		status = diagnoses_print(run, &diagnoses, err);
	diagnoses_drop(&diagnoses);
	return status;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "Look for what is wrong, and say how to mend it",
	.text = "Looks at the state, the links, the installations, the cache, the kernel, the "
		"configuration and what was synced of repositories; changes nothing. Ends with exit status 1 where a check failed.",
	.group = GROUP_SYSTEM,
	.need = need_nothing,
	.run = run_doctor,
};
