/* What is installed keeps to the repository that it came from. */
#include "solve/home.h"

/* The installed one whose place it would take: of its name, or of its family. */
static size_t incumbent_of(const struct look *l, uint32_t at)
{
	const struct reach_package *p = &l->seen.v[at];
	size_t found = supply_installed(l->supply, p->item.name), walk = 0, i;

	while (found == SUPPLY_NONE && p->family.n &&
		(i = supply_provider(l->supply, p->family, &walk)) != SUPPLY_NONE) {
		struct supply_item item;

		supply_get(l->supply, i, &item);
		if (item.repository == SUPPLY_INSTALLED)
			found = i;
	}
	return found;
}

/* Whether that repository still has one of its name, or of its family. */
static bool is_offered(const struct look *l, const struct reach_package *p, unsigned repository)
{
	struct supply_item item;
	size_t walk = 0, i;

	for (i = supply_first(l->supply, p->item.name); i != SUPPLY_NONE;
		i = supply_older(l->supply, i)) {
		supply_get(l->supply, i, &item);
		if (item.repository == repository)
			return true;
	}
	while (p->family.n && (i = supply_provider(l->supply, p->family, &walk)) != SUPPLY_NONE) {
		supply_get(l->supply, i, &item);
		if (item.repository == repository)
			return true;
	}
	return false;
}

static bool is_wanted_anywhere(const struct look *l, struct span name)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->names[i].anywhere && span_is(l->names[i].name, name))
			return true;
	return false;
}

int home_is_elsewhere(struct look *l, uint32_t at)
{
	unsigned own = l->seen.v[at].item.repository, home;
	size_t incumbent = own == SUPPLY_INSTALLED ? SUPPLY_NONE : incumbent_of(l, at);
	uint32_t was;

	if (incumbent == SUPPLY_NONE || is_wanted_anywhere(l, l->seen.v[at].item.name))
		return 0;
	was = look_see(l, incumbent);
	if (was == REACH_NONE)
		return -1;
	home = supply_repository_named(l->supply, l->seen.v[was].origin);
	return home != SUPPLY_INSTALLED && home != own &&
	       supply_repository_priority(l->supply, own) >=
		       supply_repository_priority(l->supply, home) &&
	       is_offered(l, &l->seen.v[was], home);
}
