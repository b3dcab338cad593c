/* What SQLite could not do, told as an admin can use it. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "ext/sql_inside.h"
#include "sys/fd.h"
#include "sys/lock.h"

/* Who may read state.db may also lock it against us: nothing else can be in the way for so long. */
static int fail_locked(struct sql *db, struct err *err)
{
	/* Readers hold others of -shm for as long as they like: these only who writes, or stands in the way. */
	static const struct {
		const char *ending;
		struct lock_bytes bytes;
	} files[] = {{"-shm", {120, 122}}, {"-shm", {0, UINT64_MAX}}, {"", {0, UINT64_MAX}}};
	AUTO(buf) holder = BUF_INIT;

	for (size_t i = 0; i < COUNT(files) && !holder.n; i++) {
		AUTO(buf) path = buf_dup(&db->path);

		buf_adds(&path, files[i].ending);
		lock_holder(path.s, files[i].bytes, &holder);
	}
	err_set(err, ERR_LOCKED, "%s is locked by %s", db->path.s,
		holder.n ? holder.s : "another process");
	return err_next(err, "end that process, then try again");
}

int sql_errno(struct sql *db)
{
	sqlite3_file *wal = NULL;
	int found = 0;

	sqlite3_file_control(db->db, NULL, SQLITE_FCNTL_LAST_ERRNO, &found);
	if (!found)
		sqlite3_file_control(db->db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	if (wal && wal->pMethods)
		wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &found);
	return found ? found : sqlite3_system_errno(db->db);
}

int sql_probe(struct sql *db)
{
	static const char *const endings[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < COUNT(endings); i++) {
		AUTO(buf) path = buf_dup(&db->path);
		AUTO_FD fd = -1;

		buf_adds(&path, endings[i]);
		fd = open(path.s, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && errno != ENOENT)
			return errno;
	}
	return 0;
}

static bool is_there(const struct sql *db, const char *ending)
{
	AUTO(buf) path = buf_dup(&db->path);
	struct stat st;

	buf_adds(&path, ending);
	return stat(path.s, &st) == 0;
}

/* What is in the -wal file cannot be read without the other, which a reader without rights cannot make. */
static int fail_unindexed(struct sql *db, struct err *err)
{
	err_set(err, ERR_BAD_STATE, "%s: its -shm file is %s, and you may not make it anew",
		db->path.s, is_there(db, "-shm") ? "out of date" : "gone");
	return err_next(err, "as root: fardel list");
}

static int fail_foreign(struct sql *db, int code, struct err *err)
{
	if (code == SQLITE_INTERRUPT)
		return err_set(err, ERR_INSTALLER, "what it is asked takes no end");
	if (code == SQLITE_NOMEM)
		return err_set(err, ERR_INSTALLER, "what it is asked takes too much memory");
	if (code == SQLITE_TOOBIG)
		return err_set(err, ERR_INSTALLER, "a value in it is too long");
	if (code == SQLITE_NOTADB)
		return err_set(err, ERR_INSTALLER, "it is no database of SQLite's");
	return err_set(err, ERR_INSTALLER, "it is damaged: %s", sqlite3_errmsg(db->db));
}

/* SQLite takes a file that cannot be read for a damaged one: what the system said counts. */
int sql_fail(struct sql *db, struct err *err)
{
	int code = sqlite3_errcode(db->db), sys = 0;

	if (code == SQLITE_NOMEM && !db->bound)
		mem_none();
	if (db->foreign)
		return fail_foreign(db, code, err);
	/* SQLITE_PROTOCOL: a lock that no SQLite holds for so long, on a byte of the -shm file. */
	if (code == SQLITE_BUSY || code == SQLITE_PROTOCOL)
		return fail_locked(db, err);
	if (!db->writes &&
		(code == SQLITE_READONLY ||
			(code == SQLITE_CANTOPEN && is_there(db, "") && !is_there(db, "-shm"))))
		return fail_unindexed(db, err);
	switch (code) {
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_FULL: sys = sql_errno(db); break;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY: sys = db->writes ? sql_probe(db) : 0; break;
	default: break;
	}
	if (code == SQLITE_CANTOPEN && !sys)
		sys = sql_errno(db);
	if (code == SQLITE_INTERRUPT || code == SQLITE_NOMEM) {
		err_set(err, ERR_BAD_STATE, "%s: damaged: what it is asked takes %s", db->path.s,
			code == SQLITE_NOMEM ? "too much memory" : "no end");
		return err_next(err, "%s", db->mend);
	}
	if (sys) {
		errno = sys;
		return err_sys(err, "%s: %s", db->path.s, sqlite3_errmsg(db->db));
	}
	err_set(err, code == SQLITE_FULL ? ERR_NO_SPACE : ERR_BAD_STATE, "%s: %s", db->path.s,
		sqlite3_errmsg(db->db));
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		err_next(err, "%s", db->mend);
	return -1;
}
