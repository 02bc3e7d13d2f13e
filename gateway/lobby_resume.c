/*
 * lobby_resume.c - sessions that can be taken up again, and those that take one up (resume.h), between
 * their clients and the world.
 *
 * While the world has not answered a wish, the lines of the session wait: whose they are is not known.
 * What its client numbered itself is dropped with the answer, since the client, now told
 * what was taken, sends the rest again.
 */
#include "gateway/lobby.h"
#include "gateway/resume.h"
#include "gateway/tell.h"
#include "rt/log.h"

static const char resume_late_line[] = "You are in play already.";
static const char resume_bad_line[] = "That is no token.";
static const char resume_end_line[] =
	"{system}That was one wrong token too many. Come back by your name.{/}";

bool lobby_tell_resume(struct session *s)
{
	struct resume *r = s->resume;

	if (r->world_due) {
		if (!tell_token(s->lobby, s))
			return false;
		r->world_due = false;
	}
	if (resume_is_unsent(r)) {
		if (!tell_resume(s->lobby, s))
			return false;
		resume_sent(r, true);
	}
	return true;
}

void lobby_resumable(struct session *s)
{
	struct lobby *l = s->lobby;

	if (s->resume || l->conf->resume_grace_us < 1000000)
		return;
	s->resume = resume_new(l->entropy, (uint32_t)(l->conf->resume_grace_us / 1000000));
	/* What it was said before this, it was given. */
	s->resume->at = s->resume->at_told = l->oseq;
	lobby_touch(s);
}

static void tell_refused(struct session *s, const char *why)
{
	struct lobby *l = s->lobby;

	if (l->io.resumed)
		l->io.resumed(l->io.ctx, s, &(struct lobby_resumed){ .why = why });
	if (s->resume && s->resume->refused >= RESUME_REFUSALS)
		lobby_end(s, "resume_refused", resume_end_line);
}

void lobby_resume(struct session *s, const struct resume_claim *c)
{
	lobby_resumable(s);
	if (s->playing || !s->resume) {
		tell_refused(s, resume_late_line);
	} else if (resume_claim(s->resume, c, s->lobby->entropy) != 0) {
		s->resume->refused++;
		tell_refused(s, resume_bad_line);
	} else {
		lobby_pump(s);
	}
}

/* What the client numbered it sends again, now that it knows from where. */
static void drop_numbered(struct session *s)
{
	s->lobby->stats.queued -= session_drop_tagged(s);
}

void lobby_resumed(struct session *s, const Mudlark__Resumed *m)
{
	struct lobby *l = s->lobby;

	if (!s->resume || !s->resume->wish)
		return;
	resume_answered(s->resume, m);
	log_info("session_resumes", LOG_ID("session", s->id), LOG_INT("ok", m->ok),
		 LOG_INT("gap", m->gap));
	if (!m->ok) {
		lobby_pump(s);
		tell_refused(s, m->why);
		return;
	}
	drop_numbered(s);
	lobby_pump(s);
	if (l->io.resumed)
		l->io.resumed(l->io.ctx, s,
			      &(struct lobby_resumed){ .line = m->tag, .gap = m->gap });
}
