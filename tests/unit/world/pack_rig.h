/*
 * pack_rig.h - a pack in a folder of its own, written file by file, and what loading it says.
 */
#pragma once

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world/pack/pack.h"

/* A folder with a pack in it, removed file by file when the test is done. */
static char folder[64];
static char paths[16][128];
static size_t n_paths;

static inline void setup(void)
{
	snprintf(folder, sizeof(folder), "/tmp/mudlark-pack-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	n_paths = 0;
}

static inline void teardown(void)
{
	while (n_paths)
		remove(paths[--n_paths]);
	remove(folder);
}

static inline const char *path_of(const char *name)
{
	char *path = paths[n_paths++];

	ck_assert_uint_lt(n_paths, 16);
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static inline void put_bytes(const char *name, const char *bytes, size_t n)
{
	FILE *f = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static inline void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

#define HEADER "name: mini\nversion: 1.0\nlicence: MIT\nstart: hall\n"
#define AREA "area: {key: house, name: The House}\n"
#define HALL "  hall: {name: Hall, look: Bare., exits: {north: yard}}\n"
#define YARD "  yard: {name: Yard, look: Wet., exits: {south: hall}}\n"

static inline struct pack *load_good(void)
{
	struct pack *pack = NULL;
	struct buf errors = { 0 };
	int r = pack_load(&pack, folder, &errors);

	ck_assert_msg(!r, "%.*s", (int)errors.n, buf_p(&errors));
	ck_assert_uint_eq(errors.n, 0);
	return pack;
}

/* The mistakes must be exactly these lines, the folder's name left out. */
static inline void expect(const char *expected)
{
	struct pack *pack = NULL;
	struct buf errors = { 0 }, got = { 0 };
	size_t n = strlen(folder);

	ck_assert_int_eq(pack_load(&pack, folder, &errors), 1);
	ck_assert_ptr_null(pack);
	buf_addc(&errors, 0);
	for (const char *p = buf_p(&errors); *p; p++) {
		if (!strncmp(p, folder, n) && p[n] == '/')
			p += n + 1;
		buf_addc(&got, *p);
	}
	buf_addc(&got, 0);
	ck_assert_str_eq(buf_p(&got), expected);
	buf_done(&errors);
	buf_done(&got);
}

/* One file with rooms, or anything else, beside a good header. */
static inline void expect_in(const char *text, const char *expected)
{
	put("pack.yaml", HEADER);
	put("world.yaml", text);
	expect(expected);
}
