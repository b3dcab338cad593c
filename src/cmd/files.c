/* files: what a package has made outside of its own folder.
 *
 *	$ fardel files zoom
 *	  ~ file     /etc/X11/Xsession.d/70desktop
 *	  - file     /etc/xdg/old-zoom.conf
 *	  + link     /usr/bin/zoom
 *	3 paths, and its own folder: /var/lib/fardel/packages/zoom/91ab03c2...
 *	$ fardel files zoom | cat
 *	/etc/X11/Xsession.d/70desktop
 *	/usr/bin/zoom
 */
#include "base/text.h"
#include "cmd/changes_print.h"
#include "cmd/cmd.h"

struct files_options {
	bool available;
};

static const struct opt opts[] = {
	{"available", .kind = OPT_FLAG, .at = offsetof(struct files_options, available),
		.help = "what it would make, as its repository says"},
};

static struct json *json_of(const struct made *m)
{
	struct json *paths = json_array();

	VEC_FOR (const struct made_path, p, &m->of) {
		struct json *path = json_object();

		json_put_text(path, "path", buf_span(&p->path));
		json_put_text(path, "change", span_of(change_kind_name(p->kind)));
		json_put_text(path, "type", span_of(node_type_name(p->type)));
		json_append(paths, path);
	}
	return paths;
}

static void put_json(struct json *to, const struct made *m)
{
	const struct bundle *b = &m->bundle;

	json_put_text(to, "package", buf_span(&b->name));
	json_put(to, "version", b->version.n ? json_text(buf_span(&b->version)) : json_null());
	json_put_text(to, "id", buf_span(&b->id));
	json_put_text(to, "state", span_of(bundle_state_name(b->state)));
	json_put_bool(to, "known", m->known);
	json_put_text(to, "directory", buf_span(&m->folder));
	json_put(to, "paths", json_of(m));
}

/* As of dpkg -L: what is there, one a line. */
static void print_plain(const struct made *m)
{
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct made_path, p, &m->of) {
		if (p->kind == CHANGE_DELETED)
			continue;
		text_escape(&text, buf_span(&p->path));
		buf_addc(&text, '\n');
	}
	print_out(&text);
}

static void print_table(const struct run *run, const struct made *m)
{
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct made_path, p, &m->of)
		changes_print_path(
			&text, p->kind, p->type, buf_span(&p->path), run->term.color_out);
	print_out(&text);
}

static void say(struct run *run, const struct made *m)
{
	const char *name = m->bundle.name.s;
	AUTO(buf) count = BUF_INIT;

	print_count(&count, m->of.n, "path", "paths");
	if (!m->known)
		progress_say(&run->progress, SAY_WARN,
			"%s: what it has made is not known: its rules ran on the system itself "
			"(fardel reconfigure %s looks what they make)",
			name, name);
	else if (!bundle_in_use(&m->bundle))
		progress_say(&run->progress, SAY_INFO,
			"%s is %s, not in use: nothing of it is in force.", name,
			bundle_state_name(m->bundle.state));
	else if (run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO, "%s, and its own folder: %s", count.s,
			m->folder.s);
}

static int list_made(struct run *run, struct err *err)
{
	struct made made;
	int status = engine_files(run->engine, run->args.v[0], &made, err);

	if (status == 0) {
		if (run->json)
			put_json(run->json, &made);
		else if (run_form(run) == FORM_PLAIN)
			print_plain(&made);
		else
			print_table(run, &made);
		say(run, &made);
	}
	made_drop(&made);
	return status;
}

/* Of what is only offered: its repository may not know it. */
static int list_available(struct run *run, struct err *err)
{
	struct about about = {0};
	AUTO(buf) text = BUF_INIT;
	struct json *paths = json_array();
	int status = engine_offer(run->engine, run->args.v[0], &about, err);

	VEC_FOR (const struct buf, path, &about.files.of) {
		text_escape(&text, buf_span(path));
		buf_addc(&text, '\n');
		json_append(paths, json_text(buf_span(path)));
	}
	if (status == 0 && run->json) {
		json_put_text(run->json, "package", buf_span(&about.bundle.name));
		json_put_text(run->json, "version", buf_span(&about.bundle.version));
		json_put_text(run->json, "repository", buf_span(&about.repository));
		json_put(run->json, "paths", paths);
	} else {
		json_free(paths);
	}
	if (status == 0 && !run->json)
		print_out(&text);
	if (status == 0 && !about.files.of.n)
		progress_say(&run->progress, SAY_INFO,
			"%s: its repository does not say what it makes. To see it: fardel preview %s",
			about.bundle.name.s, about.bundle.name.s);
	about_drop(&about);
	return status;
}

static int run_files(struct run *run, struct err *err)
{
	if (((const struct files_options *)run->own)->available)
		return list_available(run, err);
	return list_made(run, err);
}

const struct cmd cmd_files = {
	.name = "files",
	.args = "NAME",
	.summary = "List what a package has made outside of its own folder",
	.text = "At a terminal with what it is: + made, ~ changed, - taken away. Elsewhere, and with "
		"--plain, the paths that are there, one a line. The package's own folder is that of "
		"'fardel show -F Directory'. Of databases that many write to, such as /etc/passwd, no "
		"package is the owner.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = 1,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct files_options),
	.need = need_read,
	.called = CALLED_SHOWN,
	.run = run_files,
};
