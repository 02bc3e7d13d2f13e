/*
 * mistake.c - the list of mistakes: bounded, printed in order of place.
 */
#include "world/pack/mistake.h"

#include <stdlib.h>
#include <string.h>
#include "world/pack/pack.h"
#include "world/pack/yaml.h"

struct mistake {
	size_t line, column, number;
	char *file, *sentence;
};

static void PRINTF_LIKE(5, 0) add(struct mistakes *m, const char *file, size_t line, size_t column,
				  const char *fmt, va_list ap)
{
	struct buf sentence = { 0 };
	struct mistake *new;

	m->all++;
	if (m->n == PACK_MAX_MISTAKES)
		return;
	buf_vaddf(&sentence, fmt, ap);
	m->list = base_realloc(m->list, m->n + 1, sizeof(*m->list));
	new = &m->list[m->n];
	*new = (struct mistake){ .line = line, .column = column, .number = m->n };
	new->file = base_dup(file, strlen(file));
	new->sentence = base_dup(buf_p(&sentence), sentence.n);
	m->n++;
	buf_done(&sentence);
}

static int compare(const void *pa, const void *pb)
{
	const struct mistake *a = pa, *b = pb;
	int r = strcmp(a->file, b->file);

	if (r)
		return r;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

void mistakes_done(struct mistakes *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->list[i].file);
		free(m->list[i].sentence);
	}
	free(m->list);
	*m = (struct mistakes){ 0 };
}

void mistake_at(struct mistakes *m, const struct yaml_node *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, where->file, where->line, where->column, fmt, ap);
	va_end(ap);
}

void mistake_in(struct mistakes *m, const char *file, size_t line, size_t column, const char *fmt,
		...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, file, line, column, fmt, ap);
	va_end(ap);
}

void mistakes_print(struct mistakes *m, struct buf *out)
{
	if (!m->n)
		return;
	qsort(m->list, m->n, sizeof(*m->list), compare);
	for (size_t i = 0; i < m->n; i++)
		buf_addf(out, "%s:%zu:%zu: %s\n", m->list[i].file, m->list[i].line,
			 m->list[i].column, m->list[i].sentence);
	if (m->all > m->n)
		buf_addf(out, "... and %zu more\n", m->all - m->n);
}
