/*
 * path.h - folders that are to be there before something is put into them.
 */
#pragma once

#include "rt/base.h"

/* Makes a folder and those above it, for nobody else (0700) as far as they are made here. 0 or -errno. */
int path_make(const char *dir) MUST_USE;
/* The same for the folder that a file is in. */
int path_make_for(const char *file) MUST_USE;
