/* solve SHAPE COUNT: how long it takes to settle what comes. Prints milliseconds (to be given the packages, and to answer), the peak of memory in MiB, and how many
 * packages come.
 *   wide    one package that needs COUNT others, of three versions each
 *   deep    a chain of COUNT, of three versions each, of which the newest fits nowhere
 *   index   COUNT packages offered, 50 installed, 10 asked for: all of the index is given
 *   upgrade the same, 1,000 installed, all are upgraded
 *   all     the same, and one is asked for that needs a tenth of them by its name, and by theirs most others */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "solve/resolve.h"
#include "solve/supply.h"

struct bench {
	struct supply *supply;
	struct resolve_request request;
	struct buf texts; /* names of wishes */
	unsigned repository;
	unsigned long long chance;
	struct err err;
};

static void fail(const struct bench *b)
{
	fprintf(stderr, "solve: %s\n%s", b->err.text, b->err.detail);
	exit(1);
}

static void add(struct bench *b, unsigned repository, const char *name, const char *version,
	const struct buf *relations)
{
	struct supply_item item = {.name = span_of(name),
		.version = span_of(version),
		.id = SPAN("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
		.relations = buf_span(relations),
		.repository = repository};

	if (supply_add(b->supply, &item, &b->err) < 0)
		fail(b);
}

/* A linear congruence: the same each time. */
static unsigned below(struct bench *b, unsigned n)
{
	b->chance = b->chance * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(b->chance >> 33) % n;
}

static void make_wide(struct bench *b, unsigned count)
{
	AUTO(buf) relations = BUF_INIT;
	AUTO(buf) none = BUF_INIT;

	for (unsigned i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "lib%u", i);
		buf_addf(&relations, "d %s (>= 1)\n", name);
		add(b, b->repository, name, "1", &none);
		add(b, b->repository, name, "2", &none);
		add(b, b->repository, name, "3", &none);
	}
	add(b, b->repository, "top", "1", &relations);
	resolve_wish(&b->request, SPAN("top"), SPAN(""));
}

static void make_deep(struct bench *b, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned v = 1; v <= 3; v++) {
			AUTO(buf) relations = BUF_INIT;
			char name[32], version[16];

			snprintf(name, sizeof(name), "step%u", i);
			snprintf(version, sizeof(version), "%u", v);
			if (v == 3)
				buf_addf(&relations, "d step%u (>= 9)\n", i + 1);
			else if (i + 1 < count)
				buf_addf(&relations, "d step%u (>= %u)\n", i + 1, v);
			add(b, b->repository, name, version, &relations);
		}
	resolve_wish(&b->request, SPAN("step0"), SPAN(""));
}

/* As packages are: most need a few that many need, some conflict, some provide; each needs only such as were made before it. */
static void add_relations(struct bench *b, unsigned i, struct buf *out)
{
	unsigned count = below(b, 5);

	for (unsigned k = 0; k < count && i > 10; k++) {
		unsigned other = below(b, 3) ? below(b, i < 2000 ? i : 2000) : below(b, i);

		buf_addf(out, "d package-%u%s\n", other, below(b, 2) ? " (>= 1.2)" : "");
	}
	if (below(b, 20) == 0)
		buf_addf(out, "c package-%u (<< 1.1)\n", below(b, i + 1));
	if (below(b, 10) == 0)
		buf_addf(out, "p service-%u (= 1.%u)\n", below(b, 500), below(b, 5));
}

static void make_index(struct bench *b, unsigned count, unsigned installed)
{
	for (unsigned i = 0; i < count / 2; i++) {
		AUTO(buf) relations = BUF_INIT;
		AUTO(buf) none = BUF_INIT;
		char name[32];

		snprintf(name, sizeof(name), "package-%u", i);
		add_relations(b, i, &relations);
		if (i < installed)
			add(b, SUPPLY_INSTALLED, name, "1.3.1-1", &none);
		add(b, b->repository, name, "1.3.1-1", &relations);
		add(b, b->repository, name, "1.4.2-1", &relations);
	}
}

static void ask_for(struct bench *b, unsigned number)
{
	size_t at = b->texts.n;

	buf_addf(&b->texts, "package-%u", number);
	resolve_wish(&b->request, (struct span){b->texts.s + at, b->texts.n - at}, SPAN(""));
}

static void make(struct bench *b, const char *shape, unsigned count)
{
	buf_reserve(&b->texts, 4096); /* so that it does not move */
	if (strcmp(shape, "wide") == 0) {
		make_wide(b, count);
	} else if (strcmp(shape, "deep") == 0) {
		make_deep(b, count);
	} else if (strcmp(shape, "index") == 0) {
		make_index(b, count, 50);
		for (unsigned i = 1; i <= 10; i++)
			ask_for(b, i * (count / 2 - 1) / 10);
	} else if (strcmp(shape, "upgrade") == 0) {
		make_index(b, count, 1000);
		b->request.goal = RESOLVE_UPGRADE;
		b->request.all = true;
	} else {
		AUTO(buf) relations = BUF_INIT;

		make_index(b, count, 50);
		for (unsigned i = 0; i < count / 2; i += 5)
			buf_addf(&relations, "d package-%u\n", i);
		add(b, b->repository, "top", "1", &relations);
		resolve_wish(&b->request, SPAN("top"), SPAN(""));
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* In KiB; getrusage would count who called us, too. */
static unsigned long peak(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	unsigned long size = 0;
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "VmHWM:", 6) == 0)
			size = strtoul(line + 6, NULL, 10);
	if (status)
		fclose(status);
	return size;
}

int main(int argc, char **argv)
{
	struct bench b = {.supply = supply_new(), .texts = BUF_INIT, .err = ERR_INIT, .chance = 1};
	AUTO(resolution) out = RESOLUTION_INIT;
	double begun = now(), given;

	if (argc != 3)
		return 64;
	if (supply_repository(b.supply, SPAN("main"), 0, true, &b.repository, &b.err) < 0)
		fail(&b);
	make(&b, argv[1], (unsigned)strtoul(argv[2], NULL, 10));
	given = now();
	if (resolve_run(b.supply, &b.request, &out, &b.err) < 0)
		fail(&b);
	printf("%.2f %.2f %.1f %zu\n", given - begun, now() - given, (double)peak() / 1024,
		out.of.n);
	resolve_request_drop(&b.request);
	supply_free(b.supply);
	buf_drop(&b.texts);
	return 0;
}
