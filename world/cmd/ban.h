/*
 * ban.h - what staff type behind `@ban` and `@unban`: "203.0.113.0/24", "Ana", "account Ana",
 * "character Ana", then "for 2h", then "because TEXT".
 */
#pragma once

#include "world/cmd/table.h"
#include "world/core/event.h"
#include "world/sites.h"

/* Takes the target off *args into ret->kind and its net or name. False: it said what is wrong. */
bool ban_target(const struct cmd_call *c, struct span *args, struct site *ret) MUST_USE;
/* How long, in ms ("2h", "3 days"; "ever": 0). False: it is no time. */
bool ban_time(struct span *args, int64_t *ret_ms) MUST_USE;
/* The fact for the books. */
void ban_fact(struct world *w, enum fact_kind kind, struct ent actor, const struct site *s);
