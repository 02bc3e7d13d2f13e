/*
 * guard.c - see guard.h.
 */
#include "bridges/rss/guard.h"

#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include "bridges/rss/url.h"

/* Not public in IPv4; first address, length of prefix. */
struct net4 {
	uint8_t address[4];
	uint8_t bits;
};

static const struct net4 special4[] = {
	{ { 0, 0, 0, 0 }, 8 },	     { { 10, 0, 0, 0 }, 8 },	   { { 100, 64, 0, 0 }, 10 },
	{ { 127, 0, 0, 0 }, 8 },     { { 168, 63, 129, 16 }, 32 }, { { 169, 254, 0, 0 }, 16 },
	{ { 172, 16, 0, 0 }, 12 },   { { 192, 0, 0, 0 }, 24 },	   { { 192, 0, 2, 0 }, 24 },
	{ { 192, 31, 196, 0 }, 24 }, { { 192, 52, 193, 0 }, 24 },  { { 192, 88, 99, 0 }, 24 },
	{ { 192, 168, 0, 0 }, 16 },  { { 192, 175, 48, 0 }, 24 },  { { 198, 18, 0, 0 }, 15 },
	{ { 198, 51, 100, 0 }, 24 }, { { 203, 0, 113, 0 }, 24 },   { { 224, 0, 0, 0 }, 4 },
	{ { 240, 0, 0, 0 }, 4 },
};

/* In IPv6 only 2000::/3 is given out, and of that not these. */
struct net6 {
	uint8_t address[6];
	uint8_t bits;
};

static const struct net6 special6[] = {
	{ { 0x20, 0x01, 0x00, 0x00 }, 23 },		/* Teredo, ORCHID, benchmarks */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },		/* documentation */
	{ { 0x26, 0x20, 0x00, 0x4f, 0x80, 0x00 }, 48 }, /* AS112 */
	{ { 0x3f, 0xff, 0x00, 0x00 }, 20 },		/* documentation */
};

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	const unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

static bool is_public4(const uint8_t a[4])
{
	for (size_t i = 0; i < ARRAY_LEN(special4); i++)
		if (same_bits(a, special4[i].address, special4[i].bits))
			return false;
	return true;
}

static bool is_public6(const uint8_t a[16])
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	static const uint8_t six_to_four[2] = { 0x20, 0x02 };

	if (memcmp(a, nat64, sizeof(nat64)) == 0)
		return is_public4(a + sizeof(nat64));
	if (memcmp(a, six_to_four, sizeof(six_to_four)) == 0)
		return is_public4(a + sizeof(six_to_four));
	if ((a[0] & 0xe0) != 0x20)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(special6); i++)
		if (same_bits(a, special6[i].address, special6[i].bits))
			return false;
	return true;
}

static bool is_listed(const struct cidr *nets, size_t n, const struct cidr *one)
{
	for (size_t i = 0; i < n; i++)
		if (cidr_has(&nets[i], one))
			return true;
	return false;
}

bool guard_address(const struct guard *g, const struct sockaddr *to)
{
	struct cidr one;

	if (!cidr_of_sockaddr(to, &one))
		return false;
	if (is_listed(g->allowed, g->n_allowed, &one))
		return true;
	if (is_listed(g->own, g->n_own, &one))
		return false;
	/* A mapped one is the IPv4 it says. */
	return cidr_is_v4(&one) ? is_public4(one.address + CIDR_V4 / 8) : is_public6(one.address);
}

const char *guard_url(const struct guard *g, const char *url)
{
	struct url u;

	if (!url_read(url, &u))
		return "it is no http or https address";
	for (size_t i = 0; i < g->n_ports; i++)
		if (g->ports[i] == u.port)
			return NULL;
	return "its port is not one of rss.ports";
}

static void read_own(struct guard *g)
{
	struct ifaddrs *all = NULL;

	g->n_own = 0;
	if (getifaddrs(&all) != 0)
		return;
	for (const struct ifaddrs *a = all; a && g->n_own < GUARD_OWN; a = a->ifa_next)
		if (a->ifa_addr && cidr_of_sockaddr(a->ifa_addr, &g->own[g->n_own]))
			g->n_own++;
	freeifaddrs(all);
}

static int read_port(struct guard *g, const char *text, struct buf *why)
{
	char *end;
	const unsigned long port = strtoul(text, &end, 10);

	if (*end || port == 0 || port > UINT16_MAX || g->n_ports == GUARD_PORTS) {
		buf_addf(why, "rss.ports: \"%s\" is no port, or there are too many", text);
		return 1;
	}
	g->ports[g->n_ports++] = (uint16_t)port;
	return 0;
}

static int read_net(struct guard *g, const char *text, struct buf *why)
{
	if (g->n_allowed == GUARD_NETS ||
	    !cidr_parse((struct span){ text, strlen(text) }, &g->allowed[g->n_allowed])) {
		buf_addf(why, "rss.allow: \"%s\" is no network, or there are too many", text);
		return 1;
	}
	g->n_allowed++;
	return 0;
}

int guard_init(struct guard *g, char *const *allow, char *const *ports, struct buf *why)
{
	struct guard made = { 0 };

	for (; allow && *allow; allow++)
		if (read_net(&made, *allow, why) != 0)
			return 1;
	for (; ports && *ports; ports++)
		if (read_port(&made, *ports, why) != 0)
			return 1;
	read_own(&made);
	*g = made;
	return 0;
}
