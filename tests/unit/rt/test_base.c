/*
 * test_base.c - ownership helpers, allocation, clocks and random numbers.
 */
#include "rt/base.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "rt/clock.h"
#include "rt/rand.h"
#include "unit.h"

static int n_freed;

static void count_freep(int **p)
{
	if (*p)
		n_freed++;
}

static int *make(int *value, bool succeed)
{
	CLEANUP(count_freep) int *owned = value;

	if (!succeed)
		return NULL;
	return TAKE(owned);
}

START_TEST(a_local_that_owns_is_destroyed_unless_taken)
{
	int x = 1;

	ck_assert_ptr_eq(make(&x, true), &x);
	ck_assert_int_eq(n_freed, 0);
	ck_assert_ptr_null(make(&x, false));
	ck_assert_int_eq(n_freed, 1);
}
END_TEST

START_TEST(a_struct_is_found_from_its_member)
{
	struct pair {
		char c;
		long l;
	} pair;

	ck_assert_ptr_eq(CONTAINER_OF(&pair.l, struct pair, l), &pair);
}
END_TEST

START_TEST(fresh_memory_is_zero_and_never_null)
{
	char *p = base_alloc(100, 3);
	void *empty = base_alloc(0, 0);

	for (int i = 0; i < 300; i++)
		ck_assert_int_eq(p[i], 0);
	ck_assert_ptr_nonnull(empty);
	free(p);
	free(empty);
}
END_TEST

START_TEST(a_copy_is_terminated_and_may_be_empty)
{
	char *s = base_dup("abcdef", 3), *empty = base_dup(NULL, 0);

	ck_assert_str_eq(s, "abc");
	ck_assert_str_eq(empty, "");
	free(s);
	free(empty);
}
END_TEST

START_TEST(an_impossible_size_ends_the_process)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		free(base_realloc(NULL, SIZE_MAX / 2, 4));
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

START_TEST(monotonic_time_never_goes_back)
{
	uint64_t before = clock_mono(&clock_system);

	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_mono(&clock_system);

		ck_assert_uint_ge(now, before);
		before = now;
	}
	ck_assert_int_gt(clock_wall(&clock_system), INT64_C(1700000000000));
}
END_TEST

START_TEST(a_seed_gives_the_published_stream)
{
	/* xoshiro256** from the state 1, 2, 3, 4: the values of the authors' own code. */
	struct rng r = { { 1, 2, 3, 4 } };
	static const uint64_t expected[] = {
		11520u, 0u, 1509978240u, 1215971899390074240u, 1216172134540287360u,
	};

	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		ck_assert_uint_eq(rng_next(&r), expected[i]);
}
END_TEST

START_TEST(a_saved_state_goes_on_where_it_was)
{
	struct rng a, saved;

	rng_seed(&a, 7);
	for (int i = 0; i < 10; i++)
		rng_next(&a);
	saved = a;
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(rng_next(&a), rng_next(&saved));
}
END_TEST

START_TEST(a_bounded_number_is_even_over_its_range)
{
	unsigned seen[6] = { 0 };
	struct rng r;

	rng_seed(&r, 1);
	for (int i = 0; i < 60000; i++)
		seen[rng_below(&r, 6)]++;
	for (int i = 0; i < 6; i++) {
		ck_assert_uint_gt(seen[i], 9500);
		ck_assert_uint_lt(seen[i], 10500);
	}
	ck_assert_uint_eq(rng_below(&r, 1), 0);
}
END_TEST

/* A source that gives zero first: an id must be asked for again. */
static void zero_once(void *ctx, void *p, size_t n)
{
	int *calls = ctx;

	memset(p, (*calls)++ == 0 ? 0 : 9, n);
}

START_TEST(an_id_is_never_zero)
{
	int calls = 0;
	struct entropy e = { zero_once, &calls };

	ck_assert_uint_eq(entropy_id(&e), 0x0909090909090909u);
	ck_assert_int_eq(calls, 2);
	ck_assert_uint_ne(entropy_id(&entropy_system), entropy_id(&entropy_system));
}
END_TEST

UNIT_MAIN("base", a_local_that_owns_is_destroyed_unless_taken, a_struct_is_found_from_its_member,
	  fresh_memory_is_zero_and_never_null, a_copy_is_terminated_and_may_be_empty,
	  an_impossible_size_ends_the_process, monotonic_time_never_goes_back,
	  a_seed_gives_the_published_stream, a_saved_state_goes_on_where_it_was,
	  a_bounded_number_is_even_over_its_range, an_id_is_never_zero)
