/*
 * inputlog.c - writing; see inputlog.h.
 */
#include "world/inputlog.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/log.h"
#include "world/inputlog_format.h"

struct inputlog {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct buf waiting; /* under the lock */
	struct buf packed;  /* the world's thread only */
	bool closing, broken;
};

uint32_t inputlog_crc32c(uint32_t crc, const void *p, size_t n)
{
	static uint32_t table[256];
	const uint8_t *b = p;

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int k = 0; k < 8; k++)
				c = c & 1 ? c >> 1 ^ 0x82f63b78U : c >> 1;
			table[i] = c;
		}
	crc = ~crc;
	for (size_t i = 0; i < n; i++)
		crc = table[(crc ^ b[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t r = write(fd, p, n);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r > 0) {
			p += r;
			n -= (size_t)r;
		}
	}
	return 0;
}

static void *writer(void *arg)
{
	struct inputlog *l = arg;
	struct buf mine = { 0 };
	bool closing = false;
	int r = 0;

	while (!closing) {
		struct buf swap;

		pthread_mutex_lock(&l->lock);
		while (!l->waiting.n && !l->closing)
			pthread_cond_wait(&l->more, &l->lock);
		swap = mine;
		mine = l->waiting;
		l->waiting = swap;
		closing = l->closing;
		pthread_mutex_unlock(&l->lock);
		if (!r)
			r = write_all(l->fd, buf_p(&mine), mine.n);
		if (r) {
			pthread_mutex_lock(&l->lock);
			l->broken = true;
			pthread_mutex_unlock(&l->lock);
		}
		buf_reset(&mine);
	}
	buf_done(&mine);
	return NULL;
}

static int open_file(const char *path)
{
	struct buf old = { 0 };
	int fd;

	buf_addf(&old, "%s.old", path);
	buf_addc(&old, '\0');
	(void)rename(path, buf_p(&old));
	buf_done(&old);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int inputlog_open(struct inputlog **ret, const char *path)
{
	int fd = open_file(path), r;
	struct inputlog *l;

	if (fd < 0)
		return fd;
	l = base_alloc(1, sizeof(*l));
	l->fd = fd;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->more, NULL);
	buf_add(&l->waiting, inputlog_magic, INPUTLOG_MAGIC);
	r = pthread_create(&l->thread, NULL, writer, l);
	if (r) {
		buf_done(&l->waiting);
		close(fd);
		free(l);
		return -r;
	}
	*ret = l;
	return 0;
}

void inputlog_close(struct inputlog *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->closing = true;
	pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	/* What came in while the thread wrote its last. */
	if (!l->broken)
		(void)write_all(l->fd, buf_p(&l->waiting), l->waiting.n);
	close(l->fd);
	buf_done(&l->waiting);
	buf_done(&l->packed);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->more);
	free(l);
}

static void put(struct inputlog *l, uint64_t peer, const void *p, size_t n)
{
	uint8_t head[INPUTLOG_HEAD];
	bool ended = false;

	inputlog_pack_head(head, peer, p, n);
	pthread_mutex_lock(&l->lock);
	if (!l->broken && l->waiting.n + n > INPUTLOG_BUFFER) {
		l->broken = true;
		ended = true;
	}
	if (!l->broken) {
		buf_add(&l->waiting, head, sizeof(head));
		if (n)
			buf_add(&l->waiting, p, n);
		pthread_cond_signal(&l->more);
	}
	pthread_mutex_unlock(&l->lock);
	if (ended)
		log_error("input_log_ended", LOG_STR("reason", "the disk is too slow"));
}

void inputlog_input(struct inputlog *l, uint64_t peer, const Mudlark__WorldIn *in)
{
	size_t n = mudlark__world_in__get_packed_size(in);

	buf_reset(&l->packed);
	mudlark__world_in__pack(in, (uint8_t *)buf_reserve(&l->packed, n + 1));
	put(l, peer, buf_p(&l->packed), n);
}

void inputlog_turn(struct inputlog *l)
{
	put(l, INPUTLOG_MARK, NULL, 0);
}

void inputlog_hash(struct inputlog *l, const struct world *w)
{
	uint64_t parts[HASH_PARTS], whole = world_hash(w, parts);
	uint8_t bytes[INPUTLOG_HASH];

	inputlog_put_u64(bytes, whole);
	for (size_t i = 0; i < HASH_PARTS; i++)
		inputlog_put_u64(bytes + 8 * (i + 1), parts[i]);
	put(l, INPUTLOG_MARK, bytes, sizeof(bytes));
}
