/* What every unit test includes: cmocka, and asserts on the base's types. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

static inline void unit_assert_span(struct span x, const char *text, const char *file, int line)
{
	if (span_is_text(x, text))
		return;
	print_error("\"%.*s\" is not \"%s\"\n", SPAN_ARG(x), text);
	_fail(file, line);
}

/* Both, so that a test names the text it wants and the code that goes with it. */
static inline void unit_assert_err(
	const struct err *err, enum err_code code, const char *part, const char *file, int line)
{
	if (err->code == code && strstr(err->text, part))
		return;
	print_error("%s \"%s\" is not %s with \"%s\"\n", err_name(err->code), err->text,
		err_name(code), part);
	_fail(file, line);
}

#define assert_span(x, text) unit_assert_span(x, text, __FILE__, __LINE__)
#define assert_buf(b, text) unit_assert_span(buf_span(b), text, __FILE__, __LINE__)
#define assert_err(err, code, part) unit_assert_err(err, code, part, __FILE__, __LINE__)
