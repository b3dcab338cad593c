/* A call of systemctl, taken apart. */
#include "work/live_call.h"

#include <getopt.h>
#include <stdlib.h>

static const struct option options[] = {
	{"all", no_argument, NULL, OPTION_PLAIN},
	{"boot-loader-entry", required_argument, NULL, OPTION_ANOTHER},
	{"boot-loader-menu", required_argument, NULL, OPTION_ANOTHER},
	{"check-inhibitors", required_argument, NULL, OPTION_ANOTHER},
	{"dry-run", no_argument, NULL, OPTION_ANOTHER},
	{"failed", no_argument, NULL, OPTION_PLAIN},
	{"firmware-setup", optional_argument, NULL, OPTION_ANOTHER},
	{"force", no_argument, NULL, OPTION_PLAIN},
	{"full", no_argument, NULL, OPTION_PLAIN},
	{"global", no_argument, NULL, OPTION_ANOTHER},
	{"help", no_argument, NULL, OPTION_REAL},
	{"host", required_argument, NULL, OPTION_REMOTE},
	{"image", required_argument, NULL, OPTION_REAL},
	{"image-policy", required_argument, NULL, OPTION_REAL},
	{"job-mode", required_argument, NULL, OPTION_ANOTHER},
	{"kill-who", required_argument, NULL, OPTION_ANOTHER},
	{"kill-whom", required_argument, NULL, OPTION_ANOTHER},
	{"legend", required_argument, NULL, OPTION_PLAIN},
	{"lines", required_argument, NULL, OPTION_PLAIN},
	{"machine", required_argument, NULL, OPTION_REMOTE},
	{"marked", no_argument, NULL, OPTION_ANOTHER},
	{"message", required_argument, NULL, OPTION_ANOTHER},
	{"mkdir", no_argument, NULL, OPTION_ANOTHER},
	{"no-ask-password", no_argument, NULL, OPTION_PLAIN},
	{"no-block", no_argument, NULL, OPTION_PLAIN},
	{"no-legend", no_argument, NULL, OPTION_PLAIN},
	{"no-pager", no_argument, NULL, OPTION_PLAIN},
	{"no-reload", no_argument, NULL, OPTION_NO_RELOAD},
	{"no-wall", no_argument, NULL, OPTION_PLAIN},
	{"no-warn", no_argument, NULL, OPTION_PLAIN},
	{"now", no_argument, NULL, OPTION_NOW},
	{"output", required_argument, NULL, OPTION_PLAIN},
	{"plain", no_argument, NULL, OPTION_PLAIN},
	{"preset-mode", required_argument, NULL, OPTION_PLAIN},
	{"property", required_argument, NULL, OPTION_PROPERTY},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"read-only", no_argument, NULL, OPTION_ANOTHER},
	{"recursive", no_argument, NULL, OPTION_PLAIN},
	{"reverse", no_argument, NULL, OPTION_PLAIN},
	{"root", required_argument, NULL, OPTION_REAL},
	{"runtime", no_argument, NULL, OPTION_RUNTIME},
	{"show-transaction", no_argument, NULL, OPTION_PLAIN},
	{"show-types", no_argument, NULL, OPTION_PLAIN},
	{"signal", required_argument, NULL, OPTION_ANOTHER},
	{"state", required_argument, NULL, OPTION_PLAIN},
	{"system", no_argument, NULL, OPTION_PLAIN},
	{"timestamp", required_argument, NULL, OPTION_PLAIN},
	{"type", required_argument, NULL, OPTION_PLAIN},
	{"user", no_argument, NULL, OPTION_USER},
	{"value", no_argument, NULL, OPTION_VALUE},
	{"verbose", no_argument, NULL, OPTION_PLAIN},
	{"version", no_argument, NULL, OPTION_REAL},
	{"wait", no_argument, NULL, OPTION_PLAIN},
	{"what", required_argument, NULL, OPTION_ANOTHER},
	{"when", required_argument, NULL, OPTION_ANOTHER},
	{"with-dependencies", no_argument, NULL, OPTION_PLAIN},
	{NULL, 0, NULL, 0},
};

/* The short ones, and the long ones that they are. */
static const char short_options[] = "ht:p:P:alqfs:H:M:n:o:iTrv";
static const struct {
	char letter;
	enum meaning is;
} letters[] = {{'h', OPTION_REAL}, {'p', OPTION_PROPERTY}, {'P', OPTION_PROPERTY_VALUE},
	{'q', OPTION_QUIET}, {'s', OPTION_ANOTHER}, {'H', OPTION_REMOTE}, {'M', OPTION_REMOTE},
	{'i', OPTION_ANOTHER}};

void live_call_drop(struct live_call *c)
{
	vec_drop(&c->properties);
	free(c->copy);
}

bool live_call_has(const struct live_call *c, enum meaning meaning)
{
	return c->has & 1U << (meaning - OPTION_PLAIN);
}

static enum meaning option_of(int found)
{
	for (size_t i = 0; i < COUNT(letters); i++)
		if (letters[i].letter == found)
			return letters[i].is;
	return found < OPTION_PLAIN ? OPTION_PLAIN : (enum meaning)found;
}

/* getopt says on stderr what is wrong, as it does for the real one. */
int live_call_parse(const struct live *live, struct live_call *c, const char **verb)
{
	int found;

	*c = (struct live_call){.live = live};
	c->copy = mem_zero((size_t)live->argc + 1, sizeof(c->copy[0]));
	for (int i = 0; i < live->argc; i++)
		c->copy[i] = live->argv[i];
	while ((found = getopt_long(live->argc, c->copy, short_options, options, NULL)) != -1) {
		enum meaning meaning = option_of(found);

		if (found == '?')
			return -1;
		c->has |= 1U << (meaning - OPTION_PLAIN);
		if (meaning == OPTION_PROPERTY_VALUE)
			c->has |= 1U << (OPTION_VALUE - OPTION_PLAIN);
		if (meaning == OPTION_PROPERTY || meaning == OPTION_PROPERTY_VALUE)
			*vec_push(&c->properties) = optarg;
	}
	*verb = optind < live->argc ? c->copy[optind++] : "list-units";
	c->words = c->copy + optind;
	return 0;
}
