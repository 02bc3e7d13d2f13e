/*
 * fuzz_msdp.c - MSDP and NEW-ENVIRON from a client, and GMCP of the world on its way into MSDP.
 *
 * Oracles: what is sent is whole subnegotiations of option 69, in which tables and arrays are closed, are
 * nested no deeper than the cap, and hold no control character; variables of the environment have
 * their bounds.
 */
#include <string.h>

#include "gateway/mnes.h"
#include "gateway/msdp.h"
#include "gateway/telnet.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

static void check_body(struct span s)
{
	char open[2 * MSDP_DEPTH];
	size_t depth = 0;

	FUZZ_HOLDS(s.n > 1 && s.p[0] == MSDP_VAR);
	FUZZ_HOLDS(text_is_utf8(s));
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == MSDP_TABLE_OPEN || c == MSDP_ARRAY_OPEN) {
			FUZZ_HOLDS(depth < MSDP_DEPTH);
			open[depth++] = c;
		} else if (c == MSDP_TABLE_CLOSE || c == MSDP_ARRAY_CLOSE) {
			FUZZ_HOLDS(depth > 0 && open[--depth] == c - 1);
		} else {
			FUZZ_HOLDS((uint8_t)c >= 0x20 || c == MSDP_VAR || c == MSDP_VAL);
			FUZZ_HOLDS(c != 0x7f);
		}
	}
	FUZZ_HOLDS(depth == 0);
}

static void check_sent(struct buf *out)
{
	struct span in = buf_span(out);
	struct telnet t = { 0 };
	struct telnet_event ev;

	while (telnet_next(&t, &in, &ev)) {
		FUZZ_HOLDS(ev.kind == TELNET_KIND_SUB && ev.option == OPTION_MSDP);
		check_body(ev.data);
		fuzz_worked();
	}
	FUZZ_HOLDS(!t.state);
	telnet_done(&t);
	buf_clear(out);
}

static void read_environ(struct span sub)
{
	struct mnes_var v;
	struct mnes m;
	unsigned n = 0;

	if (!mnes_begin(&m, sub))
		return;
	while (mnes_next(&m, &v)) {
		FUZZ_HOLDS(++n <= MNES_VARS);
		FUZZ_HOLDS(v.n <= MNES_VALUE_MAX && !v.value[v.n]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const packages[] = { "Char.Vitals", "Room.Info", "Room.Players",
						"Char.Name" };
	struct fuzz_in in = { data, n };
	struct msdp *m = NULL;
	struct mssp info = { 0 };
	struct buf out = { 0 };
	const char *wanted[MSDP_PACKAGES];

	while (in.n > 0) {
		const char *package = packages[fuzz_u8(&in) % ARRAY_LEN(packages)];
		struct span part = fuzz_until(&in, TELNET_SE);
		struct msdp_turn turn = { .info = &info, .now_s = 1, .out = &out };

		msdp_receive(&m, part, &turn);
		check_sent(&out);
		msdp_data(m, (struct span){ package, strlen(package) }, part, &out);
		check_sent(&out);
		FUZZ_HOLDS(msdp_packages(m, wanted) <= MSDP_PACKAGES);
		read_environ(part);
	}
	msdp_free(m);
	buf_done(&out);
	return 0;
}
