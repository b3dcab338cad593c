/* Which architecture's packages the system takes. */
#include "engine/architecture.h"

#include <string.h>

#include "store/dpkg_files.h"
#include "store/dpkg_packages.h"
#include "sys/fd.h"
#include "sys/machine.h"

/* dpkg notes the system's own in the first line, once there are others. 1: *out is set; 0: no such file. */
static int from_list(const struct place *place, struct buf *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD admin = dpkg_files_open(place, err);
	struct span rest, line = SPAN("");
	int there;

	if (admin < 0)
		return err->code == ERR_NONE ? 0 : -1;
	there = dpkg_files_read(admin, "arch", &text, err);
	rest = buf_span(&text);
	if (there <= 0 || !span_split(&rest, '\n', &line) || !line.n)
		return there < 0 ? -1 : 0;
	buf_set(out, line);
	return 1;
}

/* That of dpkg itself. */
static int from_packages(const struct place *place, struct buf *out, struct err *err)
{
	AUTO(dpkg_packages) packages = {0};

	if (dpkg_packages(place, &packages, err) < 0)
		return -1;
	VEC_FOR (const struct dpkg_package, p, &packages.of)
		if (p->installed && strcmp(p->name.s, "dpkg") == 0)
			buf_set(out, buf_span(&p->architecture));
	return 0;
}

int architecture_get(struct engine *e, struct span *out, struct err *err)
{
	int found = 1;

	if (!e->architecture.n && e->place.root.n && strcmp(e->place.root.s, "/") != 0) {
		found = from_list(&e->place, &e->architecture, err);
		if (found == 0)
			found = from_packages(&e->place, &e->architecture, err);
	}
	if (found < 0)
		return err_at(err, "find out the system's architecture");
	if (!e->architecture.n)
		buf_sets(&e->architecture, machine_architecture());
	*out = buf_span(&e->architecture);
	return 0;
}

/* Of what is for all, it is not asked. */
static bool is_for_all(const struct installer *in)
{
	VEC_FOR (const struct pack, pack, &in->packs.of)
		if (pack->architecture.n)
			return false;
	return !in->architectures.of.n;
}

int architecture_select(struct engine *e, struct installer *in, struct err *err)
{
	struct span architecture;

	if (is_for_all(in))
		return 0;
	if (architecture_get(e, &architecture, err) < 0)
		return -1;
	return installer_select(in, architecture, err);
}
