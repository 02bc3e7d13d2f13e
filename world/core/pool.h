/*
 * pool.h - many structs of one size in pages: dense, zeroed when handed out, and never moved while
 * they are in use.  Rows are numbered; a freed number is the next one handed out.
 */
#pragma once

#include "rt/base.h"

enum { POOL_PAGE = 256 };

struct pool {
	size_t size;
	char **pages;
	uint32_t n_pages, n_used; /* rows ever handed out */
	uint32_t *spare;	  /* freed rows, last in first out */
	uint32_t n_spare, cap_spare;
};

void pool_init(struct pool *p, size_t size);
void pool_done(struct pool *p);
uint32_t pool_take(struct pool *p); /* index of a zeroed row */
void pool_give(struct pool *p, uint32_t index);

static inline void *pool_at(const struct pool *p, uint32_t index)
{
	return p->pages[index / POOL_PAGE] + (index % POOL_PAGE) * p->size;
}
