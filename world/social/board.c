/*
 * board.c - not there yet; see board.h.
 */
#include "world/social/board.h"

struct boards *boards_new(void)
{
	return NULL;
}

void boards_free(struct world *w)
{
	(void)w;
}

bool boards_add(struct boards *t, struct span spec, const char **ret_why)
{
	(void)t;
	(void)spec;
	(void)ret_why;
	return false;
}

size_t boards_count(const struct world *w)
{
	(void)w;
	return 0;
}

const struct board *board_at(const struct world *w, size_t i)
{
	(void)w;
	(void)i;
	return NULL;
}

const struct board *board_find(const struct world *w, struct span name)
{
	(void)w;
	(void)name;
	return NULL;
}

void board_put(struct world *w, struct board_post *post)
{
	(void)w;
	(void)post;
}

void boards_load(struct world *w, const Mudlark__DocumentRow *row)
{
	(void)w;
	(void)row;
}
