/* bus_keys.c - key files and allow-lists; see bus_keys.h. */
#include "rt/bus_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/buf.h"
#include "rt/log.h"

enum { FILE_MAX = 64 * 1024, REFUSED_MAX = 256, KEY_LEN = BUS_KEY_SIZE - 1 };

/* -errno; more than FILE_MAX is not read. */
static int read_file(const char *file, struct buf *ret, struct stat *ret_st)
{
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, ret_st) < 0) {
		r = -errno;
	} else {
		const ssize_t n = read(fd, buf_reserve(ret, FILE_MAX), FILE_MAX);

		if (n < 0)
			r = -errno;
		else
			buf_commit(ret, (size_t)n);
	}
	close(fd);
	return r;
}

static bool next_line(struct span *text, struct span *ret)
{
	const char *end;

	if (!text->n)
		return false;
	end = memchr(text->p, '\n', text->n);
	*ret = (struct span){ text->p, end ? (size_t)(end - text->p) : text->n };
	text->p += ret->n + (end != NULL);
	text->n -= ret->n + (end != NULL);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next word off a line; an empty one at its end. */
static struct span next_word(struct span *line)
{
	struct span word;

	while (line->n && is_blank(line->p[0])) {
		line->p++;
		line->n--;
	}
	word = (struct span){ line->p, 0 };
	while (line->n && !is_blank(line->p[0])) {
		line->p++;
		line->n--;
		word.n++;
	}
	return word;
}

/* The key behind `name`, or a bare one when name is NULL; a comment may follow. '#' is a letter of Z85
 * too, so a word of the length of a key is a key even if it begins with it. */
static bool key_in(struct span line, const char *name, char ret[BUS_KEY_SIZE])
{
	struct span word = next_word(&line), rest;

	if (name) {
		if (word.n != strlen(name) || memcmp(word.p, name, word.n) != 0)
			return false;
		word = next_word(&line);
	}
	rest = next_word(&line);
	if (word.n != KEY_LEN || (rest.n && rest.p[0] != '#'))
		return false;
	memcpy(ret, word.p, KEY_LEN);
	ret[KEY_LEN] = '\0';
	return true;
}

/* Neither blank nor a comment. */
static bool says_something(struct span line)
{
	const struct span word = next_word(&line);

	return word.n && word.p[0] != '#';
}

int bus_keys_load(const char *file, struct bus_keys *ret)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	struct bus_keys keys = { { 0 }, { 0 } };
	struct stat st;
	struct span rest, line;
	const int r = read_file(file, &text, &st);

	if (r < 0) {
		log_error("bus_key_file", LOG_STR("file", file), LOG_ERRNO(r));
		return r;
	}
	if (st.st_mode & 077) {
		log_error("bus_key_file", LOG_STR("file", file),
			  LOG_STR("why", "others can read it: chmod 600"));
		return -EPERM;
	}
	rest = buf_span(&text);
	while (next_line(&rest, &line)) {
		(void)(key_in(line, "public", keys.public_z85) ||
		       key_in(line, "secret", keys.secret_z85));
	}
	explicit_bzero(text.p, text.n);
	if (!keys.public_z85[0] || !keys.secret_z85[0]) {
		log_error("bus_key_file", LOG_STR("file", file),
			  LOG_STR("why", "needs the lines `public KEY` and `secret KEY`"));
		return -EINVAL;
	}
	*ret = keys;
	return 0;
}

/* The first key of the file behind `name`; NULL: a bare one, or behind `public`. */
static bool find_key(struct span text, const char *name, char ret[BUS_KEY_SIZE])
{
	struct span line;

	while (next_line(&text, &line)) {
		if (key_in(line, name ? name : "public", ret) || (!name && key_in(line, NULL, ret)))
			return true;
	}
	return false;
}

int bus_keys_peer(const char *key_or_file, const char *role, char ret[BUS_KEY_SIZE])
{
	CLEANUP(buf_done) struct buf text = { 0 };
	struct stat st;
	int r;

	if (access(key_or_file, F_OK) < 0 &&
	    key_in((struct span){ key_or_file, strlen(key_or_file) }, NULL, ret))
		return 0;
	r = read_file(key_or_file, &text, &st);
	if (r < 0) {
		log_error("bus_peer_key", LOG_STR("file", key_or_file), LOG_ERRNO(r));
		return r;
	}
	if ((role && find_key(buf_span(&text), role, ret)) || find_key(buf_span(&text), NULL, ret))
		return 0;
	log_error("bus_peer_key", LOG_STR("file", key_or_file),
		  LOG_STR("role", role ? role : "any"),
		  LOG_STR("why",
			  "needs a line `public KEY`, or `ROLE KEY` for each that is dialled"));
	return -EINVAL;
}

void bus_allow_init(struct bus_allow *a, const char *file)
{
	*a = (struct bus_allow){ .file = file };
	strmap_init(&a->keys, NULL);
	strmap_init(&a->refused, NULL);
}

void bus_allow_done(struct bus_allow *a)
{
	strmap_done(&a->keys);
	strmap_done(&a->refused);
}

static void read_allowed(struct bus_allow *a)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	struct stat st;
	struct span rest, line;
	const int r = read_file(a->file, &text, &st);

	strmap_done(&a->keys);
	strmap_init(&a->keys, NULL);
	strmap_done(&a->refused);
	strmap_init(&a->refused, NULL);
	if (r < 0) {
		log_error("bus_allow_file", LOG_STR("file", a->file), LOG_ERRNO(r));
		return;
	}
	rest = buf_span(&text);
	while (next_line(&rest, &line)) {
		char key[BUS_KEY_SIZE];

		if (key_in(line, "public", key) || key_in(line, NULL, key))
			(void)strmap_put(&a->keys, (struct span){ key, KEY_LEN }, a);
		else if (says_something(line))
			log_error("bus_allow_file", LOG_STR("file", a->file),
				  LOG_TEXT("not_a_key", line));
	}
	log_info("bus_allow_file", LOG_STR("file", a->file), LOG_U64("keys", a->keys.n));
}

/* Who tries for ever does not fill the log, nor who tries many keys the memory. */
static void tell_refused(struct bus_allow *a, struct span key, struct span address)
{
	if (strmap_get(&a->refused, key) || a->refused.n >= REFUSED_MAX)
		return;
	(void)strmap_put(&a->refused, key, a);
	log_warning("bus_key_refused", LOG_TEXT("key", key), LOG_TEXT("address", address),
		    LOG_STR("why", "it is not on the list"), LOG_STR("file", a->file));
	if (a->refused.n == REFUSED_MAX)
		log_warning("bus_keys_refused", LOG_U64("keys", a->refused.n),
			    LOG_STR("why", "further ones are not told until the list changes"));
}

bool bus_allowed(struct bus_allow *a, const char *key_z85, struct span address)
{
	const struct span key = { key_z85, strlen(key_z85) };
	struct stat st;
	int64_t mtime_ns = -1, size = -1;

	if (stat(a->file, &st) == 0) {
		mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		size = st.st_size;
	}
	if (mtime_ns != a->mtime_ns || size != a->size) {
		a->mtime_ns = mtime_ns;
		a->size = size;
		read_allowed(a);
	}
	if (strmap_get(&a->keys, key))
		return true;
	tell_refused(a, key, address);
	return false;
}
