/* What checks have found. */
#include <stdarg.h>

#include "engine/engine.h"

static void diagnosis_drop(struct diagnosis *d)
{
	buf_drop(&d->text);
	buf_drop(&d->mend);
}

void diagnoses_drop(struct diagnoses *d)
{
	vec_drop_each(&d->of, diagnosis_drop);
}

void diagnoses_add(struct diagnoses *out, enum diagnosis_level level, const char *mend,
	const char *format, ...)
{
	struct diagnosis *d = vec_push(&out->of);
	va_list args;

	*d = (struct diagnosis){.level = level, .text = BUF_INIT, .mend = buf_of(mend)};
	va_start(args, format);
	buf_addv(&d->text, format, args);
	va_end(args);
}
