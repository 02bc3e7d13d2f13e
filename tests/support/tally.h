/*
 * tally.h - numbered lines in a transcript: which of "WORD0." to "WORDn-1." were heard, how often, in what order.
 */
#pragma once

#include "rt/base.h"

struct tally {
	size_t heard, doubled, lost, disordered;
	size_t first_lost, first_doubled; /* numbers, where there are any */
};

struct tally tally_of(struct span text, const char *word, size_t n);
/* How often each was; freed by the caller. *ret_disordered: how many came behind a later one. */
uint32_t *tally_times(struct span text, const char *word, size_t n,
		      size_t *ret_disordered) MUST_USE;
