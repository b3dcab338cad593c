/* Text for people. */
#include "base/text.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"

size_t text_character(struct span x, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = x.n ? (unsigned char)x.s[0] : 0;
	size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? first : first & (0xffU >> (n + 1));

	if (first > 0xf4 || n > x.n || !n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)x.s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)x.s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*point = c;
	return n;
}

bool text_is_utf8(struct span x)
{
	while (x.n) {
		uint32_t c;
		size_t n = text_character(x, &c);

		if (!n)
			return false;
		x = span_cut(x, n, x.n);
	}
	return true;
}

static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {{0x7f, 0x9f}, {0x61c, 0x61c}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x2069}, {0xfeff, 0xfeff}, {0xe0000, 0xe007f}};

	for (size_t i = 0; i < COUNT(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return c < 0x20;
}

bool text_is_line(struct span x)
{
	while (x.n) {
		uint32_t c;
		size_t n = text_character(x, &c);

		if (!n || is_hidden(c))
			return false;
		x = span_cut(x, n, x.n);
	}
	return true;
}

static void escape_one(struct buf *out, uint32_t c)
{
	static const char names[] = "abtnvfr"; /* 7 to 13 */

	if (c >= 7 && c <= 13)
		buf_addf(out, "\\%c", names[c - 7]);
	else if (c < 0x80)
		buf_addf(out, "\\x%02x", (unsigned)c);
	else
		buf_addf(out, "\\u{%x}", (unsigned)c);
}

static void add_character(struct buf *out, uint32_t c)
{
	if (c >= 0x10000)
		buf_addc(out, (char)(0xf0 | c >> 18));
	if (c >= 0x800)
		buf_addc(out, (char)(c >= 0x10000 ? 0x80 | (c >> 12 & 0x3f) : 0xe0 | c >> 12));
	buf_addc(out, (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6));
	buf_addc(out, (char)(0x80 | (c & 0x3f)));
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The hex number at x's start: how long it is, at most `most` digits. */
static size_t hex_number(struct span x, size_t most, uint32_t *number)
{
	size_t n = 0;

	for (*number = 0; n < most && n < x.n && hex_digit(x.s[n]) >= 0; n++)
		*number = *number << 4 | (uint32_t)hex_digit(x.s[n]);
	return n;
}

/* One escape, from behind its backslash on: how long it is, 0 where it is none. */
static size_t unescape_one(struct buf *out, struct span x)
{
	static const char names[] = "abtnvfr"; /* 7 to 13 */
	const char *name = x.n && x.s[0] ? strchr(names, x.s[0]) : NULL;
	uint32_t c;
	size_t n;

	if (name || span_starts(x, "\\")) {
		buf_addc(out, name ? (char)(7 + (name - names)) : '\\');
		return 1;
	}
	if (span_starts(x, "x") && hex_number(span_cut(x, 1, x.n), 2, &c) == 2) {
		buf_addc(out, (char)c);
		return 3;
	}
	if (!span_starts(x, "u{"))
		return 0;
	n = hex_number(span_cut(x, 2, x.n), 6, &c);
	if (!n || c < 0x80 || c > 0x10ffff || !span_starts(span_cut(x, 2 + n, x.n), "}"))
		return 0;
	add_character(out, c);
	return n + 3;
}

/* How much of x's beginning is printable ASCII that means nothing but itself. */
static size_t plain_part(struct span x)
{
	size_t n = 0;

	while (n < x.n && x.s[n] >= ' ' && x.s[n] <= '~' && x.s[n] != '\\')
		n++;
	return n;
}

void text_escape(struct buf *out, struct span x)
{
	while (x.n) {
		uint32_t c = 0;
		size_t n = plain_part(x);

		buf_add(out, x.s, n);
		x = span_cut(x, n, x.n);
		if (!x.n)
			return;
		n = text_character(x, &c);
		if (!n)
			buf_addf(out, "\\x%02x", (unsigned char)x.s[0]);
		else if (is_hidden(c))
			escape_one(out, c);
		else if (c == '\\')
			buf_adds(out, "\\\\");
		else
			buf_add(out, x.s, n);
		x = span_cut(x, n ? n : 1, x.n);
	}
}

bool text_unescape(struct buf *out, struct span x)
{
	AUTO(buf) bytes = BUF_INIT;
	AUTO(buf) again = BUF_INIT;
	struct span rest = x;

	while (rest.n) {
		const char *escape = memchr(rest.s, '\\', rest.n);
		size_t plain = escape ? (size_t)(escape - rest.s) : rest.n, n = 0;

		buf_add(&bytes, rest.s, plain);
		rest = span_cut(rest, plain, rest.n);
		if (rest.n && (n = unescape_one(&bytes, span_cut(rest, 1, rest.n))) == 0)
			return false;
		rest = span_cut(rest, n + 1, rest.n);
	}
	/* One way to write it only. */
	text_escape(&again, buf_span(&bytes));
	if (!span_is(buf_span(&again), x))
		return false;
	buf_add(out, bytes.s, bytes.n);
	return true;
}

void text_number(struct buf *out, int64_t number)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--at = '-';
	buf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

void text_size(struct buf *out, int64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes < 0) {
		buf_adds(out, "unknown");
		return;
	}
	while (value >= 999.5 && unit + 1 < COUNT(units)) {
		value /= 1000;
		unit++;
	}
	buf_addf(out, unit && value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void text_duration(struct buf *out, double seconds)
{
	long whole = lround(seconds);

	if (seconds < 59.95)
		buf_addf(out, "%.1f s", seconds);
	else if (whole < 3600)
		buf_addf(out, "%ld:%02ld", whole / 60, whole % 60);
	else
		buf_addf(out, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

static void add_time(struct buf *out, const char *format, const struct tm *tm)
{
	char text[64];

	buf_add(out, text, strftime(text, sizeof(text), format, tm));
}

void text_time_local(struct buf *out, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm))
		add_time(out, "%Y-%m-%d %H:%M", &tm);
}

bool text_time_parse(struct span x, int64_t *seconds)
{
	static const char *const formats[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M"};
	AUTO(buf) text = BUF_INIT;

	buf_add_span(&text, x);
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *end = strptime(text.s, formats[i], &tm);
		AUTO(buf) again = BUF_INIT;
		time_t t;

		if (!end || *end ||
			x.n != (i ? sizeof("2026-11-02 09:14") : sizeof("2026-11-02")) - 1)
			continue;
		t = mktime(&tm);
		/* The 31st of February, 9:5, and what else is taken for something. */
		add_time(&again, formats[i], &tm);
		*seconds = (int64_t)t;
		return t != -1 && span_is(buf_span(&again), x);
	}
	return false;
}

static char *put_two(char *at, int value, char behind)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
	at[2] = behind;
	return at + 3;
}

#define DAY 86400
#define ERA_DAYS 146097 /* of 400 years */
#define TO_MARCH 719468 /* days from the 1st of March of the year 0 to 1970 */

/* By hand: gmtime counts leap seconds where TZ names a zone that does, and a list of thousands spends a tenth of its time on strftime. Years begin with
 * March here, so that a leap day is the last of one: Howard Hinnant, chrono-compatible low-level date algorithms, civil_from_days. */
void text_time_iso(struct buf *out, int64_t seconds)
{
	int64_t day = seconds / DAY - (seconds % DAY < 0), second = seconds - day * DAY, era, year;
	int of_era, of_year, month;
	char text[24], *at = text;

	if (day > INT32_MAX || day < INT32_MIN)
		return;
	day += TO_MARCH;
	era = (day >= 0 ? day : day - ERA_DAYS + 1) / ERA_DAYS;
	of_era = (int)(day - era * ERA_DAYS);
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
	of_year = of_era - (int)(365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	year += era * 400 + (month >= 10);
	text_number(out, year);
	*at++ = '-';
	at = put_two(at, month < 10 ? month + 3 : month - 9, '-');
	at = put_two(at, of_year - (153 * month + 2) / 5 + 1, 'T');
	at = put_two(at, (int)(second / 3600), ':');
	at = put_two(at, (int)(second / 60 % 60), ':');
	at = put_two(at, (int)(second % 60), 'Z');
	buf_add(out, text, (size_t)(at - text));
}

void text_hex(struct buf *out, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *b = bytes;

	buf_reserve(out, 2 * n);
	for (size_t i = 0; i < n; i++) {
		buf_addc(out, digits[b[i] >> 4]);
		buf_addc(out, digits[b[i] & 15]);
	}
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool text_unhex(struct span x, unsigned char *bytes, size_t n)
{
	if (x.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = digit_of(x.s[2 * i]), low = digit_of(x.s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

#define WORD_MAX 63

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: Damerau's distance without editing a swapped pair again. */
unsigned text_distance(struct span a, struct span b)
{
	unsigned rows[3][WORD_MAX + 1];

	if (a.n > WORD_MAX || b.n > WORD_MAX)
		return 2 * WORD_MAX;
	for (unsigned j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			now[j] = least(before[j - 1] + (a.s[i - 1] != b.s[j - 1]),
				least(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.s[i - 1] == b.s[j - 2] && a.s[i - 2] == b.s[j - 1])
				now[j] = least(now[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

const char *text_nearest(struct span x, const char *const *words)
{
	const char *best = NULL;
	unsigned best_distance = 2 * WORD_MAX;

	for (; *words; words++) {
		struct span word = span_of(*words);
		unsigned distance = text_distance(x, word);
		unsigned enough = word.n < 6 ? 1 : (unsigned)word.n / 3;

		if (x.n >= 3 && word.n > x.n && span_is(span_cut(word, 0, x.n), x))
			distance = least(distance, 1);
		if (distance <= enough && distance < best_distance) {
			best = *words;
			best_distance = distance;
		}
	}
	return best;
}
