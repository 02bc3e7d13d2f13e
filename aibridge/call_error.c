/*
 * call_error.c - see call_error.h.
 */
#include "aibridge/call_error.h"

#include <string.h>

#include "rt/jsonin.h"
#include "rt/text.h"

enum {
	MESSAGE_MAX = 1000,
	KEY_PIECE = 6, /* so many bytes of a key give a word away */
};

struct error_row {
	const char *name;
	bool may_retry;
};

struct status_row {
	long from, to;
	enum call_error error;
};

struct said_row {
	const char *said; /* a type or code */
	enum call_error error;
};

static const struct error_row errors[CALL_ERRORS] = {
	[CALL_OK] = { "ok", false },
	[CALL_BAD] = { "bad_request", false },
	[CALL_KEY] = { "key", false },
	[CALL_LIMIT] = { "limit", true },
	[CALL_BUSY] = { "busy", true },
	[CALL_FAULT] = { "fault", true },
	[CALL_GATEWAY] = { "gateway", true },
	[CALL_CONNECT] = { "connect", true },
	[CALL_DEADLINE] = { "deadline", false },
	[CALL_STALL] = { "stall", false },
	[CALL_CUT] = { "cut", false },
	[CALL_GARBAGE] = { "garbage", false },
	[CALL_REFUSED] = { "refused", false },
	[CALL_CANCELLED] = { "cancelled", false },
};

/* The first that fits. */
static const struct status_row statuses[] = {
	{ 401, 403, CALL_KEY }, /* 402: nothing is left on the account */
	{ 408, 409, CALL_BUSY },  { 429, 429, CALL_LIMIT },   { 503, 503, CALL_BUSY },
	{ 529, 529, CALL_BUSY },  { 502, 502, CALL_GATEWAY }, { 504, 504, CALL_GATEWAY },
	{ 500, 599, CALL_FAULT },
};

static const struct said_row sayings[] = {
	{ "insufficient_quota", CALL_KEY },
	{ "billing_error", CALL_KEY },
	{ "authentication_error", CALL_KEY },
	{ "invalid_api_key", CALL_KEY },
	{ "permission_error", CALL_KEY },
	{ "content_filter", CALL_REFUSED },
	{ "content_policy_violation", CALL_REFUSED },
	{ "invalid_prompt", CALL_REFUSED },
	{ "rate_limit_error", CALL_LIMIT },
	{ "rate_limit_exceeded", CALL_LIMIT },
	{ "overloaded_error", CALL_BUSY },
	{ "overloaded", CALL_BUSY },
	{ "invalid_request_error", CALL_BAD },
	{ "not_found_error", CALL_BAD },
	{ "request_too_large", CALL_BAD },
	{ "context_length_exceeded", CALL_BAD },
	{ "api_error", CALL_FAULT },
	{ "server_error", CALL_FAULT },
	{ "timeout_error", CALL_FAULT },
};

bool call_may_retry(enum call_error e)
{
	return errors[e].may_retry;
}

const char *call_error_name(enum call_error e)
{
	return errors[e].name;
}

enum call_error call_error_of_status(long status)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (status >= statuses[i].from && status <= statuses[i].to)
			return statuses[i].error;
	return CALL_BAD;
}

static bool look_up(const json_t *o, const char *member, enum call_error *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(sayings); i++)
		if (jsonin_is(o, member, sayings[i].said)) {
			*ret = sayings[i].error;
			return true;
		}
	return false;
}

static void add_text(struct buf *why, struct span text)
{
	if (!text.n)
		return;
	if (why->n)
		buf_adds(why, ": ");
	buf_add(why, text.p, text.n < MESSAGE_MAX ? text.n : MESSAGE_MAX);
}

enum call_error call_error_read(const json_t *o, enum call_error status, struct buf *why)
{
	const json_t *inner = jsonin_in(o, "error");
	enum call_error e = status == CALL_OK ? CALL_FAULT : status, said;
	struct span text;

	if (!inner && jsonin_text(o, "error", &text)) {
		add_text(why, text);
		return e;
	}
	if (!inner)
		inner = o;
	if (look_up(inner, "code", &said) || look_up(inner, "type", &said)) {
		/* The status is more to the point, but for these. */
		if (status == CALL_OK || said == CALL_KEY || said == CALL_REFUSED)
			e = said;
	}
	if (jsonin_text(inner, "code", &text) || jsonin_text(inner, "type", &text))
		add_text(why, text);
	if (jsonin_text(inner, "message", &text) || jsonin_text(inner, "detail", &text))
		add_text(why, text);
	return e;
}

static bool holds(struct span word, const char *part, size_t n)
{
	return memmem(word.p, word.n, part, n) != NULL;
}

static bool is_secret(struct span word, const char *key)
{
	const size_t n = key ? strlen(key) : 0;
	const size_t piece = n < KEY_PIECE ? n : KEY_PIECE;

	if (holds(word, "sk-", 3) || holds(word, "**", 2))
		return true;
	for (size_t i = 0; piece && i + piece <= n; i++)
		if (holds(word, key + i, piece))
			return true;
	return false;
}

void call_why(char ret[CALL_WHY_MAX], struct span text, const char *key)
{
	CLEANUP(buf_done) struct buf one_line = { 0 }, clean = { 0 }, out = { 0 };
	struct span rest, word;
	size_t n;

	for (size_t i = 0; i < text.n; i++)
		buf_addc(&one_line, text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i]);
	text_clean(&clean, buf_span(&one_line));
	rest = buf_span(&clean);
	while ((word = text_word(&rest)).n) {
		if (out.n)
			buf_addc(&out, ' ');
		if (is_secret(word, key))
			buf_adds(&out, "[hidden]");
		else
			buf_add(&out, word.p, word.n);
	}
	n = text_cut(buf_span(&out), CALL_WHY_MAX - 1);
	memcpy(ret, buf_p(&out), n);
	ret[n] = 0;
}
