/*
 * series.h - many things in one sentence: "a lantern, three copper pennies and an old net".
 */
#pragma once

#include "rt/buf.h"
#include "world/core/entity.h"

/* Things that cannot be told apart are counted; order is that of the first of each kind. */
void series_add(const struct world *w, const struct ent *list, size_t n, struct buf *out);
/* One name with its count in words: "three copper pennies". */
void series_counted(const struct world *w, struct ent e, size_t n, struct buf *out);
/* How many in list[i..n) are like list[i], which must be the first of its kind; 0: it is not. */
size_t series_like(const struct world *w, const struct ent *list, size_t n, size_t i);
