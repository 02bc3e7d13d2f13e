/*
 * files.c - walks a pack's folder.  Order is by name, never by what readdir() gives, so that the
 * same files make the same world everywhere.
 */
#include "world/pack/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "world/pack/mistake.h"

struct walk {
	struct pack_files *files;
	struct arena *arena;
	struct mistakes *m;
	size_t root_len; /* of "folder/" in a path */
};

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && !strcmp(name + n - s, suffix);
}

static void fail(struct walk *w, const char *path, const char *sentence)
{
	mistake_in(w->m, path, 1, 1, "%s", sentence);
}

/* Reads the whole of a regular file; false after a mistake. */
static bool read_all(struct walk *w, int fd, const char *path, struct span *ret)
{
	struct stat st;
	size_t n = 0;
	char *p;

	if (fstat(fd, &st) || st.st_size > PACK_FILE_MAX) {
		fail(w, path, "the file is longer than 1 MiB: split it");
		return false;
	}
	p = arena_alloc(w->arena, (size_t)st.st_size + 1);
	while (n < (size_t)st.st_size) {
		ssize_t r = read(fd, p + n, (size_t)st.st_size - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		n += (size_t)r;
	}
	p[n] = 0;
	*ret = (struct span){ p, n };
	return true;
}

static void take_file(struct walk *w, int dir_fd, const char *entry, const char *path)
{
	int fd = openat(dir_fd, entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct pack_file file = { .path = path, .name = path + w->root_len };

	if (fd < 0) {
		mistake_in(w->m, path, 1, 1, "cannot be read: %s", strerror(errno));
		return;
	}
	if (w->files->n == PACK_FILES_MAX) {
		fail(w, path, "a pack has at most 1000 files");
	} else if (read_all(w, fd, path, &file.bytes)) {
		w->files->list = base_realloc(w->files->list, w->files->n + 1, sizeof(file));
		w->files->list[w->files->n++] = file;
	}
	close(fd);
}

static void walk_folder(struct walk *w, int dir_fd, const char *path, bool is_top);

static void walk_entry(struct walk *w, int dir_fd, const char *entry, const char *path, bool is_top)
{
	struct stat st;
	int fd;

	if (fstatat(dir_fd, entry, &st, AT_SYMLINK_NOFOLLOW)) {
		mistake_in(w->m, path, 1, 1, "cannot be read: %s", strerror(errno));
	} else if (S_ISLNK(st.st_mode)) {
		fail(w, path, "this is a link: a pack keeps to its own folder");
	} else if (S_ISDIR(st.st_mode) && !is_top) {
		fail(w, path, "folders of a pack go one level deep");
	} else if (S_ISDIR(st.st_mode)) {
		fd = openat(dir_fd, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		walk_folder(w, fd, path, false);
	} else if (has_suffix(entry, ".yml")) {
		fail(w, path, "call it .yaml");
	} else if (S_ISREG(st.st_mode) && has_suffix(entry, ".yaml")) {
		take_file(w, dir_fd, entry, path);
	}
}

/* Takes the descriptor. */
static void walk_folder(struct walk *w, int dir_fd, const char *path, bool is_top)
{
	DIR *d = dir_fd < 0 ? NULL : fdopendir(dir_fd);
	struct dirent *e;

	if (!d) {
		mistake_in(w->m, path, 1, 1, "cannot be read: %s", strerror(errno));
		if (dir_fd >= 0)
			close(dir_fd);
		return;
	}
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			walk_entry(w, dir_fd, e->d_name,
				   arena_printf(w->arena, "%s/%s", path, e->d_name), is_top);
	closedir(d);
}

static int compare(const void *pa, const void *pb)
{
	const struct pack_file *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

static void hash_files(struct pack_files *files)
{
	unsigned char digest[32];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof(digest));
	for (size_t i = 0; i < files->n; i++) {
		const struct pack_file *f = &files->list[i];
		uint64_t n = f->bytes.n;
		unsigned char size[8];

		for (size_t b = 0; b < sizeof(size); b++)
			size[b] = (unsigned char)(n >> (8 * b));
		crypto_generichash_update(&state, (const unsigned char *)f->name,
					  strlen(f->name) + 1);
		crypto_generichash_update(&state, size, sizeof(size));
		crypto_generichash_update(&state, (const unsigned char *)f->bytes.p, f->bytes.n);
	}
	crypto_generichash_final(&state, digest, sizeof(digest));
	sodium_bin2hex(files->hash, sizeof(files->hash), digest, sizeof(digest));
}

void pack_files_read(struct pack_files *ret, const char *dir, struct arena *arena,
		     struct mistakes *m)
{
	size_t n = strlen(dir);
	const char *path;
	struct walk w = { .files = ret, .arena = arena, .m = m };

	*ret = (struct pack_files){ 0 };
	while (n > 1 && dir[n - 1] == '/')
		n--;
	path = arena_dup(arena, dir, n);
	w.root_len = n + 1;
	walk_folder(&w, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path, true);
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), compare);
	hash_files(ret);
}

void pack_files_done(struct pack_files *files)
{
	free(files->list);
	*files = (struct pack_files){ 0 };
}
