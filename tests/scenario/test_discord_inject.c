/*
 * test_discord_inject.c - every attempt of tests/fixtures/bridges is typed in the game and written on Discord, and what
 * others read on both sides is looked at: who it is from stands in front of each line in the game and is the author on
 * Discord, nothing harms a terminal, nothing calls anybody, is a masked link, or is drawn as markup.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "tests/scenario/discord_scene.h"
#include "tests/scenario/suite.h"
#include "tests/support/attempts.h"
#include "tests/support/die.h"

#define WATERMAN "Jem Pottle" /* stands beside Victor and talks */

enum { AT_ONCE = 8, GAME_BYTES = 3000, MOST_OF_TEN = 6, QUIET_US = 300000 };

static const char *const sets[] = { "discord.speak_every=1ms", "discord.speak_burst=1000", NULL };

/* A channel of Discord may say a hundred lines at once into the game; so there are several. */
static const char *const channels[] = { "quay", "help", "square", "log" };
static const char *const rows[] = { "quay = chat", "help = chat in", "square = chat in",
				    "log = chat in", NULL };

struct attack {
	struct discord_scene s;
	struct talk victor; /* reads, and says nothing */
	struct attempts attempts;
	size_t victor_from;
};

static void begin(struct attack *a)
{
	*a = (struct attack){ 0 };
	attempts_read(&a->attempts);
	discord_scene_start(&a->s, &(struct discord_scene_conf){
					   .rows = rows,
					   .sets = sets,
					   .first = "{'do':'set','bucket_n':50,'global_n':500}" });
	cast_enter(&a->s.mud, &a->victor, "Victor");
	discord_scene_is_well(&a->s, 0);
	talk_expect(&a->victor, "well in 0.");
	while (talk_read(&a->victor, QUIET_US))
		;
	a->victor_from = a->victor.text.n;
}

static void type_it(struct attack *a, const struct buf *attempt)
{
	struct buf text = attempts_line(attempt, GAME_BYTES), line = { 0 };

	buf_adds(&line, "chat ");
	buf_add(&line, buf_p(&text), text.n);
	buf_adds(&line, "\r\n");
	talk_bytes(&a->s.ana, buf_p(&line), line.n);
	buf_done(&text);
	buf_done(&line);
}

/* On Discord one writes lines, too, and Unicode of any kind, but nothing that is none. */
static void write_it(struct attack *a, const char *channel, const struct buf *attempt)
{
	struct buf text = { 0 };
	const char *p = buf_p(attempt);

	for (size_t i = 0; i < attempt->n && text.n < GAME_BYTES / 2; i++)
		buf_addc(&text, p[i] ? p[i] : ' ');
	while (text.n && !text_is_utf8(buf_span(&text)) && text.n + 4 > GAME_BYTES / 2)
		text.n--;
	if (text.n && text_is_utf8(buf_span(&text))) {
		buf_addc(&text, '\0');
		fake_discord_write(&a->s.d, channel, "joe", buf_p(&text));
	}
	buf_done(&text);
}

static void attack(struct attack *a)
{
	for (size_t i = 0; i < a->attempts.n; i++) {
		type_it(a, &a->attempts.v[i]);
		write_it(a, channels[i % ARRAY_LEN(channels)], &a->attempts.v[i]);
		if (i % AT_ONCE == AT_ONCE - 1)
			discord_scene_is_well(&a->s, (unsigned)i);
	}
	discord_scene_is_well(&a->s, (unsigned)a->attempts.n);
	while (talk_read(&a->victor, QUIET_US))
		;
}

static size_t check_game(struct attack *a)
{
	static const char *const fronts[] = { "[chat] Ana: ", "[chat] Ana ",
					      "[chat] joe@discord: ", "[chat] joe@discord ",
					      "[chat] (discord) " };
	struct span rest = { buf_p(&a->victor.text) + a->victor_from,
			     a->victor.text.n - a->victor_from };
	struct span line;
	size_t n = 0;

	while (talk_next_line(&rest, &line)) {
		bool known = false;

		line = talk_unprompted(line);
		if (memmem(line.p, line.n, WATERMAN, strlen(WATERMAN)))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(fronts); i++)
			known = known || talk_begins(line, fronts[i]);
		if (line.n && (attempts_harm(line) || !known))
			die("the game: %s: %.*s", attempts_harm(line) ? attempts_harm(line) : "?",
			    (int)line.n, line.p);
		n += talk_begins(line, "[chat] joe@discord");
	}
	return n;
}

/* Bare, as Discord would read it: behind no backslash. */
static const char *find_bare(struct span text, const char *mark)
{
	const char *at = text.p, *end = text.p + text.n;

	while ((at = memmem(at, (size_t)(end - at), mark, strlen(mark)))) {
		size_t slashes = 0;

		while (at - slashes > text.p && at[-1 - (ptrdiff_t)slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return at;
		at++;
	}
	return NULL;
}

/* What calls somebody, is drawn as another thing than it is, or hides. An emote's own stars are at its ends. */
static const char *danger(struct span text)
{
	static const char *const marks[] = { "@everyone", "@here",	 "<@",	"<#", "](",
					     "||",	  "```",	 "**",	"__", "~~",
					     "<:",	  "discord.gg/", "<t:", "</", "<id:" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (find_bare(text, marks[i]))
			return marks[i];
	return NULL;
}

/* What the bridge wrote into #quay: as Ana, or as Joe, who was heard by the game in another channel, and by a name
 * that is nobody's. How many of Ana's. */
static size_t check_discord(struct attack *a)
{
	CLEANUP(base_freep) char *all = fake_discord_transcript(&a->s.d);
	struct span rest = { all, strlen(all) }, line;
	size_t n = 0;

	while (talk_next_line(&rest, &line)) {
		const bool is_ana = talk_begins(line, "#quay <Ana> ");
		const char *said = memmem(line.p, line.n, "> ", 2);
		struct span text;

		if (talk_begins(line, "#quay [joe]") || !talk_begins(line, "#quay "))
			continue;
		if (!said || (!is_ana && !talk_begins(line, "#quay <joe\uff20")))
			die("Discord: who says this? %.*s", (int)line.n, line.p);
		text = (struct span){ said + 2, (size_t)(line.p + line.n - said - 2) };
		if (danger(text))
			die("Discord: %s in: %.*s", danger(text), (int)line.n, line.p);
		n += is_ana;
	}
	return n;
}

START_TEST(what_is_said_harms_nobody_on_the_other_side)
{
	size_t in_game, outside;
	struct attack a;

	begin(&a);
	attack(&a);
	in_game = check_game(&a);
	outside = check_discord(&a);
	printf("%zu attempts; %zu lines of joe's in the game, %zu messages of Ana's on Discord\n",
	       a.attempts.n, in_game, outside);
	/* The rest had nothing in it that could be read, or came in one message with others. */
	ck_assert_uint_ge(in_game * 10, a.attempts.n * MOST_OF_TEN);
	ck_assert_uint_gt(outside, 0);
	talk_close(&a.victor);
	discord_scene_stop(&a.s);
	attempts_done(&a.attempts);
}
END_TEST

/* A name on Discord may hold anything as well. */
START_TEST(nobody_looks_like_a_player_by_a_name)
{
	static const char *const nicks[] = { "Ana",	   "Ana (discord)", "Ana\\n[chat] Ana",
					     "@everyone",  "Ana@discord",   "\\u202eanA",
					     "A\\u200bna", "<@1>" };
	struct discord_scene s;

	discord_scene_start(&s, &(struct discord_scene_conf){ .sets = sets });
	for (size_t i = 0; i < ARRAY_LEN(nicks); i++) {
		char line[40];

		fake_discord_do(&s.d, "{'do':'user','name':'mallory','nick':'%s'}", nicks[i]);
		snprintf(line, sizeof(line), "forged %zu.", i);
		fake_discord_write(&s.d, "quay", "mallory", line);
		talk_expect(&s.ana, "@discord: forged ");
	}
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(talk_count(&s.ana, "[chat] Ana: forged"), 0);
	ck_assert_uint_eq(talk_count(&s.ana, "[chat] Ana (discord): forged"), 0);
	ck_assert_uint_eq(talk_count(&s.ana, "@discord: forged "), ARRAY_LEN(nicks));
	discord_scene_stop(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ what_is_said_harms_nobody_on_the_other_side, 1 },
		{ nobody_looks_like_a_player_by_a_name, 1 },
	};

	return suite_together("discord_inject", 90, tests, ARRAY_LEN(tests));
}
