/*
 * test_person.c - which names a person may have.
 */
#include "rt/person.h"

#include <string.h>
#include "unit.h"

START_TEST(plain_names_will_do)
{
	ck_assert_ptr_null(person_name_fault(SPAN("Bob")));
	ck_assert_ptr_null(person_name_fault(SPAN("abcdefghijklmnop")));
	ck_assert_ptr_null(person_name_fault(SPAN("Godfrey")));
}
END_TEST

START_TEST(length_and_letters_are_checked)
{
	ck_assert_ptr_nonnull(person_name_fault(SPAN("")));
	ck_assert_ptr_nonnull(person_name_fault(SPAN("Al")));
	ck_assert_ptr_nonnull(person_name_fault(SPAN("abcdefghijklmnopq")));
	ck_assert_ptr_nonnull(person_name_fault(SPAN("Ana2")));
	ck_assert_ptr_nonnull(person_name_fault(SPAN("An a")));
	ck_assert_ptr_nonnull(person_name_fault(SPAN("\xc3\x84nne")));
}
END_TEST

START_TEST(nobody_is_called_like_staff_or_a_word_of_the_dialogue)
{
	static const char *const words[] = {
		"console", "Guest",	  "menu",   "QUIT",   "staff",	  "root",    "god",
		"Wizard",  "moderator",	  "admin",  "helper", "builder",  "room",    "myself",
		"self",	   "implementor", "warden", "system", "operator", "someone", "nobody",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		ck_assert_msg(person_name_fault((struct span){ words[i], strlen(words[i]) }), "%s",
			      words[i]);
}
END_TEST

UNIT_MAIN("person", plain_names_will_do, length_and_letters_are_checked,
	  nobody_is_called_like_staff_or_a_word_of_the_dialogue)
