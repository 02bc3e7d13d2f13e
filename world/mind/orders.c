/*
 * orders.c - what staff asks of the aibridges; see orders.h.
 */
#include "world/mind/orders.h"

void orders_ask(struct world *w, struct ent staff, struct span words)
{
	(void)w;
	(void)staff;
	(void)words;
}

void orders_text(struct world *w, uint64_t peer, const Mudlark__AiText *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void orders_notice(struct world *w, const Mudlark__AiNotice *m)
{
	(void)w;
	(void)m;
}
