/* Repositories' files, of all folders where they may be. */
#include "engine/repositories.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/conf.h"
#include "engine/luet_conf.h"
#include "engine/session.h"
#include "model/pack.h"
#include "model/packets_index.h"
#include "model/registry.h"
#include "sys/resolve.h"

#define FILES_MAX 1000 /* of a folder */

static const char *const endings[] = {".yml", ".yaml", NULL};

static void fault_drop(struct repository_fault *f)
{
	buf_drop(&f->name);
	buf_drop(&f->file);
}

void repository_faults_drop(struct repository_faults *f)
{
	vec_drop_each(&f->of, fault_drop);
}

#define LUETS "/etc/luet/" /* what stands below it is luet's, whoever names it */

struct loading {
	struct engine *e;
	bool luets; /* the folder is one that luet's configuration names */
	struct repositories *to;
	struct repository_faults *faults;
};

/* "main" of "/etc/fardel/repos.d/main.yml". */
static struct span stem(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct span name = span_of(slash ? slash + 1 : path);

	for (const char *const *ending = endings; *ending; ending++)
		if (span_ends(name, *ending))
			return span_cut(name, 0, name.n - strlen(*ending));
	return name;
}

static struct repository_fault *add_fault(
	struct loading *l, struct span name, const char *file, const struct err *err)
{
	struct repository_fault *f = vec_push(&l->faults->of);

	*f = (struct repository_fault){.name = BUF_INIT, .file = buf_of(file), .err = *err};
	buf_set(&f->name, name);
	return f;
}

/* One that cannot be used takes no other with it. */
static int on_failed(void *arg, const char *path, struct err *err)
{
	struct loading *l = arg;
	struct repository_fault *f = add_fault(l, stem(path), path, err);

	f->hidden = (err->sys == EACCES || err->sys == EPERM) && geteuid() != 0;
	err_clear(err);
	return 0;
}

int repositories_check_path(
	const struct engine *e, const char *path, struct buf *real, struct err *err)
{
	AUTO(buf) folder = BUF_INIT;
	const char *slash;

	if (resolve_whole(e->place.root.s, path, real, err) < 0)
		return -1;
	slash = strrchr(real->s, '/');
	buf_add(&folder, real->s, slash ? (size_t)(slash - real->s) : 0);
	return place_check_above(&e->place, folder.s, err);
}

static int take(void *arg, const struct conf_file *file, struct err *err)
{
	struct loading *l = arg;
	struct repository *r = vec_push(&l->to->of);
	AUTO(buf) real = BUF_INIT;

	repository_init(r);
	if (l->luets || span_starts(span_of(file->own), LUETS))
		r->format = REPOSITORY_LUET;
	if (repositories_check_path(l->e, file->own, &real, err) < 0 ||
		repository_parse(file->text, r, err) < 0) {
		repository_drop(r);
		l->to->of.n--;
		err_at(err, "%s", file->path);
		return err->next[0] ? -1 : err_next(err, "mend that file; then: fardel repo list");
	}
	buf_sets(&r->file, file->own);
	if (repository_has_login(r) && (file->mode & (S_IRGRP | S_IROTH)))
		engine_tell(l->e, WATCH_WARN, SPAN(""),
			"%s has a password or token in it, and others can read it: chmod 600 %s",
			file->path, file->path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct repository *x = a, *y = b;
	int order = span_compare(buf_span(&x->name), buf_span(&y->name));

	return order ? order : span_compare(buf_span(&x->file), buf_span(&y->file));
}

static int by_priority(const void *a, const void *b)
{
	const struct repository *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return by_name(a, b);
}

static void sort(struct repositories *r, int (*order)(const void *, const void *))
{
	if (r->of.n)
		qsort(r->of.v, r->of.n, sizeof(r->of.v[0]), order);
}

static void refuse_both(struct loading *l, const struct repository *a, const struct repository *b)
{
	AUTO(buf) first = BUF_INIT;
	AUTO(buf) second = BUF_INIT;
	struct err err = ERR_INIT;

	place_path(&l->e->place, a->file.s, &first);
	place_path(&l->e->place, b->file.s, &second);
	err_set(&err, ERR_CONFIG, "%s and %s are both called %s, so neither counts", first.s,
		second.s, a->name.s);
	err_next(&err, "give one of them another name, or take it away");
	add_fault(l, buf_span(&a->name), first.s, &err);
}

/* In fardel's own folders, where nobody but the admin puts a file. */
static bool is_own(const struct repository *r)
{
	static const char *const folders[] = {
		"/run/fardel/repos.d/", REPOSITORIES_ETC "/", REPOSITORIES_SHIPPED "/"};

	for (size_t i = 0; i < COUNT(folders); i++)
		if (span_starts(buf_span(&r->file), folders[i]))
			return true;
	return false;
}

/* One that alone is fardel's own counts before those of other folders (repos_confdir, luet's); SIZE_MAX: there is no such one. */
static size_t find_own(const struct repository *of, size_t count)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		if (is_own(&of[i]) && found != SIZE_MAX)
			return SIZE_MAX;
		if (is_own(&of[i]))
			found = i;
	}
	return found;
}

static void pass_over(struct loading *l, const struct repository *own, const struct repository *r)
{
	AUTO(buf) first = BUF_INIT;
	AUTO(buf) second = BUF_INIT;

	place_path(&l->e->place, own->file.s, &first);
	place_path(&l->e->place, r->file.s, &second);
	engine_tell(l->e, WATCH_WARN, SPAN(""),
		"%s is passed over: %s, which is fardel's own, is called %s, too", second.s,
		first.s, own->name.s);
}

/* Which of two would be meant, nobody can know, unless one is fardel's own. The one that counts; SIZE_MAX: none. */
static size_t choose_twin(struct loading *l, const struct repository *of, size_t count)
{
	size_t own = count == 1 ? 0 : find_own(of, count);

	for (size_t k = 0; own != SIZE_MAX && k < count; k++)
		if (k != own)
			pass_over(l, &of[own], &of[k]);
	for (size_t k = 1; own == SIZE_MAX && k < count; k++)
		refuse_both(l, &of[0], &of[k]);
	return own;
}

/* They are sorted by name. */
static void leave_out_twins(struct loading *l)
{
	struct repositories *r = l->to;
	size_t kept = 0;

	for (size_t i = 0, n; i < r->of.n; i += n) {
		struct repository chosen;
		size_t which;

		for (n = 1; i + n < r->of.n &&
			    span_is(buf_span(&r->of.v[i].name), buf_span(&r->of.v[i + n].name));
			n++)
			;
		which = choose_twin(l, &r->of.v[i], n);
		if (which != SIZE_MAX)
			chosen = r->of.v[i + which];
		for (size_t k = 0; k < n; k++)
			if (k != which)
				repository_drop(&r->of.v[i + k]);
		if (which != SIZE_MAX)
			r->of.v[kept++] = chosen;
	}
	r->of.n = kept;
}

/* Packets' URL is that of a file: what is beside it is below the repository's place, too. */
static struct span place_of(const struct repository *r, const struct buf *url)
{
	struct span folder, file;

	if (r->format == REPOSITORY_PACKETS && packets_url_split(buf_span(url), &folder, &file))
		return folder;
	return buf_span(url);
}

static void add_login(struct engine *e, const struct repository *r, struct span base,
	const struct url_login *login)
{
	if (!pack_url_has_login(base) && logins_has_other(&e->logins, base, login))
		engine_tell(e, WATCH_WARN, SPAN(""),
			"%s: another repository has another login for %.*s, or none: the login of the one "
			"that is preferred (`fardel repo list`) is used for both",
			r->file.s, SPAN_ARG(base));
	logins_add(&e->logins, base, login);
}

static void take_login(struct engine *e, const struct repository *r, const struct buf *url)
{
	const struct url_login login = {.user = r->auth.user,
		.password = r->auth.password,
		.token = r->auth.token,
		.registry = r->type == REPOSITORY_DOCKER,
		.identity = r->auth.identity,
		.realm = r->auth.realm};
	AUTO(buf) base = BUF_INIT;
	struct err ignored = ERR_INIT;

	if (!login.registry)
		add_login(e, r, place_of(r, url), &login);
	else if (registry_base(buf_span(url), &base, &ignored) == 0)
		add_login(e, r, buf_span(&base), &login);
}

/* For what is fetched from below their URLs from now on. A registry asks everybody who he is, or says that it need not know. */
static void take_logins(struct engine *e, const struct repositories *all)
{
	logins_drop(&e->logins);
	VEC_FOR (const struct repository, r, &all->of)
		for (size_t i = 0; i < r->urls.of.n; i++)
			if (repository_has_login(r) || r->type == REPOSITORY_DOCKER)
				take_login(e, r, &r->urls.of.v[i]);
}

static bool is_named(const struct texts *folders, const struct buf *folder)
{
	VEC_FOR (const struct buf, one, &folders->of)
		if (span_is(buf_span(one), buf_span(folder)))
			return true;
	return false;
}

/* Those of luet's own configuration. One that cannot be used takes no other repository with it. */
static int load_luets(struct loading *l, const struct conf_reader *r, struct err *err)
{
	AUTO(luet_conf) conf;
	int there;

	luet_conf_init(&conf);
	there = luet_conf_load(l->e, &conf, err);
	if (there <= 0)
		return there < 0 ? on_failed(l, l->e->config.luet_config.s, err) : 0;
	if (conf.inline_repositories)
		engine_tell(l->e, WATCH_WARN, SPAN(""),
			"%s has repositories in itself, which are passed over: each needs a file of its own",
			l->e->config.luet_config.s);
	l->luets = true;
	VEC_FOR (const struct buf, folder, &conf.repos_confdir.of)
		if (!is_named(&l->e->config.repos_confdir, folder) &&
			conf_folder(&l->e->place, folder->s, r, err) < 0)
			return -1;
	l->luets = false;
	return 0;
}

int repositories_load(struct engine *e, struct repositories *out, struct repository_faults *faults,
	struct err *err)
{
	struct loading l = {.e = e, .to = out, .faults = faults};
	const struct conf_reader r = {.take = take,
		.arg = &l,
		.endings = endings,
		.size_max = REPOSITORY_FILE_MAX,
		.count_max = FILES_MAX,
		.failed = on_failed};

	if (conf_each(&e->place, "repos.d", &r, err) < 0)
		return -1;
	VEC_FOR (const struct buf, folder, &e->config.repos_confdir.of)
		if (conf_folder(&e->place, folder->s, &r, err) < 0)
			return -1;
	if (load_luets(&l, &r, err) < 0)
		return -1;
	sort(out, by_name);
	leave_out_twins(&l);
	sort(out, by_priority);
	take_logins(e, out);
	return 0;
}

void repositories_tell(struct engine *e, struct repository_faults *faults)
{
	VEC_FOR (struct repository_fault, f, &faults->of) {
		if (f->hidden && !f->told)
			engine_tell(e, WATCH_INFO, SPAN(""),
				"%s is not for everybody to read; it is passed over", f->file.s);
		else if (!f->told)
			engine_tell(e, WATCH_WARN, SPAN(""), "%s", f->err.text);
		f->told = true;
	}
}

static const char *nearest(const struct repositories *r, struct span name)
{
	VEC(const char *) names = {0};
	const char *found;

	VEC_FOR (const struct repository, one, &r->of)
		*vec_push(&names) = one->name.s;
	*vec_push(&names) = NULL;
	found = text_nearest(name, names.v);
	vec_drop(&names);
	return found;
}

const struct repository *repositories_get(const struct repositories *r,
	struct repository_faults *faults, struct span name, struct err *err)
{
	const char *near;

	VEC_FOR (const struct repository, one, &r->of)
		if (span_is(buf_span(&one->name), name))
			return one;
	VEC_FOR (struct repository_fault, f, &faults->of)
		if (span_is(buf_span(&f->name), name)) {
			f->told = true;
			err_copy(err, &f->err);
			return NULL;
		}
	near = nearest(r, name);
	err_set(err, ERR_NO_PACKAGE, "%.*s: there is no such repository", SPAN_ARG(name));
	if (near)
		err_next(err, "is %s meant? All of them: fardel repo list", near);
	else
		err_next(err, "see: fardel repo list");
	return NULL;
}
