/*
 * telnet.h - the Telnet wire (RFC 854, 855) as a pure parser: bytes in, events out, no socket.
 *
 *	while (telnet_next(&t, &in, &ev))
 *		switch (ev.kind) ...
 *
 * However the bytes are split over calls, the same events come out (runs of text may be cut
 * anywhere).  Memory is held only while a subnegotiation is being collected, and at most its cap.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum telnet_command {
	TELNET_EOR = 239,
	TELNET_SE = 240,
	TELNET_NOP,
	TELNET_DM,
	TELNET_BRK,
	TELNET_IP,
	TELNET_AO,
	TELNET_AYT,
	TELNET_EC,
	TELNET_EL,
	TELNET_GA,
	TELNET_SB,
	TELNET_WILL,
	TELNET_WONT,
	TELNET_DO,
	TELNET_DONT,
	TELNET_IAC = 255,
};

enum telnet_option {
	OPTION_ECHO = 1,	 /* RFC 857 */
	OPTION_SGA = 3,		 /* RFC 858 */
	OPTION_TTYPE = 24,	 /* RFC 1091, and MTTS */
	OPTION_EOR = 25,	 /* RFC 885 */
	OPTION_NAWS = 31,	 /* RFC 1073 */
	OPTION_NEW_ENVIRON = 39, /* RFC 1572, and MNES */
	OPTION_CHARSET = 42,	 /* RFC 2066 */
	OPTION_MSDP = 69,
	OPTION_MSSP = 70,
	OPTION_MCCP2 = 86,
	OPTION_MCCP3 = 87,
	OPTION_MXP = 91,
	OPTION_GMCP = 201,
};

enum {
	TELNET_SUB_MAX = 8 << 10, /* bytes of a subnegotiation; longer ones are thrown away */
	TELNET_GMCP_MAX = 16 << 10,
	TELNET_OVERLONG_MAX = 3, /* so many of those end the connection */
};

enum telnet_kind {
	TELNET_KIND_TEXT,     /* data: a run of bytes for the line editor */
	TELNET_KIND_COMMAND,  /* command: IAC and one byte */
	TELNET_KIND_OPTION,   /* command: WILL, WONT, DO or DONT; option */
	TELNET_KIND_SUB,      /* option; data: what stood between SB and SE, IAC IAC made one */
	TELNET_KIND_OVERLONG, /* option: its subnegotiation passed the cap and is skipped */
};

struct telnet_event {
	enum telnet_kind kind;
	uint8_t command, option;
	struct span data; /* valid until the next call */
};

struct telnet {
	struct buf sub;
	uint8_t state, command, option;
	bool overlong;
};

void telnet_done(struct telnet *t);
/* Takes bytes off *in until there is an event; false when *in is used up. */
bool telnet_next(struct telnet *t, struct span *in, struct telnet_event *ret);

/*
 * The one place that doubles 0xFF on its way out.  Everything a telnet client is sent is made by
 * these: text, and commands of the server.
 */
void telnet_data(struct buf *out, struct span bytes);
void telnet_command(struct buf *out, uint8_t command);
void telnet_option(struct buf *out, uint8_t command, uint8_t option);
void telnet_sub(struct buf *out, uint8_t option, struct span bytes);
