/* A list of changes as JSON: what is read is written and read again as the same, and can be taken back. */
/* LIBS: -ljansson */
#include <string.h>

#include "fuzz.h"
#include "model/changes_json.h"
#include "model/changes_math.h"

static void check_path(struct span path)
{
	struct span rest = path, part;

	HOLDS(path.n && path.s[0] == '/' && !memchr(path.s, 0, path.n));
	HOLDS(path.n == 1 || path.s[path.n - 1] != '/');
	rest = span_cut(rest, 1, rest.n);
	while (span_split(&rest, '/', &part))
		HOLDS(part.n && !span_is_text(part, ".") && !span_is_text(part, ".."));
}

static void check_node(const struct node *n)
{
	HOLDS(n->type < NODE_TYPES && n->mode <= 07777);
	HOLDS(n->uid >= 0 && n->uid < UINT32_MAX && n->gid >= 0 && n->gid < UINT32_MAX);
	HOLDS(n->size >= 0 && n->device >= 0 && n->inode >= 0);
	HOLDS((n->type == NODE_LINK) == (n->target.n > 0));
	VEC_FOR (const struct node_xattr, x, &n->xattrs)
		HOLDS(x->name.n && !span_starts(buf_span(&x->name), "user.overlay."));
}

static void check_same(const struct changes *a, const struct changes *b)
{
	AUTO(changes_difference) d = CHANGES_DIFFERENCE_INIT;

	changes_diff(a, b, &d);
	HOLDS(d.of.n == 0);
}

static void check_again(const struct changes *c)
{
	AUTO(changes) again = CHANGES_INIT;
	AUTO(changes) nothing = CHANGES_INIT;
	AUTO(buf) text = BUF_INIT;
	struct json *value = changes_to_json(c);
	struct err err = ERR_INIT;

	json_format(value, &text);
	json_free(value);
	HOLDS(changes_parse(buf_span(&text), &again, &err) == 0);
	check_same(c, &again);
	changes_invert(&again);
	changes_merge(c, &again, &nothing);
	HOLDS(nothing.of.n == 0);
	changes_invert(&again);
	check_same(c, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(changes) c = CHANGES_INIT;
	struct err err = ERR_INIT;

	if (changes_parse(fuzz_span(data, size), &c, &err) < 0) {
		HOLDS(err.code == ERR_FAILED && err.text[0]);
		return 0;
	}
	for (size_t i = 0; i < c.of.n; i++) {
		const struct change *x = &c.of.v[i];

		check_path(buf_span(&x->path));
		check_node(&x->before);
		check_node(&x->after);
		HOLDS(!node_is_same(&x->before, &x->after));
		HOLDS(changes_get(&c, buf_span(&x->path)) == x);
	}
	check_again(&c);
	return 0;
}
