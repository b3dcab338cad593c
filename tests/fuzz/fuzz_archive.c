/* A vendor's pack of any kind, read to its end. */
/* LIBS: -larchive -llzma -lzstd -lz -lbz2 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ext/archive.h"
#include "fuzz.h"
#include "sys/fd.h"

#define CONTENT_MAX (64 << 20)

/* Its content's blocks go up; gives false where it is damaged. */
static bool read_content(struct archive_in *in, int64_t *total, struct err *err)
{
	struct span bytes;
	int64_t at;
	int rc;

	while ((rc = archive_read_block(in, &bytes, &at, err)) > 0 && *total < CONTENT_MAX) {
		for (size_t i = 0; i < bytes.n; i += 4096)
			HOLDS(bytes.s[i] || !bytes.s[i]); /* it can be read */
		*total += (int64_t)bytes.n + 1;
	}
	return rc == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct archive_limits limits = {.stream = 16 << 20,
		.ratio = 1000,
		.slack = 1 << 20,
		.holes = true,
		.window_log = 20};
	AUTO_FD fd = memfd_create("pack", MFD_CLOEXEC);
	struct archive_in *in = NULL;
	struct archive_entry member;
	struct err err = ERR_INIT;
	int64_t total = 0;
	int rc;

	HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	if (archive_open_pack(fd, &limits, &in, &err) < 0) {
		HOLDS(err.code == ERR_INSTALLER && err.text[0]);
		return 0;
	}
	while ((rc = archive_next(in, &member, &err)) > 0 && total++ < CONTENT_MAX) {
		HOLDS(strnlen(member.path.s, member.path.n) == member.path.n && member.kind);
		HOLDS(member.type == ARCHIVE_HARDLINK || member.type == ARCHIVE_SYMLINK ||
			!member.link.n);
		HOLDS(archive_bytes_read(in) <= (int64_t)size);
		if (!read_content(in, &total, &err))
			break;
	}
	HOLDS(err.code == ERR_NONE || (err.code == ERR_INSTALLER && err.text[0]));
	archive_close(in);
	return 0;
}
