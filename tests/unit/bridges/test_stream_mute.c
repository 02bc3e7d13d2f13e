/*
 * test_stream_mute.c - a channel that staff has silenced: what was said there meanwhile does not come out later.
 */
#include "tests/unit/bridges/stream_rig.h"

static void said_on(const char *channel)
{
	char body[100];

	snprintf(body, sizeof(body), "{\"channel\":\"%s\",\"name\":\"Ana\",\"text\":\"x\"}",
		 channel);
	rig_happens(&r, "channel:said", body);
}

/* Of two channels, all that there ever was; it is read from persist. */
static void open_both(void)
{
	static const char *const channels[] = { "chat", "quiz", NULL };

	sends = true;
	n_got = 0;
	rig_put(&r, "cursor/irc/x", SPAN("{\"taken\":0,\"sent\":0}"));
	open_with(&(struct stream_spec){
		.key = "irc/x", .kinds = LINE(LINE_SAID), .channels = channels });
	bridge_want(stream, 1000);
}

START_TEST(what_was_said_on_a_silenced_channel_is_left_out)
{
	char quiz[] = "quiz";

	rig_begin(&r, NULL);
	r.muted_channel = quiz;
	said_on("chat");
	said_on("quiz");
	said_on("chat");
	rig_later(&r, 20 * SECOND);
	open_both();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 2);
	ck_assert_uint_eq(got[0].seq, 1);
	ck_assert_uint_eq(got[1].seq, 3);
	rig_end(&r);
}
END_TEST

START_TEST(what_is_said_when_it_may_pass_again_is_told)
{
	char quiz[] = "quiz";

	rig_begin(&r, NULL);
	r.muted_channel = quiz;
	said_on("quiz");
	open_both();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 0);
	r.muted_channel = NULL;
	rig_opened(&r, stream->number, 1, false);
	said_on("quiz");
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 2);
	rig_end(&r);
}
END_TEST

UNIT_MAIN("stream", what_was_said_on_a_silenced_channel_is_left_out,
	  what_is_said_when_it_may_pass_again_is_told)
