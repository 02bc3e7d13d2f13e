/* restore.h - an export or a backup into an empty store that nobody serves. */
#pragma once

#include "command.h"

/* Becomes mudlark-persist --import FILE, with the data directory locked against `mudlark up` until it ends.
 * Returns an exit status only when that cannot be; the reason was said. */
int restore_from(const struct args *a, const char *file);
