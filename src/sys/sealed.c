/* Copies of files in memory that nobody can change. */
#include "sys/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define ALL 0555

int sealed_copy(int fd, const char *name, struct err *err)
{
	AUTO_FD copy = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;
	off_t at = 0;

	if (copy < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "make a copy of %s in memory", name);
	while (at < st.st_size)
		if (sendfile(copy, fd, &at, (size_t)(st.st_size - at)) <= 0)
			return err_sys(err, "copy %s into memory", name);
	if (fchmod(copy, ALL) < 0 || fcntl(copy, F_ADD_SEALS, SEALS) < 0)
		return err_sys(err, "seal the copy of %s", name);
	return fd_take(&copy);
}

int sealed_again(int fd, struct err *err)
{
	int copy;

	if (fchown(fd, geteuid(), getegid()) < 0 || fchmod(fd, ALL) < 0)
		return err_sys(err, "a program's copy in memory");
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return copy < 0 ? err_sys(err, "a program's copy in memory") : copy;
}
