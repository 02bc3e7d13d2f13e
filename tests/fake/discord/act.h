/*
 * act.h - what tests order: POST /do with {"do": WORD, ...}; the words are a table in act.c.
 */
#pragma once

#include "tests/fake/discord/fake.h"

/* The answer, new; NULL: a sentence in *why. */
json_t *act(struct fake *f, const json_t *order, struct buf *why);
void act_mode_init(struct fake_mode *m);
