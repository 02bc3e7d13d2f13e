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
#include "rt/route.h"

enum { FILE_MAX = 64 * 1024, REFUSED_MAX = 256, KEY_LEN = BUS_KEY_SIZE - 1 };

/* Of a key whose line names no role; nobody may claim that one in a hello. */
enum { ANY_ROLE = ROLE_SELF };

struct entry {
	char key[BUS_KEY_SIZE];
	unsigned roles; /* 0: the line names none */
};

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

/* `bridge`, `world,ops`. False: it has a word that is no role. */
static bool roles_in(struct span word, unsigned *ret)
{
	char text[64], *rest = text;
	const char *name;

	*ret = 0;
	if (word.n >= sizeof(text))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	while ((name = strsep(&rest, ","))) {
		const unsigned role = route_role_of(name);

		if (!role)
			return false;
		*ret |= role;
	}
	return true;
}

/* The key behind `name`, or a bare one when name is NULL; roles and a comment may follow. '#' is a letter of
 * Z85 too, so a word of the length of a key is a key even if it begins with it. */
static bool entry_in(struct span line, const char *name, struct entry *ret)
{
	struct span word = next_word(&line), rest;

	ret->roles = 0;
	if (name) {
		if (word.n != strlen(name) || memcmp(word.p, name, word.n) != 0)
			return false;
		word = next_word(&line);
	}
	rest = next_word(&line);
	if (rest.n && rest.p[0] != '#') {
		if (!roles_in(rest, &ret->roles))
			return false;
		rest = next_word(&line);
	}
	if (word.n != KEY_LEN || (rest.n && rest.p[0] != '#'))
		return false;
	memcpy(ret->key, word.p, KEY_LEN);
	ret->key[KEY_LEN] = '\0';
	return true;
}

static bool key_in(struct span line, const char *name, char ret[BUS_KEY_SIZE])
{
	struct entry e;

	if (!entry_in(line, name, &e))
		return false;
	memcpy(ret, e.key, BUS_KEY_SIZE);
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

static unsigned roles_of(const struct bus_allow *a, struct span key)
{
	return (unsigned)(uintptr_t)strmap_get(&a->keys, key);
}

/* A key has the roles of all its lines; one that names none then adds nothing. */
static void allow(struct bus_allow *a, const struct entry *e)
{
	const struct span key = { e->key, KEY_LEN };
	const unsigned roles = (roles_of(a, key) & ~(unsigned)ANY_ROLE) | e->roles;

	(void)strmap_put(&a->keys, key, (void *)(uintptr_t)(roles ? roles : ANY_ROLE));
}

/* As it always was; but who has one of these keys may be the operator. */
static void tell_unbound(const struct bus_allow *a)
{
	struct span key;
	void *roles;
	size_t it = 0;

	while (strmap_next(&a->keys, &it, &key, &roles)) {
		if ((uintptr_t)roles == ANY_ROLE)
			log_warning("bus_key_of_any_role", LOG_TEXT("key", key),
				    LOG_STR("file", a->file),
				    LOG_STR("why", "its line names no role behind the key"));
	}
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
		struct entry e;

		if (entry_in(line, "public", &e) || entry_in(line, NULL, &e))
			allow(a, &e);
		else if (says_something(line))
			log_error("bus_allow_file", LOG_STR("file", a->file),
				  LOG_TEXT("not_a_key", line));
	}
	log_info("bus_allow_file", LOG_STR("file", a->file), LOG_U64("keys", a->keys.n));
	tell_unbound(a);
}

/* True: it may be told, and is remembered. */
static bool is_news(struct bus_allow *a, struct span what)
{
	if (strmap_get(&a->refused, what) || a->refused.n >= REFUSED_MAX)
		return false;
	(void)strmap_put(&a->refused, what, a);
	return true;
}

/* Who tries for ever does not fill the log, nor who tries many keys the memory. */
static void tell_refused(struct bus_allow *a, struct span key, struct span address)
{
	if (!is_news(a, key))
		return;
	log_warning("bus_key_refused", LOG_TEXT("key", key), LOG_TEXT("address", address),
		    LOG_STR("why", "it is not on the list"), LOG_STR("file", a->file));
	if (a->refused.n == REFUSED_MAX)
		log_warning("bus_keys_refused", LOG_U64("keys", a->refused.n),
			    LOG_STR("why", "further ones are not told until the list changes"));
}

/* Reads it when it is another one. */
static void refresh(struct bus_allow *a)
{
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
}

bool bus_allowed(struct bus_allow *a, const char *key_z85, struct span address)
{
	const struct span key = { key_z85, strlen(key_z85) };

	refresh(a);
	if (strmap_get(&a->keys, key))
		return true;
	tell_refused(a, key, address);
	return false;
}

const char *bus_allow_fault(struct bus_allow *a, const char *key_z85, const char *role)
{
	const struct span key = { key_z85, strlen(key_z85) };
	char what[BUS_KEY_SIZE + 32];
	unsigned roles;

	refresh(a);
	roles = roles_of(a, key);
	if (!roles)
		return "its key is no longer on the list of who may connect";
	if (roles == ANY_ROLE || roles & route_role_of(role))
		return NULL;
	snprintf(what, sizeof(what), "%s %s", key_z85, role);
	if (is_news(a, (struct span){ what, strlen(what) }))
		log_warning("bus_role_refused", LOG_TEXT("key", key), LOG_STR("role", role),
			    LOG_STR("why", "the list has this key for another role"),
			    LOG_STR("file", a->file));
	return "its key is on the list for another role";
}
