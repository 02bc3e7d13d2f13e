/*
 * sessions.h - the inside of session.c, for the turn, the login and what goes to groups.
 */
#pragma once

#include "world/session.h"

struct sessions *sessions_new(void);
void sessions_free(struct world *w);

struct session *session_new(struct world *w, uint64_t id, uint32_t gateway);
/* Forgets it; says nothing to anybody. */
void session_free(struct world *w, struct session *s);
/* Forgets its questions and what was kept for them. */
void session_forget_ask(struct session *s);
void session_set_caps(struct session *s, const Mudlark__SessionCaps *caps);
void session_set_group(struct world *w, struct session *s, struct ent room);
/* Same, but the gateway knows it already. */
void session_take_group(struct world *w, struct session *s, struct ent room);
/* How many sessions of a gateway listen to a room. */
size_t sessions_listening(const struct world *w, struct ent room, uint32_t gateway);
bool sessions_support(const struct session *s, const char *package);

/* To its gateway; no effect when it is the own session of the unit. */
void session_tell_state(struct world *w, struct session *s, bool resumed);
/* Its gateway is another one from now on. What was said to it from the oseq `again` on follows once more;
 * 0: nothing. */
void session_move(struct world *w, struct session *s, uint32_t gateway, uint64_t again);
/* The connection ends behind this text; by the second the player goes on by another one. */
void session_send_close(struct world *w, const struct session *s, struct span text);
void session_send_moved(struct world *w, const struct session *s, struct span text);
/* The one record that ends a unit of this session: what it is told, whether its line is done, its
 * prompt when that changed, and before it whether the client may echo. */
void session_answer(struct world *w, struct session *s, struct span text, uint64_t done);

/* enter.c: into the world and out of it. */
void enter_world(struct world *w, struct session *s, struct ent player);
void enter_attached(struct world *w, struct session *s, uint32_t gateway,
		    const Mudlark__SessionAttach *m);
/* The connection is lost or its gateway is: the character stays for a while, parked or link-dead. */
void enter_link_lost(struct world *w, struct session *s);
/* A character that was link-dead has a connection again. */
void enter_restored(struct world *w, struct ent player);
/* Tells others of a parked session, when it is time. False: it is not, or they know. */
bool enter_parked_long(struct world *w, const struct session *s);
/* Nobody has resumed a parked session. */
void enter_parked_over(struct world *w, struct session *s);
void enter_leave(struct world *w, struct ent player);
void enter_ready(struct world *w);
void enter_init(struct world *w);

/* login.c */
void login_begin(struct world *w, struct session *s, const char *notice);
void login_free(struct world *w, struct session *s);
