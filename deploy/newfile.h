/*
 * newfile.h - a file that is there whole or not at all, and never in place of another: written under a
 * name of its own beside it, locked as long as somebody writes, and given its name when all of it is on
 * the disk.  Only its owner may read it.
 */
#pragma once

#include "rt/base.h"

#define NEWFILE_PART ".part"

struct newfile {
	char *path;
	char *part; /* PATH.part; NULL: kept or dropped */
	int fd;
};

/* Takes nothing; no file of that name may be there. -errno, -EEXIST also while another writes it. */
int newfile_open(struct newfile *f, const char *path) MUST_USE;
/* All of it is on the disk, under its name for good. -errno: it is not there, as if never opened. */
int newfile_keep(struct newfile *f) MUST_USE;
/* As if it had never been, unless it was kept. */
void newfile_done(struct newfile *f);
