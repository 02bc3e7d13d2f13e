/*
 * discord.c - not there yet; see discord.h.
 */
#include "bridges/discord/discord.h"

int discord_start(struct discord **ret, struct proc *proc, struct discord_conf *conf)
{
	(void)proc;
	(void)conf;
	*ret = NULL;
	return 0;
}

void discord_stop(struct discord *x)
{
	(void)x;
}

void discord_reload(struct discord *x)
{
	(void)x;
}

void discord_free(struct discord *x)
{
	(void)x;
}
