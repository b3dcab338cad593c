/* Tests of model/step, and of the plans that are made of steps. */
#include "model/step.h"

#include "model/plan.h"
#include "unit.h"

static void names_go_both_ways(void **state)
{
	enum step_kind kind;

	(void)state;
	for (unsigned k = 0; k < STEP_KINDS; k++) {
		assert_true(step_parse(span_of(step_rows[k].name), &kind));
		assert_int_equal(kind, k);
	}
	assert_false(step_parse(SPAN("installed"), &kind));
	assert_false(step_parse(SPAN(""), &kind));
}

/* The whole table, from absent over the states in their order. */
static void only_legal_moves_are_legal(void **state)
{
	static const char *const legal[STEP_KINDS] = {
		[STEP_EXTRACT] = "a-----",
		[STEP_FETCH] = "-efp--",
		[STEP_UNPACK] = "--f---",
		[STEP_UNCONFIGURE] = "----ib",
		[STEP_CONFIGURE] = "---pib",
		[STEP_PURGE] = "-efp--",
	};

	(void)state;
	for (unsigned k = 0; k < STEP_KINDS; k++)
		for (int from = -1; from < BUNDLE_STATES; from++)
			assert_int_equal(
				step_is_legal((enum step_kind)k, from), legal[k][from + 1] != '-');
}

/* Each step but the last leads to where another one may begin; prepare never touches what is in use. */
static void the_table_hangs_together(void **state)
{
	(void)state;
	for (unsigned k = 0; k < STEP_KINDS; k++) {
		const struct step_row *row = &step_rows[k];
		bool goes_on = false;

		for (unsigned next = 0; next < STEP_KINDS; next++)
			goes_on = goes_on || step_is_legal((enum step_kind)next, row->to);
		assert_true(goes_on);
		if (row->act != ACT_SWITCH) {
			assert_false(row->from & 1U << BUNDLE_INSTALLED);
			assert_int_not_equal(row->crash, CRASH_BACK);
		} else {
			assert_int_equal(row->crash, CRASH_BACK);
		}
	}
	assert_int_equal(step_rows[STEP_PURGE].to, -1);
	assert_int_equal(step_rows[STEP_PURGE].crash, CRASH_FORWARD);
}

static void plans_count_what_became_of_them(void **state)
{
	AUTO(plan) plan = PLAN_INIT;
	struct plan_item *item;

	(void)state;
	assert_true(plan_is_empty(&plan));
	plan_add(&plan, ACTION_NOTHING)->result = RESULT_DONE;
	assert_true(plan_is_empty(&plan));
	item = plan_add(&plan, ACTION_UPGRADE);
	*vec_push(&item->steps) = (struct step){STEP_CONFIGURE, TARGET_NEW};
	buf_sets(&item->why, "because");
	buf_sets(&item->to.name, "zoom");
	for (int i = 0; i < 20; i++)
		plan_add(&plan, ACTION_REMOVE);
	assert_false(plan_is_empty(&plan));
	assert_int_equal(plan_count(&plan, RESULT_DONE), 1);
	assert_int_equal(plan_count(&plan, RESULT_OPEN), 21);
	assert_int_equal(plan_count(&plan, RESULT_FAILED), 0);
	assert_buf(&plan.of.v[1].to.name, "zoom");
	assert_buf(&plan.of.v[21].why, "");
	plan_drop(&plan);
	assert_int_equal(plan.of.n, 0);
}

static void words_are_there_and_differ(void **state)
{
	(void)state;
	for (unsigned a = 0; a < ACTIONS; a++) {
		assert_non_null(plan_action_past((enum plan_action)a));
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(plan_action_name((enum plan_action)a),
				plan_action_name((enum plan_action)b));
	}
	for (unsigned r = 0; r < RESULTS; r++)
		assert_non_null(plan_result_name((enum plan_result)r));
	assert_string_equal(plan_action_past(ACTION_NEW), "installed");
	assert_string_equal(plan_action_past(ACTION_AGAIN), "configured again");
	assert_string_equal(plan_action_past(ACTION_NOTHING), "already as wanted");
	assert_string_equal(plan_result_name(RESULT_BACK), "rolled-back");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(only_legal_moves_are_legal),
		cmocka_unit_test(the_table_hangs_together),
		cmocka_unit_test(plans_count_what_became_of_them),
		cmocka_unit_test(words_are_there_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
