/*
 * social.c - see social.h.
 */
#include "world/social/social.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comps.h"
#include "world/core/events.h"
#include "world/core/world.h"
#include "world/social/speech.h"

enum { TALK_BURST_S = 5, POST_EVERY_S = 60, POST_BURST = 3 };

void social_done(void *c)
{
	struct social *s = c;

	for (size_t i = 0; i < s->n_ignores; i++)
		free(s->ignores[i]);
	free(s->ignores);
	free(s->choices);
}

size_t social_bulk(const void *c)
{
	const struct social *s = c;
	size_t bytes = s->n_choices * (CHANNEL_NAME_MAX + 10);

	for (size_t i = 0; i < s->n_ignores; i++)
		bytes += strlen(s->ignores[i]) + 3;
	return bytes;
}

const struct social *social_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_SOCIAL);
}

static struct social *write(struct world *w, struct ent e)
{
	return comp_write(w, e, COMP_SOCIAL);
}

/* ---- channels ---- */

static struct social_choice *find_choice(const struct social *s, const char *channel)
{
	for (size_t i = 0; s && i < s->n_choices; i++)
		if (!strcmp(s->choices[i].channel, channel))
			return &s->choices[i];
	return NULL;
}

const struct social_choice *social_choice(const struct world *w, struct ent e, const char *channel)
{
	return find_choice(social_get(w, e), channel);
}

static void drop_choice(struct social *s, size_t at)
{
	s->n_choices--;
	memmove(&s->choices[at], &s->choices[at + 1], (s->n_choices - at) * sizeof(*s->choices));
}

/* When there are too many, the oldest are of channels that are no more. */
static void add_choice(struct social *s, const char *channel, bool on)
{
	struct social_choice *c;

	if (s->n_choices == CHANNELS_MAX)
		drop_choice(s, 0);
	s->choices = base_realloc(s->choices, s->n_choices + 1, sizeof(*s->choices));
	c = &s->choices[s->n_choices++];
	*c = (struct social_choice){ .on = on };
	snprintf(c->channel, sizeof(c->channel), "%s", channel);
}

void social_choose(struct world *w, struct ent e, const char *channel, bool on, bool usual)
{
	struct social *s = write(w, e);
	struct social_choice *before = find_choice(s, channel);

	if (!s)
		return;
	if (before)
		drop_choice(s, (size_t)(before - s->choices));
	if (on != usual)
		add_choice(s, channel, on);
}

/* ---- who is ignored ---- */

static size_t find_ignore(const struct social *s, struct span name)
{
	size_t i = 0;

	while (i < s->n_ignores &&
	       (strlen(s->ignores[i]) != name.n || memcmp(s->ignores[i], name.p, name.n) != 0))
		i++;
	return i;
}

bool social_ignores(const struct social *s, struct span name)
{
	return find_ignore(s, name) < s->n_ignores;
}

static void add_ignore(struct social *s, struct span name)
{
	s->ignores = base_realloc(s->ignores, s->n_ignores + 1, sizeof(char *));
	s->ignores[s->n_ignores++] = base_dup(name.p, name.n);
}

bool social_ignore(struct world *w, struct ent e, struct span name)
{
	const struct social *s = social_get(w, e);

	if (social_ignores(s, name))
		return true;
	if (s->n_ignores >= SPEECH_IGNORES_MAX)
		return false;
	add_ignore(write(w, e), name);
	return true;
}

bool social_unignore(struct world *w, struct ent e, struct span name)
{
	const size_t at = find_ignore(social_get(w, e), name);
	struct social *s;

	if (at == social_get(w, e)->n_ignores)
		return false;
	s = write(w, e);
	free(s->ignores[at]);
	s->n_ignores--;
	memmove(&s->ignores[at], &s->ignores[at + 1], (s->n_ignores - at) * sizeof(char *));
	return true;
}

void social_leave(struct world *w, struct ent e)
{
	struct social *s = write(w, e);

	if (s)
		s->seen = events_seq(w);
}

/* ---- the pace ---- */

/* One more that costs so much, of what leaks by `leak` a tick; at most `most` at once. */
static bool take(const struct world *w, struct pace *p, uint64_t cost, uint64_t leak, uint64_t most)
{
	const uint64_t leaked = (w->tick - p->tick) * leak;
	const uint64_t level = p->level > leaked ? p->level - leaked : 0;

	if (level + cost > most)
		return false;
	*p = (struct pace){ level + cost, w->tick };
	return true;
}

/* Not stored, so writing is no change. */
static struct social *raw(const struct world *w, struct ent e)
{
	return (struct social *)(uintptr_t)social_get(w, e);
}

bool social_may_talk(struct world *w, struct ent e)
{
	const uint64_t second = w->conf.tick_rate, rate = w->conf.channel_rate;
	struct social *s = raw(w, e);

	return !s || !rate || take(w, &s->talk, second, rate, TALK_BURST_S * rate * second);
}

bool social_may_post(struct world *w, struct ent e)
{
	const uint64_t cost = (uint64_t)POST_EVERY_S * w->conf.tick_rate;
	struct social *s = raw(w, e);

	return !s || take(w, &s->post, cost, 1, POST_BURST * cost);
}

/* ---- the store ---- */

void social_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct social *s = c;

	(void)w;
	(void)e;
	if (s->n_choices) {
		json_member(out, "channels");
		buf_addc(out, '{');
		for (size_t i = 0; i < s->n_choices; i++)
			comp_save_bool(out, s->choices[i].channel, s->choices[i].on);
		buf_addc(out, '}');
	}
	if (s->n_ignores) {
		json_member(out, "ignores");
		for (size_t i = 0; i < s->n_ignores; i++) {
			buf_addc(out, i ? ',' : '[');
			json_quote(out, (struct span){ s->ignores[i], strlen(s->ignores[i]) });
		}
		buf_addc(out, ']');
	}
	if (s->seen)
		comp_save_int(out, "seen", (int64_t)s->seen);
}

static void load_choices(struct social *s, json_t *v, int *bad)
{
	const char *channel;
	json_t *on;

	json_object_foreach(v, channel, on)
	{
		const bool value = comp_bool(on, bad);

		if (strlen(channel) <= CHANNEL_NAME_MAX && !find_choice(s, channel))
			add_choice(s, channel, value);
	}
}

static void load_ignores(struct social *s, json_t *v, int *bad)
{
	for (size_t i = 0; i < json_array_size(v) && i < SPEECH_IGNORES_MAX; i++) {
		const char *name = comp_text(json_array_get(v, i), bad);

		if (name)
			add_ignore(s, (struct span){ name, strlen(name) });
	}
}

int social_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct social *s = c;
	const char *key;
	json_t *v;
	int bad = 0;

	(void)w;
	(void)e;
	json_object_foreach(members, key, v)
	{
		if (!strcmp(key, "channels"))
			load_choices(s, v, &bad);
		else if (!strcmp(key, "ignores"))
			load_ignores(s, v, &bad);
		else if (!strcmp(key, "seen"))
			s->seen = (uint64_t)comp_int(v, &bad);
		else
			++*unknown;
	}
	return bad;
}
