/* Packs and installers made byte by byte, for tests of what reads them. */
#pragma once

#include "unit.h"

#include <stdio.h>
#define ZLIB_CONST
#include <zlib.h>

/* A member of a tar; what is not given is as an ordinary file has it. */
struct member {
	const char *path;
	char type; /* '0' file, '1' hard link, '2' symlink, '3' … */
	const char *link;
	const char *content;
	unsigned mode;
	const char *size; /* 12 bytes as they are to stand there */
	const char *mtime;
};

static inline void add_sum(char head[512])
{
	unsigned sum = 0;

	memset(head + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum & 0777777);
}

static inline void pad(struct buf *out)
{
	while (out->n % 512)
		buf_addc(out, 0);
}

static inline void tar_member(struct buf *out, struct member m)
{
	char head[512] = {0};
	const char *content = m.content ? m.content : "";

	snprintf(head, 100, "%s", m.path);
	snprintf(head + 100, 8, "%07o", (m.mode ? m.mode : 0644) & 07777777);
	snprintf(head + 108, 8, "%07o", 0U);
	snprintf(head + 116, 8, "%07o", 0U);
	snprintf(head + 124, 12, "%011o", (unsigned)strlen(content));
	snprintf(head + 136, 12, "%011o", 1000000000U);
	if (m.size)
		memcpy(head + 124, m.size, 12);
	if (m.mtime)
		memcpy(head + 136, m.mtime, 12);
	head[156] = m.type ? m.type : '0';
	snprintf(head + 157, 100, "%s", m.link ? m.link : "");
	memcpy(head + 257, "ustar\00000", 8);
	add_sum(head);
	buf_add(out, head, sizeof(head));
	buf_adds(out, content);
	pad(out);
}

static inline void tar_end(struct buf *out)
{
	static const char zeros[1024];

	buf_add(out, zeros, sizeof(zeros));
}

static inline void gzip(struct buf *b)
{
	AUTO(buf) plain = *b;
	size_t room = plain.n + plain.n / 100 + 1024;
	z_stream z = {0};

	*b = BUF_INIT;
	assert_int_equal(
		deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	buf_reserve(b, room);
	z.next_in = (const Bytef *)plain.s;
	z.avail_in = (uInt)plain.n;
	z.next_out = (Bytef *)b->s;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	b->n = room - z.avail_out;
	deflateEnd(&z);
}

/* A zstd frame: what is there as raw blocks, then `mib` MiB of zeros, which take 32 bytes each. */
static inline void zstd_bomb(struct buf *b, unsigned mib, bool ends)
{
	AUTO(buf) plain = *b;
	unsigned head;

	*b = BUF_INIT;
	buf_add(b, "\x28\xb5\x2f\xfd\0\x38", 6);
	assert_true(plain.n < 100000);
	head = (unsigned)plain.n << 3 & 0xffffff;
	buf_add(b, (const char[]){(char)head, (char)(head >> 8), (char)(head >> 16)}, 3);
	buf_add_span(b, buf_span(&plain));
	for (unsigned left = mib * 8; left; left--) {
		head = (131072 << 3 | 1 << 1 | (ends && left == 1)) & 0xffffff;
		buf_add(b, (const char[]){(char)head, (char)(head >> 8), (char)(head >> 16), 0}, 4);
	}
}

/* Members in short. */
#define FILE_AT(at, text) \
	(struct member) \
	{ \
		.path = (at), .content = (text) \
	}
#define MODE_AT(at, kind, bits) \
	(struct member) \
	{ \
		.path = (at), .type = (kind), .mode = (bits) \
	}
#define DIR_AT(at) \
	(struct member) \
	{ \
		.path = (at), .type = '5', .mode = 0755 \
	}
#define LINK_AT(at, target) \
	(struct member) \
	{ \
		.path = (at), .type = '2', .link = (target) \
	}
#define HARD_AT(at, target) \
	(struct member) \
	{ \
		.path = (at), .type = '1', .link = (target) \
	}
#define TIME_AT(at, bytes) \
	(struct member) \
	{ \
		.path = (at), .mtime = (bytes) \
	}
#define SIZE_AT(at, bytes) \
	(struct member) \
	{ \
		.path = (at), .size = (bytes) \
	}

/* A GNU sparse file, all of it a hole, of which the header states the real size. */
static inline void sparse(struct buf *out, const char *real)
{
	char head[512] = {0};

	snprintf(head, 100, "sparse");
	snprintf(head + 100, 8, "%07o", 0644U);
	snprintf(head + 124, 12, "%011o", 0U);
	snprintf(head + 136, 12, "%011o", 0U);
	head[156] = 'S';
	memcpy(head + 257, "ustar  ", 8);
	memcpy(head + 386, real, 12);
	snprintf(head + 398, 12, "%011o", 0U);
	memcpy(head + 483, real, 12);
	add_sum(head);
	buf_add(out, head, sizeof(head));
	tar_end(out);
}

/* A PAX header with one record, then a file. */
static inline void with_path(struct buf *out, const struct buf *path)
{
	AUTO(buf) record = BUF_INIT;
	size_t n = path->n + 7;
	char digits[32];

	/* The length counts its own digits. */
	n += (size_t)snprintf(digits, sizeof(digits), "%zu", n + 6);
	buf_addf(&record, "%zu path=%s\n", n, path->s);
	tar_member(out, (struct member){.path = "pax", .type = 'x', .content = record.s});
	tar_member(out, FILE_AT("short", "x"));
	tar_end(out);
}
