/* What the parent and its workers tell each other, as values. */
#include "model/message.h"

#include <string.h>

#include "base/text.h"
#include "base/wire.h"

void extracted_drop(struct extracted *e)
{
	buf_drop(&e->top);
	buf_drop(&e->id);
}

void fetch_order_drop(struct fetch_order *o)
{
	buf_drop(&o->url);
	proxies_drop(&o->proxies);
	buf_drop(&o->ca_text);
	buf_drop(&o->user);
	buf_drop(&o->token);
	buf_drop(&o->identity);
	buf_drop(&o->realm);
	buf_drop(&o->login_bases);
	buf_drop(&o->password);
	buf_drop(&o->etag);
	buf_drop(&o->unless);
}

void fetch_begin_drop(struct fetch_begin *b)
{
	buf_drop(&b->etag);
}

void message_put_extract(struct buf *out, const struct extract_order *o)
{
	wire_put_number(out, o->write);
	wire_put_number(out, o->tell);
	wire_put_number(out, o->packets);
}

/* A bool travels as 0 or 1. */
static bool get_bool(struct wire *w)
{
	int64_t value = wire_number(w);

	if (value != 0 && value != 1)
		w->bad = true;
	return value == 1;
}

/* A C string would end at a NUL. */
static struct buf get_text(struct wire *w)
{
	struct span x = wire_text(w);
	struct buf copy = BUF_INIT;

	if (memchr(x.s, 0, x.n))
		w->bad = true;
	buf_add_span(&copy, x);
	return copy;
}

bool message_get_extract(struct span payload, struct extract_order *o)
{
	struct wire w = {.rest = payload};

	o->write = get_bool(&w);
	o->tell = get_bool(&w);
	o->packets = get_bool(&w);
	return wire_ended(&w);
}

void message_put_fact(struct buf *out, struct span name, struct span value)
{
	wire_put_text(out, name);
	wire_put_text(out, value);
}

bool message_get_fact(struct span payload, struct span *name, struct span *value)
{
	struct wire w = {.rest = payload};

	*name = wire_text(&w);
	*value = wire_text(&w);
	return wire_ended(&w);
}

void message_put_extracted(struct buf *out, const struct extracted *e)
{
	wire_put_text(out, buf_span(&e->top));
	wire_put_text(out, buf_span(&e->id));
	wire_put_number(out, e->bytes);
	wire_put_number(out, e->entries);
	wire_put_number(out, e->left_out);
	wire_put_number(out, e->has_rules);
	wire_put_number(out, e->has_lua);
	wire_put_number(out, e->has_licence);
}

bool message_get_extracted(struct span payload, struct extracted *e)
{
	struct wire w = {.rest = payload};

	e->top = get_text(&w);
	e->id = get_text(&w);
	e->bytes = wire_number(&w);
	e->entries = wire_number(&w);
	e->left_out = wire_number(&w);
	e->has_rules = get_bool(&w);
	e->has_lua = get_bool(&w);
	e->has_licence = get_bool(&w);
	if (wire_ended(&w) && e->bytes >= 0 && e->entries >= 0 && e->left_out >= 0)
		return true;
	extracted_drop(e);
	return false;
}

void message_put_member(struct buf *out, const struct told_member *m)
{
	wire_put_text(out, m->path);
	wire_put_number(out, m->type);
	wire_put_number(out, m->mode);
	wire_put_number(out, m->size);
	wire_put_number(out, m->reads);
}

bool message_get_member(struct span payload, struct told_member *m)
{
	struct wire w = {.rest = payload};

	m->path = wire_text(&w);
	m->type = wire_number(&w);
	m->mode = wire_number(&w);
	m->size = wire_number(&w);
	m->reads = get_bool(&w);
	return wire_ended(&w) && m->size >= 0 && m->mode >= 0 && m->mode <= 07777;
}

void message_put_attributes(struct buf *out, const struct told_attributes *a)
{
	wire_put_text(out, a->path);
	wire_put_number(out, a->uid);
	wire_put_number(out, a->gid);
	wire_put_number(out, a->mode);
}

void message_put_pair(struct buf *out, struct span name, struct span value)
{
	wire_put_text(out, name);
	wire_put_text(out, value);
}

bool message_next_pair(struct span *pairs, struct span *name, struct span *value)
{
	struct wire w = {.rest = *pairs};

	*name = wire_text(&w);
	*value = wire_text(&w);
	if (w.bad)
		return false;
	*pairs = w.rest;
	return true;
}

static bool is_owner(int64_t id)
{
	return id >= 0 && id < UINT32_MAX;
}

bool message_get_attributes(struct span payload, struct told_attributes *a)
{
	struct wire w = {.rest = payload};
	struct span rest, name, value;

	a->path = wire_text(&w);
	a->uid = wire_number(&w);
	a->gid = wire_number(&w);
	a->mode = wire_number(&w);
	rest = a->pairs = w.rest;
	while (!w.bad && message_next_pair(&rest, &name, &value))
		w.bad = memchr(name.s, 0, name.n) || !name.n;
	return !w.bad && !rest.n && !memchr(a->path.s, 0, a->path.n) && is_owner(a->uid) &&
	       is_owner(a->gid) && a->mode >= 0 && a->mode <= 07777;
}

void message_put_fetch(struct buf *out, const struct fetch_order *o)
{
	wire_put_text(out, buf_span(&o->url));
	wire_put_number(out, o->max_size);
	wire_put_number(out, o->retries);
	wire_put_number(out, o->retry_delay);
	wire_put_number(out, o->connect_timeout);
	wire_put_number(out, o->stall_timeout);
	wire_put_number(out, o->stall_rate);
	wire_put_text(out, buf_span(&o->proxies.http));
	wire_put_text(out, buf_span(&o->proxies.https));
	wire_put_text(out, buf_span(&o->proxies.except));
	wire_put_text(out, buf_span(&o->ca_text));
	wire_put_text(out, buf_span(&o->user));
	wire_put_text(out, buf_span(&o->password));
	wire_put_text(out, buf_span(&o->token));
	wire_put_number(out, o->registry);
	wire_put_text(out, buf_span(&o->identity));
	wire_put_text(out, buf_span(&o->realm));
	wire_put_text(out, buf_span(&o->login_bases));
	wire_put_number(out, o->bounded);
	wire_put_number(out, o->within);
	wire_put_number(out, o->resume_above);
	wire_put_number(out, o->from);
	wire_put_number(out, o->total);
	wire_put_text(out, buf_span(&o->etag));
	wire_put_number(out, o->tag);
	wire_put_text(out, buf_span(&o->unless));
	wire_put_number(out, o->optional);
	wire_put_number(out, o->more);
}

bool message_get_fetch(struct span payload, struct fetch_order *o)
{
	struct wire w = {.rest = payload};

	o->url = get_text(&w);
	o->max_size = wire_number(&w);
	o->retries = wire_number(&w);
	o->retry_delay = wire_number(&w);
	o->connect_timeout = wire_number(&w);
	o->stall_timeout = wire_number(&w);
	o->stall_rate = wire_number(&w);
	o->proxies.http = get_text(&w);
	o->proxies.https = get_text(&w);
	o->proxies.except = get_text(&w);
	o->ca_text = get_text(&w);
	o->user = get_text(&w);
	o->password = get_text(&w);
	o->token = get_text(&w);
	o->registry = get_bool(&w);
	o->identity = get_text(&w);
	o->realm = get_text(&w);
	o->login_bases = get_text(&w);
	o->bounded = get_bool(&w);
	o->within = wire_number(&w);
	o->resume_above = wire_number(&w);
	o->from = wire_number(&w);
	o->total = wire_number(&w);
	o->etag = get_text(&w);
	o->tag = get_bool(&w);
	o->unless = get_text(&w);
	o->optional = get_bool(&w);
	o->more = get_bool(&w);
	if (wire_ended(&w) && o->from >= 0)
		return true;
	fetch_order_drop(o);
	return false;
}

void message_put_next(struct buf *out, const struct fetch_next *n)
{
	wire_put_text(out, n->url);
	wire_put_number(out, n->max_size);
	wire_put_number(out, n->optional);
	wire_put_number(out, n->resume_above);
	wire_put_number(out, n->from);
	wire_put_number(out, n->total);
	wire_put_text(out, n->etag);
}

bool message_get_next(struct span payload, struct fetch_next *n)
{
	struct wire w = {.rest = payload};

	n->url = wire_text(&w);
	n->max_size = wire_number(&w);
	n->optional = get_bool(&w);
	n->resume_above = wire_number(&w);
	n->from = wire_number(&w);
	n->total = wire_number(&w);
	n->etag = wire_text(&w);
	return wire_ended(&w) && n->from >= 0 && n->url.n && !memchr(n->url.s, 0, n->url.n);
}

void message_put_begin(struct buf *out, const struct fetch_begin *b)
{
	wire_put_number(out, b->from);
	wire_put_number(out, b->total);
	wire_put_number(out, b->reach);
	wire_put_text(out, buf_span(&b->etag));
}

bool message_get_begin(struct span payload, struct fetch_begin *b)
{
	struct wire w = {.rest = payload};

	b->from = wire_number(&w);
	b->total = wire_number(&w);
	b->reach = wire_number(&w);
	b->etag = get_text(&w);
	if (wire_ended(&w) && b->from >= 0 && b->total >= -1)
		return true;
	fetch_begin_drop(b);
	return false;
}

void message_put_number(struct buf *out, int64_t value)
{
	wire_put_number(out, value);
}

bool message_get_number(struct span payload, int64_t *value)
{
	struct wire w = {.rest = payload};

	*value = wire_number(&w);
	return wire_ended(&w);
}

void message_put_err(struct buf *out, const struct err *err)
{
	wire_put_number(out, err->code);
	wire_put_number(out, err->sys);
	wire_put_text(out, span_of(err->text));
	wire_put_text(out, span_of(err->detail));
	wire_put_text(out, span_of(err->next));
}

/* The text was escaped when it was made; a worker that lies is escaped here, without doubling the
 * backslashes of the honest. `keep` is a second character that stays. */
static void get_line(struct wire *w, char *to, size_t size, char keep)
{
	struct span x = wire_text(w);
	AUTO(buf) safe = BUF_INIT;
	size_t from = 0;

	for (size_t i = 0; i <= x.n; i++) {
		if (i < x.n && x.s[i] != '\\' && x.s[i] != keep)
			continue;
		text_escape(&safe, span_cut(x, from, i - from));
		if (i < x.n)
			buf_addc(&safe, x.s[i]);
		from = i + 1;
	}
	if (safe.n >= size)
		w->bad = true;
	else
		memcpy(to, safe.s, safe.n + 1);
}

bool message_get_err(struct span payload, struct err *err)
{
	struct wire w = {.rest = payload};
	int64_t code, sys;

	*err = ERR_INIT;
	code = wire_number(&w);
	sys = wire_number(&w);
	if (code <= ERR_NONE || code >= ERR_COUNT || sys < 0 || sys > 4095)
		return false;
	err->code = (enum err_code)code;
	err->sys = (int)sys;
	get_line(&w, err->text, sizeof(err->text), '\\');
	get_line(&w, err->detail, sizeof(err->detail), '\n');
	get_line(&w, err->next, sizeof(err->next), '\\');
	if (wire_ended(&w))
		return true;
	*err = ERR_INIT;
	return false;
}
