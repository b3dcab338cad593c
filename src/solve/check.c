/* Checks: each change is held against the ids of the policy: where it is, what it is, whose it is. */
#include "solve/check.h"

#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "model/glob.h"
#include "solve/raise.h"

#define ALTERNATIVES "/etc/alternatives/"
#define ALTERNATIVES_DB "/var/lib/dpkg/alternatives/"

/* The folder of the change before: whether no path of the policy's is about anything in it. Most changes are many in a folder. */
struct quiet {
	struct buf folder;
	bool is;
};

/* One change, and what is known of it. */
struct check {
	const struct changes *all;
	const struct check_facts *facts;
	const struct policy *policy;
	struct findings *out;
	const struct change *change;
	struct buf path; /* as of policy_path */
	struct policy_case about;
	size_t first; /* of its findings in out */
	struct quiet *quiet;
};

static void quiet_drop(struct quiet *q)
{
	buf_drop(&q->folder);
}

static void check_drop(struct check *c)
{
	buf_drop(&c->path);
}

/* The folder, or beneath it. */
static bool is_within(struct span path, struct span folder)
{
	return path.n >= folder.n && memcmp(path.s, folder.s, folder.n) == 0 &&
	       (path.n == folder.n || path.s[folder.n] == '/' || span_is_text(folder, "/"));
}

static bool is_raised(const struct check *c, struct span id)
{
	for (size_t i = c->first; i < c->out->of.n; i++)
		if (span_is(id, buf_span(&c->out->of.v[i].id)))
			return true;
	return false;
}

/* Adds a finding, once for each id. `text` and `owner` may be empty: the id's own words, nobody. */
static void raise(struct check *c, struct span id, struct span text, struct span owner)
{
	if (!is_raised(c, id))
		finding_raise(
			c->out, c->policy, id, &c->about, buf_span(&c->change->path), text, owner);
}

static void raise_id(struct check *c, const char *id)
{
	raise(c, span_of(id), SPAN(""), SPAN(""));
}

static bool has_type(const struct change *c, enum node_type type)
{
	return c->before.type == type || c->after.type == type;
}

/* Nothing but a folder was or will be there. */
static bool is_folder_only(const struct change *c)
{
	return (c->before.type == NODE_FOLDER || c->before.type == NODE_NONE) &&
	       (c->after.type == NODE_FOLDER || c->after.type == NODE_NONE);
}

/* Above what is fixed only what is missing may be made, and no more than folders. */
static bool is_fixed(const struct change *change, struct span path, struct span fixed)
{
	bool is_made = change->before.type == NODE_NONE && change->after.type == NODE_FOLDER;

	return is_within(path, fixed) || (!is_made && is_within(fixed, path));
}

static void check_fixed(struct check *c, const struct policy_id *id)
{
	const struct texts *more = c->facts->fixed;

	for (size_t i = 0; id->globs[i]; i++)
		if (is_fixed(c->change, c->about.path, span_of(id->globs[i])))
			raise_id(c, id->id);
	for (size_t i = 0; more && i < more->of.n; i++)
		if (is_fixed(c->change, buf_span(&c->change->path), buf_span(&more->of.v[i])))
			raise_id(c, id->id);
}

/* What is beneath a folder that comes or goes is listed by itself. */
static bool is_about_path(const struct check *c, const struct policy_id *id)
{
	bool comes_or_goes =
		is_folder_only(c->change) &&
		(c->change->before.type == NODE_NONE || c->change->after.type == NODE_NONE);

	return id->kind == POLICY_PATHS && !comes_or_goes;
}

/* No path of `paths` is in the folder, nor is the folder in one of them. */
static bool is_apart(const char *const *paths, struct span folder)
{
	for (size_t i = 0; paths && paths[i]; i++)
		if (glob_relate(paths[i], folder) != GLOB_APART)
			return false;
	return true;
}

static bool is_apart_of_fixed(const struct check *c, struct span folder)
{
	VEC_FOR (const struct buf, fixed, &c->facts->fixed->of)
		if (is_within(folder, buf_span(fixed)) || is_within(buf_span(fixed), folder))
			return false;
	return true;
}

static bool find_quiet(const struct check *c, struct span folder)
{
	AUTO(buf) path = BUF_INIT;
	size_t count;
	const struct policy_id *ids = policy_ids(&count);

	if (c->policy->of.n || (c->facts->fixed && !is_apart_of_fixed(c, folder)))
		return false;
	policy_path(folder, &path);
	for (size_t i = 0; i < count; i++)
		if (!is_apart(ids[i].globs, buf_span(&path)))
			return false;
	return true;
}

static bool is_quiet(const struct check *c)
{
	const char *path = c->change->path.s, *slash = strrchr(path, '/');
	struct span folder = {path, slash ? (size_t)(slash - path) : 0};

	if (!c->quiet->folder.n || !span_is(folder, buf_span(&c->quiet->folder))) {
		buf_set(&c->quiet->folder, folder);
		c->quiet->is = find_quiet(c, folder);
	}
	return c->quiet->is;
}

static void check_where(struct check *c)
{
	size_t count;
	const struct policy_id *ids = policy_ids(&count);

	if (is_quiet(c))
		return;
	for (size_t i = 0; i < count; i++) {
		if (ids[i].kind == POLICY_FIXED)
			check_fixed(c, &ids[i]);
		else if (is_about_path(c, &ids[i]) && policy_id_covers(&ids[i], &c->about))
			raise_id(c, ids[i].id);
	}
	VEC_FOR (struct policy_rule, rule, &c->policy->of) {
		const struct policy_id *id;

		if (!policy_rule_covers(rule, &c->about))
			continue;
		id = policy_id_get(buf_span(&rule->id));
		if (!id || is_about_path(c, id))
			raise_id(c, rule->id.s);
	}
}

static bool is_system(struct span path)
{
	static const char *const folders[] = {"/boot", "/etc", "/opt", "/usr"};

	for (size_t i = 0; i < COUNT(folders); i++)
		if (is_within(path, span_of(folders[i])))
			return true;
	return false;
}

static void check_attributes(struct check *c, const struct node *n)
{
	VEC_FOR (struct node_xattr, x, &n->xattrs) {
		struct span name = buf_span(&x->name);

		if (span_is_text(name, "security.capability"))
			raise_id(c, "capabilities");
		else if (span_starts(name, "security."))
			raise_id(c, "security-attributes");
		else if (span_starts(name, "system.posix_acl_"))
			raise_id(c, "access-lists");
	}
}

/* "setuid root, mode 4755" */
static void raise_mode(
	struct check *c, const char *id, const char *text, const char *whose, int64_t number)
{
	AUTO(buf) words = BUF_INIT;

	buf_adds(&words, text);
	if (whose && number)
		buf_addf(&words, " %s %" PRId64, whose, number);
	else if (whose)
		buf_adds(&words, " root");
	buf_addf(&words, ", mode %04o", c->change->after.mode);
	raise(c, span_of(id), buf_span(&words), SPAN(""));
}

static void check_mode(struct check *c, const struct node *n)
{
	if (n->type == NODE_FILE && n->mode & 04000)
		raise_mode(c, "setuid", "setuid", "of user", n->uid);
	if (n->type == NODE_FILE && n->mode & 02000)
		raise_mode(c, "setgid", "setgid", "of group", n->gid);
	if (n->mode & 0002)
		raise_mode(c, "world-writable",
			n->type == NODE_FOLDER ? "everybody may put files into it"
					       : "everybody may write to it",
			NULL, 0);
}

/* By what is there afterwards. */
static void check_what(struct check *c)
{
	const struct node *n = &c->change->after;
	AUTO(buf) text = BUF_INIT;

	if (n->type == NODE_NONE || n->type == NODE_LINK)
		return;
	if (n->type == NODE_CHAR || n->type == NODE_BLOCK) {
		buf_addf(&text, "a %s device, %u:%u", node_type_name(n->type),
			major((dev_t)n->device), minor((dev_t)n->device));
		raise(c, SPAN("device-nodes"), buf_span(&text), SPAN(""));
	}
	check_mode(c, n);
	check_attributes(c, n);
	if (n->uid && is_system(c->about.path)) {
		buf_setf(&text, "the system's, and would be of user %" PRId64, n->uid);
		raise(c, SPAN("foreign-owner"), buf_span(&text), SPAN(""));
	}
}

/* Whether what dpkg's package had here is as it was where it is diverted to. */
static bool is_kept(const struct check *c, const struct owner *from)
{
	VEC_FOR (struct owner, o, &c->facts->owners->of) {
		const struct change *to;

		if (o->kind != OWNER_DIVERTED_TO ||
			!span_is(buf_span(&o->name), buf_span(&from->name)))
			continue;
		to = changes_get(c->all, buf_span(&o->path));
		if (to && node_is_same(&to->after, &c->change->before))
			return true;
	}
	return false;
}

/* The link leads where update-alternatives has it, or its own note changes with it. */
static bool is_by_update_alternatives(const struct check *c, const struct owner *o)
{
	const struct node *after = &c->change->after;
	AUTO(buf) note = BUF_INIT;

	if (after->type == NODE_LINK && span_starts(buf_span(&after->target), ALTERNATIVES))
		return true;
	buf_addf(&note, ALTERNATIVES_DB "%s", o->name.s);
	return changes_get(c->all, buf_span(&note)) != NULL;
}

/* A link of a group that several packages may be in: update-alternatives has it lead to one of them. */
static bool is_of_a_group(const struct change *c)
{
	const struct node *after = &c->after;

	if (span_starts(buf_span(&c->path), ALTERNATIVES))
		return true;
	return span_starts(buf_span(&c->before.target), ALTERNATIVES) &&
	       (after->type == NODE_NONE || span_starts(buf_span(&after->target), ALTERNATIVES));
}

/* Which id the change is a matter of because of this owner; NULL: none. A folder is of all who have it. */
static const char *id_of_owner(const struct check *c, const struct owner *o)
{
	const struct change *change = c->change;
	bool folder = is_folder_only(change);
	bool attributes = change_kind(change) == CHANGE_ATTRIBUTES;

	if (folder && change->before.type == NODE_NONE)
		return NULL;
	if (folder && change->after.type == NODE_NONE)
		return "shared-folder";
	switch (o->kind) {
	case OWNER_PACKAGE:
		if (span_is(buf_span(&o->name), c->facts->package))
			return NULL;
		return is_of_a_group(change) ? "alternatives" : "other-package";
	case OWNER_DPKG: return attributes ? "dpkg-attributes" : "dpkg-file";
	case OWNER_CONFFILE: return "conffile";
	case OWNER_DIVERTED_FROM:
		return change->before.type == NODE_NONE || is_kept(c, o) ? "diversion"
									 : "dpkg-file";
	case OWNER_DIVERTED_TO: return "diversion";
	case OWNER_ALTERNATIVE:
	case OWNER_KINDS: break;
	}
	return is_by_update_alternatives(c, o) ? "alternatives" : "alternative-link";
}

/* "mode 0755 becomes 4755, owner 0:0 becomes 5:5" */
static void add_difference(const struct change *change, struct buf *out)
{
	const struct node *a = &change->before, *b = &change->after;

	if (a->mode != b->mode)
		buf_addf(out, "mode %04o becomes %04o", a->mode, b->mode);
	if (a->uid != b->uid || a->gid != b->gid)
		buf_addf(out, "%sowner %" PRId64 ":%" PRId64 " becomes %" PRId64 ":%" PRId64,
			a->mode != b->mode ? ", " : "", a->uid, a->gid, b->uid, b->gid);
	if (a->mode == b->mode && a->uid == b->uid && a->gid == b->gid)
		buf_adds(out, "its extended attributes change");
}

/* What becomes of something that has an owner. */
static void add_fate(const struct change *change, struct buf *out)
{
	static const char *const fates[CHANGE_KINDS] = {[CHANGE_CREATED] = "would be made",
		[CHANGE_REPLACED] = "would be replaced",
		[CHANGE_DELETED] = "would be deleted"};

	if (change_kind(change) == CHANGE_ATTRIBUTES)
		add_difference(change, out);
	else
		buf_adds(out, fates[change_kind(change)]);
}

/* "coreutils (dpkg) and 2 more" */
static void add_owner(const struct owner *o, size_t more, struct buf *out)
{
	buf_adds(out, o->name.s);
	if (o->kind == OWNER_ALTERNATIVE)
		buf_adds(out, " (update-alternatives)");
	else if (o->kind != OWNER_PACKAGE)
		buf_adds(out, " (dpkg)");
	if (more)
		buf_addf(out, " and %zu more", more);
}

static void raise_owner(struct check *c, const char *id, const struct owner *o, size_t more)
{
	const struct policy_id *built_in = policy_id_get(span_of(id));
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) owner = BUF_INIT;

	buf_addf(&text, "%s, ", built_in->text);
	add_fate(c->change, &text);
	add_owner(o, more, &owner);
	raise(c, span_of(id), buf_span(&text), buf_span(&owner));
}

/* Owners of the same id are one finding. */
static void check_whose(struct check *c)
{
	size_t n;
	const struct owner *owners = owners_get(c->facts->owners, buf_span(&c->change->path), &n);

	for (size_t i = 0; i < n; i++) {
		const char *id = id_of_owner(c, &owners[i]);
		size_t more = 0;

		if (!id || is_raised(c, span_of(id)))
			continue;
		for (size_t k = i + 1; k < n; k++) {
			const char *other = id_of_owner(c, &owners[k]);

			more += other && strcmp(id, other) == 0;
		}
		raise_owner(c, id, &owners[i], more);
	}
}

/* Strictly beneath one of the package's folders: these themselves are fardel's. */
static bool is_own(const struct check *c)
{
	struct span path = buf_span(&c->change->path);

	for (size_t i = 0; c->facts->own && i < c->facts->own->of.n; i++) {
		struct span folder = buf_span(&c->facts->own->of.v[i]);

		if (folder.n && is_within(path, folder) && path.n > folder.n)
			return true;
	}
	return false;
}

static void check_change(struct check *c)
{
	policy_path(buf_span(&c->change->path), &c->path);
	c->about = (struct policy_case){
		c->facts->package, buf_span(&c->path), has_type(c->change, NODE_LINK)};
	c->first = c->out->of.n;
	check_what(c);
	if (is_own(c))
		return;
	check_where(c);
	check_whose(c);
}

void check_changes(const struct changes *c, const struct check_facts *facts,
	const struct policy *policy, struct findings *out)
{
	AUTO(quiet) quiet = {BUF_INIT, false};

	for (size_t i = 0; i < c->of.n; i++) {
		AUTO(check) one = {.all = c,
			.facts = facts,
			.policy = policy,
			.out = out,
			.change = &c->of.v[i],
			.path = BUF_INIT,
			.quiet = &quiet};

		check_change(&one);
	}
	findings_sort(out);
}
