/*
 * telnet.c - see telnet.h.  Between two calls everything known is `state` and the bytes collected
 * in `sub`, so that it does not matter where the network cut the stream.
 */
#include "gateway/telnet.h"

#include <string.h>

enum telnet_state {
	AT_TEXT,
	AT_IAC,	       /* behind IAC */
	AT_OPTION,     /* behind WILL, WONT, DO, DONT */
	AT_SUB_OPTION, /* behind SB */
	AT_SUB,	       /* in a subnegotiation */
	AT_SUB_IAC,    /* behind IAC in a subnegotiation */
	AT_NO_SUB_IAC, /* behind IAC SB IAC: some clients send `IAC SB IAC SE` */
};

void telnet_done(struct telnet *t)
{
	buf_done(&t->sub);
}

static size_t until_iac(struct span in)
{
	const char *iac = memchr(in.p, TELNET_IAC, in.n);

	return iac ? (size_t)(iac - in.p) : in.n;
}

static void advance(struct span *in, size_t n)
{
	in->p += n;
	in->n -= n;
}

/* Adds to the subnegotiation; true when that takes it over its cap. */
static bool collect(struct telnet *t, const char *p, size_t n)
{
	size_t cap = t->option == OPTION_GMCP ? TELNET_GMCP_MAX : TELNET_SUB_MAX;

	if (t->overlong)
		return false;
	if (n > cap - t->sub.n) {
		buf_clear(&t->sub);
		t->overlong = true;
		return true;
	}
	buf_add(&t->sub, p, n);
	return false;
}

static void begin_sub(struct telnet *t, uint8_t option)
{
	t->option = option;
	t->overlong = false;
	t->state = AT_SUB;
}

/* A byte behind IAC outside of a subnegotiation; true: *ret is an event. */
static bool take_command(struct telnet *t, uint8_t c, struct telnet_event *ret)
{
	static const char iac[] = { (char)TELNET_IAC };

	t->state = AT_TEXT;
	switch (c) {
	case TELNET_IAC:
		*ret = (struct telnet_event){ .kind = TELNET_KIND_TEXT, .data = { iac, 1 } };
		return true;
	case TELNET_SB:
		t->state = AT_SUB_OPTION;
		return false;
	case TELNET_WILL:
	case TELNET_WONT:
	case TELNET_DO:
	case TELNET_DONT:
		t->command = c;
		t->state = AT_OPTION;
		return false;
	default:
		*ret = (struct telnet_event){ .kind = TELNET_KIND_COMMAND, .command = c };
		return true;
	}
}

/* A byte behind IAC in a subnegotiation. Anything but SE and IAC means that its end got lost. */
static bool take_sub_command(struct telnet *t, uint8_t c, struct telnet_event *ret)
{
	static const char iac[] = { (char)TELNET_IAC };

	if (c == TELNET_IAC) {
		t->state = AT_SUB;
		*ret = (struct telnet_event){ .kind = TELNET_KIND_OVERLONG, .option = t->option };
		return collect(t, iac, 1);
	}
	if (c != TELNET_SE) {
		buf_clear(&t->sub);
		return take_command(t, c, ret);
	}
	t->state = AT_TEXT;
	*ret = (struct telnet_event){
		.kind = TELNET_KIND_SUB,
		.option = t->option,
		.data = buf_span(&t->sub),
	};
	return !t->overlong;
}

static bool take(struct telnet *t, uint8_t c, struct telnet_event *ret)
{
	switch (t->state) {
	case AT_IAC:
		return take_command(t, c, ret);
	case AT_OPTION:
		t->state = AT_TEXT;
		*ret = (struct telnet_event){
			.kind = TELNET_KIND_OPTION,
			.command = t->command,
			.option = c,
		};
		return true;
	case AT_SUB_OPTION:
		if (c == TELNET_IAC)
			t->state = AT_NO_SUB_IAC;
		else
			begin_sub(t, c);
		return false;
	case AT_SUB_IAC:
		return take_sub_command(t, c, ret);
	case AT_NO_SUB_IAC:
		if (c == TELNET_IAC)
			begin_sub(t, c);
		else if (c != TELNET_SE)
			return take_command(t, c, ret);
		else
			t->state = AT_TEXT;
		return false;
	default:
		t->state = t->state == AT_SUB ? AT_SUB_IAC : AT_IAC;
		return false;
	}
}

bool telnet_next(struct telnet *t, struct span *in, struct telnet_event *ret)
{
	if (t->state == AT_TEXT && t->sub.p)
		buf_clear(&t->sub);
	while (in->n > 0) {
		bool event = false;
		size_t n = 0;

		if (t->state == AT_TEXT || t->state == AT_SUB)
			n = until_iac(*in);
		if (n > 0 && t->state == AT_TEXT) {
			*ret = (struct telnet_event){
				.kind = TELNET_KIND_TEXT,
				.data = { in->p, n },
			};
			event = true;
		} else if (n > 0) {
			*ret = (struct telnet_event){
				.kind = TELNET_KIND_OVERLONG,
				.option = t->option,
			};
			event = collect(t, in->p, n);
		} else {
			n = 1;
			event = take(t, (uint8_t)in->p[0], ret);
		}
		advance(in, n);
		if (event)
			return true;
	}
	return false;
}

void telnet_data(struct buf *out, struct span bytes)
{
	while (bytes.n > 0) {
		size_t n = until_iac(bytes);

		buf_add(out, bytes.p, n);
		advance(&bytes, n);
		if (bytes.n == 0)
			break;
		telnet_command(out, TELNET_IAC);
		advance(&bytes, 1);
	}
}

void telnet_command(struct buf *out, uint8_t command)
{
	const uint8_t bytes[] = { TELNET_IAC, command };

	buf_add(out, bytes, sizeof(bytes));
}

void telnet_option(struct buf *out, uint8_t command, uint8_t option)
{
	const uint8_t bytes[] = { TELNET_IAC, command, option };

	buf_add(out, bytes, sizeof(bytes));
}

void telnet_sub(struct buf *out, uint8_t option, struct span bytes)
{
	telnet_option(out, TELNET_SB, option);
	telnet_data(out, bytes);
	telnet_command(out, TELNET_SE);
}
