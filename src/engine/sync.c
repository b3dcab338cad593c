/* One repository brought up to date: what all formats have in common. */
#include "engine/sync.h"

#include "engine/sync_index.h"
#include "engine/sync_part.h"
#include "model/registry.h"
#include "sys/fd.h"

static const struct sync_part *const parts[REPOSITORY_FORMATS] = {
	[REPOSITORY_FARDEL] = &sync_of_tree,
	[REPOSITORY_PACKETS] = &sync_of_packets,
	[REPOSITORY_LUET] = &sync_of_wagon,
};

void sync_init(struct sync *s, struct engine *e, const struct repository *r)
{
	*s = (struct sync){.e = e,
		.repository = r,
		.head_text = BUF_INIT,
		.head_sum = BUF_INIT,
		.head_signatures = BUF_INIT,
		.folder = -1,
		.file = -1,
		.index_file = BUF_INIT,
		.in_use = BUF_INIT,
		.index = INDEX_INIT,
		.reading = {.reader = {.task = TASK_INIT, .reader = FRAME_READER_INIT},
			.feed = -1,
			.file = -1},
		.haul = {.known = BUF_INIT, .file = -1},
		.documents = {-1, -1},
		.intake = INTAKE_INIT,
		.err = ERR_INIT,
		.first = ERR_INIT};
	repo_state_init(&s->state);
	head_init(&s->head);
	wagon_init(&s->wagon);
	image_init(&s->haul.image, SPAN(""));
	pack_init(&s->whole);
	fetch_init(&s->fetch);
}

/* What was fetched of one URL is void with it. */
static void let_go(struct sync *s)
{
	if (s->has_gather)
		gather_drop(&s->gather);
	s->has_gather = false;
	if (s->part)
		s->part->let_go(s);
	if (s->putting)
		index_abandon(&s->index);
	s->putting = false;
	index_drop(&s->index);
	s->index = INDEX_INIT;
	/* Where it was to become another file, that goes. */
	if (!s->done && !s->settling && s->folder >= 0)
		sync_sweep(s);
	fd_drop(&s->folder);
}

void sync_drop(struct sync *s)
{
	let_go(s);
	fetch_drop(&s->fetch);
	pack_drop(&s->whole);
	repo_state_drop(&s->state);
	head_drop(&s->head);
	wagon_drop(&s->wagon);
	buf_drop(&s->head_text);
	buf_drop(&s->head_sum);
	buf_drop(&s->head_signatures);
	buf_drop(&s->index_file);
	buf_drop(&s->in_use);
	image_drop(&s->haul.image);
	buf_drop(&s->haul.known);
}

/* --- For the parts ----------------------------------------------------------------------------- */

int sync_finish(struct sync *s)
{
	s->done = true;
	err_clear(&s->err);
	s->requests += s->gather.requests;
	s->bytes += s->gather.bytes;
	gather_end(&s->gather);
	return 0;
}

int sync_take_unchanged(struct sync *s)
{
	s->unchanged = true;
	sync_sweep(s);
	return sync_finish(s);
}

void sync_begin_anew(struct sync *s)
{
	buf_clear(&s->state.file);
	s->state.in_force = 0;
}

bool sync_is_newest(const struct sync *s)
{
	return s->state.file.n && !s->force && s->state.in_force == s->state.revision;
}

void sync_know_tag(struct sync *s)
{
	AUTO(buf) shown = BUF_INIT;

	pack_show_url(buf_span(&s->repository->urls.of.v[s->url]), &shown);
	if (sync_is_newest(s) && span_is(buf_span(&s->state.url), buf_span(&shown)))
		buf_set(&s->gather.tag, buf_span(&s->state.etag));
}

/* --- One URL after the other ------------------------------------------------------------------ */

/* What is known of it. Of another format, that is nothing that counts. */
static int load(struct sync *s, struct err *err)
{
	int known, usable;

	repo_state_drop(&s->state);
	repo_state_init(&s->state);
	s->back = (struct trust_back){0};
	known = repos_get(&s->e->db, buf_span(&s->repository->name), &s->state, err);
	if (known < 0)
		return -1;
	buf_set(&s->in_use, buf_span(&s->state.file));
	usable = s->state.file.n ? sync_is_usable(s) : 1;
	if (usable < 0) {
		repo_state_drop(&s->state);
		repo_state_init(&s->state);
	}
	buf_set(&s->state.name, buf_span(&s->repository->name));
	s->before = s->state.file.n ? s->state.in_force : 0;
	if (!usable)
		sync_begin_anew(s);
	return 0;
}

static int not_luets(const struct sync *s, struct err *err)
{
	err_set(err, ERR_CONFIG, "of type docker there are only repositories of luet's");
	return err_next(err, "put into %s: format: luet", s->repository->file.s);
}

/* Where its files are: of a registry, where its images are. */
static int base_of(const struct sync *s, struct buf *out, struct err *err)
{
	struct span url = buf_span(&s->repository->urls.of.v[s->url]);

	if (s->repository->type == REPOSITORY_DOCKER && s->repository->format != REPOSITORY_LUET)
		return not_luets(s, err);
	if (s->repository->type == REPOSITORY_DOCKER)
		return registry_base(url, out, err);
	buf_set(out, url);
	return 0;
}

static int begin(struct sync *s, struct err *err)
{
	AUTO(buf) base = BUF_INIT;

	s->part = parts[s->repository->format];
	if (!s->part)
		return err_set(err, ERR_CONFIG, "repositories of format %s cannot be used yet",
			repository_format_name(s->repository->format));
	if (load(s, err) < 0 || base_of(s, &base, err) < 0)
		return -1;
	gather_init(&s->gather, s->e, buf_span(&base), buf_span(&s->repository->name));
	s->has_gather = true;
	s->gather.arg = s;
	s->gather.tell_tag = true;
	s->gather.hasty = s->url + 1 < s->repository->urls.of.n;
	return s->part->begin(s, err);
}

/* The next URL, if there is one, after what went wrong with this one. */
static void fail(struct sync *s, const struct err *why)
{
	/* Who lies weighs more than who is not there. */
	if (s->first.code == ERR_NONE ||
		(why->code == ERR_CHECKSUM && s->first.code != ERR_CHECKSUM))
		s->first = *why;
	s->err = *why;
	for (;;) {
		struct err err = ERR_INIT;

		let_go(s);
		s->url++;
		if (s->first.code == ERR_SIGNAL || s->url >= s->repository->urls.of.n)
			break;
		if (begin(s, &err) == 0)
			return;
		s->err = err;
		if (err.code == ERR_CHECKSUM && s->first.code != ERR_CHECKSUM)
			s->first = err;
	}
	s->err = s->first;
	/* It is the repository that is at fault, and no package. */
	if ((s->err.code == ERR_INSTALLER || s->err.code == ERR_CHECKSUM) && !s->err.next[0])
		(void)err_next(&s->err, "try again later; if it stays so, tell who runs %s",
			s->repository->name.s);
	s->done = true;
}

void sync_begin(struct sync *s)
{
	struct err err = ERR_INIT;

	if (begin(s, &err) < 0)
		fail(s, &err);
}

struct task *sync_task(struct sync *s)
{
	struct task *t = &s->gather.worker.task;

	return s->has_gather && t->running ? t : NULL;
}

void sync_go_on(struct sync *s)
{
	struct err err = ERR_INIT;

	if (s->done || !s->has_gather || s->gather.worker.task.running)
		return;
	if (gather_result(&s->gather, &err) == 0)
		(void)err_set(&err, ERR_WORKER, "fardel-fetch ended too early");
	fail(s, &err);
}
