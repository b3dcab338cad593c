/* Tests of model/effects. */
#include "model/effects.h"

#include "model/effect_verb.h"
#include "unit.h"

/* The words of a line, by blanks. */
static size_t split(const char *line, struct span *words)
{
	struct span rest = span_of(line);
	size_t n = 0;

	while (n < EFFECT_ARGS_MAX && span_split(&rest, ' ', &words[n]))
		n++;
	return n;
}

static void add(struct effects *e, enum effect_phase phase, const char *line)
{
	struct span words[EFFECT_ARGS_MAX];
	struct err err = ERR_INIT;
	size_t n = split(line, words);

	assert_int_equal(effects_add(e, phase, words, n, &err), 0);
}

static void record(struct buf *log, const char *line)
{
	struct span words[EFFECT_ARGS_MAX];
	size_t n = split(line, words);

	effects_record(log, words, n);
}

/* One line for each, marked where nothing would carry it out. */
static void lines(const struct effects *e, struct buf *out)
{
	struct effect_call call;

	buf_clear(out);
	VEC_FOR (const struct effect, effect, &e->of) {
		if (!effect_call(effect, &call))
			buf_adds(out, "asked: ");
		effect_format(effect, out);
		buf_addc(out, '\n');
	}
}

static void check_lines(const struct effects *e, const char *want, const char *file, int line)
{
	AUTO(buf) text = BUF_INIT;

	lines(e, &text);
	unit_assert_span(buf_span(&text), want, file, line);
}

#define assert_lines(e, want) check_lines(e, want, __FILE__, __LINE__)

static void units_have_one_form(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;

	(void)state;
	add(&e, EFFECT_CONFIGURE, "systemctl restart a b.service c@1 d.timer");
	add(&e, EFFECT_CONFIGURE, "systemctl condrestart x.y");
	add(&e, EFFECT_CONFIGURE, "systemctl force-reload dev-disk\\x2duuid.mount");
	add(&e, EFFECT_CONFIGURE, "udevadm control -R");
	assert_lines(&e, "systemctl restart a.service\n"
			 "systemctl restart b.service\n"
			 "systemctl restart c@1.service\n"
			 "systemctl restart d.timer\n"
			 "systemctl try-restart x.y.service\n"
			 "systemctl try-reload-or-restart 'dev-disk\\x2duuid.mount'\n"
			 "udevadm control --reload\n");
}

static void what_is_not_in_the_table_is_only_shown(void **state)
{
	static const char *const asked[] = {
		"systemctl",
		"systemctl start",
		"systemctl start --root=/x a",
		"systemctl --now start a",
		"systemctl start -- a",
		"systemctl start /dev/sda",
		"systemctl start ../a",
		"systemctl start a*",
		"systemctl start a@",
		"systemctl start a@.service",
		"systemctl start .service",
		"systemctl start -a.service",
		"systemctl start a\\x2",
		"systemctl start a\\y20",
		"systemctl start a;b",
		"systemctl start reboot.target",
		"systemctl start user.slice",
		"systemctl start a systemd-poweroff",
		"systemctl start emergency.service",
		"systemctl daemon-reload a",
		"systemctl daemon-reexec",
		"systemctl poweroff",
		"systemctl kill a",
		"systemctl enable a",
		"/usr/bin/systemctl daemon-reload",
		"udevadm control --exit",
		"udevadm control --reload --exit",
		"udevadm trigger /dev/sda",
		"udevadm trigger --verbose",
		"udevadm trigger --subsystem-match=a$(b)",
		"udevadm info",
		"service a",
		"service a status",
		"service -a start",
		"service ../a start",
		"service a start b",
		"invoke-rc.d a rotate",
		"update-mime-database /tmp",
		"reboot",
		"sh -c true",
	};
	struct effect_call call;

	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		AUTO(effects) e = EFFECTS_INIT;

		add(&e, EFFECT_CONFIGURE, asked[i]);
		if (e.of.n != 1 || effect_call(&e.of.v[0], &call))
			fail_msg("would be carried out: %s", asked[i]);
	}
}

static void a_call_is_a_path_and_all_arguments(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	struct effect_call call;

	(void)state;
	add(&e, EFFECT_CONFIGURE, "systemctl start a");
	add(&e, EFFECT_CONFIGURE, "service a start");
	add(&e, EFFECT_CONFIGURE, "invoke-rc.d a restart");
	add(&e, EFFECT_CONFIGURE, "udevadm trigger --subsystem-match=usb --action=add");
	add(&e, EFFECT_CONFIGURE, "update-mime-database /usr/share/mime");
	assert_true(effect_call(&e.of.v[0], &call));
	assert_string_equal(call.program, "/usr/bin/systemctl");
	assert_string_equal(call.argv[0], "systemctl");
	assert_string_equal(call.argv[1], "--no-ask-password");
	assert_string_equal(call.argv[2], "--no-pager");
	assert_string_equal(call.argv[3], "start");
	assert_string_equal(call.argv[4], "a.service");
	assert_null(call.argv[5]);
	assert_true(effect_call(&e.of.v[1], &call));
	assert_string_equal(call.program, "/usr/sbin/service");
	assert_string_equal(call.argv[1], "a");
	assert_true(effect_call(&e.of.v[2], &call));
	assert_string_equal(call.program, "/usr/sbin/invoke-rc.d");
	assert_true(effect_call(&e.of.v[3], &call));
	assert_string_equal(call.program, "/usr/bin/udevadm");
	assert_string_equal(call.argv[3], "--action=add");
	assert_null(call.argv[4]);
	assert_true(effect_call(&e.of.v[4], &call));
	assert_string_equal(call.program, "/usr/bin/update-mime-database");
}

static void the_longest_call_has_room(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	struct span words[EFFECT_ARGS_MAX + 1];
	struct effect_call call;
	struct err err = ERR_INIT;

	(void)state;
	words[0] = SPAN("udevadm");
	words[1] = SPAN("trigger");
	for (size_t i = 2; i <= EFFECT_ARGS_MAX; i++)
		words[i] = SPAN("--action=add");
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, EFFECT_ARGS_MAX, &err), 0);
	assert_true(effect_call(&e.of.v[0], &call));
	assert_string_equal(call.argv[EFFECT_ARGS_MAX - 1], "--action=add");
	assert_null(call.argv[EFFECT_ARGS_MAX]);
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, EFFECT_ARGS_MAX + 1, &err), -1);
	assert_err(&err, ERR_RULES, "too great a length");
}

static void the_last_of_a_unit_and_the_first_of_all_else_counts(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;

	(void)state;
	add(&e, EFFECT_UNCONFIGURE, "systemctl daemon-reload");
	add(&e, EFFECT_UNCONFIGURE, "systemctl start a");
	add(&e, EFFECT_UNCONFIGURE, "systemctl stop a.service");
	add(&e, EFFECT_CONFIGURE, "systemctl daemon-reload");
	add(&e, EFFECT_CONFIGURE, "systemctl start a");
	add(&e, EFFECT_CONFIGURE, "gdbus emit x");
	add(&e, EFFECT_CONFIGURE, "systemctl stop b");
	add(&e, EFFECT_CONFIGURE, "gdbus emit x");
	assert_lines(&e, "systemctl daemon-reload\n"
			 "systemctl stop a.service\n"
			 "systemctl start a.service\n"
			 "asked: gdbus emit x\n"
			 "systemctl stop b.service\n");
	assert_int_equal(e.of.v[0].phase, EFFECT_UNCONFIGURE);
	assert_int_equal(e.of.v[2].phase, EFFECT_CONFIGURE);
	assert_string_equal(effect_phase_name(e.of.v[0].phase), "unconfigure");
}

static void words_are_clean(void **state)
{
	const struct span words[] = {SPAN("dbus-send"), SPAN("a\nb\0c"), SPAN("\xff\xc3\xa4\\"),
		SPAN("\xe2\x80\xae\x1b"), SPAN(""), SPAN("it's")};
	const struct span unit[] = {SPAN("systemctl"), SPAN("start"), SPAN("a\x01"), SPAN("b")};
	AUTO(effects) e = EFFECTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, COUNT(words), &err), 0);
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, unit, COUNT(unit), &err), 0);
	assert_lines(&e, "asked: dbus-send 'a\xef\xbf\xbd"
			 "b\xef\xbf\xbd"
			 "c' '\xef\xbf\xbd\xc3\xa4\\' '\xef\xbf\xbd\xef\xbf\xbd' '' 'it'\\''s'\n"
			 "asked: systemctl start 'a\xef\xbf\xbd' b\n");
}

static void sizes_are_bounded(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	AUTO(buf) longest = BUF_INIT;
	struct err err = ERR_INIT;
	struct span words[2] = {SPAN("gdbus")};

	(void)state;
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 0, &err), -1);
	words[0] = SPAN("");
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 1, &err), -1);
	words[0] = SPAN("gdbus");
	for (size_t i = 0; i < EFFECT_ARG_MAX; i++)
		buf_addc(&longest, 'x');
	words[1] = buf_span(&longest);
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 2, &err), 0);
	longest.s[0] = '\n'; /* becomes longer */
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 2, &err), -1);
	longest.s[0] = 'x';
	buf_addc(&longest, 'x');
	words[1] = buf_span(&longest);
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 2, &err), -1);
	for (int i = 1; i < EFFECTS_MAX; i++) {
		buf_setf(&longest, "%d", i);
		words[1] = buf_span(&longest);
		assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 2, &err), 0);
	}
	err_clear(&err);
	words[1] = SPAN("more");
	assert_int_equal(effects_add(&e, EFFECT_CONFIGURE, words, 2, &err), -1);
	assert_err(&err, ERR_RULES, "more than 256 things");
	assert_int_equal(e.of.n, EFFECTS_MAX);
}

static void a_log_reads_as_what_was_recorded(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	AUTO(buf) log = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, SPAN(""), &err), 0);
	assert_int_equal(e.of.n, 0);
	add(&e, EFFECT_UNCONFIGURE, "systemctl stop a");
	record(&log, "systemctl daemon-reload");
	record(&log, "systemctl start a b");
	record(&log, "systemctl stop a");
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, buf_span(&log), &err), 0);
	assert_lines(&e, "systemctl daemon-reload\n"
			 "systemctl start a.service\n"
			 "systemctl start b.service\n"
			 "systemctl stop a.service\n");
}

static void a_bad_log_changes_nothing(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	AUTO(buf) log = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	add(&e, EFFECT_UNCONFIGURE, "systemctl stop a");
	record(&log, "systemctl start b");
	record(&log, "systemctl stop a");
	for (size_t n = 1; n < log.n; n++) {
		struct span cut = span_cut(buf_span(&log), 0, n);

		if (cut.n == 8 + 8 + 9 + 8 + 5 + 8 + 1)
			continue; /* the first record's end */
		err_clear(&err);
		assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, cut, &err), -1);
		assert_err(&err, ERR_RULES, "/run/fardel/effects: ");
		assert_lines(&e, "systemctl stop a.service\n");
	}
	log.s[8] = (char)0xff; /* the length of the first word */
	log.s[15] = (char)0xff;
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, buf_span(&log), &err), -1);
	buf_clear(&log);
	effects_record(&log, NULL, 0);
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, buf_span(&log), &err), -1);
	buf_clear(&log);
	record(&log, "systemctl daemon-reload");
	while (log.n <= EFFECTS_LOG_MAX)
		record(&log, "systemctl daemon-reload");
	err_clear(&err);
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, buf_span(&log), &err), -1);
	assert_err(&err, ERR_RULES, "more than 262144 bytes");
	assert_lines(&e, "systemctl stop a.service\n");
}

static void too_many_words_are_no_record(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	AUTO(buf) log = BUF_INIT;
	struct span words[EFFECT_ARGS_MAX + 1];
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i <= EFFECT_ARGS_MAX; i++)
		words[i] = SPAN("w");
	effects_record(&log, words, EFFECT_ARGS_MAX);
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, buf_span(&log), &err), 0);
	effects_record(&log, words, EFFECT_ARGS_MAX + 1);
	assert_int_equal(effects_parse(&e, EFFECT_CONFIGURE, buf_span(&log), &err), -1);
	assert_err(&err, ERR_RULES, "a record that is none");
}

static void what_was_started_is_stopped(void **state)
{
	AUTO(effects) made = EFFECTS_INIT;
	AUTO(effects) out = EFFECTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	add(&made, EFFECT_CONFIGURE, "systemctl daemon-reload");
	add(&made, EFFECT_CONFIGURE, "systemctl start a");
	add(&made, EFFECT_CONFIGURE, "systemctl restart b");
	add(&made, EFFECT_CONFIGURE, "systemctl start c");
	add(&made, EFFECT_CONFIGURE, "systemctl stop c");
	add(&made, EFFECT_CONFIGURE, "systemctl start d");
	add(&made, EFFECT_CONFIGURE, "systemctl try-restart dbus");
	add(&made, EFFECT_CONFIGURE, "systemctl reload e");
	add(&made, EFFECT_CONFIGURE, "udevadm control --reload");
	add(&made, EFFECT_CONFIGURE, "udevadm trigger");
	add(&made, EFFECT_CONFIGURE, "service f start");
	add(&made, EFFECT_CONFIGURE, "systemctl stop f");
	add(&made, EFFECT_CONFIGURE, "update-mime-database /usr/share/mime");
	add(&made, EFFECT_CONFIGURE, "reboot");
	add(&out, EFFECT_UNCONFIGURE, "systemctl stop d");
	add(&out, EFFECT_UNCONFIGURE, "udevadm control --reload-rules");
	assert_int_equal(effects_take_back(&made, &out, &err), 0);
	assert_lines(&out, "service f stop\n"
			   "systemctl stop b.service\n"
			   "systemctl stop a.service\n"
			   "systemctl stop d.service\n"
			   "udevadm control --reload\n"
			   "systemctl daemon-reload\n"
			   "update-mime-database /usr/share/mime\n");
	for (size_t i = 0; i < out.of.n; i++)
		assert_int_equal(out.of.v[i].phase, EFFECT_UNCONFIGURE);
}

static void nothing_is_taken_back_of_nothing(void **state)
{
	AUTO(effects) made = EFFECTS_INIT;
	AUTO(effects) out = EFFECTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(effects_take_back(&made, &out, &err), 0);
	assert_int_equal(out.of.n, 0);
}

static void json_reads_as_what_was_written(void **state)
{
	AUTO(effects) e = EFFECTS_INIT;
	AUTO(effects) again = EFFECTS_INIT;
	AUTO(buf) text = BUF_INIT;
	struct json *list, *read;
	struct err err = ERR_INIT;

	(void)state;
	add(&e, EFFECT_UNCONFIGURE, "systemctl stop a");
	add(&e, EFFECT_CONFIGURE, "gdbus emit \xc3\xa4\xff\\ ");
	list = effects_to_json(&e);
	json_format(list, &text);
	json_free(list);
	assert_buf(&text,
		"[{\"phase\":\"unconfigure\",\"words\":[\"systemctl\",\"stop\",\"a.service\"],"
		"\"carried_out\":true},{\"phase\":\"configure\",\"words\":[\"gdbus\",\"emit\","
		"\"\xc3\xa4\xef\xbf\xbd\\\\\"],\"carried_out\":false}]");
	assert_int_equal(json_parse(buf_span(&text), &read, &err), 0);
	assert_int_equal(effects_from_json(read, &again, &err), 0);
	json_free(read);
	assert_lines(&again, "systemctl stop a.service\n"
			     "asked: gdbus emit '\xc3\xa4\xef\xbf\xbd\\'\n");
	assert_int_equal(again.of.v[0].phase, EFFECT_UNCONFIGURE);
	assert_int_equal(again.of.v[1].phase, EFFECT_CONFIGURE);
}

#define ROW(phase, words, carried_out) \
	"{\"phase\":" phase ",\"words\":" words ",\"carried_out\":" carried_out "}"
#define GOOD ROW("\"configure\"", "[\"systemctl\",\"daemon-reload\"]", "true")

static void json_is_not_believed(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"{}", "not a list"},
		{"null", "not a list"},
		{"[1]", "effect 1: no phase"},
		{"[" GOOD "," GOOD "]", "effect 2: not in its one form, or there twice"},
		{"[" ROW("\"install\"", "[\"a\"]", "false") "]", "effect 1: no phase"},
		{"[" ROW("1", "[\"a\"]", "false") "]", "effect 1: no phase"},
		{"[" ROW("\"configure\"", "[]", "false") "]", "no list of words"},
		{"[" ROW("\"configure\"", "\"a\"", "false") "]", "no list of words"},
		{"[" ROW("\"configure\"", "[\"a\",1]", "false") "]", "no text"},
		{"[" ROW("\"configure\"", "[\"\"]", "false") "]", "too long"},
		{"[" ROW("\"configure\"", "[\"a\\n\"]", "false") "]", "one form"},
		{"[" ROW("\"configure\"", "[\"systemctl\",\"start\",\"a\"]", "true") "]",
			"one form"},
		{"[" ROW("\"configure\"", "[\"systemctl\",\"start\",\"a.service\",\"b.service\"]",
			 "true") "]",
			"one form"},
		{"[" ROW("\"configure\"", "[\"sh\",\"-c\",\"true\"]", "true") "]",
			"nothing like it is carried out"},
		{"[" ROW("\"configure\"", "[\"systemctl\",\"daemon-reload\"]", "false") "]",
			"it would be carried out"},
		{"[" ROW("\"configure\"", "[\"a\"]", "1") "]", "whether it is carried out"},
	};
	AUTO(effects) e = EFFECTS_INIT;
	struct err err = ERR_INIT;
	struct json *list;

	(void)state;
	add(&e, EFFECT_CONFIGURE, "gdbus emit");
	for (size_t i = 0; i < COUNT(bad); i++) {
		err_clear(&err);
		assert_int_equal(json_parse(span_of(bad[i].text), &list, &err), 0);
		assert_int_equal(effects_from_json(list, &e, &err), -1);
		assert_err(&err, ERR_FAILED, bad[i].why);
		assert_int_equal(e.of.n, 1);
		json_free(list);
	}
	assert_int_equal(json_parse(SPAN("[" GOOD "]"), &list, &err), 0);
	assert_int_equal(effects_from_json(list, &e, &err), 0);
	assert_lines(&e, "systemctl daemon-reload\n");
	json_free(list);
}

static void each_verb_has_its_program(void **state)
{
	static const char *const programs[] = {
		"systemctl", "service", "invoke-rc.d", "udevadm", "update-mime-database"};
	static const char *const rest[] = {
		"daemon-reload", "a start", "a start", "settle", "/usr/share/mime"};
	struct span words[EFFECT_ARGS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(programs); i++) {
		AUTO(buf) line = BUF_INIT;
		const struct effect_verb *verb;

		buf_addf(&line, "%s %s", programs[i], rest[i]);
		verb = effect_verb_of(words, split(line.s, words));
		assert_non_null(verb);
		assert_true(span_ends(span_of(effect_verb_path(verb)), programs[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_have_one_form),
		cmocka_unit_test(what_is_not_in_the_table_is_only_shown),
		cmocka_unit_test(a_call_is_a_path_and_all_arguments),
		cmocka_unit_test(the_longest_call_has_room),
		cmocka_unit_test(the_last_of_a_unit_and_the_first_of_all_else_counts),
		cmocka_unit_test(words_are_clean),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(a_log_reads_as_what_was_recorded),
		cmocka_unit_test(a_bad_log_changes_nothing),
		cmocka_unit_test(too_many_words_are_no_record),
		cmocka_unit_test(what_was_started_is_stopped),
		cmocka_unit_test(nothing_is_taken_back_of_nothing),
		cmocka_unit_test(json_reads_as_what_was_written),
		cmocka_unit_test(json_is_not_believed),
		cmocka_unit_test(each_verb_has_its_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
