/* An installer, parsed: what every format is read into. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"
#include "model/facts.h"
#include "model/pack.h"
#include "model/relation.h"

#define NAME_SIZE 64 /* bytes of a package's name at most */

/* Beside the installer's own files in an installation: the pack's tree, and while it is made its
 * first name; the folder that shows the pack to rules; stamps. None of them is part of the id. */
#define INSTALLATION_UPSTREAM "upstream"
#define INSTALLATION_UPSTREAM_NEW "upstream.tmp"
#define INSTALLATION_PACKS "packs"
/* puavo's stamps, in its layout: it was prepared, and it was installed. */
#define INSTALLATION_PREPARED ".prepared"
#define INSTALLATION_INSTALLED ".installed"
/* Of a package of luet's: what its tree has laid, each path ended by a NUL. */
#define INSTALLATION_LAID ".fardel-laid"
/* In puavo's layout: it is not in state.db yet, or is no more; or that is not sure to be on disk. */
#define INSTALLATION_UNSETTLED ".fardel-unsettled"
/* All of them, NULL-ended: no installer has anything of such a name at its top. */
extern const char *const installation_reserved[];

/* What only format 3 states. */
struct licence {
	struct buf spdx; /* an expression of SPDX; may be empty */
	struct buf file; /* of the installer, with its text; may be empty */
	bool accept; /* it has to be accepted before anything is fetched */
};
struct needs {
	struct relations deb; /* packages of Debian; names may be as "libgl1:i386" */
	struct texts programs; /* base names that rules.lua may run */
	bool live; /* rules run on the system itself */
	bool network; /* and may use the network in configure */
	struct buf live_why, network_why; /* the packager's words; may be empty */
};
struct declares {
	bool has_files, has_effects; /* what is not declared at all is held against nothing */
	struct texts files; /* globs of paths */
	struct texts effects; /* as one would type them */
};

#define FORMAT_PACKETS 4
#define FORMAT_LUET 6 /* a package of a wagon of luet's, which fardel makes an installer of */

/* What only packages of Packets say. */
struct packets_info {
	struct buf install, remove; /* the hooks, paths below the package; empty: none */
	struct buf family; /* may be empty */
	int64_t serial; /* which of a family is newer */
};

/* What only luet's packages say. */
struct luet_info {
	struct texts protect; /* folders whose files are config protected */
	bool finalizes; /* there is a finalize.yaml */
	bool taken_over; /* from luet's own database: nobody here has its tree */
	bool image; /* its packs are the layers of an image, the lowest first */
};

struct installer {
	int format; /* 1 or 2: the puavo formats; 3: manifest.toml; 4: a package of Packets; 6: one of luet's */
	struct buf name;
	/* Decimal number of format 2; of format 3 Debian's, with its epoch where that is not 0; empty: unknown. */
	struct buf version;
	struct buf puavo_id; /* package-id of format 2, 32 hex digits; empty in format 1 */
	struct buf timestamp; /* of format 2, as it stands; may be empty */
	struct buf required_image; /* of format 2; may be empty */
	struct facts facts; /* legend, description and the rest */
	struct packs packs; /* one at least; of formats 1 and 2 just one */
	bool has_licence; /* there is a text: a file `license`, or what format 3 names */
	struct texts architectures; /* as Debian calls them; none: all */
	struct buf homepage;
	struct licence licence;
	struct relations depends, conflicts, provides;
	struct needs needs;
	struct declares declares;
	struct packets_info packets; /* of format 4 */
	struct luet_info luet; /* of format 6 */
};

void installer_init(struct installer *in);
void installer_drop(struct installer *in);

/* The name of the file that has the licence's text; NULL: there is none. Borrows. */
const char *installer_licence_file(const struct installer *in);

/* Leaves out the packs that are for other architectures. ERR_CONFLICT where the package is not for this one, or no pack of it
 * is: it says which they are for. */
MUST_USE int installer_select(struct installer *in, struct span architecture, struct err *err);

/* Whether a file is called as installers of some format are: .tar.gz, .tar.zst, .pkt.tar.zst. */
bool installer_is_file(struct span path);
/* What the files of that format are called behind the name. */
const char *installer_suffix(int format);

/* Appends the command that unpacks an installation of that format anew. */
void installer_again(int format, struct span name, struct buf *out);

/* [a-z0-9_][a-z0-9+._-]*, at most 64 bytes. (DESIGN 7; no leading dot or minus, no slash.) */
bool installer_name_is_valid(struct span name);

/* Appends the name that a file name states: the last part of the path without .tar.gz or .tar.zst.
 * ERR_INSTALLER if that is not a name. */
MUST_USE int installer_file_name(struct span path, struct buf *out, struct err *err);

/* Reads the facts (they are moved into *out, which was initialised, also on error) of the
 * installer whose top folder is `top`. Told apart by content: manifest.toml with [Info]: a package of Packets (model/packets);
 * manifest.toml without: format 3 (model/format3); artifact.yaml: a package of luet's (model/luet_installer);
 * .puavo-pkg-version is there: format 2, which states the name; else format 1, whose name is `top`. ERR_INSTALLER, naming the
 * fact and what is wrong: no rules; an unknown `format` or `pkg-format` (by value); a key of
 * .puavo-pkg-version that is double, empty, or malformed (name, package-id 32 hex digits,
 * version a whole number, pkg-format 2); a name that is not a name or is not `top`; a URL or sum
 * that is malformed; a legend of several lines is cut to the first. Unknown keys of
 * .puavo-pkg-version are passed over. */
MUST_USE int installer_parse(
	struct facts *facts, struct span top, struct installer *out, struct err *err);
