/*
 * style.c - see style.h.
 */
#include "gateway/style.h"

#include <stdlib.h>
#include <string.h>

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, BRIGHT = 8 };

/* In order of strcmp, for bsearch. */
/* clang-format off */
struct tag {
	const char *name;
	uint8_t attrs, colour, n;
};

static const struct tag tags[] = {
	{ "black",          0,                            STYLE_NAMED, BLACK },
	{ "blue",           0,                            STYLE_NAMED, BLUE },
	{ "bold",           STYLE_BOLD,                   STYLE_PLAIN, 0 },
	{ "bright-black",   0,                            STYLE_NAMED, BRIGHT + BLACK },
	{ "bright-blue",    0,                            STYLE_NAMED, BRIGHT + BLUE },
	{ "bright-cyan",    0,                            STYLE_NAMED, BRIGHT + CYAN },
	{ "bright-green",   0,                            STYLE_NAMED, BRIGHT + GREEN },
	{ "bright-magenta", 0,                            STYLE_NAMED, BRIGHT + MAGENTA },
	{ "bright-red",     0,                            STYLE_NAMED, BRIGHT + RED },
	{ "bright-white",   0,                            STYLE_NAMED, BRIGHT + WHITE },
	{ "bright-yellow",  0,                            STYLE_NAMED, BRIGHT + YELLOW },
	{ "cyan",           0,                            STYLE_NAMED, CYAN },
	{ "dim",            STYLE_DIM,                    STYLE_PLAIN, 0 },
	{ "error",          0,                            STYLE_NAMED, BRIGHT + RED },
	{ "exits",          0,                            STYLE_NAMED, CYAN },
	{ "green",          0,                            STYLE_NAMED, GREEN },
	{ "hint",           STYLE_ITALIC,                 STYLE_NAMED, BRIGHT + BLACK },
	{ "italic",         STYLE_ITALIC,                 STYLE_PLAIN, 0 },
	{ "item",           0,                            STYLE_NAMED, GREEN },
	{ "magenta",        0,                            STYLE_NAMED, MAGENTA },
	{ "npc",            0,                            STYLE_NAMED, YELLOW },
	{ "player",         0,                            STYLE_NAMED, BRIGHT + CYAN },
	{ "prompt",         0,                            STYLE_NAMED, BRIGHT + BLACK },
	{ "red",            0,                            STYLE_NAMED, RED },
	{ "room",           STYLE_BOLD,                   STYLE_NAMED, BRIGHT + YELLOW },
	{ "say",            0,                            STYLE_NAMED, BRIGHT + WHITE },
	{ "system",         0,                            STYLE_NAMED, BRIGHT + BLUE },
	{ "tell",           0,                            STYLE_NAMED, BRIGHT + MAGENTA },
	{ "title",          STYLE_BOLD | STYLE_UNDERLINE, STYLE_PLAIN, 0 },
	{ "underline",      STYLE_UNDERLINE,              STYLE_PLAIN, 0 },
	{ "white",          0,                            STYLE_NAMED, WHITE },
	{ "yellow",         0,                            STYLE_NAMED, YELLOW },
};
/* clang-format on */

bool style_same(const struct style *a, const struct style *b)
{
	return a->attrs == b->attrs && a->colour == b->colour && a->r == b->r && a->g == b->g &&
	       a->b == b->b;
}

static int compare(const void *key, const void *row)
{
	const struct span *name = key;
	const struct tag *tag = row;
	int d = strncmp(name->p, tag->name, name->n);

	return d != 0 ? d : -(int)(tag->name[name->n] != '\0');
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool apply_rgb(struct style *s, struct span tag)
{
	uint8_t v[3];

	if (tag.n != 7 || tag.p[0] != '#')
		return false;
	for (size_t i = 0; i < 3; i++) {
		int high = hex(tag.p[1 + 2 * i]), low = hex(tag.p[2 + 2 * i]);

		if (high < 0 || low < 0)
			return false;
		v[i] = (uint8_t)(high * 16 + low);
	}
	s->colour = STYLE_RGB;
	s->r = v[0];
	s->g = v[1];
	s->b = v[2];
	return true;
}

bool style_apply(struct style *s, struct span tag)
{
	const struct tag *t;

	if (apply_rgb(s, tag))
		return true;
	if (memchr(tag.p, '\0', tag.n))
		return false;
	t = bsearch(&tag, tags, ARRAY_LEN(tags), sizeof(tags[0]), compare);
	if (!t)
		return false;
	s->attrs |= t->attrs;
	if (t->colour == STYLE_NAMED) {
		s->colour = STYLE_NAMED;
		s->r = t->n;
		s->g = s->b = 0;
	}
	return true;
}

/* The nearest of six steps of the colour cube, and that step's level. */
static unsigned cube_step(uint8_t v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35u) / 40u;
}

static unsigned distance(const struct style *s, unsigned r, unsigned g, unsigned b)
{
	int dr = (int)s->r - (int)r, dg = (int)s->g - (int)g, db = (int)s->b - (int)b;

	return (unsigned)(dr * dr + dg * dg + db * db);
}

static unsigned nearest_256(const struct style *s)
{
	static const uint8_t level[] = { 0, 95, 135, 175, 215, 255 };
	unsigned r = cube_step(s->r), g = cube_step(s->g), b = cube_step(s->b);
	unsigned mean = ((unsigned)s->r + s->g + s->b) / 3;
	unsigned step = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
	unsigned grey = 8 + 10 * step;

	if (distance(s, grey, grey, grey) < distance(s, level[r], level[g], level[b]))
		return 232 + step;
	return 16 + 36 * r + 6 * g + b;
}

static unsigned nearest_16(const struct style *s)
{
	/* clang-format off */
	static const uint8_t palette[16][3] = {
		{ 0,   0,   0 },   { 170, 0,   0 },   { 0,   170, 0 },   { 170, 85,  0 },
		{ 0,   0,   170 }, { 170, 0,   170 }, { 0,   170, 170 }, { 170, 170, 170 },
		{ 85,  85,  85 },  { 255, 85,  85 },  { 85,  255, 85 },  { 255, 255, 85 },
		{ 85,  85,  255 }, { 255, 85,  255 }, { 85,  255, 255 }, { 255, 255, 255 },
	};
	/* clang-format on */
	unsigned best = 0, least = UINT32_MAX;

	for (unsigned i = 0; i < 16; i++) {
		unsigned d = distance(s, palette[i][0], palette[i][1], palette[i][2]);

		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

/* Old 16-colour terminals know the bright colours only as bold ones. */
static void add_named(struct buf *out, unsigned n, enum markup_colour colours)
{
	if (n < BRIGHT)
		buf_addf(out, ";%u", 30 + n);
	else if (colours == COLOUR_16)
		buf_addf(out, ";1;%u", 30 + n - BRIGHT);
	else
		buf_addf(out, ";%u", 90 + n - BRIGHT);
}

static void add_rgb(struct buf *out, const struct style *s, enum markup_colour colours)
{
	if (colours == COLOUR_TRUE)
		buf_addf(out, ";38;2;%u;%u;%u", s->r, s->g, s->b);
	else if (colours == COLOUR_256)
		buf_addf(out, ";38;5;%u", nearest_256(s));
	else
		add_named(out, nearest_16(s), colours);
}

void style_sgr(struct buf *out, const struct style *s, enum markup_colour colours)
{
	static const struct {
		uint8_t attr;
		const char *code;
	} codes[] = {
		{ STYLE_BOLD, ";1" },
		{ STYLE_DIM, ";2" },
		{ STYLE_ITALIC, ";3" },
		{ STYLE_UNDERLINE, ";4" },
	};

	if (colours == COLOUR_NONE)
		return;
	buf_adds(out, "\033[0");
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (s->attrs & codes[i].attr)
			buf_adds(out, codes[i].code);
	if (s->colour == STYLE_NAMED)
		add_named(out, s->r, colours);
	else if (s->colour == STYLE_RGB)
		add_rgb(out, s, colours);
	buf_addc(out, 'm');
}
