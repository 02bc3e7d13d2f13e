/*
 * board.c - `boards`, `board`, `post` and `unpost`: what is put up for others to read.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/sites.h"
#include "world/social/board.h"
#include "world/social/social.h"
#include "world/social/speech.h"

enum { PAGE = 15 };

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* The board that the first word names; NULL: it said that there is none. */
static const struct board *take_board(const struct cmd_call *c, struct span *rest)
{
	const struct span name = text_word(rest);
	const struct board *b = name.n ? board_find(c->w, name) : NULL;

	if (!name.n)
		cmd_usage(c);
	else if (!b)
		target_none(c->w, c->actor, "There is no board ", name, ". Try: {bold}boards{/}");
	return b;
}

/* A number above 0 and nothing else; 0: it is none. */
static uint32_t number_of(struct span word)
{
	uint64_t n = 0;

	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9' || n > UINT32_MAX / 10)
			return 0;
		n = n * 10 + (uint64_t)(word.p[i] - '0');
	}
	return n <= UINT32_MAX ? (uint32_t)n : 0;
}

/* ---- reading ---- */

static void run_boards(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);
	const struct board *b;

	buf_adds(out, "{title}Boards{/}");
	for (size_t i = 0; (b = board_at(c->w, i)); i++) {
		const struct board_kept *newest = board_newest(b, 0);

		buf_addf(out, "\n  {do board %s}{bold}%s{/}{/}%*s %3zu %s  ", b->name, b->name,
			 (int)(strlen(b->name) < 12 ? 12 - strlen(b->name) : 0), "", board_posts(b),
			 board_posts(b) == 1 ? "post " : "posts");
		say_escape(out, span_of(b->about));
		if (newest) {
			buf_adds(out, " {dim}(");
			sites_date(newest->wall_ms, out);
			buf_adds(out, "){/}");
		}
	}
	buf_adds(out, boards_count(c->w) ? "\nTo read one: {bold}board NAME{/}"
					 : "\nThere are none here.");
	say_end(c->w);
}

static void add_line(const struct board *b, const struct board_kept *k, struct buf *out)
{
	buf_addf(out, "\n  {do board %s %" PRIu32 "}{bold}%4" PRIu32 "{/}{/}  {dim}", b->name,
		 k->number, k->number);
	sites_date(k->wall_ms, out);
	buf_adds(out, "{/}  {player}");
	say_escape(out, span_of(k->name));
	buf_adds(out, "{/}  ");
	say_escape(out, span_of(k->subject));
}

static void list(const struct cmd_call *c, const struct board *b, size_t page)
{
	const size_t n = board_posts(b), pages = (n + PAGE - 1) / PAGE;
	struct buf *out;

	if (!n || page > pages) {
		say_reply(c->w, c->actor,
			  n ? "There is not so much on %s." : "There is nothing on %s yet.",
			  b->name);
		return;
	}
	out = say_begin(c->w, c->actor);
	buf_addf(out, "{title}%s{/}: ", b->name);
	say_escape(out, span_of(b->about));
	for (size_t i = (page - 1) * PAGE; i < page * PAGE && i < n; i++)
		add_line(b, board_newest(b, i), out);
	buf_addf(out, "\nTo read one: {bold}board %s NUMBER{/}.", b->name);
	if (page < pages)
		buf_addf(
			out,
			" Page %zu of %zu; on: {do board %s page %zu}{bold}board %s page %zu{/}{/}",
			page, pages, b->name, page + 1, b->name, page + 1);
	say_end(c->w);
}

static void show(const struct cmd_call *c, const struct board *b, uint32_t number)
{
	const struct board_kept *k = board_post(b, number);
	struct buf *out;

	if (!k) {
		say_reply(c->w, c->actor,
			  "There is no number %" PRIu32 " on %s. Try: {bold}board %s{/}", number,
			  b->name, b->name);
		return;
	}
	out = say_begin(c->w, c->actor);
	buf_addf(out, "{title}%s %" PRIu32 "{/}: {bold}", b->name, number);
	say_escape(out, span_of(k->subject));
	buf_adds(out, "{/}\n{player}");
	say_escape(out, span_of(k->name));
	buf_adds(out, "{/}, {dim}");
	sites_date(k->wall_ms, out);
	buf_adds(out, "{/}\n");
	say_escape(out, span_of(k->text));
	if (*k->link) {
		buf_adds(out, "\n{dim}");
		say_escape(out, span_of(k->link));
		buf_adds(out, "{/}");
	}
	say_end(c->w);
}

static void run_board(const struct cmd_call *c)
{
	struct span rest = c->args, word;
	const struct board *b;

	if (!rest.n) {
		run_boards(c);
		return;
	}
	b = take_board(c, &rest);
	if (!b)
		return;
	word = text_word(&rest);
	if (!word.n)
		list(c, b, 1);
	else if (text_eq_fold(word, SPAN("page")) && number_of(rest))
		list(c, b, number_of(rest));
	else if (number_of(word) && !rest.n)
		show(c, b, number_of(word));
	else
		cmd_usage(c);
}

/* ---- writing ---- */

/* " | " begins a new line. */
static void add_lines(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		const bool ends = i + 3 <= text.n && !memcmp(text.p + i, " | ", 3);

		buf_addc(out, ends ? '\n' : text.p[i]);
		i += ends ? 2 : 0;
	}
}

static const char *fault_of(const struct cmd_call *c, const struct board *b, struct span subject,
			    struct span text)
{
	const struct span none = { "", 0 };
	const struct player *p = player_get(c->w, c->actor);
	const char *why;

	if (!p || (p->guest && p->role == ROLE_PLAYER))
		return "Guests may read, but not post: make a character of your own.";
	if (!board_may_post(c->w, c->actor, b))
		return "Only those who keep the game post there.";
	if (subject.n > BOARD_SUBJECT_BYTES)
		return "That subject is too long: what you want to tell goes behind the =.";
	why = speech_unfit(c->w, c->actor, none, none, subject);
	if (!why)
		why = speech_unfit(c->w, c->actor, none, none, text);
	if (!why && p->role < ROLE_ADMIN && !social_may_post(c->w, c->actor))
		return "You have posted enough for now: wait a minute.";
	return why;
}

static void refuse(const struct cmd_call *c, const char *why)
{
	struct buf *out = say_begin(c->w, c->actor);

	say_escape(out, span_of(why));
	say_end(c->w);
}

static void run_post(const struct cmd_call *c)
{
	struct span rest = c->args, subject, text;
	const struct board *b = take_board(c, &rest);
	const char *equals = memchr(rest.p, '=', rest.n), *why;
	struct buf lines = { 0 };

	if (!b)
		return;
	subject = text_trim((struct span){ rest.p, equals ? (size_t)(equals - rest.p) : 0 });
	text = equals ? text_trim(
				(struct span){ equals + 1, rest.n - (size_t)(equals + 1 - rest.p) })
		      : (struct span){ "", 0 };
	if (!subject.n || !text.n) {
		cmd_usage(c);
		return;
	}
	why = fault_of(c, b, subject, text);
	if (why) {
		refuse(c, why);
		return;
	}
	add_lines(&lines, text);
	board_put(c->w, &(struct board_post){ .board = b,
					      .author = c->actor,
					      .subject = subject,
					      .text = buf_span(&lines) });
	buf_done(&lines);
}

static void run_unpost(const struct cmd_call *c)
{
	struct span rest = c->args;
	const struct board *b = take_board(c, &rest);
	const struct player *p = player_get(c->w, c->actor);
	const uint32_t number = number_of(rest);
	const struct board_kept *k = b && number ? board_post(b, number) : NULL;

	if (!b || !p)
		return;
	if (!number) {
		cmd_usage(c);
		return;
	}
	if (!k) {
		say_reply(c->w, c->actor, "There is no number %" PRIu32 " on %s.", number, b->name);
	} else if (k->author != ent_id(c->w, c->actor) &&
		   (p->role < ROLE_HELPER || (int)p->role < b->role)) {
		say_reply(c->w, c->actor, "That is not yours to take down.");
	} else {
		board_take_down(c->w, b, k);
		say_reply(c->w, c->actor, "You take number %" PRIu32 " down from %s.", number,
			  b->name);
	}
}

const struct cmd cmd_boards = {
	.name = "boards",
	.usage = "boards",
	.help = "Lists the boards, on which things stand to be read. See also: {bold}help board{/}",
	.category = CMD_TALKING,
	.effect = CMD_PURE,
	.run = run_boards,
};

const struct cmd cmd_board = {
	.name = "board",
	.usage = "board NAME [NUMBER, or page NUMBER]",
	.help = "Lists what stands on a board, the newest first, or shows the post of that number. "
		"`boards` lists the boards; {bold}post{/} puts something up.",
	.category = CMD_TALKING,
	.effect = CMD_PURE,
	.run = run_board,
};

const struct cmd cmd_post = {
	.name = "post",
	.usage = "post BOARD SUBJECT = TEXT",
	.help = "Puts something up on a board. A | with spaces around it begins a new line:\n"
		"post notices Lost = A brass key. | Whoever finds it, tell Ana.\n"
		"`unpost` takes it down.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_post,
};

const struct cmd cmd_unpost = {
	.name = "unpost",
	.usage = "unpost BOARD NUMBER",
	.help = "Takes down what you have posted. Those who keep the game may take down anything.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_unpost,
};
