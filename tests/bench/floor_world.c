/*
 * floor_world.c - the far half of the floor (floor.h): a ROUTER that echoes.
 *
 * usage: floor_world ENDPOINT
 */
#include <zmq.h>

#include "tests/bench/floor.h"
#include "tests/support/die.h"

/* Answers of one turn; the turn ends when nothing more waits. */
static char answer[4 << 20];
static size_t n_answer;

static void add(uint32_t conn, const char *text, uint32_t n)
{
	struct floor_record r = { conn, n };

	if (n_answer + sizeof(r) + n > sizeof(answer))
		die("floor_world: too much in one turn");
	memcpy(answer + n_answer, &r, sizeof(r));
	memcpy(answer + n_answer + sizeof(r), text, n);
	n_answer += sizeof(r) + n;
}

static void apply(const char *p, size_t n)
{
	const char *end = p + n, *text;
	struct floor_record r;

	while ((text = floor_next(&p, end, &r))) {
		bool to_all = r.n > 4 && !memcmp(text, "say ", 4);

		add(to_all ? FLOOR_ALL : r.conn, text, r.n);
	}
}

/* false: nothing waits. */
static bool take(void *router, int flags, char *who, size_t *n_who)
{
	zmq_msg_t m;
	int n = zmq_recv(router, who, 255, flags);

	if (n < 0)
		return false;
	*n_who = (size_t)n;
	must(zmq_msg_init(&m), "zmq_msg_init");
	must(zmq_msg_recv(&m, router, 0), "zmq_msg_recv");
	apply(zmq_msg_data(&m), zmq_msg_size(&m));
	zmq_msg_close(&m);
	return true;
}

int main(int argc, char **argv)
{
	void *ctx = zmq_ctx_new(), *router = zmq_socket(ctx, ZMQ_ROUTER);
	int hwm = 0;
	char who[256];
	size_t n_who = 0;

	if (argc != 2)
		die("usage: floor_world ENDPOINT");
	must(zmq_setsockopt(router, ZMQ_SNDHWM, &hwm, sizeof(hwm)), "SNDHWM");
	must(zmq_setsockopt(router, ZMQ_RCVHWM, &hwm, sizeof(hwm)), "RCVHWM");
	must(zmq_bind(router, argv[1]), argv[1]);
	for (;;) {
		if (!take(router, 0, who, &n_who))
			die("floor_world: receive failed");
		while (take(router, ZMQ_DONTWAIT, who, &n_who))
			;
		must(zmq_send(router, who, n_who, ZMQ_SNDMORE), "send");
		must(zmq_send(router, answer, n_answer, 0), "send");
		n_answer = 0;
	}
}
