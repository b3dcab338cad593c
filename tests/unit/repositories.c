/* Tests of engine/repositories: which files count, in which order, and where their keys come from. */
#include "engine/repositories.h"

#include "engine/session.h"
#include "scratch.h"

#define ETC "etc/fardel/repos.d/"
#define KEY "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define OTHER "RWSf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define FILE_OF(name, more) "name: " name "\ntype: disk\nurls: [/srv/" name "]\n" more

struct loaded {
	struct engine e;
	struct config_origins origins;
	struct repositories of;
	struct repository_faults faults;
};

static void loaded_drop(struct loaded *l)
{
	repositories_drop(&l->of);
	repository_faults_drop(&l->faults);
	config_drop(&l->e.config);
	config_origins_drop(&l->origins);
}

/* With `extra` as the folders of repos_confdir, a blank between. */
static void load(struct scratch *s, const char *extra, struct loaded *l)
{
	struct span rest = span_of(extra), folder;

	*l = (struct loaded){.e = {.place = s->place, .log = LOG_INIT, .lock = LOCK_INIT}};
	config_init(&l->e.config, &l->origins);
	while (span_split(&rest, ' ', &folder))
		texts_add(&l->e.config.repos_confdir, folder);
	if (repositories_load(&l->e, &l->of, &l->faults, &s->err) < 0)
		fail_msg("%s", s->err.text);
}

/* Their names, a blank behind each. */
static void assert_names(const struct loaded *l, const char *wanted)
{
	AUTO(buf) names = BUF_INIT;

	VEC_FOR (const struct repository, r, &l->of.of)
		buf_addf(&names, "%s ", r->name.s);
	assert_buf(&names, wanted);
}

static void the_order_is_by_priority_and_name(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l;

	put(s, ETC "3.yml", FILE_OF("a", ""));
	put(s, ETC "2.yaml", FILE_OF("c", "priority: 5\n"));
	put(s, ETC "1.yml", FILE_OF("b", "priority: 5\n"));
	put(s, "run/fardel/repos.d/0.yml", FILE_OF("d", "priority: 10000\n"));
	put(s, "mine/x.yml", FILE_OF("e", "priority: -1\n"));
	put(s, "mine/1.yml", FILE_OF("f", ""));
	load(s, "/mine /not/there", &l);
	assert_names(&l, "e b c a f d ");
	assert_int_equal(l.faults.of.n, 0);
	assert_buf(&l.of.of.v[0].file, "/mine/x.yml");
	assert_buf(&l.of.of.v[1].file, "/etc/fardel/repos.d/1.yml");
}

static void a_file_hides_those_of_its_name(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l;

	put(s, "usr/lib/fardel/repos.d/a.yml", FILE_OF("shipped", ""));
	put(s, "usr/lib/fardel/repos.d/b.yml", FILE_OF("b", ""));
	put(s, "usr/lib/fardel/repos.d/c.yml", FILE_OF("c", ""));
	put(s, ETC "a.yml", FILE_OF("ours", ""));
	put(s, ETC "c.yml", FILE_OF("c-of-etc", ""));
	put(s, "run/fardel/repos.d/c.yml", "torn: [");
	put_link(s, ETC "b.yml", "/dev/null");
	load(s, "", &l);
	assert_names(&l, "ours ");
	assert_int_equal(l.faults.of.n, 1);
	assert_buf(&l.faults.of.v[0].name, "c");
	assert_err(&l.faults.of.v[0].err, ERR_CONFIG, "/run/fardel/repos.d/c.yml: line ");
}

static void three_of_a_name_are_none(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l;
	struct err err = ERR_INIT;

	put(s, ETC "1.yml", FILE_OF("a", "priority: 1\n"));
	put(s, ETC "2.yml", FILE_OF("a", "priority: 2\n"));
	put(s, "mine/1.yml", FILE_OF("a", "priority: 3\n"));
	put(s, ETC "b.yml", FILE_OF("b", ""));
	load(s, "/mine", &l);
	assert_names(&l, "b ");
	assert_int_equal(l.faults.of.n, 2);
	assert_null(repositories_get(&l.of, &l.faults, SPAN("a"), &err));
	assert_err(&err, ERR_CONFIG, "are both called a");
	err_clear(&err);
	assert_null(repositories_get(&l.of, &l.faults, SPAN("c"), &err));
	assert_err(&err, ERR_NO_PACKAGE, "c: there is no such repository");
	assert_non_null(repositories_get(&l.of, &l.faults, SPAN("b"), &err));
}

static void links_stay_in_the_root(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l;
	AUTO(buf) real = BUF_INIT;

	put(s, "srv/real/a.yml", FILE_OF("a", ""));
	put_dir(s, ETC, 0755);
	put_link(s, "srv/other", "/srv/real");
	put_link(s, ETC "a.yml", "../../../../../srv/other/a.yml");
	put_link(s, ETC "b.yml", "b.yml");
	load(s, "/srv/other", &l);
	assert_int_equal(
		repositories_check_path(&l.e, "/etc/fardel/repos.d/a.yml", &real, &s->err), 0);
	assert_buf(&real, "/srv/real/a.yml");
	/* The one file by two ways is two of one name, and fardel's own way counts; the ring is a fault. */
	assert_names(&l, "a ");
	assert_int_equal(l.faults.of.n, 1);
}

static int keys_of(struct scratch *s, const struct loaded *l, struct texts *out)
{
	err_clear(&s->err);
	return repositories_keys(&l->e, &l->of.of.v[0], out, &s->err);
}

static void keys_come_from_the_file_or_from_files(void **state)
{
	struct scratch *s = *state;
	AUTO(loaded) l;
	AUTO(texts) keys = {0};
	AUTO(texts) none = {0};

	put(s, "etc/fardel/keys/a.pub", "untrusted comment: a\n" OTHER "\n");
	put(s, ETC "a.yml", FILE_OF("a", "key: [" KEY ", /etc/fardel/keys/a.pub]\n"));
	load(s, "", &l);
	assert_int_equal(keys_of(s, &l, &keys), 0);
	assert_int_equal(keys.of.n, 2);
	assert_buf(&keys.of.v[0], KEY);
	assert_buf(&keys.of.v[1], OTHER);
	put_mode(s, "etc/fardel/keys/a.pub", 0666);
	assert_int_equal(keys_of(s, &l, &none), -1);
	assert_err(&s->err, ERR_UNSAFE, "the key of a: ");
	put_mode(s, "etc/fardel/keys/a.pub", 0644);
	put_mode(s, "etc/fardel/keys", 0777);
	assert_int_equal(keys_of(s, &l, &none), -1);
	assert_err(&s->err, ERR_UNSAFE, "/etc/fardel/keys");
	put_mode(s, "etc/fardel/keys", 0755);
	put(s, "etc/fardel/keys/a.pub", "untrusted comment: a\nRWabc\n");
	assert_int_equal(keys_of(s, &l, &none), -1);
	assert_err(&s->err, ERR_FAILED, "/etc/fardel/keys/a.pub");
	assert_int_equal(unlinkat(s->fd, "etc/fardel/keys/a.pub", 0), 0);
	assert_int_equal(keys_of(s, &l, &none), -1);
	assert_err(&s->err, ERR_CONFIG, "there is no such file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(the_order_is_by_priority_and_name),
		SCRATCH_TEST(a_file_hides_those_of_its_name),
		SCRATCH_TEST(three_of_a_name_are_none),
		SCRATCH_TEST(links_stay_in_the_root),
		SCRATCH_TEST(keys_come_from_the_file_or_from_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
