/*
 * guard_phrases.c - what only somebody says who is not of the world: a machine that speaks of itself, of its
 * orders, of the game as a game.
 *
 * A phrase is matched word by word; one that ends with * also at the beginning of a longer word.  Letters that
 * stand alone are looked at as one word too ("a s  a n  A I").
 */
#include "aibridge/guard_inner.h"

#include <stdlib.h>
#include <string.h>

static const char *const phrases[] = {
	/* what it is */
	"as an ai",
	"an ai",
	"a i model*",
	"i'm ai",
	"i am ai",
	"im an ai",
	"ai assistant*",
	"ai model*",
	"ai language*",
	"ai system*",
	"ai chatbot*",
	"your ai",
	"chatbot*",
	"language model*",
	"large language*",
	"llm",
	"llms",
	"artificial intelligence",
	"neural network*",
	"machine learning",
	"virtual assistant*",
	"digital assistant*",
	"helpful assistant",
	"i am a bot",
	"i'm a bot",
	"i am a computer*",
	"i'm a computer*",
	"i am a program",
	"i'm just a program",
	"computer program",
	"openai",
	"open ai",
	"chatgpt*",
	"chat gpt*",
	"gpt*",
	"anthropic",
	"i am claude",
	"i'm claude",
	"claude ai",
	"ollama",
	"deepmind",
	"google gemini",
	"mistral ai",
	/* its orders */
	"system prompt*",
	"system message*",
	"system instruction*",
	"my prompt*",
	"the prompt",
	"prompt injection*",
	"my instructions are",
	"my instructions say",
	"my instructions tell",
	"my instructions forbid",
	"my instructions were to",
	"my guidelines",
	"my programming",
	"training data",
	"i was trained on",
	"i am programmed",
	"i'm programmed",
	"i was programmed",
	"knowledge cutoff",
	"knowledge cut off",
	"content polic*",
	"usage polic*",
	"safety guideline*",
	"ethical guideline*",
	"previous instruction*",
	"prior instruction*",
	"above instruction*",
	"ignore all instruction*",
	"developer mode*",
	"debug mode*",
	"god mode*",
	"jailbreak*",
	"jailbroken",
	"dan mode",
	"context window*",
	"tool call*",
	"function call*",
	"api key*",
	/* how such a thing talks */
	"i cannot assist with",
	"i can't assist with",
	"i cannot help with that request",
	"i can't help with that request",
	"i cannot fulfill",
	"i can't fulfill",
	"i cannot comply with",
	"how can i assist you",
	"how may i assist you",
	"i don't have personal",
	"i do not have personal",
	"i don't have feelings",
	"i do not have feelings",
	"is there anything else i can help",
	/* the game as a game, the part as a part */
	"role play*",
	"roleplay*",
	"roleplaying",
	"fictional character*",
	"out of character",
	"break character",
	"breaking character",
	"stay in character",
	"my character",
	"this character",
	"player character*",
	"non player*",
	"npc",
	"npcs",
	"video game*",
	"text game*",
	"text adventure*",
	"game master*",
	"dungeon master*",
	"real life person",
	/* German */
	"als ki",
	"als eine ki",
	"eine ki",
	"ki modell*",
	"ki assistent*",
	"sprachmodell*",
	"k\xc3\xbcnstliche intelligenz",
	"kuenstliche intelligenz",
	"meine anweisungen",
	"meine programmierung",
	"systemanweisung*",
	"systemprompt*",
	/* French */
	"en tant qu'ia",
	"en tant qu'une ia",
	"en tant que mod\xc3\xa8le",
	"une ia",
	"mod\xc3\xa8le de langage",
	"mod\xc3\xa8le de langue",
	"intelligence artificielle",
	"mes instructions",
	/* Spanish, Portuguese, Italian, Catalan */
	"como ia",
	"como una ia",
	"soy una ia",
	"como uma ia",
	"sou uma ia",
	"modelo de lenguaje",
	"modelo de linguagem",
	"inteligencia artificial",
	"mis instrucciones",
	"minhas instru\xc3\xa7\xc3\xb5\x65s",
	"come ia",
	"come un'ia",
	"un'ia",
	"modello linguistico",
	"intelligenza artificiale",
	"le mie istruzioni",
	/* Dutch, the North, Polish, Turkish */
	"als ai",
	"een ai",
	"taalmodel*",
	"kunstmatige intelligentie",
	"spr\xc3\xa5kmodell*",
	"sprogmodel*",
	"artificiell intelligens",
	"kunstig intelligens",
	"model j\xc4\x99zykowy",
	"sztuczna inteligencja",
	"yapay zeka*",
	"dil modeli*",
	/* Russian, Ukrainian */
	"\xd1\x8f\xd0\xb7\xd1\x8b\xd0\xba\xd0\xbe\xd0\xb2\xd0\xb0\xd1\x8f "
	"\xd0\xbc\xd0\xbe\xd0\xb4\xd0\xb5\xd0\xbb\xd1\x8c",
	"\xd0\xb8\xd1\x81\xd0\xba\xd1\x83\xd1\x81\xd1\x81\xd1\x82\xd0\xb2\xd0\xb5\xd0\xbd\xd0\xbd"
	"\xd1\x8b\xd0\xb9 "
	"\xd0\xb8\xd0\xbd\xd1\x82\xd0\xb5\xd0\xbb\xd0\xbb\xd0\xb5\xd0\xba\xd1\x82",
	"\xd0\xb8\xd1\x81\xd0\xba\xd1\x83\xd1\x81\xd1\x81\xd1\x82\xd0\xb2\xd0\xb5\xd0\xbd\xd0\xbd"
	"\xd0\xbe\xd0\xb3\xd0\xbe "
	"\xd0\xb8\xd0\xbd\xd1\x82\xd0\xb5\xd0\xbb\xd0\xbb\xd0\xb5\xd0\xba\xd1\x82\xd0\xb0",
	"\xd0\xb8\xd1\x81\xd0\xba\xd1\x83\xd1\x81\xd1\x81\xd1\x82\xd0\xb2\xd0\xb5\xd0\xbd\xd0\xbd"
	"\xd1\x8b\xd0\xbc "
	"\xd0\xb8\xd0\xbd\xd1\x82\xd0\xb5\xd0\xbb\xd0\xbb\xd0\xb5\xd0\xba\xd1\x82\xd0\xbe\xd0\xbc",
	"\xd1\x88\xd1\x82\xd1\x83\xd1\x87\xd0\xbd\xd0\xb8\xd0\xb9 "
	"\xd1\x96\xd0\xbd\xd1\x82\xd0\xb5\xd0\xbb\xd0\xb5\xd0\xba\xd1\x82",
	"\xd0\xba\xd0\xb0\xd0\xba \xd0\xb8\xd0\xb8",
	/* Chinese, Japanese, Korean */
	"\xe8\xaf\xad\xe8\xa8\x80\xe6\xa8\xa1\xe5\x9e\x8b",
	"\xe4\xba\xba\xe5\xb7\xa5\xe6\x99\xba\xe8\x83\xbd",
	"\xe8\xa8\x80\xe8\xaa\x9e\xe3\x83\xa2\xe3\x83\x87\xe3\x83\xab",
	"\xe4\xba\xba\xe5\xb7\xa5\xe7\x9f\xa5\xe8\x83\xbd",
	"ai \xe3\x81\xa8\xe3\x81\x97\xe3\x81\xa6",
	"\xec\x96\xb8\xec\x96\xb4 \xeb\xaa\xa8\xeb\x8d\xb8",
	"\xec\x9d\xb8\xea\xb3\xb5\xec\xa7\x80\xeb\x8a\xa5",
};

enum { CLOSED_MIN = 5 };

static void compile(struct phrase *p, const char *text)
{
	const size_t n = strlen(text);
	const bool open = n && text[n - 1] == '*';
	struct fold f;

	fold_init(&f, (struct span){ text, n }, FOLD_LOOKALIKES);
	buf_add(&p->words, buf_p(&f.text), f.text.n - (open ? 1 : 0));
	for (size_t i = 0; i < f.n; i++)
		buf_add(&p->closed, f.words[i].p, f.words[i].n);
	fold_done(&f);
}

void phrase_list_init(struct phrase_list *l)
{
	l->n = ARRAY_LEN(phrases);
	l->v = base_alloc(l->n, sizeof(*l->v));
	for (size_t i = 0; i < l->n; i++)
		compile(&l->v[i], phrases[i]);
}

void phrase_list_done(struct phrase_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		buf_done(&l->v[i].words);
		buf_done(&l->v[i].closed);
	}
	free(l->v);
	*l = (struct phrase_list){ 0 };
}

static bool has(const struct buf *whole, const struct buf *part)
{
	return part->n && memmem(buf_p(whole), whole->n, buf_p(part), part->n);
}

/* The words again, letters that stand alone in a row as one: " as an ai ". */
static void close_up(const struct fold *said, struct buf *out)
{
	bool single = false;

	for (size_t i = 0; i < said->n; i++) {
		const bool one = said->words[i].n == 1;

		if (!one || !single)
			buf_addc(out, ' ');
		buf_add(out, said->words[i].p, said->words[i].n);
		single = one;
	}
	buf_addc(out, ' ');
}

bool phrase_list_has(const struct phrase_list *l, const struct fold *said)
{
	struct buf closed = { 0 };
	bool found = false;

	close_up(said, &closed);
	for (size_t i = 0; i < l->n && !found; i++) {
		const struct phrase *p = &l->v[i];

		found = has(&said->text, &p->words) || has(&closed, &p->words) ||
			(p->closed.n >= CLOSED_MIN && closed.n != said->text.n &&
			 has(&closed, &p->closed));
	}
	buf_done(&closed);
	return found;
}
