/*
 * guard_form.c - what is no speech by its form: addresses of the web, code, lines that a player could take for
 * the game's or for somebody else's words.
 */
#include "aibridge/guard_inner.h"

#include <string.h>

#include "rt/text.h"

enum { FORM_UNBROKEN = 36, FORM_DIGITS = 7, FORM_MANY_DIGITS = 10 };

static const char *const schemes[] = { "http:",	      "https:",	 "ftp:",   "www.",
				       "mailto:",     "://",	 "file:/", "data:",
				       "javascript:", "telnet:", "hxxp",   "](" };

/* Of those that are no words of a language. */
static const char *const domains[] = {
	"com", "net", "org", "info", "biz", "io", "gg", "dev",	"app",	"xyz",	  "ai",	  "ru",
	"cn",  "uk",  "de",  "fr",   "eu",  "tv", "ly", "link", "site", "online", "shop", "html"
};

/* Anywhere in a line. */
static const char *const signs[] = { "```", "{",     "}",  "[",	   "]",		  "<|",
				     "|>",  "\\",    "|",  "&lt;", "&gt;",	  "&amp",
				     "&#",  "&quot", "<!", "</",   "\xe2\x9f\xa6" };
static const char *const tells[] = {
	"added to your inventory",
	"removed from your inventory",
	"experience points",
	"quest complete",
	"errand complete",
	"has entered the game",
	"has left the game",
	"has connected",
	"has disconnected",
	"tool_call",
	"function_call",
	"tool_use",
	"begin system",
	"end system",
	"begin prompt",
	"end of prompt",
	"end of instructions",
	"staff announcement",
	"your password",
	"type @",
};

/* At the beginning of one. */
static const char *const starts[] = {
	">",
	"#",
	"@",
	"/",
	":",
	"exits:",
	"exits :",
	"obvious exits",
	"visible exits",
	"you see:",
	"you see here",
	"inventory:",
	"you are carrying",
	"you have received",
	"you receive a ",
	"you receive the ",
	"you receive :",
	"system:",
	"system :",
	"[system",
	"admin:",
	"staff:",
	"server:",
	"game:",
	"gamemaster:",
	"gm:",
	"announcement:",
	"broadcast:",
	"assistant:",
	"user:",
	"human:",
	"player:",
	"npc:",
	"ai:",
	"instructions:",
	"instruction:",
	"prompt:",
	"rules:",
	"tool:",
	"function:",
	"command:",
	"hp:",
	"gold:",
	"health:",
};

static const char *const speech[] = { " says",	 " asks",	" tells",    " whispers",
				      " shouts", " replies",	" exclaims", " answers",
				      " yells",	 " says to you" };

static bool contains(struct span s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part));
}

static bool contains_any(struct span s, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (contains(s, parts[i]))
			return true;
	}
	return false;
}

static bool begins(struct span s, const char *part)
{
	const size_t n = strlen(part);

	return s.n >= n && memcmp(s.p, part, n) == 0;
}

static bool begins_any(struct span s, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (begins(s, parts[i]))
			return true;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || (unsigned char)c >= 0x80;
}

/* A name before the dot, a domain behind it, and nothing more of a word. */
static bool is_host(struct span s, size_t dot)
{
	if (!dot || !is_name_char(s.p[dot - 1]))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		const size_t n = strlen(domains[i]), end = dot + 1 + n;

		if (end <= s.n && memcmp(s.p + dot + 1, domains[i], n) == 0 &&
		    (end == s.n || !is_name_char(s.p[end])))
			return true;
	}
	return false;
}

/* a@b.c */
static bool is_mail(struct span s, size_t at)
{
	size_t i = at + 1;

	if (!at || s.p[at - 1] == ' ')
		return false;
	while (i < s.n && is_name_char(s.p[i]))
		i++;
	return i > at + 1 && i + 1 < s.n && s.p[i] == '.' && is_name_char(s.p[i + 1]);
}

/* The length of a run of digits with what separates them in a number for a telephone or an address. */
static bool is_number(struct span s, size_t from)
{
	size_t digits = 0, dots = 0, i = from;

	for (; i < s.n && (is_digit(s.p[i]) || strchr(" -.()/+", s.p[i])) && s.p[i]; i++) {
		digits += is_digit(s.p[i]);
		dots += s.p[i] == '.' && i + 1 < s.n && is_digit(s.p[i + 1]);
	}
	if (digits >= FORM_MANY_DIGITS || (dots == 3 && digits >= 4))
		return true;
	return digits >= FORM_DIGITS &&
	       (s.p[from] == '0' || (from && strchr("+(", s.p[from - 1])) ||
		memchr(s.p + from, '-', i - from));
}

bool guard_is_link(struct span text)
{
	struct buf folded = { 0 };
	struct span s;
	bool found;

	fold_text(&folded, text, FOLD_LOOKALIKES);
	s = buf_span(&folded);
	found = contains_any(s, schemes, ARRAY_LEN(schemes)) || contains(s, " dot com") ||
		contains(s, "(dot)") || contains(s, "[dot]");
	for (size_t i = 0; i < s.n && !found; i++) {
		found = (s.p[i] == '.' && is_host(s, i)) || (s.p[i] == '@' && is_mail(s, i)) ||
			(is_digit(s.p[i]) && (!i || !is_digit(s.p[i - 1])) && is_number(s, i));
	}
	buf_done(&folded);
	return found;
}

/* <b>, <send href>, but not "<3". */
static bool has_tag(struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] == '<' && s.p[i + 1] >= 'a' && s.p[i + 1] <= 'z')
			return true;
	}
	return false;
}

/* No word is so long: something is encoded. */
static bool is_encoded(struct span s)
{
	size_t run = 0;

	for (size_t i = 0; i < s.n && run < FORM_UNBROKEN; i++)
		run = s.p[i] > 0x20 && s.p[i] < 0x7f ? run + 1 : 0;
	return run >= FORM_UNBROKEN;
}

/* "\x1b[31m" without what makes it one. */
static bool has_colour(struct span s)
{
	for (size_t i = 0; i + 2 < s.n; i++) {
		size_t k = i + 1;

		while (s.p[i] == '[' && k < s.n && (is_digit(s.p[k]) || s.p[k] == ';'))
			k++;
		if (k > i + 1 && k < s.n && strchr("mJHKA", s.p[k]))
			return true;
	}
	return false;
}

/* Behind a name: ":", or "says," and the like with words behind it. */
static bool is_speech(struct span s)
{
	if (begins(s, ":") || begins(s, " :"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(speech); i++) {
		const size_t n = strlen(speech[i]);

		if (begins(s, speech[i]) && s.n > n && strchr(",:\"", s.p[n]))
			return true;
		if (begins(s, speech[i]) && s.n > n + 1 && s.p[n] == ' ' && s.p[n + 1] == '"')
			return true;
	}
	return begins(s, " tells you") || begins(s, " whispers to you") ||
	       begins(s, " says to you");
}

static bool begins_speech(struct span s, struct span name)
{
	return name.n && s.n > name.n && memcmp(s.p, name.p, name.n) == 0 &&
	       is_speech((struct span){ s.p + name.n, s.n - name.n });
}

/* Whole, or by the first or the last word of the name. */
static bool speaks_as(struct span s, const char *name)
{
	struct buf folded = { 0 };
	struct span whole, first, last;
	bool found;

	fold_text(&folded, (struct span){ name, strlen(name) }, FOLD_LOOKALIKES);
	whole = first = last = buf_span(&folded);
	for (size_t i = 0; i < whole.n; i++) {
		if (whole.p[i] != ' ')
			continue;
		if (first.n == whole.n)
			first.n = i;
		last = (struct span){ whole.p + i + 1, whole.n - i - 1 };
	}
	found = begins_speech(s, whole) || begins_speech(s, first) || begins_speech(s, last);
	buf_done(&folded);
	return found;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "Ask Jem Pottle: he knows." */
static bool is_advice(struct span word)
{
	static const char *const verbs[] = { "Ask", "Find", "Mind", "See", "Tell", "Trust" };

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strlen(verbs[i]) == word.n && memcmp(verbs[i], word.p, word.n) == 0)
			return true;
	}
	return false;
}

/* "Jem Pottle: ", who need not be there: two or more words with capitals in front of a colon. */
static bool begins_with_speaker(struct span raw)
{
	size_t n_words = 0;

	for (size_t i = 0; i < raw.n && is_capital(raw.p[i]); n_words++) {
		const size_t from = i;

		while (i < raw.n && !strchr(" :,.;!?", raw.p[i]))
			i++;
		if (!n_words && is_advice((struct span){ raw.p + from, i - from }))
			return false;
		while (i < raw.n && raw.p[i] == ' ')
			i++;
		if (i < raw.n && raw.p[i] == ':')
			return n_words > 0;
	}
	return false;
}

/* Words of somebody who is there, or of anybody with a name, in the form the game gives them. */
static bool is_somebody_else(const Mudlark__AiAsk *ask, struct span s, struct span raw)
{
	const char *end = memchr(s.p, ' ', s.n);

	if (ask->who && speaks_as(s, ask->who->name))
		return true;
	for (size_t i = 0; i < ask->view->n_here; i++) {
		if (speaks_as(s, ask->view->here[i]->name))
			return true;
	}
	if (begins_with_speaker(raw))
		return true;
	if (!end || !raw.n || !is_capital(raw.p[0]))
		return false;
	s = (struct span){ end, s.n - (size_t)(end - s.p) };
	return is_speech(s) && memchr(s.p, '"', s.n);
}

/* Quotation marks of a prompt: nobody speaks them. */
static bool has_marks(struct span s)
{
	return contains(s, "\xc2\xab") || contains(s, "\xc2\xbb");
}

bool guard_is_form(const Mudlark__AiAsk *ask, struct span text)
{
	struct buf folded = { 0 };
	struct span s;
	bool found;

	fold_text(&folded, text, FOLD_LOOKALIKES);
	s = text_trim(buf_span(&folded));
	found = contains_any(s, signs, ARRAY_LEN(signs)) ||
		contains_any(s, tells, ARRAY_LEN(tells)) ||
		begins_any(s, starts, ARRAY_LEN(starts)) || has_tag(s) || is_encoded(s) ||
		has_colour(text) || has_marks(text) || is_somebody_else(ask, s, text_trim(text));
	if (!found && begins(s, "you gain ") && s.n > 9)
		found = is_digit(s.p[9]);
	buf_done(&folded);
	return found;
}
