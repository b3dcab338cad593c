/* repository DIR KEY COUNT [CHANGED…|wide:N|deep:N]: makes DIR a signed repository of COUNT packages that nobody has written, as fardel repo build would of their
 * installers; of those with the numbers behind it, another version. wide:N adds bench-wide, which needs N others, deep:N bench-deep, a chain of N. What is in them is the same each time. KEY is the secret key's file, made where it
 * is not there; the public key goes to stdout. For figures and tests: nothing of it can be installed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/repo_publish.h"
#include "engine/repo_tree.h"
#include "store/offered.h"
#include "store/sum.h"
#include "sys/file.h"

static const char *const words[] = {"video", "editor", "browser", "client", "viewer", "sync",
	"chat", "office", "mail", "driver", "scanner", "printer", "music", "player", "sound",
	"image", "photo", "drawing", "model", "game", "school", "learning", "math", "science",
	"chemistry", "map", "weather", "backup", "cloud", "remote", "desktop", "terminal", "font",
	"codec", "runtime", "library", "toolkit", "studio", "server", "agent"};

#define WIDE_LIST 250 /* packages that one needs */

static unsigned next(unsigned *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static const char *word(unsigned *seed)
{
	return words[next(seed) % COUNT(words)];
}

static void add_words(struct buf *out, unsigned *seed, int count)
{
	for (int i = 0; i < count; i++)
		buf_addf(out, "%s%s", i ? " " : "", word(seed));
}

static void add_name(struct buf *out, int number)
{
	unsigned seed = (unsigned)number * 2654435761u;
	const char *first = word(&seed), *second = word(&seed);

	buf_addf(out, "%s-%s-%d", first, second, number);
}

static void fill_id(struct buf *out, unsigned *seed)
{
	for (int i = 0; i < 8; i++)
		buf_addf(out, "%08x", next(seed) << 8 ^ next(seed));
}

static void fill_pack(struct offer *o, unsigned *seed)
{
	struct pack *pack = vec_push(&o->packs.of);
	AUTO(buf) hex = BUF_INIT;

	pack_init(pack);
	buf_addf(&pack->url, "https://downloads.example.com/%s/%s_amd64.deb", o->name.s,
		o->version.s);
	pack->size = 1000000 + next(seed) % 200000000;
	fill_id(&hex, seed);
	pack->sums.has[DIGEST_SHA256] =
		digest_parse(DIGEST_SHA256, buf_span(&hex), &pack->sums.of[DIGEST_SHA256]);
}

static void fill(struct offer *o, int number, bool changed)
{
	unsigned seed = (unsigned)number + (changed ? 0x40000000 : 0);
	AUTO(buf) hex = BUF_INIT;

	add_name(&o->name, number);
	buf_addf(&o->version, "%u.%u.%u", changed ? 100 : next(&seed) % 30, next(&seed) % 20,
		next(&seed) % 10);
	o->format = 3;
	fill_id(&o->id, &seed);
	buf_addf(&o->path, "pool/%c/%s-%s.tar.gz", o->name.s[0], o->name.s, o->version.s);
	o->size = 2000 + next(&seed) % 4000;
	fill_id(&hex, &seed);
	if (!digest_parse(DIGEST_SHA256, buf_span(&hex), &o->sha256))
		exit(1);
	add_words(&o->summary, &seed, 7);
	add_words(&o->description, &seed, 40);
	buf_addf(&o->homepage, "https://www.example.com/%s", o->name.s);
	buf_sets(&o->licence, "LicenseRef-proprietary");
	texts_add(&o->architectures, SPAN("amd64"));
	for (unsigned i = next(&seed) % 4; number && i; i--) {
		AUTO(buf) other = BUF_INIT;

		add_name(&other, (int)(next(&seed) % (unsigned)number));
		relations_add_text(&o->depends, buf_span(&other));
	}
	fill_pack(o, &seed);
}

static int put(struct offered *offered, int number, bool changed, struct err *err)
{
	AUTO(offer) o;

	offer_init(&o);
	if (changed) { /* in the place of the one that was */
		AUTO(offer) old;

		offer_init(&old);
		fill(&old, number, false);
		if (offered_forget(offered, buf_span(&old.path), err) < 0)
			return -1;
	}
	fill(&o, number, changed);
	return offered_put(offered, &o, SPAN(""), err);
}

/* Named as it is said; needs the others, from `first` up to `last`. */
static int put_shape(struct offered *offered, const char *name, const char *other, int first,
	int last, struct err *err)
{
	AUTO(offer) o;

	offer_init(&o);
	fill(&o, 0, false);
	buf_sets(&o.name, name);
	buf_setf(&o.path, "pool/%s.tar.gz", name);
	for (int i = first; i < last; i++) {
		AUTO(buf) needed = BUF_INIT;

		buf_addf(&needed, "%s-%d", other, i);
		relations_add_text(&o.depends, buf_span(&needed));
	}
	return offered_put(offered, &o, SPAN(""), err);
}

/* A list has 256 values at most, so there are packages between. */
static int put_wide(struct offered *offered, int count, struct err *err)
{
	int parts = (count + WIDE_LIST - 1) / WIDE_LIST;

	if (put_shape(offered, "bench-wide", "bench-part", 0, parts, err) < 0)
		return -1;
	for (int i = 0; i < parts; i++) {
		int first = i * WIDE_LIST,
		    last = first + WIDE_LIST < count ? first + WIDE_LIST : count;
		AUTO(buf) name = BUF_INIT;

		buf_addf(&name, "bench-part-%d", i);
		if (put_shape(offered, name.s, "bench-leaf", first, last, err) < 0)
			return -1;
		for (int leaf = first; leaf < last; leaf++) {
			buf_setf(&name, "bench-leaf-%d", leaf);
			if (put_shape(offered, name.s, "", 0, 0, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int put_deep(struct offered *offered, int count, struct err *err)
{
	if (put_shape(offered, "bench-deep", "bench-step", 0, 1, err) < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		AUTO(buf) name = BUF_INIT;

		buf_addf(&name, "bench-step-%d", i);
		if (put_shape(offered, name.s, "bench-step", i + 1, i + 1 < count ? i + 2 : i + 1,
			    err) < 0)
			return -1;
	}
	return 0;
}

static int put_word(struct offered *offered, const char *word, struct err *err)
{
	if (strncmp(word, "wide:", 5) == 0)
		return put_wide(offered, atoi(word + 5), err);
	if (strncmp(word, "deep:", 5) == 0)
		return put_deep(offered, atoi(word + 5), err);
	return put(offered, atoi(word), true, err);
}

static int offer_all(struct offered *offered, char **argv, struct err *err)
{
	int64_t have;
	int count = atoi(argv[3]);

	if (offered_count(offered, &have, err) < 0)
		return -1;
	for (int i = (int)have; i < count; i++)
		if (put(offered, i, false, err) < 0)
			return -1;
	for (char **arg = argv + 4; *arg; arg++)
		if (put_word(offered, *arg, err) < 0)
			return -1;
	return repo_tree_settle(offered, err);
}

static int key(const char *path, struct signer *out, struct err *err)
{
	struct minisign_secret secret = {0};
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (file_read_fd(fd, MINISIGN_SECRET_MAX, &text, err) < 0)
		return -1;
	if (text.n)
		return minisign_secret_parse(buf_span(&text), &secret, err) < 0
			       ? -1
			       : signer_open(&secret, SPAN(""), out, err);
	if (signer_new(out, err) < 0 || signer_seal(out, SPAN(""), &secret, err) < 0)
		return -1;
	minisign_secret_format(&secret, &text);
	return file_write_all(fd, text.s, text.n, err);
}

static int publish(
	struct repo_tree *t, struct publication *p, const struct signers *signers, struct err *err)
{
	AUTO(root) root;
	AUTO(head) head;
	AUTO(root_signing) signing = {0};
	int64_t now = time(NULL);

	root_init(&root);
	head_init(&head);
	if (!p->root.version && (publish_first_root(SPAN("bench"), signers, now, &root, err) < 0 ||
					publish_root(p, &root, signers, &signing, err) < 0))
		return -1;
	head.revision = p->head.revision + 1;
	head.time = now;
	head.expires = now + (int64_t)PUBLISH_DAYS * PUBLISH_DAY;
	head.whole.sha256 = p->head.whole.sha256;
	head.whole.size = p->head.whole.size;
	head.whole.unpacked = p->head.whole.unpacked;
	head.whole.revision = p->head.whole.revision;
	if (repo_tree_make(t, &head, err) < 0 || publish_head(p, &head, signers, err) < 0 ||
		offered_settle(t->offered, err) < 0)
		return -1;
	fprintf(stderr,
		"revision %lld: %lld packages, %lld leaves changed, %lld files, %lld bytes\n",
		(long long)head.revision, (long long)head.packages, (long long)t->leaves,
		(long long)t->files, (long long)t->bytes);
	return 0;
}

static int run(char **argv, struct err *err)
{
	AUTO(publication) p = PUBLICATION_INIT;
	AUTO(offered) offered = OFFERED_INIT;
	AUTO(signers) signers = {0};
	AUTO(buf) path = buf_of(argv[1]);
	AUTO(buf) line = BUF_INIT;
	AUTO(repo_tree) tree = {.path = argv[1], .offered = &offered};
	int index;

	if (mkdir(argv[1], 0755) < 0 && access(argv[1], W_OK) < 0)
		return err_sys(err, "%s", argv[1]);
	if (publication_open(argv[1], &p, err) < 0 || key(argv[2], vec_push(&signers.of), err) < 0)
		return -1;
	tree.dir = p.dir;
	buf_add_path(&path, "index/.build.db");
	index = file_make_dirs(p.dir, "index", 0755, err);
	if (index < 0 || offered_open(index, path.s, &offered, err) < 0 ||
		offered_begin(&offered, err) < 0 || offer_all(&offered, argv, err) < 0 ||
		publish(&tree, &p, &signers, err) < 0 || offered_commit(&offered, err) < 0)
		return -1;
	close(index);
	minisign_key_format(&signers.of.v[0].key, &line);
	puts(line.s);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (argc < 4) {
		fputs("usage: repository DIR KEY COUNT [CHANGED…]\n", stderr);
		return 64;
	}
	if (run(argv, &err) == 0)
		return 0;
	fprintf(stderr, "repository: %s\n", err.text);
	return 1;
}
