/*
 * scripted.h - the provider that needs no model: keyword rules and templates of the pack, the same answer for
 * the same conversation.
 *
 * A greeting that fits, the lines of the topic in turn (what was said before is said shorter, or said to have
 * been said), a refusal for what is avoided, small talk, a shrug that was not used last; now and then what
 * else one might ask about.  {name}, {place}, {time} and {weather} in lines are filled in.  Nothing that a
 * player typed is ever in it.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "aibridge/talk.h"
#include "rt/base.h"
#include "rt/buf.h"

/* Appends the answer: plain sentences, never empty. `topic` as found by topic_find(), may be NULL. The
 * turn that is stored of it (talk_add()) must have its key. */
void scripted_answer(const Mudlark__AiAsk *ask, const struct talk *talk,
		     const Mudlark__AiTopic *topic, struct buf *out);
