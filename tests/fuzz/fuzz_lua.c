/* What scripts call, with whatever arguments: bytes become calls of the API's functions, which run on folders of their own. */
/* LIBS: -l:liblua5.4.a -ljansson -lnettle -ldl -lm */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz.h"
#include "rules/lua_modules.h"
#include "rules/lua_run.h"

#define CALLS_MAX 32
#define DEPTH_MAX 4
#define SECRET "a secret\n"

/* Those that start no programs. */
static const struct script_function *const modules[] = {lua_desktop, lua_fs, lua_json, lua_packets,
	lua_packets_io, lua_packets_os, lua_path, lua_text, lua_toml};

/* Beginnings of texts that something is at. */
static const char *const words[] = {"dir", "out", "dir/file", "out/new", "out/link", "root",
	"root/etc/x", "../outside", "../outside/secret", "out/folder", "/", "recursive", "id",
	"name", "exec", "types", "application/x-a", "comment", "root/usr/share/icons", "0755", "w",
	"r+", "**", "*", "..", "dir/icons"};

static char work[] = "/tmp/fuzz_lua.XXXXXX";

static void clean(void)
{
	AUTO(buf) command = BUF_INIT;

	buf_addf(&command, "rm -rf %s", work);
	HOLDS(system(command.s) == 0);
}

static void make_file(const char *name, const char *text)
{
	AUTO(buf) path = buf_of(work);
	FILE *file;

	buf_add_path(&path, name);
	file = fopen(path.s, "w");
	HOLDS(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void prepare(void)
{
	static const char *const folders[] = {
		"dir", "dir/icons", "out", "out/folder", "root", "root/etc", "root/usr", "outside"};

	if (!strstr(work, "XXXXXX"))
		return;
	HOLDS(mkdtemp(work));
	atexit(clean);
	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(buf) path = buf_of(work);

		buf_add_path(&path, folders[i]);
		HOLDS(mkdir(path.s, 0755) == 0);
	}
	make_file("outside/secret", SECRET);
	make_file("dir/file", "one\ntwo\n");
	make_file("dir/icons/a.svg", "<svg/>");
}

static uint8_t next(struct span *in)
{
	uint8_t byte = in->n ? (uint8_t)in->s[0] : 0;

	*in = span_cut(*in, 1, in->n);
	return byte;
}

static struct value text_of(struct span *in)
{
	AUTO(buf) text = BUF_INIT;
	uint8_t kind = next(in), n = next(in);

	if (kind & 1)
		buf_addf(&text, "%s/", work);
	if (kind & 2)
		buf_adds(&text, words[(kind >> 2) % COUNT(words)]);
	buf_add_span(&text, span_cut(*in, 0, n % 64));
	*in = span_cut(*in, n % 64, in->n);
	return value_take(&text);
}

static int64_t integer_of(struct span *in)
{
	uint64_t bits = next(in);

	return (int64_t)(bits << next(in) % 64);
}

static struct value value_of(struct span *in, unsigned depth)
{
	struct value v = VALUE_INIT;
	uint8_t kind = next(in);

	switch (kind % 8) {
	case 0: return v;
	case 1: return value_bool(kind & 8);
	case 2: return value_integer(integer_of(in));
	case 3: return value_number((double)next(in) * 0x1p60);
	case 4:
	case 5: return text_of(in);
	case 6: v.kind = VALUE_NULL; return v;
	default: break;
	}
	v = value_table();
	for (unsigned n = depth < DEPTH_MAX ? kind >> 3 & 7 : 0; n && in->n; n--) {
		if (next(in) & 1) {
			value_append(&v, value_of(in, depth + 1));
		} else {
			struct value key = text_of(in);

			if (strlen(key.text.s) == key.text.n)
				value_put(&v, key.text.s, value_of(in, depth + 1));
			value_drop(&key);
		}
	}
	return v;
}

static const struct script_function *function_of(struct span *in)
{
	const struct script_function *f = modules[next(in) % COUNT(modules)];
	size_t n = 0;

	while (f[n].name)
		n++;
	return &f[next(in) % n];
}

static void drop_result(struct value *v)
{
	if (v->kind == VALUE_HANDLE)
		HOLDS(v->handle.of_class && v->handle.of);
	value_drop(v);
}

static void call(struct lua_run *run, struct span *in)
{
	const struct script_function *f = function_of(in);
	struct value args = value_table();
	struct script_call c = {.context = run, .name = f->name};
	struct err err = ERR_INIT;

	for (unsigned n = next(in) % 5; n; n--)
		value_append(&args, value_of(in, 0));
	c.args = args.table->list.v;
	c.count = args.table->list.n;
	if (f->fn(&c, &err) < 0) {
		HOLDS(err.code != ERR_NONE && err.text[0]);
		HOLDS(text_is_utf8(span_of(err.text)));
	}
	/* Handles are the interpreter's to drop. */
	VEC_FOR (struct value, v, &c.results)
		if (v->kind == VALUE_HANDLE) {
			v->handle.of_class->drop(v->handle.of);
			v->kind = VALUE_NIL;
		}
	vec_drop_each(&c.results, drop_result);
	value_drop(&args);
}

/* Whatever was called, nothing outside has changed. */
static void check_outside(void)
{
	AUTO(buf) path = buf_of(work);
	char text[64] = "";
	struct stat st;
	FILE *file;

	buf_add_path(&path, "outside/secret");
	file = fopen(path.s, "r");
	HOLDS(file && fread(text, 1, sizeof(text) - 1, file) == strlen(SECRET));
	HOLDS(!strcmp(text, SECRET) && fstat(fileno(file), &st) == 0 &&
		(st.st_mode & 0777) == 0644);
	fclose(file);
}

static void add_place(struct lua_run *run, const char *name, bool write, bool system)
{
	AUTO(buf) path = buf_of(work);
	struct err err = ERR_INIT;

	buf_add_path(&path, name);
	HOLDS(places_add(&run->places, path.s, write, system, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = fuzz_span(data, size);
	struct lua_run run = {.places = PLACES_INIT, .network = BUF_INIT};

	umask(022);
	prepare();
	run.order.dir = buf_of(work);
	buf_add_path(&run.order.dir, "dir");
	run.order.limits = (struct order_limits){
		.file_size = 1 << 20, .files = 100, .total_size = 1 << 22, .output = 1};
	buf_set(&run.places.dir, buf_span(&run.order.dir));
	add_place(&run, "dir", false, false);
	add_place(&run, "out", true, false);
	add_place(&run, "root", true, true);
	for (unsigned i = 0; i < CALLS_MAX && in.n; i++)
		call(&run, &in);
	check_outside();
	places_drop(&run.places);
	buf_drop(&run.order.dir);
	return 0;
}
