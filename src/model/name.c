/* Names of packages, of all formats. */
#include "model/name.h"

#include <string.h>

#include "model/installer.h"
#include "model/luet_version.h"
#include "model/packets.h"

#define SUBSET_SIZE 64

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_of(struct span x, const char *others)
{
	for (size_t i = 0; i < x.n; i++)
		if (!is_alnum(x.s[i]) && (!x.s[i] || !strchr(others, x.s[i])))
			return false;
	return x.n > 0;
}

static bool is_part(struct span x)
{
	return is_of(x, "+._-") && (is_alnum(x.s[0]) || x.s[0] == '_');
}

bool name_is_luet_valid(struct span name)
{
	struct span rest = name, category;

	return name.n <= NAME_MAX_BYTES && span_split(&rest, '/', &category) && is_part(category) &&
	       is_part(rest);
}

bool name_is_luet(struct span name)
{
	return name.n && memchr(name.s, '/', name.n);
}

bool name_is_valid(struct span name)
{
	return name_is_luet(name) ? name_is_luet_valid(name) : packets_name_is_valid(name);
}

bool name_is_of(int format, struct span name)
{
	return name_is_luet(name) == (format == FORMAT_LUET) && name_is_valid(name);
}

static void exchange(struct span x, char from, char to, struct buf *out)
{
	for (size_t i = 0; i < x.n; i++)
		buf_addc(out, x.s[i] == from ? to : x.s[i]);
}

void name_to_folder(struct span name, struct buf *out)
{
	exchange(name, '/', ':', out);
}

bool name_of_folder(struct span folder, struct buf *out)
{
	AUTO(buf) name = BUF_INIT;

	if (folder.n && memchr(folder.s, '/', folder.n))
		return false;
	exchange(folder, ':', '/', &name);
	if (!name_is_valid(buf_span(&name)))
		return false;
	buf_add_span(out, buf_span(&name));
	return true;
}

bool name_is_luet_version(struct span version)
{
	return luet_version_is_text(version);
}

bool name_is_luet_subset(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] <= ' ' || x.s[i] > '~')
			return false;
	return x.n && x.n <= SUBSET_SIZE;
}
