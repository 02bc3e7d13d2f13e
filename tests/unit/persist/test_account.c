/*
 * test_account.c - passwords: who gets in, who has to wait, what it costs; and the calls that need no
 * password.  Runs the three steps in one thread, as the simulator does.
 */
#include <time.h>

#include "both.h"
#include "persist/account.h"
#include "persist/call.h"
#include "persist/check.h"
#include "persist/hasher.h"

struct desk {
	struct both b;
	int64_t now;
	uint32_t create_rate;
	Mudlark__PersistReply reply;
};

static void desk_open(struct desk *d)
{
	memset(d, 0, sizeof(*d));
	ck_assert_int_ge(sodium_init(), 0);
	both_open(&d->b, ON_SQLITE);
	d->now = 1700000000000;
}

static Mudlark__Status run_account(struct desk *d, const Mudlark__PersistCall *q, bool is_ops)
{
	const struct account_at at = { d->b.ops, d->b.s, d->now, d->create_rate, &d->b.a };
	struct account_work w;
	bool done = false;

	mudlark__persist_reply__init(&d->reply);
	ck_assert_int_eq(account_begin(&at, q, is_ops, &w, &d->reply, &done), 0);
	if (!done) {
		account_hash(&w);
		ck_assert_int_eq(account_finish(&at, q, &w, &d->reply), 0);
	}
	ck_assert(d->reply.status == MUDLARK__STATUS__STATUS_OK || d->reply.why[0]);
	return d->reply.status;
}

static Mudlark__Status create_from(struct desk *d, const char *name, const char *source,
				   bool is_ops)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountCreate c = MUDLARK__ACCOUNT_CREATE__INIT;

	c.name = (char *)name;
	c.password = bytes_of("correct horse");
	c.source = (char *)source;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE;
	q.account_create = &c;
	return run_account(d, &q, is_ops);
}

static Mudlark__Status create(struct desk *d, const char *name, const char *password)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountCreate c = MUDLARK__ACCOUNT_CREATE__INIT;

	c.name = (char *)name;
	c.password = bytes_of(password);
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE;
	q.account_create = &c;
	return run_account(d, &q, false);
}

static Mudlark__Status login(struct desk *d, const char *name, const char *password,
			     const char *source)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountVerify v = MUDLARK__ACCOUNT_VERIFY__INIT;

	v.name = (char *)name;
	v.password = bytes_of(password);
	v.source = (char *)source;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	q.account_verify = &v;
	return run_account(d, &q, false);
}

static Mudlark__Status change(struct desk *d, const char *old, const char *fresh, bool force,
			      bool is_ops)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountPassword p = MUDLARK__ACCOUNT_PASSWORD__INIT;

	p.name = (char *)"Mira";
	p.old_password = bytes_of(old);
	p.new_password = bytes_of(fresh);
	p.force = force;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD;
	q.account_password = &p;
	return run_account(d, &q, is_ops);
}

START_TEST(an_account_is_made_and_its_password_opens_it)
{
	struct desk d;
	desk_open(&d);
	ck_assert_int_eq(create(&d, "Mira", "correct horse"), MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(d.reply.n_accounts, 1);
	ck_assert_uint_eq(d.reply.id, d.reply.accounts[0]->id);
	ck_assert_str_eq(d.reply.accounts[0]->role, "player");
	ck_assert_int_eq(create(&d, "mira", "another one"), MUDLARK__STATUS__STATUS_EXISTS);
	ck_assert_int_eq(login(&d, "MIRA", "correct horse", ""), MUDLARK__STATUS__STATUS_OK);
	ck_assert_str_eq(d.reply.accounts[0]->name, "Mira");
	ck_assert_int_eq(login(&d, "Mira", "correct horsf", ""), MUDLARK__STATUS__STATUS_DENIED);
	ck_assert_int_eq(login(&d, "Otto", "correct horse", ""), MUDLARK__STATUS__STATUS_DENIED);
	ck_assert_int_eq(login(&d, "Mira", "", ""), MUDLARK__STATUS__STATUS_DENIED);
	Mudlark__AccountRow *row;
	const char *hash;
	ck_assert_int_eq(d.b.ops->account_find(d.b.s, "mira", &row, &hash, &d.b.a), 0);
	ck_assert_ptr_nonnull(strstr(hash, "$argon2id$"));
	ck_assert_ptr_nonnull(strstr(hash, "m=19456,t=2"));
	ck_assert_int_eq(row->last_login_ms, d.now);
	both_close(&d.b);
}
END_TEST

START_TEST(names_and_passwords_have_rules_that_are_told)
{
	struct desk d;
	desk_open(&d);
	static const char *const names[] = { "",     "ab",    "abcdefghijklmnopq", "mi ra",
					     "M1ra", "guest", "Mir\xc3\xa4",	   "a'; DROP" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ck_assert_int_eq(create(&d, names[i], "correct horse"),
				 MUDLARK__STATUS__STATUS_BAD);
	char long_one[140];
	memset(long_one, 'x', sizeof(long_one));
	long_one[129] = '\0';
	ck_assert_int_eq(create(&d, "Mira", long_one), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(create(&d, "Mira", "short"), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(create(&d, "Mirabella", "mirabella"), MUDLARK__STATUS__STATUS_BAD);
	long_one[128] = '\0';
	ck_assert_int_eq(create(&d, "Mira", long_one), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(login(&d, "Mira", long_one, ""), MUDLARK__STATUS__STATUS_OK);
	both_close(&d.b);
}
END_TEST

START_TEST(five_failures_lock_an_account_for_five_minutes)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	for (int i = 0; i < 5; i++, d.now += 1000)
		ck_assert_int_eq(login(&d, "Mira", "wrong wrong", ""),
				 MUDLARK__STATUS__STATUS_DENIED);
	ck_assert_int_eq(login(&d, "MIRA", "correct horse", ""), MUDLARK__STATUS__STATUS_LOCKED);
	both_reopen(&d.b);
	ck_assert_int_eq(login(&d, "Mira", "correct horse", ""), MUDLARK__STATUS__STATUS_LOCKED);
	d.now += 5 * 60 * 1000;
	ck_assert_int_eq(login(&d, "Mira", "correct horse", ""), MUDLARK__STATUS__STATUS_OK);
	/* A name that does not exist behaves alike. */
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(login(&d, "Nobodyhere", "wrong wrong", ""),
				 MUDLARK__STATUS__STATUS_DENIED);
	ck_assert_int_eq(login(&d, "Nobodyhere", "wrong wrong", ""),
			 MUDLARK__STATUS__STATUS_LOCKED);
	both_close(&d.b);
}
END_TEST

static void guess(struct desk *d, const char *name, const char *source, int times)
{
	for (int i = 0; i < times; i++)
		ck_assert_int_eq(login(d, name, "wrong wrong", source),
				 MUDLARK__STATUS__STATUS_DENIED);
}

START_TEST(a_stranger_locks_nobody_out_but_himself)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	create(&d, "Otto", "battery staple");
	guess(&d, "Mira", "2001:db8::1", 5);
	/* The same /64 is the same source. */
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "2001:db8::2:3"),
			 MUDLARK__STATUS__STATUS_LOCKED);
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "203.0.113.7"),
			 MUDLARK__STATUS__STATUS_OK);
	/* What failed at one account does not close another ... */
	ck_assert_int_eq(login(&d, "Otto", "battery staple", "2001:db8::4"),
			 MUDLARK__STATUS__STATUS_OK);
	/* ... and Mira's success elsewhere opens nothing here. */
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "2001:db8::1"),
			 MUDLARK__STATUS__STATUS_LOCKED);
	both_close(&d.b);
}
END_TEST

START_TEST(a_right_password_clears_the_pair_but_not_the_source)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	for (int i = 0; i < 5; i++) {
		guess(&d, "Mira", "198.51.100.1", 4);
		if (i < 4)
			ck_assert_int_eq(login(&d, "Mira", "correct horse", "198.51.100.1"),
					 MUDLARK__STATUS__STATUS_OK);
	}
	/* That were twenty. */
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "198.51.100.1"),
			 MUDLARK__STATUS__STATUS_LOCKED);
	ck_assert_int_eq(login(&d, "Otto", "battery staple", "198.51.100.1"),
			 MUDLARK__STATUS__STATUS_LOCKED);
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "198.51.100.2"),
			 MUDLARK__STATUS__STATUS_OK);
	d.now += ACCOUNT_FAILURE_MS;
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "198.51.100.1"),
			 MUDLARK__STATUS__STATUS_OK);
	both_close(&d.b);
}
END_TEST

START_TEST(a_hundred_failures_from_anywhere_lock_an_account)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	/* Noted by hand: a hundred hashes would take too long. */
	const char *const who[] = { "account:mira" };
	for (int i = 0; i < 99; i++)
		ck_assert_int_eq(d.b.ops->failure_note(d.b.s, who, 1, d.now), 0);
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "203.0.113.1"),
			 MUDLARK__STATUS__STATUS_OK);
	guess(&d, "Mira", "203.0.113.1", 1);
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "203.0.113.2"),
			 MUDLARK__STATUS__STATUS_LOCKED);
	/* The operator opens it. */
	ck_assert_int_eq(change(&d, "", "third password", true, true), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(login(&d, "Mira", "third password", "203.0.113.2"),
			 MUDLARK__STATUS__STATUS_OK);
	both_close(&d.b);
}
END_TEST

START_TEST(one_source_makes_only_so_many_accounts_in_ten_minutes)
{
	struct desk d;
	desk_open(&d);
	d.create_rate = 2;
	ck_assert_int_eq(create_from(&d, "Mira", "203.0.113.1", false), MUDLARK__STATUS__STATUS_OK);
	/* What was not made does not count. */
	ck_assert_int_eq(create_from(&d, "Mira", "203.0.113.1", false),
			 MUDLARK__STATUS__STATUS_EXISTS);
	d.now += 6 * 60 * 1000;
	ck_assert_int_eq(create_from(&d, "Otto", "203.0.113.1", false), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(create_from(&d, "Anna", "203.0.113.1", false),
			 MUDLARK__STATUS__STATUS_LOCKED);
	ck_assert_int_eq(create_from(&d, "Anna", "203.0.113.2", false), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(create_from(&d, "Berta", "203.0.113.1", true), MUDLARK__STATUS__STATUS_OK);
	for (int i = 0; i < 3; i++) {
		const char name[] = { 'C', 'a', 'r', (char)('a' + i), '\0' };
		ck_assert_int_eq(create_from(&d, name, "console", false),
				 MUDLARK__STATUS__STATUS_OK);
	}
	/* Those who have one come in as ever. */
	ck_assert_int_eq(login(&d, "Mira", "correct horse", "203.0.113.1"),
			 MUDLARK__STATUS__STATUS_OK);
	d.now += 4 * 60 * 1000;
	ck_assert_int_eq(create_from(&d, "Dora", "203.0.113.1", false), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(create_from(&d, "Emil", "203.0.113.1", false),
			 MUDLARK__STATUS__STATUS_LOCKED);
	d.create_rate = 0;
	ck_assert_int_eq(create_from(&d, "Emil", "203.0.113.1", false), MUDLARK__STATUS__STATUS_OK);
	both_close(&d.b);
}
END_TEST

START_TEST(guesses_under_way_together_cannot_outrun_the_lock)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountVerify v = MUDLARK__ACCOUNT_VERIFY__INIT;
	v.name = (char *)"Mira";
	v.password = bytes_of("correct horse");
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	q.account_verify = &v;
	const struct account_at at = { d.b.ops, d.b.s, d.now, 0, &d.b.a };
	struct account_work w;
	bool done = false;
	/* Begun before the account was locked ... */
	ck_assert_int_eq(account_begin(&at, &q, false, &w, &d.reply, &done), 0);
	ck_assert(!done);
	account_hash(&w);
	ck_assert(w.right);
	for (int i = 0; i < 5; i++)
		login(&d, "Mira", "wrong wrong", "");
	/* ... and over after: even the right one says nothing. */
	ck_assert_int_eq(account_finish(&at, &q, &w, &d.reply), 0);
	ck_assert_int_eq(d.reply.status, MUDLARK__STATUS__STATUS_LOCKED);
	both_close(&d.b);
}
END_TEST

START_TEST(a_password_is_changed_by_who_knows_it_or_by_the_operator)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	ck_assert_int_eq(change(&d, "wrong wrong", "battery staple", false, false),
			 MUDLARK__STATUS__STATUS_DENIED);
	ck_assert_int_eq(change(&d, "correct horse", "short", false, false),
			 MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(change(&d, "correct horse", "battery staple", false, false),
			 MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(login(&d, "Mira", "battery staple", ""), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(change(&d, "", "third password", true, false),
			 MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(change(&d, "", "third password", true, true), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(login(&d, "Mira", "third password", ""), MUDLARK__STATUS__STATUS_OK);
	both_close(&d.b);
}
END_TEST

START_TEST(a_hash_with_older_parameters_is_made_anew_at_login)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	char weak[crypto_pwhash_STRBYTES];
	const char *hash;
	Mudlark__AccountRow *row;
	ck_assert_int_eq(crypto_pwhash_str(weak, "correct horse", 13, 1, 8 << 20), 0);
	ck_assert_int_eq(d.b.ops->account_find(d.b.s, "Mira", &row, &hash, &d.b.a), 0);
	ck_assert_int_eq(d.b.ops->account_set_hash(d.b.s, row->id, weak), 0);
	ck_assert_int_eq(login(&d, "Mira", "correct horse", ""), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(d.b.ops->account_find(d.b.s, "Mira", &row, &hash, &d.b.a), 0);
	ck_assert_ptr_nonnull(strstr(hash, "m=19456,t=2"));
	ck_assert_int_eq(login(&d, "Mira", "correct horse", ""), MUDLARK__STATUS__STATUS_OK);
	both_close(&d.b);
}
END_TEST

/* Work, not time on the wall: the machine may be busy. */
static double cost(struct desk *d, const char *name)
{
	struct timespec a, b;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(login(d, name, "wrong wrong", ""), MUDLARK__STATUS__STATUS_DENIED);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

START_TEST(an_unknown_account_costs_what_a_known_one_costs)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	const double known = cost(&d, "Mira"), unknown = cost(&d, "Otto");
	ck_assert_double_gt(known, 0.02);
	ck_assert_double_gt(unknown / known, 0.5);
	ck_assert_double_lt(unknown / known, 2);
	both_close(&d.b);
}
END_TEST

START_TEST(passwords_are_wiped_when_a_job_ends)
{
	struct job *j = job_new(JOB_ACCOUNT_BEGIN);
	Mudlark__PersistCall *q = row_alloc(&j->arena, sizeof(*q));
	Mudlark__AccountVerify *v = row_alloc(&j->arena, sizeof(*v));
	char *secret = arena_dup(&j->arena, "correct horse", 13);
	mudlark__persist_call__init(q);
	mudlark__account_verify__init(v);
	v->password = (ProtobufCBinaryData){ 13, (uint8_t *)secret };
	q->body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	q->account_verify = v;
	j->call = q;
	j->work = row_alloc(&j->arena, sizeof(*j->work));
	account_forget(j->call, j->work);
	for (size_t i = 0; i < 13; i++)
		ck_assert_int_eq(secret[i], 0);
	job_free(j);
}
END_TEST

static struct job *hash_job(void)
{
	struct job *j = job_new(JOB_ACCOUNT_HASH);

	j->work = row_alloc(&j->arena, sizeof(*j->work));
	j->work->make = true;
	j->work->fresh = SPAN("correct horse");
	return j;
}

START_TEST(the_hashers_take_a_bounded_number_and_finish_each)
{
	struct queue out;
	struct hasher *h;
	struct job_list done = { 0 };
	size_t taken = 0;
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert_int_eq(queue_init(&out, 0, false), 0);
	ck_assert_int_eq(hasher_start(&h, 1, &out), 0);
	for (int i = 0; i < 3 * HASHER_QUEUE; i++) {
		struct job *j = hash_job();
		if (hasher_push(h, j))
			job_free(j);
		else
			taken++;
	}
	ck_assert_uint_ge(taken, HASHER_QUEUE);
	ck_assert_uint_lt(taken, 2 * HASHER_QUEUE);
	while (done.n < 8)
		ck_assert(queue_wait(&out, -1, &done));
	ck_assert(done.head->work->made[0]);
	hasher_stop(h);
	jobs_free(&done);
	queue_done(&out);
}
END_TEST

START_TEST(a_role_is_granted_by_name)
{
	struct desk d;
	desk_open(&d);
	create(&d, "Mira", "correct horse");
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountGrant g = MUDLARK__ACCOUNT_GRANT__INIT;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_GRANT;
	q.account_grant = &g;
	g.name = (char *)"mira";
	g.role = (char *)"god";
	ck_assert_int_eq(call_run(d.b.ops, d.b.s, &q, &d.b.a, &d.reply), 0);
	ck_assert_int_eq(d.reply.status, MUDLARK__STATUS__STATUS_BAD);
	g.role = (char *)"builder";
	ck_assert_int_eq(call_run(d.b.ops, d.b.s, &q, &d.b.a, &d.reply), 0);
	ck_assert_int_eq(d.reply.status, MUDLARK__STATUS__STATUS_OK);
	ck_assert_str_eq(d.reply.accounts[0]->role, "builder");
	g.name = (char *)"otto";
	ck_assert_int_eq(call_run(d.b.ops, d.b.s, &q, &d.b.a, &d.reply), 0);
	ck_assert_int_eq(d.reply.status, MUDLARK__STATUS__STATUS_ABSENT);
	both_close(&d.b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account");
	TCase *t = tcase_create("account");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, an_account_is_made_and_its_password_opens_it);
	tcase_add_test(t, names_and_passwords_have_rules_that_are_told);
	tcase_add_test(t, five_failures_lock_an_account_for_five_minutes);
	tcase_add_test(t, a_stranger_locks_nobody_out_but_himself);
	tcase_add_test(t, a_right_password_clears_the_pair_but_not_the_source);
	tcase_add_test(t, a_hundred_failures_from_anywhere_lock_an_account);
	tcase_add_test(t, one_source_makes_only_so_many_accounts_in_ten_minutes);
	tcase_add_test(t, guesses_under_way_together_cannot_outrun_the_lock);
	tcase_add_test(t, a_password_is_changed_by_who_knows_it_or_by_the_operator);
	tcase_add_test(t, a_hash_with_older_parameters_is_made_anew_at_login);
	tcase_add_test(t, an_unknown_account_costs_what_a_known_one_costs);
	tcase_add_test(t, passwords_are_wiped_when_a_job_ends);
	tcase_add_test(t, the_hashers_take_a_bounded_number_and_finish_each);
	tcase_add_test(t, a_role_is_granted_by_name);
	suite_add_tcase(s, t);
	SRunner *runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
