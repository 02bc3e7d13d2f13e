/* account.c - the three calls that deal with passwords; see account.h. */
#include "persist/account.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "persist/check.h"

static const char wrong[] = "That name and password do not go together.";
static const char locked[] = "Too many wrong passwords; wait five minutes and try again.";
static const char crowded[] =
	"Too many new accounts were made from your address; try again in ten minutes.";
static const char taken[] = "That name is taken.";

void reply_say(Mudlark__PersistReply *reply, Mudlark__Status status, const char *why)
{
	reply->status = status;
	reply->why = (char *)why;
}

bool account_is(const Mudlark__PersistCall *q)
{
	return q->body_case == MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE ||
	       q->body_case == MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY ||
	       q->body_case == MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD;
}

static struct span password_of(ProtobufCBinaryData b)
{
	return (struct span){ (const char *)b.data, b.len };
}

static void name_account(struct account_work *w, const char *name)
{
	const int n = snprintf(w->who, sizeof(w->who), "account:%s", name);

	for (int i = 0; i < n && i < ACCOUNT_WHO_MAX - 1; i++)
		w->who[i] = (char)tolower((unsigned char)w->who[i]);
}

/* An IPv6 customer has a whole /64: it counts as one source. */
static void name_source(char ret[ACCOUNT_WHO_MAX], const char *kind, const char *source)
{
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];

	ret[0] = '\0';
	if (!source[0])
		return;
	if (inet_pton(AF_INET6, source, &six) == 1 && !IN6_IS_ADDR_V4MAPPED(&six)) {
		memset(&six.s6_addr[8], 0, 8);
		if (inet_ntop(AF_INET6, &six, text, sizeof(text)))
			snprintf(ret, ACCOUNT_WHO_MAX, "%s:%s/64", kind, text);
	} else {
		snprintf(ret, ACCOUNT_WHO_MAX, "%s:%.64s", kind, source);
	}
}

static int reaches(const struct account_at *at, const char *who, int64_t span_ms, uint32_t limit,
		   bool *ret)
{
	uint32_t recent = 0;
	const int r =
		who[0] ? at->ops->failure_recent(at->s, who, at->now_ms - span_ms, &recent) : 0;

	if (!r && recent >= limit)
		*ret = true;
	return r;
}

/* *ret_locked: this source out of this account, this source, or this account. */
static int look_for_locks(const struct account_at *at, const struct account_work *w,
			  bool *ret_locked)
{
	int r = reaches(at, w->pair, ACCOUNT_FAILURE_MS, ACCOUNT_FAILURES, ret_locked);

	if (!r)
		r = reaches(at, w->source, ACCOUNT_FAILURE_MS, ACCOUNT_FAILURES_OF_SOURCE,
			    ret_locked);
	return r ? r
		 : reaches(at, w->who, ACCOUNT_FAILURE_MS, ACCOUNT_FAILURES_OF_ACCOUNT, ret_locked);
}

/* Refuses one who made too many accounts lately. */
static int look_for_crowd(const struct account_at *at, const struct account_work *w,
			  Mudlark__PersistReply *reply)
{
	bool is_crowd = false;
	const int r = at->create_rate ? reaches(at, w->creator, ACCOUNT_CREATE_MS, at->create_rate,
						&is_crowd)
				      : 0;

	if (!r && is_crowd)
		reply_say(reply, MUDLARK__STATUS__STATUS_LOCKED, crowded);
	return r;
}

static int begin_create(const struct account_at *at, const Mudlark__AccountCreate *q, bool is_ops,
			struct account_work *w, Mudlark__PersistReply *reply)
{
	Mudlark__AccountRow *row;
	const char *hash, *fault = check_name(q->name);

	if (!fault)
		fault = check_password(q->password, q->name);
	if (fault) {
		reply_say(reply, MUDLARK__STATUS__STATUS_BAD, fault);
		return 0;
	}
	const int r = at->ops->account_find(at->s, q->name, &row, &hash, at->a);
	if (!r)
		reply_say(reply, MUDLARK__STATUS__STATUS_EXISTS, taken);
	w->make = true;
	w->fresh = password_of(q->password);
	if (!is_ops && strcmp(q->source, "console") != 0)
		name_source(w->creator, "create", q->source);
	return r == STORE_ABSENT ? look_for_crowd(at, w, reply) : r;
}

/* Finds the account, unless it or the source is locked. */
static int begin_verify(const struct account_at *at, const char *name, struct account_work *w,
			Mudlark__PersistReply *reply, Mudlark__AccountRow **ret)
{
	const char *hash;
	bool is_locked_out = false;

	*ret = NULL;
	if (check_name(name)) {
		reply_say(reply, MUDLARK__STATUS__STATUS_DENIED, wrong);
		return 0;
	}
	name_account(w, name);
	snprintf(w->pair, sizeof(w->pair), "%s %s", w->who, w->source);
	int r = look_for_locks(at, w, &is_locked_out);
	if (r)
		return r;
	if (is_locked_out) {
		reply_say(reply, MUDLARK__STATUS__STATUS_LOCKED, locked);
		return 0;
	}
	r = at->ops->account_find(at->s, name, ret, &hash, at->a);
	if (r < 0)
		return r;
	if (!r) {
		w->account = (*ret)->id;
		snprintf(w->hash, sizeof(w->hash), "%s", hash);
	}
	return 0;
}

static int begin_login(const struct account_at *at, const Mudlark__AccountVerify *q,
		       struct account_work *w, Mudlark__PersistReply *reply)
{
	Mudlark__AccountRow *row;

	name_source(w->source, "source", q->source);
	w->verify = true;
	w->password = w->fresh = password_of(q->password);
	if (q->password.len > 128) {
		reply_say(reply, MUDLARK__STATUS__STATUS_DENIED, wrong);
		return 0;
	}
	return begin_verify(at, q->name, w, reply, &row);
}

static int begin_password(const struct account_at *at, const Mudlark__AccountPassword *q,
			  bool is_ops, struct account_work *w, Mudlark__PersistReply *reply)
{
	Mudlark__AccountRow *row;
	const char *fault = check_password(q->new_password, q->name);

	if (q->force && !is_ops)
		fault = "Only the operator sets a password without the old one.";
	else if (!q->force && q->old_password.len > 128)
		fault = wrong;
	if (fault) {
		reply_say(reply, MUDLARK__STATUS__STATUS_BAD, fault);
		return 0;
	}
	w->make = true;
	w->verify = !q->force;
	w->password = password_of(q->old_password);
	w->fresh = password_of(q->new_password);
	if (!q->force)
		return begin_verify(at, q->name, w, reply, &row);
	const char *hash;
	const int r = at->ops->account_find(at->s, q->name, &row, &hash, at->a);
	if (r == STORE_ABSENT)
		reply_say(reply, MUDLARK__STATUS__STATUS_ABSENT, "There is no such account.");
	else if (!r)
		w->account = row->id;
	name_account(w, q->name);
	return r < 0 ? r : 0;
}

int account_begin(const struct account_at *at, const Mudlark__PersistCall *q, bool is_ops,
		  struct account_work *w, Mudlark__PersistReply *reply, bool *ret_done)
{
	int r = 0;

	memset(w, 0, sizeof(*w));
	reply->status = MUDLARK__STATUS__STATUS_OK;
	switch (q->body_case) {
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE:
		r = begin_create(at, q->account_create, is_ops, w, reply);
		break;
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY:
		r = begin_login(at, q->account_verify, w, reply);
		break;
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD:
		r = begin_password(at, q->account_password, is_ops, w, reply);
		break;
	default:
		r = -EINVAL;
	}
	*ret_done = !r && reply->status != MUDLARK__STATUS__STATUS_OK;
	return r;
}

static void make(struct account_work *w)
{
	if (crypto_pwhash_str(w->made, w->fresh.p ? w->fresh.p : "", w->fresh.n, ACCOUNT_OPSLIMIT,
			      ACCOUNT_MEMLIMIT)) {
		w->failed = true;
		w->made[0] = '\0';
	}
}

void account_hash(struct account_work *w)
{
	const char *password = w->password.p ? w->password.p : "";

	if (w->verify && !w->hash[0]) {
		/* Nobody: as much work, and nothing comes of it. */
		make(w);
		w->made[0] = '\0';
		return;
	}
	if (w->verify) {
		w->right = crypto_pwhash_str_verify(w->hash, password, w->password.n) == 0;
		if (w->right &&
		    crypto_pwhash_str_needs_rehash(w->hash, ACCOUNT_OPSLIMIT, ACCOUNT_MEMLIMIT))
			w->make = true;
	}
	if (w->make && (w->right || !w->verify))
		make(w);
}

static int note_failure(const struct account_at *at, const struct account_work *w)
{
	const char *const who[] = { w->who, w->pair, w->source };

	return at->ops->failure_note(at->s, who, w->source[0] ? 3 : 2, at->now_ms);
}

static int answer_row(const struct account_at *at, const char *name, Mudlark__PersistReply *reply)
{
	Mudlark__AccountRow **rows;
	size_t n;
	const int r = at->ops->account_list(at->s, name, &rows, &n, at->a);

	if (r)
		return r;
	reply->accounts = rows;
	reply->n_accounts = n;
	return 0;
}

static int finish_create(const struct account_at *at, const char *name,
			 const struct account_work *w, Mudlark__PersistReply *reply)
{
	const char *const who[] = { w->creator };
	uint64_t id = 0;
	/* Looked at again: others may have been under way. Noted first, lest one is made uncounted. */
	int r = look_for_crowd(at, w, reply);

	if (!r && reply->status != MUDLARK__STATUS__STATUS_OK)
		return 0;
	if (!r && w->creator[0] && at->create_rate)
		r = at->ops->failure_note(at->s, who, 1, at->now_ms);
	if (!r)
		r = at->ops->account_create(at->s, name, w->made, at->now_ms, &id);
	if (r == STORE_EXISTS) {
		reply_say(reply, MUDLARK__STATUS__STATUS_EXISTS, taken);
		return 0;
	}
	if (r)
		return r;
	reply->id = id;
	return answer_row(at, name, reply);
}

/* The password was right, or is forced: what is kept of that. */
static int finish_right(const struct account_at *at, const char *name, bool is_login,
			const struct account_work *w, Mudlark__PersistReply *reply)
{
	int r = 0;

	if (w->made[0])
		r = at->ops->account_set_hash(at->s, w->account, w->made);
	if (!r)
		r = at->ops->failure_clear(at->s, w->verify ? w->pair : w->who);
	if (!r && is_login)
		r = answer_row(at, name, reply); /* shows the log-in before this one */
	if (!r && is_login)
		r = at->ops->account_logged_in(at->s, w->account, at->now_ms);
	if (r == STORE_ABSENT) {
		reply_say(reply, MUDLARK__STATUS__STATUS_DENIED, wrong);
		r = 0;
	}
	return r;
}

static int finish_verify(const struct account_at *at, const char *name, bool is_login,
			 const struct account_work *w, Mudlark__PersistReply *reply)
{
	bool is_locked_out = false;
	int r = w->verify ? look_for_locks(at, w, &is_locked_out) : 0;

	if (r)
		return r;
	if (is_locked_out) {
		reply_say(reply, MUDLARK__STATUS__STATUS_LOCKED, locked);
		return 0;
	}
	if (!w->verify || w->right)
		return finish_right(at, name, is_login, w, reply);
	r = note_failure(at, w);
	if (!r)
		reply_say(reply, MUDLARK__STATUS__STATUS_DENIED, wrong);
	return r;
}

int account_finish(const struct account_at *at, const Mudlark__PersistCall *q,
		   const struct account_work *w, Mudlark__PersistReply *reply)
{
	reply->status = MUDLARK__STATUS__STATUS_OK;
	if (w->failed) {
		reply_say(reply, MUDLARK__STATUS__STATUS_BUSY,
			  "There is no memory for this right now; try again in a moment.");
		return 0;
	}
	switch (q->body_case) {
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE:
		return finish_create(at, q->account_create->name, w, reply);
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY:
		return finish_verify(at, q->account_verify->name, true, w, reply);
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD:
		return finish_verify(at, q->account_password->name, false, w, reply);
	default:
		return -EINVAL;
	}
}

static void wipe(ProtobufCBinaryData *b)
{
	if (b->data)
		sodium_memzero(b->data, b->len);
	b->len = 0;
}

void account_forget(const Mudlark__PersistCall *q, struct account_work *w)
{
	switch (q->body_case) {
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE:
		wipe(&q->account_create->password);
		break;
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY:
		wipe(&q->account_verify->password);
		break;
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD:
		wipe(&q->account_password->old_password);
		wipe(&q->account_password->new_password);
		break;
	default:
		break;
	}
	w->password = w->fresh = (struct span){ 0 };
}
