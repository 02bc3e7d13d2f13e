/*
 * begin.h - how a world comes to be what it was: Begin, Load..., Ready.
 */
#pragma once

#include "world/core/world.h"

void begin_world(struct world *w, const Mudlark__Begin *m);
void begin_entities(struct world *w, const Mudlark__LoadEntities *m);
void begin_sessions(struct world *w, const Mudlark__LoadSessions *m);
void begin_documents(struct world *w, const Mudlark__LoadDocuments *m);
void begin_ready(struct world *w);
void begin_free(struct world *w);
/* Rows of one character and what it carries; ENT_NONE when its own row is not among them. */
struct ent begin_tree(struct world *w, Mudlark__EntityRow *const *rows, size_t n, uint64_t id);
