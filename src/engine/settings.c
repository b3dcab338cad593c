/* The configuration's files, read in systemd's order of trust. */
#include "engine/settings.h"

#include "engine/conf.h"

struct settings {
	struct config *config;
	struct config_origins *origins;
	struct texts *warnings;
};

static int lay(void *arg, const struct conf_file *file, struct err *err)
{
	struct settings *s = arg;

	return config_parse(s->config, s->origins, file->path, file->text, s->warnings, err);
}

static int lay_only(struct settings *s, const char *file, struct err *err)
{
	const struct conf_reader r = {.take = lay, .arg = s};
	int there = conf_one(file, &r, err);

	if (there == 0)
		return err_set(err, ERR_CONFIG, "--config %s: there is no such file", file);
	return there < 0 ? -1 : 0;
}

int settings_load(const struct place *place, const char *file, struct config *config,
	struct config_origins *origins, struct texts *warnings, struct err *err)
{
	struct settings s = {config, origins, warnings};
	const struct conf_reader r = {.take = lay, .arg = &s};

	if (file)
		return lay_only(&s, file, err);
	if (conf_first(place, "fardel.toml", &r, err) < 0)
		return -1;
	return conf_each(place, "conf.d", &r, err);
}

struct puavo_settings {
	struct puavo_conf *conf;
	struct texts *warnings;
};

static int lay_puavo(void *arg, const struct conf_file *file, struct err *err)
{
	struct puavo_settings *s = arg;

	return puavo_conf_parse(s->conf, file->path, file->text, s->warnings, err);
}

int settings_load_puavo(
	const struct place *place, struct puavo_conf *conf, struct texts *warnings, struct err *err)
{
	struct puavo_settings s = {conf, warnings};
	const struct conf_reader r = {.take = lay_puavo, .arg = &s};

	if (conf_at(place, "/etc/puavo-pkg/config", &r, err) < 0)
		return -1;
	return conf_at(place, "/etc/puavo-pkg/puavo-pkg.conf", &r, err) < 0 ? -1 : 0;
}

struct packets_settings {
	struct packets_conf *conf;
	struct texts *warnings;
};

static int lay_packets(void *arg, const struct conf_file *file, struct err *err)
{
	struct packets_settings *s = arg;

	return packets_conf_parse(s->conf, file->path, file->text, s->warnings, err);
}

int settings_load_packets(const struct place *place, struct packets_conf *conf,
	struct texts *warnings, struct err *err)
{
	struct packets_settings s = {conf, warnings};
	const struct conf_reader r = {.take = lay_packets, .arg = &s};

	return conf_at(place, PACKETS_CONF, &r, err) < 0 ? -1 : 0;
}

static int lay_policy(void *arg, const struct conf_file *file, struct err *err)
{
	return policy_parse(arg, file->path, file->text, err);
}

int settings_load_policy(const struct place *place, struct policy *policy, struct err *err)
{
	const struct conf_reader r = {.take = lay_policy, .arg = policy};

	return conf_each(place, "policy.d", &r, err);
}

int settings_set(const struct texts *sets, struct config *config, struct config_origins *origins,
	struct err *err)
{
	for (size_t i = 0; sets && i < sets->of.n; i++)
		if (config_set(config, origins, buf_span(&sets->of.v[i]), err) < 0)
			return -1;
	return 0;
}
