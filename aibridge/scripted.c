/*
 * scripted.c - see scripted.h.
 *
 * What comes next is counted from the conversation: how often a topic was told, how many turns there
 * were.  So there is no chance in it, and two people who say the same hear the same.
 */
#include "aibridge/scripted.h"

#include <string.h>

#include "aibridge/fold.h"
#include "aibridge/topic.h"
#include "rt/text.h"

/* Lines to choose from. */
struct choice {
	const char *const *own; /* of ours; NULL: of the pack */
	const ProtobufCBinaryData *pack;
	size_t n;
};

static const char *const hellos[] = {
	"Good day to you, {name}.",
	"Well now. {name}.",
	"There you are, {name}.",
};

static const char *const refusals[] = {
	"That is not a thing I talk about.",	 "Let us speak of something else.",
	"No. Ask me anything but that.",	 "I would sooner leave that where it lies.",
	"You will not hear about that from me.",
};

static const char *const repeats[] = {
	"As I said.",
	"Once more, then.",
	"I told you this before.",
};

static const char *const exhausted[] = {
	"I have told you what I know of that.",
	"There is no more to it than I have said.",
	"You have had all of that from me already.",
};

static const char *const no_shrugs[] = {
	"I could not tell you.",
	"I do not know about that.",
	"That is more than I can say.",
};

/* They must suit every mouth. */
static const char *const hints[] = {
	"You might ask me about %s.",
	"I could tell you about %s, though.",
	"Ask me about %s, if you like.",
	"You have not asked me about %s yet.",
	"I know a little more about %s.",
	"Nobody has asked me about %s today.",
	"Now, about %s I could tell you something.",
	"What I can tell you about is %s.",
	"You would get more out of me about %s.",
};

static struct span bytes_of(const ProtobufCBinaryData *b)
{
	return (struct span){ (const char *)b->data, b->len };
}

static struct span text_of(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

static struct span line_of(const struct choice *c, size_t i)
{
	return c->own ? text_of(c->own[i]) : bytes_of(&c->pack[i]);
}

static struct choice pack_or(const ProtobufCBinaryData *pack, size_t n, const char *const *own,
			     size_t n_own)
{
	if (n)
		return (struct choice){ NULL, pack, n };
	return (struct choice){ own, NULL, n_own };
}

/* The name of a place is the first line of it. */
static struct span place_name(struct span place)
{
	const char *end = place.n ? memchr(place.p, '\n', place.n) : NULL;

	if (end)
		place.n = (size_t)(end - place.p);
	while (place.n && strchr(".: ", place.p[place.n - 1]))
		place.n--;
	return place;
}

/* What stands for {field}; false: there is none of that name. */
static bool field(const Mudlark__AiAsk *ask, struct span name, struct span *ret)
{
	const struct {
		const char *name;
		struct span text;
	} fields[] = {
		{ "name", text_of(ask->who ? ask->who->name : "") },
		{ "place", place_name(bytes_of(&ask->view->place)) },
		{ "time", text_of(ask->view->time) },
		{ "weather", text_of(ask->view->weather) },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strlen(fields[i].name) == name.n &&
		    memcmp(fields[i].name, name.p, name.n) == 0) {
			*ret = fields[i].text;
			return true;
		}
	}
	return false;
}

/* Adds a line with its fields filled in, as one clean line. */
static void fill(const Mudlark__AiAsk *ask, struct span line, struct buf *out)
{
	struct buf filled = { 0 };

	line = text_trim(line);
	for (size_t i = 0; i < line.n; i++) {
		const char *end = line.p[i] == '{' ? memchr(line.p + i, '}', line.n - i) : NULL;
		struct span value;

		if (end &&
		    field(ask, (struct span){ line.p + i + 1, (size_t)(end - line.p) - i - 1 },
			  &value)) {
			buf_add(&filled, value.p, value.n);
			i = (size_t)(end - line.p);
		} else {
			buf_addc(&filled, line.p[i] == '\n' ? ' ' : line.p[i]);
		}
	}
	text_clean(out, buf_span(&filled));
	buf_done(&filled);
}

static bool begins(struct span whole, struct span part)
{
	return part.n && whole.n >= part.n && memcmp(whole.p, part.p, part.n) == 0;
}

/* How many turns ago it was said; more than there are: never, as far as is known. */
static size_t said_ago(const struct talk *talk, struct span text)
{
	size_t ago = 1;

	while (ago <= talk->n_turns && !begins(talk->turns[talk->n_turns - ago].npc, text))
		ago++;
	return ago;
}

/* Adds the one that was not said for longest; of equals the next, counted from `turn`. */
static void choose(const Mudlark__AiAsk *ask, const struct talk *talk, struct choice c,
		   uint64_t turn, struct buf *out)
{
	struct buf line = { 0 }, best = { 0 };
	size_t most = 0;

	for (size_t i = 0; i < c.n; i++) {
		size_t ago;

		buf_reset(&line);
		fill(ask, line_of(&c, (size_t)((turn + i) % c.n)), &line);
		ago = line.n ? said_ago(talk, buf_span(&line)) : 0;
		if (ago > most) {
			most = ago;
			buf_reset(&best);
			buf_add(&best, buf_p(&line), line.n);
		}
	}
	buf_add(out, buf_p(&best), best.n);
	buf_done(&line);
	buf_done(&best);
}

/* Looks for a word as it is written in a text: "the lamps" for lamp, "Tom" for tom. */
static bool as_written(struct span text, struct span word, struct buf *out)
{
	struct span before = { "", 0 };
	struct fold want;
	bool found = false;

	fold_init(&want, word, 0);
	while (text.n && want.n == 1 && !found) {
		const struct span raw = text_word(&text);
		struct fold have;

		fold_init(&have, raw, 0);
		if (have.n == 1 && fold_same(have.words[0], want.words[0])) {
			const bool name = raw.p[0] >= 'A' && raw.p[0] <= 'Z' && before.n &&
					  !strchr(".!?\"", before.p[before.n - 1]);

			found = true;
			if (name)
				buf_add(out, raw.p, have.words[0].n);
			else if (text_eq_fold(before, SPAN("the")))
				buf_addf(out, "the %.*s", (int)have.words[0].n, have.words[0].p);
			else
				found = false;
		}
		before = raw;
		fold_done(&have);
	}
	fold_done(&want);
	return found;
}

/* How a topic is called in a hint. */
static void call_it(const Mudlark__AiTopic *t, struct buf *out)
{
	const struct span word = text_of(t->words[0]);

	for (size_t i = 0; i < t->n_lines; i++) {
		if (as_written(bytes_of(&t->lines[i]), word, out))
			return;
	}
	if (as_written(bytes_of(&t->fact), word, out))
		return;
	/* Words are lower case, and one of them never is. */
	for (size_t i = 0; i < word.n; i++) {
		const bool alone = (!i || word.p[i - 1] == ' ') &&
				   (i + 1 == word.n || strchr(" '", word.p[i + 1]));

		buf_addc(out, word.p[i] == 'i' && alone ? 'I' : word.p[i]);
	}
}

/* Of whoever is asked: not everybody begins with the same line. */
static uint64_t own_number(const Mudlark__AiView *v)
{
	uint64_t sum = 0;

	for (const char *p = v->npc; *p; p++)
		sum = sum * 31 + (unsigned char)*p;
	return sum;
}

/* Adds what else could be asked about, if there is anything. */
static void hint(const Mudlark__AiAsk *ask, const struct talk *talk, const Mudlark__AiTopic *but,
		 struct buf *out)
{
	const Mudlark__AiView *v = ask->view;

	for (size_t i = 0; i < v->n_topics; i++) {
		const Mudlark__AiTopic *t = v->topics[(i + talk->count) % v->n_topics];
		struct buf name = { 0 };

		if (t == but || t->small || t->unhinted || !t->n_words || talk_told(talk, t->key))
			continue;
		call_it(t, &name);
		if (topic_find(v, buf_span(&name)) == t) {
			const char *form = hints[(talk->count + own_number(v)) % ARRAY_LEN(hints)];
			const char *gap = strstr(form, "%s");

			if (out->n)
				buf_addc(out, ' ');
			buf_add(out, form, (size_t)(gap - form));
			text_clean(out, buf_span(&name));
			buf_adds(out, gap + 2);
			buf_done(&name);
			return;
		}
		buf_done(&name);
	}
}

/* The sentence with which a line begins. */
static struct span beginning(struct span line)
{
	for (size_t i = 24; i + 1 < line.n; i++) {
		if (line.p[i] && strchr(".!?", line.p[i]) && line.p[i + 1] == ' ')
			return (struct span){ line.p, i + 1 };
	}
	return line;
}

static void tell(const Mudlark__AiAsk *ask, const struct talk *talk, const Mudlark__AiTopic *t,
		 struct buf *out)
{
	const struct choice lines = pack_or(t->lines, t->n_lines, NULL, 0);
	const size_t n = lines.n ? lines.n : 1;
	const uint64_t told = talk_told(talk, t->key), again = told >= n ? told - n : 0;
	const struct span line =
		lines.n ? line_of(&lines, (size_t)((told < n ? told : again / 2) % n))
			: bytes_of(&t->fact);
	const struct choice sorry = { exhausted, NULL, ARRAY_LEN(exhausted) };

	if (t->small && lines.n) {
		fill(ask, line_of(&lines, (size_t)((told + own_number(ask->view)) % n)), out);
	} else if (told < n || t->small) {
		fill(ask, line, out);
	} else if (again % 2 == 0) {
		buf_adds(out, repeats[again / 2 % ARRAY_LEN(repeats)]);
		buf_addc(out, ' ');
		fill(ask, beginning(line), out);
	} else {
		choose(ask, talk, sorry, again / 2, out);
		hint(ask, talk, t, out);
	}
}

static bool is_hinted(struct span line)
{
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		const struct span form = { hints[i], (size_t)(strstr(hints[i], "%s") - hints[i]) };

		for (size_t at = 0; at + form.n <= line.n; at++)
			if (begins((struct span){ line.p + at, line.n - at }, form))
				return true;
	}
	return false;
}

/* Was there a hint in the last two answers to what touched nothing? */
static bool was_hinted(const struct talk *talk)
{
	unsigned lost = 0;

	for (size_t i = talk->n_turns; i > 0 && lost < 2; i--) {
		const struct talk_turn *turn = &talk->turns[i - 1];

		if (turn->topic.n || !turn->player.n)
			continue;
		if (is_hinted(turn->npc))
			return true;
		lost++;
	}
	return false;
}

static void shrug(const Mudlark__AiAsk *ask, const struct talk *talk, struct buf *out)
{
	const struct choice shrugs =
		pack_or(ask->view->shrugs, ask->view->n_shrugs, no_shrugs, ARRAY_LEN(no_shrugs));
	const size_t before = out->n;

	choose(ask, talk, shrugs, talk->count, out);
	if (out->n == before)
		buf_adds(out, no_shrugs[talk->count % ARRAY_LEN(no_shrugs)]);
}

static void greet(const Mudlark__AiAsk *ask, const struct talk *talk, struct buf *out)
{
	const struct choice greets =
		pack_or(ask->view->greets, ask->view->n_greets, hellos, ARRAY_LEN(hellos));

	choose(ask, talk, greets, talk->count ? talk->count : ask->view->met, out);
}

static bool says_hello(struct span words)
{
	static const char *const forms[] = { "hello",	 "hi",		 "hail",
					     "hey",	 "greetings",	 "hullo",
					     "good day", "good morning", "good evening" };
	bool found = false;
	struct fold said;

	fold_init(&said, words, 0);
	for (size_t i = 0; i < ARRAY_LEN(forms) && !found; i++) {
		struct fold form;

		fold_init(&form, text_of(forms[i]), 0);
		found = said.n <= form.n + 2 && fold_find(&said, &form, 0) == 0 && said.n;
		fold_done(&form);
	}
	fold_done(&said);
	return found;
}

void scripted_answer(const Mudlark__AiAsk *ask, const struct talk *talk,
		     const Mudlark__AiTopic *topic, struct buf *out)
{
	const struct span said = bytes_of(&ask->text);
	const struct choice sorry = { refusals, NULL, ARRAY_LEN(refusals) };
	const size_t before = out->n;

	if (ask->kind == MUDLARK__AI_ASK__KIND__GREET) {
		greet(ask, talk, out);
	} else if (topic && !topic->small) {
		tell(ask, talk, topic, out);
	} else if (topic_is_avoided(ask->view, said)) {
		choose(ask, talk, sorry, talk->count, out);
	} else if (topic) {
		tell(ask, talk, topic, out);
	} else if (says_hello(said)) {
		greet(ask, talk, out);
	} else {
		shrug(ask, talk, out);
		if (!was_hinted(talk))
			hint(ask, talk, NULL, out);
	}
	if (out->n == before)
		shrug(ask, talk, out);
}
