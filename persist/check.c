/*
 * check.c - what a row may be.  A batch that fails here would be refused by one database or the
 * other, or be read back as something else; it is set aside before any of them sees it.
 */
#include "persist/check.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rt/person.h"
#include "rt/text.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128 };
enum {
	KIND_MAX = 64,
	COLLECTION_MAX = 64,
	KEY_MAX_BYTES = 256,
	RESERVATION_MAX = 128,
	ACCOUNT_MAX = 160,
	PATH_MAX_PARTS = 8,
	PATH_MAX_BYTES = 128,
	TOKEN_MAX = 32
};

static bool is_text(const char *p, size_t n)
{
	return text_is_utf8((struct span){ p, n });
}

static bool is_label(const char *s, size_t max)
{
	const size_t n = strlen(s);

	return n > 0 && n <= max && is_text(s, n);
}

/* Only what a database might choke on; the full parse is the database's own. */
static bool is_object_text(ProtobufCBinaryData b)
{
	return b.len >= 2 && b.len <= STORE_BODY_MAX && b.data[0] == '{' &&
	       is_text((const char *)b.data, b.len);
}

static const char *entity_fault(const Mudlark__EntityRow *e)
{
	if (!e->id)
		return "has no id";
	if (e->owner == e->id)
		return "is inside itself";
	if (!is_label(e->kind, KIND_MAX))
		return "has no proper kind";
	return is_object_text(e->body) ? NULL : "has a body that is not a JSON object in UTF-8";
}

static int check_entities(const Mudlark__Commit *c, struct buf *why)
{
	for (size_t i = 0; i < c->n_put; i++) {
		const char *fault = entity_fault(c->put[i]);
		if (fault) {
			buf_addf(why, "entity %016llx %s", (unsigned long long)c->put[i]->id,
				 fault);
			return STORE_POISON;
		}
	}
	for (size_t i = 0; i < c->n_del; i++) {
		if (!c->del[i]) {
			buf_adds(why, "an entity without id is to be deleted");
			return STORE_POISON;
		}
	}
	return 0;
}

static int check_events(const Mudlark__Commit *c, struct buf *why)
{
	for (size_t i = 0; i < c->n_events; i++) {
		const Mudlark__EventRow *e = c->events[i];
		if (!is_label(e->kind, KIND_MAX) || !is_object_text(e->body)) {
			buf_addf(why, "event %llu has no proper kind or body",
				 (unsigned long long)e->seq);
			return STORE_POISON;
		}
	}
	return 0;
}

static int check_rest(const Mudlark__Commit *c, struct buf *why)
{
	for (size_t i = 0; i < c->n_sessions; i++) {
		if (!c->sessions[i]->session) {
			buf_adds(why, "a session row without session");
			return STORE_POISON;
		}
		if (c->sessions[i]->token.len > TOKEN_MAX) {
			buf_adds(why, "a session row with a token that is no hash");
			return STORE_POISON;
		}
	}
	for (size_t i = 0; i < c->n_outbox; i++) {
		if (!c->outbox[i]->gateway || !c->outbox[i]->oseq) {
			buf_adds(why, "an outbox row without gateway or number");
			return STORE_POISON;
		}
	}
	for (size_t i = 0; i < c->n_trim; i++) {
		if (!c->trim[i]->gateway) {
			buf_adds(why, "an outbox trim without gateway");
			return STORE_POISON;
		}
	}
	if (c->state && !is_text((const char *)c->state->timers.data, c->state->timers.len)) {
		buf_adds(why, "the timers are not UTF-8");
		return STORE_POISON;
	}
	return 0;
}

int check_commit(const Mudlark__Commit *c, struct buf *why)
{
	int r = check_entities(c, why);

	for (size_t i = 0; i < c->n_documents && !r; i++) {
		const Mudlark__DocumentRow *d = c->documents[i];
		if (check_document(d->collection, d->key, d->body, why))
			r = STORE_POISON;
	}
	if (!r)
		r = check_events(c, why);
	return r ? r : check_rest(c, why);
}

/* Every number must be one a double can hold: queries compare them as doubles. */
static bool numbers_fit(const char *p, const char *end)
{
	bool in_string = false;

	while (p < end) {
		if (in_string) {
			in_string = *p != '"';
			p += *p == '\\' ? 2 : 1;
		} else if (*p == '-' || isdigit((unsigned char)*p)) {
			char *rest;
			errno = 0;
			(void)strtod(p, &rest);
			if (errno == ERANGE)
				return false;
			p = rest;
		} else {
			in_string = *p++ == '"';
		}
	}
	return true;
}

static int check_json(ProtobufCBinaryData body, struct buf *why)
{
	/* Terminated for strtod. */
	CLEANUP(base_freep) char *text = base_dup((const char *)body.data, body.len);
	json_error_t error;
	json_t *j = json_loadb(text, body.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (!j) {
		buf_addf(why, "the body is not JSON: line %d: %s", error.line, error.text);
		return STORE_BAD;
	}
	json_decref(j);
	if (!numbers_fit(text, text + body.len)) {
		buf_adds(why, "the body holds a number that is out of range");
		return STORE_BAD;
	}
	return 0;
}

int check_document(const char *collection, const char *key, ProtobufCBinaryData body,
		   struct buf *why)
{
	if (!is_label(collection, COLLECTION_MAX) || !is_label(key, KEY_MAX_BYTES)) {
		buf_addf(why, "a collection has 1 to %d bytes of UTF-8, a key 1 to %d",
			 COLLECTION_MAX, KEY_MAX_BYTES);
		return STORE_BAD;
	}
	if (body.len > STORE_BODY_MAX) {
		buf_addf(why, "the body is longer than %d bytes", STORE_BODY_MAX);
		return STORE_BAD;
	}
	return body.len ? check_json(body, why) : 0;
}

/* A name that can stand in a line of its own. */
static bool is_line(const char *s, size_t max)
{
	for (const char *p = s; *p; p++) {
		if (iscntrl((unsigned char)*p))
			return false;
	}
	return is_label(s, max);
}

static bool is_twice(const Mudlark__LedgerReserve *q, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(q->accounts[i]->account, q->accounts[j]->account) == 0)
			return true;
	}
	return false;
}

int check_reserve(const Mudlark__LedgerReserve *q, struct buf *why)
{
	if (!is_line(q->id, RESERVATION_MAX)) {
		buf_addf(why, "the id of a reservation has 1 to %d bytes of UTF-8",
			 RESERVATION_MAX);
	} else if (!q->n_accounts || q->n_accounts > STORE_LEDGER_ACCOUNTS_MAX) {
		buf_addf(why, "a reservation charges 1 to %d accounts", STORE_LEDGER_ACCOUNTS_MAX);
	} else if (q->tokens > INT64_MAX || q->nanos > INT64_MAX) {
		buf_adds(why, "nothing costs that much");
	} else {
		for (size_t i = 0; i < q->n_accounts && !why->n; i++) {
			if (!is_line(q->accounts[i]->account, ACCOUNT_MAX))
				buf_addf(why, "an account has 1 to %d bytes of UTF-8", ACCOUNT_MAX);
			else if (is_twice(q, i))
				buf_addf(why, "the account %s is there twice",
					 q->accounts[i]->account);
		}
	}
	return why->n ? STORE_BAD : 0;
}

int check_settle(const Mudlark__LedgerSettle *q, struct buf *why)
{
	int r = 0;

	if (!is_line(q->id, RESERVATION_MAX)) {
		buf_addf(why, "the id of a reservation has 1 to %d bytes of UTF-8",
			 RESERVATION_MAX);
		return STORE_BAD;
	}
	if (q->n_put > STORE_SETTLE_DOCUMENTS_MAX) {
		buf_addf(why, "at most %d documents are written at once",
			 STORE_SETTLE_DOCUMENTS_MAX);
		return STORE_BAD;
	}
	for (size_t i = 0; i < q->n_put && !r; i++)
		r = check_document(q->put[i]->collection, q->put[i]->key, q->put[i]->body, why);
	return r;
}

static bool begins(const char *collection, const char *with)
{
	return strncmp(collection, with, strlen(with)) == 0;
}

static bool are_all(const Mudlark__LedgerSettle *q, const char *with)
{
	for (size_t i = 0; i < q->n_put; i++) {
		if (!begins(q->put[i]->collection, with))
			return false;
	}
	return true;
}

/* Is what the call names in collections that begin so? */
static bool is_within(const Mudlark__PersistCall *q, const char *with)
{
	switch (q->body_case) {
	case MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET:
		return begins(q->document_get->collection, with);
	case MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT:
		return begins(q->document_put->collection, with);
	case MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY:
		return begins(q->document_query->collection, with);
	case MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP:
		return begins(q->document_drop->collection, with);
	case MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE:
		return are_all(q->ledger_settle, with);
	default:
		return true;
	}
}

const char *check_aibridge(const Mudlark__PersistCall *q)
{
	return is_within(q, CHECK_AI) ? NULL
				      : "An aibridge has the collections that begin with " CHECK_AI
					" and no others.";
}

bool check_is_outward(const char *kind)
{
	static const char *const kinds[] = { "channel:said",  "news:announced", "board:posted",
					     "board:removed", "player:entered", "player:left",
					     "errand:done",   "server:started", "server:stopping" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

const char *check_bridge(const Mudlark__PersistCall *q)
{
	const Mudlark__EventsAfter *e =
		q->body_case == MUDLARK__PERSIST_CALL__BODY_EVENTS_AFTER ? q->events_after : NULL;
	bool fine = !e || e->n_kinds > 0;

	for (size_t i = 0; e && i < e->n_kinds; i++)
		fine = fine && check_is_outward(e->kinds[i]);
	if (!fine)
		return "A bridge names the facts that it wants, of those that may leave the game.";
	return is_within(q, CHECK_BRIDGE)
		       ? NULL
		       : "A bridge has the collections that begin with " CHECK_BRIDGE
			 " and no others.";
}

int check_path(const char *path, struct buf *why)
{
	size_t parts = 1, part = 0, n = 0;
	bool fine = true;

	for (const char *p = path; *p && fine; p++, n++) {
		if (*p == '.') {
			fine = part > 0;
			parts++;
			part = 0;
		} else {
			fine = isalnum((unsigned char)*p) || *p == '_' || *p == '-';
			part++;
		}
	}
	if (fine && part > 0 && parts <= PATH_MAX_PARTS && n <= PATH_MAX_BYTES)
		return 0;
	buf_addf(why, "a path is up to %d names of letters, digits, _ and -, with dots between",
		 PATH_MAX_PARTS);
	return STORE_BAD;
}

const char *check_name(const char *name)
{
	return person_name_fault((struct span){ name, strlen(name) });
}

const char *check_password(ProtobufCBinaryData password, const char *name)
{
	if (password.len < PASSWORD_MIN)
		return "A password has at least 8 characters.";
	if (password.len > PASSWORD_MAX)
		return "A password has at most 128 bytes.";
	if (memchr(password.data, 0, password.len))
		return "A password cannot hold a zero byte.";
	if (password.len == strlen(name) &&
	    strncasecmp((const char *)password.data, name, password.len) == 0)
		return "A password must not be the name.";
	return NULL;
}

bool check_role(const char *role)
{
	static const char *const roles[] = { "player", "helper", "builder", "admin",
					     "implementor" };

	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(role, roles[i]) == 0)
			return true;
	}
	return false;
}
