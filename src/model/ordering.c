/* How versions of a package are ordered. */
#include "model/ordering.h"

#include "model/luet_version.h"
#include "model/name.h"
#include "model/version.h"

bool ordering_has(struct span name, struct span version)
{
	return name_is_luet(name) ? luet_version_is_valid(version) : version_is_valid(version);
}

int ordering_compare(struct span name, struct span a, struct span b)
{
	bool has = ordering_has(name, a);

	if (has != ordering_has(name, b))
		return has ? 1 : -1;
	if (!has)
		return span_compare(a, b);
	return name_is_luet(name) ? luet_version_compare(a, b) : version_compare(a, b);
}
