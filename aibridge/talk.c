/*
 * talk.c - see talk.h.
 *
 * `older` is lines: `- Asked: ... Answered: ...` for a turn that fell out, and the sentences of a model's
 * summary, one each, so that in both cases the oldest goes first.
 */
#include "aibridge/talk.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "rt/text.h"

enum { TALK_BODY_MAX = 256 * 1024, TALK_FIRST_MAX = 120, TALK_TOPIC_MAX = 64 };

static const char rough_mark[] = "- ";

void talk_key(char ret[TALK_KEY_MAX], uint64_t who, const char *npc)
{
	snprintf(ret, TALK_KEY_MAX, "%016" PRIx64 "/%s", who, npc);
}

/* A copy that is clean, at most max bytes. Newlines stay where `lines`. */
static struct span keep_text(struct arena *a, struct span s, size_t max, bool lines)
{
	struct buf clean = { 0 };
	struct span kept;

	while (s.n) {
		const char *end = memchr(s.p, '\n', s.n);
		const size_t n = end ? (size_t)(end - s.p) : s.n;

		text_clean(&clean, (struct span){ s.p, n });
		if (end)
			buf_addc(&clean, lines ? '\n' : ' ');
		s.p += n + (end ? 1 : 0);
		s.n -= n + (end ? 1 : 0);
	}
	kept = text_trim(buf_span(&clean));
	kept.n = text_cut(kept, max);
	kept.p = arena_dup(a, kept.p, kept.n);
	buf_done(&clean);
	return kept.p ? kept : (struct span){ "", 0 };
}

/* A member's text; false when it is something else. Absent is empty. */
static bool read_text(struct arena *a, const json_t *from, const char *key, size_t max,
		      struct span *ret)
{
	const json_t *j = json_object_get(from, key);

	*ret = (struct span){ "", 0 };
	if (!j)
		return true;
	if (!json_is_string(j))
		return false;
	*ret = keep_text(a, (struct span){ json_string_value(j), json_string_length(j) }, max,
			 strcmp(key, "older") == 0);
	return true;
}

static bool read_number(const json_t *from, const char *key, int64_t *ret)
{
	const json_t *j = json_object_get(from, key);

	*ret = 0;
	if (!j)
		return true;
	if (!json_is_integer(j) || json_integer_value(j) < 0)
		return false;
	*ret = json_integer_value(j);
	return true;
}

/* The last `max` of a list; false: it is none. */
static bool read_list(const json_t *from, const char *key, size_t max, size_t *ret_first,
		      const json_t **ret)
{
	*ret = json_object_get(from, key);
	*ret_first = json_array_size(*ret) > max ? json_array_size(*ret) - max : 0;
	return !*ret || json_is_array(*ret);
}

static bool read_turns(struct arena *a, const json_t *from, struct talk *t)
{
	const json_t *list;
	size_t first;

	if (!read_list(from, "turns", TALK_TURNS_MAX, &first, &list))
		return false;
	t->turns = arena_alloc(a, TALK_TURNS_MAX * sizeof(*t->turns));
	for (size_t i = first; t->turns && i < json_array_size(list); i++) {
		struct talk_turn *turn = &t->turns[t->n_turns];
		const json_t *j = json_array_get(list, i);

		if (!json_is_object(j) || !read_text(a, j, "p", TALK_TEXT_MAX, &turn->player) ||
		    !read_text(a, j, "n", TALK_TEXT_MAX, &turn->npc) ||
		    !read_text(a, j, "t", TALK_TOPIC_MAX, &turn->topic) ||
		    !read_number(j, "at", &turn->at_ms))
			return false;
		t->n_turns++;
	}
	return true;
}

static bool read_told(struct arena *a, const json_t *from, struct talk *t)
{
	const json_t *list;
	size_t first;

	if (!read_list(from, "told", TALK_TOLD_MAX, &first, &list))
		return false;
	for (size_t i = first; i < json_array_size(list); i++) {
		struct talk_told *told = &t->told[t->n_told];
		const json_t *j = json_array_get(list, i);
		int64_t n;

		if (!json_is_object(j) || !read_text(a, j, "t", TALK_TOPIC_MAX, &told->topic) ||
		    !read_number(j, "n", &n))
			return false;
		told->n = (uint64_t)n;
		t->n_told++;
	}
	return true;
}

static bool read_talk(struct arena *a, const json_t *from, struct talk *t)
{
	int64_t count;

	if (!json_is_object(from) || !read_number(from, "count", &count) ||
	    !read_number(from, "since", &t->since_ms) || !read_number(from, "at", &t->at_ms) ||
	    !read_text(a, from, "older", TALK_OLDER_MAX, &t->older))
		return false;
	t->count = (uint64_t)count;
	return read_turns(a, from, t) && read_told(a, from, t);
}

bool talk_load(struct arena *a, struct span body, struct talk *ret)
{
	json_t *root;
	bool good;

	*ret = (struct talk){ .older = { "", 0 } };
	if (!body.n)
		return true;
	if (body.n > TALK_BODY_MAX)
		return false;
	root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	good = read_talk(a, root, ret);
	json_decref(root);
	if (!good)
		*ret = (struct talk){ .older = { "", 0 } };
	return good;
}

/* The first sentence, or as much of it as may be. */
static struct span first_sentence(struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (strchr(".!?", s.p[i]) && s.p[i] && s.p[i + 1] == ' ') {
			s.n = i + 1;
			break;
		}
	}
	s.n = text_cut(s, TALK_FIRST_MAX);
	return text_trim(s);
}

/* Lines go from the front until the rest fits. */
static struct span newest_lines(struct span s, size_t max)
{
	while (s.n > max) {
		const char *end = memchr(s.p, '\n', s.n);
		const size_t n = end ? (size_t)(end - s.p) + 1 : s.n;

		s.p += n;
		s.n -= n;
	}
	return s;
}

static void let_go(struct arena *a, struct talk *t, const struct talk_turn *turn)
{
	struct buf lines = { 0 };
	const struct span p = first_sentence(turn->player), n = first_sentence(turn->npc);
	struct span kept;

	buf_add(&lines, t->older.p, t->older.n);
	if (lines.n)
		buf_addc(&lines, '\n');
	buf_adds(&lines, rough_mark);
	if (p.n)
		buf_addf(&lines, "Asked: %.*s Answered: %.*s", (int)p.n, p.p, (int)n.n, n.p);
	else
		buf_addf(&lines, "Greeted: %.*s", (int)n.n, n.p);
	kept = newest_lines(buf_span(&lines), TALK_OLDER_MAX);
	kept.p = arena_dup(a, kept.p, kept.n);
	t->older = kept.p ? kept : (struct span){ "", 0 };
	buf_done(&lines);
}

static bool same(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static void note_told(struct talk *t, struct span topic)
{
	struct talk_told told = { topic, 0 };
	size_t i = 0;

	while (i < t->n_told && !same(t->told[i].topic, topic))
		i++;
	if (i < t->n_told)
		told = t->told[i];
	else if (t->n_told < TALK_TOLD_MAX)
		i = t->n_told++;
	else
		i = 0;
	memmove(&t->told[i], &t->told[i + 1], (t->n_told - i - 1) * sizeof(t->told[0]));
	told.n++;
	t->told[t->n_told - 1] = told;
}

void talk_add(struct arena *a, struct talk *t, const struct talk_turn *turn, size_t keep)
{
	struct talk_turn *turns = arena_alloc(a, (TALK_TURNS_MAX + 1) * sizeof(*turns));
	size_t out;

	if (!turns)
		return;
	if (t->n_turns)
		memcpy(turns, t->turns, t->n_turns * sizeof(*turns));
	turns[t->n_turns] = (struct talk_turn){
		.player = keep_text(a, turn->player, TALK_TEXT_MAX, false),
		.npc = keep_text(a, turn->npc, TALK_TEXT_MAX, false),
		.topic = keep_text(a, turn->topic, TALK_TOPIC_MAX, false),
		.at_ms = turn->at_ms,
	};
	t->turns = turns;
	if (turn->topic.n)
		note_told(t, turns[t->n_turns].topic);
	t->n_turns++;
	t->count++;
	t->at_ms = turn->at_ms;
	if (!t->since_ms)
		t->since_ms = turn->at_ms;
	keep = keep < TALK_TURNS_MAX ? keep : TALK_TURNS_MAX;
	out = t->n_turns > keep ? t->n_turns - keep : 0;
	for (size_t i = 0; i < out; i++)
		let_go(a, t, &t->turns[i]);
	t->turns += out;
	t->n_turns -= out;
}

uint64_t talk_told(const struct talk *t, const char *topic)
{
	const struct span key = { topic, strlen(topic) };

	for (size_t i = 0; i < t->n_told; i++) {
		if (same(t->told[i].topic, key))
			return t->told[i].n;
	}
	return 0;
}

void talk_set_older(struct arena *a, struct talk *t, struct span older)
{
	struct span text = keep_text(a, older, (size_t)TALK_OLDER_MAX * 4, false);
	struct buf lines = { 0 };

	while (text.n && text.p[0] == '-')
		text = text_trim((struct span){ text.p + 1, text.n - 1 });
	for (size_t i = 0; i < text.n; i++) {
		const bool ends =
			i && i + 1 < text.n && text.p[i] == ' ' && strchr(".!?", text.p[i - 1]);

		/* A line of its own must not look like a turn that waits. */
		buf_addc(&lines, ends && text.p[i + 1] != '-' ? '\n' : text.p[i]);
	}
	text = newest_lines(buf_span(&lines), TALK_OLDER_MAX);
	text.p = arena_dup(a, text.p, text.n);
	t->older = text.p ? text : (struct span){ "", 0 };
	buf_done(&lines);
}

size_t talk_rough(const struct talk *t)
{
	struct span rest = t->older;
	size_t n = 0;

	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		const size_t line = end ? (size_t)(end - rest.p) + 1 : rest.n;

		n += line > 2 && memcmp(rest.p, rough_mark, 2) == 0;
		rest.p += line;
		rest.n -= line;
	}
	return n;
}

static void save_text(struct buf *out, const char *key, struct span s)
{
	json_member(out, key);
	json_quote(out, s);
}

static void save_number(struct buf *out, const char *key, int64_t n)
{
	json_member(out, key);
	json_int(out, n);
}

static void save_turn(struct buf *out, const struct talk_turn *turn)
{
	struct buf j = { 0 };

	buf_addc(&j, '{');
	save_text(&j, "p", turn->player);
	save_text(&j, "n", turn->npc);
	if (turn->topic.n)
		save_text(&j, "t", turn->topic);
	save_number(&j, "at", turn->at_ms);
	buf_addc(&j, '}');
	buf_add(out, buf_p(&j), j.n);
	buf_done(&j);
}

void talk_save(const struct talk *t, const char *who, struct buf *out)
{
	struct buf j = { 0 };

	buf_addc(&j, '{');
	save_text(&j, "who", (struct span){ who, strlen(who) });
	save_number(&j, "since", t->since_ms);
	save_number(&j, "at", t->at_ms);
	save_number(&j, "count", (int64_t)t->count);
	json_member(&j, "turns");
	for (size_t i = 0; i < t->n_turns; i++) {
		buf_addc(&j, i ? ',' : '[');
		save_turn(&j, &t->turns[i]);
	}
	buf_adds(&j, t->n_turns ? "]" : "[]");
	json_member(&j, "told");
	for (size_t i = 0; i < t->n_told; i++) {
		buf_adds(&j, i ? ",{" : "[{");
		save_text(&j, "t", t->told[i].topic);
		save_number(&j, "n", (int64_t)t->told[i].n);
		buf_addc(&j, '}');
	}
	buf_adds(&j, t->n_told ? "]" : "[]");
	save_text(&j, "older", t->older);
	buf_addc(&j, '}');
	buf_add(out, buf_p(&j), j.n);
	buf_done(&j);
}
