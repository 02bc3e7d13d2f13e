/*
 * bridge.c - not there yet; see bridge.h.
 */
#include "bridges/bridge.h"

int bridge_start(struct bridge **ret, struct proc *proc, const struct bridge_conf *conf,
		 const char *name, const struct bridge_events *e)
{
	(void)proc;
	(void)conf;
	(void)name;
	(void)e;
	*ret = NULL;
	return 0;
}

void bridge_stop(struct bridge *b)
{
	(void)b;
}

void bridge_free(struct bridge *b)
{
	(void)b;
}
