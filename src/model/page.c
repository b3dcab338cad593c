/* A repository as web pages. */
#include "model/page.h"

#include "base/text.h"
#include "ext/json.h"
#include "model/html.h"

#define FEW 200 /* packages that the first page lists itself */

const char page_style[] =
	"body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;"
	" color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }\n"
	"h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; }\n"
	"a { color: #0b57a4; } a:focus-visible, input:focus-visible { outline: 3px solid #e08a00; }\n"
	"code, pre { font-family: ui-monospace, monospace; background: #f2f2f2; padding: .1rem .3rem; }\n"
	"pre { padding: .6rem; overflow-x: auto; }\n"
	".text { white-space: pre-line; }\n"
	"ul.packages { list-style: none; padding: 0; } ul.packages li { padding: .2rem 0; }\n"
	".version { color: #5a5a5a; }\n"
	"table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem 1rem .2rem 0; }\n"
	"input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; }\n"
	"@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #161616; }"
	" a { color: #7fb8f0; } code, pre { background: #262626; } .version { color: #a8a8a8; } }\n";

const char page_script[] =
	"'use strict';\n"
	"// Searches web/packages.json, which is fetched when somebody begins to type. All is put into the page as text.\n"
	"(function () {\n"
	"\tconst field = document.getElementById('search');\n"
	"\tconst result = document.getElementById('result');\n"
	"\tconst count = document.getElementById('count');\n"
	"\tconst most = 100;\n"
	"\tlet packages = null;\n"
	"\n"
	"\tfunction fold(text) {\n"
	"\t\treturn text.toLowerCase().normalize('NFD').replace(/[\\u0300-\\u036f]/g, '');\n"
	"\t}\n"
	"\n"
	"\tfunction load() {\n"
	"\t\tif (!packages) {\n"
	"\t\t\tpackages = fetch('web/packages.json').then(function (answer) {\n"
	"\t\t\t\tif (!answer.ok) throw new Error(String(answer.status));\n"
	"\t\t\t\treturn answer.json();\n"
	"\t\t\t}).then(function (list) {\n"
	"\t\t\t\treturn list.map(function (p) {\n"
	"\t\t\t\t\treturn { name: p[0], version: p[1], summary: p[2], in_name: fold(p[0]), in_all: fold(p[0] + ' ' + p[2]) };\n"
	"\t\t\t\t});\n"
	"\t\t\t});\n"
	"\t\t}\n"
	"\t\treturn packages;\n"
	"\t}\n"
	"\n"
	"\tfunction has(text, words) {\n"
	"\t\treturn words.every(function (word) { return text.includes(word); });\n"
	"\t}\n"
	"\n"
	"\tfunction rank(p, words) {\n"
	"\t\tif (p.in_name === words.join(' ')) return 0;\n"
	"\t\tif (has(p.in_name, words)) return 1;\n"
	"\t\treturn has(p.in_all, words) ? 2 : 3;\n"
	"\t}\n"
	"\n"
	"\tfunction item(p) {\n"
	"\t\tconst li = document.createElement('li');\n"
	"\t\tconst a = document.createElement('a');\n"
	"\t\tconst version = document.createElement('span');\n"
	"\t\ta.href = 'web/p/' + encodeURIComponent(p.name) + '.html';\n"
	"\t\ta.textContent = p.name;\n"
	"\t\tversion.className = 'version';\n"
	"\t\tversion.textContent = ' ' + p.version + ' ';\n"
	"\t\tli.append(a, version, p.summary);\n"
	"\t\treturn li;\n"
	"\t}\n"
	"\n"
	"\tfunction show(list, words) {\n"
	"\t\tconst found = [[], [], []];\n"
	"\t\tlet n = 0;\n"
	"\t\tfor (const p of list) {\n"
	"\t\t\tconst r = rank(p, words);\n"
	"\t\t\tif (r < 3) { n++; if (found[r].length < most) found[r].push(p); }\n"
	"\t\t}\n"
	"\t\tresult.replaceChildren.apply(result, found.flat().slice(0, most).map(item));\n"
	"\t\tcount.textContent = n === 1 ? '1 package' : n + ' packages' + (n > most ? ', of which ' + most + ' are shown' : '');\n"
	"\t}\n"
	"\n"
	"\tfunction search() {\n"
	"\t\tconst asked = field.value;\n"
	"\t\tconst words = fold(asked).split(/\\s+/).filter(Boolean);\n"
	"\t\tif (!words.length) { result.replaceChildren(); count.textContent = ''; return; }\n"
	"\t\tload().then(function (list) {\n"
	"\t\t\tif (field.value === asked) show(list, words);\n"
	"\t\t}).catch(function () {\n"
	"\t\t\tpackages = null;\n"
	"\t\t\tcount.textContent = 'The list of packages could not be fetched.';\n"
	"\t\t});\n"
	"\t}\n"
	"\n"
	"\tdocument.getElementById('address').textContent = location.href.replace(/[?#].*$/, '').replace(/[^/]*$/, '');\n"
	"\tdocument.getElementById('searching').hidden = false;\n"
	"\tfield.addEventListener('input', search);\n"
	"\tfield.value = new URLSearchParams(location.search).get('q') || field.value;\n"
	"\tsearch();\n"
	"})();\n";

static void entry_drop(struct page_entry *e)
{
	buf_drop(&e->name);
	buf_drop(&e->version);
	buf_drop(&e->summary);
}

void page_entries_drop(struct page_entries *e)
{
	vec_drop_each(&e->of, entry_drop);
}

char page_letter(struct span name)
{
	char c = name.n ? name.s[0] : '0';

	if (c >= 'A' && c <= 'Z')
		return (char)(c + 32);
	return c >= 'a' && c <= 'z' ? c : '0';
}

/* `up` is the way from the page to the repository's folder: "" or "../". */
static void begin(struct buf *out, struct span title, const char *up, bool script)
{
	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		      "style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
		      "form-action 'none'\">\n"
		      "<meta name=\"referrer\" content=\"no-referrer\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<title>");
	html_add(out, title);
	buf_addf(out, "</title>\n<link rel=\"stylesheet\" href=\"%sweb/style.css\">\n", up);
	if (script)
		buf_addf(out, "<script src=\"%sweb/search.js\" defer></script>\n", up);
	buf_adds(out, "</head>\n<body>\n");
}

static void end(struct buf *out)
{
	buf_adds(out, "</body>\n</html>\n");
}

static void add_header(struct buf *out, struct span repository, const char *up)
{
	buf_addf(out, "<p><a href=\"%sindex.html\">", up);
	html_add(out, repository);
	buf_adds(out, "</a></p>\n");
}

/* --- A package ------------------------------------------------------------------------------------------ */

static void add_row(struct buf *out, const char *title, struct span value)
{
	if (!value.n)
		return;
	buf_addf(out, "<tr><th scope=\"row\">%s</th><td>", title);
	html_add(out, value);
	buf_adds(out, "</td></tr>\n");
}

static void add_texts(struct buf *out, const char *title, const struct texts *texts)
{
	AUTO(buf) all = BUF_INIT;

	VEC_FOR (const struct buf, text, &texts->of)
		buf_addf(&all, "%s%s", all.n ? ", " : "", text->s);
	add_row(out, title, buf_span(&all));
}

static void add_relations(struct buf *out, const char *title, const struct relations *relations)
{
	AUTO(buf) all = BUF_INIT;

	VEC_FOR (const struct relation, r, &relations->of) {
		buf_adds(&all, all.n ? ", " : "");
		relation_format(r, &all);
	}
	add_row(out, title, buf_span(&all));
}

static void add_homepage(struct buf *out, const struct offer *o)
{
	if (!o->homepage.n)
		return;
	buf_adds(out,
		"<tr><th scope=\"row\">Homepage</th><td><a rel=\"noreferrer nofollow\" href=\"");
	html_add(out, buf_span(&o->homepage));
	buf_adds(out, "\">");
	html_add(out, buf_span(&o->homepage));
	buf_adds(out, "</a></td></tr>\n");
}

static void add_about(struct buf *out, const struct offer *o)
{
	AUTO(buf) licence = buf_dup(&o->licence);

	if (o->accept)
		buf_addf(&licence, "%shas to be accepted", licence.n ? "; " : "");
	buf_adds(out, "<table>\n");
	add_row(out, "Licence", licence.n ? buf_span(&licence) : SPAN("not stated"));
	add_homepage(out, o);
	add_texts(out, "Architectures", &o->architectures);
	add_relations(out, "Depends on", &o->depends);
	add_relations(out, "Conflicts with", &o->conflicts);
	add_relations(out, "Provides", &o->provides);
	add_relations(out, "Needs of Debian", &o->deb);
	buf_adds(out, "</table>\n");
}

static int64_t to_fetch(const struct offer *o)
{
	int64_t size = 0;

	VEC_FOR (const struct pack, pack, &o->packs.of) {
		if (pack->size < 0)
			return -1;
		size += pack->size;
	}
	return size;
}

static struct span shown_version(const struct offer *o)
{
	return o->version.n ? buf_span(&o->version) : SPAN("unknown");
}

/* The newest first. */
static void add_versions(struct buf *out, const struct offer *offers, size_t count)
{
	buf_adds(out, "<h2>Versions</h2>\n<table>\n<tr><th scope=\"col\">Version</th>"
		      "<th scope=\"col\">Installer</th><th scope=\"col\">To fetch</th></tr>\n");
	for (size_t i = count; i--;) {
		buf_adds(out, "<tr><td>");
		html_add(out, shown_version(&offers[i]));
		buf_adds(out, "</td><td><a href=\"../../");
		html_add(out, buf_span(&offers[i].path));
		buf_adds(out, "\">");
		html_add(out, buf_span(&offers[i].path));
		buf_adds(out, "</a></td><td>");
		text_size(out, to_fetch(&offers[i]));
		buf_adds(out, "</td></tr>\n");
	}
	buf_adds(out, "</table>\n");
}

void page_package(struct span repository, const struct offer *offers, size_t count, struct buf *out)
{
	const struct offer *newest = &offers[count - 1];

	begin(out, buf_span(&newest->name), "../../", false);
	add_header(out, repository, "../../");
	buf_adds(out, "<h1>");
	html_add(out, buf_span(&newest->name));
	buf_adds(out, " <span class=\"version\">");
	html_add(out, shown_version(newest));
	buf_adds(out, "</span></h1>\n<p>");
	html_add(out, buf_span(&newest->summary));
	buf_adds(out, "</p>\n<pre>sudo fardel install ");
	html_add(out, buf_span(&newest->name));
	buf_adds(out, "</pre>\n<p class=\"text\">");
	html_add(out, buf_span(&newest->description));
	buf_adds(out, "</p>\n");
	add_about(out, newest);
	add_versions(out, offers, count);
	end(out);
}

/* --- Lists ---------------------------------------------------------------------------------------------- */

static void add_entries(
	struct buf *out, char letter, const struct page_entries *all, const char *way)
{
	buf_adds(out, "<ul class=\"packages\">\n");
	VEC_FOR (const struct page_entry, e, &all->of) {
		if (letter && page_letter(buf_span(&e->name)) != letter)
			continue;
		buf_addf(out, "<li><a href=\"%s", way);
		html_add(out, buf_span(&e->name));
		buf_adds(out, ".html\">");
		html_add(out, buf_span(&e->name));
		buf_adds(out, "</a> <span class=\"version\">");
		html_add(out, buf_span(&e->version));
		buf_adds(out, "</span> ");
		html_add(out, buf_span(&e->summary));
		buf_adds(out, "</li>\n");
	}
	buf_adds(out, "</ul>\n");
}

void page_list(struct span repository, char letter, const struct page_entries *all, struct buf *out)
{
	AUTO(buf) title = BUF_INIT;

	buf_addf(&title, "%.*s: %s", SPAN_ARG(repository), letter == '0' ? "0–9" : "");
	if (letter != '0')
		buf_addc(&title, (char)(letter - 32));
	begin(out, buf_span(&title), "../", false);
	add_header(out, repository, "../");
	buf_adds(out, "<h1>");
	html_add(out, buf_span(&title));
	buf_adds(out, "</h1>\n");
	add_entries(out, letter, all, "p/");
	end(out);
}

static void add_letters(struct buf *out, const struct page_entries *all)
{
	size_t counts[256] = {0};

	VEC_FOR (const struct page_entry, e, &all->of)
		counts[(unsigned char)page_letter(buf_span(&e->name))]++;
	buf_adds(out, "<ul>\n");
	for (unsigned c = '0'; c <= 'z'; c++)
		if (counts[c])
			buf_addf(out, "<li><a href=\"web/list-%c.html\">%c</a> (%zu)</li>\n", c,
				c == '0' ? '0' : c - 32, counts[c]);
	buf_adds(out, "</ul>\n");
}

/* How its packages come to a machine. */
static void add_use(struct buf *out, const struct root *root)
{
	buf_adds(out, "<h2>Use it</h2>\n<pre>sudo fardel repo add ");
	html_add(out, buf_span(&root->name));
	buf_adds(out, " <span id=\"address\">ADDRESS</span>");
	VEC_FOR (const struct buf, key, &root->root.keys.of) {
		buf_adds(out, " --key ");
		html_add(out, buf_span(key));
	}
	buf_adds(out, "\nsudo fardel repo update\n</pre>\n");
}

void page_first(const struct root *root, const struct page_entries *all, struct buf *out)
{
	begin(out, buf_span(&root->name), "", true);
	buf_adds(out, "<h1>");
	html_add(out, buf_span(&root->name));
	buf_addf(out,
		"</h1>\n<p>%zu package%s.</p>\n"
		"<div id=\"searching\" hidden>\n<label for=\"search\">Search names and summaries"
		"</label>\n<input id=\"search\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\">\n"
		"<p id=\"count\" role=\"status\"></p>\n<ul id=\"result\" class=\"packages\"></ul>\n</div>\n"
		"<h2>Packages</h2>\n",
		all->of.n, all->of.n == 1 ? "" : "s");
	if (all->of.n <= FEW)
		add_entries(out, 0, all, "web/p/");
	else
		add_letters(out, all);
	add_use(out, root);
	end(out);
}

void page_json(const struct page_entries *all, struct buf *out)
{
	const char *before = "[";

	VEC_FOR (const struct page_entry, e, &all->of) {
		buf_adds(out, before);
		buf_addc(out, '[');
		json_format_text(buf_span(&e->name), out);
		buf_addc(out, ',');
		json_format_text(buf_span(&e->version), out);
		buf_addc(out, ',');
		json_format_text(buf_span(&e->summary), out);
		buf_addc(out, ']');
		before = ",\n";
	}
	buf_adds(out, all->of.n ? "]\n" : "[]\n");
}
