/* What luet has installed, by the output of `luet database get --files`. */
#include <fcntl.h>
#include <unistd.h>

#include "engine/import_files.h"
#include "engine/import_home.h"
#include "engine/stock.h"
#include "model/luet_database.h"
#include "model/luet_installer.h"
#include "model/luet_made.h"
#include "sys/fd.h"
#include "sys/file.h"

/* Of a package: the files of its installer. */
struct own_files {
	struct offer offer; /* where a wagon still has it */
	struct buf repository; /* whose it is then */
	struct buf artifact;
	struct import_own own[LUET_MADE_FILES];
	size_t count;
};

static void own_files_drop(struct own_files *d)
{
	offer_drop(&d->offer);
	buf_drop(&d->repository);
	buf_drop(&d->artifact);
}

/* Nobody knows where its tree is to be had. Borrows. */
static struct span artifact_of_taken(struct buf *artifact)
{
	buf_clear(artifact);
	luet_artifact_format(SPAN(""), NULL, artifact);
	buf_adds(artifact, "taken_over: true\n");
	return buf_span(artifact);
}

/* As its wagon has it, so that it can be unpacked anew; else what the database says, and nobody knows where its tree is to be had. */
static int make(struct engine *e, struct stock *s, const struct luet_installed *p,
	struct own_files *out, struct err *err)
{
	struct luet_file files[LUET_MADE_FILES];
	int offered = import_find_home(e, s, REPOSITORY_LUET, buf_span(&p->definition.name),
		buf_span(&p->definition.version), &out->offer, &out->repository, err);

	if (offered < 0)
		return -1;
	if (offered) {
		out->count = luet_made_files(&out->offer, &out->artifact, files);
		/* What an image is made of nobody says before it is fetched. */
		if (offer_is_image(&out->offer))
			files[0].text = artifact_of_taken(&out->artifact);
		for (size_t i = 0; i < out->count; i++)
			out->own[i] = (struct import_own){files[i].name, files[i].text};
		return 0;
	}
	out->own[0] = (struct import_own){LUET_DEFINITION, p->text};
	out->own[1] = (struct import_own){LUET_ARTIFACT, artifact_of_taken(&out->artifact)};
	out->count = 2;
	return 0;
}

static int take_one(struct engine *e, struct stock *s, struct import *m, struct span text,
	struct imported *row, struct err *err)
{
	AUTO(luet_installed) p;
	struct own_files made = {.repository = BUF_INIT, .artifact = BUF_INIT};
	struct import_package package;
	int result;

	luet_installed_init(&p);
	if (luet_database_parse(text, &p, &row->err) < 0) {
		buf_set(&row->name, buf_span(&p.definition.name));
		row->outcome = IMPORT_FAILED;
		return 0;
	}
	if (!p.has_files)
		texts_add(&row->notes,
			SPAN("which files it has is not said (luet database get --files)"));
	offer_init(&made.offer);
	result = make(e, s, &p, &made, err);
	package = (struct import_package){buf_span(&p.definition.name),
		buf_span(&p.definition.version), FORMAT_LUET, made.own, made.count, &p.files,
		buf_span(&made.repository)};
	if (result == 0)
		result = import_take(m, &package, row, err);
	own_files_drop(&made);
	return result;
}

static struct imported *add_row(struct imports *out)
{
	struct imported *row = vec_push(&out->of);

	*row = (struct imported){.name = BUF_INIT, .version = BUF_INIT, .err = ERR_INIT};
	return row;
}

/* Who asks names it: it may be anything that can be read. */
static int read_input(const char *file, struct buf *out, struct err *err)
{
	bool is_stdin = span_is_text(span_of(file), "-");
	AUTO_FD fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			      : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, "open %s", is_stdin ? "stdin" : file);
	return file_read_fd(fd, LUET_DATABASE_MAX, out, err) < 0 ? err_at(err, "%s", file) : 0;
}

int engine_import_luet(
	struct engine *e, const char *file, bool dry_run, struct imports *out, struct err *err)
{
	AUTO(stock) stock = STOCK_INIT;
	AUTO(buf) text = BUF_INIT;
	struct import *m;
	struct span rest, one;
	int result = 0;

	if (read_input(file, &text, err) < 0 || stock_open(e, &stock, err) < 0)
		return -1;
	rest = buf_span(&text);
	if (import_begin(e, dry_run, &m, err) < 0)
		return -1;
	while (result == 0 && luet_database_next(&rest, &one))
		result = take_one(e, &stock, m, one, add_row(out), err);
	if (import_end(m, result, err) < 0)
		return -1;
	if (!out->of.n)
		return err_set(err, ERR_FAILED, "%s: there is no package in it", file);
	return imports_judge(out, err);
}
