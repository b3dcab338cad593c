/* What a member of an archive is. */
#include "ext/archive_type.h"

#include <sys/stat.h>

#include "base/attr.h"

void archive_set_type(struct archive_entry *entry, unsigned type)
{
	static const struct {
		unsigned type;
		enum archive_type is;
		const char *kind;
	} rows[] = {
		{S_IFREG, ARCHIVE_FILE, "file"},
		{S_IFDIR, ARCHIVE_DIR, "folder"},
		{S_IFLNK, ARCHIVE_SYMLINK, "symbolic link"},
		{S_IFCHR, ARCHIVE_OTHER, "character device"},
		{S_IFBLK, ARCHIVE_OTHER, "block device"},
		{S_IFIFO, ARCHIVE_OTHER, "fifo"},
		{S_IFSOCK, ARCHIVE_OTHER, "socket"},
	};

	entry->type = ARCHIVE_OTHER;
	entry->kind = "unknown kind";
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].type == type) {
			entry->type = rows[i].is;
			entry->kind = rows[i].kind;
		}
}
