/* queue.c - jobs, and their way from one thread to another. */
#include "persist/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct job *job_new(enum job_kind kind)
{
	struct job *j = base_alloc(1, sizeof(*j));

	j->kind = kind;
	arena_init(&j->arena, 0);
	mudlark__persist_reply__init(&j->reply);
	return j;
}

void job_free(struct job *j)
{
	if (!j)
		return;
	if (j->work && j->call)
		account_forget(j->call, j->work);
	arena_done(&j->arena);
	free(j);
}

void jobs_add(struct job_list *l, struct job *j)
{
	j->next = NULL;
	if (l->tail)
		l->tail->next = j;
	else
		l->head = j;
	l->tail = j;
	l->n++;
}

struct job *jobs_pop(struct job_list *l)
{
	struct job *j = l->head;

	if (!j)
		return NULL;
	l->head = j->next;
	if (!l->head)
		l->tail = NULL;
	l->n--;
	j->next = NULL;
	return j;
}

void jobs_append(struct job_list *l, struct job_list *from)
{
	if (!from->head)
		return;
	if (l->tail)
		l->tail->next = from->head;
	else
		l->head = from->head;
	l->tail = from->tail;
	l->n += from->n;
	*from = (struct job_list){ 0 };
}

void jobs_free(struct job_list *l)
{
	struct job *j;

	while ((j = jobs_pop(l)))
		job_free(j);
}

int queue_init(struct queue *q, size_t limit, bool with_wake)
{
	pthread_condattr_t attr;

	*q = (struct queue){ .limit = limit, .wake = -1 };
	if (with_wake) {
		q->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (q->wake < 0)
			return -errno;
	}
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->filled, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&q->mutex, NULL);
	return 0;
}

void queue_done(struct queue *q)
{
	jobs_free(&q->jobs);
	if (q->wake >= 0)
		close(q->wake);
	pthread_cond_destroy(&q->filled);
	pthread_mutex_destroy(&q->mutex);
}

/* With the mutex held. */
static void rouse(struct queue *q, bool was_empty)
{
	const uint64_t one = 1;

	pthread_cond_signal(&q->filled);
	if (q->wake >= 0 && was_empty && write(q->wake, &one, sizeof(one)) < 0) {
		/* Only when its counter is full: then it is readable anyway. */
	}
}

int queue_push(struct queue *q, struct job *j)
{
	pthread_mutex_lock(&q->mutex);
	const bool fits = !q->closed && (!q->limit || q->jobs.n < q->limit);
	const bool was_empty = !q->jobs.n;
	if (fits) {
		jobs_add(&q->jobs, j);
		rouse(q, was_empty);
	}
	pthread_mutex_unlock(&q->mutex);
	return fits ? 0 : 1;
}

void queue_push_all(struct queue *q, struct job_list *l)
{
	if (!l->n)
		return;
	pthread_mutex_lock(&q->mutex);
	const bool was_empty = !q->jobs.n;
	jobs_append(&q->jobs, l);
	rouse(q, was_empty);
	pthread_mutex_unlock(&q->mutex);
}

/* With the mutex held. */
static void take_all(struct queue *q, struct job_list *ret)
{
	uint64_t counted;

	if (q->wake >= 0 && read(q->wake, &counted, sizeof(counted)) < 0) {
		/* Nothing was signalled: fine. */
	}
	jobs_append(ret, &q->jobs);
}

void queue_take(struct queue *q, struct job_list *ret)
{
	pthread_mutex_lock(&q->mutex);
	take_all(q, ret);
	pthread_mutex_unlock(&q->mutex);
}

static struct timespec deadline(int timeout_ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += timeout_ms / 1000;
	t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

bool queue_wait(struct queue *q, int timeout_ms, struct job_list *ret)
{
	const struct timespec until = deadline(timeout_ms < 0 ? 0 : timeout_ms);
	int r = 0;

	pthread_mutex_lock(&q->mutex);
	while (!q->jobs.n && !q->closed && !r) {
		if (timeout_ms < 0)
			r = pthread_cond_wait(&q->filled, &q->mutex);
		else
			r = pthread_cond_timedwait(&q->filled, &q->mutex, &until);
	}
	const bool over = q->closed && !q->jobs.n;
	take_all(q, ret);
	pthread_mutex_unlock(&q->mutex);
	return !over;
}

struct job *queue_pop(struct queue *q)
{
	pthread_mutex_lock(&q->mutex);
	while (!q->jobs.n && !q->closed)
		pthread_cond_wait(&q->filled, &q->mutex);
	struct job *j = q->closed ? NULL : jobs_pop(&q->jobs);
	pthread_mutex_unlock(&q->mutex);
	return j;
}

size_t queue_length(struct queue *q)
{
	pthread_mutex_lock(&q->mutex);
	const size_t n = q->jobs.n;
	pthread_mutex_unlock(&q->mutex);
	return n;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->mutex);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->mutex);
}
