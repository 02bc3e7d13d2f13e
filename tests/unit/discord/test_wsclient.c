/*
 * test_wsclient.c - what is taken for the answer to an upgrade. (Frames: tests/scenario, against another implementation.)
 */
#include "bridges/discord/wsclient.h"

#include <string.h>
#include "../rt/unit.h"

/* Of RFC 6455, 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define UP "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static const char *judge(const char *head, unsigned *ret_status)
{
	return wsclient_judge((struct span){ head, strlen(head) }, KEY, ret_status);
}

START_TEST(the_answer_of_the_standard_is_taken)
{
	unsigned status;

	ck_assert_ptr_null(judge("HTTP/1.1 101 Switching Protocols\r\n" UP ACCEPT "\r\n", &status));
	ck_assert_uint_eq(status, 101);
	ck_assert_ptr_null(judge("HTTP/1.1 101 x\r\nserver: a\r\nUPGRADE: WebSocket\r\n"
				 "connection: keep-alive, upgrade\r\n" ACCEPT "\r\n",
				 &status));
}
END_TEST

START_TEST(anything_less_is_not)
{
	static const char *const bad[] = {
		"HTTP/1.1 101 x\r\n" UP "\r\n",
		"HTTP/1.1 101 x\r\n" UP
		"Sec-WebSocket-Accept: AAAPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
		"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" ACCEPT "\r\n",
		"HTTP/1.1 101 x\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
		"HTTP/1.1 101 x\r\n" UP ACCEPT ACCEPT "\r\n",
		"HTTP/1.1 101 x\r\n" UP ACCEPT
		"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		"HTTP/1.1 101 x\r\n" UP ACCEPT "Sec-WebSocket-Protocol: chat\r\n\r\n",
		"HTTP/1.0 101 x\r\n" UP ACCEPT "\r\n",
		"SSH-2.0-x\r\n\r\n",
		"HTTP/1.1 1O1 x\r\n\r\n",
		"\r\n\r\n",
	};
	unsigned status;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(judge(bad[i], &status) != NULL, "%s", bad[i]);
}
END_TEST

START_TEST(a_refusal_has_its_status)
{
	unsigned status;

	ck_assert_ptr_nonnull(judge("HTTP/1.1 503 Busy\r\nRetry-After: 3\r\n\r\n", &status));
	ck_assert_uint_eq(status, 503);
}
END_TEST

UNIT_MAIN("wsclient", the_answer_of_the_standard_is_taken, anything_less_is_not,
	  a_refusal_has_its_status)
