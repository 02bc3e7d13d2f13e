/*
 * clean.c - not there yet; see clean.h.
 */
#include "bridges/clean.h"

void clean_line(struct buf *out, struct span s, bool repair)
{
	(void)out;
	(void)s;
	(void)repair;
}

void clean_text(struct buf *out, struct span s, size_t max_lines)
{
	(void)out;
	(void)s;
	(void)max_lines;
}

void clean_name(struct buf *out, struct span s, size_t columns)
{
	(void)out;
	(void)s;
	(void)columns;
}

struct span clean_piece(struct span *rest, size_t max)
{
	(void)rest;
	(void)max;
	return (struct span){ 0 };
}

bool clean_is_blank(struct span s)
{
	(void)s;
	return false;
}
