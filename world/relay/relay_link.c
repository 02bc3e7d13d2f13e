/*
 * relay_link.c - who outside is which character here: links, and the codes that make them.
 *
 * A code is typed outside by who got it in the game, so it shows that the two are one person.  It comes
 * of the world's random stream by a one-way function, so that codes one has seen tell nothing of others.  Who
 * types wrong ones is not listened to for a while, each identity by itself; nobody can shut the others out.
 */
#include "world/relay/relay_inner.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/person.h"
#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/core/timer.h"

#define LINKS "relay.links"
#define CODES "relay.codes"

enum {
	CODE_CHARS = 12, /* 60 bits: a crowd that tries for years has no chance */
	CODE_GROUP = 4,
	KEY_BYTES = 17,
	NAME_BYTES = PERSON_NAME_MAX + 1,
	TRIES = 64,
	TRIES_OF_ONE = 5 /* wrong codes of an identity, in RELAY_CODE_S */
};

struct code {
	uint64_t character, until; /* tick */
	char text[CODE_CHARS + 1];
	char name[NAME_BYTES]; /* of the character, which may have left when the code is typed */
};

struct tries {
	uint64_t who, until;
	unsigned n;
};

struct relay_link_table {
	struct relay_link **v; /* in order of being made */
	size_t n, cap;
	struct strmap by_identity;
	struct code codes[RELAY_CODES];
	size_t n_codes;
	struct tries tries[TRIES];
};

struct relay_link_table *relay_links_new(void)
{
	static const uint8_t key[16] = "mudlark links";
	struct relay_link_table *t = base_alloc(1, sizeof(*t));

	strmap_init(&t->by_identity, key);
	return t;
}

static void free_link(struct relay_link *l)
{
	free(l->identity);
	free(l->name);
	free(l);
}

void relay_links_free(struct relay_link_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free_link(t->v[i]);
	free(t->v);
	strmap_done(&t->by_identity);
	free(t);
}

/* ---- links ---- */

const struct relay_link *relay_link_find(const struct world *w, struct span identity)
{
	return strmap_get(&w->relay->links->by_identity, identity);
}

static void document_key(const struct relay_link *l, char ret[KEY_BYTES])
{
	(void)snprintf(ret, KEY_BYTES, "%016" PRIx64, relay_hash(relay_span(l->identity)));
}

static void store(struct world *w, const struct relay_link *l)
{
	struct buf body = { 0 };
	char key[KEY_BYTES];

	document_key(l, key);
	buf_adds(&body, "{\"identity\":");
	json_quote(&body, relay_span(l->identity));
	buf_addf(&body, ",\"character\":\"%016" PRIx64 "\",\"name\":", l->character);
	json_quote(&body, relay_span(l->name));
	buf_addc(&body, '}');
	world_document(w, LINKS, key, buf_span(&body));
	buf_done(&body);
}

static const struct relay_link *add(struct relay_link_table *t, struct span identity,
				    uint64_t character, struct span name)
{
	struct relay_link *l = base_alloc(1, sizeof(*l));

	l->identity = base_dup(identity.p, identity.n);
	l->name = base_dup(name.p, name.n);
	l->character = character;
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->v = base_realloc(t->v, t->cap, sizeof(struct relay_link *));
	}
	t->v[t->n++] = l;
	(void)strmap_put(&t->by_identity, identity, l);
	return l;
}

static void end_at(struct world *w, size_t i)
{
	struct relay_link_table *t = w->relay->links;
	struct relay_link *l = t->v[i];
	char key[KEY_BYTES];

	document_key(l, key);
	world_document(w, LINKS, key, SPAN(""));
	(void)strmap_del(&t->by_identity, relay_span(l->identity));
	free_link(l);
	t->n--;
	memmove(&t->v[i], &t->v[i + 1], (t->n - i) * sizeof(struct relay_link *));
}

bool relay_link_end(struct world *w, struct span identity)
{
	const struct relay_link *l = relay_link_find(w, identity);
	size_t i = 0;

	if (!l)
		return false;
	while (w->relay->links->v[i] != l)
		i++;
	end_at(w, i);
	return true;
}

bool relay_link_is_loose(const struct relay_link *l)
{
	return strchr(l->identity, '!') != NULL;
}

static struct span up_to_slash(struct span *rest)
{
	const char *slash = memchr(rest->p, '/', rest->n);
	const struct span part = { rest->p, slash ? (size_t)(slash - rest->p) : rest->n };
	const size_t skip = part.n + (slash != NULL);

	*rest = (struct span){ rest->p + skip, rest->n - skip };
	return part;
}

/* "the account ana on irc, libera"; "joe!~j@host on irc, libera"; "user 123 on discord". */
static void add_words(const struct relay_link *l, struct buf *out)
{
	struct span rest = relay_span(l->identity), bridge = up_to_slash(&rest), place;
	const bool has_place = memchr(rest.p, '/', rest.n) != NULL;
	const struct span account = SPAN("account:");

	place = has_place ? up_to_slash(&rest) : SPAN("");
	if (rest.n > account.n && !memcmp(rest.p, account.p, account.n)) {
		buf_adds(out, "the account ");
		rest = (struct span){ rest.p + account.n, rest.n - account.n };
	} else if (!relay_link_is_loose(l)) {
		buf_adds(out, "user ");
	}
	say_escape(out, rest);
	buf_adds(out, " on ");
	say_escape(out, bridge);
	buf_adds(out, place.n ? ", " : "");
	say_escape(out, place);
	if (relay_link_is_loose(l))
		buf_adds(out, ", as long as that address stays the same");
}

size_t relay_linked(const struct world *w, uint64_t character, struct buf *out)
{
	const struct relay_link_table *t = w->relay->links;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i]->character != character)
			continue;
		buf_adds(out, n++ ? "\n  " : "  ");
		add_words(t->v[i], out);
		buf_adds(out, "  {dim}");
		say_escape(out, relay_span(t->v[i]->identity));
		buf_adds(out, "{/}");
	}
	return n;
}

bool relay_unlink(struct world *w, uint64_t character, struct span identity)
{
	const struct relay_link_table *t = w->relay->links;
	bool any = false;

	for (size_t i = t->n; i-- > 0;) {
		if (t->v[i]->character != character ||
		    (identity.n && !text_eq_fold(relay_span(t->v[i]->identity), identity)))
			continue;
		end_at(w, i);
		any = true;
	}
	return any;
}

/* ---- codes ---- */

static void code_key(uint64_t character, char ret[KEY_BYTES])
{
	(void)snprintf(ret, KEY_BYTES, "%016" PRIx64, character);
}

static void drop_code(struct world *w, size_t i)
{
	struct relay_link_table *t = w->relay->links;
	char key[KEY_BYTES];

	code_key(t->codes[i].character, key);
	world_document(w, CODES, key, SPAN(""));
	t->n_codes--;
	memmove(&t->codes[i], &t->codes[i + 1], (t->n_codes - i) * sizeof(*t->codes));
}

static void drop_code_of(struct world *w, uint64_t character)
{
	for (size_t i = w->relay->links->n_codes; i-- > 0;)
		if (w->relay->links->codes[i].character == character)
			drop_code(w, i);
}

void relay_links_tick(struct world *w)
{
	for (size_t i = w->relay->links->n_codes; i-- > 0;)
		if (w->relay->links->codes[i].until <= w->tick)
			drop_code(w, i);
}

static void make_code(struct world *w, char text[CODE_CHARS + 1])
{
	static const char alphabet[32] =
		"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* none looks like another */
	uint64_t key[2], value;

	key[0] = world_random(w, UINT64_MAX);
	key[1] = world_random(w, UINT64_MAX);
	value = map_siphash((const uint8_t *)key, "code", 4);
	for (int i = 0; i < CODE_CHARS; i++, value /= sizeof(alphabet))
		text[i] = alphabet[value % sizeof(alphabet)];
	text[CODE_CHARS] = '\0';
}

static void store_code(struct world *w, const struct code *c)
{
	struct buf body = { 0 };
	char key[KEY_BYTES];

	code_key(c->character, key);
	buf_addf(&body, "{\"code\":\"%s\",\"until\":%" PRIu64 ",\"name\":", c->text, c->until);
	json_quote(&body, relay_span(c->name));
	buf_addc(&body, '}');
	world_document(w, CODES, key, buf_span(&body));
	buf_done(&body);
}

bool relay_link_code(struct world *w, struct ent player, char ret_code[16])
{
	struct relay_link_table *t = w->relay->links;
	struct code c = { .character = ent_id(w, player),
			  .until = w->tick + timer_seconds(w, RELAY_CODE_S) };
	struct buf list = { 0 };
	const size_t n_links = relay_linked(w, c.character, &list);

	buf_done(&list);
	drop_code_of(w, c.character);
	if (t->n_codes == RELAY_CODES || t->n == RELAY_LINKS || n_links >= RELAY_LINKS_OF)
		return false;
	make_code(w, c.text);
	(void)snprintf(c.name, sizeof(c.name), "%s", name_of(w, player));
	t->codes[t->n_codes++] = c;
	store_code(w, &c);
	(void)snprintf(ret_code, 16, "%.4s-%.4s-%.4s", c.text, c.text + CODE_GROUP,
		       c.text + 2 * (size_t)CODE_GROUP);
	return true;
}

/* Whatever stands between the characters does not count. */
static bool is_code(const struct code *c, struct span typed)
{
	char text[CODE_CHARS + 1] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		if (strchr(" -\"'<>", typed.p[i]))
			continue;
		if (n == CODE_CHARS)
			return false;
		text[n++] = typed.p[i];
	}
	return n && text_eq_fold((struct span){ text, n }, relay_span(c->text));
}

/* ---- wrong ones ---- */

static struct tries *tries_of(struct relay_link_table *t, uint64_t who, uint64_t now)
{
	struct tries *free_one = &t->tries[0];

	for (size_t i = 0; i < TRIES; i++) {
		if (t->tries[i].until > now && t->tries[i].who == who)
			return &t->tries[i];
		if (t->tries[i].until < free_one->until)
			free_one = &t->tries[i];
	}
	*free_one = (struct tries){ .who = who };
	return free_one;
}

static bool is_shut_out(struct relay_link_table *t, uint64_t who, unsigned most, uint64_t now)
{
	for (size_t i = 0; i < TRIES; i++)
		if (t->tries[i].until > now && t->tries[i].who == who)
			return t->tries[i].n >= most;
	return false;
}

static void note_wrong(struct world *w, uint64_t who)
{
	struct tries *t = tries_of(w->relay->links, who, w->tick);

	if (!t->n++)
		t->until = w->tick + timer_seconds(w, RELAY_CODE_S);
}

/* ---- linking ---- */

static const char *link_to(struct world *w, struct span identity, const struct code *c,
			   const struct relay_link **ret)
{
	(void)relay_link_end(w, identity);
	if (w->relay->links->n == RELAY_LINKS)
		return "There is no room for another link.";
	*ret = add(w->relay->links, identity, c->character, relay_span(c->name));
	store(w, *ret);
	return NULL;
}

const char *relay_link_take(struct world *w, struct span identity, struct span code,
			    const struct relay_link **ret)
{
	struct relay_link_table *t = w->relay->links;
	const uint64_t one = relay_hash(identity);

	if (is_shut_out(t, one, TRIES_OF_ONE, w->tick))
		return "There were too many wrong codes. Please try again in ten minutes.";
	for (size_t i = 0; i < t->n_codes; i++) {
		const struct code c = t->codes[i];

		if (c.until <= w->tick || !is_code(&c, code))
			continue;
		drop_code(w, i);
		return link_to(w, identity, &c, ret);
	}
	note_wrong(w, one);
	return "That is not a code that is good now. Type \"link\" in the game for one.";
}

/* ---- stored ---- */

static uint64_t id_of(const char *hex)
{
	return hex ? strtoull(hex, NULL, 16) : 0;
}

void relay_link_load(struct world *w, const Mudlark__DocumentRow *row)
{
	json_t *body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);
	const char *identity = NULL, *character = NULL, *name = NULL;
	struct relay_link_table *t = w->relay->links;

	if (json_unpack(body, "{s:s, s:s, s:s}", "identity", &identity, "character", &character,
			"name", &name) ||
	    t->n == RELAY_LINKS || relay_link_find(w, relay_span(identity))) {
		w->stats.load_troubles++;
		log_error("link_malformed", LOG_STR("key", row->key));
	} else {
		(void)add(t, relay_span(identity), id_of(character), relay_span(name));
	}
	json_decref(body);
}

void relay_code_load(struct world *w, const Mudlark__DocumentRow *row)
{
	json_t *body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);
	struct relay_link_table *t = w->relay->links;
	struct code c = { .character = id_of(row->key) };
	const char *text = NULL, *name = NULL;
	json_int_t until = 0;

	if (json_unpack(body, "{s:s, s:I, s:s}", "code", &text, "until", &until, "name", &name) ||
	    !*text || strlen(text) > CODE_CHARS || strlen(name) >= NAME_BYTES ||
	    t->n_codes == RELAY_CODES) {
		w->stats.load_troubles++;
		log_error("code_malformed", LOG_STR("key", row->key));
	} else {
		memcpy(c.text, text, strlen(text) + 1);
		memcpy(c.name, name, strlen(name) + 1);
		c.until = (uint64_t)until;
		t->codes[t->n_codes++] = c;
	}
	json_decref(body);
}

uint64_t relay_links_digest(const struct relay_link_table *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		sum += relay_hash(relay_span(t->v[i]->identity)) ^ t->v[i]->character;
	for (size_t i = 0; i < t->n_codes; i++)
		sum += relay_hash(relay_span(t->codes[i].text)) ^ t->codes[i].until;
	return sum;
}
