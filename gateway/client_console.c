/*
 * client_console.c - see client_console.h.
 */
#include "gateway/client_console.h"

#include "gateway/client.h"

static void on_receive(struct client *c, struct span bytes)
{
	while (c->session && !c->doomed && line_next(&c->line, &bytes, NULL))
		client_line(c, CHARSET_UTF8);
}

static void ignore(UNUSED struct client *c)
{
}

static void on_data(UNUSED struct client *c, UNUSED const struct lobby_data *d)
{
}

static void on_caps(UNUSED struct client *c, Mudlark__SessionCaps *ret)
{
	static char name[] = "console";

	ret->client = name;
}

static struct markup_kind kind_of(UNUSED const struct client *c)
{
	return (struct markup_kind){ .colour = COLOUR_NONE, .charset = CHARSET_UTF8 };
}

const struct protocol protocol_console = {
	.name = "console",
	.size = sizeof(struct client),
	.trusted = true,
	.start = ignore,
	.done = ignore,
	.receive = on_receive,
	.hide = ignore,
	.prompted = ignore,
	.ping = ignore,
	.data = on_data,
	.caps = on_caps,
	.kind = kind_of,
};
