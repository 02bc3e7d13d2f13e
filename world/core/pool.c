/*
 * pool.c - pages of rows; see pool.h.
 */
#include "world/core/pool.h"

#include <stdlib.h>
#include <string.h>

void pool_init(struct pool *p, size_t size)
{
	*p = (struct pool){ .size = size };
}

void pool_done(struct pool *p)
{
	for (uint32_t i = 0; i < p->n_pages; i++)
		free(p->pages[i]);
	free(p->pages);
	free(p->spare);
	*p = (struct pool){ .size = p->size };
}

uint32_t pool_take(struct pool *p)
{
	if (p->n_spare) {
		uint32_t index = p->spare[--p->n_spare];

		memset(pool_at(p, index), 0, p->size);
		return index;
	}
	if (p->n_used == p->n_pages * POOL_PAGE) {
		p->pages = base_realloc(p->pages, p->n_pages + 1, sizeof(*p->pages));
		p->pages[p->n_pages++] = base_alloc(POOL_PAGE, p->size);
	}
	return p->n_used++;
}

void pool_give(struct pool *p, uint32_t index)
{
	if (p->n_spare == p->cap_spare) {
		p->cap_spare = p->cap_spare ? p->cap_spare * 2 : 16;
		p->spare = base_realloc(p->spare, p->cap_spare, sizeof(*p->spare));
	}
	p->spare[p->n_spare++] = index;
}
