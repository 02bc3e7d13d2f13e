/*
 * texts.h - options that are texts on their way into the core: "name=Mudlark" in Begin.conf.
 */
#pragma once

#include "world/core/world.h"

const char *texts_name(enum world_text which);
/* False: there is no such text. `mssp` may come again and again. */
bool texts_set(struct world *w, struct span key, const char *value);
void texts_free(struct world *w);
