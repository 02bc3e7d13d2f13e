/* hasher.c - the threads that compute password hashes. */
#include "persist/hasher.h"

#include <stdlib.h>
#include <unistd.h>

struct hasher {
	struct queue in;
	struct queue *out;
	unsigned n;
	pthread_t threads[HASHER_THREADS_MAX];
};

static void *hasher_main(void *arg)
{
	struct hasher *h = arg;
	struct job *j;

	while ((j = queue_pop(&h->in))) {
		struct job_list done = { 0 };
		account_hash(j->work);
		jobs_add(&done, j);
		queue_push_all(h->out, &done);
	}
	return NULL;
}

static unsigned threads_for(unsigned wanted)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const unsigned n = wanted ? wanted : cores > 2 ? (unsigned)cores - 1 : 1;

	return n < HASHER_THREADS_MAX ? n : HASHER_THREADS_MAX;
}

int hasher_start(struct hasher **ret, unsigned threads, struct queue *out)
{
	struct hasher *h = base_alloc(1, sizeof(*h));
	int r = queue_init(&h->in, HASHER_QUEUE, false);

	if (r) {
		free(h);
		return r;
	}
	h->out = out;
	for (unsigned i = 0; i < threads_for(threads) && !r; i++) {
		r = -pthread_create(&h->threads[i], NULL, hasher_main, h);
		h->n += !r;
	}
	if (r) {
		hasher_stop(h);
		return r;
	}
	*ret = h;
	return 0;
}

void hasher_stop(struct hasher *h)
{
	if (!h)
		return;
	queue_close(&h->in);
	for (unsigned i = 0; i < h->n; i++)
		pthread_join(h->threads[i], NULL);
	queue_done(&h->in);
	free(h);
}

int hasher_push(struct hasher *h, struct job *j)
{
	return queue_push(&h->in, j);
}

size_t hasher_waiting(struct hasher *h)
{
	return queue_length(&h->in);
}
