/*
 * irc.c - not there yet; see irc.h.
 */
#include "bridges/irc/irc.h"

int irc_start(struct irc **ret, struct proc *proc, struct irc_conf *conf)
{
	(void)proc;
	(void)conf;
	*ret = NULL;
	return 0;
}

void irc_stop(struct irc *x)
{
	(void)x;
}

void irc_reload(struct irc *x)
{
	(void)x;
}

void irc_free(struct irc *x)
{
	(void)x;
}
