/* The engine as commands see it: opened for what a command needs, asked, told what to do,
 * closed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "engine/watch.h"
#include "model/bundle.h"
#include "model/changes.h"
#include "model/config.h"
#include "model/effects.h"
#include "model/facts.h"
#include "model/findings.h"
#include "model/footprint.h"
#include "model/lint.h"
#include "model/owners.h"
#include "model/plan.h"

struct engine;

enum need {
	NEED_NOTHING, /* the configuration only */
	NEED_READ, /* state.db, read-only; never waits, needs no rights */
	NEED_UPDATE, /* NEED_SYNC, and something is going to be fetched */
	NEED_SYNC, /* rights, and a lock that only syncs of repositories hold: they do not wait for installs, nor these for them */
	NEED_LOCK, /* rights, the lock, and recovery from what a crash left */
};

/* Borrowed until engine_close. */
struct engine_options {
	const char *root; /* --root, NULL or "/": the running system */
	const char *config_file; /* --config, NULL: the usual ones */
	const struct texts *sets; /* --set KEY=VALUE */
	const char *command; /* the command line as typed, for the lock, the journal and the log */
	/* NULL-ended: "http_proxy=…", "https_proxy=…", "no_proxy=…" of the environment */
	const char *const *proxies;
	struct watch *watch;
	/* Called as puavo-pkg: new installations have its layout, WATCH_OUTPUT tells rules' stdout and stderr apart, packages are asked
	 * about by what its links offer, and conflicts warn. */
	bool as_puavo;
};

/* Frees nothing on error but *out is NULL then. Warnings on the configuration go to the watch. */
MUST_USE int engine_open(
	const struct engine_options *options, enum need need, struct engine **out, struct err *err);
void engine_close(struct engine *e); /* NULL is fine */

const struct config *engine_config(const struct engine *e);
const struct config_origins *engine_origins(const struct engine *e);
/* Why the configuration's files could not be used and the defaults are in force (only where nothing
 * is to be changed: NEED_LOCK is refused then); its code is ERR_NONE where they could. */
const struct err *engine_config_error(const struct engine *e);

/* Makes the plan: looks at the installers, asks state.db and the cache; changes nothing, needs
 * NEED_READ. */
MUST_USE int engine_plan(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err);

/* The same, and says besides what would be asked before it. */
MUST_USE int engine_dry_run(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err);

/* engine_plan, then carries it out; needs NEED_LOCK. *plan says what became of each item, also
 * on error. On a signal it rolls back and fails with ERR_SIGNAL; the caller dies of it. */
MUST_USE int engine_run(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err);

/* What carrying out a plan's item would do to the file system, found out by doing it over a stage. */
struct preview_diff {
	struct buf path;
	struct buf
		hunks; /* as of diff -u, without its head; empty: one of the sides is no text, is too long, or not for everybody to read */
};
struct preview {
	struct plan_item item;
	struct buf folder; /* the package's own, without the root */
	struct changes changes;
	struct effects effects;
	struct findings findings;
	struct texts left; /* what it had made and would stay, as others have changed it since */
	VEC(struct preview_diff) diffs; /* where they were asked for */
	struct err err; /* ERR_NONE, or why that could not be found out */
};
struct previews {
	VEC(struct preview) of;
};
void previews_drop(struct previews *p);
/* engine_plan, then prepares what is not prepared yet, runs the rules over a stage, and takes all of it away again but for
 * packs in the cache. Goals: INSTALL, RECONFIGURE, UNCONFIGURE, REMOVE. Needs NEED_LOCK. Without keep_going the first that
 * fails ends it; with it *out has all, and ERR_PARTIAL says that some are wanting. */
MUST_USE int engine_preview(
	struct engine *e, const struct request *request, struct previews *out, struct err *err);

/* A whole life of the package in stages, of which nothing stays: install, configure twice again (the second changes nothing),
 * remove, of which nothing is left; with `older` (an installer of the same package, or NULL) an upgrade from it to the same
 * state. Says what does not hold. `licences`: names of packages whose licences are accepted. NEED_LOCK. */
struct diagnoses;
MUST_USE int engine_selftest(struct engine *e, const char *file, const char *older,
	const struct texts *licences, struct diagnoses *out, struct err *err);

/* What goes wrong in an installer: of a file, or of the folder that one is built from. Changes nothing, needs nothing. */
struct linted {
	struct buf name; /* the package's, as far as it is known */
	struct lint lint;
	struct texts used; /* what names in /usr/bin were held against */
};
void linted_drop(struct linted *l);
/* ERR_NO_PACKAGE where there is no such file. `allow`: ids that do not count. */
MUST_USE int engine_lint(struct engine *e, const char *path, const struct texts *allow,
	struct linted *out, struct err *err);

/* Gives fn each package as `list` shows it (world_shown), or all bundles, in the world's order; each until the next, and
 * brief (db_each). fn returns -1 to end it. NEED_READ. */
MUST_USE int engine_each(struct engine *e, bool all,
	int (*fn)(void *arg, const struct bundle *b, struct err *err), void *arg, struct err *err);

/* All there is: as state.db has it, and as puavo-pkg has changed it since. NEED_READ. */
MUST_USE int engine_world(struct engine *e, struct world *out, struct err *err);
/* Appends the folder of an installation, with the root; of one that is not there, the one that it would have. */
void engine_folder(struct engine *e, const struct bundle *b, struct buf *out);

/* What `show` says of a package or of an installer's file. */
struct about {
	struct bundle bundle; /* of a file: state is not meaningful, row is 0 */
	bool is_file;
	struct facts facts;
	struct buf directory; /* empty for a file */
	struct buf
		url; /* of the pack, without credentials; may be empty; of several packs a line each */
	struct buf pack_file; /* the path in the cache of each pack that is there, a line each */
	bool has_licence;
	struct installer installer; /* all that it says, but for the facts */
	struct texts
		cached; /* of each of its packs the path in the cache; empty: it is not there */
	bool is_offer; /* it is what a repository offers, of which nothing is here; as of a file, state and row are nothing */
	struct buf repository; /* whose */
	struct texts versions; /* that repositories have of it, the best first: "6.2.11 main" */
	struct texts files; /* paths that it makes, as far as its repository knows */
	struct texts labels; /* of luet's: KEY=VALUE */
};
void about_drop(struct about *a);
/* ERR_NO_PACKAGE for a name that is not known, or a file that is not there. Changes nothing. A name that is not known here may be one that a repository
 * offers; NAME=VERSION always is. */
MUST_USE int engine_about(
	struct engine *e, const char *name_or_file, struct about *out, struct err *err);

/* What a repository offers: of NAME the best version, or NAME=VERSION. ERR_NO_PACKAGE. */
MUST_USE int engine_offer(struct engine *e, const char *what, struct about *out, struct err *err);

/* Packages that repositories offer, as they were last synced. */
struct found {
	struct buf name, version, repository, summary;
	struct buf installed; /* the version in use; empty: none, or it has no version */
	struct buf
		becomes; /* of a family of Packets': who would take its place, in that version; empty: it keeps its name */
	int64_t serial; /* of who would */
	bool in_use;
	int64_t size; /* to fetch at most; -1: unknown */
};
/* Why no repository could be asked, and what helps: "no repository is enabled", and what to type. */
struct lack {
	const char *what, *next;
};
struct founds {
	VEC(struct found) of;
	const struct lack *lack; /* NULL: some were asked, those that are enabled and were synced */
};
void founds_drop(struct founds *f);
struct search_options {
	const struct texts *
		words; /* all of them are to be in name, summary or description; the last may be a beginning; none: all packages that have the labels */
	const struct texts *labels; /* KEY or KEY=VALUE: only who has all of them */
	bool hidden; /* also who is not meant to be seen */
	bool installed; /* only what is in use */
	int64_t limit; /* packages at most, 1,000 at most; 0: 100 */
};
/* Best first, each name once: in the version that is best. */
MUST_USE int engine_search(struct engine *e, const struct search_options *options,
	struct founds *out, struct err *err);
/* What is in use, and no repository has, by its name. */
MUST_USE int engine_orphans(struct engine *e, struct founds *out, struct err *err);
/* What `upgrade` would upgrade, by the names that are installed. */
MUST_USE int engine_upgradable(struct engine *e, struct founds *out, struct err *err);

/* Appends file://PATH of the licence's text. Of a file: copied below the cache first (needs
 * NEED_LOCK). */
MUST_USE int engine_licence(
	struct engine *e, const char *name_or_file, struct buf *url, struct err *err);
/* Whether an argument is meant as a file: it is called as an installer's, or has a '/' and is no package of luet's (cat/name, cat/name=VERSION), or is there. */
bool engine_is_file(const char *argument);
/* What is typed for a package, and what the functions here are given for it. */
enum called {
	CALLED_AS_IS, /* no package */
	CALLED_ANY, /* what is here or offered: cat/name@1.2 and ">=cat/name-1.2" become NAME=VERSION */
	CALLED_SHOWN, /* and NAME, where one of luet's that is here has it, its whole name */
	CALLED_HERE, /* the same of what is here alone: a version that is stated is held against it */
};
/* Appends it; files as they are. ERR_INPUT: several are called so; ERR_NO_PACKAGE: another version is here. NEED_READ. */
MUST_USE int engine_called(
	struct engine *e, const char *typed, enum called called, struct buf *out, struct err *err);
/* After a question about packages that are to be here has failed: where one of them is only offered, that is what is wrong, and what helps. */
void engine_blame_missing(struct engine *e, const struct texts *names, struct err *err);

/* What of a package is in force outside of its own folder: the paths of its footprint. */
struct made_path {
	struct buf path; /* as the package's rules see it: without the root */
	enum change_kind kind;
	enum node_type type; /* of what the package made of it; deleted: of what was there */
};
struct made {
	struct bundle bundle; /* as `list` shows it */
	struct buf folder; /* the package's own, with the root */
	bool known; /* false: it is in use, but its rules ran on the system itself, and nobody saw what they made */
	VEC(struct made_path) of; /* sorted by path, as bytes */
};
void made_drop(struct made *m);
/* ERR_NO_PACKAGE for a name that is not known. NEED_READ. */
MUST_USE int engine_files(struct engine *e, const char *name, struct made *out, struct err *err);

/* Whose a path is. */
struct path_owner {
	enum owner_kind kind;
	struct buf name; /* of the package, or of the group of alternatives */
	/* Of a package of fardel's: */
	struct buf version, id; /* version: as people are shown it */
	bool own; /* the path is its own folder, or in it; else there is: */
	int64_t transaction; /* whose commit the footprint is in force by */
	enum change_kind change;
	enum node_type type;
};
struct path_owners {
	struct buf path; /* absolute, without the root, links resolved but for its last part */
	VEC(struct path_owner) of; /* none: nobody's */
};
struct paths_owners {
	VEC(struct path_owners) of;
};
void paths_owners_drop(struct paths_owners *o);
/* Of each path as typed, fardel's packages first, then dpkg's. NEED_READ. */
MUST_USE int engine_owns(struct engine *e, const char *const *paths, size_t count,
	struct paths_owners *out, struct err *err);

/* Something of a package that is not as it is to be. */
enum verify_what {
	VERIFY_CHANGED,
	VERIFY_MISSING,
	VERIFY_BACK, /* what the package had taken away is there again */
	VERIFY_UNREADABLE, /* it cannot be looked at */
	VERIFY_WHATS
};
struct verify_finding {
	enum verify_what what;
	struct buf package, path; /* as rules see it: without the root */
	unsigned differs; /* changed: 1 << node_aspect */
	enum node_type wanted, now;
	int64_t since; /* when it was as it is to be, last that is known; 0: unknown */
	struct buf why; /* in words, or "" */
	bool done; /* it was mended */
};
struct verified {
	VEC(struct verify_finding) of; /* by package and path */
	int64_t paths; /* that were looked at */
	struct texts unknown; /* packages of which it is not known what they have made */
	struct texts partly; /* … not all of it */
};
void verified_drop(struct verified *v);
/* Compares what is in force of these packages (none: of all), and their installations, with the disk. ERR_NO_PACKAGE for a name
 * that is not known; ERR_NEED_ROOT where only root can read what is to be. NEED_READ. */
MUST_USE int engine_verify(
	struct engine *e, const struct texts *names, struct verified *out, struct err *err);
/* engine_verify, then makes again what differs, as a transaction of its own, and looks whether it is `done`. With `yes` what
 * policy wants asked is answered with that. NEED_LOCK. */
MUST_USE int engine_repair(struct engine *e, const struct texts *names, bool yes,
	struct verified *out, struct err *err);

/* Why a path is as it is, or a package there. */
struct reason {
	struct buf package, version; /* version: as people are shown it */
	int64_t transaction; /* that made it so, as far as it is kept; 0: unknown */
	int64_t at; /* when; 0: unknown */
	struct buf command, user; /* of that transaction; empty: it is not kept any more */
	/* Of a path outside of the package's own folder: */
	bool is_change;
	enum change_kind change;
	bool known; /* what follows; else only root can read it */
	struct node before, made; /* what was there before the package came, and what it made */
	enum node_type now; /* what is there */
	unsigned differs; /* from `made`: 1 << node_aspect */
};
struct why {
	struct bundle bundle; /* of a package; a path: its name is empty */
	bool automatic; /* of a package in use: it came for the sake of others */
	struct texts needed_by; /* packages in use that need it: "writer 2.1 (runtime (>= 3))" */
	struct path_owners whose; /* of a path */
	VEC(struct reason)
	of; /* a package's one; a path's, of each package of fardel's that has it */
};
void why_drop(struct why *w);
/* Of a path where there is a '/' in `what`, else of a package (ERR_NO_PACKAGE: there is none). NEED_READ. */
MUST_USE int engine_why(struct engine *e, const char *what, struct why *out, struct err *err);

/* Appends the log of transaction n (0: the newest). ERR_NO_PACKAGE if there is none. */
MUST_USE int engine_log(struct engine *e, int64_t n, struct buf *out, struct err *err);

/* A transaction of the past, or one that was interrupted and is not settled yet (ended 0). */
struct past_step {
	enum plan_action action; /* of its item */
	struct span name, id, step, status; /* "configure", "done" */
};
struct past_commit {
	struct span name;
	const struct footprint *what;
};
struct past {
	int64_t number, begun, ended; /* seconds since 1970 */
	struct span command; /* as typed */
	struct span result; /* "done", the error's text, or empty */
	struct span user; /* who asked: a name, else the uid */
	VEC(struct past_step) steps; /* in the order in which they were planned */
	int64_t changes; /* that were committed from stages; -1: nothing was */
	int64_t undone_by; /* the transaction that took it back; 0: none */
	VEC(struct past_commit)
	commits; /* of one that was asked for by its number, where we may read them */
};
/* Gives fn each that is kept (log.keep), the newest first, or only `number` where that is not 0 (ERR_NO_PACKAGE: there is
 * none); each until fn returns, which is -1 to end it. NEED_READ. */
MUST_USE int engine_history(struct engine *e, int64_t number,
	int (*fn)(void *arg, const struct past *p, struct err *err), void *arg, struct err *err);

/* Repositories brought up to date, side by side. */
struct update_options {
	const struct texts *names; /* none: all that are enabled */
	bool force; /* fetch what is there already, too */
	bool allow_older; /* let them go back */
	bool offline; /* only those that are folders */
};
struct updated {
	struct buf name;
	int64_t from, to; /* revisions; from 0: there was none */
	int64_t packages; /* that changed */
	bool unchanged;
	int64_t bytes, requests;
	double seconds;
	struct err err; /* ERR_NONE, or why it stays as it was */
};
struct updates {
	VEC(struct updated) of;
	size_t unusable; /* files of repositories that cannot be used: they count as failed */
};
void updates_drop(struct updates *u);
/* ERR_NO_PACKAGE for a name that is not known: then nothing was done. ERR_PARTIAL where some failed; where all did, the first one's error. NEED_SYNC. */
MUST_USE int engine_update(struct engine *e, const struct update_options *options,
	struct updates *out, struct err *err);

/* fardel build. */
struct build_options {
	const char *folder; /* DIR */
	const char *output; /* folder to write into; NULL: the current one */
	bool bump; /* write a new .puavo-pkg-version first where the content has changed */
};
struct built {
	struct buf path, id, name, version;
	int64_t size;
};
void built_drop(struct built *b);
MUST_USE int engine_build(
	struct engine *e, const struct build_options *options, struct built *out, struct err *err);

/* What gc and the cache's commands found or took. */
struct item {
	struct buf name; /* the package, or the packages that use a pack, or "" */
	struct buf id; /* of the installation or the pack (sha256) */
	struct buf what; /* "old", "unused", "damaged", "leftover", "used", "stray: PATH" … */
	int64_t size;
	int64_t since;
	bool done; /* it was removed or mended */
};
struct items {
	VEC(struct item) of;
};
void items_drop(struct items *i);
/* Old installations (all but `keep` of each package besides the current one; -1: gc.keep), what is kept for undo of older
 * transactions than the last `undo` ones (-1: as undo.keep and undo.days say), and leftovers. dry_run needs NEED_READ, else NEED_LOCK. */
MUST_USE int engine_gc(struct engine *e, int64_t keep, int64_t undo, bool dry_run,
	struct items *out, struct err *err);
/* As puavo-pkg: installations of its layout that no link leads to; on a boot server those that were prepared in the last 60 days
 * stay. And of each package's packs in its cache all but the newest, with those of ours that nothing is left to use. NEED_LOCK. */
MUST_USE int engine_puavo_gc(struct engine *e, struct items *out, struct err *err);
MUST_USE int engine_puavo_gc_packs(struct engine *e, struct items *out, struct err *err);
/* All packs (NEED_READ). */
MUST_USE int engine_cache_list(struct engine *e, struct items *out, struct err *err);
/* Reads every pack: the damaged ones; with repair (NEED_LOCK) they are dropped, and fetched
 * again when a package that is installed states a URL. */
MUST_USE int engine_cache_verify(struct engine *e, bool repair, struct items *out, struct err *err);
/* Packs that no installation refers to, but for the `keep` newest of them. */
MUST_USE int engine_cache_gc(
	struct engine *e, int64_t keep, bool dry_run, struct items *out, struct err *err);

/* puavo-update: what lines of NAME ACTION[:VERSION] ask for, one after the other. */
enum puavo_outcome {
	PUAVO_OPEN, /* not begun */
	PUAVO_AS_IT_IS, /* as wanted already */
	PUAVO_DONE,
	PUAVO_KEPT, /* what the server has is older than what there is */
	PUAVO_WOULD, /* it would be done */
	PUAVO_FAILED,
	PUAVO_OUTCOMES,
};
const char *puavo_outcome_name(enum puavo_outcome outcome); /* "kept" */
struct puavo_result {
	unsigned line;
	struct buf name, action; /* as stated: "install:7" */
	struct buf from,
		to; /* versions before and after, as people are shown them; "": none, or not known yet */
	enum puavo_outcome outcome;
	struct buf why; /* a sentence; may be empty */
	struct buf more; /* lines below it */
	enum err_code code; /* of one that failed */
	int64_t transaction; /* 0: there was none */
};
struct puavo_results {
	VEC(struct puavo_result) of;
};
void puavo_results_drop(struct puavo_results *r);
struct puavo_options {
	const char *file; /* of lines; "-": stdin */
	bool dry_run; /* say what would be done, ask no server (NEED_READ; else NEED_LOCK) */
	bool offline, yes;
};
/* Also on error *out has what became of each line. ERR_PARTIAL: some failed; where all did that had something to do: the first of their errors, one of
 * the network only where all were such. */
MUST_USE int engine_puavo_update(struct engine *e, const struct puavo_options *options,
	struct puavo_results *out, struct err *err);

/* doctor: NEED_NOTHING, for it opens what there is itself, and what cannot be opened is a finding. */
enum diagnosis_level { DIAGNOSIS_OK, DIAGNOSIS_WARN, DIAGNOSIS_FAIL };
struct diagnosis {
	enum diagnosis_level level;
	struct buf text;
	struct buf mend; /* the command that mends it, or "" */
};
struct diagnoses {
	VEC(struct diagnosis) of;
};
void diagnoses_drop(struct diagnoses *f);
/* Adds one. */
void diagnoses_add(struct diagnoses *out, enum diagnosis_level level, const char *mend,
	const char *format, ...) PRINTF(4, 5);
MUST_USE int engine_doctor(struct engine *e, struct diagnoses *out, struct err *err);
