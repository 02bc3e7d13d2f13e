/*
 * mssp.c - see mssp.h.
 */
#include "gateway/mssp.h"

#include <string.h>
#include "gateway/charset.h"
#include "rt/text.h"

void mssp_done(struct mssp *m)
{
	buf_done(&m->vars);
}

/* A text that has neither control characters nor, being UTF-8, any byte of the protocol. */
static void add_clean(struct buf *out, const char *s, size_t max)
{
	struct buf clean = { 0 };

	text_clean(&clean, (struct span){ s, strlen(s) });
	buf_add(out, buf_p(&clean), text_cut(buf_span(&clean), max));
	buf_done(&clean);
}

static void add_name(struct buf *out, const char *name)
{
	buf_addc(out, MSSP_VAR);
	add_clean(out, name, MSSP_NAME_MAX);
}

static void add_value(struct buf *out, const char *value)
{
	buf_addc(out, MSSP_VAL);
	add_clean(out, value, MSSP_VALUE_MAX);
}

static void add_pair(struct buf *out, const char *name, const char *value)
{
	add_name(out, name);
	add_value(out, value);
}

void mssp_learn(struct mssp *m, const Mudlark__Info *info)
{
	const char *before = "";

	buf_clear(&m->vars);
	for (size_t i = 0; i < info->n_vars && i < MSSP_VARS; i++) {
		const Mudlark__InfoVar *v = info->vars[i];

		if (strcmp(before, v->name) != 0)
			add_name(&m->vars, v->name);
		add_value(&m->vars, v->value);
		before = v->name;
	}
}

/* Up to the next byte of the protocol; *s goes on behind it. */
static struct span take_text(struct span *s)
{
	size_t n = 0;
	struct span text;

	while (n < s->n && s->p[n] != MSSP_VAR && s->p[n] != MSSP_VAL)
		n++;
	text = (struct span){ s->p, n };
	*s = (struct span){ s->p + n, s->n - n };
	return text;
}

struct span mssp_value(const struct mssp *m, const char *name)
{
	struct span s = buf_span(&m->vars), want = { name, strlen(name) };

	while (s.n > 0) {
		bool is_name = s.p[0] == MSSP_VAR;
		struct span text;

		s = (struct span){ s.p + 1, s.n - 1 };
		text = take_text(&s);
		if (!is_name || text.n != want.n || memcmp(text.p, want.p, want.n) != 0 || s.n == 0)
			continue;
		s = (struct span){ s.p + 1, s.n - 1 };
		return take_text(&s);
	}
	return (struct span){ "", 0 };
}

/* What no world has to say. */
struct mssp_row {
	const char *name, *value;
};

/* clang-format off */
static const struct mssp_row rows[] = {
	{ "CODEBASE",          "Mudlark" },
	{ "ANSI",              "1" },
	{ "VT100",             "0" },
	{ "XTERM 256 COLORS",  "1" },
	{ "XTERM TRUE COLORS", "1" },
	{ "UTF-8",             "1" },
	{ "GMCP",              "1" },
	{ "MSDP",              "1" },
	{ "MXP",               "1" },
	{ "MCP",               "0" },
	{ "MSP",               "0" },
	{ "PUEBLO",            "0" },
};
/* clang-format on */

static void add_missing(struct buf *out, const struct mssp *m, const char *name, const char *value)
{
	if (mssp_value(m, name).n == 0)
		add_pair(out, name, value);
}

static void add_number(struct buf *out, const struct mssp *m, const char *name, int64_t v)
{
	struct buf digits = { 0 };

	buf_addf(&digits, "%lld%c", (long long)v, '\0');
	add_missing(out, m, name, buf_p(&digits));
	buf_done(&digits);
}

static void add_charsets(struct buf *out)
{
	add_name(out, "CHARSET");
	for (int set = 0; set < CHARSETS; set++)
		add_value(out, charset_name((enum charset)set));
}

void mssp_vars(struct buf *out, const struct mssp *m, const struct mssp_own *own)
{
	buf_add(out, buf_p(&m->vars), m->vars.n);
	/* Required, so also before any world has told them. */
	add_missing(out, m, "NAME", "Mudlark");
	add_missing(out, m, "PLAYERS", "0");
	add_number(out, m, "UPTIME", own->since_s);
	if (own->port > 0)
		add_number(out, m, "PORT", own->port);
	if (own->tls_port > 0) {
		add_number(out, m, "SSL", own->tls_port);
		add_number(out, m, "TLS", own->tls_port);
	}
	add_number(out, m, "MCCP", own->compress);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_missing(out, m, rows[i].name, rows[i].value);
	if (mssp_value(m, "CHARSET").n == 0)
		add_charsets(out);
}

void mssp_lines(struct buf *out, const struct mssp *m, const struct mssp_own *own)
{
	struct buf vars = { 0 };
	struct span s;

	mssp_vars(&vars, m, own);
	buf_adds(out, "\r\nMSSP-REPLY-START");
	for (s = buf_span(&vars); s.n > 0;) {
		bool is_name = s.p[0] == MSSP_VAR;
		struct span text;

		s = (struct span){ s.p + 1, s.n - 1 };
		text = take_text(&s);
		buf_adds(out, is_name ? "\r\n" : "\t");
		buf_add(out, text.p, text.n);
	}
	buf_adds(out, "\r\nMSSP-REPLY-END\r\n");
	buf_done(&vars);
}
