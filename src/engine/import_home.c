/* Which repository what another tool has installed may have come from. */
#include "engine/import_home.h"

static int look(struct shelf *shelf, struct span name, struct span version, struct offer *out,
	struct err *err)
{
	int there = index_offer(&shelf->index, name, version, out, err);

	if (there == 1 && shelf->repository->format == REPOSITORY_LUET)
		there = index_texts(&shelf->index, out, err);
	return there;
}

int import_find_home(struct engine *e, struct stock *s, enum repository_format format,
	struct span name, struct span version, struct offer *out, struct buf *repository,
	struct err *err)
{
	VEC_FOR (struct shelf, shelf, &s->of) {
		int there;

		if (shelf->damaged || shelf->repository->format != format)
			continue;
		there = look(shelf, name, version, out, err);
		if (there == 1) {
			buf_set(repository, buf_span(&shelf->repository->name));
			return 1;
		}
		if (there < 0 && stock_pass_over(e, shelf, err) < 0)
			return -1;
		offer_drop(out);
		offer_init(out);
	}
	return 0;
}
