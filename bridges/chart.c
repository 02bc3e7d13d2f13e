/*
 * chart.c - see chart.h.
 *
 * A row is read word by word into a struct of growing lists; what is wrong is said with the row as it was written.
 */
#include "bridges/chart.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bridges/bridge.h"
#include "rt/text.h"

enum { WORD_BYTES = 400, NAME_BYTES = 32 };

/* The row that is being read. */
struct reading {
	struct chart_row row;
	size_t n_channels, n_boards, n_extras;
	bool has_kinds, has_way, has_joins, has_speak;
	bool is_channels, is_open; /* so far there are channels alone; a comma wants another */
	const char *const *extras;
	struct buf *why; /* what is wrong, without the row */
};

struct kind_word {
	const char *name;
	unsigned kinds;
};

static const struct kind_word kind_words[] = {
	{ "said", LINE(LINE_SAID) },
	{ "news", LINE(LINE_NEWS) },
	{ "posted", LINE(LINE_POSTED) | LINE(LINE_REMOVED) },
	{ "entered", LINE(LINE_ENTERED) },
	{ "left", LINE(LINE_LEFT) },
	{ "errands", LINE(LINE_ERRAND) },
	{ "server", LINE(LINE_STARTED) | LINE(LINE_STOPPING) },
};

enum { KINDS_POSTED = LINE(LINE_POSTED) | LINE(LINE_REMOVED) };

static bool is(struct span s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

static void list_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static void list_add(char ***list, size_t *n, struct span s)
{
	*list = base_realloc(*list, *n + 2, sizeof(**list));
	(*list)[(*n)++] = base_dup(s.p, s.n);
	(*list)[*n] = NULL;
}

static void row_done(struct chart_row *r)
{
	free(r->place);
	list_free(r->channels);
	list_free(r->boards);
	list_free(r->extras);
}

static int wrong(struct reading *g, const char *before, struct span word, const char *behind)
{
	buf_addf(g->why, "%s\"%.*s\"%s", before, (int)word.n, word.p, behind);
	return 1;
}

static bool is_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return s.n > 0 && s.n <= NAME_BYTES;
}

static bool is_listed(char *const *list, struct span s)
{
	for (size_t i = 0; list && list[i]; i++)
		if (is(s, list[i]))
			return true;
	return false;
}

/* A channel or a board of the game; in small letters, as the game has them. */
static int add_name(struct reading *g, char ***list, size_t *n, struct span s)
{
	if (!is_name(s))
		return wrong(g, "", s, " is no name of a channel or board of the game");
	if (is_listed(*list, s))
		return wrong(g, "", s, " stands there twice");
	if (*n == CHART_CHANNELS)
		return wrong(g, "", s, " is one name too many");
	list_add(list, n, s);
	for (char *p = (*list)[*n - 1]; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
	return 0;
}

/* The next of a list by "," or "+" (which need no quotes where options are lists by "," themselves). */
static bool next_item(struct span *rest, struct span *ret)
{
	size_t n = 0;

	while (rest->n > 0 && (rest->p[0] == ',' || rest->p[0] == '+')) {
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && rest->p[n] != ',' && rest->p[n] != '+')
		n++;
	*ret = (struct span){ rest->p, n };
	*rest = (struct span){ rest->p + n, rest->n - n };
	return n > 0;
}

static int read_kinds(struct reading *g, struct span list)
{
	struct span word;

	if (g->has_kinds)
		return wrong(g, "", SPAN("kinds"), " stands there twice");
	g->has_kinds = true;
	while (next_item(&list, &word)) {
		size_t i = 0;

		while (i < ARRAY_LEN(kind_words) && !is(word, kind_words[i].name))
			i++;
		if (i == ARRAY_LEN(kind_words))
			return wrong(
				g, "kinds are said, news, posted, entered, left, errands, server; ",
				word, " is none of them");
		g->row.kinds |= kind_words[i].kinds;
	}
	return g->row.kinds ? 0 : wrong(g, "", SPAN("kinds"), " has no words");
}

static int read_boards(struct reading *g, struct span list)
{
	struct span word;

	while (next_item(&list, &word)) {
		const int r = add_name(g, &g->row.boards, &g->n_boards, word);

		if (r)
			return r;
	}
	return g->n_boards ? 0 : wrong(g, "", SPAN("boards"), " has no words");
}

static int read_choice(struct reading *g, struct span name, struct span value, const char *no,
		       const char *yes, bool *seen, bool *ret)
{
	if (*seen)
		return wrong(g, "", name, " stands there twice");
	*seen = true;
	if (!is(value, yes) && !is(value, no)) {
		buf_addf(g->why, "%.*s is %s or %s, not ", (int)name.n, name.p, no, yes);
		return wrong(g, "", value, "");
	}
	*ret = is(value, yes);
	return 0;
}

static int read_joins(struct reading *g, struct span value)
{
	return read_choice(g, SPAN("joins"), value, "no", "yes", &g->has_joins, &g->row.joins);
}

static int read_speak(struct reading *g, struct span value)
{
	return read_choice(g, SPAN("speak"), value, "all", "linked", &g->has_speak,
			   &g->row.linked_only);
}

struct setting {
	const char *name;
	int (*read)(struct reading *g, struct span value);
};

static const struct setting settings[] = {
	{ "kinds", read_kinds },
	{ "boards", read_boards },
	{ "joins", read_joins },
	{ "speak", read_speak },
};

static bool is_extra(const struct reading *g, struct span name)
{
	for (size_t i = 0; g->extras && g->extras[i]; i++)
		if (is(name, g->extras[i]))
			return true;
	return false;
}

static int unknown_word(struct reading *g, struct span name)
{
	wrong(g, "", name, " is not one of in, out, both, kinds=, boards=, joins=, speak=");
	for (size_t i = 0; g->extras && g->extras[i]; i++)
		buf_addf(g->why, ", %s=", g->extras[i]);
	return 1;
}

static int read_extra(struct reading *g, struct span word, struct span name)
{
	if (!is_extra(g, name))
		return unknown_word(g, name);
	for (size_t i = 0; i < g->n_extras; i++)
		if (strncasecmp(g->row.extras[i], name.p, name.n + 1) == 0)
			return wrong(g, "", name, " stands there twice");
	if (g->n_extras == CHART_EXTRAS)
		return wrong(g, "", name, " is one word too many");
	list_add(&g->row.extras, &g->n_extras, word);
	return 0;
}

static int read_setting(struct reading *g, struct span word, size_t at)
{
	const struct span name = { word.p, at };
	const struct span value = { word.p + at + 1, word.n - at - 1 };

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (is(name, settings[i].name))
			return settings[i].read(g, value);
	return read_extra(g, word, name);
}

static bool is_way(struct span word)
{
	return is(word, "both") || is(word, "in") || is(word, "out");
}

static bool read_way(struct reading *g, struct span word)
{
	const bool both = is(word, "both");

	if (!is_way(word))
		return false;
	g->row.in = both || is(word, "in");
	g->row.out = both || is(word, "out");
	return true;
}

static int read_channels(struct reading *g, struct span word)
{
	struct span name;

	while (next_item(&word, &name)) {
		const int r = add_name(g, &g->row.channels, &g->n_channels, name);

		if (r)
			return r;
	}
	return 0;
}

static bool is_separator(char c)
{
	return c == ',' || c == '+';
}

/* Channels stand first, with commas between them: a word behind a space that nobody knows is a mistake, not a channel. */
static int misplaced(struct reading *g, struct span word)
{
	wrong(g, "", word,
	      " is neither a way (in, out, both) nor a setting (WORD=VALUE); channels come ");
	buf_adds(g->why, "first, with a comma or a plus between them");
	return 1;
}

static int read_word(struct reading *g, struct span word)
{
	const char *equals = memchr(word.p, '=', word.n);
	const bool was_open = g->is_open, may_follow = g->is_channels && is_separator(word.p[0]);

	g->is_channels &= !equals && !is_way(word);
	g->is_open = g->is_channels && is_separator(word.p[word.n - 1]);
	if (was_open && !g->is_channels && g->n_channels)
		return wrong(g, "", word, " stands behind a comma, where a channel belongs");
	if (equals)
		return read_setting(g, word, (size_t)(equals - word.p));
	if (g->is_channels && (was_open || may_follow))
		return read_channels(g, word);
	if (!read_way(g, word))
		return misplaced(g, word);
	if (g->has_way)
		return wrong(g, "", word, " is a second way: one of in, out, both");
	g->has_way = true;
	return 0;
}

/* Said is told of channels that are named; posts are meant where boards are. */
static int complete(struct reading *g)
{
	struct chart_row *r = &g->row;

	if (!g->n_channels && !g->n_boards && !g->has_kinds && !g->n_extras) {
		buf_adds(g->why, "nothing goes there: name a channel, boards= or kinds=");
		return 1;
	}
	if (!g->has_kinds)
		r->kinds = LINE(LINE_NEWS) | (g->n_channels ? LINE(LINE_SAID) : 0) |
			   (g->n_boards ? (unsigned)KINDS_POSTED : 0);
	if ((r->kinds & LINE(LINE_SAID)) && !g->n_channels) {
		buf_adds(g->why, "kinds=said needs a channel of the game");
		return 1;
	}
	if (!r->channels)
		r->channels = base_alloc(1, sizeof(*r->channels));
	if (!r->extras)
		r->extras = base_alloc(1, sizeof(*r->extras));
	return 0;
}

/* The sign between place and words: the first " = ", as addresses may have "=" in them, or else the first "=". */
static const char *find_sign(const char *row)
{
	const char *spaced = strstr(row, " = ");

	return spaced ? spaced + 1 : strchr(row, '=');
}

static int read_row(struct reading *g, const char *text)
{
	const char *sign = find_sign(text);
	struct span place, rest;

	if (!text_is_utf8((struct span){ text, strlen(text) })) {
		buf_adds(g->why, "it is not UTF-8");
		return 1;
	}
	if (!sign) {
		buf_adds(g->why, "there is no \"=\" between the place and what goes there");
		return 1;
	}
	place = text_trim((struct span){ text, (size_t)(sign - text) });
	rest = (struct span){ sign + 1, strlen(sign + 1) };
	if (place.n == 0 || place.n > WORD_BYTES) {
		buf_adds(g->why, "a place outside belongs before the \"=\"");
		return 1;
	}
	g->row.place = base_dup(place.p, place.n);
	g->row.in = g->row.out = true;
	g->is_channels = g->is_open = true;
	rest = text_trim(rest);
	while (rest.n > 0) {
		const int r = read_word(g, text_word(&rest));

		if (r)
			return r;
	}
	return complete(g);
}

int chart_read(struct chart *ret, char *const *rows, const char *const *extras, struct buf *why)
{
	struct chart c = { 0 };
	size_t n = 0;

	while (rows && rows[n])
		n++;
	if (n > CHART_ROWS) {
		buf_addf(why, "%zu rows are more than %d", n, CHART_ROWS);
		return 1;
	}
	c.rows = base_alloc(n + 1, sizeof(*c.rows));
	for (size_t i = 0; i < n; i++) {
		struct buf fault = { 0 };
		struct reading g = { .extras = extras, .why = &fault };
		const int r = read_row(&g, rows[i]);

		c.rows[c.n++] = g.row;
		if (r)
			buf_addf(why, "row %zu \"%.200s\": %.*s", i + 1, rows[i], (int)fault.n,
				 buf_p(&fault));
		buf_done(&fault);
		if (r) {
			chart_done(&c);
			return 1;
		}
	}
	*ret = c;
	return 0;
}

void chart_done(struct chart *c)
{
	for (size_t i = 0; i < c->n; i++)
		row_done(&c->rows[i]);
	free(c->rows);
	*c = (struct chart){ 0 };
}

const char *chart_extra(const struct chart_row *r, const char *name)
{
	const size_t n = strlen(name);

	for (size_t i = 0; r->extras && r->extras[i]; i++)
		if (strncasecmp(r->extras[i], name, n) == 0 && r->extras[i][n] == '=')
			return r->extras[i] + n + 1;
	return NULL;
}
