/* Lots of bytes through a descriptor at its pace, as they are or packed. */
#include "deploy/spout.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "rt/buf.h"
#include "rt/loop.h"

enum { LOTS = 20, LOT = 100000 };

struct flow {
	struct loop *loop;
	struct spout *spout;
	struct loop_timer reader;
	int pipe[2];
	struct buf got;
	int lots, result;
	unsigned turns; /* of the reader, while the loop went on */
	char lot[LOT];
};

static void on_done(void *ctx, int r)
{
	struct flow *f = ctx;
	f->result = r;
	if (r < 0 || f->lots == LOTS) {
		spout_close(TAKE(f->spout));
		close(f->pipe[1]);
		f->pipe[1] = -1;
		if (r < 0)
			loop_stop(f->loop, 0);
		return;
	}
	for (size_t i = 0; i < LOT; i++)
		f->lot[i] = (char)('a' + (i * (size_t)(f->lots + 1) / 7) % 26);
	f->lots++;
	spout_put(f->spout, (struct span){ f->lot, LOT }, f->lots == LOTS);
}

/* A few bytes at a time: the pipe is full most of the time. */
static void on_reader(void *ctx)
{
	struct flow *f = ctx;
	char piece[30000];
	f->turns++;
	ssize_t n = read(f->pipe[0], piece, sizeof(piece));
	if (n == 0) {
		loop_stop(f->loop, 0);
		return;
	}
	if (n > 0)
		buf_add(&f->got, piece, (size_t)n);
	loop_timer_soon(&f->reader);
}

static void begin(struct flow *f, bool is_packed)
{
	*f = (struct flow){ 0 };
	ck_assert_int_eq(pipe2(f->pipe, O_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(f->pipe[0], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(loop_new(&f->loop), 0);
	loop_timer_init(f->loop, &f->reader, on_reader, f);
	ck_assert_int_eq(spout_open(&f->spout, f->loop, f->pipe[1], is_packed, on_done, f), 0);
}

static void end(struct flow *f)
{
	loop_timer_done(&f->reader);
	loop_free(f->loop);
	buf_done(&f->got);
	close(f->pipe[0]);
}

/* Every byte of every lot, once, in order. */
static void expect_lots(const char *p, size_t n)
{
	ck_assert_uint_eq(n, (size_t)LOTS * LOT);
	for (size_t i = 0; i < n; i++) {
		char wanted = (char)('a' + (i % LOT * (i / LOT + 1) / 7) % 26);
		if (p[i] != wanted)
			ck_abort_msg("byte %zu", i);
	}
}

START_TEST(a_slow_pipe_gets_all_and_the_loop_goes_on)
{
	struct flow f;
	begin(&f, false);
	loop_timer_soon(&f.reader);
	on_done(&f, 0);
	ck_assert_int_eq(loop_run(f.loop), 0);
	ck_assert_int_eq(f.result, 0);
	ck_assert_uint_ge(f.turns, LOTS * LOT / 65536);
	expect_lots(buf_p(&f.got), f.got.n);
	end(&f);
}
END_TEST

START_TEST(packed_it_is_what_gzip_reads)
{
	struct flow f;
	begin(&f, true);
	loop_timer_soon(&f.reader);
	on_done(&f, 0);
	ck_assert_int_eq(loop_run(f.loop), 0);
	ck_assert_int_eq(f.result, 0);
	char *plain = base_alloc(LOTS * LOT + 1, 1);
	z_stream z = { .next_in = (Bytef *)f.got.p + f.got.off,
		       .avail_in = (uInt)f.got.n,
		       .next_out = (Bytef *)plain,
		       .avail_out = LOTS * LOT + 1 };
	ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_uint_eq(z.avail_in, 0);
	expect_lots(plain, z.total_out);
	inflateEnd(&z);
	free(plain);
	end(&f);
}
END_TEST

START_TEST(a_reader_that_goes_away_is_an_error)
{
	struct flow f;
	begin(&f, false);
	signal(SIGPIPE, SIG_IGN);
	close(f.pipe[0]);
	f.pipe[0] = -1;
	on_done(&f, 0);
	ck_assert_int_eq(f.result, -EPIPE);
	end(&f);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct flow f;
	begin(&f, false);
	spout_close(f.spout);
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(full, 0);
	ck_assert_int_eq(spout_open(&f.spout, f.loop, full, false, on_done, &f), 0);
	on_done(&f, 0);
	ck_assert_int_eq(f.result, -ENOSPC);
	close(full);
	end(&f);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spout");
	TCase *tc = tcase_create("spout");
	tcase_add_test(tc, a_slow_pipe_gets_all_and_the_loop_goes_on);
	tcase_add_test(tc, packed_it_is_what_gzip_reads);
	tcase_add_test(tc, a_reader_that_goes_away_is_an_error);
	tcase_add_test(tc, a_full_disk_is_an_error);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
