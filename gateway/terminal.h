/*
 * terminal.h - what the program at the other end can show: name, size, colours, character set;
 * found out by TTYPE/MTTS, NAWS, CHARSET (RFC 1091, RFC 1073, RFC 2066) and MNES.
 *
 * Until it has said anything a client is taken for a plain UTF-8 terminal without colours.  What it
 * says may change at any time.
 */
#pragma once

#include "gateway/markup.h"
#include "gateway/mnes.h"
#include "gateway/telopt.h"

enum {
	TERMINAL_NAME_MAX = 40,
	TERMINAL_ROUNDS = 4, /* TTYPE questions at most */
	TERMINAL_WIDTH_MIN = 20,
	TERMINAL_WIDTH_MAX = 500,
	TERMINAL_HEIGHT_MIN = 5,
	TERMINAL_HEIGHT_MAX = 200,
};

struct terminal {
	char *client;		/* name of the program, NULL: not said */
	uint32_t last;		/* hash of the last TTYPE answer */
	uint16_t width, height; /* 0: unknown */
	uint8_t colour;		/* enum markup_colour */
	uint8_t charset;	/* enum charset, for output */
	uint8_t input;		/* enum charset, for input */
	uint8_t rounds;
	bool charset_asked;  /* our REQUEST has no answer yet */
	bool charset_agreed; /* by CHARSET or by hand: guesses do not change it */
	bool screen_reader;
	bool versioned; /* `client` has its version */
};

void terminal_done(struct terminal *t);
/* An option changed: ask what can now be asked. */
void terminal_option(struct terminal *t, const struct telopt_change *c, struct buf *out);
/* A subnegotiation; true when what the client is or can show has changed. */
bool terminal_sub(struct terminal *t, const struct telnet_event *ev, struct buf *out);
/* The name as GMCP's Core.Hello says it; used when TTYPE gave none. */
bool terminal_name(struct terminal *t, struct span name);
/* What it says by MNES; true when something has changed. */
bool terminal_env(struct terminal *t, const struct mnes_var *v);
/* The player, or a client that knows, names the character set; false: not one of ours. */
bool terminal_charset(struct terminal *t, struct span name);
/* It says that it has at least so many colours. */
void terminal_colour(struct terminal *t, enum markup_colour colour);
struct markup_kind terminal_kind(const struct terminal *t);
