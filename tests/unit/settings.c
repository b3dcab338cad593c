/* Tests of engine/settings. */
#include "engine/settings.h"

#include "scratch.h"

#define RUN "run/fardel/"
#define ETC "etc/fardel/"
#define LIB "usr/lib/fardel/"

struct loaded {
	struct config config;
	struct config_origins origins;
	struct texts warnings;
	struct texts sets;
};
#define LOADED_INIT \
	{ \
		.sets = {.of = {0} } \
	}

static int load(struct scratch *s, const char *file, struct loaded *l)
{
	AUTO(buf) path = BUF_INIT;

	if (file)
		buf_addf(&path, "%s/%s", s->path, file);
	config_init(&l->config, &l->origins);
	if (settings_load(&s->place, file ? path.s : NULL, &l->config, &l->origins, &l->warnings,
		    &s->err) < 0)
		return -1;
	return settings_set(&l->sets, &l->config, &l->origins, &s->err);
}

static void loaded_drop(struct loaded *l)
{
	config_drop(&l->config);
	config_origins_drop(&l->origins);
	texts_drop(&l->warnings);
	texts_drop(&l->sets);
}

/* The value of fetch.retries. */
static int64_t retries(struct scratch *s, const char *file)
{
	AUTO(loaded) l = LOADED_INIT;

	if (load(s, file, &l) < 0)
		fail_msg("%s", s->err.text);
	return l.config.fetch_retries;
}

static void assert_origin(const struct loaded *l, const char *key, const char *end)
{
	size_t count;
	const struct config_row *rows = config_rows(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].key, key) == 0 && !span_ends(buf_span(&l->origins.of.v[i]), end))
			fail_msg("%s is from %s", key, l->origins.of.v[i].s);
}

static void without_files_the_defaults_hold(void **state)
{
	AUTO(loaded) l = LOADED_INIT;

	assert_int_equal(load(*state, NULL, &l), 0);
	assert_int_equal(l.config.fetch_retries, 3);
	assert_int_equal(l.warnings.of.n, 0);
	assert_origin(&l, "fetch.retries", "default");
}

static void the_most_trusted_main_file_is_the_only_one(void **state)
{
	struct scratch *s = *state;

	put(s, LIB "fardel.toml", "[fetch]\nretries = 4\njobs = 9\n");
	assert_int_equal(retries(s, NULL), 4);
	put(s, ETC "fardel.toml", "[fetch]\nretries = 5\n");
	assert_int_equal(retries(s, NULL), 5);
	put(s, RUN "fardel.toml", "[fetch]\njobs = 2\n");
	{
		AUTO(loaded) l = LOADED_INIT;

		assert_int_equal(load(s, NULL, &l), 0);
		assert_int_equal(l.config.fetch_retries, 3);
		assert_int_equal(l.config.fetch_jobs, 2);
		assert_origin(&l, "fetch.jobs", "/run/fardel/fardel.toml:2");
	}
}

static void drop_ins_are_sorted_over_all_folders(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l = LOADED_INIT;

	put(s, ETC "fardel.toml", "[fetch]\nretries = 1\njobs = 1\nretry_delay = 7\n");
	put(s, RUN "conf.d/20-b.toml", "[fetch]\nretries = 2\njobs = 2\n");
	put(s, LIB "conf.d/30-c.toml", "[fetch]\nretries = 3\n");
	put(s, ETC "conf.d/10-a.toml", "[fetch]\nretries = 4\njobs = 4\nstall_timeout = 44\n");
	put(s, ETC "conf.d/.hidden.toml", "[fetch]\nretries = 9\n");
	put(s, ETC "conf.d/99.toml.dpkg-old", "[fetch]\nretries = 9\n");
	put(s, ETC "conf.d/README", "not TOML at all");
	assert_int_equal(load(s, NULL, &l), 0);
	assert_int_equal(l.config.fetch_retries, 3);
	assert_int_equal(l.config.fetch_jobs, 2);
	assert_int_equal(l.config.fetch_retry_delay, 7);
	assert_int_equal(l.config.fetch_stall_timeout, 44);
	assert_origin(&l, "fetch.retries", "/usr/lib/fardel/conf.d/30-c.toml:2");
	assert_origin(&l, "fetch.jobs", "/run/fardel/conf.d/20-b.toml:3");
}

static void one_name_hides_the_same_in_less_trusted_folders(void **state)
{
	struct scratch *s = *state;

	put(s, LIB "conf.d/50.toml", "[fetch]\nretries = 4\njobs = 9\n");
	assert_int_equal(retries(s, NULL), 4);
	put(s, ETC "conf.d/50.toml", "[fetch]\nretries = 5\n");
	{
		AUTO(loaded) l = LOADED_INIT;

		assert_int_equal(load(s, NULL, &l), 0);
		assert_int_equal(l.config.fetch_retries, 5);
		assert_int_equal(
			l.config.fetch_jobs, 4); /* the default: LIB's is not read at all */
	}
	put(s, RUN "conf.d/50.toml", "");
	assert_int_equal(retries(s, NULL), 3);
	assert_int_equal(unlinkat(s->fd, RUN "conf.d/50.toml", 0), 0);
	put_link(s, RUN "conf.d/50.toml", "/dev/null");
	assert_int_equal(retries(s, NULL), 3);
	put(s, LIB "fardel.toml", "[fetch]\nretries = 8\n");
	put_link(s, ETC "fardel.toml", "/dev/null");
	assert_int_equal(retries(s, NULL), 3);
}

static void a_named_file_stands_alone(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l = LOADED_INIT;

	put(s, ETC "fardel.toml", "[fetch]\nretries = 5\n");
	put(s, ETC "conf.d/50.toml", "[fetch]\nretries = 6\njobs = 6\n");
	put(s, "mine.toml", "[fetch]\nretries = 7\n");
	put_link(s, "link.toml", "mine.toml");
	assert_int_equal(retries(s, "mine.toml"), 7);
	assert_int_equal(retries(s, "link.toml"), 7);
	assert_int_equal(load(s, "mine.toml", &l), 0);
	assert_int_equal(l.config.fetch_jobs, 4);
	loaded_drop(&l);
	assert_int_equal(load(s, "none.toml", &l), -1);
	assert_err(&s->err, ERR_CONFIG, "none.toml: there is no such file");
}

static void options_win_in_their_order(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l = LOADED_INIT;

	put(s, ETC "conf.d/50.toml", "[fetch]\nretries = 6\n");
	texts_add(&l.sets, SPAN("fetch.retries=8"));
	texts_add(&l.sets, SPAN("fetch.jobs=3"));
	texts_add(&l.sets, SPAN("fetch.retries=9"));
	assert_int_equal(load(s, NULL, &l), 0);
	assert_int_equal(l.config.fetch_retries, 9);
	assert_int_equal(l.config.fetch_jobs, 3);
	assert_origin(&l, "fetch.retries", "--set");
	texts_add(&l.sets, SPAN("fetch.retrys=1"));
	config_drop(&l.config);
	config_origins_drop(&l.origins);
	assert_int_equal(load(s, NULL, &l), -1);
	assert_err(&s->err, ERR_USAGE, "fetch.retrys");
}

static void files_that_others_could_change_are_refused(void **state)
{
	static const char *const files[] = {ETC "fardel.toml", LIB "conf.d/50.toml", "mine.toml"};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(files); i++) {
		static const unsigned bad[] = {0664, 0646};

		put(s, files[i], "[fetch]\nretries = 7\n");
		for (size_t m = 0; m < COUNT(bad); m++) {
			AUTO(loaded) l = LOADED_INIT;

			put_mode(s, files[i], bad[m]);
			assert_int_equal(load(s, i == 2 ? files[i] : NULL, &l), -1);
			assert_err(&s->err, ERR_UNSAFE, files[i]);
		}
		put_mode(s, files[i], 0644);
	}
	if (!can_give_away(s))
		cannot(s, "a file of another user: only root can make one");
	assert_int_equal(fchownat(s->fd, "mine.toml", 1234, 0, 0), 0);
	{
		AUTO(loaded) l = LOADED_INIT;

		assert_int_equal(load(s, "mine.toml", &l), -1);
		assert_err(&s->err, ERR_UNSAFE, "belongs to user 1234");
	}
}

static void folders_that_others_could_change_are_refused(void **state)
{
	static const char *const folders[] = {RUN, ETC, ETC "conf.d", LIB, LIB "conf.d"};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(loaded) l = LOADED_INIT;

		put_dir(s, folders[i], 0775);
		assert_int_equal(load(s, NULL, &l), -1);
		assert_err(&s->err, ERR_UNSAFE, "can be written by others");
		put_dir(s, folders[i], 0755);
	}
	assert_int_equal(retries(s, NULL), 3);
}

static void mistakes_name_their_place(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) wrong = LOADED_INIT, unknown = LOADED_INIT, folder = LOADED_INIT;

	put(s, ETC "fardel.toml", "[fetch]\nretrys = 3\n");
	assert_int_equal(load(s, NULL, &unknown), 0);
	assert_int_equal(unknown.warnings.of.n, 1);
	assert_non_null(strstr(unknown.warnings.of.v[0].s, "retries"));
	put(s, ETC "conf.d/50.toml", "[fetch]\nretries = 'many'\n");
	assert_int_equal(load(s, NULL, &wrong), -1);
	assert_err(&s->err, ERR_CONFIG, "/etc/fardel/conf.d/50.toml: line 2");
	assert_int_equal(unlinkat(s->fd, ETC "conf.d/50.toml", 0), 0);
	put_dir(s, ETC "conf.d/60.toml", 0755);
	assert_int_equal(load(s, NULL, &folder), -1);
	assert_err(&s->err, ERR_CONFIG, "/etc/fardel/conf.d/60.toml is not a file");
}

static void a_pipe_is_no_configuration(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l = LOADED_INIT;

	put_dir(s, ETC, 0755);
	assert_int_equal(mkfifoat(s->fd, ETC "fardel.toml", 0644), 0);
	assert_int_equal(load(s, NULL, &l), -1);
	assert_err(&s->err, ERR_CONFIG, "is not a file");
}

/* As the system below the root sees them; /etc/other.toml of this machine is another file. */
static void links_do_not_lead_out_of_the_root(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) up = BUF_INIT;
	char outside[] = "/tmp/fardel-outside.XXXXXX";

	assert_non_null(mkdtemp(outside));
	buf_addf(&file, "%s/50.toml", outside);
	buf_addf(&up, "../../../../../..%s", file.s);
	{
		AUTO_FD fd = open(file.s, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		assert_int_equal(write(fd, "[fetch]\nretries = 9\n", 20), 20);
	}
	put_dir(s, RUN, 0755);
	put_dir(s, ETC "conf.d", 0755);
	put_dir(s, LIB, 0755);
	put_link(s, ETC "fardel.toml", file.s);
	assert_int_equal(retries(s, NULL), 3);
	put_link(s, RUN "fardel.toml", up.s);
	assert_int_equal(retries(s, NULL), 3);
	put_link(s, LIB "conf.d", outside);
	assert_int_equal(retries(s, NULL), 3);
	put_link(s, ETC "conf.d/40.toml", file.s);
	assert_int_equal(retries(s, NULL), 3);
	put(s, "etc/other.toml", "[fetch]\nretries = 5\n");
	put_link(s, ETC "conf.d/60.toml", "/etc/other.toml");
	assert_int_equal(retries(s, NULL), 5);
	put(s, "opt/70.toml", "[fetch]\nretries = 7\n");
	put_link(s, RUN "conf.d", "/opt");
	assert_int_equal(retries(s, NULL), 7);
	assert_int_equal(unlink(file.s), 0);
	assert_int_equal(rmdir(outside), 0);
}

#define RULE(id, action) "[[policy]]\nid = \"" id "\"\naction = \"" action "\"\n"

static enum policy_action cron(struct scratch *s)
{
	const struct policy_case c = {SPAN("zoom"), SPAN("/etc/cron.d/x"), false};
	AUTO(policy) p = POLICY_INIT;

	if (settings_load_policy(&s->place, &p, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return policy_decide(&p, SPAN("cron"), &c).action;
}

/* As drop-ins: by name, one hiding the same in less trusted folders. */
static void policies_are_read_in_their_order(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(cron(s), POLICY_WARN);
	put(s, LIB "policy.d/50.toml", RULE("cron", "allow"));
	assert_int_equal(cron(s), POLICY_ALLOW);
	put(s, RUN "policy.d/40.toml", RULE("cron", "ask"));
	assert_int_equal(cron(s), POLICY_ALLOW);
	put(s, ETC "policy.d/60.toml", RULE("cron", "deny"));
	assert_int_equal(cron(s), POLICY_DENY);
	put_link(s, RUN "policy.d/60.toml", "/dev/null");
	assert_int_equal(cron(s), POLICY_ALLOW);
	put(s, ETC "policy.d/50.toml", RULE("udev", "deny"));
	assert_int_equal(cron(s), POLICY_ASK);
}

static void a_policy_that_is_none_is_refused(void **state)
{
	struct scratch *s = *state;
	AUTO(policy) p = POLICY_INIT;

	put(s, ETC "policy.d/50.toml", "[[policy]]\nid = \"cron\"\nactoin = \"deny\"\n");
	assert_int_equal(settings_load_policy(&s->place, &p, &s->err), -1);
	assert_err(&s->err, ERR_CONFIG, "/etc/fardel/policy.d/50.toml: line 3, column 1: actoin");
	err_clear(&s->err);
	put(s, ETC "policy.d/50.toml", RULE("cron", "allow"));
	put_mode(s, ETC "policy.d/50.toml", 0666);
	assert_int_equal(settings_load_policy(&s->place, &p, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "policy.d/50.toml");
	err_clear(&s->err);
	put_mode(s, ETC "policy.d/50.toml", 0644);
	put_mode(s, ETC "policy.d", 0777);
	assert_int_equal(settings_load_policy(&s->place, &p, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "policy.d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(without_files_the_defaults_hold),
		SCRATCH_TEST(the_most_trusted_main_file_is_the_only_one),
		SCRATCH_TEST(drop_ins_are_sorted_over_all_folders),
		SCRATCH_TEST(one_name_hides_the_same_in_less_trusted_folders),
		SCRATCH_TEST(a_named_file_stands_alone),
		SCRATCH_TEST(options_win_in_their_order),
		SCRATCH_TEST(files_that_others_could_change_are_refused),
		SCRATCH_TEST(folders_that_others_could_change_are_refused),
		SCRATCH_TEST(mistakes_name_their_place),
		SCRATCH_TEST(links_do_not_lead_out_of_the_root),
		SCRATCH_TEST(policies_are_read_in_their_order),
		SCRATCH_TEST(a_policy_that_is_none_is_refused),
		SCRATCH_TEST(a_pipe_is_no_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
