/* The plan for one member of an archive after the other. */
#include "model/entry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/texts.h"
#include "model/glob.h"
#include "model/installer.h"
#include "model/paths.h"

const struct entry_limits entry_limits_installer = {
	.bytes = 64 << 20,
	.entries = 10000,
	.depth = 32,
	.component = 255,
	.path = 1024,
	.reserved = installation_reserved,
};

const struct entry_limits entry_limits_pack = {
	.bytes = 8LL << 30,
	.entries = 500000,
	.depth = 64,
	.component = 255,
	.path = 4096,
	.pack = true,
	.ratio = 1000,
	.slack = 64 << 20,
};

const struct entry_limits entry_limits_packets = {
	.bytes = 8LL << 30,
	.entries = 100000,
	.depth = 64,
	.component = 255,
	.path = 4096,
	.reserved = installation_reserved,
	.packets = true,
	.ratio = 1000,
	.slack = 64 << 20,
};

struct entry_plan {
	struct entry_limits limits;
	struct entry_choice choice;
	struct texts root; /* of packets: the parts of the folder that is the package's */
	VEC(bool) matched; /* for each include */
	struct buf top;
	struct buf path, link; /* what the last act borrows */
	int64_t bytes;
	int64_t read; /* of the archive itself */
	int64_t again; /* members of a path that was there */
	struct paths taken; /* by files, folders (stated, or implied by what is in them), links */
};

struct entry_plan *entry_plan_new(const struct entry_limits *limits)
{
	struct entry_plan *plan = mem_zero(1, sizeof(*plan));

	plan->limits = *limits;
	buf_init(&plan->top);
	buf_init(&plan->path);
	buf_init(&plan->link);
	paths_init(&plan->taken);
	return plan;
}

void entry_plan_choose(struct entry_plan *plan, const struct entry_choice *choice)
{
	plan->choice = *choice;
	for (const char *const *glob = choice->include; glob && *glob; glob++)
		*vec_push(&plan->matched) = false;
}

/* A part that says something, at the front of a path. */
static bool is_part(struct span part)
{
	return part.n && !span_is_text(part, ".");
}

void entry_plan_root(struct entry_plan *plan, struct span folder)
{
	struct span part;

	while (span_split(&folder, '/', &part))
		if (is_part(part))
			texts_add(&plan->root, part);
}

void entry_plan_free(struct entry_plan *plan)
{
	if (!plan)
		return;
	texts_drop(&plan->root);
	paths_drop(&plan->taken);
	vec_drop(&plan->matched);
	buf_drop(&plan->top);
	buf_drop(&plan->path);
	buf_drop(&plan->link);
	free(plan);
}

struct span entry_plan_top(const struct entry_plan *plan)
{
	return buf_span(&plan->top);
}

void entry_plan_path(const struct entry_plan *plan, size_t id, struct buf *out)
{
	paths_format(&plan->taken, id, out);
}

const char *entry_plan_unmatched(const struct entry_plan *plan)
{
	for (size_t i = 0; i < plan->matched.n; i++)
		if (!plan->matched.v[i])
			return plan->choice.include[i];
	return NULL;
}

static struct paths_node *get_node(struct entry_plan *plan, size_t node)
{
	return node == PATHS_NONE ? NULL : &plan->taken.nodes.v[node];
}

/* What a whole path leads to; only folders are gone through. */
static const struct paths_node *get_path(struct entry_plan *plan, struct span path)
{
	const struct paths_node *node = NULL;
	size_t at = PATHS_NONE;
	struct span part;

	while (span_split(&path, '/', &part)) {
		if (node && node->type != ENTRY_DIR)
			return NULL;
		at = paths_find(&plan->taken, at, part);
		node = get_node(plan, at);
		if (!node)
			return NULL;
	}
	return node;
}

/* Says why a member is refused; its name is cut, so that the reason is always seen. */
static int refuse(const struct entry_raw *raw, struct err *err, const char *why)
{
	if (!raw->path.n)
		return err_set(err, ERR_INSTALLER, "a member without a name");
	return err_set(
		err, ERR_INSTALLER, "member %.*s: %s", SPAN_ARG(span_cut(raw->path, 0, 200)), why);
}

static int refuse_over(const struct entry_raw *raw, struct err *err, const char *what, size_t limit)
{
	AUTO(buf) why = BUF_INIT;

	buf_addf(&why, "%s %zu", what, limit);
	return refuse(raw, err, why.s);
}

/* Takes the name below parent for the member. Everything that is made counts against the limit,
 * folders that no member states too. */
static int add_node(struct entry_plan *plan, const struct entry_raw *raw, size_t parent,
	struct span name, enum entry_type type, size_t *node, struct err *err)
{
	if (plan->taken.nodes.n >= (uint64_t)plan->limits.entries)
		return refuse_over(raw, err, "the archive has more entries than",
			(size_t)plan->limits.entries);
	*node = paths_add(&plan->taken, parent, name, (int)type);
	return 0;
}

static bool is_reserved(const struct entry_plan *plan, struct span name)
{
	for (const char *const *r = plan->limits.reserved; r && *r; r++)
		if (span_is_text(name, *r))
			return true;
	return false;
}

/* Checks one part of a path that says something. */
static int check_part(const struct entry_plan *plan, const struct entry_raw *raw, struct span part,
	struct err *err)
{
	if (span_is_text(part, ".."))
		return refuse(raw, err, "has \"..\" in its path");
	if (part.n > plan->limits.component)
		return refuse_over(
			raw, err, "a part of its path has more bytes than", plan->limits.component);
	return 0;
}

/* How many parts at the front of a path are taken off. */
static size_t front_parts(const struct entry_plan *plan)
{
	if (plan->limits.pack)
		return plan->choice.strip;
	return plan->limits.packets ? plan->root.of.n : 1;
}

/* One of those. The first member's top becomes everyone's. */
static int take_front(struct entry_plan *plan, const struct entry_raw *raw, size_t before,
	struct span part, struct err *err)
{
	if (plan->limits.pack)
		return 0;
	if (plan->limits.packets) {
		if (span_is(buf_span(&plan->root.of.v[before]), part))
			return 0;
		return refuse(raw, err, "is not below the folder of the first manifest.toml");
	}
	if (!plan->top.n)
		buf_set(&plan->top, part);
	if (!span_is(buf_span(&plan->top), part))
		return refuse(raw, err, "is not below the archive's top folder");
	return 0;
}

/* Adds one part to *out: all but those at the front, of which `before` came already. */
static int add_part(struct entry_plan *plan, const struct entry_raw *raw, size_t before,
	struct span part, struct buf *out, struct err *err)
{
	if (before < front_parts(plan))
		return take_front(plan, raw, before, part, err);
	if (!out->n && is_reserved(plan, part))
		return refuse(raw, err, "has a name that fardel itself uses in an installation");
	if (out->n)
		buf_addc(out, '/');
	buf_add_span(out, part);
	return 0;
}

/* Splits off the parts at the front and writes the rest, without what says nothing, to *out. An
 * empty *out is a front itself, and with *said 0 not even that ("./"). */
static int normalise(struct entry_plan *plan, const struct entry_raw *raw, struct span path,
	struct buf *out, size_t *said, struct err *err)
{
	struct span part;

	buf_clear(out);
	*said = 0;
	if (!path.n)
		return refuse(raw, err, "has no path");
	if (memchr(path.s, 0, path.n))
		return refuse(raw, err, "has a NUL in its path");
	if (path.n > plan->limits.path)
		return refuse_over(raw, err, "its path has more bytes than", plan->limits.path);
	if (path.s[0] == '/')
		return refuse(raw, err, "has an absolute path");
	while (span_split(&path, '/', &part)) {
		if (!is_part(part))
			continue;
		if (check_part(plan, raw, part, err) < 0 ||
			add_part(plan, raw, *said, part, out, err) < 0)
			return -1;
		++*said;
	}
	return 0;
}

static bool is_chosen(struct entry_plan *plan, struct span path)
{
	const struct entry_choice *choice = &plan->choice;
	bool chosen = !plan->matched.n;

	for (size_t i = 0; i < plan->matched.n; i++)
		if (glob_covers(choice->include[i], path))
			chosen = plan->matched.v[i] = true;
	for (const char *const *glob = choice->exclude; glob && *glob && chosen; glob++)
		chosen = !glob_covers(*glob, path);
	return chosen;
}

/* Takes the folders above path, or finds them taken by folders; *parent is the innermost, *name what
 * is left of the path. */
static int take_folders(struct entry_plan *plan, const struct entry_raw *raw, struct span path,
	size_t *parent, struct span *name, struct err *err)
{
	unsigned depth = raw->type == ENTRY_DIR;

	for (size_t i = 0; i < path.n; i++)
		depth += path.s[i] == '/';
	if (depth > plan->limits.depth)
		return refuse_over(raw, err, "is in more folders than", (size_t)plan->limits.depth);
	*parent = PATHS_NONE;
	while (span_split(&path, '/', name) && path.n) {
		size_t at = paths_find(&plan->taken, *parent, *name);
		const struct paths_node *node = get_node(plan, at);

		if (node && node->type != ENTRY_DIR)
			return refuse(raw, err, "is below something that is not a folder");
		if (!node && add_node(plan, raw, *parent, *name, ENTRY_DIR, &at, err) < 0)
			return -1;
		*parent = at;
	}
	return 0;
}

static int plan_symlink(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	if (!raw->link.n)
		return refuse(raw, err, "is a symbolic link without a target");
	if (memchr(raw->link.s, 0, raw->link.n))
		return refuse(raw, err, "is a symbolic link with a NUL in its target");
	if (raw->link.n > plan->limits.path)
		return refuse_over(raw, err, "its target has more bytes than", plan->limits.path);
	buf_set(&plan->link, raw->link);
	act->link = buf_span(&plan->link);
	act->mode = 0;
	return 0;
}

static int plan_hardlink(struct entry_plan *plan, const struct entry_raw *raw,
	struct entry_act *act, struct err *err)
{
	const struct paths_node *node;
	size_t said;

	if (normalise(plan, raw, raw->link, &plan->link, &said, err) < 0)
		return err_at(err, "target of a hard link");
	node = get_path(plan, buf_span(&plan->link));
	if (!node || (node->type != ENTRY_FILE && node->type != ENTRY_HARDLINK))
		return refuse(raw, err, "is a hard link to what is no file that came before");
	act->link = buf_span(&plan->link);
	act->mode = node->mode;
	return 0;
}

static void plan_mode(
	const struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act)
{
	if (plan->limits.pack) {
		act->mode = raw->mode & 0755;
		act->stripped = raw->mode & 07022;
	} else {
		act->mode = raw->type == ENTRY_DIR || raw->mode & 0111 ? 0755 : 0644;
	}
}

static int plan_type(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	switch (raw->type) {
	case ENTRY_SYMLINK: return plan_symlink(plan, raw, act, err);
	case ENTRY_HARDLINK: return plan_hardlink(plan, raw, act, err);
	case ENTRY_FILE:
		if (raw->size > plan->limits.bytes - plan->bytes)
			return entry_plan_bytes(plan, (size_t)raw->size, err);
		break;
	case ENTRY_DIR: break;
	}
	plan_mode(plan, raw, act);
	return 0;
}

/* The path is taken: by what the member may join or replace? */
static int plan_again(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	const struct paths_node *node, struct err *err)
{
	act->replaces = plan->limits.pack && raw->type == ENTRY_FILE && node->type == ENTRY_FILE;
	if (!act->replaces && (node->type != ENTRY_DIR || raw->type != ENTRY_DIR))
		return refuse(raw, err, "is there twice");
	if (plan->again++ >= plan->limits.entries)
		return refuse(raw, err, "the archive has too many entries twice");
	return 0;
}

/* Takes the path that act names. */
static int take_path(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	struct span name = SPAN("");
	struct paths_node *node;
	size_t parent = PATHS_NONE;

	if (take_folders(plan, raw, act->path, &parent, &name, err) < 0)
		return -1;
	act->id = paths_find(&plan->taken, parent, name);
	node = get_node(plan, act->id);
	if (node && plan_again(plan, raw, act, node, err) < 0)
		return -1;
	if (plan_type(plan, raw, act, err) < 0 ||
		(!node && add_node(plan, raw, parent, name, raw->type, &act->id, err) < 0))
		return -1;
	get_node(plan, act->id)->mode = act->mode;
	return 0;
}

int entry_plan_next(struct entry_plan *plan, const struct entry_raw *raw, struct entry_act *act,
	struct err *err)
{
	size_t said;

	*act = (struct entry_act){.type = raw->type, .path = SPAN(""), .link = SPAN("")};
	if (normalise(plan, raw, raw->path, &plan->path, &said, err) < 0)
		return -1;
	act->path = buf_span(&plan->path);
	act->skip = !act->path.n || !is_chosen(plan, act->path);
	if (!act->path.n && raw->type != ENTRY_DIR && (!plan->limits.pack || !said))
		return refuse(raw, err, "is the top of the archive, but no folder");
	return act->skip ? 0 : take_path(plan, raw, act, err);
}

void entry_plan_read(struct entry_plan *plan, int64_t bytes)
{
	plan->read = bytes;
}

/* A bomb: so much from so little. */
static bool is_out_of_ratio(const struct entry_plan *plan, int64_t bytes)
{
	return plan->limits.ratio && (bytes - plan->limits.slack) / plan->limits.ratio > plan->read;
}

int entry_plan_bytes(struct entry_plan *plan, size_t n, struct err *err)
{
	AUTO(buf) size = BUF_INIT;

	if (n > (uint64_t)(plan->limits.bytes - plan->bytes)) {
		text_size(&size, plan->limits.bytes);
		return err_set(err, ERR_INSTALLER, "the archive holds more than %s", size.s);
	}
	if (is_out_of_ratio(plan, plan->bytes + (int64_t)n))
		return err_set(err, ERR_INSTALLER,
			"the archive unpacks to more than %" PRId64 " times its size",
			plan->limits.ratio);
	plan->bytes += (int64_t)n;
	return 0;
}
