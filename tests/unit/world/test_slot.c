/*
 * test_slot.c - one ask at a time, one answer to it, and an end to waiting.
 */
#include "world/mind/slot.h"

#include <check.h>
#include <string.h>

static struct slot s;

static void setup(void)
{
	s = (struct slot){ 0 };
}

static void teardown(void)
{
	slot_done(&s);
}

START_TEST(while_one_is_pending_another_is_refused)
{
	ck_assert_int_eq(s.state, SLOT_IDLE);
	ck_assert(slot_begin(&s, 1, 10));
	ck_assert(!slot_begin(&s, 2, 20));
	ck_assert_uint_eq(s.generation, 1);
	ck_assert_uint_eq(s.deadline, 10);
	ck_assert(slot_good(&s, 1));
	ck_assert(slot_begin(&s, 2, 20));
}
END_TEST

START_TEST(an_answer_is_taken_once_and_only_of_what_was_asked)
{
	ck_assert(!slot_good(&s, 0));
	ck_assert(slot_begin(&s, 7, 10));
	ck_assert(!slot_awaits(&s, 6));
	ck_assert(!slot_good(&s, 6));
	ck_assert(!slot_fail(&s, 8, "other"));
	ck_assert(slot_good(&s, 7));
	ck_assert_int_eq(s.state, SLOT_READY);
	ck_assert(!slot_good(&s, 7));
	ck_assert(!slot_fail(&s, 7, "late"));
	ck_assert_ptr_null(s.cause);
}
END_TEST

START_TEST(a_failure_keeps_its_cause_and_what_was_last_good)
{
	char cause[SLOT_CAUSE_MAX + 20];

	ck_assert_uint_eq(slot_age(&s, 100), UINT64_MAX);
	ck_assert(slot_begin(&s, 1, 10));
	slot_keep(&s, SPAN("first"), 4);
	slot_keep(&s, SPAN("second"), 5);
	ck_assert(slot_good(&s, 1));
	ck_assert(slot_begin(&s, 2, 20));
	ck_assert(slot_fail(&s, 2, "nobody came"));
	ck_assert_int_eq(s.state, SLOT_FAILED);
	ck_assert_str_eq(s.cause, "nobody came");
	ck_assert_str_eq(s.good, "second");
	ck_assert_uint_eq(slot_age(&s, 25), 20);
	ck_assert(slot_begin(&s, 3, 30));
	memset(cause, 'x', sizeof(cause) - 1);
	cause[sizeof(cause) - 1] = 0;
	ck_assert(slot_fail(&s, 3, cause));
	ck_assert_uint_eq(strlen(s.cause), SLOT_CAUSE_MAX);
}
END_TEST

START_TEST(it_is_due_at_its_deadline_and_only_while_it_waits)
{
	ck_assert(!slot_due(&s, 1000));
	ck_assert(slot_begin(&s, 1, 10));
	ck_assert(!slot_due(&s, 9));
	ck_assert(slot_due(&s, 10));
	ck_assert(slot_fail(&s, 1, "late"));
	ck_assert(!slot_due(&s, 11));
}
END_TEST

START_TEST(what_is_cancelled_is_named_once_and_its_answer_is_late)
{
	ck_assert_uint_eq(slot_cancel(&s), 0);
	ck_assert(slot_begin(&s, 5, 10));
	ck_assert_uint_eq(slot_cancel(&s), 5);
	ck_assert_uint_eq(slot_cancel(&s), 0);
	ck_assert_int_eq(s.state, SLOT_IDLE);
	ck_assert(!slot_good(&s, 5));
	ck_assert(slot_begin(&s, 6, 10));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("slot");
	TCase *c = tcase_create("slot");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, while_one_is_pending_another_is_refused);
	tcase_add_test(c, an_answer_is_taken_once_and_only_of_what_was_asked);
	tcase_add_test(c, a_failure_keeps_its_cause_and_what_was_last_good);
	tcase_add_test(c, it_is_due_at_its_deadline_and_only_while_it_waits);
	tcase_add_test(c, what_is_cancelled_is_named_once_and_its_answer_is_late);
	suite_add_tcase(suite, c);
	run = srunner_create(suite);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
