/*
 * test_piece.c - lines of the game as messages: split, joined, and never mentioning anybody.
 */
#include "bridges/discord/piece.h"

#include <string.h>
#include "../rt/unit.h"
#include "bridges/discord/escape.h"
#include "rt/jsonin.h"
#include "rt/text.h"

static const struct piece_style plain = { "", false };
static struct pieces queue;

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static struct bridge_line said(const char *name, const char *text)
{
	return (struct bridge_line){ .seq = 5,
				     .kind = LINE_SAID,
				     .channel = SPAN("chat"),
				     .name = span_of(name),
				     .text = span_of(text) };
}

static json_t *body(size_t n)
{
	CLEANUP(buf_done) struct buf out = { 0 };
	json_t *o;

	pieces_body(&queue, n, &out);
	o = jsonin_object(buf_span(&out));
	ck_assert_ptr_nonnull(o);
	ck_assert(json_is_array(json_object_get(jsonin_in(o, "allowed_mentions"), "parse")));
	ck_assert_uint_eq(json_array_size(jsonin_list(jsonin_in(o, "allowed_mentions"), "parse")),
			  0);
	ck_assert_uint_eq(json_object_size(jsonin_in(o, "allowed_mentions")), 1);
	return o;
}

static size_t count(void)
{
	const struct piece *p;
	size_t n = 0;

	TAILQ_FOREACH(p, &queue, entry)
	n++;
	return n;
}

START_TEST(a_line_is_said_under_its_speakers_name)
{
	const struct bridge_line line = said("Ana", "hello *you*");
	CLEANUP(jsonin_freep) json_t *o = NULL;

	TAILQ_INIT(&queue);
	pieces_of_line(&queue, &line, &plain);
	o = body(1);
	ck_assert(jsonin_is(o, "username", "Ana"));
	ck_assert(jsonin_is(o, "content", "hello \\*you\\*"));
	ck_assert_int_eq(json_integer_value(json_object_get(o, "flags")), 4);
	ck_assert(TAILQ_FIRST(&queue)->last);
	pieces_done(&queue);
}
END_TEST

START_TEST(an_emote_is_slanted_and_a_notice_is_nobodys)
{
	struct bridge_line line = said("Ana", "waves");
	CLEANUP(jsonin_freep) json_t *emote = NULL;
	CLEANUP(jsonin_freep) json_t *notice = NULL;

	TAILQ_INIT(&queue);
	line.emote = true;
	pieces_of_line(&queue, &line, &plain);
	emote = body(1);
	ck_assert(jsonin_is(emote, "content", "*waves*"));
	ck_assert(jsonin_is(emote, "username", "Ana"));
	pieces_done(&queue);
	line = said("", "ana has joined #mud");
	line.notice = true;
	pieces_of_line(&queue, &line, &plain);
	notice = body(1);
	ck_assert(!json_object_get(notice, "username"));
	pieces_done(&queue);
}
END_TEST

START_TEST(a_place_with_several_channels_says_which)
{
	static const struct piece_style style = { "", true };
	const struct bridge_line line = said("Ana", "hello");
	CLEANUP(jsonin_freep) json_t *o = NULL;

	TAILQ_INIT(&queue);
	pieces_of_line(&queue, &line, &style);
	o = body(1);
	ck_assert(jsonin_is(o, "content", "\\[chat\\] hello"));
	pieces_done(&queue);
}
END_TEST

START_TEST(a_long_line_is_split_and_every_piece_fits)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	struct bridge_line line = said("Ana", "");
	const struct piece *p;
	uint32_t part = 0;

	for (unsigned i = 0; i < 3000; i++)
		buf_adds(&text, i % 5 ? "*" : "@");
	line.text = buf_span(&text);
	line.emote = true;
	TAILQ_INIT(&queue);
	pieces_of_line(&queue, &line, &plain);
	ck_assert_uint_ge(count(), 3);
	TAILQ_FOREACH(p, &queue, entry)
	{
		ck_assert_uint_le(escape_units(span_of(p->text)), PIECE_UNITS);
		ck_assert_uint_eq(p->part, part++);
		ck_assert(p->last == !TAILQ_NEXT(p, entry));
		ck_assert_uint_eq(p->seq, 5);
	}
	pieces_done(&queue);
}
END_TEST

START_TEST(only_short_lines_of_one_speaker_are_joined)
{
	struct bridge_line a = said("Ana", "one"), b = said("Joe", "two");
	CLEANUP(jsonin_freep) json_t *o = NULL;

	TAILQ_INIT(&queue);
	pieces_of_line(&queue, &a, &plain);
	pieces_of_line(&queue, &a, &plain);
	pieces_of_line(&queue, &b, &plain);
	ck_assert_uint_eq(pieces_joined(&queue), 2);
	o = body(2);
	ck_assert(jsonin_is(o, "content", "one\none"));
	pieces_drop(&queue);
	pieces_drop(&queue);
	a.unsure = true;
	pieces_of_line(&queue, &b, &plain);
	pieces_of_line(&queue, &a, &plain);
	ck_assert_uint_eq(pieces_joined(&queue), 2);
	pieces_done(&queue);
	b.kind = LINE_NEWS;
	pieces_of_line(&queue, &b, &plain);
	pieces_of_line(&queue, &b, &plain);
	ck_assert_uint_eq(pieces_joined(&queue), 1);
	pieces_done(&queue);
}
END_TEST

START_TEST(what_is_joined_still_fits)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(jsonin_freep) json_t *o = NULL;
	struct bridge_line line = said("Ana", "");
	struct span content;
	size_t n;

	for (unsigned i = 0; i < 450; i++)
		buf_addc(&text, 'x');
	line.text = buf_span(&text);
	TAILQ_INIT(&queue);
	for (unsigned i = 0; i < 10; i++)
		pieces_of_line(&queue, &line, &plain);
	n = pieces_joined(&queue);
	ck_assert_uint_eq(n, 4);
	o = body(n);
	jsonin_text(o, "content", &content);
	ck_assert_uint_le(escape_units(content), PIECE_UNITS);
	pieces_done(&queue);
}
END_TEST

START_TEST(everything_that_happens_is_a_card)
{
	TAILQ_INIT(&queue);
	for (int kind = LINE_NEWS; kind < LINE_KINDS; kind++) {
		struct bridge_line line = said("Ana", "@everyone [x](http://y)");
		CLEANUP(jsonin_freep) json_t *o = NULL;
		const json_t *card;
		struct span text;

		line.kind = (enum line_kind)kind;
		line.subject = SPAN("<@1> subject");
		line.link = SPAN("https://a.example/");
		line.number = 3;
		line.wall_ms = 1780000000000;
		pieces_of_line(&queue, &line, &plain);
		o = body(1);
		card = json_array_get(jsonin_list(o, "embeds"), 0);
		ck_assert(jsonin_text(card, "description", &text) && text.n > 0);
		ck_assert(!memmem(text.p, text.n, "@everyone", 9));
		ck_assert(jsonin_is(card, "timestamp", "2026-05-28T20:26:40Z"));
		ck_assert(!json_object_get(o, "flags"));
		pieces_done(&queue);
	}
}
END_TEST

START_TEST(a_card_fits)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	struct bridge_line line = said("Ana", "");

	for (unsigned i = 0; i < 4000; i++)
		buf_addc(&text, '*');
	line.kind = LINE_POSTED;
	line.text = line.subject = buf_span(&text);
	TAILQ_INIT(&queue);
	pieces_of_line(&queue, &line, &plain);
	ck_assert_uint_le(escape_units(span_of(TAILQ_FIRST(&queue)->text)), 4096);
	ck_assert_uint_le(escape_units(span_of(TAILQ_FIRST(&queue)->title)), 256);
	pieces_done(&queue);
}
END_TEST

UNIT_MAIN("piece", a_line_is_said_under_its_speakers_name,
	  an_emote_is_slanted_and_a_notice_is_nobodys, a_place_with_several_channels_says_which,
	  a_long_line_is_split_and_every_piece_fits, only_short_lines_of_one_speaker_are_joined,
	  what_is_joined_still_fits, everything_that_happens_is_a_card, a_card_fits)
