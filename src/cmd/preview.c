/* preview: what a package would do to the file system, found out by running its rules over a stage.
 *
 *	$ sudo fardel preview zoom.tar.gz
 *	zoom 6.2.11   install would make 3 changes: 2 links and 1 file; nothing has been changed
 *
 *	  Programs
 *	    + link    /usr/bin/zoom  ->  upstream/opt/zoom/ZoomLauncher
 *	  Desktop
 *	    + link    /usr/share/pixmaps/zoom.png  ->  upstream/usr/share/pixmaps/Zoom.png
 *	    + file    /usr/share/applications/zoom.desktop   612 B
 */
#include "base/text.h"
#include "cmd/changes_print.h"
#include "cmd/cmd.h"
#include "model/changes_json.h"

struct preview_options {
	bool remove, check, diff;
	struct texts allow, licences;
};

static const struct opt opts[] = {
	{"remove", .kind = OPT_FLAG, .at = offsetof(struct preview_options, remove),
		.help = "what remove would change, of packages by name"},
	{"check", .kind = OPT_FLAG, .at = offsetof(struct preview_options, check),
		.help = "exit 8 where anything would be changed, 10 or 11 where that is refused"},
	{"diff", .kind = OPT_FLAG, .at = offsetof(struct preview_options, diff),
		.help = "show what changes in texts"},
	{"allow", .kind = OPT_LIST, .at = offsetof(struct preview_options, allow), .arg = "ID",
		.help = "let the policy's ID pass, for this once"},
	{"accept-license", .kind = OPT_LIST, .at = offsetof(struct preview_options, licences),
		.arg = "NAME", .help = "the licence of the package NAME is accepted"},
};

static struct request request_of(const struct run *run)
{
	const struct preview_options *own = run->own;
	struct request request = {
		.goal = own->remove ? GOAL_REMOVE : GOAL_INSTALL,
		.keep_going = run->globals.keep_going,
		.offline = run->globals.offline,
		.diffs = own->diff,
	};

	for (size_t i = 0; i < run->args.n; i++)
		texts_add(&request.items, span_of(run->args.v[i]));
	for (size_t i = 0; i < own->allow.of.n; i++)
		texts_add(&request.allowed, buf_span(&own->allow.of.v[i]));
	for (size_t i = 0; i < own->licences.of.n; i++)
		texts_add(&request.licences, buf_span(&own->licences.of.v[i]));
	return request;
}

static const struct bundle *subject(const struct preview *p)
{
	return p->item.to.id.n ? &p->item.to : &p->item.from;
}

static void add_title(struct buf *out, const struct preview *p)
{
	static const char *const verbs[ACTIONS] = {
		[ACTION_NEW] = "install",
		[ACTION_UPGRADE] = "upgrade",
		[ACTION_DOWNGRADE] = "downgrade",
		[ACTION_AGAIN] = "configuring it again",
		[ACTION_PREPARE] = "install",
		[ACTION_DOWNLOAD] = "install",
		[ACTION_EXTRACT] = "install",
		[ACTION_RECONFIGURE] = "configuring it again",
		[ACTION_UNCONFIGURE] = "taking it out of use",
		[ACTION_REMOVE] = "remove",
		[ACTION_UNDO] = "undo",
		[ACTION_REPAIR] = "repairing it",
		[ACTION_NOTHING] = "install",
	};
	size_t n = changes_count(&p->changes);

	text_escape(out, buf_span(&subject(p)->name));
	buf_addc(out, ' ');
	text_escape(out, bundle_version(subject(p)));
	buf_addf(out, "   %s would ", verbs[p->item.action]);
	if (!n) {
		buf_adds(out, "change nothing\n");
		return;
	}
	buf_adds(out, "make ");
	print_count(out, n, "change", "changes");
	buf_adds(out, ": ");
	changes_print_counts(out, &p->changes);
	buf_adds(out, "; nothing has been changed\n");
}

/* What is dangerous comes first, and says what policy makes of it. */
static void add_findings(struct buf *out, const struct findings *f, const struct run *run)
{
	static const struct {
		const char *word;
		enum print_color color;
	} looks[SEVERITIES] = {
		[SEVERITY_ALLOW] = {"allowed", COLOR_FAINT},
		[SEVERITY_WARN] = {"warns", COLOR_YELLOW},
		[SEVERITY_ASK] = {"asks", COLOR_YELLOW},
		[SEVERITY_DENY] = {"denied", COLOR_RED},
		[SEVERITY_REFUSE] = {"refused", COLOR_RED},
	};

	if (f->of.n)
		buf_adds(out, "\n  Look at these first\n");
	VEC_FOR (const struct finding, x, &f->of) {
		bool color = run->term.color_out;

		buf_addf(out, "    %s", print_color(color, looks[x->severity].color));
		print_pad(out, span_of(looks[x->severity].word), 8);
		buf_adds(out, print_color(color, COLOR_NONE));
		text_escape(out, buf_span(&x->path));
		buf_adds(out, "   ");
		text_escape(out, buf_span(&x->text));
		if (x->owner.n) {
			buf_adds(out, ", of ");
			text_escape(out, buf_span(&x->owner));
		}
		buf_adds(out, " (");
		text_escape(out, buf_span(&x->id));
		buf_adds(out, ")\n");
	}
}

static void add_effects(struct buf *out, const struct effects *e, bool carried_out)
{
	bool begun = false;

	VEC_FOR (const struct effect, x, &e->of) {
		struct effect_call call;

		if (effect_call(x, &call) != carried_out)
			continue;
		if (!begun)
			buf_addf(out, "  %s\n",
				carried_out ? "Afterwards, on the running system"
					    : "Asked for, and not done");
		begun = true;
		buf_adds(out, "    ");
		effect_format(x, out);
		buf_addc(out, '\n');
	}
}

/* As diff -u prints it. */
static void add_diffs(struct buf *out, const struct preview *p)
{
	VEC_FOR (const struct preview_diff, d, &p->diffs) {
		AUTO(buf) path = BUF_INIT;

		text_escape(&path, buf_span(&d->path));
		if (d->hunks.n)
			buf_addf(out, "--- %s\n+++ %s\n", path.s, path.s);
		else
			buf_addf(out, "Not shown (no text, long, or private): %s\n", path.s);
		print_lines(out, buf_span(&d->hunks), "", "");
	}
}

static bool is_against(const struct finding *f)
{
	return f->severity == SEVERITY_DENY || f->severity == SEVERITY_REFUSE;
}

/* What would let it pass, each way once: findings of an id stand together. */
static void add_ways(struct buf *out, const struct findings *f)
{
	AUTO(buf) ways = BUF_INIT;
	const struct finding *last = NULL;
	size_t against = 0;

	VEC_FOR (const struct finding, x, &f->of) {
		if (!is_against(x))
			continue;
		against++;
		if (x->how.n && (!last || !span_is(buf_span(&x->how), buf_span(&last->how)))) {
			buf_adds(&ways, ways.n ? " " : "");
			text_escape(&ways, buf_span(&x->how));
			last = x;
		}
	}
	if (!against)
		return;
	buf_addf(out, "\nThe policy is against %zu of these changes.", against);
	if (ways.n)
		buf_addf(out, " For once: %s. Always: policy.d (docs/POLICY.md)", ways.s);
	buf_addc(out, '\n');
}

static void print_one(struct run *run, struct buf *out, const struct preview *p)
{
	struct changes_look look = {
		.utf8 = run->term.utf8, .color = run->term.color_out, .own = buf_span(&p->folder)};

	if (out->n)
		buf_addc(out, '\n');
	add_title(out, p);
	add_findings(out, &p->findings, run);
	if (p->changes.of.n || p->effects.of.n)
		buf_addc(out, '\n');
	changes_print_sections(out, &p->changes, &look);
	add_effects(out, &p->effects, true);
	add_effects(out, &p->effects, false);
	if (p->diffs.n)
		buf_addc(out, '\n');
	add_diffs(out, p);
	add_ways(out, &p->findings);
}

static void print_plain(struct buf *out, const struct preview *p)
{
	changes_print_plain(out, buf_span(&subject(p)->name), &p->changes);
	add_diffs(out, p);
}

static void print_all(struct run *run, const struct previews *all)
{
	AUTO(buf) out = BUF_INIT;

	VEC_FOR (const struct preview, p, &all->of) {
		if (p->err.code != ERR_NONE) {
			progress_say(&run->progress, SAY_ERROR, "%s", p->err.text);
			continue;
		}
		if (run_form(run) == FORM_TABLE)
			print_one(run, &out, p);
		else
			print_plain(&out, p);
	}
	print_out(&out);
}

static struct json *json_of_findings(const struct findings *f)
{
	struct json *list = json_array();

	VEC_FOR (const struct finding, x, &f->of) {
		struct json *item = json_object();

		json_put_text(item, "id", buf_span(&x->id));
		json_put_text(item, "severity", span_of(severity_name(x->severity)));
		json_put_text(item, "path", buf_span(&x->path));
		json_put_text(item, "owner", buf_span(&x->owner));
		json_put_text(item, "text", buf_span(&x->text));
		json_put_text(item, "how", buf_span(&x->how));
		json_put_text(item, "origin", buf_span(&x->origin));
		json_append(list, item);
	}
	return list;
}

static struct json *json_of_diffs(const struct preview *p)
{
	struct json *list = json_array();

	VEC_FOR (const struct preview_diff, d, &p->diffs) {
		struct json *item = json_object();

		json_put_text(item, "path", buf_span(&d->path));
		json_put(item, "hunks", d->hunks.n ? json_text(buf_span(&d->hunks)) : json_null());
		json_append(list, item);
	}
	return list;
}

static struct json *json_of(const struct previews *all)
{
	struct json *list = json_array();

	VEC_FOR (const struct preview, p, &all->of) {
		struct json *item = json_object();

		json_put_text(item, "name", buf_span(&subject(p)->name));
		json_put_text(item, "version", buf_span(&subject(p)->version));
		json_put_text(item, "id", buf_span(&subject(p)->id));
		json_put_text(item, "action", span_of(plan_action_name(p->item.action)));
		if (p->err.code != ERR_NONE)
			json_put_text(item, "error", span_of(p->err.text));
		json_put(item, "changes", changes_to_json(&p->changes));
		json_put(item, "effects", effects_to_json(&p->effects));
		json_put(item, "findings", json_of_findings(&p->findings));
		json_put(item, "diffs", json_of_diffs(p));
		json_append(list, item);
	}
	return list;
}

/* What is refused is worse than what is only pending. */
static int check_all(const struct previews *all, struct err *err)
{
	size_t changed = 0;

	VEC_FOR (const struct preview, p, &all->of) {
		if (findings_verdict(&p->findings, err) < 0)
			return err_at(err, "%s", subject(p)->name.s);
		changed += changes_count(&p->changes);
	}
	return changed ? err_set(err, ERR_PENDING, "changes would be made") : 0;
}

static int run_preview(struct run *run, struct err *err)
{
	const struct preview_options *own = run->own;
	struct request request = request_of(run);
	struct previews all = {0};
	int status;

	run->progress.with_plan = false;
	status = engine_preview(run->engine, &request, &all, err);
	progress_clear(&run->progress);
	if (run->json)
		json_put(run->json, "previews", json_of(&all));
	else if (status == 0 || err->code == ERR_PARTIAL)
		print_all(run, &all);
	if (status == 0 && own->check)
		status = check_all(&all, err);
	previews_drop(&all);
	request_drop(&request);
	return status;
}

static enum need need_preview(const struct run *run)
{
	(void)run;
	return NEED_LOCK;
}

const struct cmd cmd_preview = {
	.name = "preview",
	.args = "FILE|NAME...",
	.summary = "Show what installing, configuring or removing would change",
	.text = "Runs the package's rules over a stage, which shows them the machine as it is and keeps what "
		"they write, reads what they have changed, and throws it away. The pack is fetched for that, "
		"and stays in the cache.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct preview_options),
	.need = need_preview,
	.called = CALLED_ANY,
	.run = run_preview,
};
