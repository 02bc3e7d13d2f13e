/*
 * test_log.c - lines as they leave the process, read back from a pipe in stderr's place.
 */
#include "rt/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"

static int reader;
static char text[1 << 17];

static void open_log(const char *process, enum log_level level, bool json)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	reader = ends[0];
	log_init(process, level, json);
}

/* Everything written so far. */
static const char *written(void)
{
	ssize_t n = read(reader, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* Behind the time stamp, whose shape is checked. */
static const char *after_time(const char *line, const char *before, const char *after)
{
	static const char shape[] = "0000-00-00T00:00:00.000Z";

	ck_assert_int_eq(strncmp(line, before, strlen(before)), 0);
	line += strlen(before);
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] == '0')
			ck_assert(line[i] >= '0' && line[i] <= '9');
		else
			ck_assert_int_eq(line[i], shape[i]);
	}
	line += sizeof(shape) - 1;
	ck_assert_int_eq(strncmp(line, after, strlen(after)), 0);
	return line + strlen(after);
}

START_TEST(a_line_is_words_that_a_tool_can_split)
{
	open_log("gateway", LOG_INFO, false);
	log_info("session_closed", LOG_U64("session", 7), LOG_STR("reason", "idle"),
		 LOG_STR("why", "sat too long"), LOG_INT("left", -3), LOG_ID("peer", 0xabcd));
	ck_assert_str_eq(after_time(written(), "ts=", " "),
			 "level=info process=gateway event=session_closed session=7 reason=idle "
			 "why=\"sat too long\" left=-3 peer=000000000000abcd\n");
}
END_TEST

START_TEST(a_json_line_is_one_object)
{
	open_log("world", LOG_INFO, true);
	log_warning("slow_tick", LOG_INT("ms", 12), LOG_STR("system", "a\"b"), LOG_ID("id", 1),
		    LOG_TEXT("said", SPAN("\xff")));
	ck_assert_str_eq(after_time(written(), "{\"ts\":\"", "\","),
			 "\"level\":\"warning\",\"process\":\"world\",\"event\":\"slow_tick\","
			 "\"ms\":12,\"system\":\"a\\\"b\",\"id\":\"0000000000000001\","
			 "\"said\":\"\\ufffd\"}\n");
}
END_TEST

START_TEST(an_event_needs_no_fields)
{
	open_log("world", LOG_INFO, false);
	log_error("lost");
	ck_assert_str_eq(after_time(written(), "ts=", " "),
			 "level=error process=world event=lost\n");
}
END_TEST

START_TEST(lines_below_the_level_are_not_written)
{
	open_log("world", LOG_WARNING, false);
	log_info("quiet");
	log_debug("quieter");
	ck_assert_str_eq(written(), "");
	log_set(LOG_DEBUG, false);
	ck_assert(log_on(LOG_DEBUG));
	log_debug("heard");
	ck_assert_ptr_nonnull(strstr(written(), "event=heard\n"));
}
END_TEST

START_TEST(an_error_number_becomes_words)
{
	open_log("world", LOG_INFO, false);
	log_error("bind_failed", LOG_ERRNO(-EADDRINUSE));
	ck_assert_ptr_nonnull(strstr(written(), " error=\"Address already in use\"\n"));
}
END_TEST

START_TEST(text_of_players_is_quoted_escaped_and_cut)
{
	char typed[300];

	memset(typed, 'x', sizeof(typed));
	memcpy(typed, "a\n\033[2J", 6);
	open_log("world", LOG_INFO, false);
	log_info("typed", LOG_TEXT("text", ((struct span){ typed, sizeof(typed) })),
		 LOG_TEXT("plain", SPAN("word")));
	ck_assert_ptr_nonnull(strstr(written(), "text=\"a\\n\\u001b[2Jxxx"));
	ck_assert_ptr_nonnull(strstr(text, "xxx...(+100)\" plain=\"word\"\n"));
	ck_assert_uint_eq(strcspn(text, "\n"), strlen(text) - 1);
}
END_TEST

static void write_too_much(void)
{
	static char word[1001];

	memset(word, 'w', sizeof(word) - 1);
	log_info("much", LOG_STR("a", word), LOG_STR("b", word), LOG_STR("c", word),
		 LOG_STR("d", "last"));
}

START_TEST(a_line_too_long_says_so_and_stays_whole)
{
	size_t n;

	open_log("world", LOG_INFO, false);
	write_too_much();
	n = strlen(written());
	ck_assert_uint_le(n, 2048);
	ck_assert_str_eq(text + n - 10, " cut=true\n");
	ck_assert_ptr_null(strstr(text, "d=last"));
	log_set(LOG_INFO, true);
	write_too_much();
	n = strlen(written());
	ck_assert_str_eq(text + n - 13, ",\"cut\":true}\n");
}
END_TEST

START_TEST(a_pipe_nobody_reads_costs_lines_and_no_time)
{
	const char *last;

	open_log("world", LOG_INFO, false);
	while (log_dropped() < 10)
		log_info("flood", LOG_STR("text", "0123456789012345678901234567890123456789"));
	ck_assert_uint_eq(log_dropped(), 10);
	written();
	log_info("again");
	last = strstr(written(), "event=again\n");
	ck_assert_ptr_nonnull(last);
	ck_assert_ptr_nonnull(
		strstr(last, "level=warning process=world event=log_dropped lines=10\n"));
	log_info("once_more");
	ck_assert_ptr_null(strstr(written(), "log_dropped"));
}
END_TEST

UNIT_MAIN("log", a_line_is_words_that_a_tool_can_split, a_json_line_is_one_object,
	  an_event_needs_no_fields, lines_below_the_level_are_not_written,
	  an_error_number_becomes_words, text_of_players_is_quoted_escaped_and_cut,
	  a_line_too_long_says_so_and_stays_whole, a_pipe_nobody_reads_costs_lines_and_no_time)
