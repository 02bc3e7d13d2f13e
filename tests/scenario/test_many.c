/*
 * test_many.c - a hundred players at three gateways, typing all the time, while a gateway is added, one is
 * killed, the world dies, and one is drained: nobody loses a connection but those of the dead one, no
 * line of the others is lost or done twice, and who was thrown out comes back in place.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/scenario/gate.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

#define PASSWORD "some long password"
#define ROOM "The Foreshore at Low Tide"

enum { EACH = 33, KNOWN = 6, PLAYERS = 4 * EACH, AHEAD = 3, END_US = 10000000 };

struct player {
	struct talk t;
	char name[16];
	uint16_t port;	 /* of his gateway; 0: he is gone */
	unsigned n_sent; /* lines in this connection */
};

struct crowd {
	struct player players[PLAYERS];
	size_t n;
};

/* "think dave.7." is answered to him alone, by one line. */
static void text_of(const struct player *p, unsigned line, char ret[48])
{
	snprintf(ret, 48, "%s.%u.\n", p->name, line);
}

static bool is_behind(const struct player *p)
{
	char text[48];

	if (p->n_sent < AHEAD)
		return false;
	text_of(p, p->n_sent - AHEAD, text);
	return !talk_count(&p->t, text);
}

/* His gateway may have gone meanwhile. */
static void type(struct player *p)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "think %s.%u.\r\n", p->name, p->n_sent);

	if (send(p->t.fd, line, (size_t)n, MSG_NOSIGNAL) == n)
		p->n_sent++;
}

/* So many rounds: everybody types unless he waits for an answer, everybody reads. */
static void chatter(struct crowd *c, unsigned rounds)
{
	for (unsigned r = 0; r < rounds; r++) {
		for (size_t i = 0; i < c->n; i++) {
			struct player *p = &c->players[i];

			if (p->t.fd < 0)
				continue;
			if (!is_behind(p))
				type(p);
			talk_read(&p->t, 1);
		}
	}
}

/* Every line of this connection was answered, once. */
static void settle(struct player *p)
{
	char text[48];

	for (unsigned i = 0; i < p->n_sent; i++) {
		text_of(p, i, text);
		while (!talk_count(&p->t, text))
			if (!talk_read(&p->t, TALK_US))
				die("%s: %s is not answered", p->name, text);
		ck_assert_uint_eq(talk_count(&p->t, text), 1);
	}
}

static void settle_all(struct crowd *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->players[i].t.fd >= 0)
			settle(&c->players[i]);
}

static void guest_enters(struct player *p, uint16_t port)
{
	p->port = port;
	p->n_sent = 0;
	talk_open(&p->t, p->name, port);
	talk_enter_guest(&p->t);
}

static void come_in(struct crowd *c, uint16_t port, size_t n)
{
	for (; n-- > 0; c->n++) {
		struct player *p = &c->players[c->n];

		snprintf(p->name, sizeof(p->name), "p%zu", c->n);
		guest_enters(p, port);
	}
}

/* With an account, so that there is somebody to come back. */
static void known_come_in(struct crowd *c, uint16_t port)
{
	for (int i = 0; i < KNOWN; i++) {
		struct player *p = &c->players[c->n++];

		snprintf(p->name, sizeof(p->name), "Pla%cer", 'a' + i);
		p->port = port;
		talk_open(&p->t, p->name, port);
		talk_enter_new(&p->t, p->name, PASSWORD);
		talk_line(&p->t, "down");
		talk_expect(&p->t, ROOM);
	}
}

/* Those of the gateway are thrown out, nobody else is. Known ones go on at another one. */
static void ck_thrown_out(struct crowd *c, uint16_t dead, uint16_t refuge)
{
	for (size_t i = 0; i < c->n; i++) {
		struct player *p = &c->players[i];

		if (!p->port)
			continue; /* a guest who is gone */
		if (p->port != dead) {
			talk_read(&p->t, 1);
			ck_assert_msg(p->t.fd >= 0, "%s lost the connection", p->name);
			continue;
		}
		while (p->t.fd >= 0)
			talk_read(&p->t, TALK_US);
		talk_close(&p->t);
		p->t.fd = -1;
		p->port = *p->name == 'P' ? refuge : 0;
		if (!p->port)
			continue;
		p->n_sent = 0;
		talk_open(&p->t, p->name, refuge);
		talk_enter(&p->t, p->name, PASSWORD);
		/* The world may not know yet that his gateway is dead. */
		ck_assert_uint_eq(talk_count(&p->t, "You are back where you were.") +
					  talk_count(&p->t, "You take over from your other"),
				  1);
		ck_assert_uint_eq(talk_count(&p->t, ROOM), 1);
	}
}

static void leave(struct crowd *c)
{
	for (size_t i = 0; i < c->n; i++)
		talk_close(&c->players[i].t);
}

START_TEST(gateways_come_die_and_go_under_a_crowd)
{
	const char *const sets[] = { "persist.create_rate=0", NULL };
	const char *const drain[] = { "gateway.drain=3s", NULL };
	char *dir = tmp_dir(), url[300];
	const struct mud_conf conf = { .dir = dir, .store = url, .sets = sets };
	static struct crowd c;
	struct gate second, third, fourth;
	struct mud m;

	snprintf(url, sizeof(url), "%s", store_url((enum store_kind)_i, dir));
	mud_start(&m, &conf);
	gate_start(&second, &m, "second", NULL);
	gate_start(&third, &m, "third", drain);
	come_in(&c, m.telnet, EACH);
	known_come_in(&c, second.telnet);
	come_in(&c, second.telnet, EACH - KNOWN);
	come_in(&c, third.telnet, EACH);
	chatter(&c, 10);

	gate_start(&fourth, &m, "fourth", NULL);
	come_in(&c, fourth.telnet, EACH / 3);
	chatter(&c, 10);

	gate_kill(&second);
	chatter(&c, 10);
	ck_thrown_out(&c, second.telnet, fourth.telnet);
	chatter(&c, 10);

	mud_kill(&m, "world");
	chatter(&c, 10);

	kill(third.child.pid, SIGTERM);
	while (child_is_alive(third.child.pid))
		chatter(&c, 1);
	ck_assert_int_eq(child_wait(&third.child, END_US), 0);
	ck_thrown_out(&c, third.telnet, fourth.telnet);
	chatter(&c, 10);
	settle_all(&c);
	leave(&c);
	gate_kill(&fourth);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ gateways_come_die_and_go_under_a_crowd, STORES },
	};

	return suite_main("many", 120, tests, ARRAY_LEN(tests));
}
