/*
 * httphead.c - see httphead.h.
 */
#include "rt/httphead.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_token_char(char c)
{
	return c && (isalnum((unsigned char)c) || strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char(s.p[i]))
			return false;
	return s.n > 0;
}

static bool is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static bool is_folded(struct span s, const char *text)
{
	return s.n == strlen(text) && strncasecmp(s.p, text, s.n) == 0;
}

static struct span trim(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Up to the text, behind which *rest goes on; false: it is not there. */
static bool cut(struct span *rest, struct span *ret, const char *at)
{
	size_t n = strlen(at);
	const char *found = memmem(rest->p, rest->n, at, n);

	if (!found)
		return false;
	*ret = (struct span){ rest->p, (size_t)(found - rest->p) };
	rest->n -= ret->n + n;
	rest->p = found + n;
	return true;
}

/* The end of the head */

/* May this byte stand behind that one (0: at the beginning)? */
static bool may_follow(char before, char c)
{
	unsigned char u = (unsigned char)c;

	if (!before)
		return isupper(u);
	if ((before == '\r') != (c == '\n'))
		return false;
	return u >= ' ' ? u != 0x7f : c == '\r' || c == '\n' || c == '\t';
}

int http_head_whole(struct span in, size_t *seen, size_t *ret_n)
{
	for (size_t i = *seen; i < in.n; i++) {
		if (i >= HTTP_HEAD_MAX)
			return memchr(in.p, '\n', i) ? HTTP_LARGE_HEAD : HTTP_LONG_TARGET;
		if (!may_follow(i > 0 ? in.p[i - 1] : 0, in.p[i]))
			return HTTP_BAD;
		if (in.p[i] == '\n' && i >= 3 && in.p[i - 2] == '\n') {
			*ret_n = i + 1;
			return 0;
		}
	}
	*seen = in.n;
	return HTTP_MORE;
}

/* Its parts */

static int parse_version(struct span s, bool *ret_old)
{
	*ret_old = is(s, "HTTP/1.0");
	if (*ret_old || is(s, "HTTP/1.1"))
		return 0;
	if (s.n == 8 && memcmp(s.p, "HTTP/", 5) == 0 && isdigit((unsigned char)s.p[5]) &&
	    s.p[6] == '.' && isdigit((unsigned char)s.p[7]))
		return HTTP_BAD_VERSION;
	return HTTP_BAD;
}

/* Only a path of our own, in visible ASCII. */
static int parse_target(struct span s, struct span *ret)
{
	size_t n = 0;

	if (s.n == 0 || s.p[0] != '/')
		return HTTP_BAD;
	if (s.n > HTTP_TARGET_MAX)
		return HTTP_LONG_TARGET;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return HTTP_BAD;
	while (n < s.n && s.p[n] != '?')
		n++;
	*ret = (struct span){ s.p, n };
	return 0;
}

static int parse_line(struct span line, struct http_head *ret)
{
	struct span method, target;
	int r;

	if (!cut(&line, &method, " ") || !is_token(method) || !cut(&line, &target, " "))
		return HTTP_BAD;
	r = parse_version(line, &ret->is_old);
	if (r == 0)
		r = parse_target(target, &ret->path);
	ret->head = is(method, "HEAD");
	if (r == 0 && !ret->head && !is(method, "GET"))
		return HTTP_BAD_METHOD;
	return r;
}

static int parse_header(struct span line, struct http_head *ret)
{
	struct http_header *h = &ret->headers[ret->n];

	if (ret->n == HTTP_HEADERS)
		return HTTP_LARGE_HEAD;
	if (!cut(&line, &h->name, ":") || !is_token(h->name))
		return HTTP_BAD; /* a folded line, too, and a space in front of the colon */
	h->value = trim(line);
	ret->n++;
	return 0;
}

/* Names, addresses and a port: what one may compare an Origin with. */
static bool is_host(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && !memchr(".-:[]_", s.p[i], 6))
			return false;
	return s.n > 0;
}

static bool is_zero(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return s.n > 0;
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* A body that one reader sees and another does not is how requests are smuggled: there is none. */
static int check_body(const struct http_head *r)
{
	size_t n = http_head_count(r, "content-length");
	bool coded = http_head_count(r, "transfer-encoding") > 0;
	struct span length = http_head_get(r, "content-length");

	if (n > 1 || (n > 0 && (coded || !is_number(length))))
		return HTTP_BAD;
	return coded || (n > 0 && !is_zero(length)) ? HTTP_HAS_BODY : 0;
}

static int check_host(const struct http_head *r)
{
	size_t n = http_head_count(r, "host");

	if (n > 1 || (n == 0 && !r->is_old))
		return HTTP_BAD;
	return n == 0 || is_host(http_head_get(r, "host")) ? 0 : HTTP_BAD;
}

int http_head_parse(struct span head, struct http_head *ret)
{
	struct span line;
	int r;

	ret->n = 0;
	ret->head = ret->is_old = false;
	ret->path = (struct span){ 0 };
	if (!cut(&head, &line, "\r\n"))
		return HTTP_BAD;
	r = parse_line(line, ret);
	if (r != 0 && r != HTTP_BAD_METHOD)
		return r;
	while (cut(&head, &line, "\r\n") && line.n > 0) {
		int bad = parse_header(line, ret);

		if (bad != 0)
			return bad;
	}
	if (r == 0)
		r = check_host(ret);
	return r == 0 ? check_body(ret) : r;
}

/* Looking things up */

struct span http_head_get(const struct http_head *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (is_folded(r->headers[i].name, name))
			return r->headers[i].value;
	return (struct span){ 0 };
}

size_t http_head_count(const struct http_head *r, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += is_folded(r->headers[i].name, name);
	return n;
}

bool http_head_item(struct span *list, struct span *ret)
{
	while (list->n > 0) {
		size_t n = 0;

		while (n < list->n && list->p[n] != ',')
			n++;
		*ret = trim((struct span){ list->p, n });
		n += n < list->n;
		list->p += n;
		list->n -= n;
		if (ret->n > 0)
			return true;
	}
	return false;
}

bool http_head_is_known(const struct http_head *r, const char *etag)
{
	struct span list = http_head_get(r, "if-none-match"), item;
	size_t n = strlen(etag);

	while (http_head_item(&list, &item)) {
		if (item.n > 2 && memcmp(item.p, "W/", 2) == 0) {
			item.p += 2;
			item.n -= 2;
		}
		if ((item.n == n && memcmp(item.p, etag, n) == 0) ||
		    (item.n == 1 && item.p[0] == '*'))
			return true;
	}
	return false;
}

bool http_head_has_token(const struct http_head *r, const char *name, const char *word)
{
	for (size_t i = 0; i < r->n; i++) {
		struct span list = r->headers[i].value, item;

		if (!is_folded(r->headers[i].name, name))
			continue;
		while (http_head_item(&list, &item))
			if (is_folded(item, word))
				return true;
	}
	return false;
}

/* clang-format off */
struct reason_row {
	int status;
	const char *reason;
};

static const struct reason_row reasons[] = {
	{ HTTP_SWITCHING,    "Switching Protocols" },
	{ HTTP_OK,           "OK" },
	{ HTTP_NOT_MODIFIED, "Not Modified" },
	{ HTTP_BAD,          "Bad Request" },
	{ HTTP_FORBIDDEN,    "Forbidden" },
	{ HTTP_NOT_FOUND,    "Not Found" },
	{ HTTP_BAD_METHOD,   "Method Not Allowed" },
	{ HTTP_TIMEOUT,      "Request Timeout" },
	{ HTTP_HAS_BODY,     "Content Too Large" },
	{ HTTP_LONG_TARGET,  "URI Too Long" },
	{ HTTP_UPGRADE,      "Upgrade Required" },
	{ HTTP_TOO_MANY,     "Too Many Requests" },
	{ HTTP_LARGE_HEAD,   "Request Header Fields Too Large" },
	{ HTTP_BUSY,         "Service Unavailable" },
	{ HTTP_BAD_VERSION,  "HTTP Version Not Supported" },
};
/* clang-format on */

const char *http_head_reason(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}
