/*
 * channel.c - see channel.h.
 */
#include "bridges/irc/channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	REJOIN_MIN_US = 5000000,
	REJOIN_MAX_US = 600000000,
	ANSWER_EVERY_US = 3000000,
	ANSWER_BURST = 4,
	NOTE_EVERY_US = 10000000,
	BUSY_EVERY_US = 60000000,
	COME_EVERY_US = 2000000,
	COME_BURST = 5,
	SPLIT_QUIET_US = 3000000,   /* until it is told */
	SPLIT_WAIT_US = 1800000000, /* for those who are gone */
};

static const char *const state_names[] = {
	[CHANNEL_OUT] = "not in",
	[CHANNEL_JOINING] = "joining",
	[CHANNEL_IN] = "joined",
};

const char *channel_state_name(enum channel_state s)
{
	return state_names[s];
}

struct channel *channel_new(const char *name, uint64_t now_us, uint64_t seed)
{
	struct channel *c = base_alloc(1, sizeof(*c));

	c->name = base_dup(name, strlen(name));
	strmap_init(&c->members, NULL);
	strmap_init(&c->split.gone, NULL);
	backoff_init(&c->backoff, REJOIN_MIN_US, REJOIN_MAX_US, seed);
	flood_init(&c->answer, ANSWER_EVERY_US, ANSWER_BURST, now_us);
	flood_init(&c->note, NOTE_EVERY_US, 1, now_us);
	flood_init(&c->busy, BUSY_EVERY_US, 1, now_us);
	flood_init(&c->come, COME_EVERY_US, COME_BURST, now_us);
	return c;
}

static void member_free(struct member *m)
{
	if (!m)
		return;
	free(m->account);
	free(m);
}

void channel_empty(struct channel *c)
{
	struct span key;
	size_t it = 0;
	void *m;

	while (strmap_next(&c->members, &it, &key, &m))
		member_free(m);
	strmap_done(&c->members);
	strmap_init(&c->members, NULL);
	c->is_known = false;
}

static void forget_split(struct channel *c)
{
	strmap_done(&c->split.gone);
	c->split = (struct channel_split){ 0 };
	strmap_init(&c->split.gone, NULL);
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	channel_empty(c);
	strmap_done(&c->members);
	strmap_done(&c->split.gone);
	out_done(&c->out);
	free(c->name);
	free(c->key);
	free(c);
}

struct member *channel_member(const struct channel *c, enum casemap m, struct span nick)
{
	char folded[CASEMAP_NAME];

	return strmap_get(&c->members, casemap_fold(m, nick, folded));
}

struct member *channel_add(struct channel *c, enum casemap m, struct span nick)
{
	char folded[CASEMAP_NAME];
	const struct span key = casemap_fold(m, nick, folded);
	struct member *who = strmap_get(&c->members, key);

	if (who || c->members.n >= CHANNEL_MEMBERS || !key.n)
		return who;
	who = base_alloc(1, sizeof(*who) + key.n + 1);
	memcpy(who->nick, nick.p, key.n);
	strmap_put(&c->members, key, who);
	return who;
}

bool channel_remove(struct channel *c, enum casemap m, struct span nick)
{
	char folded[CASEMAP_NAME];
	struct member *who = strmap_del(&c->members, casemap_fold(m, nick, folded));

	member_free(who);
	return who != NULL;
}

void channel_rename(struct channel *c, enum casemap m, struct span from, struct span to)
{
	char folded[CASEMAP_NAME];
	struct member *old = strmap_del(&c->members, casemap_fold(m, from, folded)), *new;

	if (!old)
		return;
	channel_remove(c, m, to);
	new = channel_add(c, m, to);
	if (new) {
		new->account = TAKE(old->account);
		new->rank = old->rank;
	}
	member_free(old);
}

void channel_account(struct member *who, struct span account)
{
	const bool none = !account.n || (account.n == 1 && account.p[0] == '*');
	const size_t n = account.n < CASEMAP_NAME ? account.n : CASEMAP_NAME;

	free(who->account);
	who->account = none ? NULL : base_dup(account.p, n);
}

void channel_name(struct channel *c, const struct isupport *s, struct span word)
{
	unsigned rank = 0;
	struct member *who;

	while (word.n && word.p[0] && strchr(s->prefix_signs, word.p[0])) {
		const unsigned r = isupport_rank(s, word.p[0]);

		if (!rank || r < rank)
			rank = r;
		word = (struct span){ word.p + 1, word.n - 1 };
	}
	who = channel_add(c, s->casemap, word);
	if (who)
		who->rank = rank;
}

void channel_mode(struct channel *c, const struct isupport *s, const struct irc_line *l)
{
	const struct span modes = irc_param(l, 1);
	bool set = true;
	size_t at = 2;

	for (size_t i = 0; i < modes.n; i++) {
		const char mode = modes.p[i];
		struct member *who;

		if (mode == '+' || mode == '-') {
			set = mode == '+';
			continue;
		}
		if (!isupport_has_param(s, mode, set))
			continue;
		who = mode && strchr(s->prefix_modes, mode)
			      ? channel_member(c, s->casemap, irc_param(l, at))
			      : NULL;
		at++;
		if (who)
			who->rank = set ? isupport_rank(s, mode) : 0;
	}
}

/* Splits */

bool channel_lose(struct channel *c, enum casemap m, struct span nick, uint64_t now_us)
{
	char folded[CASEMAP_NAME];
	struct channel_split *s = &c->split;

	if (s->until_us && now_us >= s->until_us)
		forget_split(c);
	s->until_us = now_us + SPLIT_WAIT_US;
	s->tell_us = now_us + SPLIT_QUIET_US;
	s->lost++;
	if (s->gone.n < CHANNEL_SPLIT)
		strmap_put(&s->gone, casemap_fold(m, nick, folded), c);
	return true;
}

bool channel_regain(struct channel *c, enum casemap m, struct span nick, uint64_t now_us)
{
	char folded[CASEMAP_NAME];
	struct channel_split *s = &c->split;

	if (s->until_us && now_us >= s->until_us)
		forget_split(c);
	if (!strmap_del(&s->gone, casemap_fold(m, nick, folded)))
		return false;
	s->tell_us = now_us + SPLIT_QUIET_US;
	s->back++;
	return true;
}

uint64_t channel_split_due(const struct channel *c)
{
	return c->split.tell_us;
}

bool channel_split_text(struct channel *c, uint64_t now_us, struct buf *out)
{
	struct channel_split *s = &c->split;

	if (!s->tell_us || now_us < s->tell_us)
		return false;
	if (s->lost)
		buf_addf(out, "the network has split: %zu of %s cannot be heard", s->lost, c->name);
	if (s->back)
		buf_addf(out, "%s%zu of %s are back from the split", s->lost ? "; " : "", s->back,
			 c->name);
	s->lost = s->back = 0;
	s->tell_us = 0;
	return true;
}

/* Loops */

static uint64_t mark_of(struct span text)
{
	static const uint8_t key[16];

	return map_siphash(key, text.p, text.n);
}

void channel_note_said(struct channel *c, struct span text)
{
	c->said[c->n_said++ % CHANNEL_SAID] = mark_of(text);
}

bool channel_was_said(const struct channel *c, struct span text)
{
	const uint64_t mark = mark_of(text);

	for (size_t i = 0; i < CHANNEL_SAID && i < c->n_said; i++)
		if (c->said[i] == mark)
			return true;
	return false;
}
