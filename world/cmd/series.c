/*
 * series.c - grouping and counting things for sentences.
 */
#include "world/cmd/series.h"

#include "world/core/item.h"
#include "world/core/name.h"

static const char *const numbers[] = { "no",	"one",	 "two",	 "three", "four",   "five",  "six",
				       "seven", "eight", "nine", "ten",	  "eleven", "twelve" };

size_t series_like(const struct world *w, const struct ent *list, size_t n, size_t i)
{
	size_t like = 1;

	for (size_t j = 0; j < i; j++)
		if (item_same(w, list[j], list[i]))
			return 0;
	for (size_t j = i + 1; j < n; j++)
		like += item_same(w, list[i], list[j]);
	return like;
}

void series_counted(const struct world *w, struct ent e, size_t n, struct buf *out)
{
	const struct name *name = name_get(w, e);

	if (n < 2 || !name || !name->called.plural)
		name_add(w, e, 1, out);
	else if (n < ARRAY_LEN(numbers))
		buf_addf(out, "%s %s", numbers[n], name->called.plural);
	else
		buf_addf(out, "%zu %s", n, name->called.plural);
}

void series_add(const struct world *w, const struct ent *list, size_t n, struct buf *out)
{
	size_t kinds = 0, told = 0;

	for (size_t i = 0; i < n; i++)
		kinds += series_like(w, list, n, i) != 0;
	for (size_t i = 0; i < n; i++) {
		size_t like = series_like(w, list, n, i);

		if (!like)
			continue;
		if (told)
			buf_adds(out, told + 1 == kinds ? " and " : ", ");
		series_counted(w, list[i], like, out);
		told++;
	}
}
