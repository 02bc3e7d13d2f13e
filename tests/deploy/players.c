/*
 * players.c - some hundred players of a server that runs elsewhere, by telnet, TLS and WebSocket in turn, told what to do
 * on standard input.  Each command is answered by one line of JSON: {"did":..,"ok":true,...} with what
 * they have seen so far (report.h).  In between they go on as they were told last.
 *
 *	enter		come in, with an account each, made at the first time
 *	play N		type at random, and go on; answered when N more lines were
 *	settle		type no more; answered when everybody is in, has all answers and has counted what he carries
 *	mark		what was cut so far is forgotten
 *	leave		quit
 *	forget		what they carry and where they are: the server may be set back
 *	staff NAME PASSWORD LINE	an account logs in, types the line and leaves; "text" is what he read
 *	end
 *
 * What is not over within --within seconds has "ok":false.
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/deploy/report.h"
#include "tests/support/die.h"

enum { PLAYERS_MAX = 1000, FROM_MAX = 64, POLL_MS = 20, LOGINS_AT_ONCE = 24 };

enum mode { MODE_IDLE, MODE_PLAY, MODE_SETTLE };

struct crew {
	struct cast cast;
	const char *from[FROM_MAX];
	struct player *players;
	struct pollfd *fds; /* of each player, and of standard input */
	uint64_t within_us;
	enum mode mode;
	bool has_checked; /* in MODE_SETTLE: all were asked what they carry */
	struct buf input;
	/* The command under way. */
	char did[128];
	uint64_t until_us, wanted;
	bool (*is_done)(struct crew *c);
};

static bool all_settled(struct crew *c)
{
	for (size_t i = 0; i < c->cast.n; i++)
		if (!player_is_settled(&c->players[i]))
			return false;
	return true;
}

static bool all_in(struct crew *c)
{
	for (size_t i = 0; i < c->cast.n; i++)
		if (c->players[i].state != PLAYER_IN)
			return false;
	return true;
}

static bool all_gone(struct crew *c)
{
	for (size_t i = 0; i < c->cast.n; i++)
		if (c->players[i].state != PLAYER_GONE)
			return false;
	return true;
}

static bool is_answered(struct crew *c)
{
	return report_answered(c->players, c->cast.n) >= c->wanted;
}

static bool is_counted(struct crew *c)
{
	if (!all_settled(c))
		return false;
	if (c->has_checked)
		return true;
	c->has_checked = true;
	for (size_t i = 0; i < c->cast.n; i++)
		player_check(&c->players[i], now_us());
	return false;
}

static bool at_once(UNUSED struct crew *c)
{
	return true;
}

/* Commands: each is begun, and is over when is_done() says so. */

static void begin_enter(struct crew *c, UNUSED const char *args)
{
	for (size_t i = 0; i < c->cast.n; i++)
		player_enter(&c->players[i]);
	c->mode = MODE_IDLE;
}

static void begin_play(struct crew *c, const char *args)
{
	c->wanted = report_answered(c->players, c->cast.n) + strtoull(args, NULL, 10);
	c->mode = MODE_PLAY;
}

static void begin_settle(struct crew *c, UNUSED const char *args)
{
	c->mode = MODE_SETTLE;
	c->has_checked = false;
}

static void begin_mark(struct crew *c, UNUSED const char *args)
{
	for (size_t i = 0; i < c->cast.n; i++)
		c->players[i].n_cut = 0;
}

static void begin_leave(struct crew *c, UNUSED const char *args)
{
	c->mode = MODE_IDLE;
	for (size_t i = 0; i < c->cast.n; i++)
		player_leave(&c->players[i]);
}

static void begin_forget(struct crew *c, UNUSED const char *args)
{
	for (size_t i = 0; i < c->cast.n; i++)
		player_forget(&c->players[i]);
}

static const struct command {
	const char *name;
	void (*begin)(struct crew *c, const char *args);
	bool (*is_done)(struct crew *c);
} commands[] = {
	{ "enter", begin_enter, all_in },	{ "play", begin_play, is_answered },
	{ "settle", begin_settle, is_counted }, { "mark", begin_mark, at_once },
	{ "leave", begin_leave, all_gone },	{ "forget", begin_forget, at_once },
};

static void reply(struct crew *c, bool ok, const char *text)
{
	struct buf out = { 0 };

	buf_adds(&out, "{\"did\":");
	report_quote(&out, c->did);
	buf_addf(&out, ",\"ok\":%s,", ok ? "true" : "false");
	if (text) {
		buf_adds(&out, "\"text\":");
		report_quote(&out, text);
		buf_addc(&out, ',');
	}
	report_add(&out, c->players, c->cast.n);
	buf_adds(&out, "}");
	printf("%.*s\n", (int)out.n, buf_p(&out));
	fflush(stdout);
	buf_done(&out);
	c->is_done = NULL;
}

/* An account that comes for one line, from the last address. */
static void staff(struct crew *c, char *args)
{
	const char *name = strsep(&args, " "), *password = strsep(&args, " ");
	const struct talk_way way = { .port = c->cast.to.ports[WIRE_TELNET],
				      .to = c->cast.to.host,
				      .from = c->cast.n_from ? c->from[c->cast.n_from] : NULL };
	struct talk t;
	size_t from;

	if (!args || !talk_try_by(&t, name, &way)) {
		reply(c, false, "");
		return;
	}
	talk_enter(&t, name, password);
	from = t.at;
	talk_line(&t, "%s", args);
	talk_line(&t, "think that is all");
	talk_expect(&t, "that is all\n");
	buf_drain(&t.text, from);
	*buf_reserve(&t.text, 1) = '\0';
	talk_line(&t, "quit");
	talk_expect_end(&t);
	reply(c, true, buf_p(&t.text));
	talk_close(&t);
}

static void obey(struct crew *c, char *line)
{
	char *args = line;
	const char *word = strsep(&args, " ");

	snprintf(c->did, sizeof(c->did), "%s", word);
	if (!strcmp(word, "end"))
		exit(EXIT_SUCCESS);
	if (!strcmp(word, "staff")) {
		staff(c, args);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(word, commands[i].name))
			continue;
		commands[i].begin(c, args ? args : "");
		c->until_us = now_us() + c->within_us;
		c->is_done = commands[i].is_done;
		return;
	}
	die("players: no such command: %s", word);
}

static void read_commands(struct crew *c)
{
	long n = read(STDIN_FILENO, buf_reserve(&c->input, 4096), 4096);

	if (n <= 0)
		exit(EXIT_SUCCESS); /* who told us what to do is gone */
	buf_commit(&c->input, (size_t)n);
}

static void take_command(struct crew *c)
{
	const char *end = memchr(buf_p(&c->input), '\n', c->input.n);
	CLEANUP(base_freep) char *line = NULL;

	if (!end)
		return;
	line = base_dup(buf_p(&c->input), (size_t)(end - buf_p(&c->input)));
	buf_drain(&c->input, strlen(line) + 1);
	obey(c, line);
}

/* Who is away dials, one in a turn when dialling fails, not too many at a time. */
static void dial(struct crew *c, uint64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < c->cast.n; i++)
		n += c->players[i].state == PLAYER_LOGIN || c->players[i].state == PLAYER_RESUMING;
	for (size_t i = 0; i < c->cast.n && n < LOGINS_AT_ONCE; i++) {
		struct player *p = &c->players[i];

		if (!player_dial(p, now))
			continue;
		n++;
		if (p->state == PLAYER_AWAY)
			return;
	}
}

static void act(struct crew *c, uint64_t now)
{
	for (size_t i = 0; i < c->cast.n; i++) {
		struct player *p = &c->players[i];

		if (c->mode == MODE_PLAY || (c->mode == MODE_SETTLE && p->is_checking))
			player_play(p, now);
	}
}

static void turn(struct crew *c)
{
	struct pollfd *fds = c->fds;
	size_t n = c->cast.n;
	uint64_t now;

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = wire_fd(&c->players[i].wire), .events = POLLIN };
	fds[n] = (struct pollfd){ .fd = c->is_done ? -1 : STDIN_FILENO, .events = POLLIN };
	poll(fds, n + 1, POLL_MS);
	now = now_us();
	for (size_t i = 0; i < n; i++)
		if (fds[i].revents)
			player_read(&c->players[i], now);
	dial(c, now);
	act(c, now);
	if (fds[n].revents)
		read_commands(c);
	if (!c->is_done)
		take_command(c);
	else if (c->is_done(c))
		reply(c, true, NULL);
	else if (now > c->until_us)
		reply(c, false, NULL);
}

/* --from A,B,C: the last one is the staff's. */
static void take_addresses(struct crew *c, char *list)
{
	const char *one;

	while ((one = strsep(&list, ",")) && c->cast.n_from < FROM_MAX)
		c->from[c->cast.n_from++] = one;
	c->cast.n_from--;
	c->cast.from = c->from;
}

enum word { TO = 1, TELNET, TLS, WEB, FROM, PLAYERS, SEED, PREFIX, WITHIN };

static void set(struct crew *c, enum word option, char *value)
{
	unsigned long number = strtoul(value, NULL, 10);

	switch (option) {
	case TO:
		c->cast.to.host = value;
		break;
	case TELNET:
		c->cast.to.ports[WIRE_TELNET] = (uint16_t)number;
		break;
	case TLS:
		c->cast.to.ports[WIRE_TLS] = (uint16_t)number;
		break;
	case WEB:
		c->cast.to.ports[WIRE_WS] = (uint16_t)number;
		break;
	case FROM:
		take_addresses(c, value);
		break;
	case PLAYERS:
		c->cast.n = number < PLAYERS_MAX ? number : PLAYERS_MAX;
		break;
	case SEED:
		c->cast.seed = number;
		break;
	case PREFIX:
		c->cast.prefix = value;
		break;
	case WITHIN:
		c->within_us = number * 1000000;
		break;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, TO },
		{ "telnet", required_argument, NULL, TELNET },
		{ "tls", required_argument, NULL, TLS },
		{ "web", required_argument, NULL, WEB },
		{ "from", required_argument, NULL, FROM },
		{ "players", required_argument, NULL, PLAYERS },
		{ "seed", required_argument, NULL, SEED },
		{ "prefix", required_argument, NULL, PREFIX },
		{ "within", required_argument, NULL, WITHIN },
		{ 0 },
	};
	struct crew c = { .cast = { .n = 30, .prefix = "Crew" }, .within_us = 90000000 };
	int option;

	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt_long(argc, argv, "", options, NULL)) > 0) {
		if (option == '?')
			return 64;
		set(&c, (enum word)option, optarg);
	}
	c.players = base_alloc(c.cast.n, sizeof(*c.players));
	c.fds = base_alloc(c.cast.n + 1, sizeof(*c.fds));
	for (size_t i = 0; i < c.cast.n; i++)
		player_init(&c.players[i], &c.cast, (uint32_t)i);
	for (;;)
		turn(&c);
}
