/*
 * mode_saved.c - one player reads what a game has to say, compressed by MCCP2: how many bytes were on the
 * wire, and how many they were before.
 */
#include "tests/bench/mode.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

#include "rt/buf.h"
#include "tests/support/die.h"
#include "tests/support/talk.h"

#define DO_MCCP2 "\xff\xfd\x56"
#define BEGINS "\xff\xfa\x56\xff\xf0"
#define GA "\xff\xf9"

enum { ANSWER_MS = 5000 };

/* A walk, and what one asks on it. */
static const char *const lines[] = {
	"guest",
	"look",
	"help",
	"help look",
	"who",
	"score",
	"inventory",
	"get boat",
	"inventory",
	"exits",
	"down",
	"look",
	"get penny",
	"say good morning",
	"up",
	"up",
	"look",
	"north",
	"look",
	"south",
	"east",
	"look",
	"west",
	"help say",
	"emote looks about",
	"drop boat",
	"look",
};

struct reader {
	int fd;
	z_stream z;
	bool inflating;
	struct buf plain;
	uint64_t wire, said;
};

static void take(struct reader *r, uint8_t *p, size_t n)
{
	r->wire += n;
	r->z.next_in = p;
	r->z.avail_in = (uInt)n;
	while (r->z.avail_in) {
		uint8_t *to = (uint8_t *)buf_reserve(&r->plain, 65536);

		r->z.next_out = to;
		r->z.avail_out = 65536;
		if (inflate(&r->z, Z_SYNC_FLUSH) != Z_OK)
			die("MCCP2: %s", r->z.msg ? r->z.msg : "ended");
		buf_commit(&r->plain, (size_t)(r->z.next_out - to));
		r->said += (uint64_t)(r->z.next_out - to);
	}
}

/* Reads until the text is there, and drops all up to its end. */
static void until(struct reader *r, const char *text)
{
	size_t length = strlen(text);

	for (;;) {
		const char *at = memmem(buf_p(&r->plain), r->plain.n, text, length);
		struct pollfd p = { .fd = r->fd, .events = POLLIN };
		uint8_t bytes[65536];
		ssize_t n;

		if (at) {
			buf_drain(&r->plain, (size_t)(at - buf_p(&r->plain)) + length);
			return;
		}
		n = poll(&p, 1, ANSWER_MS) > 0 ? recv(r->fd, bytes, sizeof(bytes), 0) : 0;
		if (n <= 0)
			die("no answer");
		if (r->inflating)
			take(r, bytes, (size_t)n);
		else
			buf_add(&r->plain, bytes, (size_t)n);
	}
}

void mode_saved(const struct target *t, const struct mode_conf *c UNUSED, struct figures *ret)
{
	struct reader r = { 0 };
	struct talk talk;

	talk_open(&talk, "reader", t->ports[WAY_TELNET]);
	r.fd = talk.fd;
	until(&r, "Name:");
	until(&r, GA);
	talk_bytes(&talk, DO_MCCP2, 3);
	until(&r, BEGINS);
	if (inflateInit(&r.z) != Z_OK)
		die("inflateInit");
	r.inflating = true;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		talk_line(&talk, "%s", lines[i]);
		until(&r, "> " GA);
	}
	ret->clients = 1;
	ret->n = r.said;
	ret->saved = 1 - (double)r.wire / (double)r.said;
	inflateEnd(&r.z);
	buf_done(&r.plain);
	talk_close(&talk);
}
