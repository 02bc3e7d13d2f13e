/*
 * irc_user.h - somebody in a channel of an IRC server, as a test wants him: logs in, joins, says, waits for lines with a
 * deadline, keeps the transcript.
 *
 * Lines are kept without message tags and with the nick alone for who they are from, so that they can be waited for:
 *
 *	irc_user_open(&joe, "joe", port);
 *	irc_user_join(&joe, "#mud");
 *	irc_user_say(&joe, "#mud", "hello");
 *	irc_user_expect(&joe, ":Mudlark PRIVMSG #mud :");
 *
 * PINGs are answered by themselves whenever it reads.
 */
#pragma once

#include "tests/support/irc_pipe.h"

struct irc_user {
	struct irc_pipe pipe;
	char nick[32];
};

struct irc_way {
	uint16_t port;
	bool tls;
	const char *caps; /* asked for by CAP REQ; NULL: none */
};

/* Connects and logs in; dies when that is refused. */
void irc_user_open(struct irc_user *u, const char *nick, uint16_t port);
void irc_user_open_by(struct irc_user *u, const char *nick, const struct irc_way *way);
/* Without a word. */
void irc_user_close(struct irc_user *u);
/* Any command, without its line end. */
void irc_user_line(struct irc_user *u, const char *fmt, ...) PRINTF_LIKE(2, 3);
void irc_user_bytes(struct irc_user *u, struct span bytes);
/* Waits until he is in. `key` may stand behind the name. */
void irc_user_join(struct irc_user *u, const char *channel);
void irc_user_say(struct irc_user *u, const char *target, const char *fmt, ...) PRINTF_LIKE(3, 4);

void irc_user_expect(struct irc_user *u, const char *text);
bool irc_user_sees(struct irc_user *u, const char *text, uint64_t within_us);
size_t irc_user_count(const struct irc_user *u, const char *text);
/* Waits until somebody of this nick is in the channel: was, or joins. */
void irc_user_expect_member(struct irc_user *u, const char *nick, const char *channel);
/* Reads what there is, until nothing came for so long. */
void irc_user_idle(struct irc_user *u, uint64_t quiet_us);

/* Many who are in a channel and do nothing, beginning with PREFIX0. Freed by irc_crowd_close(). */
struct irc_crowd {
	int *fds;
	size_t n;
};
void irc_crowd_open(struct irc_crowd *c, size_t n, const char *prefix, const char *channel,
		    uint16_t port);
/* Throws away what they were told. */
void irc_crowd_drain(struct irc_crowd *c);
void irc_crowd_close(struct irc_crowd *c);
