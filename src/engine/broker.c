/* What rules.lua asks of fardel while it runs. */
#include "engine/broker.h"

#include <sys/socket.h>

#include "model/lua.h"
#include "sys/fd.h"
#include "sys/pass.h"

#define QUESTION_MAX 65536 /* bytes */
#define SERVED_MAX 1000 /* files in one run */

void broker_init(struct broker *b, struct engine *e, struct span package, bool fetches)
{
	*b = (struct broker){.e = e, .package = package, .fetches = fetches};
	pack_init(&b->pack);
	fetch_init(&b->fetch);
}

void broker_drop(struct broker *b)
{
	fetch_drop(&b->fetch);
	pack_drop(&b->pack);
}

/* What went wrong is for the script to handle; a signal is for us. */
static int answer_failure(struct broker *b, int socket, const struct err *why, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct err said;

	if (why->code == ERR_SIGNAL)
		return err_copy(err, why);
	said = *why;
	/* Whoever knew the sum of what came instead could ask for that. */
	if (said.code == ERR_CHECKSUM)
		engine_tell(b->e, WATCH_INFO, b->package, "%s; %s", why->text, why->detail);
	if (said.code == ERR_CHECKSUM)
		err_set(&said, ERR_CHECKSUM,
			"what comes from there has not the sha256 that is wanted");
	lua_answer_failure(&said, &text);
	return pass_send(socket, buf_span(&text), -1, err);
}

static int answer_file(struct broker *b, int socket, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	lua_answer_file(b->fetch.size, &b->fetch.have.of[DIGEST_SHA256], &text);
	return pass_send(socket, buf_span(&text), b->fetch.file, err);
}

/* The fetch has come to its end: `why` it failed, if it did. */
static int end(struct broker *b, int socket, const struct err *why, struct err *err)
{
	int result = why->code == ERR_NONE ? answer_file(b, socket, err)
					   : answer_failure(b, socket, why, err);

	fetch_drop(&b->fetch);
	fetch_init(&b->fetch);
	pack_drop(&b->pack);
	return result;
}

static int check(struct broker *b, struct err *why)
{
	if (!b->fetches)
		return err_set(why, ERR_POLICY, "files are fetched in download only");
	if (++b->served > SERVED_MAX)
		return err_set(why, ERR_POLICY, "more than %d files are not fetched for one run",
			SERVED_MAX);
	return 0;
}

/* 1: a fetch runs; 0: it has ended already; -1: it failed. */
static int begin(struct broker *b, struct err *why)
{
	int result;

	if (check(b, why) < 0)
		return -1;
	/* The admin's passwords are for what an installer states, not for what its code thinks of. */
	b->fetch.logins = FETCH_NO_LOGIN;
	result = fetch_from_cache(b->e, &b->fetch, b->package, &b->pack, why);
	if (result)
		return result < 0 ? -1 : 0;
	if (b->e->offline)
		return err_set(why, ERR_OFFLINE, "%s is not in the cache, and --offline was given",
			b->fetch.file_name.s);
	return fetch_begin(&b->fetch, "rules", why);
}

int broker_input(struct broker *b, int socket, struct task **helper, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = -1;
	struct err why = ERR_INIT;
	int got = pass_receive(socket, QUESTION_MAX, &text, &fd, err);

	*helper = NULL;
	if (got != 1)
		return got == 2 ? 1 : got;
	got = lua_question_parse(buf_span(&text), &b->pack, &why);
	if (got < 0 && why.code == ERR_WORKER)
		return err_copy(err, &why);
	if (got == 0 && begin(b, &why) == 1)
		*helper = &b->fetch.worker.task;
	else if (end(b, socket, &why, err) < 0)
		return -1;
	return 1;
}

int broker_go_on(struct broker *b, int socket, struct task **helper, struct err *err)
{
	struct err why = ERR_INIT;

	*helper = &b->fetch.worker.task;
	if (fetch_next(&b->fetch, &why) == 1)
		return 0;
	*helper = NULL;
	return end(b, socket, &why, err);
}
