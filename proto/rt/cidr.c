/*
 * cidr.c - see cidr.h.  The table's keys are the prefix's length and the address cut to it.
 */
#include "rt/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { KEY_BYTES = 17, TYPED_MAX = 63 };

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void cut(struct cidr *c)
{
	size_t whole = c->bits / 8;

	if (c->bits >= CIDR_WHOLE)
		return;
	c->address[whole] &= (uint8_t)(0xff00 >> (c->bits % 8));
	memset(c->address + whole + 1, 0, sizeof(c->address) - whole - 1);
}

static void take_v4(struct cidr *c, const void *four)
{
	memcpy(c->address, mapped, sizeof(mapped));
	memcpy(c->address + sizeof(mapped), four, 4);
}

/* 1..3 digits up to `most`, without a leading zero; -1: it is not that. */
static int take_bits(const char *text, int most)
{
	size_t n = strspn(text, "0123456789");
	int v = 0;

	if (n == 0 || n > 3 || text[n] || (n > 1 && *text == '0'))
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + text[i] - '0';
	return v <= most ? v : -1;
}

bool cidr_parse(struct span text, struct cidr *ret)
{
	struct cidr c = { .bits = CIDR_WHOLE };
	char typed[TYPED_MAX + 1], *slash;
	struct in_addr four;
	bool v4;
	int bits;

	if (text.n > TYPED_MAX || memchr(text.p, '\0', text.n))
		return false;
	memcpy(typed, text.p, text.n);
	typed[text.n] = '\0';
	slash = strchr(typed, '/');
	if (slash)
		*slash++ = '\0';
	v4 = inet_pton(AF_INET, typed, &four) == 1;
	if (v4)
		take_v4(&c, &four);
	else if (inet_pton(AF_INET6, typed, c.address) != 1)
		return false;
	if (slash) {
		bits = take_bits(slash, v4 ? 32 : CIDR_WHOLE);
		if (bits < 0)
			return false;
		c.bits = (uint8_t)(bits + (v4 ? CIDR_V4 : 0));
	}
	cut(&c);
	*ret = c;
	return true;
}

bool cidr_of_sockaddr(const struct sockaddr *from, struct cidr *ret)
{
	struct cidr c = { .bits = CIDR_WHOLE };

	if (from->sa_family == AF_INET6)
		memcpy(c.address, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr,
		       sizeof(c.address));
	else if (from->sa_family == AF_INET)
		take_v4(&c, &((const struct sockaddr_in *)(const void *)from)->sin_addr);
	else
		return false;
	*ret = c;
	return true;
}

bool cidr_is_v4(const struct cidr *c)
{
	return c->bits >= CIDR_V4 && memcmp(c->address, mapped, sizeof(mapped)) == 0;
}

void cidr_text(const struct cidr *c, char ret[CIDR_TEXT])
{
	bool v4 = cidr_is_v4(c);
	size_t n;

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, c->address + (v4 ? sizeof(mapped) : 0), ret,
		       CIDR_TEXT))
		*ret = '\0';
	n = strlen(ret);
	if (c->bits < CIDR_WHOLE)
		snprintf(ret + n, CIDR_TEXT - n, "/%d", c->bits - (v4 ? CIDR_V4 : 0));
}

struct cidr cidr_around(const struct cidr *c, unsigned bits)
{
	struct cidr net = *c;

	if (bits < net.bits)
		net.bits = (uint8_t)bits;
	cut(&net);
	return net;
}

bool cidr_has(const struct cidr *net, const struct cidr *part)
{
	struct cidr around = cidr_around(part, net->bits);

	return part->bits >= net->bits &&
	       memcmp(around.address, net->address, sizeof(net->address)) == 0;
}

/* The table */

static struct span key_of(const struct cidr *c, char key[KEY_BYTES])
{
	key[0] = (char)c->bits;
	memcpy(key + 1, c->address, sizeof(c->address));
	return (struct span){ key, KEY_BYTES };
}

void cidr_map_init(struct cidr_map *m, const uint8_t *key16)
{
	memset(m, 0, sizeof(*m));
	strmap_init(&m->nets, key16);
}

void cidr_map_done(struct cidr_map *m)
{
	strmap_done(&m->nets);
}

void *cidr_map_get(const struct cidr_map *m, const struct cidr *net)
{
	char key[KEY_BYTES];

	return strmap_get(&m->nets, key_of(net, key));
}

static void list_lengths(struct cidr_map *m)
{
	m->n_lengths = 0;
	for (int bits = CIDR_WHOLE; bits >= 0; bits--)
		if (m->n_of[bits] > 0)
			m->lengths[m->n_lengths++] = (uint8_t)bits;
}

void *cidr_map_put(struct cidr_map *m, const struct cidr *net, void *value)
{
	char key[KEY_BYTES];
	void *old = strmap_put(&m->nets, key_of(net, key), value);

	if (!old && m->n_of[net->bits]++ == 0)
		list_lengths(m);
	return old;
}

void *cidr_map_del(struct cidr_map *m, const struct cidr *net)
{
	char key[KEY_BYTES];
	void *old = strmap_del(&m->nets, key_of(net, key));

	if (old && --m->n_of[net->bits] == 0)
		list_lengths(m);
	return old;
}

void *cidr_map_find(const struct cidr_map *m, const struct cidr *part, unsigned *it)
{
	while (*it < m->n_lengths) {
		unsigned bits = m->lengths[(*it)++];
		struct cidr net = cidr_around(part, bits);
		void *found = bits <= part->bits ? cidr_map_get(m, &net) : NULL;

		if (found)
			return found;
	}
	return NULL;
}
