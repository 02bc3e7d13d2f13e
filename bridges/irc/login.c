/*
 * login.c - from an open connection to being online: capabilities, SASL, a nick; and the nick later, when we did not get the
 * one we want.
 *
 *	PASS, CAP LS 302, NICK, USER -> CAP REQ -> AUTHENTICATE ... -> CAP END -> 001 -> 005 ... -> end of the greeting
 */
#include "bridges/irc/network_inner.h"

#include <stdio.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"

enum {
	GREETING_US = 5000000, /* a server that has no greeting */
	SASL_US = 10000000,
	ABORT_US = 1000000, /* for the answer to our own end of it */
	NICK_AGAIN_US = 60000000,
	NICK_TRIES = 12,
};

static const unsigned wanted = CAP(CAPS) - 1;

static void say(struct network *n, const char *command, struct span middle)
{
	const struct irc_parts p = { .command = command, .middle = { middle } };

	speak_parts(n, &p);
}

static void say_text(struct network *n, const char *command, const char *text)
{
	const struct irc_parts p = { .command = command, .text = { text, strlen(text) } };

	speak_parts(n, &p);
}

static void say_nick(struct network *n)
{
	say(n, "NICK", (struct span){ n->nick, strlen(n->nick) });
}

void login_lost(struct network *n)
{
	n->caps = (struct caps){ 0 };
	isupport_init(&n->isupport);
	sasl_done(&n->sasl);
	n->sasl = (struct sasl){ 0 };
	n->is_listed = n->is_welcome = n->is_logged_in = n->has_sasl = false;
	n->nick_tries = 0;
	n->nick_us = n->join_us = n->sasl_us = 0;
	n->failed[0] = '\0';
	n->address[0] = '\0';
	snprintf(n->nick, sizeof(n->nick), "%s", n->conf.nick);
}

/* A user's name is for identd of old: letters and digits of the nick. */
static void user_name(const struct network *n, char ret[11])
{
	size_t k = 0;

	for (const char *p = n->conf.nick; *p && k < 10; p++) {
		const char c = *p | 32;

		if ((c >= 'a' && c <= 'z') || (k && *p >= '0' && *p <= '9'))
			ret[k++] = (char)(*p >= '0' && *p <= '9' ? *p : c);
	}
	snprintf(ret + k, 11 - k, "%s", k ? "" : "mudlark");
}

void login_begin(struct network *n)
{
	char user[11];
	const struct irc_parts hello = {
		.command = "USER",
		.middle = { { user, 0 }, SPAN("0"), SPAN("*") },
		.text = { n->conf.realname, strlen(n->conf.realname) },
	};
	struct irc_parts parts = hello;

	login_lost(n);
	if (n->conf.server_password)
		say_text(n, "PASS", n->conf.server_password);
	(void)speak_now(n, SPAN("CAP LS 302\r\n"));
	say_nick(n);
	user_name(n, user);
	parts.middle[0].n = strlen(user);
	speak_parts(n, &parts);
}

/* Capabilities and SASL */

static void end_caps(struct network *n)
{
	if (!n->is_welcome)
		(void)speak_now(n, SPAN("CAP END\r\n"));
}

/* Who is in the middle of it hears that it is off, and its answer ends the connection. */
static void login_failed(struct network *n, const char *what, const char *detail)
{
	char why[NETWORK_WHY];

	if (n->failed[0])
		return;
	snprintf(why, sizeof(why), "cannot log in: %.70s%s%.100s", what, detail[0] ? ": " : "",
		 detail);
	if (!n->has_sasl || n->is_logged_in || detail[0]) {
		network_give_up(n, why, true);
		return;
	}
	memcpy(n->failed, why, sizeof(n->failed));
	n->sasl_us = network_now(n) + ABORT_US;
	(void)speak_now(n, SPAN("AUTHENTICATE *\r\n"));
}

static void begin_sasl(struct network *n)
{
	const char *name = sasl_name(n->conf.login.mechanism);

	if (!caps_has_mechanism(&n->caps, name)) {
		login_failed(n, "the server does not offer SASL", name);
		return;
	}
	sasl_done(&n->sasl);
	sasl_init(&n->sasl, &n->conf.login, n->entropy);
	n->has_sasl = true;
	n->sasl_us = network_now(n) + SASL_US;
	say(n, "AUTHENTICATE", (struct span){ name, strlen(name) });
}

/* The server has answered what was asked for. */
static void go_on(struct network *n)
{
	if (n->caps.asked)
		return;
	if (n->conf.login.mechanism == SASL_NONE || n->is_logged_in)
		end_caps(n);
	else if (!caps_has(&n->caps, CAP_SASL))
		login_failed(n, "the server offers no SASL", "");
	else if (!n->has_sasl)
		begin_sasl(n);
}

/* What is not offered need not be asked for. */
static bool can_log_in(struct network *n)
{
	const char *name = sasl_name(n->conf.login.mechanism);

	if (n->conf.login.mechanism == SASL_NONE ||
	    ((n->caps.offered & CAP(CAP_SASL)) && caps_has_mechanism(&n->caps, name)))
		return true;
	login_failed(n, "the server does not offer SASL", name);
	return false;
}

static void request(struct network *n)
{
	struct buf lines = { 0 };
	const unsigned mask = n->conf.login.mechanism == SASL_NONE ? ~CAP(CAP_SASL) : ~0u;

	if (caps_request(&n->caps, wanted & mask, &lines))
		(void)speak_now(n, buf_span(&lines));
	else
		go_on(n);
	buf_done(&lines);
}

static void on_cap(struct network *n, const struct irc_line *l)
{
	switch (caps_take(&n->caps, l)) {
	case CAPS_LISTED:
		if (!n->is_listed && can_log_in(n))
			request(n);
		n->is_listed = true;
		break;
	case CAPS_AGREED:
		if (!n->is_welcome)
			go_on(n);
		break;
	case CAPS_MORE:
		if (n->is_welcome)
			request(n);
		break;
	case CAPS_FLOOD:
		network_give_up(n, "the server's list of capabilities has no end", false);
		break;
	case CAPS_NOTHING:
		break;
	}
}

static void on_authenticate(struct network *n, const struct irc_line *l)
{
	struct buf lines = { 0 };

	if (!n->has_sasl || n->is_logged_in || n->failed[0])
		return;
	if (sasl_take(&n->sasl, irc_param(l, 0), &lines) != 0)
		login_failed(n, n->sasl.why, "");
	else if (lines.n)
		(void)speak_now(n, buf_span(&lines));
	if (lines.p)
		memset(lines.p, 0, lines.cap);
	buf_done(&lines);
}

static void on_sasl_done(struct network *n, UNUSED const struct irc_line *l)
{
	if (!n->has_sasl || n->is_logged_in)
		return;
	if (n->failed[0]) {
		network_give_up(n, n->failed, true);
		return;
	}
	if (!sasl_is_done(&n->sasl)) {
		login_failed(n, "the server says that we are in without having shown who it is",
			     "");
		return;
	}
	n->is_logged_in = true;
	n->sasl_us = 0;
	end_caps(n);
}

static void on_sasl_failed(struct network *n, const struct irc_line *l)
{
	char why[100];

	if (!n->has_sasl || n->is_logged_in)
		return;
	if (n->failed[0]) {
		network_give_up(n, n->failed, true);
		return;
	}
	network_note(why, sizeof(why), "", irc_last(l));
	login_failed(n, "SASL was refused", why);
}

/* The nick */

static void other_nick(struct network *n)
{
	const unsigned most = n->isupport.nicklen ? n->isupport.nicklen : 16;
	const size_t room = most < NICK_BYTES ? most : NICK_BYTES - 1;
	size_t keep = strlen(n->conf.nick);

	n->nick_tries++;
	if (n->nick_tries <= 2) {
		keep = keep + n->nick_tries <= room ? keep : room - n->nick_tries;
		snprintf(n->nick, sizeof(n->nick), "%.*s%s", (int)keep, n->conf.nick,
			 n->nick_tries == 1 ? "_" : "__");
		return;
	}
	keep = keep < 6 ? keep : 6;
	snprintf(n->nick, sizeof(n->nick), "%.*s%03u", (int)keep, n->conf.nick,
		 (unsigned)rng_below(&n->rng, 1000));
}

static void on_nick_refused(struct network *n, const struct irc_line *l)
{
	/* Online it was only a try; 437 is also for channels. */
	if (n->is_welcome)
		return;
	if (irc_is(l, "432") || n->nick_tries >= NICK_TRIES) {
		network_give_up(n, "the server takes none of our nicks", true);
		return;
	}
	other_nick(n);
	say_nick(n);
}

static bool has_wanted(const struct network *n)
{
	const struct span want = { n->conf.nick, strlen(n->conf.nick) };

	/* One that the server has cut is as good as we get it. */
	if (n->isupport.nicklen && want.n > n->isupport.nicklen)
		return casemap_equal(n->isupport.casemap,
				     (struct span){ want.p, n->isupport.nicklen },
				     (struct span){ n->nick, strlen(n->nick) });
	return network_is_me(n, want);
}

static void look_at_nick(struct network *n)
{
	n->nick_us = has_wanted(n) ? 0 : network_now(n) + NICK_AGAIN_US;
}

static void try_wanted(struct network *n)
{
	const struct irc_parts nick = { .command = "NICK",
					.middle = { { n->conf.nick, strlen(n->conf.nick) } } };

	n->nick_us = network_now(n) + NICK_AGAIN_US;
	speak_later(n, &nick);
}

void login_nick_free(struct network *n, struct span nick)
{
	if (n->nick_us && casemap_equal(n->isupport.casemap, nick,
					(struct span){ n->conf.nick, strlen(n->conf.nick) }))
		try_wanted(n);
}

static void on_nick(struct network *n, const struct irc_line *l)
{
	const struct span to = irc_param(l, 0);

	if (network_is_me(n, l->nick)) {
		snprintf(n->nick, sizeof(n->nick), "%.*s",
			 (int)(to.n < NICK_BYTES ? to.n : NICK_BYTES - 1), to.p);
		look_at_nick(n);
	} else {
		login_nick_free(n, l->nick);
	}
}

static void on_quit(struct network *n, const struct irc_line *l)
{
	login_nick_free(n, l->nick);
}

/* Online */

static void now_online(struct network *n)
{
	char mode[3] = "+B";
	const struct irc_parts bot = { .command = "MODE",
				       .middle = { { n->nick, strlen(n->nick) }, { mode, 2 } } };

	if (n->state != NETWORK_REGISTERING)
		return;
	n->join_us = 0;
	network_enter_state(n, NETWORK_ONLINE, 0);
	n->online_us = network_now(n);
	n->why[0] = '\0';
	flood_init(&n->pace, n->conf.flood_every_us, n->conf.flood_burst, n->online_us);
	if (n->outage)
		network_trouble(n, "online again");
	n->outage = OUTAGE_NONE;
	mode[1] = n->isupport.bot;
	if (mode[1])
		speak_later(n, &bot);
	look_at_nick(n);
	people_join(n);
}

/* "Welcome to the network, nick!user@host" at its end; servers differ, and one's own JOIN tells better. */
static void on_welcome(struct network *n, const struct irc_line *l)
{
	const struct span nick = irc_param(l, 0);

	if (n->is_welcome)
		return;
	if (n->conf.login.mechanism != SASL_NONE && !n->is_logged_in) {
		login_failed(n, "the server let us in without a login", "");
		return;
	}
	n->is_welcome = true;
	n->join_us = network_now(n) + GREETING_US;
	if (nick.n && nick.n < NICK_BYTES && irc_is(l, "001"))
		snprintf(n->nick, sizeof(n->nick), "%.*s", (int)nick.n, nick.p);
}

static void on_isupport(struct network *n, const struct irc_line *l)
{
	isupport_take(&n->isupport, l);
}

static void on_greeted(struct network *n, UNUSED const struct irc_line *l)
{
	if (n->is_welcome)
		now_online(n);
}

/* Our host as others see it: 396 ours :is now your displayed host */
static void on_host(struct network *n, const struct irc_line *l)
{
	const char *at = strchr(n->address, '@');
	const struct span host = irc_param(l, 1);

	if (!at || !host.n || host.n > 64)
		return;
	n->address[at - n->address + 1] = '\0';
	snprintf(n->address + strlen(n->address), sizeof(n->address) - strlen(n->address), "%.*s",
		 (int)host.n, host.p);
}

struct row {
	const char *command;
	void (*fn)(struct network *n, const struct irc_line *l);
	bool is_shared; /* others want to see it, too */
};

static const struct row rows[] = {
	{ "CAP", on_cap, false },	   { "AUTHENTICATE", on_authenticate, false },
	{ "903", on_sasl_done, false },	   { "902", on_sasl_failed, false },
	{ "904", on_sasl_failed, false },  { "905", on_sasl_failed, false },
	{ "906", on_sasl_failed, false },  { "907", on_sasl_failed, false },
	{ "001", on_welcome, false },	   { "005", on_isupport, false },
	{ "376", on_greeted, false },	   { "422", on_greeted, false },
	{ "396", on_host, false },	   { "432", on_nick_refused, false },
	{ "433", on_nick_refused, false }, { "436", on_nick_refused, false },
	{ "437", on_nick_refused, true },  { "NICK", on_nick, true },
	{ "QUIT", on_quit, true },
};

bool login_line(struct network *n, const struct irc_line *l)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!irc_is(l, rows[i].command))
			continue;
		rows[i].fn(n, l);
		return !rows[i].is_shared;
	}
	return false;
}

uint64_t login_due(const struct network *n)
{
	return n->sasl_us ? n->sasl_us : n->join_us ? n->join_us : n->nick_us;
}

void login_time(struct network *n)
{
	const uint64_t now = network_now(n);

	if (n->sasl_us && now >= n->sasl_us) {
		network_give_up(n,
				n->failed[0] ? n->failed
					     : "cannot log in: the server does not answer",
				true);
		return;
	}
	if (n->join_us && now >= n->join_us)
		now_online(n);
	if (n->state == NETWORK_ONLINE && n->nick_us && now >= n->nick_us)
		try_wanted(n);
}
