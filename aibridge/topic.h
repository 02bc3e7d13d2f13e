/*
 * topic.h - which topic of a view a player's words touch: the one that has the most of its words in them
 * (phrases count by their length; case, plural and apostrophe s do not matter); of equals the first, small talk
 * last. One that is the whole of what was said goes before all. The name by which somebody is called ("good
 * day, Jem") does not count, unless nothing else is said.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "rt/base.h"

/* NULL: none. */
const Mudlark__AiTopic *topic_find(const Mudlark__AiView *v, struct span words);
/* One of the words of `avoids` is in them. */
bool topic_is_avoided(const Mudlark__AiView *v, struct span words);
