/*
 * address.c - see address.h.
 */
#include "gateway/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void from_v4(struct address *a, const void *four)
{
	memcpy(a->bytes, v4_prefix, sizeof(v4_prefix));
	memcpy(a->bytes + sizeof(v4_prefix), four, 4);
}

bool address_of(const struct sockaddr *from, struct address *ret)
{
	if (from->sa_family == AF_INET6)
		memcpy(ret->bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr,
		       sizeof(ret->bytes));
	else if (from->sa_family == AF_INET)
		from_v4(ret, &((const struct sockaddr_in *)(const void *)from)->sin_addr);
	else
		return false;
	return true;
}

bool address_parse(struct span text, struct address *ret)
{
	char name[INET6_ADDRSTRLEN];
	struct address a;
	uint8_t four[4];

	if (text.n == 0 || text.n >= sizeof(name) || memchr(text.p, '\0', text.n))
		return false;
	memcpy(name, text.p, text.n);
	name[text.n] = '\0';
	if (inet_pton(AF_INET, name, four) == 1)
		from_v4(&a, four);
	else if (inet_pton(AF_INET6, name, a.bytes) != 1)
		return false;
	*ret = a;
	return true;
}

bool address_is_v4(const struct address *a)
{
	return memcmp(a->bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

bool address_eq(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void address_name(const struct address *a, char ret[ADDRESS_NAME])
{
	bool v4 = address_is_v4(a);

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, a->bytes + (v4 ? sizeof(v4_prefix) : 0), ret,
		       ADDRESS_NAME))
		snprintf(ret, ADDRESS_NAME, "unknown");
}

void address_sockaddr(const struct address *a, struct sockaddr_storage *ret)
{
	struct sockaddr_in *four = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;

	*ret = (struct sockaddr_storage){ 0 };
	if (address_is_v4(a)) {
		four->sin_family = AF_INET;
		memcpy(&four->sin_addr, a->bytes + sizeof(v4_prefix), sizeof(four->sin_addr));
	} else {
		six->sin6_family = AF_INET6;
		memcpy(&six->sin6_addr, a->bytes, sizeof(a->bytes));
	}
}

/* Networks */

/* 0 to max, decimal digits only. */
static bool parse_bits(const char *text, unsigned max, unsigned *ret)
{
	size_t n = strlen(text);

	if (n == 0 || n > 3 || strspn(text, "0123456789") != n)
		return false;
	*ret = (unsigned)strtoul(text, NULL, 10);
	return *ret <= max;
}

bool address_net_parse(const char *text, struct address_net *ret)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	struct address a;
	unsigned bits;
	bool v4;

	if (!address_parse((struct span){ text, n }, &a))
		return false;
	v4 = !memchr(text, ':', n);
	bits = v4 ? 32 : 128;
	if (slash && !parse_bits(slash + 1, bits, &bits))
		return false;
	*ret = (struct address_net){ a, (uint8_t)(bits + (v4 ? 96 : 0)) };
	return true;
}

bool address_in(const struct address *a, const struct address_net *net)
{
	size_t bytes = net->bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> (net->bits % 8));

	if (memcmp(a->bytes, net->address.bytes, bytes) != 0)
		return false;
	return bytes == 16 || ((a->bytes[bytes] ^ net->address.bytes[bytes]) & mask) == 0;
}

int address_nets_set(struct address_nets *list, char *const *texts, const char **ret_bad)
{
	struct address_nets fresh = { 0 };
	size_t n = 0;

	while (texts && texts[n])
		n++;
	fresh.nets = base_alloc(n + 1, sizeof(*fresh.nets));
	for (; fresh.n < n; fresh.n++) {
		if (address_net_parse(texts[fresh.n], &fresh.nets[fresh.n]))
			continue;
		*ret_bad = texts[fresh.n];
		free(fresh.nets);
		return 1;
	}
	free(list->nets);
	*list = fresh;
	return 0;
}

void address_nets_done(struct address_nets *list)
{
	free(list->nets);
	*list = (struct address_nets){ 0 };
}

bool address_nets_have(const struct address_nets *list, const struct address *a)
{
	for (size_t i = 0; i < list->n; i++)
		if (address_in(a, &list->nets[i]))
			return true;
	return false;
}

/* X-Forwarded-For */

/* Cuts the last item off a list with commas, without the spaces around it. */
static struct span last_item(struct span *list)
{
	struct span item;
	size_t at = list->n;

	while (at > 0 && list->p[at - 1] != ',')
		at--;
	item = (struct span){ list->p + at, list->n - at };
	list->n = at > 0 ? at - 1 : 0;
	while (item.n > 0 && (*item.p == ' ' || *item.p == '\t')) {
		item.p++;
		item.n--;
	}
	while (item.n > 0 && (item.p[item.n - 1] == ' ' || item.p[item.n - 1] == '\t'))
		item.n--;
	return item;
}

static bool is_port(const char *p, size_t n)
{
	if (n == 0 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

/* Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711, or brackets alone. */
static bool parse_item(struct span item, struct address *ret)
{
	const char *end;
	size_t n;

	if (item.n > 0 && *item.p == '[') {
		end = memchr(item.p, ']', item.n);
		if (!end)
			return false;
		n = (size_t)(end - item.p);
		if (n + 1 < item.n && (end[1] != ':' || !is_port(end + 2, item.n - n - 2)))
			return false;
		return address_parse((struct span){ item.p + 1, n - 1 }, ret) &&
		       memchr(item.p, ':', n);
	}
	end = memchr(item.p, ':', item.n);
	if (end && memchr(item.p, '.', (size_t)(end - item.p))) {
		n = (size_t)(end - item.p);
		return is_port(end + 1, item.n - n - 1) &&
		       address_parse((struct span){ item.p, n }, ret);
	}
	return address_parse(item, ret);
}

struct address address_forwarded(struct span header, const struct address_nets *trusted,
				 const struct address *peer)
{
	struct address at = *peer;

	for (int i = 0; i < ADDRESS_FORWARDED_MAX && header.n > 0; i++) {
		if (!address_nets_have(trusted, &at) || !parse_item(last_item(&header), &at))
			break;
	}
	return at;
}
