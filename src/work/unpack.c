/* fardel-unpack PACK DIR: writes out a vendor's pack, for rules that call it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "model/entry.h"
#include "sys/file.h"
#include "work/leaks.h"
#include "work/unpack_members.h"

#define USAGE 64
#define STRIP_MAX 64

static const char help[] =
	"Usage: fardel-unpack [OPTION]... PACK DIR\n"
	"       fardel-unpack [OPTION]... --list PACK\n"
	"Unpacks PACK (-: its stdin, which is a file) into the folder DIR. PACK is a .deb, a tar (also in gzip, xz, zstd, bzip2,\n"
	"lzma) or a zip, whatever its name is.\n"
	"\n"
	"  --strip N         leave out the first N parts of each path\n"
	"  --include GLOB    only what matches, and what is in folders that match; may come again\n"
	"  --exclude GLOB    not what matches, nor what is in folders that match; may come again\n"
	"  --list            only prints the paths that would come out, one a line, escaped\n"
	"  --help            this\n"
	"\n"
	"A GLOB is for the path after --strip: * is anything but a slash, ** anything.\n";

/* What was asked for. */
struct asked {
	struct unpacker of;
	const char *pack;
	const char *dir;
	unsigned strip;
	bool list;
	VEC(const char *) include;
	VEC(const char *) exclude;
};

static void asked_drop(struct asked *a)
{
	vec_drop(&a->include);
	vec_drop(&a->exclude);
	fd_drop(&a->of.to);
	unpacker_drop(&a->of);
}

static int open_both(struct asked *a, int *pack, struct err *err)
{
	struct stat st;

	*pack = !strcmp(a->pack, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				      : open(a->pack, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*pack < 0 || fstat(*pack, &st) < 0)
		return err_sys(err, "open");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, "is no file");
	a->of.to = a->list ? -1 : file_open_dir(a->dir, err);
	return a->of.to < 0 && !a->list ? -1 : 0;
}

static int run(struct asked *a, struct err *err)
{
	struct entry_choice choice = {.strip = a->strip};
	const char *unmatched;
	AUTO_FD pack = -1;

	*vec_push(&a->include) = NULL;
	*vec_push(&a->exclude) = NULL;
	choice.include = a->include.v;
	choice.exclude = a->exclude.v;
	if (open_both(a, &pack, err) < 0 || unpacker_run(&a->of, pack, &choice, err) < 0)
		return -1;
	if (!a->of.members)
		return err_set(err, ERR_INSTALLER, "there is nothing in it");
	unmatched = entry_plan_unmatched(a->of.plan);
	return unmatched ? err_set(err, ERR_FAILED, "nothing in it matches --include %s", unmatched)
			 : 0;
}

static int report(const struct asked *u, int rc, struct err *err)
{
	if (rc < 0) {
		err_at(err, "%s", u->pack);
		fprintf(stderr, "fardel-unpack: %s\n", err->text);
		return 1;
	}
	if (u->of.stripped) {
		struct err note = ERR_INIT; /* escapes the name */

		err_set(&note, ERR_NONE,
			"%s: took setuid, setgid, sticky, or write permission for group and "
			"others from %lld members",
			u->pack, (long long)u->of.stripped);
		fprintf(stderr, "fardel-unpack: %s\n", note.text);
	}
	return 0;
}

/* -1: go on; else the exit status. */
static int parse(struct asked *u, int argc, char **argv)
{
	static const struct option options[] = {
		{"strip", required_argument, NULL, 's'},
		{"include", required_argument, NULL, 'i'},
		{"exclude", required_argument, NULL, 'x'},
		{"list", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	unsigned long long strip;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (c) {
		case 's':
			if (!span_number(span_of(optarg), STRIP_MAX, &strip)) {
				fprintf(stderr, "fardel-unpack: --strip: a number up to %d\n",
					STRIP_MAX);
				return USAGE;
			}
			u->strip = (unsigned)strip;
			break;
		case 'i': *vec_push(&u->include) = optarg; break;
		case 'x': *vec_push(&u->exclude) = optarg; break;
		case 'l': u->list = true; break;
		case 'h': return fputs(help, stdout) < 0 || fflush(stdout) ? 1 : 0;
		default: return USAGE;
		}
	}
	if (argc - optind != (u->list ? 1 : 2)) {
		fprintf(stderr, "Usage: fardel-unpack [OPTION]... PACK DIR; see --help\n");
		return USAGE;
	}
	u->pack = argv[optind];
	u->dir = u->list ? NULL : argv[optind + 1];
	return -1;
}

int main(int argc, char **argv)
{
	AUTO(asked) u = {.pack = NULL};
	struct err err = ERR_INIT;
	int status;

	unpacker_init(&u.of);
	status = parse(&u, argc, argv);
	if (status >= 0)
		return status;
	signal(SIGXFSZ, SIG_IGN); /* a limit is an error of write's */
	umask(0);
	return report(&u, run(&u, &err), &err);
}
