/* What became of packages that were to be taken over. */
#include "engine/import.h"

static void imported_drop(struct imported *i)
{
	buf_drop(&i->name);
	buf_drop(&i->version);
	texts_drop(&i->notes);
}

void imports_drop(struct imports *i)
{
	vec_drop_each(&i->of, imported_drop);
}

int imports_judge(const struct imports *all, struct err *err)
{
	const struct imported *first = NULL;
	size_t failed = 0;

	VEC_FOR (const struct imported, i, &all->of)
		if (i->outcome == IMPORT_FAILED) {
			first = first ? first : i;
			failed++;
		}
	if (!failed)
		return 0;
	if (failed < all->of.n)
		return err_set(err, ERR_PARTIAL, "%zu of %zu packages could not be taken over",
			failed, all->of.n);
	err_copy(err, &first->err);
	return first->name.n ? err_at(err, "%s", first->name.s) : -1;
}
