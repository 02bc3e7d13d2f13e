/*
 * fuzz_telopt.c - option negotiation with a peer that says anything, and then with one that obeys.
 *
 * Oracles: whatever was said, answers are bounded; afterwards a peer that obeys RFC 1143 and we fall
 * silent within a few exchanges, and agree; an option that is not offered never comes on.
 */
#include "gateway/telopt.h"
#include "tests/fuzz/fuzz.h"

enum { EXCHANGES = 6 };

static const uint8_t words[] = { TELNET_WILL, TELNET_WONT, TELNET_DO, TELNET_DONT };

static bool hear(struct telopt *t, uint8_t command, uint8_t option, uint64_t now_us,
		 struct buf *out)
{
	struct telnet_event ev = { .kind = TELNET_KIND_OPTION,
				   .command = command,
				   .option = option };
	struct telopt_change change = { 0 };
	bool changed = telopt_receive(t, &ev, now_us, out, &change);

	FUZZ_HOLDS(!changed || change.option == option);
	FUZZ_HOLDS(!changed || change.on == (change.us ? telopt_us : telopt_him)(t, option));
	return changed;
}

/* What a peer that has `on` on answers to a word; 0: nothing. It wants all there is. */
static uint8_t obey(uint8_t word, bool *on)
{
	bool yes = word == TELNET_WILL || word == TELNET_DO;
	bool was = *on;

	*on = yes;
	if (was == yes)
		return 0;
	return word == TELNET_WILL   ? TELNET_DO
	       : word == TELNET_DO   ? TELNET_WILL
	       : word == TELNET_WONT ? TELNET_DONT
				     : TELNET_WONT;
}

/* A minute later, from silence, with a peer that is in the state we believe it in. */
static void come_to_rest(struct telopt *t, uint64_t now_us)
{
	bool ours[256], theirs[256];
	struct buf out = { 0 };
	unsigned exchanges = 0;

	for (unsigned o = 0; o < 256; o++) {
		ours[o] = telopt_us(t, (uint8_t)o);
		theirs[o] = telopt_him(t, (uint8_t)o);
	}
	telopt_hide(t, !t->hidden, &out);
	hear(t, TELNET_DO, OPTION_SGA, now_us, &out);
	ours[OPTION_SGA] = telopt_us(t, OPTION_SGA);
	while (out.n > 0) {
		struct buf said = out;

		FUZZ_HOLDS(exchanges++ < EXCHANGES);
		out = (struct buf){ 0 };
		for (size_t i = 0; i + 2 < said.n; i += 3) {
			uint8_t word = (uint8_t)buf_p(&said)[i + 1],
				o = (uint8_t)buf_p(&said)[i + 2];
			bool us = word == TELNET_WILL || word == TELNET_WONT;
			uint8_t answer = obey(word, us ? &ours[o] : &theirs[o]);

			if (answer)
				hear(t, answer, o, now_us, &out);
		}
		buf_done(&said);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	bool compress = fuzz_u8(&in) & 1;
	struct telopt t = { 0 };
	struct buf out = { 0 };
	uint64_t now_us = 0;
	size_t changes = 0, minutes = 1;

	telopt_start(&t, compress, &out);
	buf_clear(&out);
	while (in.n > 0) {
		uint8_t op = fuzz_u8(&in);

		if (op >= 0xf0) {
			telopt_hide(&t, op & 1, &out);
			changes++; /* it says a word at most */
		} else if (op >= 0xe0) {
			now_us += 60000000;
			minutes++;
		} else {
			changes += hear(&t, words[op % 4], fuzz_u8(&in), now_us, &out);
		}
		FUZZ_HOLDS(compress || !telopt_us(&t, OPTION_MCCP2));
		FUZZ_HOLDS(compress || !telopt_us(&t, OPTION_MCCP3));
		FUZZ_HOLDS(!telopt_him(&t, 34) && !telopt_us(&t, 34));
	}
	FUZZ_HOLDS(out.n <= 3 * (minutes * TELOPT_REFUSALS + changes +
				 2 * TELOPT_N * minutes * (TELOPT_CHANGES + 2)));
	come_to_rest(&t, now_us + 120000000);
	if (changes > 0)
		fuzz_worked();
	buf_done(&out);
	return 0;
}
