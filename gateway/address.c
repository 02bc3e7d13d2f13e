/*
 * address.c - see address.h.
 */
#include "gateway/address.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

bool address_parse(struct span text, struct cidr *ret)
{
	return !memchr(text.p, '/', text.n) && cidr_parse(text, ret);
}

bool address_eq(const struct cidr *a, const struct cidr *b)
{
	return memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

void address_sockaddr(const struct cidr *a, struct sockaddr_storage *ret)
{
	struct sockaddr_in *four = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;

	*ret = (struct sockaddr_storage){ 0 };
	if (cidr_is_v4(a)) {
		four->sin_family = AF_INET;
		memcpy(&four->sin_addr, a->address + CIDR_V4 / 8, sizeof(four->sin_addr));
	} else {
		six->sin6_family = AF_INET6;
		memcpy(&six->sin6_addr, a->address, sizeof(a->address));
	}
}

/* Networks */

int address_nets_set(struct address_nets *list, char *const *texts, const char **ret_bad)
{
	struct address_nets fresh = { 0 };
	size_t n = 0;

	while (texts && texts[n])
		n++;
	fresh.nets = base_alloc(n + 1, sizeof(*fresh.nets));
	for (; fresh.n < n; fresh.n++) {
		const char *text = texts[fresh.n];

		if (cidr_parse((struct span){ text, strlen(text) }, &fresh.nets[fresh.n]))
			continue;
		*ret_bad = text;
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

bool address_nets_have(const struct address_nets *list, const struct cidr *a)
{
	for (size_t i = 0; i < list->n; i++)
		if (cidr_has(&list->nets[i], a))
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
static bool parse_item(struct span item, struct cidr *ret)
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

struct cidr address_forwarded(struct span header, const struct address_nets *trusted,
			      const struct cidr *peer)
{
	struct cidr at = *peer;

	for (int i = 0; i < ADDRESS_FORWARDED_MAX && header.n > 0; i++) {
		if (!address_nets_have(trusted, &at) || !parse_item(last_item(&header), &at))
			break;
	}
	return at;
}
