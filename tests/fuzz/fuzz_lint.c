/* lint: whatever a script or a fact holds, it is looked at in bounds, and what is said of it can be printed. The first byte
 * tells which file of the installer it is. */
/* LIBS: -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/lint.h"

static const char *const paths[] = {"rules", "common.sh", "legend", LINT_OVERRIDES,
	"upstream_pack_url", ".puavo-pkg-version", "manifest.toml", "rules.lua",
	"packages/x/upstream_pack_sha384sum"};

#define MANIFEST \
	"format = 3\nname = \"zoom\"\nversion = \"1\"\nsummary = \"Zoom\"\nlicense = \"MIT\"\nneeds.programs = [\"true\"]\n" \
	"[[pack]]\nurl = \"https://x.example/a\"\n" \
	"sha256 = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n"

static void add(struct lint_files *files, const char *path, struct span text)
{
	struct lint_file *f = lint_files_add(files, span_of(path));

	f->mode = 0755;
	f->size = (int64_t)text.n;
	f->read = true;
	buf_set(&f->text, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lint_files files = LINT_FILES_INIT;
	struct lint lint = LINT_INIT;
	const struct texts none = {0};
	size_t which = size ? data[0] % COUNT(paths) : 0;
	size_t ids;

	buf_sets(&files.name, "zoom");
	if (size)
		add(&files, paths[which], fuzz_span(data + 1, size - 1));
	if (strcmp(paths[which], "rules.lua") == 0)
		add(&files, "manifest.toml", SPAN(MANIFEST));
	else if (which)
		add(&files, "rules",
			SPAN("#!/bin/sh\nset -e\ncase $1 in configure) ln -s a /usr/bin/b ;; esac\n"));
	lint_look(&files, &lint);
	lint_end(&lint, &files, &none);
	lint_ids(&ids);
	HOLDS(lint.of.n <= ids * (LINT_MOST + 1));
	VEC_FOR (const struct lint_finding, f, &lint.of) {
		HOLDS(lint_id_get(span_of(f->id->id)) == f->id);
		HOLDS(f->line <= size + 8);
	}
	VEC_FOR (const struct lint_made, m, &lint.made)
		HOLDS(m->path.n && m->path.s[0] == '/' && strlen(m->path.s) <= m->path.n);
	lint_drop(&lint);
	lint_files_drop(&files);
	return 0;
}
