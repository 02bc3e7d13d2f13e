/*
 * comps.h - the functions behind the rows of comp_table; each is in the file of its component.
 */
#pragma once

#include "world/core/comp.h"

void name_done(void *c);
void name_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int name_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void place_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int place_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void item_done(void *c);
void item_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int item_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void actor_init(void *c);
void actor_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int actor_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void player_done(void *c);
void player_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int player_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void thoughts_done(void *c);
void thoughts_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int thoughts_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void npc_done(void *c);
void npc_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int npc_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void bonds_done(void *c);
size_t bonds_bulk(const void *c);
void bonds_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int bonds_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void errands_done(void *c);
size_t errands_bulk(const void *c);
void errands_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int errands_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);

void social_done(void *c);
size_t social_bulk(const void *c);
void social_save(const struct world *w, struct ent e, const void *c, struct buf *out);
int social_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);
