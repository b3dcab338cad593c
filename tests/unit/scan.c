/* Tests of store/scan on real overlays. */
#include "store/scan.h"

#include "overlaid.h"

/* Each for both places where an overlay may note what it does. */
#define BOTH(name) \
	static void name(void **state) \
	{ \
		name##_in(*state, false); \
	} \
	static void name##_for_users(void **state) \
	{ \
		name##_in(*state, true); \
	}
#define BOTH_TESTS(name) SCRATCH_TEST(name), SCRATCH_TEST(name##_for_users)

static void unit_assert_stage(
	struct scratch *s, bool user, const char *want, const char *file, int line)
{
	const struct scan how = SCAN_INIT;
	AUTO(changes) c = CHANGES_INIT;

	if (read_stage(s, user, &how, &c) < 0) {
		print_error("%s\n", s->err.text);
		_fail(file, line);
	}
	unit_assert_changes(&c, want, file, line);
}

#define assert_stage(s, user, want) unit_assert_stage(s, user, want, __FILE__, __LINE__)

static void what_is_made_is_created_in(struct scratch *s, bool user)
{
	put_dir(s, "lower/etc", 0755);
	stage(s, user,
		"printf hello >etc/new; chmod 4755 etc/new; mkdir -m 700 -p opt/app; "
		"ln -s ../etc/new opt/app/link; mkfifo opt/app/pipe; : >opt/app/empty");
	assert_stage(s, user,
		"created /etc/new file 4755 5\n"
		"created /opt folder 755\n"
		"created /opt/app folder 700\n"
		"created /opt/app/empty file 644 0\n"
		"created /opt/app/link link 777 -> ../etc/new\n"
		"created /opt/app/pipe fifo 644\n");
}
BOTH(what_is_made_is_created)

static void what_is_removed_is_deleted_one_by_one_in(struct scratch *s, bool user)
{
	put(s, "lower/etc/a", "1");
	put(s, "lower/etc/keep", "1");
	put(s, "lower/opt/app/bin/run", "12");
	put(s, "lower/opt/app/lib", "123");
	put_link(s, "lower/opt/app/link", "lib");
	stage(s, user, "rm etc/a; rm -r opt/app");
	assert_stage(s, user,
		"deleted /etc/a file 644 1\n"
		"deleted /opt/app folder 755\n"
		"deleted /opt/app/bin folder 755\n"
		"deleted /opt/app/bin/run file 644 2\n"
		"deleted /opt/app/lib file 644 3\n"
		"deleted /opt/app/link link 777 -> lib\n");
}
BOTH(what_is_removed_is_deleted_one_by_one)

static void types_change_in(struct scratch *s, bool user)
{
	put(s, "lower/file-to-folder", "1");
	put(s, "lower/file-to-link", "1");
	put(s, "lower/folder-to-file/in/it", "1");
	put(s, "lower/folder-to-link/x", "1");
	put_link(s, "lower/link-to-folder", "folder-to-file");
	put_link(s, "lower/link-to-link", "old");
	stage(s, user,
		"rm file-to-folder; mkdir -p file-to-folder/in; : >file-to-folder/in/it; "
		"ln -sfn new file-to-link; rm -r folder-to-file; printf 12 >folder-to-file; "
		"rm -r folder-to-link; ln -s x folder-to-link; rm link-to-folder; "
		"mkdir link-to-folder; : >link-to-folder/in; ln -sfn new link-to-link");
	assert_stage(s, user,
		"replaced /file-to-folder file 644 1 | folder 755\n"
		"created /file-to-folder/in folder 755\n"
		"created /file-to-folder/in/it file 644 0\n"
		"replaced /file-to-link file 644 1 | link 777 -> new\n"
		"replaced /folder-to-file folder 755 | file 644 2\n"
		"deleted /folder-to-file/in folder 755\n"
		"deleted /folder-to-file/in/it file 644 1\n"
		"replaced /folder-to-link folder 755 | link 777 -> x\n"
		"deleted /folder-to-link/x file 644 1\n"
		"replaced /link-to-folder link 777 -> folder-to-file | folder 755\n"
		"created /link-to-folder/in file 644 0\n"
		"replaced /link-to-link link 777 -> old | link 777 -> new\n");
}
BOTH(types_change)

static void only_what_differs_is_a_change_in(struct scratch *s, bool user)
{
	put(s, "lower/etc/touched", "same");
	put(s, "lower/etc/rewritten", "same");
	put(s, "lower/etc/moved-back", "same");
	put(s, "lower/etc/mode-and-back", "same");
	put(s, "lower/etc/other-content", "same");
	put(s, "lower/etc/other-mode", "same");
	put(s, "lower/deep/er/held", "1");
	put(s, "lower/made-anew/a", "1");
	put_dir(s, "lower/folder-mode", 0755);
	stage(s, user,
		"cd etc; touch touched; printf same >new; mv new rewritten; mv moved-back x; "
		"mv x moved-back; chmod 600 mode-and-back; chmod 644 mode-and-back; "
		"printf meas >other-content; chmod 600 other-mode; : >../deep/er/new; "
		"rm ../deep/er/new; rm -r ../made-anew; mkdir ../made-anew; "
		"printf 1 >../made-anew/a; chmod 2775 ../folder-mode; : >temporary; rm temporary");
	assert_stage(s, user,
		"replaced /etc/other-content file 644 4 | file 644 4\n"
		"attributes /etc/other-mode file 644 4 | file 600 4\n"
		"attributes /folder-mode folder 755 | folder 2775\n");
}
BOTH(only_what_differs_is_a_change)

/* Only the topmost folder is marked as hiding what was there. */
static void a_folder_made_anew_hides_all_of_the_old_one_in(struct scratch *s, bool user)
{
	put(s, "lower/a/b/c/old", "1");
	put(s, "lower/a/b/same", "1");
	put(s, "lower/a/old", "1");
	stage(s, user, "rm -r a; mkdir -p a/b/c; printf 1 >a/b/same; : >a/b/c/new");
	assert_stage(s, user,
		"created /a/b/c/new file 644 0\n"
		"deleted /a/b/c/old file 644 1\n"
		"deleted /a/old file 644 1\n");
}
BOTH(a_folder_made_anew_hides_all_of_the_old_one)

static void a_moved_folder_is_deleted_and_created_in(struct scratch *s, bool user)
{
	put(s, "lower/a/sub/file", "12");
	stage(s, user, "mv a b; mkdir c; mv c d");
	assert_stage(s, user,
		"deleted /a folder 755\n"
		"deleted /a/sub folder 755\n"
		"deleted /a/sub/file file 644 2\n"
		"created /b folder 755\n"
		"created /b/sub folder 755\n"
		"created /b/sub/file file 644 2\n"
		"created /d folder 755\n");
}
BOTH(a_moved_folder_is_deleted_and_created)

static void hard_links_share_a_number_in(struct scratch *s, bool user)
{
	put(s, "lower/old", "1");
	put(s, "lower/split", "1");
	put(s, "lower/unchanged", "1");
	assert_int_equal(linkat(s->fd, "lower/old", s->fd, "lower/old2", 0), 0);
	assert_int_equal(linkat(s->fd, "lower/split", s->fd, "lower/split2", 0), 0);
	stage(s, user,
		"printf 12 >x; ln x y; printf 123 >p; ln p q; ln p r; rm old old2; "
		"printf 12 >split; ln unchanged copy");
	assert_stage(s, user,
		"created /copy file 644 1\n"
		"deleted /old file 644 1 #1\n"
		"deleted /old2 file 644 1 #1\n"
		"created /p file 644 3 #1\n"
		"created /q file 644 3 #1\n"
		"created /r file 644 3 #1\n"
		"replaced /split file 644 1 | file 644 2\n"
		"created /x file 644 2 #2\n"
		"created /y file 644 2 #2\n");
}
BOTH(hard_links_share_a_number)

static void names_are_bytes_in(struct scratch *s, bool user)
{
	put(s, "lower/a\nb/\xff", "1");
	stage(s, user,
		"rm \"$(printf 'a\\nb/\\377')\"; : >\"$(printf 'a\\nb/\\033[2J\\304')\"; "
		": >'back\\slash'; : >'-rf'; : >' '");
	assert_stage(s, user,
		"created /\x20 file 644 0\n"
		"created /-rf file 644 0\n"
		"created /a\\nb/\\x1b[2J\\xc4 file 644 0\n"
		"deleted /a\\nb/\\xff file 644 1\n"
		"created /back\\\\slash file 644 0\n");
}
BOTH(names_are_bytes)

static void a_sparse_file_is_as_long_as_it_says_in(struct scratch *s, bool user)
{
	/* sha256 of 64 MiB of zeros */
	static const char zeros[] =
		"3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351";
	const struct scan how = SCAN_INIT;
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) hex = BUF_INIT;

	stage(s, user, "truncate -s 64M sparse");
	assert_int_equal(read_stage(s, user, &how, &c), 0);
	assert_changes(&c, "created /sparse file 644 67108864\n");
	digest_format(&hex, &c.of.v[0].after.sha256);
	assert_buf(&hex, zeros);
}
BOTH(a_sparse_file_is_as_long_as_it_says)

static void attributes_are_kept_but_for_the_overlays_in(struct scratch *s, bool user)
{
	put(s, "lower/a", "1");
	put(s, "lower/b", "1");
	if (setxattr(s->path, "user.test", "1", 1, 0) < 0)
		cannot(s, "no attributes of users in /tmp");
	stage(s, user,
		"command -v python3 >/dev/null || exit 77; exec python3 -c 'import os; "
		"os.setxattr(\"a\", \"user.b\", b\"\\0\\xff\"); os.setxattr(\"a\", \"user.a\", b\"1\"); "
		"os.setxattr(\"b\", \"user.a\", b\"1\"); os.removexattr(\"b\", \"user.a\")'");
	assert_stage(s, user, "attributes /a file 644 1 | file 644 1 user.a=1 user.b=\\x00\\xff\n");
}
BOTH(attributes_are_kept_but_for_the_overlays)

static void what_is_written_as_it_was_in(struct scratch *s, bool user)
{
	struct scan how = SCAN_INIT;
	AUTO(changes) c = CHANGES_INIT;
	AUTO(texts) same = {0};
	AUTO(buf) all = BUF_INIT;

	put(s, "lower/dir/a", "1");
	put(s, "lower/dir/b", "1");
	put(s, "lower/own/c", "1");
	how.same = &same;
	how.own = "/own";
	stage(s, user,
		"rm dir/a; printf 1 >dir/a; printf 2 >dir/b; printf 1 >new; printf 1 >own/c; mkdir made");
	assert_int_equal(read_stage(s, user, &how, &c), 0);
	VEC_FOR (const struct buf, path, &same.of)
		buf_addf(&all, "%s ", path->s);
	assert_buf(&all, "/ /dir /dir/a ");
}
BOTH(what_is_written_as_it_was)

static void owners_are_attributes(void **state)
{
	struct scratch *s = *state;
	const struct scan how = SCAN_INIT;
	AUTO(changes) c = CHANGES_INIT;

	if (!can_give_away(s))
		cannot(s, "no files can be given to other users here");
	put(s, "lower/a", "1");
	put(s, "lower/b", "1");
	stage(s, false, "chown 1234 a; chgrp 1235 b");
	assert_int_equal(read_stage(s, false, &how, &c), 0);
	assert_changes(&c, "attributes /a file 644 1 | file 644 1\n"
			   "attributes /b file 644 1 | file 644 1\n");
	assert_int_equal(c.of.v[0].after.uid, 1234);
	assert_int_equal(c.of.v[1].after.gid, 1235);
}

/* Rules can write user.overlay.* where the overlay itself notes in trusted.overlay.*. */
static void marks_of_the_rules_own_say_nothing(void **state)
{
	struct scratch *s = *state;

	put(s, "lower/a/there", "1");
	stage(s, false,
		"exec python3 -c 'import os; "
		"os.setxattr(\"a\", \"user.overlay.opaque\", b\"y\")'");
	assert_stage(s, false, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_TESTS(what_is_made_is_created),
		BOTH_TESTS(what_is_removed_is_deleted_one_by_one),
		BOTH_TESTS(types_change),
		BOTH_TESTS(only_what_differs_is_a_change),
		BOTH_TESTS(a_folder_made_anew_hides_all_of_the_old_one),
		BOTH_TESTS(a_moved_folder_is_deleted_and_created),
		BOTH_TESTS(hard_links_share_a_number),
		BOTH_TESTS(names_are_bytes),
		BOTH_TESTS(a_sparse_file_is_as_long_as_it_says),
		BOTH_TESTS(what_is_written_as_it_was),
		BOTH_TESTS(attributes_are_kept_but_for_the_overlays),
		SCRATCH_TEST(owners_are_attributes),
		SCRATCH_TEST(marks_of_the_rules_own_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
