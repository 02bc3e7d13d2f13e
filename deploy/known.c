/* known.c - see known.h. */
#include "known.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Some say it themselves. */
static void read_why(struct known *k, const char *text)
{
	static const char degraded[] = "degraded: ";
	const size_t n = strncmp(text, degraded, sizeof(degraded) - 1) ? 0 : sizeof(degraded) - 1;
	snprintf(k->why, sizeof(k->why), "%s", text + n);
}

static bool next_row(struct span *rest, struct known *ret)
{
	const char *newline = memchr(rest->p, '\n', rest->n);
	if (!newline)
		return false;
	char line[CONTROL_LINE];
	snprintf(line, sizeof(line), "%.*s", (int)(newline - rest->p), rest->p);
	rest->n -= (size_t)(newline + 1 - rest->p);
	rest->p = newline + 1;
	int end = 0;
	if (sscanf(line, "%63s %d %63s %" SCNu64 " %u %n", ret->name, &ret->pid, ret->state,
		   &ret->ms, &ret->restarts, &end) != 5)
		return false;
	read_why(ret, line + end);
	return true;
}

size_t known_read(struct span rows, struct known *ret, size_t max)
{
	size_t n = 0;
	while (n < max && next_row(&rows, &ret[n]))
		n++;
	return n;
}

bool known_is_well(const struct known *k)
{
	return strcmp(k->state, "ready") == 0 && !*k->why;
}

const struct known *known_find(const struct known *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}
