/* Versions of wagons' packages. */
#include "model/luet_version.h"

#include <string.h>

#include "base/mem.h"

/* What follows the numbers, in the order in which it sorts: 1.0_rc1, 1.0 itself, 1.0-r1, 1.0_p1. */
enum rank { RANK_NONE = -1, RANK_BEFORE, RANK_END, RANK_REVISION, RANK_BEHIND };

struct part {
	enum rank rank;
	struct span word, numbers;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

bool luet_version_is_text(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!is_digit(x.s[i]) && !is_letter(x.s[i]) &&
			!(i && x.s[i] && strchr("._+-~", x.s[i])))
			return false;
	return x.n && x.n <= LUET_VERSION_SIZE;
}

static struct span cut_build(struct span *x)
{
	const char *sign = x->n ? memchr(x->s, '+', x->n) : NULL;
	size_t n = sign ? (size_t)(sign - x->s) : x->n;
	struct span build = span_cut(*x, n + 1, x->n);

	x->n = n;
	return build;
}

bool luet_version_has_build(struct span x)
{
	return x.n && memchr(x.s, '+', x.n);
}

static size_t digits_at(struct span x, size_t from)
{
	size_t n = from;

	while (n < x.n && is_digit(x.s[n]))
		n++;
	return n - from;
}

/* "1.2.3", as far as it goes; cuts it off. */
static struct span cut_numbers(struct span *x)
{
	size_t n = digits_at(*x, 0), more;
	struct span numbers;

	while (n && n < x->n && x->s[n] == '.' && (more = digits_at(*x, n + 1)))
		n += 1 + more;
	numbers = span_cut(*x, 0, n);
	*x = span_cut(*x, n, x->n);
	return numbers;
}

static void cut_v(struct span *x)
{
	if (x->n > 1 && lower(x->s[0]) == 'v' && is_digit(x->s[1]))
		*x = span_cut(*x, 1, x->n);
}

/* A single one right behind the numbers, as of 1.1.1w; "" where there is none. */
static struct span cut_letter(struct span *x)
{
	bool is = x->n && is_letter(x->s[0]) &&
		  (x->n == 1 || (!is_letter(x->s[1]) && !is_digit(x->s[1])));
	struct span letter = span_cut(*x, 0, is);

	*x = span_cut(*x, is, x->n);
	return letter;
}

static bool is_word(struct span x, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < x.n && i < n; i++)
		if (lower(x.s[i]) != word[i])
			return false;
	return x.n == n;
}

/* What a word means, by the sign that stands before it. Behind a minus semver has any word for what comes before a release, and Debian
 * whatever stands behind a tilde; behind _ Gentoo knows these and no others. */
static enum rank rank_of(char sign, struct span word, bool numbered)
{
	static const char *const behind[] = {"p", "pl", "patch", "post"};
	static const char *const before[] = {
		"alpha", "beta", "pre", "preview", "rc", "dev", "snapshot", "a", "b", "c"};

	if (sign == '~')
		return word.n || numbered ? RANK_BEFORE : RANK_NONE;
	if (sign == '-' && (!word.n || is_word(word, "r")))
		return numbered ? RANK_REVISION : RANK_NONE;
	for (size_t i = 0; i < COUNT(behind); i++)
		if (is_word(word, behind[i]))
			return RANK_BEHIND;
	for (size_t i = 0; i < COUNT(before); i++)
		if (is_word(word, before[i]))
			return RANK_BEFORE;
	return sign == '-' && word.n ? RANK_BEFORE : RANK_NONE;
}

/* The next suffix; RANK_END where nothing is left. */
static struct part cut_part(struct span *x)
{
	struct part part = {RANK_END, SPAN(""), SPAN("")};
	char sign = x->n && strchr("_-.~", x->s[0]) ? x->s[0] : '\0';
	size_t n = 0;

	if (!x->n)
		return part;
	*x = span_cut(*x, sign != '\0', x->n);
	while (n < x->n && is_letter(x->s[n]))
		n++;
	part.word = span_cut(*x, 0, n);
	*x = span_cut(*x, n, x->n);
	/* "-rc.1", "-rc-1": as semver's packagers write it. */
	if (n && x->n > 1 && (x->s[0] == '.' || x->s[0] == '-') && is_digit(x->s[1]))
		*x = span_cut(*x, 1, x->n);
	part.numbers = cut_numbers(x);
	part.rank = rank_of(sign == '.' ? '-' : sign, part.word, part.numbers.n);
	return part;
}

/* Of any length: the longer is the greater, without zeros in front. */
static int compare_numbers(struct span a, struct span b)
{
	while (a.n && a.s[0] == '0')
		a = span_cut(a, 1, a.n);
	while (b.n && b.s[0] == '0')
		b = span_cut(b, 1, b.n);
	return a.n != b.n ? (a.n > b.n ? 1 : -1) : span_compare(a, b);
}

/* One that is missing counts as 0. */
static int compare_lists(struct span a, struct span b)
{
	while (a.n || b.n) {
		struct span x, y;
		int differs;

		span_split(&a, '.', &x);
		span_split(&b, '.', &y);
		differs = compare_numbers(x, y);
		if (differs)
			return differs;
	}
	return 0;
}

static int compare_words(struct span a, struct span b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (lower(a.s[i]) != lower(b.s[i]))
			return lower(a.s[i]) - lower(b.s[i]);
	return (a.n > b.n) - (a.n < b.n);
}

static bool is_all(struct span x, bool (*is)(char))
{
	for (size_t i = 0; i < x.n; i++)
		if (!is(x.s[i]))
			return false;
	return x.n;
}

/* Part by part: numbers as such, and below texts. */
static int compare_builds(struct span a, struct span b)
{
	while (a.n || b.n) {
		struct span x, y;
		bool of_x, of_y;
		int differs;

		span_split(&a, '.', &x);
		span_split(&b, '.', &y);
		of_x = !x.n || is_all(x, is_digit);
		of_y = !y.n || is_all(y, is_digit);
		if (of_x != of_y)
			return of_x ? -1 : 1;
		differs = of_x && x.n && y.n ? compare_numbers(x, y) : span_compare(x, y);
		if (differs)
			return differs;
	}
	return 0;
}

/* -r0 says as little as nothing. */
static void settle(struct part *part)
{
	if (part->rank == RANK_REVISION && compare_lists(part->numbers, SPAN("")) == 0)
		part->rank = RANK_END;
}

static int compare_suffixes(struct span a, struct span b, bool revisions)
{
	struct part x, y;
	int differs;

	do {
		x = cut_part(&a);
		y = cut_part(&b);
		settle(&x);
		settle(&y);
		if (!revisions && x.rank == RANK_REVISION)
			x.rank = RANK_END;
		if (!revisions && y.rank == RANK_REVISION)
			y.rank = RANK_END;
		if (x.rank != y.rank)
			return x.rank > y.rank ? 1 : -1;
		if (x.rank == RANK_END)
			return 0;
		differs = x.rank == RANK_BEFORE ? compare_words(x.word, y.word) : 0;
		if (!differs)
			differs = compare_lists(x.numbers, y.numbers);
	} while (!differs && x.rank != RANK_NONE);
	return differs;
}

static int compare_rest(struct span a, struct span b, bool revisions)
{
	struct span x, y;
	int differs;

	cut_v(&a);
	cut_v(&b);
	x = cut_numbers(&a);
	y = cut_numbers(&b);
	differs = compare_lists(x, y);
	if (differs)
		return differs;
	x = cut_letter(&a);
	y = cut_letter(&b);
	differs = compare_words(x, y);
	return differs ? differs : compare_suffixes(a, b, revisions);
}

int luet_version_compare(struct span a, struct span b)
{
	bool built = luet_version_has_build(a), other = luet_version_has_build(b);
	struct span x = cut_build(&a), y = cut_build(&b);
	int differs = compare_rest(a, b, true);

	if (differs)
		return differs;
	return built != other ? built - other : compare_builds(x, y);
}

int luet_version_compare_unbuilt(struct span a, struct span b)
{
	cut_build(&a);
	cut_build(&b);
	return compare_rest(a, b, true);
}

int luet_version_compare_upstream(struct span a, struct span b)
{
	cut_build(&a);
	cut_build(&b);
	return compare_rest(a, b, false);
}

static bool is_build_character(char c)
{
	return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_';
}

bool luet_version_is_valid(struct span x)
{
	bool built = luet_version_has_build(x);
	struct span build = cut_build(&x);
	enum rank rank;

	if (x.n + build.n + built > LUET_VERSION_SIZE ||
		(built && !is_all(build, is_build_character)))
		return false;
	cut_v(&x);
	if (!cut_numbers(&x).n)
		return false;
	cut_letter(&x);
	do
		rank = cut_part(&x).rank;
	while (rank > RANK_END || rank == RANK_BEFORE);
	return rank == RANK_END;
}

bool luet_version_begins(struct span x, struct span numbers)
{
	struct span own, part, other;

	cut_v(&x);
	own = cut_numbers(&x);
	while (span_split(&numbers, '.', &part)) {
		span_split(&own, '.', &other);
		if (compare_numbers(part, other) != 0)
			return false;
	}
	return true;
}
