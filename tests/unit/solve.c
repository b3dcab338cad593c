/* Tests of solve/solve: a world, a request, and the plan that comes of them, a line each. */
#include "solve/solve.h"

#include "unit.h"

#include <stdio.h>

#define ID_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A world is "NAME ID VERSION STATE PUAVO SINCE; …", of which the last two may be missing; an id is 64 times the
 * letter, "-" is nothing; behind SINCE may stand a layout. A request is a goal, options, and items: a name, or a file as
 * FILE/NAME/ID/VERSION/PUAVO/FLAGS (u: it has a URL, s: a checksum, c: it is cached, d: damaged on disk). A plan is
 * "ACTION NAME ID from ID: STEPS; …", steps of the one in use before with "old:" in front; an error is
 * "!EXIT TEXT". */
struct row {
	const char *title;
	const char *world;
	const char *request;
	const char *plan;
};

#define PREPARE "extract fetch unpack"
#define ALL_OF_IT PREPARE " configure"
#define SWITCH "old:unconfigure configure"

static const struct row installs[] = {
	{"unknown", "", "install f/zoom/A/1", "new zoom A: " ALL_OF_IT},
	{"beside others", "slack B 7 installed", "install f/zoom/A/1", "new zoom A: " ALL_OF_IT},
	{"newer", "zoom A 1 installed", "install f/zoom/B/2",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"older", "zoom B 2 installed", "install f/zoom/A/1",
		"downgrade zoom A from B: " PREPARE " " SWITCH},
	{"versions are numbers", "zoom A 9 installed", "install f/zoom/B/10",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"without versions", "zoom A - installed", "install f/zoom/B/-",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"the same version", "zoom A 1 installed", "install f/zoom/B/1",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"the same one", "zoom A 1 installed", "install f/zoom/A/1", "again zoom A: configure"},
	{"the same one, broken", "zoom A 1 broken", "install f/zoom/A/1",
		"again zoom A: configure"},
	{"over a broken one", "zoom A 1 broken", "install f/zoom/B/2",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"prepared before", "zoom A 1 prepared", "install f/zoom/A/1", "new zoom A: configure"},
	{"prepared beside", "zoom B 2 prepared; zoom A 1 installed", "install f/zoom/B/2",
		"upgrade zoom B from A: " SWITCH},
	{"back to what is kept", "zoom B 2 installed; zoom A 1 prepared", "install f/zoom/A/1",
		"downgrade zoom A from B: " SWITCH},
	{"prepared only is not in use", "zoom A 1 prepared", "install f/zoom/B/2",
		"new zoom B: " ALL_OF_IT},
	{"cached", "", "install f/zoom/A/1/-/c", "new zoom A: " ALL_OF_IT " (cached)"},
	{"several", "slack C 3 installed", "install f/zoom/A/1 g/slack/B/4",
		"new zoom A: " ALL_OF_IT "; upgrade slack B from C: " PREPARE " " SWITCH},
	{"twice the same", "", "install f/zoom/A/1 g/zoom/A/1", "new zoom A: " ALL_OF_IT},
	{"one name, two contents", "", "install f/zoom/A/1 g/zoom/B/1",
		"!11 g: f and g are both zoom, and differ"},
	{"one name among others", "",
		"install a/zoom/A/1 b/slack/B/4 c/zoom/A/1 d/atool/C/1 e/slack/D/4 f/zzz/E/1",
		"!11 e: b and e are both slack, and differ"},
	{"a name and its file", "zoom A 1 installed", "install zoom f/zoom/B/2",
		"!11 f: zoom and f are both zoom, and differ"},
	{"a file and its name", "zoom A 1 installed", "install f/zoom/B/2 zoom",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"by name", "zoom A 1 installed", "install zoom", "again zoom A: configure"},
	{"that one", "zoom B 2 installed; zoom A 1 prepared", "install --exactly-A zoom",
		"downgrade zoom A from B: " SWITCH},
	{"that one, alone", "zoom B 2 prepared; zoom A 1 prepared", "install --exactly-A zoom",
		"new zoom A: configure"},
	{"that one, in use", "zoom A 1 installed", "install --exactly-A zoom",
		"again zoom A: configure"},
	{"that one, not ready", "zoom B 2 installed; zoom A 1 extracted",
		"install --exactly-A zoom", "!1 zoom: it is extracted, not prepared"},
	{"that one, not there", "zoom B 2 installed", "install --exactly-A zoom",
		"!3 zoom: no such installation"},
	{"by name, prepared", "zoom A 1 prepared", "install zoom", "new zoom A: configure"},
	{"by name, the one in use", "zoom B 2 prepared; zoom A 1 installed", "install zoom",
		"again zoom A: configure"},
	{"by name, not ready", "zoom A 1 fetched", "install zoom",
		"!1 zoom: it is fetched: its installer's file is needed"},
	{"by name, unknown", "slack A 1 installed", "install zoom", "!3 zoom: no such package"},
	{"nothing at all", "", "install", ""},
	{"damaged, in use", "zoom A 1 installed", "install f/zoom/A/1/-/d",
		"again zoom A: " ALL_OF_IT},
	{"damaged, prepared", "zoom A 1 prepared", "install f/zoom/A/1/-/d",
		"new zoom A: " ALL_OF_IT},
	{"damaged, beside", "zoom B 2 prepared; zoom A 1 installed", "install f/zoom/B/2/-/d",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"offline", "", "install --offline f/zoom/A/1", "!2 f: its pack is not in the cache"},
	{"offline, cached", "", "install --offline f/zoom/A/1/-/c",
		"new zoom A: " ALL_OF_IT " (cached)"},
	{"offline, prepared", "zoom A 1 prepared", "install --offline f/zoom/A/1",
		"new zoom A: configure"},
};

/* Somebody else was at work while we waited, from second 100 on. */
static const struct row waits[] = {
	{"done meanwhile", "zoom A 1 installed - 150", "install --waited f/zoom/A/1",
		"nothing zoom A:"},
	{"done at once", "zoom A 1 installed - 100", "install --waited f/zoom/A/1",
		"nothing zoom A:"},
	{"done before", "zoom A 1 installed - 99", "install --waited f/zoom/A/1",
		"again zoom A: configure"},
	{"broken meanwhile", "zoom A 1 broken - 150", "install --waited f/zoom/A/1",
		"again zoom A: configure"},
	{"we did not wait", "zoom A 1 installed - 150", "install f/zoom/A/1",
		"again zoom A: configure"},
	{"damaged meanwhile", "zoom A 1 installed - 150", "install --waited f/zoom/A/1/-/d",
		"again zoom A: " ALL_OF_IT},
	{"another one meanwhile", "zoom B 2 installed - 150", "install --waited f/zoom/A/1",
		"downgrade zoom A from B: " PREPARE " " SWITCH},
};

static const struct row prepares[] = {
	{"unknown", "", "prepare f/zoom/A/1", "prepare zoom A: " PREPARE},
	{"beside the one in use", "zoom A 1 installed", "prepare f/zoom/B/2",
		"prepare zoom B: " PREPARE},
	{"again", "zoom A 1 prepared", "prepare f/zoom/A/1", "nothing zoom A:"},
	{"in use", "zoom A 1 installed", "prepare f/zoom/A/1", "nothing zoom A:"},
	{"broken", "zoom A 1 broken", "prepare f/zoom/A/1", "nothing zoom A:"},
	{"not to its end", "zoom A 1 fetched", "prepare f/zoom/A/1", "prepare zoom A: " PREPARE},
	{"damaged", "zoom A 1 installed", "prepare f/zoom/A/1/-/d", "prepare zoom A: " PREPARE},
	{"a name", "zoom A 1 installed", "prepare zoom", "!64 zoom: not an installer's file"},
	{"only the pack", "", "download f/zoom/A/1/-/us", "download zoom A: fetch"},
	{"what is installed", "zoom A 1 installed", "download f/zoom/A/1/-/us",
		"download zoom A: fetch"},
	{"by the rules", "", "download f/zoom/A/1/-/s", "download zoom A: extract fetch"},
	{"without a checksum", "", "download f/zoom/A/1/-/u",
		"!1 f: its installer states no checksum"},
	{"the installer alone", "", "extract f/zoom/A/1/-/u", "extract zoom A: extract"},
	{"extracted beside", "zoom A 1 installed", "extract f/zoom/B/2", "extract zoom B: extract"},
	{"extracted before", "zoom A 1 extracted", "extract f/zoom/A/1/-/d", "nothing zoom A:"},
	{"extract what is in use", "zoom A 1 installed", "extract f/zoom/A/1", "nothing zoom A:"},
	{"extract offline", "", "extract --offline f/zoom/A/1", "extract zoom A: extract"},
	{"extract a name", "zoom A 1 installed", "extract zoom",
		"!64 zoom: not an installer's file"},
	{"download a name", "zoom A 1 installed", "download zoom",
		"!64 zoom: not an installer's file"},
};

static const struct row names[] = {
	{"in use", "zoom A 1 installed", "reconfigure zoom", "reconfigure zoom A: configure"},
	{"broken", "zoom A 1 broken", "reconfigure zoom", "reconfigure zoom A: configure"},
	{"the one in use", "zoom B 2 prepared; zoom A 1 installed", "reconfigure zoom",
		"reconfigure zoom A: configure"},
	{"unknown", "slack A 1 installed", "reconfigure zoom", "!3 zoom: no such package"},
	{"prepared", "zoom A 1 prepared", "reconfigure zoom",
		"!1 zoom: it is prepared, not installed"},
	{"all in use", "a A 1 prepared; b B 1 installed; c A 1 broken; c B 1 prepared",
		"reconfigure --all", "reconfigure b B: configure; reconfigure c A: configure"},
	{"all of none", "", "reconfigure --all", ""},
	{"out of use", "zoom A 1 installed", "unconfigure zoom",
		"unconfigure zoom A from A: old:unconfigure"},
	{"out of use, broken", "zoom A 1 broken", "unconfigure zoom",
		"unconfigure zoom A from A: old:unconfigure"},
	{"not in use", "zoom A 1 prepared", "unconfigure zoom", "nothing zoom A from A:"},
	{"unconfigure unknown", "", "unconfigure zoom", "!3 zoom: no such package"},
	{"all out of use", "a A 1 prepared; b B 1 installed", "unconfigure --all",
		"unconfigure b B from B: old:unconfigure"},
	{"remove", "zoom A 1 installed", "remove zoom",
		"remove zoom - from A: old:unconfigure old:purge"},
	{"remove what is prepared", "zoom A 1 prepared", "remove zoom",
		"remove zoom - from A: old:purge"},
	{"remove all of a name", "zoom B 2 prepared; zoom A 1 installed", "remove zoom",
		"remove zoom - from A: old:unconfigure old:purge"},
	{"remove, in puavo's layout", "zoom A 1 installed A 1 puavo", "remove zoom",
		"remove zoom - from A: old:unconfigure old:purge"},
	{"remove as puavo-pkg", "zoom A 1 installed A 1 puavo", "remove --strip zoom",
		"unconfigure zoom A from A: old:unconfigure"},
	{"remove as puavo-pkg, of ours", "zoom A 1 installed", "remove --strip zoom",
		"remove zoom - from A: old:unconfigure old:purge"},
	{"remove as puavo-pkg, the system's", "zoom A 1 installed A 1 system",
		"remove --strip zoom", "unconfigure zoom A from A: old:unconfigure"},
	{"remove twice", "zoom A 1 installed", "remove zoom zoom",
		"remove zoom - from A: old:unconfigure old:purge"},
	{"remove unknown", "zoom A 1 installed", "remove zoom nope", "!3 nope: no such package"},
	{"remove the empty name", "zoom A 1 installed", "remove ''", "!64 : an empty name"},
	{"remove all", "a A 1 fetched; b B 1 installed; b A 1 prepared", "remove --all",
		"remove a - from A: old:purge; remove b - from B: old:unconfigure old:purge"},
};

static const struct row ids[] = {
	{"other content", "zoom A 1 prepared P", "install f/zoom/B/1/P",
		"!11 f: another content has the same package-id PPPP"},
	{"in use or not", "zoom C 2 installed Q; zoom A 1 prepared P", "prepare f/zoom/B/1/P",
		"!11 f: another content has the same package-id PPPP"},
	{"downloads too", "zoom A 1 prepared P", "download f/zoom/B/1/P/us",
		"!11 f: another content has the same package-id PPPP"},
	{"taken all the same", "zoom A 1 installed P", "install --force-id f/zoom/B/1/P",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
	{"the same content", "zoom A 1 installed P", "install f/zoom/A/1/P",
		"again zoom A: configure"},
	{"another name", "zoom A 1 installed P", "install f/slack/B/1/P",
		"new slack B: " ALL_OF_IT},
	{"no package-id", "zoom A 1 installed -", "install f/zoom/B/1/-",
		"upgrade zoom B from A: " PREPARE " " SWITCH},
};

static const struct row going_on[] = {
	{"an unknown name", "zoom A 1 installed", "remove --keep-going nope zoom",
		"failed nope; remove zoom - from A: old:unconfigure old:purge"},
	{"a name that its file follows", "", "install --keep-going zoom f/zoom/A/1",
		"failed zoom; new zoom A: " ALL_OF_IT},
	{"two contents", "", "install --keep-going f/zoom/A/1 g/zoom/B/1 h/slack/A/1",
		"new zoom A: " ALL_OF_IT "; failed g; new slack A: " ALL_OF_IT},
};

/* The text of `letter` so many times; "-" and "" are nothing. */
static void letters(struct buf *out, struct span letter, size_t times)
{
	buf_clear(out);
	if (!letter.n || span_is_text(letter, "-"))
		return;
	while (times--)
		buf_addc(out, letter.s[0]);
}

static void text_or_nothing(struct buf *out, struct span text)
{
	buf_set(out, span_is_text(text, "-") ? SPAN("") : text);
}

static struct span next(struct span *rest, char separator)
{
	struct span part;

	if (!span_split(rest, separator, &part))
		return SPAN("");
	return part;
}

static void read_world(const char *text, struct world *world)
{
	struct span rest = span_of(text), row;

	while (span_split(&rest, ';', &row)) {
		struct bundle *b = vec_push(&world->of);
		unsigned long long since = 0;
		struct span number;

		row = span_trim(row);
		bundle_init(b);
		b->row = (int64_t)world->of.n;
		buf_set(&b->name, next(&row, ' '));
		letters(&b->id, next(&row, ' '), 64);
		text_or_nothing(&b->version, next(&row, ' '));
		assert_true(bundle_state_parse(next(&row, ' '), &b->state));
		letters(&b->puavo_id, next(&row, ' '), 32);
		number = next(&row, ' ');
		assert_true(!number.n || span_number(number, 1000, &since));
		b->since = (int64_t)since;
		assert_true(!row.n || bundle_layout_parse(row, &b->layout));
	}
}

static void read_file(struct span text, struct texts *items, struct candidates *candidates)
{
	struct candidate *c = vec_push(&candidates->of);
	struct span flags;

	candidate_init(c);
	pack_init(vec_push(&c->installer.packs.of));
	buf_set(&c->file, next(&text, '/'));
	buf_set(&c->item, buf_span(&c->file));
	texts_add(items, buf_span(&c->file));
	buf_set(&c->installer.name, next(&text, '/'));
	letters(&c->id, next(&text, '/'), 64);
	text_or_nothing(&c->installer.version, next(&text, '/'));
	letters(&c->installer.puavo_id, next(&text, '/'), 32);
	flags = next(&text, '/');
	for (size_t i = 0; i < flags.n; i++) {
		if (flags.s[i] == 'u')
			buf_sets(&c->installer.packs.of.v[0].url, "http://localhost/x");
		c->installer.packs.of.v[0].sums.has[DIGEST_SHA256] |= flags.s[i] == 's';
		c->cached |= flags.s[i] == 'c';
		c->damaged |= flags.s[i] == 'd';
	}
}

static void read_request(const char *text, struct request *request, struct candidates *candidates)
{
	static const char *const goals[GOALS] = {"install", "prepare", "download", "extract",
		"reconfigure", "unconfigure", "remove"};
	struct span rest = span_of(text), word = next(&rest, ' ');

	for (unsigned g = 0; g < GOALS; g++)
		if (span_is_text(word, goals[g]))
			request->goal = (enum goal)g;
	while (span_split(&rest, ' ', &word)) {
		if (span_is_text(word, "--all"))
			request->all = true;
		else if (span_is_text(word, "--force-id"))
			request->force_id = true;
		else if (span_is_text(word, "--keep-going"))
			request->keep_going = true;
		else if (span_is_text(word, "--offline"))
			request->offline = true;
		else if (span_is_text(word, "--strip"))
			request->strip = true;
		else if (span_is_text(word, "--exactly-A"))
			request->id = ID_A;
		else if (span_is_text(word, "--waited"))
			continue;
		else if (span_is_text(word, "''"))
			texts_add(&request->items, SPAN(""));
		else if (memchr(word.s, '/', word.n))
			read_file(word, &request->items, candidates);
		else
			texts_add(&request->items, word);
	}
}

static void format_item(const struct plan_item *item, struct buf *out)
{
	if (item->result == RESULT_FAILED) {
		buf_addf(out, "failed %s", item->to.name.s);
		return;
	}
	buf_addf(out, "%s %s %.1s", plan_action_name(item->action), item->to.name.s,
		item->to.id.n ? item->to.id.s : "-");
	if (item->from.name.n)
		buf_addf(out, " from %.1s", item->from.id.s);
	buf_addc(out, ':');
	for (size_t i = 0; i < item->steps.n; i++)
		buf_addf(out, " %s%s", item->steps.v[i].target == TARGET_OLD ? "old:" : "",
			step_rows[item->steps.v[i].kind].name);
	if (item->cached)
		buf_adds(out, " (cached)");
}

/* Each step starts where the one before it has led. */
static void assert_legal(const struct plan_item *item)
{
	int state[2] = {-1, -1}; /* of TARGET_NEW, TARGET_OLD */

	if (item->to.row)
		state[TARGET_NEW] = (int)item->to.state;
	if (item->from.row)
		state[TARGET_OLD] = (int)item->from.state;
	for (size_t i = 0; i < item->steps.n; i++) {
		const struct step *step = &item->steps.v[i];
		int *now = &state[step->target];

		/* What is not whole is made anew. */
		if (step->kind == STEP_EXTRACT)
			*now = -1;
		if (item->action != ACTION_DOWNLOAD && !step_is_legal(step->kind, *now))
			fail_msg("%s is not legal", step_rows[step->kind].name);
		*now = step_rows[step->kind].to;
	}
}

static bool waited(const struct row *row)
{
	return strstr(row->request, "--waited");
}

static void solve(const struct row *row, struct buf *answer)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(candidates) candidates = {0};
	AUTO(plan) plan = PLAN_INIT;
	struct request request = {0};
	struct err err = ERR_INIT;

	read_world(row->world, &world);
	read_request(row->request, &request, &candidates);
	if (solve_plan(&world, &request, &candidates, waited(row) ? 100 : 0, &plan, &err) < 0)
		buf_addf(answer, "!%d %s", err_exit(err.code), err.text);
	for (size_t i = 0; err.code == ERR_NONE && i < plan.of.n; i++) {
		if (i)
			buf_adds(answer, "; ");
		format_item(&plan.of.v[i], answer);
		assert_legal(&plan.of.v[i]);
	}
	texts_drop(&request.items);
}

static void solve_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO(buf) answer = BUF_INIT;

		solve(&rows[i], &answer);
		if (rows[i].plan[0] == '!' ? span_starts(buf_span(&answer), rows[i].plan)
					   : strcmp(answer.s, rows[i].plan) == 0)
			continue;
		fail_msg("%s: %s, %s:\n%s\nis not\n%s", rows[i].title, rows[i].world,
			rows[i].request, answer.s, rows[i].plan);
	}
}

static void files_are_installed(void **state)
{
	(void)state;
	solve_all(installs, COUNT(installs));
}

static void what_others_have_done_is_not_done_again(void **state)
{
	(void)state;
	solve_all(waits, COUNT(waits));
}

static void files_are_prepared_and_downloaded(void **state)
{
	(void)state;
	solve_all(prepares, COUNT(prepares));
}

static void names_are_reconfigured_unconfigured_and_removed(void **state)
{
	(void)state;
	solve_all(names, COUNT(names));
}

static void a_package_id_stands_for_one_content(void **state)
{
	(void)state;
	solve_all(ids, COUNT(ids));
}

static void the_others_go_on(void **state)
{
	(void)state;
	solve_all(going_on, COUNT(going_on));
}

static void what_is_planned_is_described(void **state)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(candidates) candidates = {0};
	AUTO(plan) plan = PLAN_INIT;
	struct request request = {0};
	struct err err = ERR_INIT;
	const struct plan_item *item;

	(void)state;
	read_world("zoom B 2 installed Q 77", &world);
	read_request("install f/zoom/A/3/P/uc", &request, &candidates);
	candidates.of.v[0].pack_size = 184;
	candidates.of.v[0].installer.format = 2;
	assert_int_equal(solve_plan(&world, &request, &candidates, 0, &plan, &err), 0);
	assert_int_equal(plan.goal, GOAL_INSTALL);
	item = &plan.of.v[0];
	assert_buf(&item->file, "f");
	assert_buf(&item->to.version, "3");
	assert_int_equal(item->to.puavo_id.n, 32);
	assert_int_equal(item->to.format, 2);
	assert_int_equal(item->to.row, 0);
	assert_int_equal(item->to.size, -1);
	assert_int_equal(item->to.pack_size, 184);
	assert_buf(&item->from.version, "2");
	assert_int_equal(item->from.row, 1);
	assert_int_equal(item->from.since, 77);
	/* The installer has moved; the world is only borrowed. */
	assert_buf(&item->installer.name, "zoom");
	assert_buf(&candidates.of.v[0].installer.name, "");
	assert_buf(&world.of.v[0].version, "2");
	texts_drop(&request.items);
}

static void why_it_failed_is_kept(void **state)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(candidates) candidates = {0};
	AUTO(plan) plan = PLAN_INIT;
	struct request request = {0};
	struct err err = ERR_INIT;

	(void)state;
	read_world("zoom A 1 prepared", &world);
	read_request("reconfigure --keep-going nope zoom", &request, &candidates);
	assert_int_equal(solve_plan(&world, &request, &candidates, 0, &plan, &err), 0);
	assert_int_equal(plan_count(&plan, RESULT_FAILED), 2);
	assert_buf(&plan.of.v[0].why, "no such package");
	assert_buf(&plan.of.v[1].why, "it is prepared, not installed");
	assert_err(&plan.failed, ERR_NO_PACKAGE, "nope: no such package");
	assert_int_equal(err.code, ERR_NONE);
	texts_drop(&request.items);
}

/* A file that could not be read is such an error too. */
static void candidates_may_have_failed(void **state)
{
	AUTO(world) world = WORLD_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (int keep_going = 0; keep_going < 2; keep_going++) {
		AUTO(candidates) candidates = {0};
		AUTO(plan) plan = PLAN_INIT;
		struct request request = {.keep_going = keep_going};

		read_request("install f/zoom/A/1 g/slack/B/1", &request, &candidates);
		err_set(&err, ERR_INSTALLER, "no rules");
		candidates.of.v[0].err = err_keep(&err);
		err_clear(&err);
		assert_int_equal(solve_plan(&world, &request, &candidates, 0, &plan, &err),
			keep_going ? 0 : -1);
		assert_err(keep_going ? &plan.failed : &err, ERR_INSTALLER, "f: no rules");
		err_clear(&err);
		if (keep_going)
			assert_int_equal(plan.of.v[1].action, ACTION_NEW);
		texts_drop(&request.items);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_installed),
		cmocka_unit_test(what_others_have_done_is_not_done_again),
		cmocka_unit_test(files_are_prepared_and_downloaded),
		cmocka_unit_test(names_are_reconfigured_unconfigured_and_removed),
		cmocka_unit_test(a_package_id_stands_for_one_content),
		cmocka_unit_test(the_others_go_on),
		cmocka_unit_test(what_is_planned_is_described),
		cmocka_unit_test(why_it_failed_is_kept),
		cmocka_unit_test(candidates_may_have_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
