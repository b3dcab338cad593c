/* Versions as Debian orders them. */
#include "model/version.h"

#include <string.h>

#define EPOCH_DIGITS 9

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool version_is_plain(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!is_digit(x.s[i]) && !is_letter(x.s[i]) && !(x.s[i] && strchr(".+-~", x.s[i])))
			return false;
	return x.n && x.n <= VERSION_SIZE && is_digit(x.s[0]);
}

/* What stands before the colon; empty where there is none. */
static struct span epoch_of(struct span x)
{
	const char *colon = x.n ? memchr(x.s, ':', x.n) : NULL;

	return span_cut(x, 0, colon ? (size_t)(colon - x.s) : 0);
}

static bool has_epoch(struct span x)
{
	return x.n && memchr(x.s, ':', x.n);
}

bool version_is_valid(struct span x)
{
	struct span epoch = epoch_of(x);

	if (!has_epoch(x))
		return version_is_plain(x);
	for (size_t i = 0; i < epoch.n; i++)
		if (!is_digit(epoch.s[i]))
			return false;
	return epoch.n && epoch.n <= EPOCH_DIGITS &&
	       version_is_plain(span_cut(x, epoch.n + 1, x.n));
}

static struct span number_at(struct span x)
{
	size_t n = 0, zeros = 0;

	while (n < x.n && is_digit(x.s[n]))
		n++;
	while (zeros < n && x.s[zeros] == '0')
		zeros++;
	return span_cut(x, zeros, n - zeros);
}

/* Of any length: the longer is the greater, without zeros in front. */
static int compare_numbers(struct span a, struct span b)
{
	return a.n != b.n ? (a.n > b.n ? 1 : -1) : span_compare(a, b);
}

/* How what is no digit sorts: a tilde before the end, then the end (and a digit), letters, everything else. */
static int order(struct span x)
{
	if (!x.n || is_digit(x.s[0]))
		return 0;
	if (x.s[0] == '~')
		return -1;
	return is_letter(x.s[0]) ? x.s[0] : (unsigned char)x.s[0] + 256;
}

static bool is_text(struct span x)
{
	return x.n && !is_digit(x.s[0]);
}

/* Text and numbers in turn. */
static int compare_parts(struct span a, struct span b)
{
	while (a.n || b.n) {
		struct span of_a, of_b;
		int differs;

		while (is_text(a) || is_text(b)) {
			if (order(a) != order(b))
				return order(a) - order(b);
			a = span_cut(a, 1, a.n);
			b = span_cut(b, 1, b.n);
		}
		of_a = number_at(a);
		of_b = number_at(b);
		differs = compare_numbers(of_a, of_b);
		if (differs)
			return differs;
		a = span_cut(a, a.n ? (size_t)(of_a.s - a.s) + of_a.n : 0, a.n);
		b = span_cut(b, b.n ? (size_t)(of_b.s - b.s) + of_b.n : 0, b.n);
	}
	return 0;
}

/* Cuts the revision off, and gives it. */
static struct span revision_of(struct span *x)
{
	struct span revision;
	size_t n = x->n;

	while (n && x->s[n - 1] != '-')
		n--;
	revision = n ? span_cut(*x, n, x->n) : SPAN("");
	if (n)
		x->n = n - 1;
	return revision;
}

static struct span behind_epoch(struct span x)
{
	return has_epoch(x) ? span_cut(x, epoch_of(x).n + 1, x.n) : x;
}

int version_compare(struct span a, struct span b)
{
	int differs = compare_numbers(number_at(epoch_of(a)), number_at(epoch_of(b)));
	struct span revision_a, revision_b;

	if (differs)
		return differs;
	a = behind_epoch(a);
	b = behind_epoch(b);
	revision_a = revision_of(&a);
	revision_b = revision_of(&b);
	differs = compare_parts(a, b);
	return differs ? differs : compare_parts(revision_a, revision_b);
}
