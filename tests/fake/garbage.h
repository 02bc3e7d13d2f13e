/* garbage.h - answers that no API gives. */
#pragma once

#include "tests/fake/api.h"
#include "tests/fake/mode.h"

/* Replaces what comes behind the first `after` pieces by the fault. Returns the type of what is sent now. */
const char *garbage_put(enum fault fault, const struct api *api, size_t after, struct pieces *out);
/* A piece that is to be sent over and over, and how often; 0: none. */
size_t garbage_again(enum fault fault, struct buf *ret);
