/*
 * negotiation.h - a recorded negotiation (tests/support/transcript.h) made bytes again: what a client sent,
 * with the moments in between at which the game hid and showed what is typed.
 */
#pragma once

#include <zlib.h>
#include "tests/support/telnet_names.h"
#include "tests/unit/gateway/bytes.h"

enum { NEG_STEPS_MAX = 16, NEG_LINE_MAX = 4096 };

struct neg_step {
	enum { NEG_BYTES, NEG_HIDE, NEG_SHOW } kind;
	struct buf bytes;
};

struct negotiation {
	struct neg_step steps[NEG_STEPS_MAX];
	size_t n;
	struct buf server; /* the server's lines */
	z_stream z;	   /* of MCCP3 */
	bool deflating;
};

static struct neg_step *neg_add(struct negotiation *g, unsigned kind)
{
	struct neg_step *s = &g->steps[g->n];

	if (kind == NEG_BYTES && g->n && s[-1].kind == NEG_BYTES)
		return s - 1;
	ck_assert_uint_lt(g->n, NEG_STEPS_MAX);
	g->n++;
	s->kind = kind;
	return s;
}

static const char *neg_quoted(const char *p, struct buf *out)
{
	for (p++; *p != '"'; p++) {
		ck_assert(*p);
		if (*p == '\\')
			p++;
		buf_addc(out, *p);
	}
	return p + 1;
}

static void neg_tokens(const char *p, struct buf *out)
{
	while (*(p += strspn(p, " "))) {
		size_t n = strcspn(p, " ");
		int byte;

		if (*p == '"') {
			p = neg_quoted(p, out);
			continue;
		}
		if (!strncmp(p, "CR", n) || !strncmp(p, "LF", n))
			byte = *p == 'C' ? '\r' : '\n';
		else if (*p >= '0' && *p <= '9')
			byte = atoi(p);
		else
			byte = telnet_byte_of(p, n);
		ck_assert_msg(byte >= 0 && byte < 256, "what is %s?", p);
		buf_addc(out, (char)byte);
		p += n;
	}
}

static void neg_deflate(struct negotiation *g, const struct buf *plain, struct buf *out)
{
	if (!g->deflating)
		ck_assert_int_eq(deflateInit(&g->z, Z_DEFAULT_COMPRESSION), Z_OK);
	g->deflating = true;
	g->z.next_in = (uint8_t *)(uintptr_t)buf_p(plain);
	g->z.avail_in = (uInt)plain->n;
	g->z.avail_out = NEG_LINE_MAX;
	g->z.next_out = (uint8_t *)buf_reserve(out, NEG_LINE_MAX);
	ck_assert_int_eq(deflate(&g->z, Z_SYNC_FLUSH), Z_OK);
	buf_commit(out, NEG_LINE_MAX - g->z.avail_out);
}

static void neg_line(struct negotiation *g, const char *line)
{
	bool z = line[0] && line[1] == 'z';
	struct buf plain = { 0 };

	if (*line == '<') {
		buf_addf(&g->server, "%s\n", line);
		if (strstr(line, " IAC WILL ECHO"))
			neg_add(g, NEG_HIDE);
		if (strstr(line, " IAC WONT ECHO"))
			neg_add(g, NEG_SHOW);
	}
	if (*line != '>')
		return;
	neg_tokens(line + 1 + z, z ? &plain : &neg_add(g, NEG_BYTES)->bytes);
	if (z)
		neg_deflate(g, &plain, &neg_add(g, NEG_BYTES)->bytes);
	buf_done(&plain);
}

/* The path is from the root of the repository. */
static struct negotiation *neg_read(const char *path)
{
	struct negotiation *g = base_alloc(1, sizeof(*g));
	FILE *f = fopen(path, "re");
	char line[NEG_LINE_MAX];

	ck_assert_msg(f != NULL, "cannot read %s", path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		neg_line(g, line);
	}
	fclose(f);
	buf_addc(&g->server, '\0');
	return g;
}

static void neg_free(struct negotiation *g)
{
	for (size_t i = 0; i < g->n; i++)
		buf_done(&g->steps[i].bytes);
	buf_done(&g->server);
	if (g->deflating)
		deflateEnd(&g->z);
	free(g);
}
