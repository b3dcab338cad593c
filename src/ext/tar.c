/* The grammar of tars. */
#include "ext/tar.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ext/holes.h"
#include "ext/pax.h"
#include "ext/ustar.h"

#define BLOCK USTAR_BLOCK
#define EXTENSION_MAX (1 << 20) /* bytes of a header that stands in front of a member */

#define GNU_REAL ((struct ustar_field){483, 12}) /* the size of a sparse file */
/* GNU's list of what a sparse file holds: pairs of numbers, and whether a block with more of them follows. */
#define PAIRS 386
#define PAIRS_COUNT 4
#define PAIRS_MORE 482
#define BLOCK_PAIRS_COUNT 21
#define BLOCK_PAIRS_MORE 504

enum state { STATE_HEADER, STATE_PAIRS, STATE_EXTENSION, STATE_LIST, STATE_CONTENT, STATE_END };

enum format { FORMAT_OLD, FORMAT_USTAR, FORMAT_GNU };

struct tar {
	bool sparse;
	enum state state;
	char block[BLOCK]; /* a header, or a block of pairs */
	size_t have; /* of it */
	int64_t size; /* of the body or content */
	int64_t left; /* of it, */
	size_t padding; /* and what fills its last block */
	int64_t zeros; /* at the end */
	int64_t members;
	struct holes holes;
	int64_t listed; /* bytes of the content that are the list of its holes */
	enum format format;
	/* What stands in front of the next member: */
	char extension; /* the type of the one whose body comes */
	bool has_x, has_g;
	struct buf body, longname, longlink;
	struct pax pax;
	struct buf name; /* of the member, as far as it is known */
};

struct tar *tar_new(bool sparse)
{
	struct tar *t = mem_zero(1, sizeof(*t));

	t->sparse = sparse;
	buf_init(&t->body);
	buf_init(&t->longname);
	buf_init(&t->longlink);
	buf_init(&t->name);
	pax_init(&t->pax);
	return t;
}

void tar_free(struct tar *t)
{
	if (!t)
		return;
	buf_drop(&t->body);
	buf_drop(&t->longname);
	buf_drop(&t->longlink);
	buf_drop(&t->name);
	pax_drop(&t->pax);
	free(t);
}

int64_t tar_members(const struct tar *t)
{
	return t->members;
}

static int refuse(const struct tar *t, const char *why, struct err *err)
{
	if (!t->name.n)
		return err_set(
			err, ERR_INSTALLER, "damaged archive: a member without a name %s", why);
	return err_set(err, ERR_INSTALLER, "member %.*s: %s",
		SPAN_ARG(span_cut(buf_span(&t->name), 0, 200)), why);
}

/* The format; in ways in which all understand what stands in place of a prefix. */
static int take_format(struct tar *t, struct err *err)
{
	const char *magic = t->block + USTAR_MAGIC;
	struct span prefix = ustar_text(t->block, USTAR_PREFIX);

	if (memcmp(magic, "ustar", 6) == 0) {
		t->format = FORMAT_USTAR;
		if (ustar_is_zero(prefix.s + prefix.n, USTAR_PREFIX.n - prefix.n))
			return 0;
		return refuse(t, "its prefix ends twice", err);
	}
	t->format = memcmp(magic, "ustar  ", 8) == 0 ? FORMAT_GNU : FORMAT_OLD;
	if (t->format == FORMAT_OLD && memcmp(magic, "ustar", 5) == 0)
		return refuse(t, "its header is of an unknown format", err);
	if (t->block[USTAR_TYPE] == 'S' && t->format == FORMAT_GNU)
		return 0;
	if (!ustar_is_zero(t->block + USTAR_PREFIX.at, USTAR_PREFIX.n))
		return refuse(t, "some would take a part of its header for its path", err);
	return 0;
}

/* The name that all agree on. */
static void set_name(struct tar *t)
{
	struct span prefix = ustar_text(t->block, USTAR_PREFIX);

	buf_clear(&t->name);
	if (t->pax.sparse_name.n) {
		buf_set(&t->name, buf_span(&t->pax.sparse_name));
	} else if (t->pax.path.n) {
		buf_set(&t->name, buf_span(&t->pax.path));
	} else if (t->longname.n) {
		buf_set(&t->name, buf_span(&t->longname));
	} else {
		if (prefix.n && t->format == FORMAT_USTAR)
			buf_addf(&t->name, "%.*s/", SPAN_ARG(prefix));
		buf_add_span(&t->name, ustar_text(t->block, USTAR_NAME));
	}
}

/* One kind of header in front of a member: either pax's or GNU's. */
static int check_extensions(const struct tar *t, struct err *err)
{
	const struct pax *p = &t->pax;
	bool has_link = p->link.n || t->longlink.n;

	if (t->has_x && (t->longname.n || t->longlink.n))
		return refuse(t, "has headers of both pax and GNU in front of it", err);
	if (p->path.n && p->sparse_name.n)
		return refuse(t, "has two names", err);
	if (has_link && t->block[USTAR_TYPE] != '1' && t->block[USTAR_TYPE] != '2')
		return refuse(t, "has a target, but is no link", err);
	if (p->sparse && (!t->sparse || !strchr("0", t->block[USTAR_TYPE])))
		return refuse(t, "has holes", err);
	return 0;
}

static int begin_extension(struct tar *t, int64_t size, struct err *err)
{
	char type = t->block[USTAR_TYPE];
	bool again = type == 'x'   ? t->has_x
		     : type == 'g' ? t->has_g
		     : type == 'L' ? t->longname.n > 0
				   : t->longlink.n > 0;

	if (again)
		return refuse(t, "two headers of one kind stand in front of a member", err);
	if (size > EXTENSION_MAX)
		return refuse(t, "a header in front of a member is longer than 1 MiB", err);
	t->has_x = t->has_x || type == 'x';
	t->has_g = t->has_g || type == 'g';
	t->extension = type;
	buf_clear(&t->body);
	t->state = STATE_EXTENSION;
	return 0;
}

static int end_extension(struct tar *t, struct err *err)
{
	struct span body = buf_span(&t->body);
	struct buf *to = t->extension == 'L' ? &t->longname : &t->longlink;
	size_t n = strnlen(body.s, body.n);

	t->state = STATE_HEADER;
	if (t->extension == 'x')
		return pax_take(&t->pax, body, err);
	if (t->extension == 'g')
		return pax_check_global(body, err);
	if (!n || n == body.n || !ustar_is_zero(body.s + n, body.n - n))
		return refuse(t, "a long name that is none stands in front of a member", err);
	buf_set(to, span_cut(body, 0, n));
	return 0;
}

/* Only files have a content; a name that ends in a slash is a folder's. */
static int check_type(const struct tar *t, int64_t size, struct err *err)
{
	char type = t->block[USTAR_TYPE];
	bool is_file = type == '0' || type == '7' || type == 'S';
	bool slash = t->name.n && t->name.s[t->name.n - 1] == '/';

	if (!strchr("01234567S", type))
		return refuse(t, "is of an unknown kind", err);
	if (size && (slash || (type && !is_file)))
		return refuse(t, "has a content, but is no file", err);
	if (slash && type && type != '5')
		return refuse(t, "ends in a slash, but is no folder", err);
	if (type == 'S' && (!t->sparse || t->format != FORMAT_GNU))
		return refuse(t, "has holes", err);
	return 0;
}

static int refuse_holes(const struct tar *t, struct err *err)
{
	return refuse(t, "damaged: the list of its holes is wrong", err);
}

/* GNU's pairs from a block; more: another block of them follows. */
static int take_pairs(struct tar *t, size_t at, size_t count, bool more, struct err *err)
{
	int64_t from, n;

	for (size_t i = 0; i < count; i++, at += 24) {
		if (ustar_is_zero(t->block + at, (count - i) * 24) && !more)
			break;
		if (!ustar_number(t->block, (struct ustar_field){at, 12}, &from) ||
			!ustar_number(t->block, (struct ustar_field){at + 12, 12}, &n) ||
			!holes_add(&t->holes, from, n))
			return refuse_holes(t, err);
	}
	t->state = more ? STATE_PAIRS : STATE_CONTENT;
	return more || t->holes.stored == t->size ? 0 : refuse_holes(t, err);
}

static int begin_sparse(struct tar *t, struct err *err)
{
	int64_t real;

	t->listed = 0;
	if (t->pax.sparse) {
		holes_init(&t->holes, t->pax.real);
		t->state = STATE_LIST;
	}
	if (t->block[USTAR_TYPE] != 'S')
		return 0;
	if (!ustar_number(t->block, GNU_REAL, &real))
		return refuse_holes(t, err);
	holes_init(&t->holes, real);
	return take_pairs(t, PAIRS, PAIRS_COUNT, t->block[PAIRS_MORE], err);
}

static int begin_member(struct tar *t, int64_t size, struct err *err)
{
	int64_t mode;

	if (check_extensions(t, err) < 0 || check_type(t, size, err) < 0)
		return -1;
	if (!ustar_number(t->block, USTAR_MODE, &mode))
		return refuse(t, "its mode is no number", err);
	if (t->pax.size >= 0 && t->pax.size != size)
		return refuse(t, "has two sizes", err);
	t->members++;
	t->state = STATE_CONTENT;
	buf_clear(&t->longname);
	buf_clear(&t->longlink);
	t->has_x = t->has_g = false;
	return begin_sparse(t, err);
}

static int take_header(struct tar *t, struct err *err)
{
	bool is_extension = t->block[USTAR_TYPE] && strchr("xgLK", t->block[USTAR_TYPE]);
	int64_t size = 0;

	if (ustar_is_zero(t->block, BLOCK)) {
		t->state = STATE_END;
		t->zeros = BLOCK;
		if (t->has_x || t->has_g || t->longname.n || t->longlink.n)
			return err_set(err, ERR_INSTALLER, "the archive is cut off");
		return 0;
	}
	if (!ustar_sum_is_right(t->block))
		return err_set(err, ERR_INSTALLER,
			t->members || t->has_x || t->has_g
				? "damaged archive: the sum of a member's header is wrong"
				: "what is in it is no tar");
	set_name(t);
	if (take_format(t, err) < 0)
		return -1;
	set_name(t);
	if (!ustar_number(t->block, USTAR_SIZE, &size) || size > INT64_MAX - BLOCK)
		return refuse(t, "its size is no number", err);
	t->size = t->left = size;
	t->padding = (size_t)(-size & (BLOCK - 1));
	return is_extension ? begin_extension(t, size, err) : begin_member(t, size, err);
}

/* A header or pairs, block by block. */
static int take_block(struct tar *t, struct span *bytes, struct err *err)
{
	size_t room = BLOCK - t->have;
	size_t n = bytes->n < room ? bytes->n : room;

	memcpy(t->block + t->have, bytes->s, n);
	t->have += n;
	*bytes = span_cut(*bytes, n, bytes->n);
	if (t->have < BLOCK)
		return 0;
	t->have = 0;
	if (t->state == STATE_HEADER)
		return take_header(t, err);
	return take_pairs(t, 0, BLOCK_PAIRS_COUNT, t->block[BLOCK_PAIRS_MORE], err);
}

/* In front of the content, in whole blocks. */
static int take_list(struct tar *t, struct span bytes, struct err *err)
{
	int64_t padded;
	size_t n = bytes.n;

	if (!holes_take(&t->holes, &bytes))
		return refuse_holes(t, err);
	t->listed += (int64_t)(n - bytes.n);
	if (t->holes.left)
		return 0;
	padded = (t->listed + BLOCK - 1) / BLOCK * BLOCK;
	if (t->holes.stored != t->size - padded)
		return refuse_holes(t, err);
	t->state = STATE_CONTENT;
	return 0;
}

static int take_body(struct tar *t, struct span *bytes, struct err *err)
{
	size_t n = bytes->n;
	struct span some;

	if (t->left < (int64_t)n)
		n = (size_t)t->left;
	some = span_cut(*bytes, 0, n);
	if (t->state == STATE_EXTENSION)
		buf_add_span(&t->body, some);
	if (t->state == STATE_LIST && take_list(t, some, err) < 0)
		return -1;
	t->left -= (int64_t)n;
	*bytes = span_cut(*bytes, n, bytes->n);
	n = bytes->n < t->padding ? bytes->n : t->padding;
	t->padding -= n;
	*bytes = span_cut(*bytes, n, bytes->n);
	return 0;
}

/* Whether the next header may come. */
static int end_body(struct tar *t, struct err *err)
{
	if (t->state == STATE_EXTENSION)
		return end_extension(t, err);
	if (t->state == STATE_LIST)
		return refuse_holes(t, err);
	pax_drop(&t->pax);
	t->state = STATE_HEADER;
	return 0;
}

static int take_end(struct tar *t, struct span *bytes, struct err *err)
{
	if (!ustar_is_zero(bytes->s, bytes->n))
		return err_set(err, ERR_INSTALLER, "something else stands behind the archive");
	t->zeros += (int64_t)bytes->n;
	*bytes = span_cut(*bytes, bytes->n, 0);
	return 0;
}

int tar_look(struct tar *t, struct span bytes, struct err *err)
{
	int rc = 0;

	while (rc == 0) {
		bool in_body = t->state == STATE_EXTENSION || t->state == STATE_LIST ||
			       t->state == STATE_CONTENT;

		if (in_body && !t->left && !t->padding)
			rc = end_body(t, err);
		else if (!bytes.n)
			break;
		else if (t->state == STATE_END)
			rc = take_end(t, &bytes, err);
		else if (in_body)
			rc = take_body(t, &bytes, err);
		else
			rc = take_block(t, &bytes, err);
	}
	return rc;
}

int tar_end(const struct tar *t, struct err *err)
{
	if (t->state == STATE_END && t->zeros >= 2 * BLOCK)
		return 0;
	return err_set(err, ERR_INSTALLER, "the archive is cut off");
}
