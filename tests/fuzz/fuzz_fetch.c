/* What fetching reads: a netrc, what a server says of a range, and the exceptions of a proxy; a line of the host in front. */
#include <string.h>

#include "ext/http_words.h"
#include "fuzz.h"
#include "model/netrc.h"
#include "model/proxy.h"
#include "net/resume.h"
#include "sys/address.h"

/* Its words appear in no error, and nothing is found in what is malformed. */
static void check_netrc(struct span text, struct span host)
{
	AUTO(login) login = LOGIN_INIT;
	struct err err = ERR_INIT;
	int found = netrc_find(text, host, &login, &err);

	HOLDS(found >= -1 && found <= 1);
	HOLDS((found < 0) == (err.code == ERR_CONFIG));
	HOLDS(found == 1 || found == -1 || (!login.user.n && !login.password.n));
	HOLDS(strlen(login.user.s) == login.user.n && strlen(login.password.s) == login.password.n);
	HOLDS(found >= 0 || strncmp(err.text, "line ", 5) == 0);
}

static void check_range(struct span text)
{
	struct resume_range r;

	if (!resume_parse_range(text, &r))
		return;
	HOLDS(r.first >= 0 && r.first <= r.last && r.last < r.total);
	HOLDS(resume_fits(text, SPAN("\"e\""), -1, r.first, SPAN("\"e\""), r.total) ==
		(r.last == r.total - 1));
	HOLDS(!resume_fits(text, SPAN("\"e\""), -1, r.first + 1, SPAN("\"e\""), r.total));
}

static void check_proxies(struct span text, struct span host)
{
	AUTO(proxies) p = PROXIES_INIT;
	const char *chosen;

	buf_sets(&p.http, "http://p");
	buf_set(&p.except, text);
	chosen = proxies_choose(&p, false, host);
	HOLDS(!chosen || chosen == p.http.s);
	HOLDS(!proxies_choose(&p, true, host));
	HOLDS(address_reach_of_host(host) <= ADDRESS_SELF);
}

static void check_words(struct span text)
{
	struct http_words w = {0};
	struct span line;

	while (span_split(&text, '\n', &line))
		http_words_take(&w, line);
	HOLDS(strlen(w.etag) < sizeof(w.etag) && strlen(w.range) < sizeof(w.range));
	if (resume_is_strong(span_of(w.etag)))
		HOLDS(!strpbrk(w.etag, "\r\n \t"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), host;

	span_split(&text, '\n', &host);
	check_netrc(text, host);
	check_range(text);
	check_proxies(text, host);
	check_words(text);
	return 0;
}
