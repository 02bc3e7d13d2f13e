/*
 * crashnote.c - see crashnote.h.  The file: a header, the running line, and a short history of lines
 * that were running when a world died, oldest forgotten first.
 */
#include "world/crashnote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "mlcrash1";

struct page {
	char magic[8];
	uint64_t session, seq;
	struct crashnote_found past[CRASHNOTE_MAX];
};

struct crashnote {
	volatile struct page *page;
};

static int map(const char *path, struct page **ret)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), r = 0;
	void *p = MAP_FAILED;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, sizeof(struct page)) < 0)
		r = -errno;
	else
		p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!r && p == MAP_FAILED)
		r = -errno;
	close(fd);
	if (!r)
		*ret = p;
	return r;
}

/* One more death by the line that was running. */
static void remember(struct page *p)
{
	size_t i;

	for (i = 0; i < CRASHNOTE_MAX; i++)
		if (p->past[i].session == p->session && p->past[i].seq == p->seq)
			break;
	if (i == CRASHNOTE_MAX) {
		memmove(p->past, p->past + 1, sizeof(p->past) - sizeof(p->past[0]));
		i = CRASHNOTE_MAX - 1;
		p->past[i] = (struct crashnote_found){ p->session, p->seq, 0 };
	}
	p->past[i].crashes++;
	p->session = p->seq = 0;
}

int crashnote_open(struct crashnote **ret, const char *path,
		   struct crashnote_found found[CRASHNOTE_MAX], size_t *ret_n)
{
	struct page *p = NULL;
	size_t n = 0;
	int r = map(path, &p);

	*ret = NULL;
	*ret_n = 0;
	if (r)
		return r;
	if (memcmp(p->magic, magic, sizeof(magic)) != 0) {
		memset(p, 0, sizeof(*p));
		memcpy(p->magic, magic, sizeof(magic));
	}
	if (p->session)
		remember(p);
	for (size_t i = 0; i < CRASHNOTE_MAX; i++)
		if (p->past[i].session)
			found[n++] = p->past[i];
	*ret_n = n;
	*ret = base_alloc(1, sizeof(**ret));
	(*ret)->page = p;
	return 0;
}

void crashnote_close(struct crashnote *c)
{
	if (!c)
		return;
	munmap((void *)(uintptr_t)c->page, sizeof(struct page));
	free(c);
}

void crashnote_set(struct crashnote *c, uint64_t session, uint64_t seq)
{
	c->page->seq = seq;
	c->page->session = session;
}
