/* The web pages of a repository's folder. */
#include "engine/repo_web.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/page.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define PAGES "web/p"
#define ENDING ".html"
#define NAMES_MAX 10000000
#define LETTERS "0abcdefghijklmnopqrstuvwxyz"

struct making {
	struct repo_tree *tree;
	const struct root *root;
	struct page_entries all;
	bool fresh; /* no page is there yet */
};

static void making_drop(struct making *m)
{
	page_entries_drop(&m->all);
}

/* --- Packages ------------------------------------------------------------------------------------------- */

static void add_entry(struct making *m, const struct offer *newest)
{
	struct page_entry *e = vec_push(&m->all.of);

	*e = (struct page_entry){
		buf_dup(&newest->name), buf_dup(&newest->version), buf_dup(&newest->summary)};
}

static int put_package(struct making *m, const struct offer *offers, size_t count, struct err *err)
{
	AUTO(buf) path = buf_of(PAGES "/");
	AUTO(buf) page = BUF_INIT;

	buf_addf(&path, "%s" ENDING, offers[0].name.s);
	page_package(buf_span(&m->root->name), offers, count, &page);
	return repo_tree_put(m->tree, path.s, buf_span(&page), err);
}

/* Versions of one package stand behind each other. */
static int take_leaf(struct making *m, const struct offers *leaf, bool changed, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < leaf->of.n; i += n) {
		const struct offer *first = &leaf->of.v[i];

		for (n = 1; i + n < leaf->of.n; n++)
			if (!span_is(buf_span(&first->name), buf_span(&first[n].name)))
				break;
		add_entry(m, &first[n - 1]);
		if (changed && put_package(m, first, n, err) < 0)
			return -1;
	}
	return 0;
}

static int take_all(struct making *m, struct err *err)
{
	const struct offered_leaves *made = &m->tree->made;
	size_t next = 0;

	for (unsigned i = 0; i < 1u << m->tree->offered->leaf_bits; i++) {
		AUTO(offers) leaf = {0};
		bool changed = next < made->of.n && made->of.v[next] == i;

		next += changed;
		if (offered_leaf(m->tree->offered, i, &leaf, err) < 0 ||
			take_leaf(m, &leaf, changed || m->fresh, err) < 0)
			return -1;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct page_entry *one = a, *other = b;

	return span_compare(buf_span(&one->name), buf_span(&other->name));
}

/* --- Lists ---------------------------------------------------------------------------------------------- */

static int put_lists(struct making *m, struct err *err)
{
	AUTO(buf) page = BUF_INIT;

	for (const char *c = LETTERS; *c; c++) {
		AUTO(buf) path = BUF_INIT;

		buf_addf(&path, "web/list-%c" ENDING, *c);
		buf_clear(&page);
		page_list(buf_span(&m->root->name), *c, &m->all, &page);
		if (repo_tree_put(m->tree, path.s, buf_span(&page), err) < 0)
			return -1;
	}
	buf_clear(&page);
	page_json(&m->all, &page);
	if (repo_tree_put(m->tree, "web/packages.json", buf_span(&page), err) < 0 ||
		repo_tree_put(m->tree, "web/style.css", span_of(page_style), err) < 0 ||
		repo_tree_put(m->tree, "web/search.js", span_of(page_script), err) < 0)
		return -1;
	buf_clear(&page);
	page_first(m->root, &m->all, &page);
	return repo_tree_put(m->tree, "index.html", buf_span(&page), err);
}

/* --- What is gone --------------------------------------------------------------------------------------- */

static bool is_listed(const struct making *m, struct span name)
{
	const struct page_entry key = {.name = {(char *)(uintptr_t)name.s, name.n, 0}};

	return m->all.of.n &&
	       bsearch(&key, m->all.of.v, m->all.of.n, sizeof(*m->all.of.v), by_name);
}

static int sweep(struct making *m, struct err *err)
{
	__attribute__((cleanup(tree_names_drop))) struct tree_names names = {0};
	AUTO_FD dir = file_open(m->tree->dir, PAGES, O_RDONLY | O_DIRECTORY, 0, err);

	if (dir < 0 || tree_names(dir, NAMES_MAX, &names, err) < 0)
		return -1;
	VEC_FOR (char *, name, &names.of) {
		struct span x = span_of(*name);
		bool page = span_ends(x, ENDING);

		if (page && is_listed(m, span_cut(x, 0, x.n - strlen(ENDING))))
			continue;
		if ((page || file_is_beside(*name)) && file_remove(dir, *name, err) < 0)
			return -1;
	}
	return 0;
}

int repo_web_make(struct repo_tree *t, const struct root *root, struct err *err)
{
	AUTO(making) m = {.tree = t, .root = root};
	AUTO_FD dir = -1;
	struct stat st;
	int there = file_stat(t->dir, "index.html", &st, err);

	m.fresh = there == 0;
	dir = there < 0 ? -1 : file_make_dirs(t->dir, PAGES, 0755, err);
	if (dir < 0 || take_all(&m, err) < 0)
		return -1;
	if (m.all.of.n)
		qsort(m.all.of.v, m.all.of.n, sizeof(*m.all.of.v), by_name);
	if (put_lists(&m, err) < 0)
		return -1;
	return sweep(&m, err);
}
