/* up_play.c - what `mudlark up` says to people when all is ready: where to play. */
#include "up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

struct play_row {
	const char *option, *fallback; /* NULL: off unless it is set */
	const char *telnet;	       /* in front of a host and a port */
	const char *url;	       /* or: in front of host:port/ */
};

static const struct play_row rows[] = {
	{ "gateway.telnet", "127.0.0.1:4000", .telnet = "telnet" },
	{ "gateway.telnet_tls", NULL, .telnet = "telnet over TLS" },
	{ "gateway.web", NULL, .url = "http://" },
	{ "gateway.web_tls", NULL, .url = "https://" },
};

/* "0.0.0.0:4000" is where it listens; what a person types is a host and a port. */
static void add_address(struct buf *out, const struct play_row *row, const char *address)
{
	const char *colon = strrchr(address, ':');
	if (!colon || strcmp(colon, ":0") == 0)
		return;
	struct span host = { address, (size_t)(colon - address) };
	if (address[0] == '[') {
		host.p++;
		host.n -= 2;
	}
	if (host.n == 0 || (host.n == 7 && memcmp(host.p, "0.0.0.0", 7) == 0))
		host = SPAN("127.0.0.1");
	else if (host.n == 2 && memcmp(host.p, "::", 2) == 0)
		host = SPAN("::1");
	bool six = memchr(host.p, ':', host.n) != NULL;
	if (row->telnet)
		buf_addf(out, "play: %s %.*s %s\n", row->telnet, (int)host.n, host.p, colon + 1);
	else
		buf_addf(out, "play: %s%s%.*s%s:%s/\n", row->url, six ? "[" : "", (int)host.n,
			 host.p, six ? "]" : "", colon + 1);
}

void up_play(struct buf *out, const struct args *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(base_freep) char *set = settings_find(a, rows[i].option);
		const char *address = set ? set : rows[i].fallback;
		if (address)
			add_address(out, &rows[i], address);
	}
}
