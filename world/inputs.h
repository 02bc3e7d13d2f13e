/*
 * inputs.h - what each input does; the table itself is world_inbox (world.h).
 */
#pragma once

#include "world/core/world.h"

/* Applied when it is fed; the others wait for their turn. */
bool inputs_at_once(unsigned field);
