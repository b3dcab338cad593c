/* AppImages. */
#include "rules/appimage.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#define SQUASHFS "hsqs"
#define END_MAX (64LL << 20) /* of the program in front */

static int64_t end_64(const unsigned char *head)
{
	Elf64_Ehdr e;

	memcpy(&e, head, sizeof(e));
	if (e.e_shoff > END_MAX)
		return 0;
	return (int64_t)e.e_shoff + (int64_t)e.e_shentsize * e.e_shnum;
}

static int64_t end_32(const unsigned char *head)
{
	Elf32_Ehdr e;

	memcpy(&e, head, sizeof(e));
	return (int64_t)e.e_shoff + (int64_t)e.e_shentsize * e.e_shnum;
}

/* Its last part is the table of sections. */
int64_t appimage_offset(int fd)
{
	unsigned char head[sizeof(Elf64_Ehdr)];
	char magic[4];
	int64_t end;

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
		memcmp(head, ELFMAG, SELFMAG) != 0 || head[EI_DATA] != ELFDATA2LSB)
		return 0;
	end = head[EI_CLASS] == ELFCLASS32 ? end_32(head) : end_64(head);
	if (end <= 0 || end > END_MAX ||
		pread(fd, magic, sizeof(magic), (off_t)end) != (ssize_t)sizeof(magic))
		return 0;
	return memcmp(magic, SQUASHFS, sizeof(magic)) == 0 ? end : 0;
}
