/*
 * fuzz_gmcp.c - GMCP from a client: messages with a byte 0 between them.
 *
 * Oracles: what is handed to the world is a lower-case package and strict JSON; what a client may be
 * sent is only what it asked for; a message sent can be received again, and is still one
 * subnegotiation for a telnet parser.
 */
#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "gateway/gmcp.h"
#include "gateway/telnet.h"
#include "tests/fuzz/fuzz.h"

static bool is_package(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if ((uint8_t)name[i] <= ' ' || (uint8_t)name[i] >= 0x7f || isupper(name[i]))
			return false;
	return n > 0 && n <= GMCP_NAME_MAX;
}

static void json_holds(struct span json)
{
	json_error_t e;
	json_t *j = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);

	FUZZ_HOLDS(j);
	json_decref(j);
}

static void send_back(const struct gmcp_event *ev)
{
	struct span package = { ev->package, strlen(ev->package) }, in;
	struct buf wire = { 0 };
	struct telnet t = { 0 };
	struct telnet_event got;
	size_t n = 0;

	gmcp_send(&wire, package, ev->json);
	in = buf_span(&wire);
	while (telnet_next(&t, &in, &got)) {
		FUZZ_HOLDS(got.kind == TELNET_KIND_SUB && got.option == OPTION_GMCP);
		FUZZ_HOLDS(got.data.n >= package.n && !memcmp(got.data.p, package.p, package.n));
		n++;
	}
	FUZZ_HOLDS(n == 1);
	telnet_done(&t);
	buf_done(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct gmcp *g = NULL;

	FUZZ_HOLDS(!gmcp_wants(NULL, SPAN("room.info")));
	while (in.n) {
		struct gmcp_event ev = { 0 };

		gmcp_receive(&g, fuzz_until(&in, 0), &ev);
		FUZZ_HOLDS(ev.kind <= GMCP_MESSAGE);
		if (ev.kind == GMCP_MESSAGE) {
			FUZZ_HOLDS(is_package(ev.package));
			if (ev.json.n)
				json_holds(ev.json);
			send_back(&ev);
		}
		if (ev.kind == GMCP_HELLO)
			FUZZ_HOLDS(strlen(ev.text) <= GMCP_NAME_MAX);
		if (ev.kind > GMCP_BAD)
			fuzz_worked();
		FUZZ_HOLDS(!g || g->n <= GMCP_SUPPORTS);
	}
	for (size_t i = 0; g && i < g->n; i++) {
		FUZZ_HOLDS(is_package(g->supports[i]));
		FUZZ_HOLDS(gmcp_wants(g, (struct span){ g->supports[i], strlen(g->supports[i]) }));
		FUZZ_HOLDS(!i || strcmp(g->supports[i - 1], g->supports[i]) < 0);
	}
	gmcp_free(g);
	return 0;
}
