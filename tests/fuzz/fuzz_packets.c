/* Manifests of Packets' packages, and its configuration: whatever they say, a name is one, hooks are in the package, and folders are
 * absolute, their own, and lead nowhere else. */
/* LIBS: -lyaml */
#include <string.h>

#include "fuzz.h"
#include "model/packets.h"
#include "model/packets_conf.h"

static bool leads_up(struct span path)
{
	struct span part;

	while (span_split(&path, '/', &part))
		if (span_is_text(part, ".."))
			return true;
	return false;
}

static void check_hook(const struct buf *hook)
{
	HOLDS(strlen(hook->s) == hook->n);
	HOLDS(!hook->n || (hook->s[0] != '/' && hook->s[hook->n - 1] != '/'));
	HOLDS(!leads_up(buf_span(hook)));
}

static void try_manifest(struct span text)
{
	struct facts facts = FACTS_INIT;
	struct err err = ERR_INIT;
	struct installer in;
	int result;

	installer_init(&in);
	facts_add(&facts, SPAN("manifest.toml"), text);
	result = packets_is(&facts) ? installer_parse(&facts, SPAN("."), &in, &err) : -2;
	HOLDS(result != -1 || err.code == ERR_INSTALLER);
	if (result == 0) {
		HOLDS(packets_name_is_valid(buf_span(&in.name)));
		HOLDS(in.format == FORMAT_PACKETS && !in.packs.of.n && in.packets.serial >= 0);
		check_hook(&in.packets.install);
		check_hook(&in.packets.remove);
		VEC_FOR (const struct relation, r, &in.depends.of)
			HOLDS(packets_name_is_valid(buf_span(&r->name)));
	}
	facts_drop(&facts);
	installer_drop(&in);
}

static void try_conf(struct span text)
{
	struct packets_conf c;
	struct texts warnings = {0};
	struct err err = ERR_INIT;
	int result;

	packets_conf_init(&c);
	result = packets_conf_parse(&c, "conf", text, &warnings, &err);
	HOLDS(result == 0 || err.code == ERR_CONFIG);
	if (result == 0) {
		struct packets_dirs dirs = {c.data_dir, c.bin_dir};

		HOLDS(c.data_dir.s[0] == '/' && c.bin_dir.s[0] == '/' && c.cache_dir.s[0] == '/');
		HOLDS(!leads_up(buf_span(&c.data_dir)) && !leads_up(buf_span(&c.bin_dir)));
		HOLDS(packets_dirs_check(&dirs, &err) == 0);
		HOLDS(!span_starts(buf_span(&c.data_dir), "/proc/") && c.data_dir.n > 1);
	}
	texts_drop(&warnings);
	packets_conf_drop(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_manifest(fuzz_span(data, size));
	try_conf(fuzz_span(data, size));
	return 0;
}
