/* What fardel-index reads of images: their manifests; and one file at the top of a layer, which goes to its descriptor 5. */
#include <string.h>

#include "ext/archive.h"
#include "model/oci.h"
#include "model/offer_message.h"
#include "sys/file.h"
#include "work/index_parts.h"
#include "work/worker.h"

#define LAYER_FD 4
#define OUTPUT_FD 5
#define MEMBERS_MAX 100000
#define HIDES ".wh." /* before the name of what is there no more */
#define HIDES_ALL ".wh..wh..opq" /* of all that is in the folder */

int index_read_manifest(struct span payload, struct err *err)
{
	AUTO(oci_manifest) manifest = {0};
	AUTO(buf) answer = BUF_INIT;
	struct manifest_order order;
	struct err why = ERR_INIT;
	enum offer_message type = OFFER_MANIFEST_IS;

	if (!offer_message_get_manifest(payload, &order))
		return worker_bad_order(err);
	if (oci_parse(order.text, order.architecture, &manifest, &why) == 0)
		oci_put(&manifest, &answer);
	else {
		message_put_err(&answer, &why);
		type = OFFER_MANIFEST_BAD;
	}
	return frame_send(FRAME_FD, type, buf_span(&answer), err);
}

/* --- A layer ----------------------------------------------------------------------------------- */

static int copy(struct archive_in *in, int64_t max, struct err *err)
{
	char chunk[64 << 10];
	int64_t size = 0;
	long n;

	while ((n = archive_read(in, chunk, sizeof(chunk), err)) > 0) {
		size += n;
		if (size > max)
			return err_set(err, ERR_INSTALLER,
				"the file has more than the %lld bytes that it may have",
				(long long)max);
		if (file_write_all(OUTPUT_FD, chunk, (size_t)n, err) < 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

/* What a member says of the file; LAYER_ANSWERS: nothing. */
static enum layer_answer judge(const struct archive_entry *member, struct span file)
{
	struct span path = member->path;

	while (span_starts(path, "./") || span_starts(path, "/"))
		path = span_cut(path, path.s[0] == '.' ? 2 : 1, path.n);
	if (span_is(path, file))
		return member->type == ARCHIVE_FILE ? LAYER_HAS_IT : LAYER_HIDES_IT;
	if (span_is_text(path, HIDES_ALL))
		return LAYER_HIDES_IT;
	if (span_starts(path, HIDES) && span_is(span_cut(path, strlen(HIDES), path.n), file))
		return LAYER_HIDES_IT;
	return LAYER_ANSWERS;
}

/* All of it is read, so that one that breaks off is noticed. */
static int find(struct archive_in *in, const struct layer_order *order, enum layer_answer *answer,
	struct err *err)
{
	struct archive_entry member;
	int64_t count = 0;
	int there;

	*answer = LAYER_HAS_NOT;
	while ((there = archive_next(in, &member, err)) == 1) {
		enum layer_answer says = judge(&member, order->file);

		if (++count > MEMBERS_MAX)
			return err_set(
				err, ERR_INSTALLER, "it has more than %d members", MEMBERS_MAX);
		if (says == LAYER_ANSWERS || (says == LAYER_HIDES_IT && *answer == LAYER_HAS_IT))
			continue;
		if (says == LAYER_HAS_IT && *answer == LAYER_HAS_IT)
			return err_set(err, ERR_INSTALLER, "it has the file twice");
		*answer = says;
		if (says == LAYER_HAS_IT && copy(in, order->max, err) < 0)
			return -1;
	}
	return there;
}

int index_read_layer(struct span payload, struct err *err)
{
	static const struct archive_limits limits = {.stream = (int64_t)2 << 30,
		.ratio = 500,
		.slack = (int64_t)64 << 20,
		.window_log = 27};
	struct layer_order order;
	struct archive_in *in = NULL;
	enum layer_answer answer = LAYER_HAS_NOT;
	AUTO(buf) said = BUF_INIT;
	int result;

	if (!offer_message_get_layer(payload, &order))
		return worker_bad_order(err);
	result = archive_open_pack(LAYER_FD, &limits, &in, err);
	if (result == 0)
		result = find(in, &order, &answer, err);
	archive_close(in);
	if (result < 0)
		return err_at(err, "its layer");
	message_put_number(&said, answer);
	return frame_send(FRAME_FD, OFFER_LAYER_READ, buf_span(&said), err);
}
