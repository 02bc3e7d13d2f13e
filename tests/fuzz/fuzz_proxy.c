/*
 * fuzz_proxy.c - what a proxy says in front of a connection: PROXY headers, and X-Forwarded-For.
 *
 * Oracles: however the bytes are cut the verdict falls at the same byte with the same address;
 * nothing behind a header is taken; what was said is an address that reads back; who is not trusted
 * forwards nobody.
 */
#include <string.h>

#include "gateway/address.h"
#include "gateway/proxy.h"
#include "tests/fuzz/fuzz.h"

static size_t take(struct proxy *p, struct span bytes, size_t step)
{
	size_t at = 0;

	while (at < bytes.n && p->state == PROXY_MORE) {
		size_t n = step < bytes.n - at ? step : bytes.n - at;
		size_t taken = proxy_take(p, (struct span){ bytes.p + at, n });

		FUZZ_HOLDS(taken <= n);
		FUZZ_HOLDS(taken == n || p->state != PROXY_MORE);
		at += taken;
	}
	return at;
}

static void header(struct span bytes, size_t step)
{
	struct proxy whole = { 0 }, cut = { 0 };
	size_t n = take(&whole, bytes, bytes.n ? bytes.n : 1);

	FUZZ_HOLDS(take(&cut, bytes, step) == n);
	FUZZ_HOLDS(whole.state == cut.state && whole.known == cut.known);
	FUZZ_HOLDS(address_eq(&whole.client, &cut.client));
	FUZZ_HOLDS(n <= 16 + PROXY_V2_MAX);
	FUZZ_HOLDS(whole.known ? whole.state == PROXY_DONE : true);
	if (whole.state == PROXY_DONE) {
		FUZZ_HOLDS(proxy_take(&whole, bytes) == 0);
		fuzz_worked();
	}
}

static void forwarded(struct span bytes)
{
	char *nets[] = { (char[]){ "10.0.0.0/8" }, (char[]){ "fc00::/7" }, NULL };
	struct address_nets trusted = { 0 };
	struct cidr proxy, stranger, got, back;
	char name[CIDR_TEXT];
	const char *bad;

	FUZZ_HOLDS(address_nets_set(&trusted, nets, &bad) == 0);
	FUZZ_HOLDS(address_parse(SPAN("10.0.0.1"), &proxy));
	FUZZ_HOLDS(address_parse(SPAN("192.0.2.1"), &stranger));
	got = address_forwarded(bytes, &trusted, &stranger);
	FUZZ_HOLDS(address_eq(&got, &stranger));
	got = address_forwarded(bytes, &trusted, &proxy);
	cidr_text(&got, name);
	FUZZ_HOLDS(address_parse((struct span){ name, strlen(name) }, &back));
	FUZZ_HOLDS(address_eq(&got, &back));
	if (!address_eq(&got, &proxy))
		fuzz_worked();
	address_nets_done(&trusted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	size_t step = 1 + fuzz_u8(&in) % 40;
	struct span bytes = { (const char *)in.p, in.n };

	header(bytes, step);
	forwarded(bytes);
	return 0;
}
