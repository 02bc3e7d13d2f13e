/*
 * files.h - the files of a pack: found, read whole, hashed.
 *
 * A pack keeps to its own folder: links are mistakes, never followed.  Folders go one level deep.
 */
#pragma once

#include "rt/arena.h"
#include "rt/base.h"

#define PACK_FILE_MAX (1 << 20)
#define PACK_FILES_MAX 1000

struct mistakes;

struct pack_file {
	const char *path; /* folder/as/given/file.yaml: for mistakes */
	const char *name; /* below the pack's folder: part of `path` */
	struct span bytes;
};

struct pack_files {
	struct pack_file *list; /* in order of name */
	size_t n;
	char hash[65]; /* hex BLAKE2b over names and bytes */
};

/* Finds and reads all *.yaml of the folder into the arena. */
void pack_files_read(struct pack_files *ret, const char *dir, struct arena *arena,
		     struct mistakes *m);
void pack_files_done(struct pack_files *files);
