/* Words that scripts give to files and programs of others. */
#include "rules/words.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/glob.h"

#define NAME_BYTES 200

bool words_are(const char *word, const char *also)
{
	if (!*word || *word == '-')
		return false;
	for (; *word; word++)
		if (!(isascii((unsigned char)*word) && isalnum((unsigned char)*word)) &&
			!strchr(also, *word))
			return false;
	return true;
}

bool words_match(const char *glob, const char *name)
{
	return !glob || glob_matches(glob, span_of(name));
}

int words_file_name(const char *name, const char *what, struct err *err)
{
	if (!words_are(name, "._+-") || *name == '.' || strlen(name) > NAME_BYTES)
		return err_set(err, ERR_FAILED, "%s: %s: letters, digits and ._+- make a name",
			what, name);
	return 0;
}

void words_desktop_text(struct buf *out, struct span x, bool in_list)
{
	static const char plain[] = "\n\t\r\\", escaped[] = "ntr\\";

	for (size_t i = 0; i < x.n; i++) {
		const char *at = x.s[i] ? strchr(plain, x.s[i]) : NULL;

		if (at)
			buf_addf(out, "\\%c", escaped[at - plain]);
		else if (x.s[i] == ' ' && i == 0)
			buf_adds(out, "\\s");
		else if (x.s[i] == ';' && in_list)
			buf_adds(out, "\\;");
		else if ((unsigned char)x.s[i] >= ' ' && x.s[i] != 0x7f)
			buf_addc(out, x.s[i]);
	}
}

static bool is_code(const char *word)
{
	return word[0] == '%' && word[1] && strchr("fFuUick", word[1]) && !word[2];
}

void words_desktop_exec(struct buf *out, const char *word)
{
	bool quote = !*word || strpbrk(word, " \t\n\"'\\><~|&;$*?#()`");

	if (is_code(word)) {
		buf_adds(out, word);
		return;
	}
	if (quote)
		buf_addc(out, '"');
	for (; *word; word++) {
		if (strchr("\"`$\\", *word))
			buf_addc(out, '\\');
		if (*word == '%')
			buf_addc(out, '%');
		buf_addc(out, *word);
	}
	if (quote)
		buf_addc(out, '"');
}

void words_xml(struct buf *out, struct span x)
{
	static const struct {
		char is;
		const char *as;
	} names[] = {
		{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
	uint32_t point;

	while (x.n) {
		size_t n = text_character(x, &point);
		const char *as = NULL;

		for (size_t i = 0; i < COUNT(names); i++)
			if (n == 1 && x.s[0] == names[i].is)
				as = names[i].as;
		if (as)
			buf_adds(out, as);
		else if (n && (point >= ' ' || point == '\n' || point == '\t') && point != 0xfffe &&
			 point != 0xffff)
			buf_add(out, x.s, n);
		x = span_cut(x, n ? n : 1, x.n);
	}
}
