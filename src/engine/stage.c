/* The stage: rules run over the machine as it is, nothing of which they can reach. */
#include "engine/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/live.h"
#include "engine/luet.h"
#include "engine/mime.h"
#include "engine/packets.h"
#include "engine/run_rules.h"
#include "engine/secrets.h"
#include "model/changes_math.h"
#include "model/glob.h"
#include "store/apply.h"
#include "store/installation.h"
#include "store/lay.h"
#include "store/scan.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/overlay.h"
#include "sys/process.h"
#include "sys/resolve.h"
#include "sys/tree.h"

#define LOG_FOLDER "asked"
#define MEMORY_MAX (1LL << 30)
#define RULES_MAX ((size_t)1 << 20) /* bytes of rules that are looked through */

/* Its folder in PLACE_STAGE. */
static const char *name_of(const struct stage *s)
{
	return s->beside ? "overlay-beside" : "overlay";
}

static void *remove_rest(void *arg)
{
	struct stage_rest *r = arg;

	if (stage_remove(&r->e->place, r->name, &r->err) == 0)
		(void)!stage_remove(&r->e->place, LOG_FOLDER, &r->err);
	return NULL;
}

/* Only its folders are left. */
static void leave(struct stage *s, struct stage_rest *rest)
{
	*rest = STAGE_REST_INIT;
	if (!s->e)
		return;
	*rest = (struct stage_rest){
		.e = s->e, .name = name_of(s), .mime = !s->beside, .err = ERR_INIT};
	overlay_drop(&s->overlay);
	fd_drop(&s->folder);
	texts_drop(&s->same);
	texts_drop(&s->kept);
	texts_drop(&s->laid_beside);
	*s = STAGE_INIT;
}

void stage_leave(struct stage *s, struct stage_rest *rest)
{
	leave(s, rest);
	if (rest->e && !aside_begin(&rest->work, remove_rest, rest))
		remove_rest(rest);
}

void stage_rest_end(struct stage_rest *rest)
{
	if (!rest->e)
		return;
	aside_end(&rest->work);
	if (rest->err.code != ERR_NONE)
		engine_tell(rest->e, WATCH_WARN, SPAN(""), "%s", rest->err.text);
	if (rest->mime)
		mime_forget(rest->e);
	*rest = STAGE_REST_INIT;
}

void stage_close(struct stage *s)
{
	struct stage_rest rest;

	leave(s, &rest);
	if (rest.e)
		remove_rest(&rest);
	stage_rest_end(&rest);
}

int stage_open(struct engine *e, bool beside, struct stage *out, struct err *err)
{
	*out = (struct stage){.e = e, .beside = beside, .folder = -1};
	clock_gettime(CLOCK_REALTIME, &out->begun);
	if (mime_prepare(e, err) < 0)
		return -1;
	out->folder = stage_make(&e->place, name_of(out), err);
	if (out->folder < 0)
		return -1;
	if (fchmod(out->folder, 0700) < 0)
		return err_sys(err, "keep others out of the stage");
	if (overlay_open(e->place.root.s, out->folder, MEMORY_MAX, &out->overlay, err) == 0)
		return 0;
	out->refused = err->code == ERR_POLICY;
	return -1;
}

/* In a folder that no other run has. */
static int try_in(struct engine *e, int folder, struct err *err)
{
	struct overlay overlay = OVERLAY_INIT;
	const char *const nothing[] = {"/", NULL};
	struct sandbox box;
	struct process_spec spec = {.program = "/",
		.argv = nothing,
		.envp = nothing + 1,
		.output = -1,
		.hold = -1,
		.keep = true,
		.sandbox = &box,
		.overlay = &overlay};
	int result;

	confine(e, CONFINE_STAGE, &box);
	result = overlay_open(e->place.root.s, folder, MEMORY_MAX, &overlay, err);
	if (result == 0)
		result = process_try(&spec, err);
	overlay_drop(&overlay);
	return result;
}

int stage_try(struct engine *e, struct err *err)
{
	char path[] = "/tmp/fardel-try.XXXXXX"; /* 0700, and nobody else's */
	struct err ignored = ERR_INIT;
	AUTO_FD folder = -1;
	AUTO_FD above = file_open_dir("/tmp", err);
	int result = -1;

	if (above < 0)
		return -1;
	if (!mkdtemp(path))
		return err_sys(err, "make a folder in /tmp");
	folder = file_open_dir(path, err);
	if (folder >= 0)
		result = try_in(e, folder, err);
	if (tree_remove(above, path + strlen("/tmp/"), &ignored) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ignored.text);
	return result;
}

/* To list what runs takes some milliseconds: only for rules in whose text a program that asks for it is named. */
static bool asks_what_runs(const struct stage *s, const struct bundle *b)
{
	struct err ignored = ERR_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD folder = installation_open_if(&s->e->place, b, &ignored);

	if (folder < 0 || file_read(folder, "rules", RULES_MAX, &text, &ignored) != 1)
		return false;
	return memmem(text.s, text.n, "pgrep", 5) || memmem(text.s, text.n, "pidof", 5);
}

/* Where the rules' requests are noted: another folder than the overlays' own, which must be empty. */
static int show_live(struct stage *s, enum phase phase, const struct bundle *bundle,
	struct live_show *out, struct err *err)
{
	struct engine *e = s->e;
	AUTO(buf) program = buf_dup(&e->libexec);
	AUTO(buf) folder = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD dir = stage_make(&e->place, LOG_FOLDER, err);

	if (dir < 0)
		return -1;
	stage_path(&e->place, LOG_FOLDER, &folder);
	place_path(&e->place, folder.s, &path);
	buf_add_path(&program, "fardel-live");
	if (live_show_make(out, e->place.root.s, dir, path.s, "log", program.s, err) < 0)
		return -1;
	if (secrets_hide(e, dir, path.s, out, err) < 0)
		return -1;
	if (s->network[phase] && live_show_resolver(out, e->place.root.s, err) < 0)
		return -1;
	return !e->place.root.n && asks_what_runs(s, bundle)
		       ? live_show_running(out, dir, path.s, err)
		       : 0;
}

/* What rules would write there is not known. */
static void tell_closed(struct stage *s)
{
	if (s->told)
		return;
	VEC_FOR (const struct overlay_closed, c, &s->overlay.closed)
		engine_tell(s->e, c->sys ? WATCH_INFO : WATCH_DEBUG, SPAN(""),
			"%s can only be read in the stage%s%s", c->place.s, c->sys ? ": " : "",
			c->sys ? strerror(c->sys) : "");
	s->told = s->overlay.closed.n > 0;
}

static int refuse(struct stage *s, struct err *err)
{
	s->refused = err->code == ERR_POLICY;
	if (!s->refused)
		return -1;
	if (!err->next[0])
		err_next(err, "look at what this system has: fardel doctor");
	return err_at(err, "no stage is to be had here");
}

static int run_in(struct stage *s, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *shown, struct err *err)
{
	switch (bundle->format) {
	case FORMAT_PACKETS: return packets_staged(s, phase, bundle, shown, err);
	case FORMAT_LUET: return luet_staged(s, phase, bundle, shown, err);
	default: return rules_staged(s->e, phase, bundle, shown, err);
	}
}

void stage_tell(struct stage *s, enum watch_kind kind, enum phase phase,
	const struct bundle *bundle, int result)
{
	struct event event = {.kind = kind,
		.package = buf_span(&bundle->name),
		.text = span_of(phase_name(phase)),
		.done = result};

	if (!s->beside)
		engine_event(s->e, &event);
}

int stage_rules(struct stage *s, enum phase phase, const struct bundle *bundle,
	struct effects *effects, struct err *err)
{
	AUTO(live_show) live = LIVE_SHOW_INIT;
	struct rules_stage stage = {
		.overlay = &s->overlay, .quiet = s->beside, .network = s->network[phase]};
	int result;

	if (show_live(s, phase, bundle, &live, err) < 0)
		return -1;
	stage.binds = live.binds.v;
	stage.bind_count = (unsigned)live.binds.n;
	stage.writable = &live.writable;
	result = run_in(s, phase, bundle, &stage, err);
	tell_closed(s);
	if (result < 0)
		return refuse(s, err);
	return live_show_read(&live,
		phase == PHASE_CONFIGURE ? EFFECT_CONFIGURE : EFFECT_UNCONFIGURE, effects, err);
}

struct taking {
	const struct changes *footprint;
	int base;
};

/* In a user namespace whoever we are is root, as in the stage. */
static void map_owners(const struct changes *from, struct changes *out)
{
	const struct changes nothing = CHANGES_INIT;
	uid_t uid = getuid();
	gid_t gid = getgid();

	changes_merge(from, &nothing, out);
	VEC_FOR (struct change, c, &out->of) {
		struct node *sides[] = {&c->before, &c->after};

		for (size_t i = 0; i < COUNT(sides); i++) {
			sides[i]->uid = sides[i]->uid == uid ? 0 : sides[i]->uid;
			sides[i]->gid = sides[i]->gid == gid ? 0 : sides[i]->gid;
		}
	}
}

/* In the stage; `taking->footprint` is as it is to be seen there. */
static int take_back(void *arg, struct err *err)
{
	const struct taking *t = arg;
	const struct apply_kept kept = {-1, t->base, false};
	AUTO(texts) left = {0};
	AUTO_FD root = file_open_dir("/", err);

	if (root < 0 || apply_back(root, t->footprint, &kept, &left, err) < 0)
		return err_at(err, "take back what it had made");
	return 0;
}

int stage_do(struct stage *s, int (*fn)(void *arg, struct err *err), void *arg, struct err *err)
{
	const char *const nothing[] = {"/", NULL};
	struct sandbox box;
	struct process_spec spec = {.program = "/",
		.argv = nothing,
		.envp = nothing + 1,
		.output = -1,
		.hold = s->e->lock.fd,
		.keep = true,
		.sandbox = &box,
		.overlay = &s->overlay,
		.prelude = fn,
		.prelude_arg = arg};

	confine(s->e, CONFINE_STAGE, &box);
	return process_try(&spec, err) < 0 ? refuse(s, err) : 0;
}

int stage_take_back(struct stage *s, const struct changes *footprint, int base, struct err *err)
{
	AUTO(changes) mapped = CHANGES_INIT;
	struct taking taking = {footprint, base};

	if (getuid() != 0) {
		map_owners(footprint, &mapped);
		taking.footprint = &mapped;
	}
	return stage_do(s, take_back, &taking, err);
}

struct exceptions {
	VEC(const char *) of;
};

static void exceptions_drop(struct exceptions *x)
{
	vec_drop(&x->of);
}

/* The stage has mounted its own over it where it is a folder there. A link to one, or what is missing, is as any other file. */
static bool is_covered(const struct stage *s, const char *place)
{
	struct err ignored = ERR_INIT;
	AUTO_FD root = file_open_dir(s->e->place.root.n ? s->e->place.root.s : "/", &ignored);
	AUTO_FD folder =
		root < 0 ? -1 : file_open(root, place + 1, O_PATH | O_DIRECTORY, 0, &ignored);

	return folder >= 0;
}

/* What the stage has its own of, where that is a folder in the root. In /run are places for what it shows. */
static void list_covered(const struct stage *s, struct exceptions *out)
{
	static const char *const covered[] = {"/proc", "/sys", "/dev", "/tmp", "/var/tmp"};

	*vec_push(&out->of) = "/run";
	for (size_t i = 0; i < COUNT(covered); i++)
		if (is_covered(s, covered[i]))
			*vec_push(&out->of) = covered[i];
}

/* What is the stage's own, logs that every program adds lines to, other layers (those see to what is there), and what could not be
 * written to. */
static void list_exceptions(
	const struct stage *s, const struct overlay_layer *layer, struct exceptions *out)
{
	list_covered(s, out);
	*vec_push(&out->of) = "/var/log/alternatives.log";
	*vec_push(&out->of) = "/var/log/dpkg.log";
	VEC_FOR (const struct overlay_layer, other, &s->overlay.of)
		if (other->place.n > layer->place.n)
			*vec_push(&out->of) = other->place.s;
	VEC_FOR (const struct overlay_closed, closed, &s->overlay.closed)
		*vec_push(&out->of) = closed->place.s;
	*vec_push(&out->of) = NULL;
}

static int nothing(void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	return 0;
}

int stage_lay(struct stage *s, int tree, const struct texts *protect, bool list,
	struct lay_done *out, struct err *err)
{
	AUTO(exceptions) except = {0};
	AUTO_FD root = engine_root(s->e, err);
	struct lay how = {.root = root, .protect = protect, .given = s->given, .list = list};

	/* Which layers there are is known once something has run in it. */
	if (root < 0 || (!s->overlay.of.n && stage_do(s, nothing, NULL, err) < 0))
		return -1;
	list_covered(s, &except);
	*vec_push(&except.of) = NULL;
	how.except = except.of.v;
	how.layers = s->overlay.of.v;
	how.layer_count = s->overlay.of.n;
	return lay_tree(tree, &how, out, err);
}

static int read_layers(
	struct stage *s, const struct bundle *b, struct changes *out, struct err *err)
{
	AUTO(buf) own = BUF_INIT;

	texts_drop(&s->same);
	installation_above(&s->e->place, b, &own);
	VEC_FOR (const struct overlay_layer, l, &s->overlay.of) {
		AUTO(exceptions) except = {0};
		struct scan how = SCAN_INIT;
		struct scan_layer layer = {l->upper, l->lower, l->place.s, l->user_attributes};

		if (l->upper < 0)
			continue;
		list_exceptions(s, l, &except);
		how.own = own.s;
		how.except = except.of.v;
		how.same = &s->same;
		if (scan_layer(&how, &layer, out, err) < 0)
			return err_at(err, "read what was changed in %s", l->place.s);
	}
	return 0;
}

/* Whether a list of types of files comes, goes or is another one. */
static bool changes_types(const struct changes *c)
{
	VEC_FOR (const struct change, x, &c->of)
		if (glob_matches("/usr/share/mime/packages/*.xml", buf_span(&x->path)))
			return true;
	return false;
}

/* puavo's rules append to a file of that name to have the database made anew: it is no change, but an effect. Others need not say that. */
static int take_mime(struct engine *e, struct changes *c, struct effects *effects, struct err *err)
{
	static const struct span words[] = {{"update-mime-database", 20}, {"/usr/share/mime", 15}};
	AUTO(buf) path = BUF_INIT;

	if (resolve(e->place.root.s, MIME_MARK, &path, err) < 0)
		return -1;
	if (!changes_take(c, buf_span(&path)) && !changes_types(c))
		return 0;
	return effects_add(effects, EFFECT_CONFIGURE, words, COUNT(words), err);
}

int stage_read(struct stage *s, const struct bundle *bundle, struct changes *changes,
	struct effects *effects, struct err *err)
{
	if (read_layers(s, bundle, changes, err) < 0)
		return -1;
	return take_mime(s->e, changes, effects, err);
}

/* The layer that a path is in: that of the place nearest above it. */
static const struct overlay_layer *layer_of(const struct stage *s, struct span path)
{
	const struct overlay_layer *found = NULL;

	VEC_FOR (const struct overlay_layer, l, &s->overlay.of) {
		bool root = l->place.n == 1;

		if (root || (span_starts(path, l->place.s) && path.n > l->place.n &&
				    path.s[l->place.n] == '/'))
			found = !found || l->place.n > found->place.n ? l : found;
	}
	return found;
}

static int read_file(int folder, const char *path, size_t max, struct buf *out, struct err *err)
{
	AUTO_FD fd = file_open(folder, path, O_RDONLY | O_NONBLOCK, 0, err);
	struct stat st;

	if (fd < 0 &&
		err->sys == ENAMETOOLONG) { /* made step by step: nobody opens it by its path */
		err_clear(err);
		return 0;
	}
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at %s", path);
	if (!S_ISREG(st.st_mode) || (size_t)st.st_size > max)
		return 0;
	return file_read_fd(fd, max, out, err) < 0 ? -1 : 1;
}

int stage_content(struct stage *s, const struct change *c, size_t max, struct buf *before,
	struct buf *after, struct err *err)
{
	const struct overlay_layer *l = layer_of(s, buf_span(&c->path));
	const char *path;
	int there = 1;

	if (!l)
		return 0;
	path = c->path.s + (l->place.n == 1 ? 1 : l->place.n + 1);
	if (c->before.type == NODE_FILE)
		there = read_file(l->lower, path, max, before, err);
	if (there == 1 && c->after.type == NODE_FILE)
		there = read_file(l->upper, path, max, after, err);
	return there;
}
