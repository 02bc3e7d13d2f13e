/*
 * lobby_life.c - which life of the world is on the link, and what becomes of sessions when it is an earlier one.
 *
 * Each life numbers its durable records behind those of the one before, so that what was seen is known
 * over all of them.  It is otherwise when an older backup was put into the store: the life after that begins
 * behind an earlier number, or behind the same one as another life.  Nothing that was shown meanwhile
 * is true any more.  What sessions have done since is no part of that world, even of those it knows; their
 * lines and its records cannot be brought together, so they end, with a sentence.
 *
 * A life that was here before and comes again with its lower number is none of that: it has been replaced
 * and does not know it yet.  It cannot store anything, and what it says is dropped by its number.
 */
#include <stdlib.h>

#include "gateway/lobby.h"
#include "rt/log.h"

static const char back_line[] =
	"{system}The world was put back to an earlier moment; what happened since is undone. "
	"Please connect again and log in.{/}";
static const char lost_line[] = "{system}What you typed meanwhile is set aside.{/}";

static bool is_back(const struct lobby *l, const Mudlark__Life *m)
{
	if (l->life.instance == 0 || m->instance == l->life.instance)
		return false;
	return m->oseq <= l->life.oseq && m->instance != l->former.instance;
}

/* Those that another life has known; who came only now stays. */
static bool was_there(const struct session *s)
{
	return s->state == SESSION_DETACHED || s->state == SESSION_ATTACHING;
}

static void show_out(struct session *s)
{
	struct lobby *l = s->lobby;
	const size_t n = session_drop_lines(s);

	l->stats.queued -= n;
	l->stats.dropped += n;
	if (n > 0)
		lobby_say(s, lost_line);
	lobby_end(s, "world_set_back", back_line);
}

static size_t show_all_out(struct lobby *l)
{
	uint64_t id, *ids = base_alloc(l->sessions.n + 1, sizeof(*ids));
	size_t n = 0, it = 0;
	void *s;

	while (map64_next(&l->sessions, &it, &id, &s))
		if (was_there(s))
			ids[n++] = id;
	for (size_t i = 0; i < n; i++)
		show_out(map64_get(&l->sessions, ids[i]));
	free(ids);
	return n;
}

void lobby_life(struct lobby *l, const Mudlark__Life *m)
{
	const bool back = is_back(l, m);
	const uint64_t known = l->oseq;
	size_t n;

	if (m->instance == l->life.instance || (!back && m->oseq <= l->life.oseq))
		return;
	l->former = l->life;
	l->life.instance = m->instance;
	l->life.oseq = m->oseq;
	if (!back)
		return;
	l->oseq = m->oseq;
	n = show_all_out(l);
	log_warning("world_set_back", LOG_U64("from", known), LOG_U64("to", m->oseq),
		    LOG_U64("sessions", n));
}
