/* repo trust: has another key say whose signatures count.
 *
 *	$ sudo fardel repo trust main new.pub
 *	main: trusts the key 684BE558EF7A68FE now; before: E7620F1842B4E81F
 */
#include "cmd/repo_print.h"

static void add_ids(struct buf *out, const struct texts *ids)
{
	VEC_FOR (const struct buf, id, &ids->of)
		buf_addf(out, "%s%s", out->n ? ", " : "", id->s);
	if (!ids->of.n)
		buf_adds(out, "none");
}

static void say(struct run *run, const struct repo_change *c)
{
	AUTO(buf) before = BUF_INIT;
	AUTO(buf) after = BUF_INIT;

	add_ids(&before, &c->before);
	add_ids(&after, &c->after);
	if (!c->changed)
		progress_say(&run->progress, SAY_INFO, "%s: trusts the key %s already", c->name.s,
			after.s);
	else
		progress_say(&run->progress, SAY_INFO, "%s: %s the key %s now; before: %s",
			c->name.s, run->globals.dry_run ? "would trust" : "trusts", after.s,
			before.s);
}

static int run_repo_trust(struct run *run, struct err *err)
{
	const struct repo_names names = repo_names(run, 1);
	AUTO(repo_changes) changes = {0};
	int status = engine_repo_trust(run->engine, &names, run->args.v[1], &changes, err);

	if (status == 0 && run->json)
		repo_print(run, &changes, "trusted");
	else if (status == 0)
		say(run, &changes.of.v[0]);
	return status;
}

const struct cmd cmd_repo_trust = {
	.name = "repo trust",
	.args = "REPO FILE",
	.summary = "Trust a repository by another key",
	.text = "FILE is minisign's file of a public key; its line (RW...) may be given instead. It takes the place "
		"of all keys in the repository's file; the rest of that stays as it is. Where none "
		"of the keys that the trust began with is left, what was seen under them is forgotten "
		"with the next update, the highest revision, too; else an older one is refused as before.",
	.group = GROUP_REPOSITORIES,
	.least = 2,
	.most = 2,
	.need = need_nothing,
	.run = run_repo_trust,
};
