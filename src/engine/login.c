/* The user and password that a host is given. */
#include "engine/login.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/pack.h"
#include "sys/fd.h"
#include "sys/file.h"

#define NETRC "/etc/fardel/netrc"
#define NETRC_MAX (1 << 20)

static int check(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is not a file", path);
	if (file_check_owner(fd, path, err) < 0)
		return -1;
	if (!(st.st_mode & (S_IRWXG | S_IRWXO)))
		return 0;
	err_set(err, ERR_UNSAFE, "%s holds passwords and can be read by others (mode %04o)", path,
		(unsigned)st.st_mode & 07777);
	return err_next(err, "chmod 600 %s, and change the passwords that others have seen", path);
}

int login_find(const struct place *place, struct span url, struct login *out, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = -1;

	if (pack_url_has_login(url))
		return 0;
	place_path(place, NETRC, &path);
	fd = file_open_within(place->root.s, NETRC, O_RDONLY);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(err, "open %s", path.s);
	if (check(fd, path.s, err) < 0)
		return -1;
	if (file_read_fd(fd, NETRC_MAX, &text, err) < 0 ||
		netrc_find(buf_span(&text), pack_url_host(url), out, err) < 0) {
		err_at(err, "%s", path.s);
		return err_next(err, "mend that file: machine HOST login USER password PASSWORD");
	}
	return 0;
}
