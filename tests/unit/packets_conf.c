/* Tests of model/packets_conf. */
#include "model/packets_conf.h"

#include "unit.h"

static int parse(const char *text, struct packets_conf *c, struct texts *warnings, struct err *err)
{
	err_clear(err);
	*warnings = (struct texts){0};
	packets_conf_init(c);
	return packets_conf_parse(c, "/etc/packets/config.toml", span_of(text), warnings, err);
}

static void as_packets_writes_it(void **state)
{
	struct err err = ERR_INIT;
	struct packets_conf c;
	struct texts warnings;

	(void)state;
	assert_int_equal(
		parse("# BE CAREFULL\n[Config]\n  httpPort = 9123\n  cacheDir = "
		      "\"/var/cache/packets\"\n  dayToDeleteCacheDir = false\n  daysToDelete = -1\n "
		      " dataDir = \"/srv//packets/./data/\"\n  binDir = \"/usr/local/bin\"\n  "
		      "lastDataDir = \"/opt/packets\"\n",
			&c, &warnings, &err),
		0);
	assert_buf(&c.data_dir, "/srv/packets/data");
	assert_buf(&c.bin_dir, "/usr/local/bin");
	assert_buf(&c.cache_dir, "/var/cache/packets");
	assert_int_equal(c.http_port, 9123);
	assert_int_equal(warnings.of.n, 0);
	packets_conf_drop(&c);
	assert_int_equal(parse("", &c, &warnings, &err), 0);
	assert_buf(&c.data_dir, "/opt/packets");
	assert_buf(&c.bin_dir, "/usr/bin");
	packets_conf_drop(&c);
}

static void unknown_keys_are_a_warning(void **state)
{
	struct err err = ERR_INIT;
	struct packets_conf c;
	struct texts warnings;

	(void)state;
	assert_int_equal(parse("[Config]\ndataDirr = \"/x\"\n", &c, &warnings, &err), 0);
	assert_int_equal(warnings.of.n, 1);
	assert_non_null(strstr(warnings.of.v[0].s,
		"config.toml:2: Config.dataDirr is no option that is known; is Config.dataDir meant?"));
	texts_drop(&warnings);
	packets_conf_drop(&c);
}

static void a_key_outside_of_its_table_is_told(void **state)
{
	static const struct {
		const char *text, *says;
	} table[] = {
		{"dataDir = \"/opt/tools\"\n",
			"/etc/packets/config.toml:1: dataDir is no option that is known there: it belongs below a line [Config]"},
		{"dataDir = \"/opt/tools\"\n[Config]\nbinDir = \"/usr/bin\"\n",
			"/etc/packets/config.toml:1: dataDir is no option that is known there: it belongs below a line [Config]"},
		{"nothing = 1\n", "/etc/packets/config.toml:1: nothing is no option that is known"},
	};
	struct err err = ERR_INIT;
	struct packets_conf c;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct texts warnings;

		assert_int_equal(parse(table[i].text, &c, &warnings, &err), 0);
		assert_int_equal(warnings.of.n, 1);
		assert_string_equal(warnings.of.v[0].s, table[i].says);
		assert_string_equal(c.data_dir.s, "/opt/packets");
		texts_drop(&warnings);
		packets_conf_drop(&c);
	}
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} table[] = {
		{"[Config]\ndataDir = \"opt\"\n",
			"line 2, column 1: Config.dataDir must be an absolute"},
		{"[Config]\n  dataDir = \"/opt/../etc\"\n",
			"line 2, column 3: Config.dataDir must be"},
		{"[Config]\ndataDir = 1\n", "Config.dataDir must be an absolute path"},
		{"[Config]\ndataDir = \"/\"\n", "one of its own"},
		{"[Config]\ndataDir = \"/usr//\"\n", "one of its own"},
		{"[Config]\ndataDir = \"/etc/packets\"\n", "one of its own"},
		{"[Config]\ndataDir = \"/proc/1/root\"\n", "one of its own"},
		{"[Config]\ndataDir = \"/usr/bin\"\n", "one of its own"},
		{"[Config]\ndataDir = \"/var/lib/fardel/packages\"\n", "one of its own"},
		{"[Config]\nbinDir = \"/etc\"\n", "Config.binDir must be another folder"},
		{"[Config]\nbinDir = \"/opt\"\n", "Config.binDir must be another folder"},
		{"[Config]\nbinDir = \"/run/x\"\n", "Config.binDir must be another folder"},
		{"[Config]\nhttpPort = \"1\"\n", "a whole number"},
		{"[Config]\ndayToDeleteCacheDir = 1\n", "true or false"},
		{"[Config]\nbinDir = \"/opt/p\"\ndataDir = \"/opt/p/d\"\n", "is in binDir"},
		{"[Config]\nbinDir = \"/opt/p\"\ndataDir = \"/opt/p\"\n", "is in binDir"},
		{"[Config]\nbinDir = \"/opt/packets/bin\"\n", "is in dataDir /opt/packets"},
		{"[Config]\nbinDir = \"/opt/d/p/bin\"\ndataDir = \"/opt/d\"\n", "is in dataDir"},
		{"[Config]\ndataDir = \"/opt/a\"\nts\"\n", "line 3"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct err err = ERR_INIT;
		struct packets_conf c;
		struct texts warnings;

		assert_int_equal(parse(table[i].text, &c, &warnings, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_err(&err, ERR_CONFIG, "/etc/packets/config.toml");
		assert_err(&err, ERR_CONFIG, table[i].says);
		texts_drop(&warnings);
		packets_conf_drop(&c);
	}
}

static void folders_that_only_look_alike_are_fine(void **state)
{
	static const char *const texts[] = {"[Config]\ndataDir = \"/etcetera\"\n",
		"[Config]\ndataDir = \"/opt/packets\"\nbinDir = \"/opt/packets-bin\"\n",
		"[Config]\nbinDir = \"/opt/bin\"\ndataDir = \"/opt/binx\"\n",
		"[Config]\nbinDir = \"/bin\"\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct err err = ERR_INIT;
		struct packets_conf c;
		struct texts warnings;

		assert_int_equal(parse(texts[i], &c, &warnings, &err), 0);
		packets_conf_drop(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_packets_writes_it),
		cmocka_unit_test(unknown_keys_are_a_warning),
		cmocka_unit_test(a_key_outside_of_its_table_is_told),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(folders_that_only_look_alike_are_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
