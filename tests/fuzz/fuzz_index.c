/* The whole index of a repository, a database that is opened as its own by whoever asks: read, and then written to as a sync would. Whatever is in it, what is given of
 * a row is a package's, and an error is one of the file's. */
/* LIBS: -lsqlite3 -ljansson -lzstd -lyaml */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/name.h"
#include "store/index.h"
#include "sys/fd.h"
#include "sys/file.h"

#include <fcntl.h>

static char path[] = "/dev/shm/fuzz-index.XXXXXX";

static void remove_files(void)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};

	for (size_t i = 0; i < COUNT(endings); i++) {
		AUTO(buf) file = buf_of(path);

		buf_adds(&file, endings[i]);
		(void)unlink(file.s);
	}
}

/* A name of its own, made once; in memory, if there is such a folder. */
static void name_it(void)
{
	static bool named;

	if (named)
		return;
	named = true;
	if (close(mkstemp(path)) < 0) {
		strcpy(path, "/tmp/fuzz-index.XXXXXX");
		HOLDS(close(mkstemp(path)) == 0);
	}
	HOLDS(atexit(remove_files) == 0);
}

static void put(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	AUTO_FD fd = -1;

	remove_files();
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	HOLDS(fd >= 0 && file_write_all(fd, (const char *)data, size, &err) == 0);
}

static int take(void *arg, const struct index_row *row, struct err *err)
{
	int *left = arg;

	HOLDS(name_is_valid(row->name) || name_is_luet_valid(row->name));
	HOLDS(row->version.n && !memchr(row->version.s, '\n', row->version.n));
	return --*left > 0 ? 0 : err_set(err, ERR_BAD_STATE, "enough");
}

static void check(int result, struct err *err)
{
	HOLDS(result >= 0 || (err->code == ERR_BAD_STATE && err->text[0]));
	err_clear(err);
}

static void ask(struct index *ix)
{
	struct texts words = {0};
	struct offer o;
	struct buf node = BUF_INIT;
	struct err err = ERR_INIT;
	int left = 100;

	texts_add(&words, SPAN("pkg"));
	offer_init(&o);
	check(index_each(ix, take, &left, &err), &err);
	check(index_named(ix, SPAN("pkg1"), take, &left, &err), &err);
	check(index_providing(ix, SPAN("thing"), take, &left, &err), &err);
	check(index_search(ix, &words, 10, take, &left, &err), &err);
	check(index_node(ix, 0, &node, &err), &err);
	check(index_offer(ix, SPAN("pkg1"), SPAN("1"), &o, &err), &err);
	HOLDS(!o.name.n || span_is_text(buf_span(&o.name), "pkg1"));
	offer_drop(&o);
	buf_drop(&node);
	texts_drop(&words);
}

static void change(struct index *ix)
{
	const struct head_sum none = {{0}};
	struct err err = ERR_INIT;

	if (index_begin(ix, &err) < 0) {
		check(-1, &err);
		return;
	}
	if (index_put_leaf(ix, 0, &none, SPAN(""), NULL, 0, &err) < 0) {
		index_abandon(ix);
		check(-1, &err);
		return;
	}
	check(index_commit(ix, 2, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	name_it();
	put(data, size);
	for (int writable = 0; writable < 2; writable++) {
		struct index ix = INDEX_INIT;
		struct err err = ERR_INIT;
		int result = index_open(path, writable, &ix, &err);

		if (result == 0) {
			ask(&ix);
			if (writable)
				change(&ix);
		}
		check(result, &err);
		index_drop(&ix);
	}
	return 0;
}
