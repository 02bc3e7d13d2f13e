/*
 * speech.c - see speech.h.
 *
 * What has run out holds nobody, and is cleared away when room is needed.
 */
#include "world/social/speech.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/name.h"
#include "world/sites.h"
#include "world/social/social.h"

#define COLLECTION "speech"

enum { NAMES_MAX = 3, KEY_BYTES = 240 /* a document's is 256 at most */, CLEARED_AT_ONCE = 256 };

struct speech {
	struct speech_mute *first, *last;
	size_t n;
	struct strmap by_key;
	struct words *words;
};

struct speech *speech_new(void)
{
	struct speech *t = base_alloc(1, sizeof(*t));

	strmap_init(&t->by_key, NULL);
	t->words = words_new();
	return t;
}

static void free_mute(struct speech_mute *m)
{
	free(m->key);
	free(m->name);
	free(m->by);
	free(m->why);
	free(m);
}

void speech_free(struct world *w)
{
	struct speech *t = w->speech;

	if (!t)
		return;
	while (t->first) {
		struct speech_mute *m = t->first;

		t->first = m->next;
		free_mute(m);
	}
	strmap_done(&t->by_key);
	words_free(t->words);
	free(t);
	w->speech = NULL;
}

struct words *speech_words(const struct world *w)
{
	return w->speech->words;
}

/* ---- by which names somebody is known ---- */

/* As bridges are called, in any case. */
static bool is_place(struct span s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < s.n; i++) {
		const int lower = s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i];

		if (!memchr(letters, lower, sizeof(letters) - 1))
			return false;
	}
	return s.n > 0;
}

enum speech_name speech_name_of(struct span name, struct span *ret_bare)
{
	const char *at = memchr(name.p, '@', name.n), *open = memrchr(name.p, '(', name.n);
	const char *end = name.p + name.n;

	*ret_bare = name;
	if (memchr(name.p, '/', name.n))
		return SPEECH_IDENTITY;
	if (at)
		return at > name.p && is_place((struct span){ at + 1, (size_t)(end - at) - 1 })
			       ? SPEECH_OUTSIDE
			       : SPEECH_MALFORMED;
	if (!open)
		return SPEECH_PLAYER;
	*ret_bare = text_trim((struct span){ name.p, (size_t)(open - name.p) });
	return ret_bare->n && end - open > 2 && end[-1] == ')' ? SPEECH_LINKED : SPEECH_MALFORMED;
}

struct names {
	struct buf folded;
	struct span v[NAMES_MAX];
	size_t n;
};

static void add_name(struct names *t, struct span s)
{
	t->v[t->n++] = s;
}

/* Of "ana@irc"; of "ana (irc)". There is room for what is longer than `whole` by two. */
static void add_others(struct names *t, struct span whole, char *room)
{
	const char *at = memrchr(whole.p, '@', whole.n), *open = memrchr(whole.p, '(', whole.n);
	const bool linked = open && open > whole.p && whole.p[whole.n - 1] == ')';
	const char *via = linked ? open + 1 : at ? at + 1 : NULL;
	const size_t n = via ? (size_t)(whole.p + whole.n - via) - linked : 0;

	if (!via)
		return;
	memcpy(room, "*@", 2);
	memcpy(room + 2, via, n);
	add_name(t, (struct span){ room, 2 + n });
	if (linked)
		add_name(t, text_trim((struct span){ whole.p, (size_t)(open - whole.p) }));
}

/* buf_done(&ret->folded) afterwards. */
static void names_of(struct span name, struct names *ret)
{
	char *room;

	*ret = (struct names){ 0 };
	text_fold(&ret->folded, name);
	if (!ret->folded.n)
		return;
	room = buf_reserve(&ret->folded, ret->folded.n + 2);
	add_name(ret, buf_span(&ret->folded));
	add_others(ret, buf_span(&ret->folded), room);
}

/* ---- mutes ---- */

static bool is_over(const struct world *w, const struct speech_mute *m)
{
	return m->until_ms && m->until_ms <= w->wall_ms;
}

static struct speech_mute *find(const struct world *w, struct span key)
{
	struct speech_mute *m = strmap_get(&w->speech->by_key, key);

	return m && !is_over(w, m) ? m : NULL;
}

const struct speech_mute *speech_muted(const struct world *w, struct span name)
{
	struct buf key = { 0 };
	const struct speech_mute *m;

	text_fold(&key, name);
	m = find(w, buf_span(&key));
	buf_done(&key);
	return m;
}

static void insert(struct speech *t, const struct speech_mute *row, struct span key)
{
	struct speech_mute *m = base_alloc(1, sizeof(*m));

	*m = *row;
	m->key = base_dup(key.p, key.n);
	m->name = base_dup(row->name, strlen(row->name));
	m->by = base_dup(row->by, strlen(row->by));
	m->why = base_dup(row->why, strlen(row->why));
	m->prev = t->last;
	m->next = NULL;
	*(t->last ? &t->last->next : &t->first) = m;
	t->last = m;
	t->n++;
	strmap_put(&t->by_key, key, m);
}

static void take_out(struct speech *t, struct speech_mute *m)
{
	strmap_del(&t->by_key, (struct span){ m->key, strlen(m->key) });
	*(m->prev ? &m->prev->next : &t->first) = m->next;
	*(m->next ? &m->next->prev : &t->last) = m->prev;
	t->n--;
	free_mute(m);
}

static void store(struct world *w, const char *key, const struct speech_mute *m)
{
	struct buf name = { 0 }, body = { 0 };

	buf_addf(&name, "mute:%s", key);
	buf_addc(&name, '\0');
	if (m) {
		buf_addc(&body, '{');
		comp_save_text(&body, "name", m->name);
		comp_save_int(&body, "since", m->since_ms);
		comp_save_int(&body, "until", m->until_ms);
		comp_save_int(&body, "rank", (int64_t)m->rank);
		comp_save_text(&body, "by", m->by);
		comp_save_text(&body, "why", m->why);
		buf_addc(&body, '}');
	}
	world_document(w, COLLECTION, buf_p(&name), buf_span(&body));
	buf_done(&name);
	buf_done(&body);
}

static void forget(struct world *w, struct speech_mute *m)
{
	store(w, m->key, NULL);
	take_out(w->speech, m);
}

static void clear_away(struct world *w)
{
	size_t n = 0;

	for (struct speech_mute *m = w->speech->first, *next; m && n < CLEARED_AT_ONCE; m = next) {
		next = m->next;
		if (!is_over(w, m))
			continue;
		forget(w, m);
		n++;
	}
}

int speech_mute(struct world *w, const struct speech_mute *row)
{
	struct speech *t = w->speech;
	struct speech_mute *before;
	struct buf key = { 0 };
	int r = 0;

	text_fold(&key, (struct span){ row->name, strlen(row->name) });
	before = strmap_get(&t->by_key, buf_span(&key));
	if (!before && t->n >= SPEECH_MUTES_MAX)
		clear_away(w);
	if (before)
		take_out(t, before);
	if (key.n > KEY_BYTES) {
		r = 2;
	} else if (t->n >= SPEECH_MUTES_MAX) {
		r = 1;
	} else {
		insert(t, row, buf_span(&key));
		store(w, t->last->key, t->last);
	}
	buf_done(&key);
	return r;
}

void speech_unmute(struct world *w, const struct speech_mute *m)
{
	forget(w, (struct speech_mute *)(uintptr_t)m);
}

const struct speech_mute *speech_mutes_next(const struct world *w,
					    const struct speech_mute *previous)
{
	const struct speech_mute *m = previous ? previous->next : w->speech->first;

	while (m && is_over(w, m))
		m = m->next;
	return m;
}

/* ---- who may say what ---- */

/* By any of the names that somebody is known by; `p`: that is a player. */
static const struct speech_mute *find_any(const struct world *w, struct span name,
					  const struct player *p)
{
	const struct speech_mute *m = NULL;
	struct names names;

	names_of(name, &names);
	for (size_t i = 0; i < names.n && !m; i++) {
		m = find(w, names.v[i]);
		if (m && p && p->role >= m->rank)
			m = NULL;
	}
	buf_done(&names.folded);
	return m;
}

const char *speech_told(struct world *w, const struct speech_mute *m)
{
	struct buf text = { 0 };
	char *out;

	buf_adds(&text, "You are muted on channels and boards");
	if (m->until_ms) {
		buf_adds(&text, " until ");
		sites_date(m->until_ms, &text);
	}
	if (*m->why)
		buf_addf(&text, ": %s", m->why);
	else
		buf_addc(&text, '.');
	buf_addc(&text, '\0');
	out = arena_dup(&w->scratch, buf_p(&text), text.n);
	buf_done(&text);
	return out;
}

static struct span name_span(const struct world *w, struct ent player)
{
	const char *name = name_of(w, player);

	return (struct span){ name, strlen(name) };
}

const char *speech_unfit(struct world *w, struct ent speaker, struct span name,
			 struct span identity, struct span text)
{
	const struct player *p = player_get(w, speaker);
	const struct speech_mute *m;

	if (p && p->guest && p->role == ROLE_PLAYER && !w->conf.guests_speak)
		return "Guests may listen, but not speak: make a character of your own.";
	m = find_any(w, p ? name_span(w, speaker) : name, p);
	if (!m && identity.n)
		m = find_any(w, identity, p);
	if (m)
		return speech_told(w, m);
	if (words_find(w->speech->words, text))
		return "There is a word in that which is not said here.";
	return NULL;
}

const char *speech_refusal(struct world *w, struct ent speaker, struct span name,
			   struct span identity, struct span text)
{
	const char *why = speech_unfit(w, speaker, name, identity, text);
	const struct player *p = player_get(w, speaker);

	if (!why && p && p->role < ROLE_ADMIN && !social_may_talk(w, speaker))
		return "Not so fast: others cannot read that quickly. That was not said.";
	return why;
}

bool speech_ignores(const struct world *w, struct ent listener, struct ent speaker,
		    struct span name)
{
	const struct social *s = social_get(w, listener);
	struct names names;
	bool found = false;

	if (!s || !s->n_ignores || (ent_is(speaker) && ent_same(listener, speaker)))
		return false;
	names_of(ent_is(speaker) ? name_span(w, speaker) : name, &names);
	for (size_t i = 0; i < names.n && !found; i++)
		found = social_ignores(s, names.v[i]);
	buf_done(&names.folded);
	return found;
}

/* ---- the store ---- */

static bool load_mute(struct world *w, struct span key, json_t *body)
{
	const char *name, *by, *why;
	json_int_t since, until;
	int rank;

	if (!key.n || strmap_get(&w->speech->by_key, key) || w->speech->n >= SPEECH_MUTES_MAX ||
	    json_unpack(body, "{s:s,s:I,s:I,s:i,s:s,s:s}", "name", &name, "since", &since, "until",
			&until, "rank", &rank, "by", &by, "why", &why))
		return false;
	insert(w->speech,
	       &(struct speech_mute){ .name = (char *)(uintptr_t)name,
				      .since_ms = since,
				      .until_ms = until,
				      .rank = rank >= 0 && rank <= ROLE_COUNT ? (enum role)rank
									      : ROLE_COUNT,
				      .by = (char *)(uintptr_t)by,
				      .why = (char *)(uintptr_t)why },
	       key);
	return true;
}

void speech_load(struct world *w, const Mudlark__DocumentRow *row)
{
	static const char mute[] = "mute:", word[] = "word:";
	const size_t n = sizeof(mute) - 1;
	const struct span rest = { row->key + n, strlen(row->key) > n ? strlen(row->key) - n : 0 };
	json_t *body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);
	bool ok = false;

	if (!strncmp(row->key, mute, n))
		ok = load_mute(w, rest, body);
	else if (!strncmp(row->key, word, n))
		ok = words_load(w->speech->words, rest, body);
	json_decref(body);
	if (ok)
		return;
	w->stats.load_troubles++;
	log_error("speech_malformed", LOG_STR("key", row->key));
}
