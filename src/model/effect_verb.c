/* What may be carried out. */
#include "model/effect_verb.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define UNIT_MAX 255 /* systemd's own limit */

#define UNITS(verb, means, back) \
	{ \
		"systemctl", SHAPE_UNITS, NULL, verb, means, back, false \
	}
#define SERVICE(program, verb, means, back) \
	{ \
		program, SHAPE_SERVICE, NULL, verb, means, back, false \
	}
#define UDEV_RELOAD(verb) \
	{ \
		"udevadm", SHAPE_OPTION, "control", verb, "--reload", NULL, true \
	}

static const struct effect_verb table[] = {
	UNITS("start", "start", "stop"),
	UNITS("stop", "stop", NULL),
	UNITS("restart", "restart", "stop"),
	UNITS("try-restart", "try-restart", NULL),
	UNITS("condrestart", "try-restart", NULL),
	UNITS("reload", "reload", NULL),
	UNITS("reload-or-restart", "reload-or-restart", "stop"),
	UNITS("try-reload-or-restart", "try-reload-or-restart", NULL),
	UNITS("reload-or-try-restart", "try-reload-or-restart", NULL),
	UNITS("force-reload", "try-reload-or-restart", NULL),
	UNITS("condreload", "try-reload-or-restart", NULL),
	UNITS("reset-failed", "reset-failed", NULL),
	{"systemctl", SHAPE_ALONE, NULL, "daemon-reload", "daemon-reload", NULL, true},
	SERVICE("service", "start", "start", "stop"),
	SERVICE("service", "stop", "stop", NULL),
	SERVICE("service", "restart", "restart", "stop"),
	SERVICE("service", "try-restart", "try-restart", NULL),
	SERVICE("service", "reload", "reload", NULL),
	SERVICE("service", "force-reload", "force-reload", NULL),
	SERVICE("invoke-rc.d", "start", "start", "stop"),
	SERVICE("invoke-rc.d", "stop", "stop", NULL),
	SERVICE("invoke-rc.d", "restart", "restart", "stop"),
	SERVICE("invoke-rc.d", "try-restart", "try-restart", NULL),
	SERVICE("invoke-rc.d", "reload", "reload", NULL),
	SERVICE("invoke-rc.d", "force-reload", "force-reload", NULL),
	UDEV_RELOAD("--reload"),
	UDEV_RELOAD("--reload-rules"),
	UDEV_RELOAD("-R"),
	{"udevadm", SHAPE_MATCHES, NULL, "trigger", "trigger", NULL, false},
	{"udevadm", SHAPE_ALONE, NULL, "settle", "settle", NULL, false},
	{"update-mime-database", SHAPE_ALONE, NULL, "/usr/share/mime", "/usr/share/mime", NULL,
		true},
};

/* What `udevadm trigger` may choose devices by. */
static const char *const matches[] = {
	"--action=", "--attr-match=", "--attr-nomatch=", "--property-match=", "--subsystem-match=",
	"--subsystem-nomatch=", "--sysname-match=", "--tag-match=", "--type="};

/* Kinds of units that stand for one thing of a package; a target or a slice may be half of the system. */
static const char *const kinds[] = {
	".service", ".socket", ".timer", ".path", ".mount", ".automount"};
static const char *const other_kinds[] = {".target", ".slice", ".scope", ".device", ".swap"};

/* Units that end the system, or put it to sleep. */
static const char *const never[] = {"emergency.service", "rescue.service", "systemd-exit.service",
	"systemd-halt.service", "systemd-hibernate.service", "systemd-hybrid-sleep.service",
	"systemd-kexec.service", "systemd-poweroff.service", "systemd-reboot.service",
	"systemd-soft-reboot.service", "systemd-suspend-then-hibernate.service",
	"systemd-suspend.service"};

static const struct path {
	const char *program, *path;
} paths[] = {
	{"invoke-rc.d", "/usr/sbin/invoke-rc.d"},
	{"service", "/usr/sbin/service"},
	{"systemctl", "/usr/bin/systemctl"},
	{"udevadm", "/usr/bin/udevadm"},
	{"update-mime-database", "/usr/bin/update-mime-database"},
};

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_made_of(struct span x, const char *more)
{
	for (size_t i = 0; i < x.n; i++)
		if (!is_letter_or_digit(x.s[i]) && (!x.s[i] || !strchr(more, x.s[i])))
			return false;
	return true;
}

static bool is_name(struct span x)
{
	return x.n && x.n <= UNIT_MAX && is_letter_or_digit(x.s[0]) && is_made_of(x, "_.@:-");
}

static bool has_kind(struct span x, const char *const *of, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_ends(x, of[i]) && x.n > strlen(of[i]))
			return true;
	return false;
}

/* A backslash is the beginning of systemd's own escape: \x2d. */
static bool is_escaped_well(struct span x)
{
	unsigned char byte;

	for (size_t i = 0; i < x.n; i++) {
		if (x.s[i] != '\\')
			continue;
		if (x.n - i < 4 || x.s[i + 1] != 'x' ||
			!text_unhex(span_cut(x, i + 2, 2), &byte, 1))
			return false;
		i += 3;
	}
	return true;
}

/* "a@.service" is a template, not a unit. */
static bool is_template(struct span x)
{
	const char *at = memchr(x.s, '@', x.n);

	return at && at + 1 < x.s + x.n && at[1] == '.';
}

bool effect_unit(struct span name, struct buf *out)
{
	struct span whole;

	buf_set(out, name);
	if (has_kind(name, other_kinds, COUNT(other_kinds)))
		return false;
	if (!has_kind(name, kinds, COUNT(kinds)))
		buf_adds(out, ".service");
	whole = buf_span(out);
	if (name.n == 0 || whole.n > UNIT_MAX ||
		!(is_letter_or_digit(name.s[0]) || name.s[0] == '_'))
		return false;
	if (!is_made_of(whole, "_.@:\\-") || !is_escaped_well(whole) || is_template(whole))
		return false;
	for (size_t i = 0; i < COUNT(never); i++)
		if (span_is_text(whole, never[i]))
			return false;
	return true;
}

static bool are_units(const struct span *words, size_t count)
{
	AUTO(buf) unit = BUF_INIT;

	for (size_t i = 0; i < count; i++)
		if (!effect_unit(words[i], &unit))
			return false;
	return count > 0;
}

static bool are_matches(const struct span *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t m = 0;

		while (m < COUNT(matches) && !span_starts(words[i], matches[m]))
			m++;
		if (m == COUNT(matches) || !is_made_of(words[i], "_.:*?=/-"))
			return false;
	}
	return true;
}

static bool fits(const struct effect_verb *verb, const struct span *words, size_t count)
{
	switch (verb->shape) {
	case SHAPE_UNITS:
		return span_is_text(words[1], verb->verb) && are_units(words + 2, count - 2);
	case SHAPE_SERVICE:
		return count == 3 && is_name(words[1]) && span_is_text(words[2], verb->verb);
	case SHAPE_ALONE: return count == 2 && span_is_text(words[1], verb->verb);
	case SHAPE_OPTION:
		return count == 3 && span_is_text(words[1], verb->command) &&
		       span_is_text(words[2], verb->verb);
	case SHAPE_MATCHES:
		return span_is_text(words[1], verb->verb) && are_matches(words + 2, count - 2);
	}
	return false;
}

const struct effect_verb *effect_verb_of(const struct span *words, size_t count)
{
	for (size_t i = 0; count >= 2 && i < COUNT(table); i++)
		if (span_is_text(words[0], table[i].program) && fits(&table[i], words, count))
			return &table[i];
	return NULL;
}

bool effect_verb_has_unit(const struct effect_verb *verb)
{
	return verb->shape == SHAPE_UNITS || verb->shape == SHAPE_SERVICE;
}

const char *effect_verb_path(const struct effect_verb *verb)
{
	for (size_t i = 0; i < COUNT(paths); i++)
		if (strcmp(paths[i].program, verb->program) == 0)
			return paths[i].path;
	mem_panic("a verb whose program has no path");
}
