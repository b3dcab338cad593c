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
