/* fardel-tree: writes a package's tree out of its pack (descriptor 4) into a folder (descriptor 5), as a user without rights; that of an image out of its
 * layers, the top one first (4, then from 6 on).
 * What such a user cannot give a file (owners, setuid, attributes) is told to fardel, who decides what becomes of it. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/oci.h"
#include "sys/file.h"
#include "work/unpack_members.h"
#include "work/worker.h"

#define PACK_FD (FRAME_FD + 1)
#define FOLDER_FD (FRAME_FD + 2)
#define LOWER_FD (FRAME_FD + 3)
#define PAIRS_MAX 65536 /* bytes of one member's attributes */

/* Adds those that fardel may want; 1 where there are some. */
static int put_pairs(struct archive_in *in, struct buf *payload, struct err *err)
{
	struct span name, value;
	size_t start = payload->n;

	while (archive_next_attribute(in, &name, &value)) {
		if (!span_starts(name, "user.") && !span_is_text(name, "security.capability"))
			continue;
		message_put_pair(payload, name, value);
		if (payload->n - start > PAIRS_MAX)
			return err_set(err, ERR_INSTALLER, "has too many extended attributes");
	}
	return payload->n > start;
}

static int check_owner(int64_t id, struct err *err)
{
	if (id >= 0 && id < UINT32_MAX)
		return 0;
	return err_set(err, ERR_INSTALLER, "has an owner that is no number of a user or group");
}

/* A hard link has what its first name has. What takes another's place may have to lose what was told of that. */
static int tell(void *arg, struct archive_in *in, const struct archive_entry *member,
	const struct entry_act *act, struct err *err)
{
	struct told_attributes a = {
		.path = act->path, .uid = member->uid, .gid = member->gid, .mode = member->mode};
	AUTO(buf) payload = BUF_INIT;
	int pairs;

	(void)arg;
	if (act->type == ENTRY_HARDLINK)
		return 0;
	if (check_owner(a.uid, err) < 0 || check_owner(a.gid, err) < 0)
		return -1;
	message_put_attributes(&payload, &a);
	pairs = put_pairs(in, &payload, err);
	if (pairs < 0)
		return -1;
	if (!pairs && !a.uid && !a.gid && !act->stripped && !act->replaces &&
		act->type != ENTRY_DIR)
		return 0;
	return frame_send(FRAME_FD, MESSAGE_ATTRIBUTES, buf_span(&payload), err);
}

/* The order: empty, or how many layers there are. */
static int unpack(struct unpacker *u, struct span order, struct err *err)
{
	static const struct entry_choice all = {0};
	int layers[OCI_LAYERS_MAX] = {PACK_FD};
	int64_t count = 0;

	if (!order.n)
		return unpacker_run(u, PACK_FD, &all, err);
	if (!message_get_number(order, &count) || count < 1 || count > OCI_LAYERS_MAX)
		return worker_bad_order(err);
	for (int i = 1; i < count; i++)
		layers[i] = LOWER_FD + i - 1;
	return unpacker_run_layers(u, layers, (size_t)count, err);
}

static int run(struct err *err)
{
	AUTO(unpacker) u;
	struct frame_reader reader = FRAME_READER_INIT;
	struct span order = SPAN("");
	int rc;

	unpacker_init(&u);
	u.to = FOLDER_FD;
	u.made = tell;
	rc = worker_order(&reader, MESSAGE_TREE, &order, err);
	if (rc == 0)
		rc = unpack(&u, order, err);
	frame_reader_drop(&reader);
	return rc < 0 ? -1 : frame_send(FRAME_FD, MESSAGE_TREE_DONE, SPAN(""), err);
}

int main(void)
{
	struct err err = ERR_INIT;

	if (!worker_is_called("fardel-tree"))
		return WORKER_USAGE;
	signal(SIGXFSZ, SIG_IGN); /* a limit is an error of write's */
	umask(0);
	return worker_end(run(&err), &err);
}
