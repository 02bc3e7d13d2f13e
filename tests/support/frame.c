/* frame.c - see frame.h. */
#include "tests/support/frame.h"

#include <string.h>

enum { BINARY = 2, MASKED = 0x80, SHORT_MAX = 125 };

struct span frame_request(void)
{
	return SPAN("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
		    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		    "Sec-WebSocket-Protocol: terminal.mudstandards.org\r\n\r\n");
}

size_t frame_put(uint8_t *ret, const char *text, size_t n)
{
	size_t at = 2;

	ret[0] = 0x80 | BINARY;
	ret[1] = (uint8_t)(MASKED | (n > SHORT_MAX ? 126 : n));
	if (n > SHORT_MAX) {
		ret[at++] = (uint8_t)(n >> 8);
		ret[at++] = (uint8_t)n;
	}
	memset(ret + at, 0, 4); /* a mask that changes nothing costs the server the same */
	memcpy(ret + at + 4, text, n);
	return at + 4 + n;
}

/* A byte of a frame's head. */
static void take_head(struct frame *f, uint8_t c)
{
	f->head[f->n++] = c;
	if (f->n == 2)
		f->need = (uint8_t)(2 + (c == 126 ? 2 : c == 127 ? 8 : 0));
	if (f->n < 2 || f->n < f->need)
		return;
	f->opcode = f->head[0] & 0x0f;
	f->left = f->need == 2 ? f->head[1] : 0;
	for (uint8_t i = 2; i < f->need; i++)
		f->left = f->left << 8 | f->head[i];
	f->n = 0;
}

enum frame_byte frame_take(struct frame *f, uint8_t c)
{
	if (!f->left) {
		take_head(f, c);
		return FRAME_NOTHING;
	}
	f->left--;
	if (f->opcode != BINARY)
		return FRAME_NOTHING;
	return f->left ? FRAME_TEXT : FRAME_END;
}
