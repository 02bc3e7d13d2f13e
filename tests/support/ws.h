/*
 * ws.h - a browser at a WebSocket, for tests: asks for the upgrade, sends and reads messages with a
 * deadline, keeps what was said; plain or over TLS (any certificate will do).  The server's frames are
 * checked by wslay: one that breaks RFC 6455 ends the test.
 *
 *	struct ws w;
 *
 *	ws_open(&w, &(struct ws_spec){ .port = port, .protocols = "gmcp.mudstandards.org" });
 *	ws_expect(&w, "Name:");
 *	ws_line(&w, "guest");
 *	ws_send_text(&w, "Core.Supports.Set [\"Mudlark.Session 1\"]");
 *	token = ws_data(&w, "Mudlark.Session.Token", TALK_US);
 *
 * What does not come in time ends the test with the transcript.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "tests/support/talk.h"

/* Before a text message in `text`, when the order of all messages matters (`is_mixed`). */
#define WS_DATA "\006"

struct ws_spec {
	uint16_t port;
	const char *to;	  /* NULL: 127.0.0.1 */
	const char *from; /* our own address; NULL: any */
	bool tls;
	bool is_mixed; /* `text` has text messages, too, as WS_DATA message \n; TALK_GO behind other messages that
			* do not end a line */
	const char *path;      /* NULL: /ws */
	const char *protocols; /* Sec-WebSocket-Protocol, as it stands; NULL: none */
	const char *origin;    /* NULL: none */
	const char *headers;   /* further lines, each ended by CR LF; NULL: none */
	const char *who;       /* for messages; NULL: "browser" */
};

struct ws {
	int fd; /* -1: closed, by either side */
	const char *who;
	bool is_mixed;
	void *tls, *context; /* SSL, wslay's */
	struct buf in;	     /* bytes that wslay has not seen */
	struct buf head;     /* the answer to the upgrade, terminated */
	struct buf text;     /* payload of binary messages without colours and CR, terminated */
	size_t at;	     /* everything before was looked at */
	struct buf data;     /* text messages, each ended by \n, terminated */
	size_t data_at;
	size_t n_binary, n_text; /* messages */
	size_t pings, pongs;	 /* from the server */
	struct buf pong;	 /* payload of the last, terminated */
	uint16_t code;		 /* of the server's close frame; 0: none came */
	uint8_t opcode;		 /* of the frame being read */
	char protocol[64];	 /* that the server chose; "" */
};

/* Connects and asks for the upgrade; dies when it is refused. */
void ws_open(struct ws *w, const struct ws_spec *spec);
/* The same, but gives the status of the answer: 101, 403 ...; 0: none came. Other than 101: closed. */
int ws_try(struct ws *w, const struct ws_spec *spec);
/* Connects (and does the TLS handshake) and asks for nothing: for ws_bytes(). */
void ws_connect(struct ws *w, const struct ws_spec *spec);
/* Without a good-bye. Frees what is held; to be called also when the server has closed. */
void ws_close(struct ws *w);

void ws_send_text(struct ws *w, const char *text);
void ws_send_binary(struct ws *w, const void *p, size_t n);
/* A typed line: a binary message. */
void ws_line(struct ws *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void ws_ping(struct ws *w, const char *payload);
/* A close frame; the answer is waited for by ws_code(). */
void ws_say_close(struct ws *w, uint16_t code, const char *reason);
/* A frame as given, masked with `key` (NULL: not masked), in whatever state. */
struct ws_raw {
	uint8_t first; /* FIN, RSV and opcode */
	const char *key;
	struct span payload;
};
void ws_raw(struct ws *w, const struct ws_raw *frame);
/* Bytes as they are. */
void ws_bytes(struct ws *w, const void *p, size_t n);

/* Reads what has come, waiting at most so long for something. false: closed, or nothing came. */
bool ws_read(struct ws *w, uint64_t within_us);
/* Waits until the text comes in binary messages behind what was looked at, and goes behind it. */
void ws_expect(struct ws *w, const char *text);
bool ws_sees(struct ws *w, const char *text, uint64_t within_us);
/* The next text message `package json` behind what was looked at: its json; NULL: none came. Valid
 * until the next read. */
const char *ws_data(struct ws *w, const char *package, uint64_t within_us);
/* Waits until a text message that contains the text comes, and goes behind it. */
void ws_expect_data(struct ws *w, const char *text);
/* Waits until the server has closed; the code of its close frame, 0: it sent none. */
uint16_t ws_code(struct ws *w, uint64_t within_us);
/* How often the text is in all binary messages. */
size_t ws_count(const struct ws *w, const char *text);

/* `guest` and the first prompt. */
void ws_enter_guest(struct ws *w);
/* A new account from the first prompt on; then in play. */
void ws_enter_new(struct ws *w, const char *name, const char *password);
/* One HTTP request as it stands; everything that comes back until the server closes, or for so long.
 * Freed by the caller. */
char *ws_http(uint16_t port, bool tls, const char *request, uint64_t within_us) MUST_USE;
