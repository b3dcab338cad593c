/* A state.db, read as every command does, then written to as the next one would. */
/* LIBS: -lsqlite3 -lyaml */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "store/db.h"
#include "store/journal.h"
#include "sys/fd.h"
#include "sys/file.h"

/* A root of its own, made once for all inputs, and taken away at the end. */
static char root[] = "/dev/shm/fuzz-state.XXXXXX";

static const char *const folders[] = {"", "/var", "/var/lib", "/var/lib/fardel"};
static const char *const files[] = {"", "-wal", "-shm", "-journal"};

static void remove_files(void)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO(buf) path = buf_of(root);

		buf_addf(&path, "%s%s", PLACE_DB, files[i]);
		(void)unlink(path.s);
	}
}

static void remove_root(void)
{
	remove_files();
	for (size_t i = COUNT(folders); i-- > 0;) {
		AUTO(buf) path = buf_of(root);

		buf_adds(&path, folders[i]);
		(void)rmdir(path.s);
	}
}

static void make_root(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	/* In memory, if there is such a folder: nothing has to reach a disk. */
	if (!mkdtemp(root)) {
		strcpy(root, "/tmp/fuzz-state.XXXXXX");
		HOLDS(mkdtemp(root));
	}
	for (size_t i = 1; i < COUNT(folders); i++) {
		AUTO(buf) path = buf_of(root);

		buf_adds(&path, folders[i]);
		HOLDS(mkdir(path.s, 0755) == 0);
	}
	HOLDS(atexit(remove_root) == 0);
}

static void put(const uint8_t *data, size_t size)
{
	AUTO(buf) path = buf_of(root);
	struct err err = ERR_INIT;
	AUTO_FD fd = -1;

	buf_adds(&path, PLACE_DB);
	fd = open(path.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	HOLDS(fd >= 0 && file_write_all(fd, (const char *)data, size, &err) == 0);
}

/* What becomes part of a path must be one name. */
static void check_names(const struct buf *name, const struct buf *id)
{
	HOLDS(name->n && name->s[0] != '.' && !strchr(name->s, '/') && strlen(name->s) == name->n);
	HOLDS(id->n == 64 && strspn(id->s, "0123456789abcdef") == 64);
}

static void read_all(struct db *db, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(journal) journal = {.command = BUF_INIT};
	struct digest weak = {.kind = DIGEST_MD5}, strong;
	int64_t number;

	if (db_world(db, &world, err) == 0)
		VEC_FOR (const struct bundle, b, &world.of)
			check_names(&b->name, &b->id);
	if (db->sql && journal_load_open(db, &journal, err) == 0)
		VEC_FOR (const struct journal_step, step, &journal.of)
			check_names(&step->name, &step->id);
	if (db->sql && journal_newest(db, &number, err) < 0)
		HOLDS(err->code == ERR_BAD_STATE);
	if (db_pin(db, &weak, &strong, err) == 1)
		HOLDS(strong.kind == DIGEST_SHA256);
}

static void write_some(struct db *db, struct err *err)
{
	AUTO(bundle) b;

	bundle_init(&b);
	buf_sets(&b.name, "fuzz");
	for (size_t i = 0; i < 64; i++)
		buf_addc(&b.id, 'f');
	b.state = BUNDLE_PREPARED;
	if (db_begin(db, err) < 0)
		return;
	if (db_put_bundle(db, &b, err) < 0 ||
		db_set_state(db, b.row, BUNDLE_INSTALLED, 1, err) < 0 ||
		journal_trim(db, 1, err) < 0)
		db_abandon(db);
	else
		HOLDS(db_commit(db, err) == 0 || err->code != ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct place place = {.root = BUF_INIT};

	make_root();
	remove_files();
	put(data, size);
	buf_sets(&place.root, root);
	for (int writable = 0; writable < 2; writable++) {
		struct err err = ERR_INIT;
		struct db db = DB_INIT;

		if (db_open(&place, writable, &db, &err) < 0) {
			HOLDS(err.code != ERR_NONE && err.text[0]);
			continue;
		}
		read_all(&db, &err);
		if (writable)
			write_some(&db, &err);
		db_drop(&db);
	}
	buf_drop(&place.root);
	return 0;
}
