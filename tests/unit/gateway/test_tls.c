/*
 * test_tls.c - certificates that are made, loaded, refused; and a stream with TLS against a client
 * that is OpenSSL, too, over a pair of sockets.
 */
#include "gateway/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "gateway/stream.h"
#include "gateway/tls_self.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "tests/unit/gateway/bytes.h"

struct files {
	char dir[64], cert[96], key[96];
};

struct rig {
	struct files files;
	struct tls *tls;
	struct loop *loop;
	struct stream stream;
	SSL_CTX *ctx;
	SSL *client;
	int fd; /* the client's */
	struct buf got;
	size_t piece; /* bytes asked for at once */
	long end;     /* what the last read gave */
	unsigned calls;
	size_t wire; /* bytes that were taken from the socket */
	bool tired;  /* hears nothing after each read */
};

static void files_make(struct files *f)
{
	char why[TLS_WHY];
	bool made;

	snprintf(f->dir, sizeof(f->dir), "/tmp/mudlark-tls-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->dir));
	snprintf(f->cert, sizeof(f->cert), "%s/a/b/cert.pem", f->dir);
	snprintf(f->key, sizeof(f->key), "%s/a/b/key.pem", f->dir);
	ck_assert_int_eq(tls_self_provide(f->cert, f->key, &made, why), 0);
	ck_assert(made);
}

static void files_remove(const struct files *f)
{
	char path[128];

	unlink(f->cert);
	unlink(f->key);
	snprintf(path, sizeof(path), "%s/a/b", f->dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/a", f->dir);
	rmdir(path);
	rmdir(f->dir);
}

/* Certificates */

START_TEST(a_certificate_is_made_once_and_for_us_alone)
{
	struct files f;
	struct stat st;
	char why[TLS_WHY], folder[128];
	bool made;

	files_make(&f);
	ck_assert_int_eq(stat(f.key, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	snprintf(folder, sizeof(folder), "%s/a/b", f.dir);
	ck_assert_int_eq(stat(folder, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	ck_assert_int_eq(tls_self_provide(f.cert, f.key, &made, why), 0);
	ck_assert(!made);
	unlink(f.cert); /* half a pair is not completed: the key may belong to another one */
	ck_assert_int_eq(tls_self_provide(f.cert, f.key, &made, why), 0);
	ck_assert(!made);
	files_remove(&f);
}
END_TEST

START_TEST(a_made_certificate_is_for_localhost_and_loads)
{
	struct files f;
	struct tls *t;
	char why[TLS_WHY];
	FILE *file;
	X509 *x;

	files_make(&f);
	ck_assert_msg(tls_load(&t, f.cert, f.key, why) == 0, "%s", why);
	ck_assert_int_gt(tls_expires(t), (int64_t)time(NULL) + 365 * 86400);
	tls_free(t);
	file = fopen(f.cert, "r");
	x = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	ck_assert_int_eq(X509_check_host(x, "localhost", 0, 0, NULL), 1);
	ck_assert_int_eq(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
	ck_assert_int_eq(X509_check_ip_asc(x, "::1", 0), 1);
	ck_assert_int_eq(X509_check_host(x, "example.org", 0, 0, NULL), 0);
	X509_free(x);
	files_remove(&f);
}
END_TEST

START_TEST(a_pair_that_does_not_fit_is_refused_with_a_reason)
{
	struct files f, g;
	struct tls *t = NULL;
	char why[TLS_WHY];

	files_make(&f);
	files_make(&g);
	ck_assert_int_eq(tls_load(&t, f.cert, g.key, why), 1);
	ck_assert_ptr_nonnull(strstr(why, g.key));
	ck_assert_int_eq(tls_load(&t, "/nowhere/cert.pem", f.key, why), 1);
	ck_assert_str_eq(why, "certificate /nowhere/cert.pem: No such file or directory");
	ck_assert_int_eq(tls_load(&t, f.key, f.key, why), 1);
	ck_assert_int_eq(tls_load(&t, f.cert, f.cert, why), 1);
	ck_assert_ptr_null(t);
	files_remove(&f);
	files_remove(&g);
}
END_TEST

START_TEST(what_cannot_be_made_is_said)
{
	char why[TLS_WHY];
	bool made;

	ck_assert_int_eq(tls_self_provide("/proc/mudlark/cert.pem", "/proc/mudlark/key.pem", &made,
					  why),
			 1);
	ck_assert(!made);
	ck_assert_ptr_nonnull(strstr(why, "/proc/mudlark/key.pem"));
}
END_TEST

/* Connections */

static void on_read(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct rig *g = ctx;
	long n = stream_read(&g->stream, buf_reserve(&g->got, g->piece), g->piece);

	g->calls++;
	g->wire += g->stream.wire;
	g->end = n;
	if (n > 0)
		buf_commit(&g->got, (size_t)n);
	if (g->tired || (n <= 0 && n != -EAGAIN))
		stream_deaf(&g->stream);
}

static void on_write(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct rig *g = ctx;

	ck_assert_int_ge(stream_send(&g->stream), 0);
}

static void turn(struct rig *g)
{
	event_base_loop(loop_base(g->loop), EVLOOP_NONBLOCK);
}

static void begin(struct rig *g, int max_version, const char *ciphers)
{
	char why[TLS_WHY];
	int pair[2];

	*g = (struct rig){ .piece = 16384 };
	log_set(LOG_ERROR, false);
	signal(SIGPIPE, SIG_IGN);
	files_make(&g->files);
	ck_assert_int_eq(tls_load(&g->tls, g->files.cert, g->files.key, why), 0);
	ck_assert_int_eq(loop_new(&g->loop), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	g->stream = stream_of(pair[0]);
	g->fd = pair[1];
	g->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(g->ctx, max_version);
	if (ciphers)
		ck_assert_int_eq(SSL_CTX_set_cipher_list(g->ctx, ciphers), 1);
	g->client = SSL_new(g->ctx);
	SSL_set_fd(g->client, pair[1]);
}

/* Both sides in turn. The server's last word. */
static enum tls_step shake(struct rig *g, bool http)
{
	enum tls_step step = TLS_WANTS_READ;
	const char *why;

	g->stream.tls = tls_accept(g->tls, g->stream.fd, http);
	for (int i = 0; i < 20 && step != TLS_FAILED; i++) {
		int r = SSL_connect(g->client);

		if (step != TLS_DONE)
			step = tls_handshake(g->stream.tls, &why);
		if (r == 1 && step == TLS_DONE)
			break;
	}
	return step;
}

static void place(struct rig *g)
{
	struct stream from = g->stream;

	ck_assert_int_eq(stream_open(&g->stream, loop_base(g->loop), &from,
				     &(struct stream_events){ on_read, on_write, g }),
			 0);
}

static void end(struct rig *g)
{
	stream_close(&g->stream);
	SSL_free(g->client);
	SSL_CTX_free(g->ctx);
	close(g->fd);
	tls_free(g->tls);
	loop_free(g->loop);
	buf_done(&g->got);
	files_remove(&g->files);
}

START_TEST(bytes_go_both_ways)
{
	struct rig g;
	char answer[16];

	begin(&g, _i ? TLS1_2_VERSION : TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	ck_assert_int_eq(SSL_write(g.client, "look\r\n", 6), 6);
	turn(&g);
	ck_assert_bytes(&g.got, "look\r\n");
	buf_adds(&g.stream.out, "A quay.");
	ck_assert_int_eq(stream_send(&g.stream), 0);
	ck_assert_uint_eq(g.stream.out.n, 0);
	ck_assert_int_eq(SSL_read(g.client, answer, sizeof(answer)), 7);
	ck_assert_mem_eq(answer, "A quay.", 7);
	end(&g);
}
END_TEST

START_TEST(what_is_left_of_a_record_is_told_of_without_the_socket)
{
	char text[16000];
	struct rig g;

	memset(text, 'x', sizeof(text));
	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	g.piece = 1000;
	ck_assert_int_eq(SSL_write(g.client, text, sizeof(text)), sizeof(text));
	for (int i = 0; i < 20; i++)
		turn(&g);
	ck_assert_uint_eq(g.got.n, sizeof(text));
	g.calls = 0;
	turn(&g);
	turn(&g);
	ck_assert_uint_eq(g.calls, 0); /* silent is silent */
	end(&g);
}
END_TEST

START_TEST(a_deaf_stream_hears_what_was_left_when_it_hears_again)
{
	char text[4000];
	struct rig g;

	memset(text, 'x', sizeof(text));
	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	g.piece = 1000;
	ck_assert_int_eq(SSL_write(g.client, text, sizeof(text)), sizeof(text));
	g.tired = true;
	turn(&g);
	ck_assert_uint_eq(g.got.n, 1000);
	turn(&g);
	turn(&g);
	ck_assert_uint_eq(g.got.n, 1000);
	g.tired = false;
	ck_assert_int_eq(stream_hear(&g.stream), 0);
	for (int i = 0; i < 10; i++)
		turn(&g);
	ck_assert_uint_eq(g.got.n, sizeof(text));
	end(&g);
}
END_TEST

START_TEST(a_full_socket_is_waited_for_and_goes_on)
{
	enum { TOTAL = 3 << 20 };
	char piece[32768];
	size_t seen = 0;
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	memset(buf_reserve(&g.stream.out, TOTAL), 'y', TOTAL);
	buf_commit(&g.stream.out, TOTAL);
	ck_assert_int_eq(stream_send(&g.stream), 1);
	ck_assert_uint_gt(g.stream.out.n, 0);
	buf_adds(&g.stream.out, "!"); /* the buffer moves, its beginning stays */
	while (seen < TOTAL + 1) {
		int n = SSL_read(g.client, piece, sizeof(piece));

		if (n > 0)
			seen += (size_t)n;
		else
			turn(&g);
	}
	ck_assert_uint_eq(g.stream.out.n, 0);
	end(&g);
}
END_TEST

START_TEST(the_end_is_told_with_and_without_a_word)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	if (_i)
		SSL_shutdown(g.client);
	else
		shutdown(g.fd, SHUT_WR);
	turn(&g);
	ck_assert_int_eq(g.end, 0);
	end(&g);
}
END_TEST

START_TEST(our_end_is_told)
{
	struct rig g;
	char byte;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	stream_finish(&g.stream);
	ck_assert_int_eq(SSL_read(g.client, &byte, 1), 0);
	ck_assert_int_eq(SSL_get_error(g.client, 0), SSL_ERROR_ZERO_RETURN);
	end(&g);
}
END_TEST

START_TEST(old_versions_and_weak_ciphers_get_no_session)
{
	struct rig g;

	begin(&g, TLS1_1_VERSION, "ALL:@SECLEVEL=0");
	ck_assert_int_eq(shake(&g, false), TLS_FAILED);
	end(&g);
	begin(&g, TLS1_2_VERSION, "AES256-SHA:@SECLEVEL=0"); /* no forward secrecy */
	ck_assert_int_eq(shake(&g, false), TLS_FAILED);
	end(&g);
}
END_TEST

START_TEST(no_tickets_are_given_out)
{
	struct rig g;

	begin(&g, _i ? TLS1_2_VERSION : TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	buf_adds(&g.stream.out, "x");
	ck_assert_int_eq(stream_send(&g.stream), 0);
	ck_assert_int_eq(SSL_read(g.client, (char[1]){ 0 }, 1), 1);
	ck_assert_int_eq(SSL_SESSION_has_ticket(SSL_get_session(g.client)), 0);
	end(&g);
}
END_TEST

START_TEST(nobody_renegotiates)
{
	struct rig g;

	begin(&g, TLS1_2_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	ck_assert_int_eq(SSL_renegotiate(g.client), 1);
	SSL_do_handshake(g.client);
	turn(&g);
	ck_assert_int_ne(SSL_do_handshake(g.client), 1);
	ck_assert_uint_eq(g.got.n, 0);
	end(&g);
}
END_TEST

static void update_keys(struct rig *g, unsigned times, int type)
{
	for (unsigned i = 0; i < times; i++) {
		ck_assert_int_eq(SSL_key_update(g->client, type), 1);
		ck_assert_int_eq(SSL_do_handshake(g->client), 1);
	}
}

START_TEST(one_record_is_taken_at_a_time_also_when_it_brings_nothing)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	update_keys(&g, 10, SSL_KEY_UPDATE_NOT_REQUESTED);
	ck_assert_int_eq(SSL_write(g.client, "look", 4), 4);
	turn(&g);
	ck_assert_uint_eq(g.calls, 11);
	ck_assert_uint_gt(g.wire, 11 * 20);
	ck_assert_bytes(&g.got, "look");
	end(&g);
}
END_TEST

START_TEST(one_who_does_not_read_the_answers_he_asks_for_is_ended)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	while (send(g.stream.fd, "", 1, MSG_DONTWAIT) > 0)
		;
	update_keys(&g, 2, SSL_KEY_UPDATE_REQUESTED); /* OpenSSL keeps the first answer to itself */
	turn(&g);
	ck_assert_int_eq(g.end, -EPROTO);
	end(&g);
}
END_TEST

START_TEST(a_slow_reader_may_ask_for_new_keys)
{
	enum { TOTAL = 3 << 20 };
	char piece[32768];
	size_t seen = 0;
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	memset(buf_reserve(&g.stream.out, TOTAL), 'y', TOTAL);
	buf_commit(&g.stream.out, TOTAL);
	ck_assert_int_eq(stream_send(&g.stream), 1);
	update_keys(&g, 1, SSL_KEY_UPDATE_REQUESTED);
	turn(&g);
	ck_assert_int_eq(g.end, -EAGAIN);
	ck_assert_uint_eq(g.calls, 1); /* and the loop comes to rest */
	while (seen < TOTAL) {
		int n = SSL_read(g.client, piece, sizeof(piece));

		if (n > 0)
			seen += (size_t)n;
		else
			turn(&g);
	}
	ck_assert_int_eq(SSL_write(g.client, "look", 4), 4);
	turn(&g);
	ck_assert_bytes(&g.got, "look");
	end(&g);
}
END_TEST

START_TEST(records_of_next_to_nothing_but_padding_are_not_borne)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	ck_assert_int_eq(SSL_set_block_padding(g.client, 16000), 1);
	for (int i = 0; i < 6 && g.end >= 0; i++) {
		ck_assert_int_eq(SSL_write(g.client, "x", 1), 1);
		turn(&g);
	}
	ck_assert_int_eq(g.end, -EPROTO);
	ck_assert_uint_eq(g.got.n, 4);
	end(&g);
}
END_TEST

START_TEST(more_key_updates_than_a_minute_may_see_are_not_borne)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	for (unsigned i = 0; i < 32; i++) {
		update_keys(&g, 1, SSL_KEY_UPDATE_NOT_REQUESTED);
		ck_assert_int_eq(SSL_write(g.client, "look at everything", 18), 18);
	}
	turn(&g);
	ck_assert_int_eq(g.end, 18);
	ck_assert_uint_eq(g.got.n, 32 * 18);
	update_keys(&g, 1, SSL_KEY_UPDATE_NOT_REQUESTED);
	turn(&g);
	ck_assert_int_eq(g.end, -EPROTO);
	end(&g);
}
END_TEST

START_TEST(a_browser_is_not_answered_where_telnet_is_spoken)
{
	static const unsigned char http[] = "\x08http/1.1", both[] = "\x02h2\x08http/1.1";
	const unsigned char *chosen;
	unsigned n;
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	SSL_set_alpn_protos(g.client, http, sizeof(http) - 1);
	ck_assert_int_eq(shake(&g, false), TLS_FAILED);
	end(&g);
	begin(&g, TLS1_3_VERSION, NULL);
	SSL_set_alpn_protos(g.client, both, sizeof(both) - 1);
	ck_assert_int_eq(shake(&g, true), TLS_DONE);
	SSL_get0_alpn_selected(g.client, &chosen, &n);
	ck_assert_uint_eq(n, 8);
	ck_assert_mem_eq(chosen, "http/1.1", 8);
	end(&g);
}
END_TEST

START_TEST(a_connection_outlives_its_certificate)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	ck_assert_int_eq(shake(&g, false), TLS_DONE);
	place(&g);
	tls_free(g.tls);
	g.tls = NULL;
	ck_assert_int_eq(SSL_write(g.client, "look", 4), 4);
	turn(&g);
	ck_assert_bytes(&g.got, "look");
	end(&g);
}
END_TEST

START_TEST(plain_tls_is_refused_where_text_is_expected)
{
	struct rig g;

	begin(&g, TLS1_3_VERSION, NULL);
	g.stream.wary = true;
	place(&g);
	ck_assert_int_eq(write(g.fd, "\x16\x03\x01\x02", 4), 4);
	turn(&g);
	ck_assert_int_eq(g.end, -EPROTO);
	end(&g);
	begin(&g, TLS1_3_VERSION, NULL);
	g.stream.wary = true;
	place(&g);
	ck_assert_int_eq(write(g.fd, "guest\r\n", 7), 7);
	turn(&g);
	ck_assert_int_eq(write(g.fd, "\x16\x03\x01\x02", 4), 4);
	turn(&g);
	ck_assert_uint_eq(g.got.n, 11);
	end(&g);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tls");
	TCase *tc = tcase_create("tls");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, UNIT_TIMEOUT_S);
	tcase_add_test(tc, a_certificate_is_made_once_and_for_us_alone);
	tcase_add_test(tc, a_made_certificate_is_for_localhost_and_loads);
	tcase_add_test(tc, a_pair_that_does_not_fit_is_refused_with_a_reason);
	tcase_add_test(tc, what_cannot_be_made_is_said);
	tcase_add_loop_test(tc, bytes_go_both_ways, 0, 2);
	tcase_add_test(tc, what_is_left_of_a_record_is_told_of_without_the_socket);
	tcase_add_test(tc, a_deaf_stream_hears_what_was_left_when_it_hears_again);
	tcase_add_test(tc, a_full_socket_is_waited_for_and_goes_on);
	tcase_add_loop_test(tc, the_end_is_told_with_and_without_a_word, 0, 2);
	tcase_add_test(tc, our_end_is_told);
	tcase_add_test(tc, old_versions_and_weak_ciphers_get_no_session);
	tcase_add_loop_test(tc, no_tickets_are_given_out, 0, 2);
	tcase_add_test(tc, nobody_renegotiates);
	tcase_add_test(tc, one_record_is_taken_at_a_time_also_when_it_brings_nothing);
	tcase_add_test(tc, one_who_does_not_read_the_answers_he_asks_for_is_ended);
	tcase_add_test(tc, a_slow_reader_may_ask_for_new_keys);
	tcase_add_test(tc, records_of_next_to_nothing_but_padding_are_not_borne);
	tcase_add_test(tc, more_key_updates_than_a_minute_may_see_are_not_borne);
	tcase_add_test(tc, a_browser_is_not_answered_where_telnet_is_spoken);
	tcase_add_test(tc, a_connection_outlives_its_certificate);
	tcase_add_test(tc, plain_tls_is_refused_where_text_is_expected);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
