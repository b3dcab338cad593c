/* The end of what the journal holds. */
#include "engine/transaction.h"

/* Where all is done and on disk, the end may come there later: recovery sees by the steps that there is nothing to
 * settle. */
int transaction_end(
	struct engine *e, const struct journal *journal, const struct err *result, struct err *err)
{
	int64_t number = journal->number;
	bool lazily = journal_is_done(journal) && !e->db.pending;

	if ((lazily ? db_begin_lazily(&e->db, err) : db_begin(&e->db, err)) < 0)
		return -1;
	if (journal_end(&e->db, number, result->code == ERR_NONE ? "done" : result->text,
		    engine_now(), err) < 0 ||
		journal_trim(&e->db, e->config.log_keep, err) < 0) {
		db_abandon(&e->db);
		return -1;
	}
	if (db_commit(&e->db, err) < 0)
		return -1;
	return log_trim(&e->place, number - e->config.log_keep + 1, err);
}
