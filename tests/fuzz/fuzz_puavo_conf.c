/* puavo-pkg's configuration: whatever it says, folders are absolute and lead nowhere else. */
#include <string.h>

#include "fuzz.h"
#include "model/puavo_conf.h"

static void check(const struct buf *folder, bool may_be_empty)
{
	HOLDS(folder->n || may_be_empty);
	HOLDS(!folder->n || folder->s[0] == '/');
	HOLDS(strlen(folder->s) == folder->n);
	HOLDS(!memmem(folder->s, folder->n, "/../", 4) && !span_ends(buf_span(folder), "/.."));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct puavo_conf conf;
	struct texts warnings = {0};
	struct err err = ERR_INIT;
	int result;

	puavo_conf_init(&conf);
	result = puavo_conf_parse(&conf, "conf", fuzz_span(data, size), &warnings, &err);
	HOLDS(result == 0 || err.code == ERR_CONFIG);
	check(&conf.rootdir, false);
	check(&conf.readonly_rootdir, true);
	check(&conf.cachedir, true);
	check(&conf.readonly_cachedir, true);
	HOLDS(warnings.of.n <= size);
	texts_drop(&warnings);
	puavo_conf_drop(&conf);
	return 0;
}
