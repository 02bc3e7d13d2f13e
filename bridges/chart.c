/*
 * chart.c - not there yet; see chart.h.
 */
#include "bridges/chart.h"

int chart_read(struct chart *ret, char *const *rows, const char *const *extras, struct buf *why)
{
	(void)ret;
	(void)rows;
	(void)extras;
	(void)why;
	return 0;
}

void chart_done(struct chart *c)
{
	(void)c;
}

const char *chart_extra(const struct chart_row *r, const char *name)
{
	(void)r;
	(void)name;
	return NULL;
}
