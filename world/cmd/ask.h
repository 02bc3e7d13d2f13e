/*
 * ask.h - asking somebody about something, for `ask` and for `talk`.
 */
#pragma once

#include "world/cmd/table.h"

/* Asks whom `name` means; empty: with whom the actor talks, or the only one there is. */
void ask_about(const struct cmd_call *c, struct span name, struct span topic);
/* "nan about the tide", or with an empty name "about the tide"; false: neither. */
bool ask_split(struct span args, struct span *ret_name, struct span *ret_topic);
