/*
 * tell.h - what a lobby tells the world, one function a message.  True: the link has it.  False: it
 * has no room, nothing was sent, and the lobby waits for room.
 */
#pragma once

#include "gateway/lobby.h"

bool tell_open(struct lobby *l, struct session *s) MUST_USE;
bool tell_attach(struct lobby *l, struct session *s) MUST_USE;
bool tell_token(struct lobby *l, struct session *s) MUST_USE;
/* What the client wants to resume. */
bool tell_resume(struct lobby *l, struct session *s) MUST_USE;
bool tell_caps(struct lobby *l, struct session *s) MUST_USE;
/* The head of the session's lines. */
bool tell_line(struct lobby *l, struct session *s) MUST_USE;
bool tell_data(struct lobby *l, struct session *s, struct span package, struct span json) MUST_USE;
bool tell_closed(struct lobby *l, const struct lobby_farewell *f) MUST_USE;
