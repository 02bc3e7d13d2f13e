/*
 * rss.c - not there yet; see rss.h.
 */
#include "bridges/rss/rss.h"

int rss_start(struct rss **ret, struct proc *proc, struct rss_conf *conf)
{
	(void)proc;
	(void)conf;
	*ret = NULL;
	return 0;
}

void rss_stop(struct rss *x)
{
	(void)x;
}

void rss_reload(struct rss *x)
{
	(void)x;
}

void rss_free(struct rss *x)
{
	(void)x;
}
