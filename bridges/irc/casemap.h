/*
 * casemap.h - which names of IRC are the same: a network says so with CASEMAPPING.
 */
#pragma once

#include "rt/base.h"

enum casemap {
	CASEMAP_RFC1459, /* A-Z, and {}|^ are the small ones of []\~ */
	CASEMAP_ASCII,
	CASEMAP_STRICT, /* as rfc1459 without ^ and ~ */
};

enum { CASEMAP_NAME = 256 };

/* The folded form into `dst`, cut to what fits; returns it. */
struct span casemap_fold(enum casemap m, struct span name, char dst[CASEMAP_NAME]);
bool casemap_equal(enum casemap m, struct span a, struct span b);
/* False: nobody has heard of it; *ret untouched. */
bool casemap_named(struct span name, enum casemap *ret);
