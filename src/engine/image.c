/* Whether the system image that runs is as new as an installer requires. */
#include "engine/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "model/image.h"
#include "sys/fd.h"
#include "sys/file.h"

#define NAME_FILE "/etc/puavo-image/name"
#define NAME_FILE_MAX 4096

/* 1 read, 0 not there. */
static int read_name(const struct engine *e, struct buf *out, struct err *err)
{
	AUTO_FD fd = file_open_within(
		e->place.root.s, NAME_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "%s%s", e->place.root.s, NAME_FILE);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFLICT, "%s%s is not a file", e->place.root.s, NAME_FILE);
	return file_read_fd(fd, NAME_FILE_MAX, out, err) < 0 ? -1 : 1;
}

static int refuse(const struct installer *in, const char *why, const char *mend, struct err *err)
{
	err_set(err, ERR_CONFLICT, "it requires a system image of %s or newer, and %s",
		in->required_image.s, why);
	return err_next(err, "%s: --set image.check=false", mend);
}

int image_check(const struct engine *e, const struct installer *in, struct err *err)
{
	static const char none[] = "where there are no such images, set image.check = false in "
				   "fardel.toml, or for once";
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) why = BUF_INIT;
	struct span stamp;
	int there;

	if (!in->required_image.n || !e->config.image_check)
		return 0;
	there = read_name(e, &text, err);
	if (there < 0)
		return err_at(
			err, "it requires a system image of %s or newer", in->required_image.s);
	if (!there)
		return refuse(in, "there is no " NAME_FILE, none, err);
	if (!image_find_timestamp(buf_span(&text), &stamp))
		return refuse(in, NAME_FILE " does not tell which one this is", none, err);
	if (span_compare(stamp, buf_span(&in->required_image)) >= 0)
		return 0;
	buf_addf(&why, "this one is of %.*s", SPAN_ARG(stamp));
	return refuse(in, why.s, "boot a newer one; to go on all the same", err);
}
