/*
 * topic.h - which topic of a view a player's words touch: the one that has the most of its words in them
 * (phrases count by their length; case, plural and apostrophe s do not matter); of equals the first, small talk
 * last. For `ask about X` the whole of X is looked at first.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "rt/base.h"

/* NULL: none. */
const Mudlark__AiTopic *topic_find(const Mudlark__AiView *v, struct span words);
/* One of the words of `avoids` is in them. */
bool topic_is_avoided(const Mudlark__AiView *v, struct span words);
