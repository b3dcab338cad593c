/* One transfer from a registry of images: who asks shows what the registry wants to see, a token or a user and password. */
#pragma once

#include "base/err.h"
#include "ext/http.h"
#include "model/message.h"

/* As http_get, of order->url, which is below a registry's place (model/registry). Where the answer is 401 it asks once more, with what the challenge asks for:
 * a token of its realm, or the user and password. Those go to the realm only where it is on the registry's own server, or order->realm names it; any other
 * realm is asked for a token for anybody. Tokens are asked for to read (pull) this one path, whatever the challenge says, and are kept for the transfers that come after it
 * in this process. */
MUST_USE int registry_get(const struct fetch_order *order, struct http_request *request,
	struct http_sink *sink, struct http_answer *answer, struct err *err);
