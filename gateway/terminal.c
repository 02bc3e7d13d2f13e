/*
 * terminal.c - see terminal.h.
 *
 * TTYPE is asked again until the answer repeats or is an MTTS line, at most TERMINAL_ROUNDS times:
 * `Mudlet`, `xterm-256color`, `MTTS 2349`.  Clients without MTTS are known by their name or that of
 * their terminal.
 */
#include "gateway/terminal.h"

#include <stdlib.h>
#include <string.h>
#include "rt/text.h"

enum { TTYPE_IS = 0, TTYPE_SEND = 1 };
enum { CHARSET_REQUEST = 1, CHARSET_ACCEPTED = 2, CHARSET_REJECTED = 3 };

enum mtts {
	MTTS_ANSI = 1,
	MTTS_UTF8 = 4,
	MTTS_256 = 8,
	MTTS_SCREEN_READER = 64,
	MTTS_TRUECOLOUR = 256,
};

/* Terminals and clients by what their name contains; the first that fits. */
/* clang-format off */
struct known_row {
	const char *part;
	enum markup_colour colour;
};

static const struct known_row known[] = {
	{ "TRUECOLOR",  COLOUR_TRUE }, { "-DIRECT",    COLOUR_TRUE }, { "256COLOR",   COLOUR_256 },
	{ "MUDLET",     COLOUR_256 },  { "TINTIN",     COLOUR_256 },  { "XTERM",      COLOUR_16 },
	{ "ANSI",       COLOUR_16 },   { "LINUX",      COLOUR_16 },   { "SCREEN",     COLOUR_16 },
	{ "TMUX",       COLOUR_16 },   { "RXVT",       COLOUR_16 },   { "PUTTY",      COLOUR_16 },
	{ "CYGWIN",     COLOUR_16 },   { "KILDCLIENT", COLOUR_16 },   { "TINYFUGUE",  COLOUR_16 },
	{ "ZMUD",       COLOUR_16 },   { "CMUD",       COLOUR_16 },   { "MUSHCLIENT", COLOUR_16 },
	{ "ATLANTIS",   COLOUR_16 },   { "BEIP",       COLOUR_16 },
};
/* clang-format on */

/* Clients that have no UTF-8, never say so, and would show rubbish. */
struct poor_row {
	const char *name;
	enum charset charset;
};

static const struct poor_row poor[] = {
	{ "TINYFUGUE", CHARSET_ASCII },
	{ "KILDCLIENT", CHARSET_LATIN1 },
};

void terminal_done(struct terminal *t)
{
	free(t->client);
	t->client = NULL;
}

/* Keeps what may stand in a name, in place of showing foreign bytes to anybody. */
static size_t clean_name(char out[TERMINAL_NAME_MAX + 1], struct span name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < TERMINAL_NAME_MAX; i++) {
		char c = name.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("._+-", c)))
			out[n++] = c;
	}
	out[n] = '\0';
	return n;
}

static bool contains(const char *name, const char *part)
{
	return strcasestr(name, part) != NULL;
}

static void guess(struct terminal *t, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (contains(name, known[i].part)) {
			if (known[i].colour > t->colour)
				t->colour = (uint8_t)known[i].colour;
			break;
		}
	for (size_t i = 0; i < ARRAY_LEN(poor); i++)
		if (!t->charset_agreed && contains(name, poor[i].name))
			t->charset = (uint8_t)poor[i].charset;
}

bool terminal_name(struct terminal *t, struct span name)
{
	char clean[TERMINAL_NAME_MAX + 1];
	size_t n = clean_name(clean, name);

	if (t->client || n == 0)
		return false;
	t->client = base_dup(clean, n);
	guess(t, clean);
	return true;
}

static void take_mtts(struct terminal *t, const char *digits)
{
	unsigned long bits = strtoul(digits, NULL, 10);

	t->colour = bits & MTTS_TRUECOLOUR ? COLOUR_TRUE
		    : bits & MTTS_256	   ? COLOUR_256
		    : bits & MTTS_ANSI	   ? COLOUR_16
					   : COLOUR_NONE;
	t->screen_reader = bits & MTTS_SCREEN_READER;
	if (!t->charset_agreed)
		t->charset = bits & MTTS_UTF8 ? CHARSET_UTF8 : CHARSET_ASCII;
}

static void ask_ttype(struct terminal *t, struct buf *out)
{
	static const char send[] = { TTYPE_SEND };

	if (t->rounds >= TERMINAL_ROUNDS)
		return;
	t->rounds++;
	telnet_sub(out, OPTION_TTYPE, (struct span){ send, 1 });
}

static uint32_t hash_name(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

static bool take_ttype(struct terminal *t, struct span s, struct buf *out)
{
	char name[TERMINAL_NAME_MAX + 1];
	uint32_t hash;

	if (s.n < 1 || s.p[0] != TTYPE_IS || t->rounds == 0)
		return false;
	s.p++;
	s.n--;
	if (clean_name(name, s) == 0)
		return false;
	if (s.n > 5 && strncmp(s.p, "MTTS ", 5) == 0) {
		t->rounds = TERMINAL_ROUNDS;
		take_mtts(t, name + 4);
		return true;
	}
	hash = hash_name(name);
	if (hash == t->last)
		return false;
	t->last = hash;
	if (!terminal_name(t, s))
		guess(t, name);
	ask_ttype(t, out);
	return true;
}

static unsigned clamp(unsigned v, unsigned min, unsigned max)
{
	return v == 0 ? 0 : v < min ? min : v > max ? max : v;
}

static bool take_size(struct terminal *t, struct span s, UNUSED struct buf *out)
{
	const uint8_t *p = (const uint8_t *)s.p;
	unsigned width, height;

	if (s.n != 4)
		return false;
	width = clamp(p[0] * 256u + p[1], TERMINAL_WIDTH_MIN, TERMINAL_WIDTH_MAX);
	height = clamp(p[2] * 256u + p[3], TERMINAL_HEIGHT_MIN, TERMINAL_HEIGHT_MAX);
	if (width == t->width && height == t->height)
		return false;
	t->width = (uint16_t)width;
	t->height = (uint16_t)height;
	return true;
}

static void agree_charset(struct terminal *t, enum charset set)
{
	t->charset = (uint8_t)set;
	t->input = (uint8_t)set;
	t->charset_agreed = true;
}

/* The client's REQUEST: a separator and names with it between them. We take the best one. */
static bool answer_request(struct terminal *t, struct span s, struct buf *out)
{
	static const char rejected[] = { CHARSET_REJECTED };
	struct span best = { 0 };
	int best_set = -1;

	if (s.n >= 8 && memcmp(s.p, "[TTABLE]", 8) == 0) {
		size_t skip = s.n > 9 ? 9 : s.n; /* and a version byte */

		s.p += skip;
		s.n -= skip;
	}
	for (size_t i = 1, start = 1; !t->charset_asked && i <= s.n; i++) {
		struct span name = { s.p + start, i - start };
		int set;

		if (i < s.n && s.p[i] != s.p[0])
			continue;
		set = charset_of(name);
		if (set >= 0 && (best_set < 0 || set < best_set)) {
			best = name;
			best_set = set;
		}
		start = i + 1;
	}
	if (best_set < 0) {
		telnet_sub(out, OPTION_CHARSET, (struct span){ rejected, 1 });
		return false;
	}
	agree_charset(t, (enum charset)best_set);
	telnet_option(out, TELNET_SB, OPTION_CHARSET);
	buf_addc(out, CHARSET_ACCEPTED);
	telnet_data(out, best);
	telnet_command(out, TELNET_SE);
	return true;
}

static bool take_charset(struct terminal *t, struct span s, struct buf *out)
{
	int set;

	if (s.n < 1)
		return false;
	if (s.p[0] == CHARSET_REQUEST)
		return answer_request(t, (struct span){ s.p + 1, s.n - 1 }, out);
	if (!t->charset_asked)
		return false;
	t->charset_asked = false;
	if (s.p[0] != CHARSET_ACCEPTED)
		return false;
	set = charset_of((struct span){ s.p + 1, s.n - 1 });
	if (set < 0)
		return false;
	agree_charset(t, (enum charset)set);
	return true;
}

void terminal_option(struct terminal *t, const struct telopt_change *c, struct buf *out)
{
	static const char request[] = "\1;UTF-8;GBK;BIG5;CP437;ISO-8859-1;US-ASCII";

	if (!c->on)
		return;
	if (c->option == OPTION_TTYPE && !c->us) {
		t->rounds = 0;
		t->last = 0;
		ask_ttype(t, out);
	} else if (c->option == OPTION_CHARSET && c->us) {
		t->charset_asked = true;
		telnet_sub(out, OPTION_CHARSET, SPAN(request));
	} else if (c->option == OPTION_NEW_ENVIRON && !c->us) {
		mnes_ask(out);
	}
}

struct sub_row {
	uint8_t option;
	bool (*take)(struct terminal *t, struct span s, struct buf *out);
};

static const struct sub_row subs[] = {
	{ OPTION_TTYPE, take_ttype },
	{ OPTION_NAWS, take_size },
	{ OPTION_CHARSET, take_charset },
};

bool terminal_sub(struct terminal *t, const struct telnet_event *ev, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(subs); i++)
		if (subs[i].option == ev->option)
			return subs[i].take(t, ev->data, out);
	return false;
}

bool terminal_charset(struct terminal *t, struct span name)
{
	int set = charset_of(name);

	if (set >= 0)
		agree_charset(t, (enum charset)set);
	return set >= 0;
}

void terminal_colour(struct terminal *t, enum markup_colour colour)
{
	if (t->colour < colour)
		t->colour = (uint8_t)colour;
}

static bool env_name(struct terminal *t, struct span value)
{
	return terminal_name(t, value);
}

/* The version joins the name. */
static bool env_version(struct terminal *t, struct span value)
{
	char version[TERMINAL_NAME_MAX + 1];
	size_t n = clean_name(version, value), before = t->client ? strlen(t->client) : 0;

	if (before == 0 || t->versioned || n == 0 || before + 1 + n > TERMINAL_NAME_MAX)
		return false;
	t->versioned = true;
	t->client = base_realloc(t->client, before + 1 + n + 1, 1);
	t->client[before] = ' ';
	memcpy(t->client + before + 1, version, n + 1);
	return true;
}

static bool env_charset(struct terminal *t, struct span value)
{
	if (!t->charset_agreed)
		terminal_charset(t, value);
	return false;
}

static bool env_mtts(struct terminal *t, struct span value)
{
	char digits[TERMINAL_NAME_MAX + 1];

	if (clean_name(digits, value) == 0)
		return false;
	take_mtts(t, digits);
	return true;
}

static bool env_type(struct terminal *t, struct span value)
{
	char name[TERMINAL_NAME_MAX + 1];

	if (clean_name(name, value) > 0)
		guess(t, name);
	return false;
}

struct env_row {
	const char *name;
	bool (*take)(struct terminal *t, struct span value);
};

static const struct env_row envs[] = {
	{ "CLIENT_NAME", env_name }, { "CLIENT_VERSION", env_version }, { "CHARSET", env_charset },
	{ "MTTS", env_mtts },	     { "TERMINAL_TYPE", env_type },
};

bool terminal_env(struct terminal *t, const struct mnes_var *v)
{
	for (size_t i = 0; i < ARRAY_LEN(envs); i++)
		if (strcmp(envs[i].name, v->name) == 0)
			return envs[i].take(t, (struct span){ v->value, v->n });
	return false;
}

struct markup_kind terminal_kind(const struct terminal *t)
{
	return (struct markup_kind){
		.colour = t->colour,
		.charset = t->charset,
		.width = t->width,
	};
}
