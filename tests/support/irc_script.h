/*
 * irc_script.h - an IRC server that is played by the test, step by step, for what real ones do not do when asked to:
 *
 *	irc_script_listen(&s, NULL);
 *	irc_script_accept(&s, IRC_US);
 *	irc_script_welcome(&s, "sasl=PLAIN");
 *	irc_script_take(&s, "JOIN");
 *	irc_script_say(&s, ":%s!m@host KICK #mud %s :out", "op", s.nick);
 *
 * One client at a time.  Its PINGs are answered whenever the test reads, unless it is `silent`.
 */
#pragma once

#include "tests/support/irc_pipe.h"

enum { IRC_SCRIPT_LINE = 2048 };

struct irc_script {
	struct irc_pipe pipe; /* the client, `text` what it sent, without tags */
	int listener;
	uint16_t port;
	const char *cert_file, *key_file; /* TLS; NULL: plain */
	bool silent;
	char nick[64];		    /* as the client wanted it last */
	char line[IRC_SCRIPT_LINE]; /* that was taken last, behind its command */
};

/* `tls_dir`: where cert.pem and key.pem are; NULL: plain. */
void irc_script_listen(struct irc_script *s, const char *tls_dir);
void irc_script_free(struct irc_script *s);
/* The next client; the one before is hung up. false: nobody came, or TLS was refused by it. */
bool irc_script_accept(struct irc_script *s, uint64_t within_us);
void irc_script_hang_up(struct irc_script *s);

/* A line of the server's, its end added. */
void irc_script_say(struct irc_script *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void irc_script_bytes(struct irc_script *s, const void *p, size_t n);
/* Waits for the next line of this command ("CAP", "PRIVMSG"); those before are passed over. Returns what is behind the
 * command, also in `line`. */
const char *irc_script_take(struct irc_script *s, const char *command);
/* NULL: none came in that time. */
const char *irc_script_takes(struct irc_script *s, const char *command, uint64_t within_us);

/* CAP LS, NICK and USER with these capabilities on offer, up to where the client has asked for what it wants, and ends
 * or authenticates. Returns the line that is neither of these: "END", "AUTHENTICATE PLAIN". */
const char *irc_script_negotiate(struct irc_script *s, const char *caps);
/* Negotiates, and lets it in: numerics 001 to 005 and the end of the message of the day. */
void irc_script_welcome(struct irc_script *s, const char *caps);
/* 001 to 376 alone. */
void irc_script_let_in(struct irc_script *s);
/* Waits until it joins this channel; it is in, alone with `others` ("@op joe"). */
void irc_script_join(struct irc_script *s, const char *channel, const char *others);
/* Waits until it says something with this text in it to the target; false: it did not in that time. */
bool irc_script_hears(struct irc_script *s, const char *text, uint64_t within_us);
