/*
 * test_upgrade.c - who may open a WebSocket.
 */
#include "gateway/upgrade.h"

#include "gateway/protocol.h"
#include "tests/unit/gateway/bytes.h"

#define LINE "GET /ws HTTP/1.1\r\nHost: mud.example\r\n"
#define ASK "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ALL ASK VERSION KEY

struct row {
	const char *head;
	int status;
};

/* clang-format off */
static const struct row rows[] = {
	{ LINE ALL, 0 },
	{ LINE "upgrade: h2c, WebSocket\r\nCONNECTION: keep-alive, UPGRADE\r\n" VERSION KEY, 0 },
	{ LINE ALL "Origin: http://mud.example\r\n", 0 },
	{ LINE ALL "Origin: https://MUD.example\r\n", 0 },
	{ LINE ALL "Origin: https://mud.example:443\r\n", 0 },
	{ LINE ALL "Origin: https://play.example\r\n", 0 },
	{ LINE ALL "Origin: http://other.example:8080\r\n", 0 },
	{ LINE ALL "Origin: http://other.example\r\n", 403 },
	{ LINE ALL "Origin: http://play.example\r\n", 403 },
	{ LINE ALL "Origin: https://mud.example:8080\r\n", 403 },
	{ LINE ALL "Origin: http://mud.example.evil.example\r\n", 403 },
	{ LINE ALL "Origin: http://evilmud.example\r\n", 403 },
	{ LINE ALL "Origin: ftp://mud.example\r\n", 403 },
	{ LINE ALL "Origin: http://\r\n", 403 },
	{ LINE ALL "Origin: null\r\n", 403 },
	{ LINE ALL "Origin:\r\n", 403 },
	{ LINE ALL "Origin: http://mud.example\r\nOrigin: http://mud.example\r\n", 400 },
	{ LINE, 426 },
	{ LINE "Upgrade: websocket\r\n" VERSION KEY, 426 },
	{ LINE "Connection: Upgrade\r\n" VERSION KEY, 426 },
	{ LINE "Upgrade: websocket\r\nConnection: upgrades\r\n" VERSION KEY, 426 },
	{ LINE ASK KEY, 426 },
	{ LINE ASK KEY "Sec-WebSocket-Version: 8\r\n", 426 },
	{ LINE ASK KEY "Sec-WebSocket-Version: 13, 8\r\n", 426 },
	{ LINE ASK KEY VERSION VERSION, 426 },
	{ LINE ASK VERSION, 400 },
	{ LINE ASK VERSION KEY KEY, 400 },
	{ LINE ASK VERSION "Sec-WebSocket-Key: short\r\n", 400 },
	{ "HEAD /ws HTTP/1.1\r\nHost: mud.example\r\n" ALL, 405 },
	{ "GET /ws HTTP/1.0\r\nHost: mud.example\r\n" ALL, 400 },
};
/* clang-format on */

static char one[] = "https://play.example", two[] = "http://other.example:8080";
static char *const origins[] = { one, two, NULL };

static int check(const char *text, struct upgrade *u)
{
	struct buf head = { 0 };
	struct http_head r;
	const char *why = NULL;
	int status;

	buf_addf(&head, "%s\r\n", text);
	ck_assert_int_eq(http_head_parse(buf_span(&head), &r), 0);
	status = upgrade_check(&r, origins, u, &why);
	ck_assert(status == 0 || why);
	buf_done(&head);
	return status;
}

START_TEST(only_a_request_by_the_book_becomes_a_websocket)
{
	struct upgrade u;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = check(rows[i].head, &u);

		ck_assert_msg(status == rows[i].status, "%d instead of %d for %s", status,
			      rows[i].status, rows[i].head);
	}
}
END_TEST

START_TEST(the_port_of_the_host_counts)
{
	ck_assert(upgrade_is_own(SPAN("http://a:8080"), SPAN("a:8080")));
	ck_assert(!upgrade_is_own(SPAN("http://a:8080"), SPAN("a")));
	ck_assert(!upgrade_is_own(SPAN("http://a"), SPAN("a:8080")));
	ck_assert(upgrade_is_own(SPAN("http://a"), SPAN("a:80")));
	ck_assert(!upgrade_is_own(SPAN("https://a"), SPAN("a:80")));
	ck_assert(upgrade_is_own(SPAN("https://[::1]:4443"), SPAN("[::1]:4443")));
	ck_assert(!upgrade_is_own(SPAN("http://a"), SPAN("")));
	ck_assert(!upgrade_is_own(SPAN("http://:80"), SPAN("")));
}
END_TEST

START_TEST(the_answer_echoes_the_subprotocol_exactly)
{
	struct buf out = { 0 };
	struct upgrade u;

	ck_assert_int_eq(check(LINE ALL "Sec-WebSocket-Protocol: x, gmcp.mudstandards.org\r\n", &u),
			 0);
	upgrade_answer(&out, &u);
	ck_assert_text(&out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			     "Connection: Upgrade\r\n"
			     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
			     "Sec-WebSocket-Protocol: gmcp.mudstandards.org\r\n\r\n");
	ck_assert_int_eq(check(LINE ALL, &u), 0);
	upgrade_answer(&out, &u);
	buf_addc(&out, '\0');
	ck_assert_ptr_null(strstr(buf_p(&out), "Protocol:"));
	buf_done(&out);
}
END_TEST

START_TEST(without_a_list_only_our_own_pages_may)
{
	struct http_head r;
	struct upgrade u;
	const char *why;

	ck_assert_int_eq(http_head_parse(SPAN(LINE ALL "Origin: https://play.example\r\n\r\n"), &r),
			 0);
	ck_assert_int_eq(upgrade_check(&r, NULL, &u, &why), 403);
}
END_TEST

UNIT_MAIN("upgrade", only_a_request_by_the_book_becomes_a_websocket, the_port_of_the_host_counts,
	  the_answer_echoes_the_subprotocol_exactly, without_a_list_only_our_own_pages_may)
