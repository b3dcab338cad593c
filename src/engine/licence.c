/* Licences: where their texts are, and that they are accepted before anything is fetched. */
#include "engine/licence.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/installer_file.h"
#include "engine/query.h"
#include "model/acceptance.h"
#include "store/installation.h"
#include "store/intake.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"

#define LICENCE_MAX (16 << 20)
#define STAGED "licence"

/* file:// and the path, with what a URL gives meaning to as %XX. */
static void add_file_url(struct buf *out, const char *path)
{
	buf_adds(out, "file://");
	for (; *path; path++) {
		if ((*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
			(*path >= '0' && *path <= '9') || strchr("/._~+-", *path))
			buf_addc(out, *path);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*path);
	}
}

static int no_licence(const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "%s has no licence text", what);
}

/* What the installation's installer says. */
static int read_installer(int dir, struct span name, struct installer *out, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;

	if (installation_facts(dir, &facts, err) < 0)
		return -1;
	return installer_parse(&facts, name, out, err);
}

/* The file of an installation that has the text; NULL: it has none. What cannot be read any more has the usual one. */
static const char *file_of(int dir, struct span name, struct installer *in)
{
	struct err ignored = ERR_INIT;

	if (read_installer(dir, name, in, &ignored) < 0)
		return "license";
	return installer_licence_file(in);
}

static int licence_of_name(struct engine *e, const char *name, struct buf *url, struct err *err)
{
	struct bundle b;
	AUTO(buf) path = BUF_INIT;
	AUTO(installer) in;
	AUTO_FD dir = -1;
	const char *file;
	struct stat st;
	int there;

	bundle_init(&b);
	installer_init(&in);
	dir = query_open_shown(e, name, &b, err);
	place_path(&e->place, "", &path);
	installation_path(&e->place, &b, &path);
	bundle_drop(&b);
	if (dir < 0)
		return -1;
	file = file_of(dir, span_of(name), &in);
	there = file ? file_stat(dir, file, &st, err) : 0;
	if (there < 0)
		return -1;
	if (!there || !S_ISREG(st.st_mode))
		return no_licence(name, err);
	buf_add_path(&path, file);
	add_file_url(url, path.s);
	return 0;
}

/* Keeps a copy below the cache, by the installer's id, which outlives the stage; gives its URL. */
static int keep_text(struct engine *e, int dir, const char *file, struct span id, struct buf *url,
	struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) folder = buf_of(PLACE_CACHE "/licences/");
	AUTO(buf) full = BUF_INIT;
	AUTO_FD kept = -1;
	int there = file_read(dir, file, LICENCE_MAX, &text, err);

	if (there <= 0)
		return there < 0
			       ? -1
			       : err_set(err, ERR_INSTALLER,
					 "it states %s as its licence, and has no such file", file);
	buf_add_span(&folder, id);
	kept = place_make(&e->place, folder.s, 0755, err);
	if (kept < 0 || file_replace(kept, file, 0644, buf_span(&text), err) < 0)
		return -1;
	place_path(&e->place, folder.s, &full);
	buf_add_path(&full, file);
	add_file_url(url, full.s);
	return 0;
}

/* Extracts the installer into the stage: the folder, which the caller removes. */
static int extract(struct engine *e, const char *path, struct looked *l, struct err *err)
{
	AUTO_FD fd = installer_open(path, err);
	AUTO_FD dir = -1;

	if (fd < 0)
		return -1;
	dir = stage_make(&e->place, STAGED, err);
	if (dir < 0 || installer_extract(e, fd, path, dir, l, err) < 0)
		return -1;
	return fd_take(&dir);
}

static int licence_of_file(struct engine *e, const char *path, struct buf *url, struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};
	const char *file;
	AUTO_FD dir = -1;

	installer_init(&l.installer);
	dir = extract(e, path, &l, err);
	if (dir < 0)
		return err_at(err, "%s", path);
	file = installer_licence_file(&l.installer);
	if (!file)
		no_licence(path, err);
	if (!file || keep_text(e, dir, file, buf_span(&l.id), url, err) < 0)
		return -1;
	return stage_remove(&e->place, STAGED, err);
}

int engine_licence(struct engine *e, const char *name_or_file, struct buf *url, struct err *err)
{
	if (engine_is_file(name_or_file))
		return licence_of_file(e, name_or_file, url, err);
	return licence_of_name(e, name_or_file, url, err);
}

/* --- acceptance --- */

/* A licence that is asked about. */
struct asked {
	struct engine *e;
	struct span name, id;
	const struct licence *licence;
	int dir; /* that has the text */
	struct digest sha256; /* of it */
	struct buf url;
};

static int digest_text(struct asked *a, struct err *err)
{
	struct sums want = {0}, have;
	int64_t size;
	AUTO_FD fd = file_open_if(a->dir, a->licence->file.s, O_RDONLY | O_NONBLOCK, err);

	if (fd < 0 && err->code == ERR_NONE)
		return err_set(err, ERR_INSTALLER,
			"it states %s as its licence, and has no such file", a->licence->file.s);
	if (fd < 0 || intake_digest_fd(fd, &want, &have, &size, err) < 0)
		return -1;
	a->sha256 = have.of[DIGEST_SHA256];
	return 0;
}

/* 1: this text was accepted; 0: none, or another one (*changed). What cannot be read is no acceptance. */
static int is_accepted(const struct asked *a, bool *changed, struct err *err)
{
	AUTO(acceptance) was;
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD dir = place_open_if(&a->e->place, ACCEPTANCES, err);
	int there;

	acceptance_init(&was);
	*changed = false;
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	buf_set(&name, a->name);
	there = file_read(dir, name.s, ACCEPTANCE_MAX, &text, err);
	if (there <= 0)
		return there;
	if (acceptance_parse(buf_span(&text), &was, err) < 0) {
		engine_tell(a->e, WATCH_WARN, a->name, "%s/%s: %s", ACCEPTANCES, name.s, err->text);
		err_clear(err);
		return 0;
	}
	*changed = !digest_is(&was.sha256, &a->sha256);
	return !*changed && span_is(buf_span(&was.name), a->name);
}

static int accept(const struct asked *a, struct err *err)
{
	AUTO(acceptance) now;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD dir = place_make(&a->e->place, ACCEPTANCES, 0755, err);

	acceptance_init(&now);
	if (dir < 0)
		return -1;
	buf_set(&now.name, a->name);
	now.sha256 = a->sha256;
	buf_set(&now.spdx, buf_span(&a->licence->spdx));
	buf_set(&now.file, buf_span(&a->licence->file));
	now.uid = a->e->user;
	engine_user(a->e->user, &now.user);
	now.at = engine_now();
	buf_sets(&now.tool, "fardel " FARDEL_VERSION);
	acceptance_format(&now, &text);
	if (file_replace(dir, now.name.s, 0644, buf_span(&text), err) < 0)
		return err_at(err, "note that the licence was accepted");
	engine_tell(a->e, WATCH_INFO, a->name, "licence accepted: " ACCEPTANCES "/%s", now.name.s);
	return 0;
}

static bool is_named(const struct request *request, struct span name)
{
	VEC_FOR (const struct buf, one, &request->licences.of)
		if (span_is(buf_span(one), name))
			return true;
	return false;
}

static int refuse(const struct asked *a, bool changed, struct err *err)
{
	err_set(err, ERR_LICENCE, "its licence has %s",
		changed ? "another text than the one that was accepted" : "not been accepted");
	err_detail(err, "Its text: %s", a->url.s);
	return err_next(err, "read it; to accept it, give --accept-license %.*s as well",
		SPAN_ARG(a->name));
}

static int ask(struct asked *a, const struct request *request, struct err *err)
{
	struct watch *watch = a->e->watch;
	AUTO(buf) text = BUF_INIT;
	struct watch_licence question;
	bool changed;
	int accepted;

	if (digest_text(a, err) < 0)
		return -1;
	accepted = is_accepted(a, &changed, err);
	if (accepted)
		return accepted < 0 ? -1 : 0;
	if (is_named(request, a->name))
		return accept(a, err);
	if (keep_text(a->e, a->dir, a->licence->file.s, a->id, &a->url, err) < 0 ||
		file_read(a->dir, a->licence->file.s, LICENCE_MAX, &text, err) < 0)
		return -1;
	question = (struct watch_licence){
		a->name, buf_span(&a->licence->spdx), buf_span(&a->url), buf_span(&text), changed};
	if (watch && watch->licence && watch->licence(watch, &question) > 0)
		return accept(a, err);
	return refuse(a, changed, err);
}

/* Whose text is in `dir`. */
static int ask_in(struct engine *e, const struct request *request, const struct plan_item *item,
	const struct installer *in, int dir, struct err *err)
{
	struct asked a = {.e = e,
		.name = buf_span(&item->to.name),
		.id = buf_span(&item->to.id),
		.licence = &in->licence,
		.dir = dir,
		.url = BUF_INIT};
	int result = in->licence.accept ? ask(&a, request, err) : 0;

	buf_drop(&a.url);
	return result;
}

/* Of an installer's file, which has been extracted already, or is now. */
static int ask_file(struct engine *e, const struct request *request, const struct plan_item *item,
	struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};
	struct err ignored = ERR_INIT;
	AUTO_FD above = -1;
	AUTO_FD dir = -1;
	int result;

	installer_init(&l.installer);
	if (item->stage.n) {
		above = stage_above(&e->place, item->stage.s, err);
		dir = above < 0 ? -1
				: file_open(above, item->stage.s, O_RDONLY | O_DIRECTORY, 0, err);
		return dir < 0 ? -1 : ask_in(e, request, item, &item->installer, dir, err);
	}
	dir = extract(e, item->file.s, &l, err);
	if (dir < 0)
		return -1;
	result = ask_in(e, request, item, &item->installer, dir, err);
	if (stage_remove(&e->place, STAGED, result < 0 ? &ignored : err) < 0)
		return -1;
	return result;
}

/* Of one that is there already. */
static int ask_name(struct engine *e, const struct request *request, const struct plan_item *item,
	struct err *err)
{
	AUTO_FD dir = installation_open_if(&e->place, &item->to, err);
	AUTO(installer) in;

	installer_init(&in);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (read_installer(dir, buf_span(&item->to.name), &in, err) < 0)
		return -1;
	return ask_in(e, request, item, &in, dir, err);
}

static bool is_asked_about(const struct plan_item *item)
{
	VEC_FOR (const struct step, s, &item->steps)
		if (s->target == TARGET_NEW && s->kind != STEP_PURGE)
			return item->result == RESULT_OPEN && item->to.format == 3;
	return false;
}

/* Who accepts the licence of a package that this command is not about may have mistyped it. */
static void tell_others(struct engine *e, const struct request *request, const struct plan *plan)
{
	VEC_FOR (const struct buf, name, &request->licences.of) {
		bool found = false;

		VEC_FOR (const struct plan_item, item, &plan->of)
			found |= span_is(buf_span(name), buf_span(&item->to.name));
		if (!found)
			engine_tell(e, WATCH_WARN, SPAN(""),
				"--accept-license %s: this command is about no package of that name",
				name->s);
	}
}

int licence_check(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err)
{
	tell_others(e, request, plan);
	VEC_FOR (struct plan_item, item, &plan->of) {
		if (!is_asked_about(item))
			continue;
		if ((item->stage.n || item->file.n ? ask_file : ask_name)(e, request, item, err) ==
			0)
			continue;
		if (!request->keep_going || err->code == ERR_SIGNAL)
			return err_at(err, "%s", item->to.name.s);
		plan_give_up(plan, item, err);
	}
	return 0;
}
