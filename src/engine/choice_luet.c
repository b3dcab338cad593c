/* Packages of wagons among what was chosen. */
#include "engine/choice_luet.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/choice_image.h"
#include "model/luet_made.h"
#include "model/name.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"

/* --- Its tarball ----------------------------------------------------------------------------------------- */

/* A path of the machine's as a URL: what means something in one is written as its number. */
static void add_local(struct buf *out, struct span path)
{
	buf_adds(out, "file://");
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.s[i];

		if (c <= ' ' || c > '~' || c == '%')
			buf_addf(out, "%%%02X", c);
		else
			buf_addc(out, path.s[i]);
	}
}

static void url_below(struct span base, const struct buf *path, struct buf *out)
{
	while (base.n && base.s[base.n - 1] == '/')
		base.n--;
	if (base.n && base.s[0] == '/')
		add_local(out, base);
	else
		buf_add_span(out, base);
	buf_addf(out, "/%s", path->s);
}

/* Behind those that are there: the last one is the pack's own URL, which is tried last. */
static void add_source(struct pack *p, struct span base, const struct buf *path)
{
	if (p->url.n)
		texts_add(&p->mirrors, buf_span(&p->url));
	buf_clear(&p->url);
	url_below(base, path, &p->url);
}

static void add_pack(const struct shelf *shelf, struct offer *o)
{
	struct pack *p = vec_push(&o->packs.of);

	pack_init(p);
	buf_set(&p->file, buf_span(&o->path));
	add_source(p, buf_span(&shelf->url), &o->path);
	VEC_FOR (const struct buf, url, &shelf->repository->urls.of)
		if (!span_is(buf_span(url), buf_span(&shelf->url)))
			add_source(p, buf_span(url), &o->path);
	p->size = o->size < 0 ? -1 : o->size;
	p->sums.has[DIGEST_SHA256] = !o->unchecked;
	p->sums.of[DIGEST_SHA256] = o->sha256;
}

int choice_luet_complete(struct shelf *shelf, bool texts, struct offer *o, struct err *err)
{
	int there = 1;

	if (o->format != FORMAT_LUET)
		return 0;
	if (texts)
		there = index_texts(&shelf->index, o, err);
	if (there == 0)
		err_set(err, ERR_BAD_STATE, "the index has lost what %s is made of", o->name.s);
	if (there <= 0)
		return -1;
	if (offer_is_image(o) || shelf->repository->type == REPOSITORY_DOCKER)
		return choice_image_complete(shelf, o, err);
	if (o->path.n)
		add_pack(shelf, o);
	return 0;
}

/* --- Its installer --------------------------------------------------------------------------------------- */

static int write_file(int dir, const struct luet_file *file, struct facts *facts, struct err *err)
{
	AUTO_FD fd = file_open(dir, file->name, O_WRONLY | O_CREAT | O_EXCL, 0644, err);

	if (fd < 0 || file_write_all(fd, file->text.s, file->text.n, err) < 0)
		return -1;
	if (fchmod(fd, 0644) < 0)
		return err_sys(err, "set the mode of %s", file->name);
	facts_add(facts, span_of(file->name), file->text);
	return 0;
}

void choice_luet_sources(const struct chosen *one, struct installer *out)
{
	for (size_t i = 0; i < out->packs.of.n && i < one->offer.packs.of.n; i++) {
		const struct pack *from = &one->offer.packs.of.v[i];
		struct pack *to = &out->packs.of.v[i];

		buf_set(&to->url, buf_span(&from->url));
		texts_add_all(&from->mirrors, &to->mirrors);
		to->size = from->size;
	}
}

/* What the installer says, and where its tarball is to be had. */
static int understand(
	const struct chosen *one, struct facts *facts, struct installer *out, struct err *err)
{
	AUTO(buf) folder = BUF_INIT;

	name_to_folder(buf_span(&one->offer.name), &folder);
	if (installer_parse(facts, buf_span(&folder), out, err) < 0)
		return -1;
	choice_luet_sources(one, out);
	return 0;
}

int choice_luet_make(
	struct engine *e, const struct chosen *one, struct candidate *c, struct err *err)
{
	struct luet_file files[LUET_MADE_FILES];
	AUTO(buf) artifact = BUF_INIT;
	AUTO(facts) facts = FACTS_INIT;
	AUTO_FD dir = stage_make(&e->place, c->stage.s, err);
	size_t n = luet_made_files(&one->offer, &artifact, files);

	if (dir < 0)
		return -1;
	c->size = 0;
	for (size_t i = 0; i < n; i++) {
		if (write_file(dir, &files[i], &facts, err) < 0)
			return -1;
		c->size += (int64_t)files[i].text.n;
	}
	return understand(one, &facts, &c->installer, err) < 0 ||
			       installation_id(dir, &c->id, err) < 0
		       ? -1
		       : 0;
}
