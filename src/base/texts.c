/* Lists of texts. */
#include "base/texts.h"

void texts_drop(struct texts *t)
{
	vec_drop_each(&t->of, buf_drop);
}

void texts_add(struct texts *t, struct span x)
{
	struct buf *text = vec_push(&t->of);

	buf_init(text);
	buf_set(text, x);
}

void texts_add_all(const struct texts *from, struct texts *to)
{
	VEC_FOR (const struct buf, x, &from->of)
		texts_add(to, buf_span(x));
}
