/*
 * proxy.c - see proxy.h.  Version 1 is a line of text, `PROXY TCP4 192.0.2.1 198.51.100.2 4711
 * 4000`; version 2 is a signature of 12 bytes, version and command, family, a length, and so many
 * bytes.
 */
#include "gateway/proxy.h"

#include <string.h>

enum {
	SIGNATURE = 12,
	HEAD = 16, /* of version 2 */
	COMMAND_LOCAL = 0x20,
	COMMAND_PROXY = 0x21,
	FAMILY_V4 = 0x1,
	FAMILY_V6 = 0x2,
	FAMILIES = 0x3,	 /* and the unix socket */
	PROTOCOLS = 0x2, /* none, stream, datagram */
};

static const uint8_t signature[SIGNATURE] = "\r\n\r\n\0\r\nQUIT\n";
static const char word[] = "PROXY ";

/* Version 1 */

static bool next_word(struct span *rest, struct span *ret)
{
	const char *space = memchr(rest->p, ' ', rest->n);
	size_t n = space ? (size_t)(space - rest->p) : rest->n;

	*ret = (struct span){ rest->p, n };
	rest->p += space ? n + 1 : n;
	rest->n -= space ? n + 1 : n;
	return n > 0;
}

/* 0 to 65535 without leading zeros. */
static bool is_port(struct span s)
{
	unsigned value = 0;

	if (s.n == 0 || s.n > 5 || (s.n > 1 && *s.p == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		value = value * 10 + (unsigned)(s.p[i] - '0');
	}
	return value <= 65535;
}

static bool is_word(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

/* Of the family that was said: a dot makes no IPv6 address. */
static bool parse_address(struct span s, bool six, struct cidr *ret)
{
	return address_parse(s, ret) && (memchr(s.p, ':', s.n) != NULL) == six;
}

/* What stands between `PROXY ` and the end of the line. */
static bool parse_line(struct proxy *p, struct span line)
{
	struct span family, source, target, source_port, target_port;
	struct cidr client, server;
	bool six;

	if (!next_word(&line, &family))
		return false;
	if (is_word(family, "UNKNOWN"))
		return true;
	six = is_word(family, "TCP6");
	if (!six && !is_word(family, "TCP4"))
		return false;
	if (!next_word(&line, &source) || !next_word(&line, &target) ||
	    !next_word(&line, &source_port) || !next_word(&line, &target_port) || line.n > 0 ||
	    target_port.p[target_port.n] == ' ')
		return false;
	if (!parse_address(source, six, &client) || !parse_address(target, six, &server) ||
	    !is_port(source_port) || !is_port(target_port))
		return false;
	p->client = client;
	p->known = true;
	return true;
}

static enum proxy_state take_v1(struct proxy *p, uint8_t byte)
{
	size_t n = p->n;

	if (byte != '\n') {
		/* A CR is the last but one, and there has to be room for the LF. */
		bool fits = n < PROXY_V1_MAX && p->bytes[n - 2] != '\r';

		return fits && byte != '\0' ? PROXY_MORE : PROXY_BAD;
	}
	if (p->bytes[n - 2] != '\r')
		return PROXY_BAD;
	return parse_line(p, (struct span){ (const char *)p->bytes + strlen(word),
					    n - strlen(word) - 2 })
		       ? PROXY_DONE
		       : PROXY_BAD;
}

/* Version 2 */

/* The first 16 bytes are here. */
static enum proxy_state begin_v2(struct proxy *p)
{
	uint8_t command = p->bytes[SIGNATURE], family = p->bytes[SIGNATURE + 1];

	p->left = (uint16_t)(p->bytes[SIGNATURE + 2] << 8 | p->bytes[SIGNATURE + 3]);
	if ((command != COMMAND_LOCAL && command != COMMAND_PROXY) || p->left > PROXY_V2_MAX)
		return PROXY_BAD;
	if (command == COMMAND_PROXY && (family >> 4 > FAMILIES || (family & 15) > PROTOCOLS))
		return PROXY_BAD;
	return p->left > 0 ? PROXY_MORE : PROXY_DONE;
}

/* All is here: the addresses, where they are of the internet. A health check has none of its own. */
static enum proxy_state end_v2(struct proxy *p)
{
	uint8_t family = p->bytes[SIGNATURE + 1] >> 4;
	size_t size = family == FAMILY_V4 ? 4 : 16;

	if (p->bytes[SIGNATURE] == COMMAND_LOCAL || (family != FAMILY_V4 && family != FAMILY_V6))
		return PROXY_DONE;
	if (p->n < HEAD + 2 * size + 4)
		return PROXY_BAD;
	p->client = (struct cidr){ .bits = CIDR_WHOLE };
	if (family == FAMILY_V4)
		memset(p->client.address + 10, 0xff, 2);
	memcpy(p->client.address + 16 - size, p->bytes + HEAD, size);
	p->known = true;
	return PROXY_DONE;
}

static enum proxy_state take_v2(struct proxy *p)
{
	enum proxy_state state = PROXY_MORE;

	if (p->n < HEAD)
		return PROXY_MORE;
	if (p->n == HEAD)
		state = begin_v2(p);
	else
		p->left--;
	if (state == PROXY_BAD || p->left > 0)
		return state;
	return end_v2(p);
}

/* Both */

/* The next byte, already kept where it is of use. */
static enum proxy_state step(struct proxy *p, uint8_t byte)
{
	size_t n = p->n;

	if (p->bytes[0] == signature[0]) {
		if (n <= SIGNATURE && byte != signature[n - 1])
			return PROXY_BAD;
		return take_v2(p);
	}
	if (n <= strlen(word))
		return byte == (uint8_t)word[n - 1] ? PROXY_MORE : PROXY_BAD;
	return take_v1(p, byte);
}

size_t proxy_take(struct proxy *p, struct span bytes)
{
	size_t i = 0;

	while (i < bytes.n && p->state == PROXY_MORE) {
		bool v2 = p->n > 0 && p->bytes[0] == signature[0];

		if (v2 && p->n == PROXY_KEEP) {
			size_t skip = bytes.n - i < p->left ? bytes.n - i : p->left;

			p->left = (uint16_t)(p->left - skip);
			i += skip;
			if (p->left == 0)
				p->state = (uint8_t)end_v2(p);
			continue;
		}
		p->bytes[p->n++] = (uint8_t)bytes.p[i];
		p->state = (uint8_t)step(p, (uint8_t)bytes.p[i]);
		i++;
	}
	return i;
}
