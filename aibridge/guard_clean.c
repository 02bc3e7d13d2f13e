/*
 * guard_clean.c - a sentence of a model without what models put around speech.
 *
 * What one of them does for effect is taken off; what could be meant as something else than speech stays, for
 * guard_check() to see.
 */
#include "aibridge/guard.h"

#include <string.h>

#include "rt/text.h"

enum { DIRECTION_MAX = 60, EMOTE_MAX = 160 };

/* Passes over an escape sequence at s.p[at], which is ESC or begins a C1 control. */
static size_t escape_end(struct span s, size_t at)
{
	const bool c1 = s.p[at] != 0x1b;
	size_t i = at + (c1 ? 2 : 1);
	char kind = 0;

	if (c1)
		kind = (unsigned char)s.p[at + 1] == 0x9b ? '[' : 0;
	else if (i < s.n)
		kind = s.p[i++];
	if (kind == '[') {
		while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x40)
			i++;
		return i < s.n ? i + 1 : i;
	}
	if (kind && strchr("]PX^_", kind)) {
		while (i < s.n && s.p[i] != 7 && s.p[i] != 0x1b)
			i++;
		return i < s.n && s.p[i] == 7 ? i + 1 : i;
	}
	return i < s.n ? i : s.n;
}

/* Without sequences for terminals; line ends are spaces; clean UTF-8; one space between words. */
static void plain(struct buf *out, struct span s)
{
	struct buf rough = { 0 }, clean = { 0 };
	struct span rest, word;

	for (size_t i = 0; i < s.n;) {
		const bool c1 = (unsigned char)s.p[i] == 0xc2 && i + 1 < s.n &&
				((unsigned char)s.p[i + 1] & 0xe0) == 0x80;

		if (s.p[i] == 0x1b || c1) {
			i = escape_end(s, i);
			continue;
		}
		buf_addc(&rough, strchr("\r\n\t", s.p[i]) && s.p[i] ? ' ' : s.p[i]);
		i++;
	}
	text_clean(&clean, buf_span(&rough));
	rest = text_trim(buf_span(&clean));
	while ((word = text_word(&rest)).n) {
		if (out->n)
			buf_addc(out, ' ');
		buf_add(out, word.p, word.n);
	}
	buf_done(&rough);
	buf_done(&clean);
}

static size_t at_any(struct span s, size_t at, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const size_t len = strlen(parts[i]);

		if (s.n - at >= len && memcmp(s.p + at, parts[i], len) == 0)
			return len;
	}
	return 0;
}

/* Bold, underlined, code within a line; signs of a list at its beginning. */
static void unmark(struct buf *b)
{
	static const char *const marks[] = { "**", "__", "~~" };
	static const char *const bullets[] = { "- ", "* ", "\xe2\x80\xa2 ", "\xe2\x80\x94 " };
	const struct span s = buf_span(b);
	struct buf out = { 0 };
	size_t i = at_any(s, 0, bullets, ARRAY_LEN(bullets));

	while (i < s.n) {
		const size_t fence = at_any(s, i, (const char *const[]){ "```" }, 1);
		const size_t n = fence ? 0 : at_any(s, i, marks, ARRAY_LEN(marks));

		if (fence || (!n && s.p[i] != '`'))
			buf_add(&out, s.p + i, fence ? fence : 1);
		i += fence ? fence : n ? n : 1;
	}
	buf_done(b);
	*b = out;
}

static struct span skip(struct span s, size_t n)
{
	return text_trim((struct span){ s.p + n, s.n - n });
}

/* How long the name of the npc at the beginning is, whole or its first or last word; 0: it is not there. */
static size_t own_name(const Mudlark__AiAsk *ask, struct span s)
{
	const struct span name = { ask->view->name, strlen(ask->view->name) };
	const char *last = memrchr(name.p, ' ', name.n), *first = memchr(name.p, ' ', name.n);
	struct span forms[3] = { name, name, name };

	if (first) {
		forms[1].n = (size_t)(first - name.p);
		forms[2] = (struct span){ last + 1, name.n - (size_t)(last - name.p) - 1 };
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const size_t n = forms[i].n;

		if (n && s.n > n && text_eq_fold((struct span){ s.p, n }, forms[i]) &&
		    !((s.p[n] | 0x20) >= 'a' && (s.p[n] | 0x20) <= 'z'))
			return n;
	}
	return 0;
}

/* "Nan:", "Nan says,": what stands behind. */
static struct span without_name(const Mudlark__AiAsk *ask, struct span s)
{
	static const char *const verbs[] = { " says", " replies", " asks", " answers" };
	const size_t name = own_name(ask, s);
	const struct span rest = { s.p + name, s.n - name };

	if (!name)
		return s;
	if (rest.p[0] == ':')
		return skip(rest, 1);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		const size_t n = strlen(verbs[i]);

		if (rest.n <= n || !text_prefix_fold(rest, (struct span){ verbs[i], n }))
			continue;
		if (rest.p[n] == ',' || rest.p[n] == ':')
			return skip(rest, n + 1);
		/* "Nan says the tide ..." is about her. */
		if (rest.n > n + 1 && rest.p[n + 1] == '"')
			return skip(rest, n);
	}
	return s;
}

/* Quotes at both ends, or at one end when they have no partner; those of a prompt, too. */
static struct span without_quotes(struct span s)
{
	static const char *const quotes[] = { "\"",	      "\xe2\x80\x9c", "\xe2\x80\x9d",
					      "\xe2\x80\x9e", "\xc2\xab",     "\xc2\xbb" };
	size_t n_quotes = 0, front = at_any(s, 0, quotes, ARRAY_LEN(quotes)), back = 0;

	for (size_t i = 0; i < s.n; i++) {
		const size_t n = at_any(s, i, quotes, ARRAY_LEN(quotes));

		n_quotes += n > 0;
		if (n && i + n == s.n && i > 0)
			back = n;
	}
	if (n_quotes == 2 && front && back)
		s = (struct span){ s.p + front, s.n - front - back };
	else if (n_quotes == 1 && front)
		s = (struct span){ s.p + front, s.n - front };
	else if (n_quotes == 1 && back)
		s.n -= back;
	return text_trim(s);
}

/* Everything is an action: "*smiles*", "(smiles)", or one end of what was cut. */
static bool is_action(struct span s, struct span *ret)
{
	const char *star = memchr(s.p, '*', s.n);
	size_t stars = 0;

	for (size_t i = 0; i < s.n; i++)
		stars += s.p[i] == '*';
	if (stars && stars <= 2 && (star == s.p || stars == 1) &&
	    (s.p[s.n - 1] == '*' || stars == 1)) {
		*ret = s;
		if (s.p[0] == '*')
			*ret = skip(*ret, 1);
		if (ret->n && ret->p[ret->n - 1] == '*')
			ret->n--;
		/* Somewhere in the middle: that is something else. */
		return stars == 2 || star == s.p || star == s.p + s.n - 1;
	}
	if (s.n > 2 && s.p[0] == '(' && memchr(s.p, ')', s.n) == s.p + s.n - 1 && s.p[1] >= 'a' &&
	    s.p[1] <= 'z') {
		*ret = text_trim((struct span){ s.p + 1, s.n - 2 });
		return true;
	}
	return false;
}

/* Speech without the actions in it. */
static void add_speech(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char close = s.p[i] == '*' ? '*' : ')';
		const char *end = i + 1 < s.n ? memchr(s.p + i + 1, close, s.n - i - 1) : NULL;
		const bool opens = s.p[i] == '*' || (i == 0 && s.p[0] == '(' && s.n > 1 &&
						     s.p[1] >= 'a' && s.p[1] <= 'z');

		if (opens && end && end - (s.p + i) <= DIRECTION_MAX)
			i = (size_t)(end - s.p);
		else if (s.p[i] != '*' &&
			 !(s.p[i] == ' ' && (!out->n || buf_p(out)[out->n - 1] == ' ')))
			buf_addc(out, s.p[i]);
	}
}

/* How many bytes are in front of the first of `stops`. */
static size_t strcspn_span(struct span s, const char *stops)
{
	size_t i = 0;

	while (i < s.n && !(s.p[i] && strchr(stops, s.p[i])))
		i++;
	return i;
}

/* Not of "I", of "you", or of what is hers ("'s corpse is here"): behind its name that is another sentence. */
static bool is_of_its_own(struct span s)
{
	static const char *const others[] = { "i", "i'm", "i'll", "i've", "you", "your", "you're" };
	struct span rest = s, word = text_word(&rest);

	if (!s.n || s.p[0] == '\'' || !memcmp(s.p, "\xe2\x80\x99", s.n < 3 ? s.n : 3))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (text_eq_fold(word, (struct span){ others[i], strlen(others[i]) }))
			return false;
	return true;
}

/* "Nan smiles", "She smiles", "Smiles." are "smiles." */
static void add_action(const Mudlark__AiAsk *ask, struct span s, struct buf *out)
{
	static const char *const they[] = { "She ", "He ", "They ", "It ",
					    "she ", "he ", "they ", "it " };
	const size_t name = own_name(ask, s);
	size_t n;

	s = text_trim(s);
	if (name)
		s = skip(s, name);
	n = at_any(s, 0, they, ARRAY_LEN(they));
	s = skip(s, n);
	n = strcspn_span(s, ".!?");
	s.n = n < s.n ? n + 1 : s.n; /* what follows would be another one's */
	if (!is_of_its_own(s))
		return;
	n = text_cut(s, EMOTE_MAX);
	buf_addc(out, s.p[0] >= 'A' && s.p[0] <= 'Z' ? (char)(s.p[0] + ('a' - 'A')) : s.p[0]);
	buf_add(out, s.p + 1, n - 1);
}

static bool may_emote(const Mudlark__AiView *v)
{
	for (size_t i = 0; i < v->n_may; i++) {
		if (strcmp(v->may[i]->verb, "emote") == 0)
			return true;
	}
	return false;
}

void guard_clean(const Mudlark__AiAsk *ask, struct span sentence, struct buf *out, bool *ret_emote)
{
	struct buf line = { 0 }, speech = { 0 };
	struct span s, action;

	*ret_emote = false;
	plain(&line, sentence);
	unmark(&line);
	s = without_name(ask, text_trim(buf_span(&line)));
	s = without_quotes(s);
	if (s.n && is_action(s, &action)) {
		*ret_emote = true;
		if (may_emote(ask->view))
			add_action(ask, action, out);
	} else {
		add_speech(&speech, s);
		s = without_quotes(without_name(ask, text_trim(buf_span(&speech))));
		buf_add(out, s.p, text_cut(s, GUARD_TEXT_MAX));
	}
	buf_done(&line);
	buf_done(&speech);
}
