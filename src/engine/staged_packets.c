/* Packages of Packets in the play. */
#include "engine/staged_packets.h"

#include <string.h>

#include "engine/packets.h"

int staged_find_dirs(struct staged *s, struct err *err)
{
	const struct packets_dirs *dirs;

	if (!s->made || s->made->format != FORMAT_PACKETS)
		return 0;
	if (packets_dirs_get(s->e, &dirs, err) < 0)
		return -1;
	packets_dirs_copy(&s->after.dirs, dirs);
	return 0;
}

bool staged_is_neighbour(const struct staged *s, struct span path)
{
	const struct buf *data = &s->before.dirs.data;

	return data->n && span_starts(path, data->s) && path.n > data->n &&
	       path.s[data->n] == '/' && !memchr(path.s + data->n + 1, '/', path.n - data->n - 1);
}

int staged_open(struct staged *s, bool beside, struct stage *out, struct err *err)
{
	int result = stage_open(s->e, beside, out, err);

	out->was = &s->before.dirs;
	out->is = &s->after.dirs;
	return result;
}
