/* store/scan, model/changes_math and model/changes_json held against each other: made-up trees, made-up commands in a real overlay. What was there
 * before, and then the changes, must be what is there afterwards; and back. */
#include "store/scan.h"

#include "overlaid.h"

#include "model/changes_json.h"
#include "model/changes_math.h"

#define ROUNDS 25
#define COMMANDS 30

struct chance {
	uint32_t state;
};

static unsigned pick(struct chance *c, unsigned n)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 17;
	c->state ^= c->state << 5;
	return c->state % n;
}

/* One to three names, each of three. */
static void add_path(struct chance *c, struct buf *out)
{
	unsigned parts = 1 + pick(c, 3);

	buf_addc(out, '.');
	for (unsigned i = 0; i < parts; i++)
		buf_addf(out, "/%c", 'a' + (int)pick(c, 3));
}

/* %P is a path, %T a link's target, %X a text, %M a mode. */
static const char *const commands[] = {
	"printf %X >%P",
	"printf %X >%P",
	"printf %X >>%P",
	"mkdir %P",
	"mkdir -p %P",
	"rm -r %P",
	"rm %P",
	"rmdir %P",
	"rm -r %P; mkdir -p %P",
	"mv -T %P %P",
	"mv %P %P",
	"cp -a %P %P",
	"ln -sfn %T %P",
	"ln %P %P",
	"chmod %M %P",
	"chmod -R u+rwX,g+s %P",
	"touch %P",
	"find %P -type f -exec sed -i s/1/1/ {} +",
};

static void add_command(struct chance *c, struct buf *out)
{
	const char *at = commands[pick(c, COUNT(commands))];

	for (; *at; at++) {
		if (*at != '%')
			buf_addc(out, *at);
		else if (*++at == 'P')
			add_path(c, out);
		else if (*at == 'T')
			buf_addc(out, "abx"[pick(c, 3)]);
		else if (*at == 'X')
			buf_addf(out, "%u", pick(c, 3));
		else
			buf_addf(out, "%o", 0700 | pick(c, 01000) | pick(c, 2) << 11);
	}
	buf_addc(out, '\n');
}

static void make_script(struct chance *c, struct buf *out)
{
	buf_adds(out, "exec 2>/dev/null\n");
	for (unsigned i = 0; i < COMMANDS; i++)
		add_command(c, out);
	/* So that the test itself can read and remove it. */
	buf_adds(out, "find . -type d -exec chmod u+rwx {} +\n:\n");
}

static int run(const char *folder, const char *text)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (chdir(folder) == 0)
			execl("/bin/sh", "sh", "-c", text, NULL);
		_exit(1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Which files are hard links to each other is another test's. */
static void forget_links(struct changes *c)
{
	for (size_t i = 0; i < c->of.n; i++)
		c->of.v[i].before.inode = c->of.v[i].after.inode = 0;
}

static int read_layer(
	struct scratch *s, const char *upper, const char *lower, bool user, struct changes *out)
{
	const struct scan how = SCAN_INIT;
	AUTO_FD above = open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD below = open(lower, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct scan_layer layer = {above, below, "/", user};
	int result = scan_layer(&how, &layer, out, &s->err);

	forget_links(out);
	if (result < 0)
		fprintf(stderr, "%s\n", s->err.text);
	return result;
}

static bool is_same_list(const char *what, const struct changes *a, const struct changes *b)
{
	AUTO(changes_difference) d = CHANGES_DIFFERENCE_INIT;
	AUTO(buf) left = BUF_INIT;
	AUTO(buf) right = BUF_INIT;

	changes_diff(a, b, &d);
	if (!d.of.n)
		return true;
	show_changes(a, &left);
	show_changes(b, &right);
	fprintf(stderr, "%s: %zu differ:\n%s---\n%s", what, d.of.n, left.s, right.s);
	return false;
}

static int write_and_read(const struct changes *c)
{
	AUTO(changes) again = CHANGES_INIT;
	AUTO(buf) text = BUF_INIT;
	struct json *value = changes_to_json(c);
	struct err err = ERR_INIT;

	json_format(value, &text);
	json_free(value);
	CHECK(changes_parse(buf_span(&text), &again, &err) == 0);
	CHECK(is_same_list("written and read", c, &again));
	return 0;
}

/* Each list is what is there, as made from nothing. */
static int hold_against(struct changes *before, struct changes *done, struct changes *after)
{
	AUTO(changes) forward = CHANGES_INIT;
	AUTO(changes) back = CHANGES_INIT;
	AUTO(changes) nothing = CHANGES_INIT;
	AUTO(changes) inverse = CHANGES_INIT;

	changes_merge(before, done, &forward);
	CHECK(is_same_list("forward", &forward, after));
	changes_merge(&nothing, done, &inverse);
	changes_invert(&inverse);
	changes_merge(after, &inverse, &back);
	CHECK(is_same_list("back", &back, before));
	changes_merge(done, &inverse, &nothing);
	CHECK(nothing.of.n == 0);
	return 0;
}

static int try_one(struct scratch *s, bool user, struct chance *c)
{
	AUTO(changes) before = CHANGES_INIT;
	AUTO(changes) done = CHANGES_INIT;
	AUTO(changes) after = CHANGES_INIT;
	AUTO(buf) make = BUF_INIT;
	AUTO(buf) script = BUF_INIT;

	make_script(c, &make);
	make_script(c, &script);
	put_stage(s);
	put_dir(s, "none", 0755);
	CHECK(run("lower", make.s) == 0);
	CHECK(fchmodat(s->fd, "upper", mode_of(s, "lower"), 0) == 0);
	/* With an index, a file of lower's that is written to by one name changes in the stage by the others as well. */
	if (!mount_stage(s, user, "off"))
		return CANNOT;
	CHECK(run(".", script.s) == 0 && chdir("..") == 0);
	CHECK(read_layer(s, "lower", "none", user, &before) == 0);
	CHECK(read_layer(s, "merged", "none", !user, &after) == 0);
	CHECK(umount2("merged", MNT_DETACH) == 0);
	CHECK(read_layer(s, "upper", "lower", user, &done) == 0);
	if (hold_against(&before, &done, &after) != 0 || write_and_read(&done) != 0) {
		fprintf(stderr, "made by:\n%schanged by:\n%s", make.s, script.s);
		return 1;
	}
	return (int)done.of.n > 0 ? 0 : 2;
}

static int try_all(struct scratch *s, bool user)
{
	struct chance chance = {20170401};
	int changed = 0;

	if ((!user && geteuid() != 0) || !enter_namespaces() || chdir(s->path) < 0)
		return CANNOT;
	for (int i = 0; i < ROUNDS; i++) {
		int status = try_one(s, user, &chance);

		if (status == CANNOT || status == 1)
			return status;
		changed += status == 0;
		CHECK(tree_clear(s->fd, &s->err) == 0);
	}
	CHECK(changed > ROUNDS / 2);
	return 0;
}

static int try_trusted(struct scratch *s)
{
	return try_all(s, false);
}

static int try_user(struct scratch *s)
{
	return try_all(s, true);
}

static void changes_lead_there_and_back(void **state)
{
	try_in_child(try_trusted, *state, "no overlay that notes in trusted.* can be mounted here");
}

static void changes_lead_there_and_back_for_users(void **state)
{
	try_in_child(try_user, *state, "no overlay can be mounted here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(changes_lead_there_and_back),
		SCRATCH_TEST(changes_lead_there_and_back_for_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
