/* Formats by their marks. */
#include "ext/magic.h"

#include <stdbool.h>
#include <string.h>

/* A tar header: its sum is in octal digits, and counts itself as blanks. */
static bool is_tar(struct span start)
{
	const unsigned char *head = (const unsigned char *)start.s;
	unsigned stated = 0, sum = 8 * ' ';
	size_t at = 148;

	if (start.n < 512)
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i < 148 || i >= 156 ? head[i] : 0;
	if (sum == 8 * ' ')
		return true;
	while (at < 156 && head[at] == ' ')
		at++;
	for (; at < 156 && head[at] >= '0' && head[at] <= '7'; at++)
		stated = stated << 3 | (unsigned)(head[at] - '0');
	return stated == sum;
}

/* Properties as every packer writes them, a dictionary of whole 64 KiB, and a size that is unknown
 * or no more than 256 GiB. */
static bool is_lzma(struct span start)
{
	static const char unknown[8] = "\xff\xff\xff\xff\xff\xff\xff\xff";

	return start.n >= 13 && !memcmp(start.s, "\x5d\0\0", 3) &&
	       (!memcmp(start.s + 5, unknown, 8) || !memcmp(start.s + 10, "\0\0\0", 3));
}

struct mark {
	struct span bytes;
	enum magic is;
	const char *other;
};

static const struct mark *find(const struct mark *marks, struct span start)
{
	for (; marks->bytes.s; marks++)
		if (start.n >= marks->bytes.n && !memcmp(start.s, marks->bytes.s, marks->bytes.n))
			return marks;
	return NULL;
}

#define MARK(text) \
	{ \
		text, sizeof(text) - 1 \
	}

enum magic magic_of(struct span start)
{
	static const struct mark marks[] = {
		{MARK("\x1f\x8b"), MAGIC_GZIP, NULL},
		{MARK("\x28\xb5\x2f\xfd"), MAGIC_ZSTD, NULL},
		{MARK("\xfd\x37zXZ\0"), MAGIC_XZ, NULL},
		{MARK("BZh"), MAGIC_BZIP2, NULL},
		{MARK("PK\3\4"), MAGIC_ZIP, NULL},
		{MARK("PK\5\6"), MAGIC_ZIP, NULL},
		{MARK("!<arch>\n"), MAGIC_AR, NULL},
		{{NULL, 0}, MAGIC_UNKNOWN, NULL},
	};
	const struct mark *mark = find(marks, start);

	if (is_tar(start))
		return MAGIC_TAR;
	if (mark)
		return mark->is;
	return is_lzma(start) ? MAGIC_LZMA : MAGIC_UNKNOWN;
}

const char *magic_other(struct span start)
{
	static const struct mark marks[] = {
		{MARK("\xed\xab\xee\xdb"), MAGIC_UNKNOWN, "an rpm; rpm2cpio and cpio unpack it"},
		{MARK("7z\xbc\xaf\x27\x1c"), MAGIC_UNKNOWN, "a 7z archive; 7z unpacks it"},
		{MARK("Rar!\x1a\7"), MAGIC_UNKNOWN, "a rar archive; unrar unpacks it"},
		{MARK("hsqs"), MAGIC_UNKNOWN, "a squashfs image or snap; unsquashfs unpacks it"},
		{MARK("MSCF"), MAGIC_UNKNOWN, "a cabinet; cabextract unpacks it"},
		{MARK("\xd0\xcf\x11\xe0"), MAGIC_UNKNOWN, "an msi or OLE file; 7z unpacks it"},
		{MARK("MZ"), MAGIC_UNKNOWN, "a program for Windows; 7z may unpack it"},
		{MARK("0707"), MAGIC_UNKNOWN, "a cpio archive; cpio unpacks it"},
		{MARK("xar!"), MAGIC_UNKNOWN, "a xar archive; 7z unpacks it"},
		{MARK("LZIP"), MAGIC_UNKNOWN, "lzip's; lzip unpacks it"},
		{MARK("\x04\x22\x4d\x18"), MAGIC_UNKNOWN, "lz4's; lz4 unpacks it"},
		{MARK("\x1f\x9d"), MAGIC_UNKNOWN, "compress's; uncompress unpacks it"},
		{MARK("#!"), MAGIC_UNKNOWN, "a script; it unpacks itself when it is run"},
		{MARK("%PDF-"), MAGIC_UNKNOWN, "a PDF document"},
		{MARK("<!DOCTYPE"), MAGIC_UNKNOWN, "a web page, and not what was asked for"},
		{MARK("<!doctype"), MAGIC_UNKNOWN, "a web page, and not what was asked for"},
		{MARK("<html"), MAGIC_UNKNOWN, "a web page, and not what was asked for"},
		{{NULL, 0}, MAGIC_UNKNOWN, NULL},
	};
	const struct mark *mark = find(marks, start);

	if (start.n >= 11 && !memcmp(start.s,
				     "\x7f"
				     "ELF",
				     4))
		return memcmp(start.s + 8, "AI", 2) ? "a program; some unpack themselves when run"
						    : "an AppImage; it unpacks itself when run "
						      "with --appimage-extract";
	return mark ? mark->other : NULL;
}
