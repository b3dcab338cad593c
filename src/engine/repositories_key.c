/* Keys that repositories are trusted by: as their files name them, and as somebody types them. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/conf.h"
#include "engine/repositories.h"
#include "engine/session.h"
#include "model/minisign.h"
#include "sys/fd.h"
#include "sys/file.h"

static int take_key(void *arg, const struct conf_file *file, struct err *err)
{
	struct texts *out = arg;
	struct minisign_key key;
	AUTO(buf) line = BUF_INIT;

	if (minisign_key_parse(file->text, &key, err) < 0)
		return err_at(err, "%s", file->path);
	minisign_key_format(&key, &line);
	texts_add(out, buf_span(&line));
	return 0;
}

static int read_key(const struct engine *e, const char *path, struct texts *out, struct err *err)
{
	const struct conf_reader r = {.take = take_key, .arg = out, .size_max = KEY_FILE_MAX};
	AUTO(buf) real = BUF_INIT;
	int there;

	if (repositories_check_path(e, path, &real, err) < 0)
		return -1;
	there = conf_at(&e->place, path, &r, err);
	if (there == 0)
		return err_set(err, ERR_CONFIG, "%s: there is no such file", path);
	return there < 0 ? -1 : 0;
}

int repositories_key(const struct engine *e, const char *key, struct texts *out, struct err *err)
{
	if (key[0] == '/')
		return read_key(e, key, out, err);
	texts_add(out, span_of(key));
	return 0;
}

int repositories_keys(
	const struct engine *e, const struct repository *r, struct texts *out, struct err *err)
{
	VEC_FOR (const struct buf, key, &r->keys.of)
		if (repositories_key(e, key->s, out, err) < 0)
			return err_at(err, "the key of %s", r->name.s);
	return 0;
}

/* A file that somebody named: whose it is does not matter, but not everybody may have written it. */
static int read_named(const char *path, struct buf *out, struct err *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_USAGE, "%s is not a file", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_UNSAFE, "%s can be written by others (mode %04o)", path,
			(unsigned)st.st_mode & 07777);
	return file_read_fd(fd, KEY_FILE_MAX, out, err) < 0 ? err_at(err, "%s", path) : 0;
}

int repositories_read_key(const char *key, struct buf *line, struct err *err)
{
	struct minisign_key parsed;
	AUTO(buf) text = BUF_INIT;

	if (minisign_key_parse(span_of(key), &parsed, err) < 0) {
		if (span_starts(span_of(key), "RW") && access(key, F_OK) < 0)
			return err_at(err, "the key %s", key);
		err_clear(err);
		if (read_named(key, &text, err) < 0)
			return -1;
		if (minisign_key_parse(buf_span(&text), &parsed, err) < 0)
			return err_at(err, "%s", key);
	}
	minisign_key_format(&parsed, line);
	return 0;
}

void repositories_add_id(struct span line, struct texts *out)
{
	struct minisign_key key;
	struct err ignored = ERR_INIT;
	AUTO(buf) id = BUF_INIT;

	if (minisign_key_parse(line, &key, &ignored) < 0)
		return;
	minisign_id_format(key.id, &id);
	texts_add(out, buf_span(&id));
}

void engine_repo_keys(const struct engine *e, const struct repository *r, struct texts *out)
{
	VEC_FOR (const struct buf, key, &r->keys.of) {
		AUTO(texts) lines = {0};
		struct err ignored = ERR_INIT;

		if (repositories_key(e, key->s, &lines, &ignored) < 0)
			texts_add(out, buf_span(key));
		else
			repositories_add_id(buf_span(&lines.of.v[0]), out);
	}
}
