/* transcript.c - see transcript.h. */
#include "tests/support/transcript.h"

#include <zlib.h>

#include "tests/support/die.h"
#include "tests/support/tap.h"
#include "tests/support/telnet_names.h"

enum { IAC = 255, SB = 250, SE = 240, WILL = 251, MCCP2 = 86, MCCP3 = 87 };
enum { NAWS = 31, MSDP = 69, MSSP = 70, GMCP = 201 };
enum state { TEXT, COMMAND, OPTION, SUB_OPTION, SUB, SUB_IAC };

struct side {
	char sign;
	uint8_t start; /* the option whose subnegotiation begins compression */
	enum state state;
	uint8_t command, option;
	bool elided, was_text, inflating;
	struct buf run;	 /* text, or data of a subnegotiation */
	struct buf line; /* of the transcript, not complete */
	z_stream z;
	struct buf *out;
};

/* A byte behind the tokens that are there already. */
static void add_byte(struct buf *out, uint8_t c, bool numbers, bool *quoted)
{
	bool plain = c >= ' ' && c < 127 && !numbers;

	if (plain != *quoted)
		buf_adds(out, plain ? " \"" : "\"");
	*quoted = plain;
	if (plain && (c == '"' || c == '\\'))
		buf_addc(out, '\\');
	if (plain)
		buf_addc(out, (char)c);
	else if (!numbers && (c == '\r' || c == '\n'))
		buf_adds(out, c == '\r' ? " CR" : " LF");
	else if (c == IAC)
		buf_adds(out, " IAC");
	else
		buf_addf(out, " %u", c);
}

static void add_run(struct side *s, bool numbers)
{
	const uint8_t *p = (const uint8_t *)buf_p(&s->run);
	bool quoted = false;

	for (size_t i = 0; i < s->run.n; i++)
		add_byte(&s->line, p[i], numbers, &quoted);
	if (quoted)
		buf_addc(&s->line, '"');
	buf_clear(&s->run);
}

static void begin_line(struct side *s)
{
	buf_addf(&s->line, "%c%s", s->sign, s->inflating ? "z" : "");
}

static void end_line(struct side *s)
{
	buf_addc(&s->line, '\n');
	buf_add(s->out, buf_p(&s->line), s->line.n);
	buf_clear(&s->line);
}

static void end_text(struct side *s)
{
	if (!s->run.n)
		return;
	if (s->sign == '>') {
		begin_line(s);
		add_run(s, false);
		end_line(s);
	} else if (!s->was_text) {
		begin_line(s);
		buf_adds(&s->line, " text");
		end_line(s);
	}
	s->was_text = true;
	buf_clear(&s->run);
}

static void add_name(struct buf *out, const char *name, uint8_t byte)
{
	if (name)
		buf_addf(out, " %s", name);
	else
		buf_addf(out, " %u", byte);
}

static void say_command(struct side *s, uint8_t command)
{
	begin_line(s);
	buf_adds(&s->line, " IAC");
	add_name(&s->line, telnet_command_name(command), command);
	s->was_text = false;
}

static enum state take_command(struct side *s, uint8_t c)
{
	if (c == IAC) {
		buf_addc(&s->run, (char)IAC);
		buf_addc(&s->run, (char)IAC);
		return TEXT;
	}
	end_text(s);
	s->command = c;
	say_command(s, c);
	if (c == SB)
		return SUB_OPTION;
	if (c >= WILL)
		return OPTION;
	end_line(s);
	return TEXT;
}

/* True: what follows is compressed. */
static bool end_sub(struct side *s)
{
	if (s->elided)
		buf_adds(&s->line, " ...");
	else
		add_run(s, s->option == NAWS);
	buf_clear(&s->run);
	buf_adds(&s->line, " IAC SE");
	end_line(s);
	s->state = TEXT;
	return s->option == s->start;
}

static bool take(struct side *s, uint8_t c)
{
	switch (s->state) {
	case TEXT:
		if (c == IAC)
			s->state = COMMAND;
		else
			buf_addc(&s->run, (char)c);
		break;
	case COMMAND:
		s->state = take_command(s, c);
		break;
	case OPTION:
	case SUB_OPTION:
		add_name(&s->line, telnet_option_name(c), c);
		s->option = c;
		s->elided = s->sign == '<' && (c == GMCP || c == MSDP || c == MSSP);
		if (s->state == OPTION)
			end_line(s);
		s->state = s->state == OPTION ? TEXT : SUB;
		break;
	case SUB:
		if (c == IAC)
			s->state = SUB_IAC;
		else
			buf_addc(&s->run, (char)c);
		break;
	case SUB_IAC:
		if (c == SE)
			return end_sub(s);
		buf_addc(&s->run, (char)IAC);
		buf_addc(&s->run, (char)c);
		s->state = SUB;
		break;
	}
	return false;
}

static void take_inflated(struct side *s, struct span bytes)
{
	uint8_t plain[4096];

	s->z.next_in = (uint8_t *)(uintptr_t)bytes.p;
	s->z.avail_in = (uInt)bytes.n;
	do {
		int r;

		s->z.next_out = plain;
		s->z.avail_out = sizeof(plain);
		r = inflate(&s->z, Z_SYNC_FLUSH);
		for (uint8_t *p = plain; p < s->z.next_out; p++)
			take(s, *p);
		if (r == Z_STREAM_END) {
			end_text(s);
			s->inflating = false;
		} else if (r != Z_OK && r != Z_BUF_ERROR)
			die("a recorded stream does not inflate: %s", s->z.msg ? s->z.msg : "?");
	} while (s->inflating && !s->z.avail_out);
	bytes = (struct span){ (const char *)s->z.next_in, s->z.avail_in };
	if (s->inflating)
		return;
	inflateEnd(&s->z);
	for (size_t i = 0; i < bytes.n; i++)
		take(s, (uint8_t)bytes.p[i]);
}

static void take_piece(struct side *s, struct span bytes)
{
	while (bytes.n && !s->inflating) {
		bool begins = take(s, (uint8_t)*bytes.p);

		bytes.p++;
		bytes.n--;
		if (!begins)
			continue;
		s->z = (z_stream){ 0 };
		s->inflating = inflateInit(&s->z) == Z_OK;
	}
	if (bytes.n)
		take_inflated(s, bytes);
	if (s->state == TEXT)
		end_text(s);
}

struct buf transcript_of(struct span recording)
{
	struct buf out = { 0 };
	struct side sides[] = {
		[TAP_CLIENT] = { .sign = '>', .start = MCCP3, .out = &out },
		[TAP_SERVER] = { .sign = '<', .start = MCCP2, .out = &out },
	};
	struct tap_piece piece;

	while (tap_next(&recording, &piece))
		take_piece(&sides[piece.from], piece.bytes);
	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		if (sides[i].inflating)
			inflateEnd(&sides[i].z);
		buf_done(&sides[i].run);
		buf_done(&sides[i].line);
	}
	*buf_reserve(&out, 1) = '\0';
	return out;
}
