/*
 * client_telnet_impl.h - what client_telnet.c and client_telnet_sub.c share.
 */
#pragma once

#include "gateway/client.h"
#include "gateway/msdp.h"
#include "gateway/telnet.h"
#include "gateway/telopt.h"
#include "gateway/terminal.h"

struct telnet_client {
	struct client c;
	struct telnet telnet;
	struct telopt options;
	struct terminal terminal;
	struct mccp mccp;
	struct msdp *msdp; /* NULL: does not speak it */
	char **supports;   /* what the world was told last, with MSDP's packages */
	size_t inflated;   /* in this turn */
	uint32_t window;
	uint16_t commands; /* in this window */
	uint8_t overlong;
	bool mxp;
};

static inline struct telnet_client *telnet_of(struct client *c)
{
	return (struct telnet_client *)c;
}

static inline bool has_gmcp(const struct telnet_client *t)
{
	return telopt_us(&t->options, OPTION_GMCP) || telopt_him(&t->options, OPTION_GMCP);
}

static inline bool is_open(const struct telnet_client *t)
{
	return t->c.session && !t->c.doomed;
}

/* A subnegotiation. */
void client_telnet_sub(struct telnet_client *t, const struct telnet_event *ev);
/* The line that is complete; true: it was for the gateway itself. */
bool client_telnet_word(struct telnet_client *t);
