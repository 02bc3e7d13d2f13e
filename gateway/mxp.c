/*
 * mxp.c - see mxp.h.
 */
#include "gateway/mxp.h"

#include "gateway/telnet.h"
#include "rt/text.h"

static const char *entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

void mxp_start(struct buf *out)
{
	telnet_sub(out, OPTION_MXP, SPAN(""));
	buf_adds(out, "\033[5z"); /* open mode, until another is set */
}

bool mxp_is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '<' || s.p[i] == '>' || s.p[i] == '&')
			return false;
	return true;
}

static void escape(struct buf *out, struct span s, bool quotes)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *name = s.p[i] == '"' && !quotes ? NULL : entity(s.p[i]);

		if (name)
			buf_adds(out, name);
		else
			buf_addc(out, s.p[i]);
	}
}

void mxp_escape(struct buf *out, struct span s)
{
	escape(out, s, false);
}

bool mxp_can_send(struct span command)
{
	for (size_t i = 0; i < command.n; i++) {
		uint8_t c = (uint8_t)command.p[i];

		if (c < 0x20 || c == 0x7f || c == '|')
			return false;
	}
	return command.n > 0;
}

void mxp_link(struct buf *out, struct span command, enum charset to)
{
	struct buf clean = { 0 }, quoted = { 0 }, bytes = { 0 };

	text_clean(&clean, command);
	escape(&quoted, buf_span(&clean), true);
	charset_encode(&bytes, buf_span(&quoted), to);
	buf_adds(out, "\033[4z<SEND href=\"");
	telnet_data(out, buf_span(&bytes));
	buf_adds(out, "\">");
	buf_done(&clean);
	buf_done(&quoted);
	buf_done(&bytes);
}

void mxp_link_end(struct buf *out)
{
	buf_adds(out, "\033[4z</SEND>");
}
