/*
 * protos.h - from a stored "pack/key" to what the pack says today.
 */
#pragma once

#include "world/core/comp.h"
#include "world/core/world.h"
#include "world/pack/pack.h"

/* NULL: no such pack; *ret_key is what follows the slash. */
const struct pack *protos_pack(const struct world *w, const char *path, struct span *ret_key);
char *protos_path(const struct pack *pack, const char *key); /* takes: free() */
/* Reads the one member of such a component, "proto", into *key (taken; NULL when it is missing). As
 * the load functions of comp.h. */
int protos_load(json_t *members, unsigned *unknown, char **key);
/* Makes the rooms of all packs and their exits; the same ids every time. */
void protos_make_rooms(struct world *w);
struct ent protos_room(const struct world *w, const struct pack *p, const char *key);
