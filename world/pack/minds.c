/*
 * minds.c - how the people of a pack talk: `mind` of an npc, `smalltalk`.
 *
 * Who is told what has bounds: lines are cut by whoever says them, and a model is told all of a mind.
 */
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/loader.h"

enum {
	LINE_BYTES = 300, /* what is said is cut there */
	LISTS_MAX = 16,
	PERSONA_BYTES = 1500,
	STYLE_BYTES = 500,
	KNOWS_MAX = 24,
	KNOWS_BYTES = 200,
	FACT_BYTES = 400,
	WORD_BYTES = 40,
	MIND_BYTES = 18 * 1024 /* of one mind with the small talk: a model is told all of it */
};

/* What is filled in by whoever says a line. */
static const char *const greet_blanks[] = { "name", NULL };
static const char *const line_blanks[] = { "name", "place", "time", "weather", NULL };
static const char *const no_blanks[] = { NULL };

struct mind_form {
	struct pack_mind mind;
	const struct yaml_node *topics, *gives;
};

#define MIND(member) offsetof(struct mind_form, mind.member)
#define MIND_LINES(name_, member, n_member, choices_, required)                                    \
	{                                                                                          \
		.name = name_, .kind = FIELD_SPOKEN, .is_required = required,                      \
		.offset = MIND(member), .offset_n = MIND(n_member), .min = 1, .max = LISTS_MAX,    \
		.bytes = LINE_BYTES, .choices = choices_                                           \
	}

static const struct field mind_fields[] = {
	{ .name = "persona",
	  .kind = FIELD_PLAIN,
	  .is_required = true,
	  .offset = MIND(persona),
	  .bytes = PERSONA_BYTES },
	FIELD_SHORT("style", FIELD_PLAIN, MIND(style), STYLE_BYTES),
	{ .name = "knows",
	  .kind = FIELD_PLAINS,
	  .offset = MIND(knows),
	  .offset_n = MIND(n_knows),
	  .max = KNOWS_MAX,
	  .bytes = KNOWS_BYTES },
	{ .name = "avoids",
	  .kind = FIELD_PLAINS,
	  .offset = MIND(avoids),
	  .offset_n = MIND(n_avoids),
	  .max = LISTS_MAX,
	  .bytes = WORD_BYTES },
	MIND_LINES("greets", greets, n_greets, greet_blanks, true),
	MIND_LINES("again", again, n_again, greet_blanks, false),
	MIND_LINES("shrugs", shrugs, n_shrugs, no_blanks, true),
	{ .name = "thinks",
	  .kind = FIELD_LINES,
	  .offset = MIND(thinks),
	  .offset_n = MIND(n_thinks),
	  .max = LISTS_MAX,
	  .bytes = LINE_BYTES },
	FIELD_NAMED("may", FIELD_FLAGS, MIND(may), pack_verb_names),
	FIELD("gives", FIELD_NODE, offsetof(struct mind_form, gives)),
	FIELD("topics", FIELD_NODE, offsetof(struct mind_form, topics)),
};

struct topic_form {
	struct pack_topic topic;
	const struct yaml_node *when, *offers, *gives;
};

#define TOPIC(member) offsetof(struct topic_form, topic.member)

/* Those of small talk are the first of them. */
static const struct field topic_fields[] = {
	{ .name = "words",
	  .kind = FIELD_PLAINS,
	  .is_required = true,
	  .offset = TOPIC(words),
	  .offset_n = TOPIC(n_words),
	  .min = 1,
	  .max = LISTS_MAX,
	  .bytes = WORD_BYTES },
	{ .name = "says",
	  .kind = FIELD_SPOKEN,
	  .is_required = true,
	  .offset = TOPIC(lines),
	  .offset_n = TOPIC(n_lines),
	  .min = 1,
	  .max = LISTS_MAX,
	  .bytes = LINE_BYTES,
	  .choices = line_blanks },
	FIELD_SHORT("fact", FIELD_PLAIN, TOPIC(fact), FACT_BYTES),
	FIELD("when", FIELD_NODE, offsetof(struct topic_form, when)),
	FIELD("marks", FIELD_BOOL, TOPIC(marks)),
	FIELD("hint", FIELD_BOOL, TOPIC(hint)),
	FIELD_CHANGES("regard", TOPIC(regard), PACK_REGARD_MAX),
	FIELD("offers", FIELD_NODE, offsetof(struct topic_form, offers)),
	FIELD("gives", FIELD_NODE, offsetof(struct topic_form, gives)),
};

enum { SMALLTALK_FIELDS = 2 };

struct gift_form {
	const struct yaml_node *item, *when;
};

static const struct field gift_fields[] = {
	FIELD_REQUIRED("item", FIELD_NODE, offsetof(struct gift_form, item)),
	FIELD("when", FIELD_NODE, offsetof(struct gift_form, when)),
};

static void check_word(struct pack_loader *l, const struct yaml_node *node)
{
	bool is_upper = false, is_word = false;

	for (size_t i = 0; i < node->text.n; i++) {
		const unsigned char c = (unsigned char)node->text.p[i];

		/* Dashes, dots and quotes of Unicode; texts end with a NUL. */
		if (!strncmp(node->text.p + i, "\xe2\x80", 2)) {
			i += 2;
			continue;
		}
		is_upper |= c >= 'A' && c <= 'Z';
		is_word |= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
	}
	if (is_upper)
		mistake_at(&l->mistakes, node, "`%.60s` must be lower case", node->text.p);
	else if (!is_word)
		mistake_at(&l->mistakes, node, "`%.60s` has no letter and no digit: nobody says it",
			   node->text.p);
}

static void check_words(struct pack_loader *l, const struct yaml_node *list)
{
	if (!list || list->kind != YAML_LIST)
		return;
	for (const struct yaml_node *c = list->first; c; c = c->next)
		if (c->kind == YAML_TEXT)
			check_word(l, c);
}

/* The members of a map that can be keys; others are mistakes. */
static bool has_key(struct pack_loader *l, const struct yaml_node *node)
{
	if (field_is_key(node->key->text))
		return true;
	mistake_at(&l->mistakes, node->key,
		   "`%.60s` cannot be a key: lower case letters, digits and _", node->key->text.p);
	return false;
}

/* One of those that this mind gives; NULL after a mistake. */
static const struct pack_item *find_gift(struct pack_loader *l, const struct pack_mind *mind,
					 const struct yaml_node *node)
{
	const struct pack_item *item = loader_find(l, SECTION_ITEMS, node);

	for (size_t i = 0; item && i < mind->n_gifts; i++)
		if (mind->gifts[i].item == item)
			return item;
	if (item)
		mistake_at(&l->mistakes, node,
			   "`%.60s` is handed over with a topic: it must be among the `gives` of "
			   "its mind",
			   item->key);
	return NULL;
}

/* `mind` is NULL for small talk, which gives nothing. */
static void read_topic(struct pack_loader *l, const struct yaml_node *node, const char *what,
		       size_t n_fields, const struct pack_mind *mind, struct pack_topic *ret)
{
	struct topic_form form = { .topic = { .key = node->key->text.p, .hint = mind != NULL } };

	fields_read(l, node, what, topic_fields, n_fields, &form);
	if (node->kind == YAML_MAP)
		check_words(l, yaml_get(node, "words"));
	if (form.offers)
		form.topic.offers = loader_find(l, SECTION_ERRANDS, form.offers);
	if (form.gives)
		form.topic.gives = find_gift(l, mind, form.gives);
	*ret = form.topic;
	if (form.when)
		when_later(l, form.when, &ret->when);
}

static void read_topics(struct pack_loader *l, const struct yaml_node *map, const char *npc,
			struct pack_mind *mind)
{
	struct pack_topic *topics;
	char *path;

	if (!field_is(l, map, YAML_MAP, "topics"))
		return;
	topics = arena_alloc(l->arena, map->n * sizeof(*topics) + 1);
	for (const struct yaml_node *c = map->first; c; c = c->next) {
		struct pack_topic *topic = &topics[mind->n_topics];

		if (!has_key(l, c))
			continue;
		read_topic(l, c, "a topic", ARRAY_LEN(topic_fields), mind, topic);
		path = arena_printf(l->arena, "%s/%s", npc, topic->key);
		strmap_put(&l->topics, (struct span){ path, strlen(path) }, topic);
		mind->n_topics++;
	}
	mind->topics = topics;
}

static void read_gifts(struct pack_loader *l, const struct yaml_node *list, struct pack_mind *mind)
{
	struct pack_gift *gifts;

	if (!field_is(l, list, YAML_LIST, "gives"))
		return;
	if (list->n > PACK_GIFTS_MAX)
		mistake_at(&l->mistakes, list->key, "`gives` has %u entries: it takes %u at most",
			   list->n, (unsigned)PACK_GIFTS_MAX);
	gifts = arena_alloc(l->arena, list->n * sizeof(*gifts) + 1);
	for (const struct yaml_node *c = list->first; c; c = c->next) {
		struct pack_gift *gift = &gifts[mind->n_gifts];
		struct gift_form form = { 0 };

		fields_read(l, c, "a gift", gift_fields, ARRAY_LEN(gift_fields), &form);
		if (!form.item)
			continue;
		*gift = (struct pack_gift){ .item = loader_find(l, SECTION_ITEMS, form.item) };
		if (form.when)
			when_later(l, form.when, &gift->when);
		mind->n_gifts += gift->item != NULL;
	}
	mind->gifts = gifts;
	if (list->n && !(mind->may & VERB_GIVE))
		mistake_at(&l->mistakes, list->key, "who `gives` something needs `give` in `may`");
}

const struct pack_mind *load_mind(struct pack_loader *l, const struct yaml_node *node,
				  const char *npc)
{
	struct pack_mind *mind = arena_alloc(l->arena, sizeof(*mind));
	struct mind_form form = { 0 };

	fields_read(l, node, "a mind", mind_fields, ARRAY_LEN(mind_fields), &form);
	if (node->kind != YAML_MAP)
		return NULL;
	check_words(l, yaml_get(node, "avoids"));
	*mind = form.mind;
	if (!yaml_get(node, "may"))
		mind->may = VERB_SAY | VERB_EMOTE;
	if (form.gives)
		read_gifts(l, form.gives, mind);
	if (form.topics)
		read_topics(l, form.topics, npc, mind);
	return mind;
}

void load_smalltalk(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_SMALLTALK];
	struct pack_topic *topics = r->list;

	for (size_t i = 0; i < r->n; i++)
		read_topic(l, r->nodes[i], "a topic of small talk", SMALLTALK_FIELDS, NULL,
			   &topics[i]);
}

static size_t bytes_of(const char *const *lines, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += strlen(lines[i]);
	return bytes;
}

static size_t topic_bytes(const struct pack_topic *topics, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += bytes_of(topics[i].words, topics[i].n_words) +
			 bytes_of(topics[i].lines, topics[i].n_lines) +
			 (topics[i].fact ? strlen(topics[i].fact) : 0);
	return bytes;
}

static void check_mind(struct pack_loader *l, const struct yaml_node *node,
		       const struct pack_mind *mind, const struct records *small)
{
	size_t bytes = topic_bytes(small->list, small->n) + strlen(mind->persona);

	if (mind->n_topics + small->n > PACK_TOPICS_MAX)
		mistake_at(&l->mistakes, node->key,
			   "with the small talk this mind has %zu topics, of %u at most",
			   mind->n_topics + small->n, (unsigned)PACK_TOPICS_MAX);
	bytes += (mind->style ? strlen(mind->style) : 0) + bytes_of(mind->knows, mind->n_knows) +
		 bytes_of(mind->greets, mind->n_greets) + bytes_of(mind->shrugs, mind->n_shrugs) +
		 topic_bytes(mind->topics, mind->n_topics);
	if (bytes > MIND_BYTES)
		mistake_at(&l->mistakes, node->key,
			   "with the small talk this mind has %zu bytes, of %u at most", bytes,
			   (unsigned)MIND_BYTES);
}

static bool have_words(const struct pack_topic *a, const struct pack_topic *b)
{
	for (size_t i = 0; i < b->n_words; i++) {
		size_t k = 0;

		while (k < a->n_words && strcmp(a->words[k], b->words[i]) != 0)
			k++;
		if (k == a->n_words)
			return false;
	}
	return true;
}

/* Of two that fit as well the first is told. */
static void check_hidden(struct pack_loader *l, const struct yaml_node *topics,
			 const struct pack_mind *mind, size_t at)
{
	const struct pack_topic *later = &mind->topics[at];

	for (size_t i = 0; i < at; i++) {
		const struct pack_topic *t = &mind->topics[i];

		if (t->when || !have_words(t, later) || !have_words(later, t))
			continue;
		mistake_at(&l->mistakes, yaml_get(yaml_get(topics, later->key), "words"),
			   "`%s` is never told: `%s` has the same words and no condition",
			   later->key, t->key);
		return;
	}
}

void check_minds(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_NPCS];
	const struct records *small = &l->sections[SECTION_SMALLTALK];
	const struct pack_npc *npcs = r->list;

	if (l->is_partial || l->mistakes.all)
		return;
	for (size_t i = 0; i < r->n; i++) {
		const struct yaml_node *node = yaml_get(r->nodes[i], "mind");
		const struct pack_mind *mind = npcs[i].mind;

		if (!mind)
			continue;
		check_mind(l, node, mind, small);
		for (size_t k = 1; k < mind->n_topics; k++)
			check_hidden(l, yaml_get(node, "topics"), mind, k);
	}
}
