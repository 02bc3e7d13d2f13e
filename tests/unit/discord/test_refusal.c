/*
 * test_refusal.c - the reply to who is refused: quiet, harmless, rare.  When a message was written.
 */
#include "bridges/discord/refusal.h"

#include <string.h>
#include "../rt/unit.h"
#include "bridges/discord/gaps.h"
#include "rt/jsonin.h"
#include "rt/loop.h"

enum { SECOND = 1000000, PERSONS = 20 };

static json_t *body_of(const char *message, const char *why)
{
	CLEANUP(buf_done) struct buf body = { 0 };

	refusals_body(&body, message, why);
	return jsonin_object(buf_span(&body));
}

START_TEST(a_refusal_is_a_reply_without_a_sound_that_mentions_nobody)
{
	CLEANUP(jsonin_freep) json_t *o = body_of("77", "Not @everyone, <@5>: **no**.");
	const json_t *mentions = jsonin_in(o, "allowed_mentions");
	struct span text;
	uint64_t flags = 0;

	ck_assert_ptr_nonnull(o);
	ck_assert(jsonin_is(jsonin_in(o, "message_reference"), "message_id", "77"));
	ck_assert_uint_eq(json_array_size(jsonin_list(mentions, "parse")), 0);
	ck_assert(json_is_false(json_object_get(mentions, "replied_user")));
	ck_assert(jsonin_count(o, "flags", UINT32_MAX, &flags));
	ck_assert_uint_eq(flags, 1 << 12);
	ck_assert(jsonin_text(o, "content", &text));
	ck_assert_ptr_null(memmem(text.p, text.n, "@everyone", 9));
	ck_assert_ptr_null(memmem(text.p, text.n, "<@5>", 4));
}
END_TEST

/* Nobody is there to take the requests: that they are made is what counts. */
START_TEST(each_is_told_once_a_minute_and_all_together_not_too_often)
{
	struct refusals r;
	struct rest *rest;
	struct loop *loop;
	char who[] = "1000";

	ck_assert_int_eq(loop_new(&loop), 0);
	ck_assert_int_eq(rest_new(&rest, loop, "http://127.0.0.1:9/api", "token", ""), 0);
	refusals_init(&r, rest, SECOND);
	refusals_tell(&r, "5", "77", "1", "", SECOND);
	ck_assert_uint_eq(r.told, 0);
	refusals_tell(&r, "5", "77", "1", "No.", SECOND);
	refusals_tell(&r, "5", "78", "1", "No.", 2 * SECOND);
	ck_assert_uint_eq(r.told, 1);
	refusals_tell(&r, "5", "79", "1", "No.", 63 * SECOND);
	ck_assert_uint_eq(r.told, 2);
	for (unsigned i = 0; i < PERSONS; i++, who[3]++)
		refusals_tell(&r, "5", "80", who, "No.", 64 * SECOND);
	ck_assert_uint_ge(r.told, 2 + 4);
	ck_assert_uint_le(r.told, 2 + 5);
	refusals_done(&r);
	rest_free(rest);
	loop_free(loop);
}
END_TEST

START_TEST(an_id_says_when_a_message_was_written)
{
	/* The example of Discord's documentation: 2016-04-30 11:18:25.796 UTC. */
	ck_assert_int_eq(gaps_wall_ms("175928847299117063"), 1462015105796);
}
END_TEST

UNIT_MAIN("refusal", a_refusal_is_a_reply_without_a_sound_that_mentions_nobody,
	  each_is_told_once_a_minute_and_all_together_not_too_often,
	  an_id_says_when_a_message_was_written)
