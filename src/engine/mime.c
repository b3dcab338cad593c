/* The file that real puavo rules append to, to have the mime database made anew. */
#include "engine/mime.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/process.h"

#define FOLDER "/var/lib/puavo-pkg"
#define MARK ".update_mime_database"
#define PROGRAM "/usr/bin/update-mime-database"

int mime_prepare(struct engine *e, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD above = -1;
	AUTO_FD there =
		file_open_within(e->place.root.s, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (there >= 0)
		return 0; /* maybe by a link that the admin made */
	place_path(&e->place, "/var/lib", &path);
	above = file_open_dir(path.s, err);
	if (above < 0)
		return -1;
	return file_make_dir(above, "puavo-pkg", 0755, err);
}

static void update(struct engine *e)
{
	const char *argv[] = {PROGRAM, "/usr/share/mime", NULL};
	const char *envp[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL};
	struct process process = PROCESS_INIT;
	struct process_spec spec = {.program = PROGRAM,
		.argv = argv,
		.envp = envp,
		.output = -1,
		.hold = -1,
		.keep = true,
		.root = e->place.root.n ? e->place.root.s : NULL};
	AUTO(buf) program = BUF_INIT;
	struct err err = ERR_INIT;
	int status;

	place_path(&e->place, PROGRAM, &program);
	if (access(program.s, X_OK) < 0)
		return; /* a system without the database has nothing to be made anew */
	spec.means = spec.root ? engine_means(e) : 0;
	if (spec.root && !(spec.means & MEANS_CHROOT))
		return;
	if (process_start(&spec, &process, &err) < 0) {
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", err.text);
		return;
	}
	status = process_end(&process);
	if (status != 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s failed (status %d)", PROGRAM,
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void mime_forget(struct engine *e)
{
	AUTO(buf) path = BUF_INIT;

	place_path(&e->place, FOLDER, &path);
	rmdir(path.s); /* fails where it is a real one, with something in it: as it should */
}

void mime_settle(struct engine *e)
{
	AUTO(buf) path = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct stat st;
	AUTO_FD above = -1;
	AUTO_FD folder = -1;

	place_path(&e->place, "/var/lib", &path);
	above = file_open_dir(path.s, &ignored);
	folder = file_open_within(e->place.root.s, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above < 0 || folder < 0)
		return;
	if (fstatat(folder, MARK, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		update(e);
		unlinkat(folder, MARK, 0);
	}
	unlinkat(above, "puavo-pkg", AT_REMOVEDIR);
}
