/*
 * test_dial.c - connections to a server in a thread that is fine, silent, slow, a flood, somebody else, or not there.
 */
#include "bridges/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/bridges/pem.h"
#include "tests/unit/rt/unit.h"

enum { MS = 1000, LONG = 10000 * MS, FLOOD = 400000, HEAP = 4 << 20 };

enum form {
	ECHOES, /* until the end */
	SILENT, /* takes the connection, and nothing more until the other end goes */
	FLOODS, /* 400,000 bytes, then listens */
	SLOW,	/* reads when it is told to, by `go` */
};

struct server {
	pthread_t thread;
	int listener, go[2];
	uint16_t port;
	enum form form;
	SSL_CTX *ctx; /* NULL: plain */
	/* what it saw, behind the thread's end */
	size_t read;
	char alpn[32], name[64], client[64];
};

static struct rig {
	struct loop *loop;
	struct loop_timer guard;
	struct pem pem;
	struct server s;
	struct dial *d;
	struct buf got;
	char why[DIAL_WHY];
	size_t opens, closes, rooms, sent;
	bool certificate, hoard, echo_once;
	void (*in_data)(struct dial *d);
} rig;

/* The server */

static int choose(UNUSED SSL *ssl, const unsigned char **out, unsigned char *n_out,
		  const unsigned char *in, UNUSED unsigned n_in, UNUSED void *ctx)
{
	*out = in + 1;
	*n_out = in[0];
	return SSL_TLSEXT_ERR_OK;
}

static int any_client(UNUSED int ok, UNUSED X509_STORE_CTX *ctx)
{
	return 1;
}

static long s_read(SSL *ssl, int fd, char *p, size_t n)
{
	return ssl ? (long)SSL_read(ssl, p, (int)n) : (long)recv(fd, p, n, 0);
}

static long s_write(SSL *ssl, int fd, const char *p, size_t n)
{
	return ssl ? (long)SSL_write(ssl, p, (int)n) : (long)send(fd, p, n, MSG_NOSIGNAL);
}

static void talk(struct server *s, SSL *ssl, int fd)
{
	static const char zeros[FLOOD];
	char bytes[4096];
	long n;

	if (s->form == FLOODS)
		s_write(ssl, fd, zeros, sizeof(zeros));
	if (s->form == SLOW)
		ck_assert_int_eq(read(s->go[0], bytes, 1), 1);
	while ((n = s_read(ssl, fd, bytes, sizeof(bytes))) > 0) {
		s->read += (size_t)n;
		if (s->form == ECHOES)
			s_write(ssl, fd, bytes, (size_t)n);
	}
}

static void look(struct server *s, SSL *ssl)
{
	const unsigned char *alpn = NULL;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	X509 *client = SSL_get1_peer_certificate(ssl);
	unsigned n = 0;

	SSL_get0_alpn_selected(ssl, &alpn, &n);
	snprintf(s->alpn, sizeof(s->alpn), "%.*s", (int)n, n ? (const char *)alpn : "");
	snprintf(s->name, sizeof(s->name), "%s", name ? name : "");
	if (client)
		X509_NAME_get_text_by_NID(X509_get_subject_name(client), NID_commonName, s->client,
					  sizeof(s->client));
	X509_free(client);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	const int fd = accept(s->listener, NULL, NULL);
	SSL *ssl = NULL;
	char byte;

	if (fd < 0)
		return NULL;
	if (s->form == SILENT) {
		while (recv(fd, &byte, 1, 0) > 0)
			;
	} else if (!s->ctx) {
		talk(s, NULL, fd);
	} else {
		ssl = SSL_new(s->ctx);
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1) {
			look(s, ssl);
			talk(s, ssl, fd);
		}
	}
	SSL_free(ssl);
	close(fd);
	return NULL;
}

static void server_listen(struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(s->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(s->listener, 4), 0);
	getsockname(s->listener, (struct sockaddr *)&a, &n);
	s->port = ntohs(a.sin_port);
	ck_assert_int_eq(pipe(s->go), 0);
}

static void server_start(enum form form, const char *cert)
{
	struct server *s = &rig.s;

	s->form = form;
	if (cert) {
		s->ctx = SSL_CTX_new(TLS_server_method());
		ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(s->ctx, cert), 1);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(s->ctx, cert, SSL_FILETYPE_PEM), 1);
		SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER, any_client);
		SSL_CTX_set_alpn_select_cb(s->ctx, choose, NULL);
	}
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
}

/* Its thread is over; nobody may have come. */
static void server_end(void)
{
	shutdown(rig.s.listener, SHUT_RDWR);
	pthread_join(rig.s.thread, NULL);
}

/* The client */

static void hangs(UNUSED void *ctx)
{
	ck_abort_msg("nothing has ended this for 20 s");
}

static void begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	pem_begin(&rig.pem);
	server_listen(&rig.s);
	ck_assert_int_eq(loop_new(&rig.loop), 0);
	loop_timer_init(rig.loop, &rig.guard, hangs, NULL);
	loop_timer_in(&rig.guard, 20000 * MS);
}

static void end(void)
{
	dial_free(rig.d);
	if (rig.s.thread)
		server_end();
	close(rig.s.listener);
	close(rig.s.go[0]);
	close(rig.s.go[1]);
	SSL_CTX_free(rig.s.ctx);
	buf_done(&rig.got);
	loop_timer_done(&rig.guard);
	loop_free(rig.loop);
	pem_end(&rig.pem);
}

static void on_open(UNUSED void *ctx)
{
	rig.opens++;
	loop_stop(rig.loop, 0);
}

static size_t on_data(UNUSED void *ctx, struct span bytes)
{
	if (rig.hoard)
		return 0;
	buf_add(&rig.got, bytes.p, bytes.n);
	loop_stop(rig.loop, 0);
	if (rig.in_data)
		rig.in_data(rig.d);
	return bytes.n;
}

static void on_room(UNUSED void *ctx)
{
	rig.rooms++;
	loop_stop(rig.loop, 0);
}

static void on_closed(UNUSED void *ctx, const char *why, bool certificate)
{
	rig.closes++;
	rig.certificate = certificate;
	snprintf(rig.why, sizeof(rig.why), "%s", why);
	loop_stop(rig.loop, 0);
}

static const struct dial_events events = {
	.open = on_open, .data = on_data, .room = on_room, .closed = on_closed
};

static struct dial_conf conf(const char *host)
{
	return (struct dial_conf){
		.host = host, .port = rig.s.port, .timeout_us = LONG, .max_output = 100000
	};
}

static struct dial_conf tls_conf(const char *host)
{
	struct dial_conf c = conf(host);

	c.tls = true;
	c.ca_file = rig.pem.ca;
	return c;
}

static void dial(const struct dial_conf *c)
{
	ck_assert_int_eq(dial_new(&rig.d, rig.loop, c, &events), 0);
	ck_assert_uint_eq(rig.opens + rig.closes, 0);
	ck_assert_int_eq(loop_run(rig.loop), 0);
}

static void run_until_got(size_t n)
{
	while (rig.got.n < n && !rig.closes)
		ck_assert_int_eq(loop_run(rig.loop), 0);
}

static void run_until_closed(void)
{
	while (!rig.closes)
		ck_assert_int_eq(loop_run(rig.loop), 0);
}

static void says_hello(void)
{
	ck_assert_uint_eq(rig.opens, 1);
	ck_assert_int_eq(dial_send(rig.d, SPAN("hello")), 0);
	run_until_got(5);
	ck_assert_uint_eq(rig.got.n, 5);
	ck_assert_mem_eq(buf_p(&rig.got), "hello", 5);
}

START_TEST(a_name_is_looked_up_and_bytes_go_both_ways)
{
	const struct dial_conf c = conf("localhost");

	server_start(ECHOES, NULL);
	dial(&c);
	says_hello();
}
END_TEST

START_TEST(tls_with_a_certificate_for_the_name_is_taken)
{
	struct dial_conf c = tls_conf("localhost");

	c.alpn = "http/1.1";
	c.cert_file = rig.pem.client;
	server_start(ECHOES, rig.pem.good);
	dial(&c);
	says_hello();
	dial_finish(rig.d);
	run_until_closed();
	server_end();
	rig.s.thread = 0;
	ck_assert_str_eq(rig.s.alpn, "http/1.1");
	ck_assert_str_eq(rig.s.name, "localhost");
	ck_assert_str_eq(rig.s.client, "a test");
}
END_TEST

START_TEST(tls_to_a_numeric_address_is_verified_for_that_address)
{
	const struct dial_conf c = tls_conf("127.0.0.1");

	server_start(ECHOES, rig.pem.good);
	dial(&c);
	says_hello();
}
END_TEST

static void is_refused(const struct dial_conf *c, const char *says)
{
	dial(c);
	ck_assert_uint_eq(rig.opens, 0);
	ck_assert_uint_eq(rig.closes, 1);
	ck_assert_msg(strstr(rig.why, says) != NULL, "%s", rig.why);
}

START_TEST(a_certificate_for_another_name_is_refused)
{
	const struct dial_conf c = tls_conf("localhost");

	server_start(ECHOES, rig.pem.wrong);
	is_refused(&c, "ostname mismatch");
	ck_assert(rig.certificate);
}
END_TEST

START_TEST(a_certificate_of_an_unknown_authority_is_refused)
{
	struct dial_conf c = tls_conf("localhost");

	c.ca_file = "";
	server_start(ECHOES, rig.pem.good);
	is_refused(&c, "certificate is not to be trusted");
	ck_assert(rig.certificate);
}
END_TEST

START_TEST(a_server_without_tls_is_no_question_of_certificates)
{
	struct dial_conf c = tls_conf("127.0.0.1");

	c.tls_option = "irc.tls";
	server_start(FLOODS, NULL);
	is_refused(&c, "TLS failed");
	ck_assert_ptr_nonnull(strstr(rig.why, "; does the server speak TLS there? (irc.tls)"));
	ck_assert(!rig.certificate);
}
END_TEST

START_TEST(nobody_listening_is_said)
{
	const struct dial_conf c = conf("127.0.0.1");

	close(rig.s.listener);
	is_refused(&c, "refused");
	ck_assert(!rig.certificate);
}
END_TEST

START_TEST(a_name_that_does_not_exist_is_said)
{
	const struct dial_conf c = conf("nowhere.invalid");

	is_refused(&c, "nowhere.invalid");
}
END_TEST

START_TEST(a_silent_server_costs_the_deadline_and_no_more)
{
	struct dial_conf c = tls_conf("127.0.0.1");

	c.timeout_us = 100 * MS;
	server_start(SILENT, NULL);
	is_refused(&c, "did not answer in time; does the server speak TLS there?");
	ck_assert_ptr_null(strchr(rig.why, '('));
}
END_TEST

START_TEST(what_nobody_uses_ends_the_connection_at_its_bound)
{
	const struct dial_conf c = tls_conf("127.0.0.1");

	rig.hoard = true;
	server_start(FLOODS, rig.pem.good);
	dial(&c);
	run_until_closed();
	ck_assert_str_eq(rig.why, "it sent more than can be waited for");
}
END_TEST

START_TEST(a_flood_that_is_used_comes_whole)
{
	const struct dial_conf c = tls_conf("127.0.0.1");

	server_start(FLOODS, rig.pem.good);
	dial(&c);
	run_until_got(FLOOD);
	ck_assert_uint_eq(rig.got.n, FLOOD);
}
END_TEST

static void fill(size_t piece)
{
	static const char zeros[10000];

	while (rig.sent < HEAP && dial_send(rig.d, (struct span){ zeros, piece }) == 0) {
		rig.sent += piece;
		ck_assert_uint_le(dial_unsent(rig.d), 100000);
	}
}

START_TEST(a_slow_peer_costs_what_was_said_and_gets_all_of_it)
{
	const struct dial_conf c = tls_conf("127.0.0.1");

	server_start(SLOW, rig.pem.good);
	dial(&c);
	fill(10000);
	ck_assert_uint_lt(rig.sent, HEAP);
	ck_assert_int_eq(write(rig.s.go[1], "x", 1), 1);
	while (rig.sent < HEAP) {
		const size_t before = rig.rooms;

		while (rig.rooms == before)
			ck_assert_int_eq(loop_run(rig.loop), 0);
		fill(10000);
	}
	dial_finish(rig.d);
	run_until_closed();
	server_end();
	rig.s.thread = 0;
	ck_assert_uint_eq(rig.s.read, rig.sent);
}
END_TEST

START_TEST(a_goodbye_ends_when_the_other_end_has_gone)
{
	const struct dial_conf c = conf("127.0.0.1");

	server_start(SILENT, NULL);
	dial(&c);
	ck_assert_uint_eq(rig.opens, 1);
	ck_assert_int_eq(dial_send(rig.d, SPAN("bye")), 0);
	dial_finish(rig.d);
	run_until_closed();
	ck_assert_uint_eq(rig.closes, 1);
	ck_assert_uint_eq(dial_unsent(rig.d), 0);
}
END_TEST

static void free_in_data(struct dial *d)
{
	dial_free(d);
	rig.d = NULL;
}

START_TEST(it_may_be_freed_in_an_event)
{
	const struct dial_conf c = tls_conf("127.0.0.1");

	rig.in_data = free_in_data;
	server_start(FLOODS, rig.pem.good);
	dial(&c);
	while (rig.d)
		ck_assert_int_eq(loop_run(rig.loop), 0);
	ck_assert_uint_eq(rig.closes, 0);
}
END_TEST

START_TEST(it_may_be_freed_while_the_name_is_looked_up)
{
	const struct dial_conf c = conf("nowhere.invalid");

	ck_assert_int_eq(dial_new(&rig.d, rig.loop, &c, &events), 0);
	dial_free(rig.d);
	rig.d = NULL;
	ck_assert_uint_eq(rig.opens + rig.closes, 0);
}
END_TEST

START_TEST(a_file_that_is_no_certificate_is_a_mistake)
{
	struct dial_conf c = tls_conf("localhost");

	c.cert_file = "/dev/null";
	ck_assert_int_eq(dial_new(&rig.d, rig.loop, &c, &events), -EINVAL);
	c.cert_file = NULL;
	c.ca_file = "/nowhere/ca.pem";
	ck_assert_int_eq(dial_new(&rig.d, rig.loop, &c, &events), -EINVAL);
}
END_TEST

static int run(const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create("dial");
	TCase *tcase = tcase_create("dial");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, UNIT_TIMEOUT_S);
	tcase_add_checked_fixture(tcase, begin, end);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(void)
{
	const TTest *const tests[] = { a_name_is_looked_up_and_bytes_go_both_ways,
				       tls_with_a_certificate_for_the_name_is_taken,
				       tls_to_a_numeric_address_is_verified_for_that_address,
				       a_certificate_for_another_name_is_refused,
				       a_certificate_of_an_unknown_authority_is_refused,
				       a_server_without_tls_is_no_question_of_certificates,
				       nobody_listening_is_said,
				       a_name_that_does_not_exist_is_said,
				       a_silent_server_costs_the_deadline_and_no_more,
				       what_nobody_uses_ends_the_connection_at_its_bound,
				       a_flood_that_is_used_comes_whole,
				       a_slow_peer_costs_what_was_said_and_gets_all_of_it,
				       a_goodbye_ends_when_the_other_end_has_gone,
				       it_may_be_freed_in_an_event,
				       it_may_be_freed_while_the_name_is_looked_up,
				       a_file_that_is_no_certificate_is_a_mistake };

	return run(tests, ARRAY_LEN(tests));
}
