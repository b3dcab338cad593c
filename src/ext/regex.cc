/* Regular expressions, by RE2. */
extern "C" {
#include "ext/regex.h"
}

#include <re2/re2.h>

#define MEMORY_MAX \
	(128 << 10) /* bytes of one expression, compiled; RE2 finds the same with less, slower */

struct regex {
	re2::RE2 of;
};

namespace
{

re2::RE2::Options options()
{
	re2::RE2::Options o;

	o.set_log_errors(false);
	o.set_max_mem(MEMORY_MAX);
	o.set_never_capture(true);
	return o;
}

re2::StringPiece piece(struct span x)
{
	return re2::StringPiece(x.s, x.n);
}

} // namespace

extern "C" {

struct regex *regex_new(struct span text, struct err *err)
{
	auto *r = new regex{re2::RE2(piece(text), options())};

	if (r->of.ok())
		return r;
	err_set(err, ERR_CONFIG, "%s", r->of.error().c_str());
	delete r;
	return nullptr;
}

void regex_free(struct regex *r)
{
	delete r;
}

bool regex_matches(const struct regex *r, struct span x)
{
	return re2::RE2::PartialMatch(piece(x), r->of);
}

size_t regex_size(const struct regex *r)
{
	return static_cast<size_t>(r->of.ProgramSize());
}
}
