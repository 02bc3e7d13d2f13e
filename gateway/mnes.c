/*
 * mnes.c - see mnes.h.  Old BSD clients have VAR and VALUE the wrong way round; as a list cannot begin
 * with a VALUE, they are known by that (RFC 1571).
 */
#include "gateway/mnes.h"

#include <string.h>
#include "gateway/telnet.h"

enum { MNES_IS = 0, MNES_SEND = 1, MNES_INFO = 2 };
enum { MNES_VAR = 0, MNES_VALUE = 1, MNES_ESC = 2, MNES_USERVAR = 3 };

void mnes_ask(struct buf *out)
{
	static const char body[] = "\1\0CLIENT_NAME\0CLIENT_VERSION\0CHARSET\0MTTS\0TERMINAL_TYPE"
				   "\3RESUME_TOKEN";

	telnet_sub(out, OPTION_NEW_ENVIRON, SPAN(body));
}

bool mnes_begin(struct mnes *m, struct span sub)
{
	*m = (struct mnes){ 0 };
	if (sub.n < 2 || (sub.p[0] != MNES_IS && sub.p[0] != MNES_INFO))
		return false;
	m->rest = (struct span){ sub.p + 1, sub.n - 1 };
	m->swapped = m->rest.p[0] == MNES_VALUE;
	return true;
}

/* The kind of what begins here; -1: at the end. */
static int take_kind(struct mnes *m)
{
	int kind;

	if (m->rest.n == 0)
		return -1;
	kind = (uint8_t)m->rest.p[0];
	m->rest = (struct span){ m->rest.p + 1, m->rest.n - 1 };
	if (m->swapped && kind <= MNES_VALUE)
		kind = MNES_VALUE - kind;
	return kind;
}

static bool is_kind(char c)
{
	return (uint8_t)c <= MNES_USERVAR && c != MNES_ESC;
}

/* Text up to the next kind, of at most max bytes; false: longer, passed over. */
static bool take_text(struct mnes *m, char *ret, size_t max, size_t *n)
{
	struct span *s = &m->rest;
	bool fits = true;

	for (*n = 0; s->n > 0 && !is_kind(s->p[0]); *s = (struct span){ s->p + 1, s->n - 1 }) {
		if (s->p[0] == MNES_ESC && s->n > 1)
			*s = (struct span){ s->p + 1, s->n - 1 };
		if (*n < max)
			ret[(*n)++] = s->p[0];
		else
			fits = false;
	}
	ret[*n] = '\0';
	return fits;
}

static bool take_var(struct mnes *m, struct mnes_var *ret)
{
	int kind = take_kind(m);
	size_t n;
	bool good = take_text(m, ret->name, MNES_NAME_MAX, &n) && n > 0;

	ret->user = kind == MNES_USERVAR;
	good = good && kind != MNES_VALUE;
	if (m->rest.n == 0 || m->rest.p[0] != (m->swapped ? MNES_VAR : MNES_VALUE))
		return false; /* it has none */
	take_kind(m);
	return take_text(m, ret->value, MNES_VALUE_MAX, &ret->n) && good;
}

bool mnes_next(struct mnes *m, struct mnes_var *ret)
{
	while (m->rest.n > 0 && m->n < MNES_VARS) {
		m->n++;
		if (take_var(m, ret))
			return true;
	}
	return false;
}
