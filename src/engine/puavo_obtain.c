/* Installers from the servers of puavo.servers. */
#include "engine/puavo_obtain.h"

#include <fcntl.h>

#include "engine/fetch_file.h"
#include "engine/signed.h"
#include "model/pack.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"

#define SIGNED_MAX (32 << 20) /* bytes of an installer: a pack is no part of it */
#define KEYS "/etc/fardel/keys/"
#define STAGED "update" /* the folder in the stage */

void obtained_drop(struct obtained *o)
{
	looked_drop(&o->looked);
	buf_drop(&o->file);
	buf_drop(&o->server);
}

/* What the server calls it. */
static void add_version(const struct puavo_line *line, struct buf *out)
{
	switch (line->which) {
	case PUAVO_LATEST: buf_adds(out, "latest"); break;
	case PUAVO_NUMBER: buf_addf(out, "version-%s", line->version.s); break;
	case PUAVO_ID: buf_add_span(out, buf_span(&line->version)); break;
	}
}

void puavo_url(struct span server, const struct puavo_line *line, struct buf *out)
{
	buf_addf(out, "https://%.*s/puavo-pkg/%s/", SPAN_ARG(server), line->name.s);
	add_version(line, out);
	buf_adds(out, ".tar.gz.gpg");
}

static void keyring_of(const struct engine *e, const char *url, struct buf *out)
{
	if (e->config.puavo_keyring.n)
		buf_add_span(out, buf_span(&e->config.puavo_keyring));
	else
		buf_addf(out, KEYS "%.*s.gpg", SPAN_ARG(pack_url_host(span_of(url))));
}

/* The keyring is read before anything is asked of the server. */
static int fetch_signed(struct engine *e, const struct puavo_line *line, const char *url,
	struct buf *keyring, struct buf *data, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) name = BUF_INIT;

	keyring_of(e, url, &path);
	add_version(line, &name);
	buf_adds(&name, ".tar.gz.gpg");
	if (signed_keyring(e, path.s, keyring, err) < 0)
		return -1;
	return fetch_file(e, url, buf_span(&line->name), name.s, SIGNED_MAX, data, err);
}

/* A new file in the stage; its path with the root. */
static int make_file(struct engine *e, const char *name, struct buf *path, struct err *err)
{
	AUTO(buf) below = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	AUTO_FD dir = stage_make(&e->place, STAGED, err);

	if (dir < 0)
		return -1;
	buf_addf(&file, "%s.tar.gz", name);
	stage_path(&e->place, STAGED, &below);
	buf_add_path(&below, file.s);
	buf_clear(path);
	place_path(&e->place, below.s, path);
	return file_open(dir, file.s, O_RDWR | O_CREAT | O_EXCL, 0600, err);
}

/* A good signature says who made it, not what it is: an old one, or another package's, has one as well. */
static int check(const struct puavo_line *line, const struct installer *in, struct err *err)
{
	const struct buf *has = line->which == PUAVO_ID ? &in->puavo_id : &in->version;

	if (!span_is(buf_span(&in->name), buf_span(&line->name)))
		return err_set(err, ERR_CHECKSUM, "the server gave an installer of %s in its place",
			in->name.s);
	if (line->which == PUAVO_NUMBER &&
		bundle_compare_version(buf_span(has), buf_span(&line->version)) == 0 && has->n)
		return 0;
	if (line->which == PUAVO_LATEST || span_is(buf_span(has), buf_span(&line->version)))
		return 0;
	return err_set(err, ERR_CHECKSUM, "the server gave version %s (package-id %s) in its place",
		in->version.n ? in->version.s : "unknown",
		in->puavo_id.n ? in->puavo_id.s : "unknown");
}

static int obtain_from(struct engine *e, const struct puavo_line *line, const char *url,
	struct obtained *out, struct err *err)
{
	AUTO(buf) keyring = BUF_INIT;
	AUTO(buf) data = BUF_INIT;
	AUTO(buf) key = BUF_INIT;
	AUTO_FD fd = -1;

	if (fetch_signed(e, line, url, &keyring, &data, err) < 0)
		return -1;
	fd = make_file(e, line->name.s, &out->file, err);
	if (fd < 0)
		return -1;
	if (signed_unpack(e, buf_span(&keyring), buf_span(&data), SIGNED_MAX, fd, &key, err) < 0)
		return err_at(err, "%s", url);
	engine_tell(e, WATCH_DEBUG, buf_span(&line->name), "%s is signed by %s", url, key.s);
	looked_drop(&out->looked);
	if (installer_look(e, fd, out->file.s, &out->looked, err) < 0 ||
		check(line, &out->looked.installer, err) < 0)
		return err_at(err, "%s", url);
	return 0;
}

/* What is wrong here, and not with the server, is no better at the next one. */
static bool other_helps(const struct err *err)
{
	return err->code == ERR_NETWORK || err->code == ERR_CHECKSUM || err->code == ERR_FAILED ||
	       err->code == ERR_INSTALLER || err->code == ERR_WORKER || err->code == ERR_CONFIG;
}

int puavo_obtain(
	struct engine *e, const struct puavo_line *line, struct obtained *out, struct err *err)
{
	const struct texts *servers = &e->config.puavo_servers;

	*out = (struct obtained){.looked = {.id = BUF_INIT}, .file = BUF_INIT, .server = BUF_INIT};
	installer_init(&out->looked.installer);
	if (!servers->of.n) {
		err_set(err, ERR_CONFIG, "no server is named that has installers");
		return err_next(err, "in fardel.toml: [puavo] servers = [\"HOST\"]");
	}
	for (size_t i = 0; i < servers->of.n; i++) {
		AUTO(buf) url = BUF_INIT;

		puavo_url(buf_span(&servers->of.v[i]), line, &url);
		buf_set(&out->server, buf_span(&servers->of.v[i]));
		if (obtain_from(e, line, url.s, out, err) == 0)
			return 0;
		if (!other_helps(err) || i + 1 == servers->of.n)
			break;
		engine_tell(e, WATCH_WARN, buf_span(&line->name), "%s; trying the next server",
			err->text);
		err_clear(err);
	}
	return -1;
}

int puavo_forget(struct engine *e, struct err *err)
{
	return stage_remove(&e->place, STAGED, err);
}
