/*
 * conf_value.c - one option's value: from text to its type, within its range, and back into the
 * owner's struct.  Types are those of our table, never guessed from the text as YAML would.
 */
#include "rt/conf_impl.h"

#include <stdlib.h>
#include <string.h>
#include "rt/text.h"

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit time_units[] = {
	{ "us", 1 },
	{ "ms", 1000 },
	{ "s", 1000000 },
	{ "m", 60 * 1000000 },
	{ "h", 3600 * INT64_C(1000000) },
	{ "", 1000000 },
};
static const struct unit size_units[] = {
	{ "", 1 },
	{ "K", 1 << 10 },
	{ "M", 1 << 20 },
	{ "G", 1 << 30 },
};
static const struct unit no_units[] = { { "", 1 } };

enum { IPC_PATH_MAX = 107 }; /* sockaddr_un */

static const struct unit *find_unit(const struct unit *units, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(units[i].name) == name.n && memcmp(units[i].name, name.p, name.n) == 0)
			return &units[i];
	return NULL;
}

/* digits[.digits]unit; a fraction only where the unit makes it whole again. */
static bool parse_quantity(struct span s, const struct unit *units, size_t n_units, int64_t *ret)
{
	int64_t whole = 0, fraction = 0, scale = 1, v;
	bool minus = s.n > 0 && s.p[0] == '-';
	size_t i = minus, digits = 0;
	const struct unit *unit;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, digits++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, s.p[i] - '0', &whole))
			return false;
	if (digits == 0)
		return false;
	if (n_units > 1 && i < s.n && s.p[i] == '.') {
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && scale <= 100000; i++) {
			fraction = fraction * 10 + (s.p[i] - '0');
			scale *= 10;
		}
		if (scale == 1)
			return false;
	}
	unit = find_unit(units, n_units, (struct span){ s.p + i, s.n - i });
	if (!unit || fraction * unit->factor % scale != 0)
		return false;
	if (__builtin_mul_overflow(whole, unit->factor, &v) ||
	    __builtin_add_overflow(v, fraction * unit->factor / scale, &v))
		return false;
	*ret = minus ? -v : v;
	return true;
}

static bool in_range(const struct conf_option *o, int64_t v, struct buf *why)
{
	bool open = o->min == 0 && o->max == 0;

	if (v < o->min) {
		buf_adds(why, "is below the least allowed, ");
		conf_print_number(o, o->min, why);
		return false;
	}
	if (!open && v > o->max) {
		buf_adds(why, "is above the most allowed, ");
		conf_print_number(o, o->max, why);
		return false;
	}
	return true;
}

static bool parse_number(const struct conf_option *o, struct span s, union conf_value *ret,
			 struct buf *why)
{
	int64_t v;
	bool ok;

	switch (o->type) {
	case CONF_TIME:
		ok = parse_quantity(s, time_units, ARRAY_LEN(time_units), &v);
		break;
	case CONF_SIZE:
		ok = parse_quantity(s, size_units, ARRAY_LEN(size_units), &v);
		break;
	default:
		ok = parse_quantity(s, no_units, ARRAY_LEN(no_units), &v);
		break;
	}
	if (!ok) {
		buf_adds(why, o->type == CONF_TIME   ? "is not a time: write 250ms, 3s, 5m or 1h"
			      : o->type == CONF_SIZE ? "is not a size: write 4096, 64K, 8M or 1G"
						     : "is not a whole number");
		return false;
	}
	if (!in_range(o, v, why))
		return false;
	ret->i = v;
	return true;
}

static bool is_one_of(struct span s, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == s.n && memcmp(*words, s.p, s.n) == 0)
			return true;
	return false;
}

static bool parse_bool(struct span s, union conf_value *ret, struct buf *why)
{
	static const char *const on[] = { "true", "yes", "on", NULL };
	static const char *const off[] = { "false", "no", "off", NULL };

	if (!is_one_of(s, on) && !is_one_of(s, off)) {
		buf_adds(why, "is neither true nor false");
		return false;
	}
	ret->b = is_one_of(s, on);
	return true;
}

static bool parse_enum(const struct conf_option *o, struct span s, union conf_value *ret,
		       struct buf *why)
{
	for (int i = 0; o->choices[i]; i++) {
		if (strlen(o->choices[i]) == s.n && memcmp(o->choices[i], s.p, s.n) == 0) {
			ret->e = i;
			return true;
		}
	}
	buf_adds(why, "is not one of");
	for (int i = 0; o->choices[i]; i++)
		buf_addf(why, "%s %s", i ? "," : "", o->choices[i]);
	return false;
}

static bool has_prefix(struct span s, const char *prefix)
{
	return s.n > strlen(prefix) && memcmp(s.p, prefix, strlen(prefix)) == 0;
}

/* host:port or [v6]:port */
static bool is_port(struct span s)
{
	int64_t number;

	return s.n > 0 && s.n <= 5 && s.p[0] != '-' &&
	       parse_quantity(s, no_units, ARRAY_LEN(no_units), &number) && number <= 65535;
}

static bool is_host_port(struct span s)
{
	const char *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
	struct span host;

	if (!colon)
		return false;
	host = (struct span){ s.p, (size_t)(colon - s.p) };
	if (host.n == 0 || memchr(s.p, ' ', s.n) || memchr(s.p, '/', s.n))
		return false;
	if (host.p[0] == '[' ? host.p[host.n - 1] != ']' || host.n < 4
			     : memchr(host.p, ':', host.n) != NULL)
		return false;
	return is_port((struct span){ colon + 1, s.n - host.n - 1 });
}

/* :4000, on all addresses */
static bool is_any_port(struct span s)
{
	return s.n > 0 && *s.p == ':' && is_port((struct span){ s.p + 1, s.n - 1 });
}

static bool check_place(const struct conf_option *o, struct span s, struct buf *why)
{
	if (o->type == CONF_ADDRESS) {
		if (s.n == 0 || has_prefix(s, "unix:/") || is_host_port(s) || is_any_port(s) ||
		    (has_prefix(s, "unix:") && s.p[5] != ' '))
			return true;
		buf_adds(why,
			 "is not an address: write host:port, [ipv6]:port, :port, unix:path, or "
			 "nothing to turn it off");
		return false;
	}
	if (has_prefix(s, "ipc://")) {
		if (s.n - 6 <= IPC_PATH_MAX)
			return true;
		buf_addf(why, "is too long: a socket's path has at most %d bytes", IPC_PATH_MAX);
		return false;
	}
	if (has_prefix(s, "tcp://") && is_host_port((struct span){ s.p + 6, s.n - 6 }))
		return true;
	buf_adds(why, "is not an endpoint: write ipc://path or tcp://host:port");
	return false;
}

static void add_item(char ***list, size_t *n, struct span s)
{
	*list = base_realloc(*list, *n + 2, sizeof(**list));
	(*list)[(*n)++] = base_dup(s.p, s.n);
	(*list)[*n] = NULL;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static bool parse_list(const struct conf_raw *raw, union conf_value *ret, struct buf *why)
{
	char **list = base_alloc(1, sizeof(*list));
	size_t n = 0, at = 0;

	for (size_t i = 0; i < raw->n_items; i++)
		add_item(&list, &n, raw->items[i]);
	while (!raw->is_list && raw->text.n > 0 && at <= raw->text.n) {
		const char *from = raw->text.p + at;
		const char *comma = memchr(from, ',', raw->text.n - at);
		size_t len = comma ? (size_t)(comma - from) : raw->text.n - at;
		struct span item = text_trim((struct span){ from, len });

		if (item.n == 0) {
			buf_adds(why, "has an empty item");
			free_list(list);
			return false;
		}
		add_item(&list, &n, item);
		at += len + 1;
	}
	ret->list = list;
	return true;
}

/* Text that every terminal and YAML itself can show: valid, without controls. */
static bool is_printable(struct span s)
{
	if (!text_is_utf8(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *p = s.p + i;

		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)p[1] < 0xa0))
			return false;
		if (c == 0xef && (!memcmp(p, "\xef\xbb\xbf", 3) || !memcmp(p, "\xef\xbf\xbe", 3) ||
				  !memcmp(p, "\xef\xbf\xbf", 3)))
			return false;
	}
	return true;
}

static bool parse_scalar(const struct conf_option *o, struct span s, union conf_value *ret,
			 struct buf *why)
{
	switch (o->type) {
	case CONF_BOOL:
		return parse_bool(s, ret, why);
	case CONF_ENUM:
		return parse_enum(o, s, ret, why);
	case CONF_INT:
	case CONF_SIZE:
	case CONF_TIME:
		return parse_number(o, s, ret, why);
	default:
		break;
	}
	if (o->type != CONF_STRING && !check_place(o, s, why))
		return false;
	ret->s = base_dup(s.p, s.n);
	return true;
}

bool conf_value_parse(const struct conf_option *o, const struct conf_raw *raw,
		      union conf_value *ret, struct buf *why)
{
	bool printable = is_printable(raw->text);
	struct buf reason = { 0 };
	bool ok;

	for (size_t i = 0; i < raw->n_items; i++)
		printable = printable && is_printable(raw->items[i]);
	if (!printable) {
		buf_adds(why, "the value has control characters or is not UTF-8");
		return false;
	}
	if (raw->is_list && o->type != CONF_LIST) {
		buf_adds(why, "one value is wanted, not a list");
		return false;
	}
	ok = o->type == CONF_LIST ? parse_list(raw, ret, &reason)
				  : parse_scalar(o, raw->text, ret, &reason);
	if (!ok) {
		text_quote(why, raw->text, 80);
		buf_addc(why, ' ');
		buf_add(why, buf_p(&reason), reason.n);
	}
	buf_done(&reason);
	return ok;
}

/* The member of the union that the type uses, and its size in the owner's struct. */
static size_t slot_size(const struct conf_option *o)
{
	switch (o->type) {
	case CONF_BOOL:
		return sizeof(bool);
	case CONF_ENUM:
		return sizeof(int);
	case CONF_INT:
	case CONF_SIZE:
	case CONF_TIME:
		return sizeof(int64_t);
	default:
		return sizeof(char *);
	}
}

union conf_value conf_value_get(const struct conf_option *o, const void *values)
{
	union conf_value v = { .i = 0 };

	memcpy(&v, (const char *)values + o->offset, slot_size(o));
	return v;
}

void conf_value_put(const struct conf_option *o, void *values, union conf_value v)
{
	memcpy((char *)values + o->offset, &v, slot_size(o));
}

static bool owns_memory(const struct conf_option *o)
{
	return o->type == CONF_STRING || o->type == CONF_ADDRESS || o->type == CONF_ENDPOINT;
}

void conf_value_free(const struct conf_option *o, union conf_value v)
{
	if (owns_memory(o))
		free(v.s);
	else if (o->type == CONF_LIST)
		free_list(v.list);
}

bool conf_value_same(const struct conf_option *o, union conf_value a, union conf_value b)
{
	size_t i = 0;

	if (owns_memory(o))
		return strcmp(a.s, b.s) == 0;
	if (o->type != CONF_LIST)
		return memcmp(&a, &b, slot_size(o)) == 0;
	while (a.list[i] && b.list[i] && strcmp(a.list[i], b.list[i]) == 0)
		i++;
	return !a.list[i] && !b.list[i];
}
