/* store/apply on made-up trees: forward is exactly what was to become, back exactly what was; also when either ends, or something fails,
 * at any call that changes something. */
#include "store/apply.h"

#include "applied.h"

#define ROUNDS 60
#define DEEP_ROUNDS 8
#define STEPS 40

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

/* Two to four names, each of three. */
static struct buf pick_path(struct chance *c, const char *top)
{
	struct buf path = buf_of(top);
	unsigned parts = 1 + pick(c, 3);

	buf_adds(&path, "/t");
	for (unsigned i = 0; i < parts; i++)
		buf_addf(&path, "/%c", 'a' + (int)pick(c, 3));
	return path;
}

static void write_file(struct scratch *s, struct chance *c, const char *path)
{
	AUTO_FD fd = openat(s->fd, path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC,
		0600 | pick(c, 0100));
	char text[] = "0";

	text[0] = (char)('0' + pick(c, 4));
	if (fd >= 0 && pwrite(fd, text, 1, pick(c, 3) * 40000) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
}

static void give(struct scratch *s, struct chance *c, const char *path)
{
	(void)!fchownat(s->fd, path, pick(c, 3), pick(c, 3), AT_SYMLINK_NOFOLLOW);
}

/* Only folders and files: not what a link leads to. */
static void open_and_set(struct scratch *s, struct chance *c, const char *path, bool mode)
{
	AUTO_FD fd = openat(s->fd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	const char *name = pick(c, 2) ? "user.a" : "user.b";
	unsigned value = pick(c, 3), bits = 0700 | pick(c, 0100) | pick(c, 8) << 9;

	if (fd < 0)
		return;
	if (mode)
		(void)!fchmod(fd, bits);
	else if (value == 2)
		(void)!fremovexattr(fd, name);
	else
		(void)!fsetxattr(fd, name, value ? "1" : "", value, 0);
}

/* Most of it fails, as there is something else. */
static void step(struct scratch *s, struct chance *c, const char *top)
{
	AUTO(buf) path = pick_path(c, top);
	AUTO(buf) other = pick_path(c, top);
	struct err ignored = ERR_INIT;

	switch (pick(c, 12)) {
	case 0:
	case 1:
	case 2: write_file(s, c, path.s); break;
	case 3:
	case 4: (void)!mkdirat(s->fd, path.s, 0755); break;
	case 5: (void)!symlinkat(pick(c, 2) ? "a" : "/etc/b", s->fd, path.s); break;
	case 6: (void)!linkat(s->fd, other.s, s->fd, path.s, 0); break;
	case 7: (void)!mknodat(s->fd, path.s, (pick(c, 2) ? S_IFIFO : S_IFSOCK) | 0600, 0); break;
	case 8: open_and_set(s, c, path.s, true); break;
	case 9: open_and_set(s, c, path.s, false); break;
	case 10: (void)!tree_remove(s->fd, path.s, &ignored); break;
	default: pick(c, 2) ? give(s, c, path.s) : (void)!renameat(s->fd, other.s, s->fd, path.s);
	}
}

/* One name of a file changed, another did not: back makes the first a link to the second again only where the very file could be kept. */
static bool has_links_outside(const struct trial *t)
{
	VEC_FOR (const struct change, x, &t->before.of) {
		const struct change *done = changes_get(&t->changes, buf_span(&x->path));

		if (!done || !x->after.inode)
			continue;
		VEC_FOR (const struct change, y, &t->before.of)
			if (y->after.inode == x->after.inode &&
				!changes_get(&t->changes, buf_span(&y->path)))
				return true;
	}
	return false;
}

/* 0, 1, or CANNOT. Nothing fails yet. */
static int make_trial(struct trial *t, struct scratch *s, struct chance *c)
{
	trial_begin(t, s);
	for (int i = 0; i < STEPS; i++)
		step(s, c, "root");
	CHECK(run_in(s, "cp -a root/t new/t") == 0);
	for (int i = 0; i < STEPS; i++)
		step(s, c, "new");
	if (!trial_compare(t))
		return CANNOT;
	faults.apart = pick(c, 2) && !has_links_outside(t);
	faults.no_exchange = pick(c, 4) == 0;
	return 0;
}

static int there_and_back(struct trial *t)
{
	AUTO(apply_drifts) drifts = APPLY_DRIFTS_INIT;

	CHECK(apply_check(t->root, &t->changes, &drifts, &t->s->err) == 0 && drifts.of.n == 0);
	CHECK(trial_keep(t) == 0 && trial_is(t, &t->before, "kept"));
	for (int i = 0; i < 2; i++) {
		CHECK(trial_go(t, true) == 0 && trial_is(t, &t->after, "forward"));
		CHECK(trial_go(t, true) == 0 && trial_is(t, &t->after, "forward again"));
		CHECK(apply_check(t->root, &t->changes, &drifts, &t->s->err) == 0);
		CHECK(!drifts.of.n == !t->changes.of.n);
		CHECK(trial_go(t, false) == 0 && trial_is(t, &t->before, "back"));
		CHECK(trial_go(t, false) == 0 && trial_is(t, &t->before, "back again"));
	}
	return 0;
}

/* Of one run: it ends, or something fails, at this call. */
struct job {
	struct trial *t;
	bool forward;
	int at, fail, open_at;
};
static struct job job;

static int run_job(struct scratch *s)
{
	faults.calls = faults.opens = 0;
	faults.at = job.at;
	faults.open_at = job.open_at;
	faults.fail = job.fail;
	if (trial_go(job.t, job.forward) == 0)
		return 0;
	if (!job.fail && !job.open_at)
		fprintf(stderr, "%s\n", s->err.text);
	return job.fail || job.open_at ? KILLED : 1;
}

static int run_broken(struct trial *t, bool forward, int at, int fail)
{
	job = (struct job){t, forward, at, fail, 0};
	return in_child(run_job, t->s);
}

/* Ended at each call in turn, from what is before or after, and settled by a process of its own, which may be ended, too. */
static int end_everywhere(struct trial *t, bool forward, int fail, struct chance *c)
{
	const struct changes *ends[] = {&t->before, &t->after};

	for (int at = 1; at < 5000; at++) {
		bool settle = pick(c, 2);
		int status;

		CHECK(trial_go(t, !forward) == 0 && trial_is(t, ends[!forward], "at first"));
		status = run_broken(t, forward, at, fail);
		CHECK(status == 0 || status == KILLED);
		if (status == KILLED && pick(c, 3) == 0)
			(void)run_broken(t, pick(c, 2), 1 + (int)pick(c, (unsigned)at), 0);
		if (run_broken(t, settle, 0, 0) != 0 || !trial_is(t, ends[settle], "settled")) {
			fprintf(stderr, "%s was ended at call %d; settled %s\n",
				forward ? "forward" : "back", at, settle ? "forward" : "back");
			return 1;
		}
		if (status == 0)
			return 0;
	}
	return 1;
}

/* Ended on its way forward; then somewhere the disk is full for who takes it back, who either fails, or has done all. */
static int fill_somewhere(struct trial *t, struct chance *c)
{
	for (int at = 1; at < 5000; at++) {
		int status;

		CHECK(trial_go(t, false) == 0);
		status = run_broken(t, true, at, 0);
		CHECK(status == 0 || status == KILLED);
		if (status == 0)
			return 0;
		job = (struct job){t, false, 0, 0, 1 + (int)pick(c, 12)};
		status = in_child(run_job, t->s);
		CHECK(status == 0 || status == KILLED);
		if (status == 0 && !trial_is(t, &t->before, "taken back")) {
			fprintf(stderr, "ended at call %d, full at opening %d\n", at, job.open_at);
			return 1;
		}
	}
	return 1;
}

static int try_rounds(struct scratch *s, int rounds, int (*fn)(struct trial *, struct chance *))
{
	struct chance chance = {20170401};
	int changed = 0;

	for (int i = 0; i < rounds; i++) {
		struct trial t = TRIAL_INIT;
		int status = make_trial(&t, s, &chance);

		if (status == 0)
			status = fn(&t, &chance);
		changed += t.changes.of.n > 0;
		if (status == 1) {
			AUTO(buf) text = BUF_INIT;

			show_changes(&t.changes, &text);
			fprintf(stderr, "round %d%s%s: %s\nchanges:\n%s", i,
				faults.apart ? ", apart" : "",
				faults.no_exchange ? ", no exchange" : "", s->err.text, text.s);
		}
		trial_drop(&t);
		if (status)
			return status;
		CHECK(tree_clear(s->fd, &s->err) == 0);
	}
	CHECK(changed > rounds / 2);
	return 0;
}

static int try_there_and_back(struct trial *t, struct chance *c)
{
	(void)c;
	return there_and_back(t);
}

static int try_ends(struct trial *t, struct chance *c)
{
	CHECK(trial_keep(t) == 0);
	return end_everywhere(t, true, 0, c) || end_everywhere(t, false, 0, c);
}

static int try_failures(struct trial *t, struct chance *c)
{
	static const int errors[] = {ENOSPC, EIO, EROFS, EDQUOT};

	CHECK(trial_keep(t) == 0);
	return end_everywhere(t, true, errors[pick(c, COUNT(errors))], c) ||
	       end_everywhere(t, false, errors[pick(c, COUNT(errors))], c);
}

static int try_full(struct trial *t, struct chance *c)
{
	CHECK(trial_keep(t) == 0);
	return fill_somewhere(t, c);
}

static int all_rounds(struct scratch *s)
{
	return try_rounds(s, ROUNDS, try_there_and_back);
}

static int all_ends(struct scratch *s)
{
	return try_rounds(s, DEEP_ROUNDS, try_ends);
}

static int all_failures(struct scratch *s)
{
	return try_rounds(s, DEEP_ROUNDS, try_failures);
}

static int all_full(struct scratch *s)
{
	return try_rounds(s, DEEP_ROUNDS * 2, try_full);
}

/* An ordinary user's: nothing is given away, and modes keep him out. */
static int ordinary_rounds(struct scratch *s)
{
	if (fchownat(s->fd, "", 65534, 65534, AT_EMPTY_PATH) < 0 || !become_ordinary())
		return CANNOT;
	return try_rounds(s, ROUNDS / 3, try_there_and_back);
}

/* The kept files on a file system of their own. */
static int mounted_rounds(struct scratch *s)
{
	AUTO(buf) path = buf_of(s->path);
	struct trial t = TRIAL_INIT;
	struct chance chance = {7};
	int status = 0;

	buf_adds(&path, "/kept");
	put_dir(s, "kept", 0755);
	if (!enter_namespaces())
		return CANNOT;
	/* The one that was opened outside sees nothing that is mounted here. */
	CHECK(dup2(open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), s->fd) >= 0);
	for (int i = 0; i < ROUNDS / 6 && status == 0; i++) {
		if (mount("tmpfs", path.s, "tmpfs", 0, "size=16m") < 0)
			return CANNOT;
		t = TRIAL_INIT;
		status = make_trial(&t, s, &chance);
		faults.apart = false;
		if (status == 0 && !has_links_outside(&t))
			status = there_and_back(&t);
		if (status == 1)
			fprintf(stderr, "%s\n", s->err.text);
		trial_drop(&t);
		CHECK(umount2(path.s, MNT_DETACH) == 0);
		CHECK(tree_remove(s->fd, "root", &s->err) == 0 &&
			tree_remove(s->fd, "new", &s->err) == 0);
	}
	return status;
}

#define NO_ATTRIBUTES "no attributes of users in /tmp"

static void there_and_back_again(void **state)
{
	try_in_child(all_rounds, *state, NO_ATTRIBUTES);
}

static void it_may_end_anywhere(void **state)
{
	try_in_child(all_ends, *state, NO_ATTRIBUTES);
}

static void anything_may_fail(void **state)
{
	try_in_child(all_failures, *state, NO_ATTRIBUTES);
}

static void the_disk_may_be_full_for_recovery(void **state)
{
	try_in_child(all_full, *state, NO_ATTRIBUTES);
}

static void ordinary_users_can_do_it(void **state)
{
	try_in_child(
		ordinary_rounds, *state, "no ordinary user to become, or no attributes in /tmp");
}

static void kept_files_may_be_elsewhere(void **state)
{
	try_in_child(mounted_rounds, *state, "nothing can be mounted here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(there_and_back_again),
		SCRATCH_TEST(it_may_end_anywhere),
		SCRATCH_TEST(anything_may_fail),
		SCRATCH_TEST(the_disk_may_be_full_for_recovery),
		SCRATCH_TEST(ordinary_users_can_do_it),
		SCRATCH_TEST(kept_files_may_be_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
