/*
 * target.c - see target.h.
 */
#include "bridges/discord/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/secret.h"

const char *const target_extras[] = { "webhook_file", "bots", "deletes", NULL };

static size_t count(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool has(char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static void add_word(char ***list, const char *word)
{
	const size_t n = count(*list);

	if (has(*list, word))
		return;
	*list = base_realloc(*list, n + 2, sizeof(**list));
	(*list)[n] = base_dup(word, strlen(word));
	(*list)[n + 1] = NULL;
}

static void free_words(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static void target_done(struct target *t)
{
	out_free(t->out);
	for (size_t i = 0; i < t->n_ways; i++)
		free(t->ways[i].channel);
	free(t->ways);
	free_words(t->channels);
	free_words(t->boards);
	secret_free(t->webhook);
}

void targets_done(struct targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		target_done(&t->all[i]);
	free(t->all);
	*t = (struct targets){ 0 };
}

struct target *targets_find(const struct targets *t, struct span id)
{
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->all[i].id) == id.n && !memcmp(t->all[i].id, id.p, id.n))
			return &t->all[i];
	return NULL;
}

static bool is_id(const char *s)
{
	const size_t n = strlen(s);

	return n >= 1 && n < TARGET_ID - 1 && strspn(s, "0123456789") == n;
}

static struct target *target_of(struct targets *t, const char *id)
{
	struct target *k = targets_find(t, (struct span){ id, strlen(id) });

	if (k)
		return k;
	t->all = base_realloc(t->all, t->n + 1, sizeof(*t->all));
	k = &t->all[t->n++];
	*k = (struct target){ .webhook = base_dup("", 0) };
	snprintf(k->id, sizeof(k->id), "%s", id);
	snprintf(k->key, sizeof(k->key), "discord/%s", id);
	return k;
}

static void add_way(struct target *t, const char *channel, bool linked_only)
{
	for (size_t i = 0; i < t->n_ways; i++)
		if (!strcmp(t->ways[i].channel, channel))
			return;
	t->ways = base_realloc(t->ways, t->n_ways + 1, sizeof(*t->ways));
	t->ways[t->n_ways++] =
		(struct target_way){ base_dup(channel, strlen(channel)), linked_only };
}

/* Boards of two rows: all, when one of them has all. */
static void add_boards(struct target *t, const struct chart_row *row, bool fresh)
{
	if (!(row->kinds & (LINE(LINE_POSTED) | LINE(LINE_REMOVED))))
		return;
	if (!row->boards || (!fresh && !t->boards)) {
		free_words(t->boards);
		t->boards = NULL;
		return;
	}
	for (char *const *b = row->boards; *b; b++)
		add_word(&t->boards, *b);
}

static bool says_yes(const struct chart_row *row, const char *word)
{
	const char *v = chart_extra(row, word);

	return v && !strcmp(v, "yes");
}

static int read_row(struct targets *ts, const struct chart_row *row, struct buf *why)
{
	const char *file = chart_extra(row, "webhook_file");
	struct target *t;
	bool fresh;

	if (!is_id(row->place)) {
		buf_addf(why, "%s is no channel id, which is a number", row->place);
		return 1;
	}
	t = target_of(ts, row->place);
	fresh = !(t->kinds & (LINE(LINE_POSTED) | LINE(LINE_REMOVED)));
	if (row->in && row->channels[0])
		add_way(t, row->channels[0], row->linked_only);
	if (row->out) {
		for (char *const *c = row->channels; *c; c++)
			add_word(&t->channels, *c);
		add_boards(t, row, fresh);
		t->kinds |= row->kinds;
	}
	t->joins |= row->joins;
	t->bots |= says_yes(row, "bots");
	t->deletes |= says_yes(row, "deletes");
	if (!file)
		return 0;
	secret_free(t->webhook);
	return secret_read(&t->webhook, file, false, why);
}

int targets_read(struct targets *ret, const struct chart *c, struct buf *why)
{
	struct targets t = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		if (read_row(&t, &c->rows[i], why) != 0) {
			targets_done(&t);
			return 1;
		}
	}
	*ret = t;
	return 0;
}

static bool words_equal(char *const *a, char *const *b)
{
	if (!a || !b)
		return !a && !b;
	if (count(a) != count(b))
		return false;
	for (; *a; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return true;
}

bool target_equal(const struct target *a, const struct target *b)
{
	if (strcmp(a->id, b->id) != 0 || a->n_ways != b->n_ways || a->kinds != b->kinds ||
	    a->joins != b->joins || a->bots != b->bots || a->deletes != b->deletes ||
	    strcmp(a->webhook, b->webhook) != 0 || !words_equal(a->channels, b->channels) ||
	    !words_equal(a->boards, b->boards))
		return false;
	for (size_t i = 0; i < a->n_ways; i++)
		if (strcmp(a->ways[i].channel, b->ways[i].channel) != 0 ||
		    a->ways[i].linked_only != b->ways[i].linked_only)
			return false;
	return true;
}

struct stream_spec target_spec(const struct target *t)
{
	static const char *const none[] = { NULL };
	const bool says = t->channels != NULL;

	return (struct stream_spec){
		.key = t->key,
		.kinds = says ? t->kinds : t->kinds & ~LINE(LINE_SAID),
		.channels = says ? (const char *const *)t->channels : none,
		.boards = (const char *const *)t->boards,
	};
}
