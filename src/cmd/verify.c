/* verify: what packages have made, held against the disk.
 *
 *	$ sudo fardel verify
 *	  slack   ..5.....?   /usr/share/applications/slack.desktop            changed since 2026-11-20 15:02
 *	  zoom    missing     /usr/share/icons/hicolor/48x48/apps/zoom.png
 *	2 of 1204 paths differ. Mend with: fardel verify --repair
 *	$ echo $?
 *	1
 *	$ sudo fardel verify --repair
 *	  slack   ..5....?.     /usr/share/applications/slack.desktop          mended
 *	  zoom    missing       /usr/share/icons/hicolor/48x48/apps/zoom.png   mended
 *	2 of 1204 paths differed: mended.
 */
#include <string.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/print.h"

struct verify_options {
	bool repair;
};

static const struct opt opts[] = {
	{"repair", .kind = OPT_FLAG, .at = offsetof(struct verify_options, repair),
		.help = "make again what is missing or changed"},
};

static bool repairs(const struct run *run)
{
	const struct verify_options *own = run->own;

	return own->repair && !run->globals.dry_run;
}

static enum need need_verify(const struct run *run)
{
	return repairs(run) ? NEED_LOCK : NEED_READ;
}

#define WORDS 13 /* columns of letters or a word */

/* As rpm -V and dpkg -V have them. '.': as it is to be; '?': cannot be told. */
static const struct letter {
	char letter;
	unsigned aspects;
} letters[] = {
	{'S', 1U << ASPECT_SIZE},
	{'M', 1U << ASPECT_MODE | 1U << ASPECT_TYPE},
	{'5', 1U << ASPECT_DIGEST},
	{'D', 1U << ASPECT_DEVICE},
	{'L', 1U << ASPECT_TARGET},
	{'U', 1U << ASPECT_USER},
	{'G', 1U << ASPECT_GROUP},
	{'T', 0}, /* nobody keeps times */
	{'P', 1U << ASPECT_XATTRS},
};

static const char *const whats[VERIFY_WHATS] = {
	[VERIFY_CHANGED] = "changed",
	[VERIFY_MISSING] = "missing",
	[VERIFY_BACK] = "there again",
	[VERIFY_UNREADABLE] = "unreadable",
};

static void add_letters(struct buf *out, const struct verify_finding *f)
{
	if (f->what == VERIFY_MISSING || f->what == VERIFY_BACK) {
		buf_adds(out, whats[f->what]);
		return;
	}
	for (size_t i = 0; i < COUNT(letters); i++) {
		if (f->what == VERIFY_UNREADABLE || !letters[i].aspects)
			buf_addc(out, '?');
		else
			buf_addc(out, f->differs & letters[i].aspects ? letters[i].letter : '.');
	}
}

/* What the letters do not say. */
static void add_words(struct buf *out, enum form form, const struct verify_finding *f)
{
	if (f->done) {
		buf_adds(out, "mended");
	} else if (f->why.n) {
		text_escape(out, buf_span(&f->why));
	} else if (f->what == VERIFY_CHANGED) {
		if (f->differs & 1U << ASPECT_TYPE)
			buf_addf(out, "a %s now, was a %s; ", node_type_name(f->now),
				node_type_name(f->wanted));
		buf_adds(out, "changed since ");
		print_time(out, form, f->since);
	}
}

static size_t widest(const struct verified *all, bool of_paths)
{
	size_t columns = 0;

	VEC_FOR (const struct verify_finding, f, &all->of) {
		AUTO(buf) safe = BUF_INIT;
		size_t width;

		text_escape(&safe, buf_span(of_paths ? &f->path : &f->package));
		width = print_width(buf_span(&safe));
		columns = width > columns ? width : columns;
	}
	return columns;
}

static void add_table_row(
	struct buf *out, const struct verify_finding *f, size_t name_columns, size_t path_columns)
{
	AUTO(buf) word = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) words = BUF_INIT;

	add_letters(&word, f);
	text_escape(&path, buf_span(&f->path));
	add_words(&words, FORM_TABLE, f);
	buf_adds(out, "  ");
	print_pad(out, buf_span(&f->package), name_columns);
	buf_adds(out, "   ");
	print_pad(out, buf_span(&word), WORDS);
	buf_addc(out, ' ');
	print_pad(out, buf_span(&path), words.n ? path_columns : 0);
	buf_addf(out, "%s%s\n", words.n ? "   " : "", words.s);
}

static void add_plain_row(struct buf *out, const struct verify_finding *f)
{
	buf_addf(out, "%s\t", f->package.s);
	add_letters(out, f);
	buf_addc(out, '\t');
	text_escape(out, buf_span(&f->path));
	buf_addc(out, '\t');
	add_words(out, FORM_PLAIN, f);
	buf_addc(out, '\n');
}

static void print_text(const struct run *run, const struct verified *all)
{
	size_t name_columns = widest(all, false), path_columns = widest(all, true);
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct verify_finding, f, &all->of) {
		if (run_form(run) == FORM_TABLE)
			add_table_row(&text, f, name_columns, path_columns);
		else
			add_plain_row(&text, f);
	}
	print_out(&text);
}

static struct json *json_of(const struct verify_finding *f)
{
	struct json *row = json_object(), *differs = json_array();
	AUTO(buf) since = BUF_INIT;

	text_time_iso(&since, f->since);
	for (unsigned i = 0; i < ASPECTS; i++)
		if (f->differs & 1U << i)
			json_append(differs, json_text(span_of(node_aspect_name(i))));
	json_put_text(row, "package", buf_span(&f->package));
	json_put_text(row, "path", buf_span(&f->path));
	json_put_text(row, "what", span_of(whats[f->what]));
	json_put(row, "differs", differs);
	json_put_text(row, "wanted", span_of(node_type_name(f->wanted)));
	json_put(row, "now",
		f->what == VERIFY_UNREADABLE ? json_null()
					     : json_text(span_of(node_type_name(f->now))));
	json_put(row, "since", f->since ? json_text(buf_span(&since)) : json_null());
	json_put_bool(row, "done", f->done);
	json_put(row, "why", f->why.n ? json_text(buf_span(&f->why)) : json_null());
	return row;
}

static struct json *json_of_names(const struct texts *names)
{
	struct json *list = json_array();

	for (size_t i = 0; i < names->of.n; i++)
		json_append(list, json_text(buf_span(&names->of.v[i])));
	return list;
}

static void put_json(struct json *to, const struct verified *all)
{
	struct json *rows = json_array();

	VEC_FOR (const struct verify_finding, f, &all->of)
		json_append(rows, json_of(f));
	json_put_number(to, "paths", all->paths);
	json_put(to, "findings", rows);
	json_put(to, "unknown", json_of_names(&all->unknown));
	json_put(to, "partly_known", json_of_names(&all->partly));
}

static void say_unknown(struct run *run, const struct verified *all)
{
	for (size_t i = 0; i < all->unknown.of.n; i++)
		progress_say(&run->progress, SAY_WARN,
			"%s: what it has made is not known, as its rules ran on the system itself: "
			"only its own folder was looked at",
			all->unknown.of.v[i].s);
	for (size_t i = 0; i < all->partly.of.n; i++)
		progress_say(&run->progress, SAY_WARN,
			"%s: not all that it has made is known, as its rules ran on the system "
			"itself before",
			all->partly.of.v[i].s);
}

static int judge(struct run *run, const struct verified *all, struct err *err)
{
	AUTO(buf) count = BUF_INIT;
	size_t left = 0;

	VEC_FOR (const struct verify_finding, f, &all->of)
		left += !f->done;
	print_count(&count, (size_t)all->paths, "path", "paths");
	if (!all->of.n)
		progress_say(
			&run->progress, SAY_INFO, "%s looked at: all as it is to be.", count.s);
	else if (!left)
		progress_say(&run->progress, SAY_INFO, "%zu of %s differed: mended.", all->of.n,
			count.s);
	if (!left)
		return 0;
	if (repairs(run))
		return err_set(err, ERR_FINDINGS, "%zu of %s differed, %zu could not be mended.",
			all->of.n, count.s, left);
	return err_set(err, ERR_FINDINGS, "%zu of %s %s. Mend with: fardel verify --repair",
		all->of.n, count.s, all->of.n == 1 ? "differs" : "differ");
}

static int run_verify(struct run *run, struct err *err)
{
	AUTO(texts) names = {0};
	struct verified all = {0};
	int status;

	for (size_t i = 0; i < run->args.n; i++)
		texts_add(&names, span_of(run->args.v[i]));
	if (repairs(run))
		status = engine_repair(run->engine, &names, run->globals.yes, &all, err);
	else
		status = engine_verify(run->engine, &names, &all, err);
	progress_clear(&run->progress);
	if (status == 0) {
		if (run->json)
			put_json(run->json, &all);
		else
			print_text(run, &all);
		say_unknown(run, &all);
		status = judge(run, &all, err);
	}
	verified_drop(&all);
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "[NAME...]",
	.summary = "Compare what packages have made with what is there",
	.text = "Without names, of all packages. A line for each path that differs, with the letters of "
		"rpm -V and dpkg -V: S size, M mode or type, 5 content, D device, L where a link leads, U "
		"user, G group, T time (not kept: always ?), P capabilities and other attributes; or "
		"'missing'; or 'there again', of what the package had taken away. Databases that many "
		"write to and caches are no findings. --repair makes again what is missing or changed: links, "
		"folders and attributes as they were, files by the package's rules, which run in a stage; what "
		"stood in their place is kept for undo. What they do not make just as it was stays as it is. "
		"Ends with exit status 1 where something differs.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct verify_options),
	.need = need_verify,
	.called = CALLED_HERE,
	.run = run_verify,
};
