/* What the fetch worker is told. */
#include "engine/fetch_order.h"

#include <fcntl.h>

#include "engine/login.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/frame.h"

#define CERTIFICATES_MAX (FRAME_MAX / 2)

/* The worker may not read what only root may. */
static int read_certificates(const struct config *c, struct buf *out, struct err *err)
{
	AUTO_FD fd = -1;

	if (!c->fetch_ca_file.n)
		return 0;
	fd = open(c->fetch_ca_file.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(err, "fetch.ca_file %s", c->fetch_ca_file.s);
	return file_read_fd(fd, CERTIFICATES_MAX, out, err);
}

void fetch_proxies(const struct engine *e, struct proxies *out)
{
	const struct texts *environment = &e->proxies;

	proxies_set(out, buf_span(&e->config.fetch_proxy));
	for (size_t i = 0; i < environment->of.n && !e->config.fetch_proxy.n; i++)
		proxies_take(out, buf_span(&environment->of.v[i]));
}

static void take_own(const struct engine *e, const struct url_login *own, struct login *login,
	struct fetch_order *out)
{
	buf_set(&login->user, buf_span(&own->user));
	buf_set(&login->password, buf_span(&own->password));
	buf_set(&out->token, buf_span(&own->token));
	out->registry = own->registry;
	buf_set(&out->identity, buf_span(&own->identity));
	buf_set(&out->realm, buf_span(&own->realm));
	logins_bases(&e->logins, own, &out->login_bases);
}

/* A registry is noted without one, too. */
static bool has_login(const struct url_login *own)
{
	return own && (own->user.n || own->password.n || own->token.n || own->identity.n);
}

int fetch_order_make(const struct engine *e, const char *url, enum fetch_logins logins,
	struct fetch_order *out, struct err *err)
{
	const struct config *c = &e->config;
	struct login login = LOGIN_INIT;
	const struct url_login *own =
		logins == FETCH_NO_LOGIN ? NULL : logins_find(&e->logins, span_of(url));
	int found = 0;

	*out = (struct fetch_order){.url = buf_of(url),
		.max_size = c->fetch_max_size,
		.retries = c->fetch_retries,
		.retry_delay = c->fetch_retry_delay,
		.connect_timeout = c->fetch_connect_timeout,
		.stall_timeout = c->fetch_stall_timeout,
		.stall_rate = c->fetch_stall_rate,
		.proxies = PROXIES_INIT,
		.ca_text = BUF_INIT,
		.token = BUF_INIT,
		.identity = BUF_INIT,
		.realm = BUF_INIT,
		.login_bases = BUF_INIT,
		.resume_above = -1,
		.etag = BUF_INIT,
		.unless = BUF_INIT};
	fetch_proxies(e, &out->proxies);
	if (own)
		take_own(e, own, &login, out);
	if (!has_login(own) && logins == FETCH_LOGINS)
		found = login_find(&e->place, span_of(url), &login, err);
	out->user = login.user;
	out->password = login.password;
	return found < 0 ? -1 : read_certificates(c, &out->ca_text, err);
}
