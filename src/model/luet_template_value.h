/* Values and pipelines in templates: what stands between {{ and }}. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "ext/yaml.h"

struct template_value {
	const struct yaml *of; /* borrowed: what a path led to; NULL: a text of its own */
	struct buf text;
	bool is_false; /* a text that counts as nothing: false, 0 */
};
#define TEMPLATE_VALUE_INIT ((struct template_value){.text = BUF_INIT})
void template_value_drop(struct template_value *v);

#define TEMPLATE_WORK_MAX ((size_t)16 << 20)

struct template_scope {
	const struct yaml *values;
	size_t *work; /* bytes that functions were given, so far */
	const struct yaml *dot; /* of a range: the one whose turn it is; NULL: what has .Values */
};

/* A pipeline: `.Values.name | default "x" | quote`. False: *why says what is wrong or not known. */
bool template_evaluate(struct span words, const struct template_scope *scope,
	struct template_value *out, struct buf *why);

bool template_is_many(const struct template_value *v); /* a list or a map */
bool template_is_true(const struct template_value *v); /* as Go's templates have it */
struct span template_text(const struct template_value *v);
