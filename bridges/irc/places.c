/*
 * places.c - see places.h.
 */
#include "bridges/irc/places.h"

#include <stdlib.h>
#include <string.h>

#include "bridges/irc/casemap.h"
#include "bridges/irc/network.h"

static void list_free(char **list)
{
	for (char **s = list; s && *s; s++)
		free(*s);
	free(list);
}

static size_t list_n(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool list_has(char *const *list, const char *s)
{
	for (; list && *list; list++)
		if (!strcmp(*list, s))
			return true;
	return false;
}

static void list_add(char ***list, char *const *more)
{
	for (; more && *more; more++) {
		const size_t n = list_n(*list);

		if (list_has(*list, *more))
			continue;
		*list = base_realloc(*list, n + 2, sizeof(char *));
		(*list)[n] = base_dup(*more, strlen(*more));
		(*list)[n + 1] = NULL;
	}
}

static bool list_is_same(char *const *a, char *const *b)
{
	if (!a || !b)
		return a == b;
	if (list_n(a) != list_n(b))
		return false;
	for (; *a; a++)
		if (!list_has(b, *a))
			return false;
	return true;
}

static void place_done(struct place *p)
{
	free(p->network);
	free(p->name);
	free(p->source);
	free(p->key);
	for (size_t i = 0; i < p->n_in; i++)
		free(p->in[i].channel);
	free(p->in);
	list_free(p->channels);
	list_free(p->boards);
}

void places_done(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		place_done(&p->v[i]);
	free(p->v);
	*p = (struct places){ 0 };
}

/* "NETWORK/#CHANNEL", or "#CHANNEL" of the first. NULL: there is no such network. */
static const struct net_conf *network_of(const struct nets *nets, const char *place,
					 const char **ret_name)
{
	const char *slash = strchr(place, '/');

	*ret_name = place;
	if (strchr("#&+!", place[0]) || !slash)
		return nets->n ? &nets->v[0] : NULL;
	*ret_name = slash + 1;
	return nets_find(nets, (struct span){ place, (size_t)(slash - place) });
}

static char *source_of(const char *network, const char *name)
{
	char folded[CASEMAP_NAME];
	const struct span small =
		casemap_fold(CASEMAP_ASCII, (struct span){ name, strlen(name) }, folded);
	struct buf key = { 0 };
	char *s;

	buf_addf(&key, "irc/%s/%.*s", network, (int)small.n, small.p);
	s = base_dup(buf_p(&key), key.n);
	buf_done(&key);
	return s;
}

static struct place *place_of(struct places *p, const char *network, const char *name)
{
	CLEANUP(base_freep) char *source = source_of(network, name);
	struct place *place;

	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].source, source))
			return &p->v[i];
	p->v = base_realloc(p->v, p->n + 1, sizeof(*p->v));
	place = &p->v[p->n++];
	*place = (struct place){ .network = base_dup(network, strlen(network)),
				 .name = base_dup(name, strlen(name)) };
	place->source = TAKE(source);
	return place;
}

/* What is said there is said on the first channel of a row; of several rows on that of each, but on none twice. */
static void add_in(struct place *p, const struct chart_row *r)
{
	const char *first = r->channels[0];

	if (!first)
		return;
	for (size_t i = 0; i < p->n_in; i++) {
		if (strcmp(p->in[i].channel, first) != 0)
			continue;
		p->in[i].linked_only |= r->linked_only;
		return;
	}
	p->in = base_realloc(p->in, p->n_in + 1, sizeof(*p->in));
	p->in[p->n_in++] = (struct place_in){ base_dup(first, strlen(first)), r->linked_only };
}

/* All channels, or all boards, once one row wants all. */
static void add_list(char ***list, char *const *more, bool wants, bool wanted)
{
	if (!wants || (wanted && !*list))
		return;
	if (list_n(more)) {
		list_add(list, more);
	} else {
		list_free(*list);
		*list = NULL;
	}
}

static void add_out(struct place *p, const struct chart_row *r)
{
	const unsigned boards = LINE(LINE_POSTED) | LINE(LINE_REMOVED);

	add_list(&p->channels, r->channels, r->kinds & LINE(LINE_SAID), p->kinds & LINE(LINE_SAID));
	add_list(&p->boards, r->boards, r->kinds & boards, p->kinds & boards);
	p->kinds |= r->kinds;
}

static int add_row(struct places *p, const struct chart_row *r, const struct nets *nets,
		   struct buf *why)
{
	const char *name, *key = chart_extra(r, "key"), *fault;
	const struct net_conf *net = network_of(nets, r->place, &name);
	struct place *place;

	fault = net ? network_name_fault(name) : "there is no such network";
	if (fault) {
		buf_addf(why, "%s: %s. ", r->place, fault);
		return 1;
	}
	place = place_of(p, net->name, name);
	place->joins |= r->joins;
	if (key && !place->key)
		place->key = base_dup(key, strlen(key));
	if (r->in)
		add_in(place, r);
	if (r->out)
		add_out(place, r);
	return 0;
}

int places_read(struct places *ret, char *const *rows, const struct nets *nets, struct buf *why)
{
	static const char *const extras[] = { "key", NULL };
	struct chart chart = { 0 };
	struct places p = { 0 };
	int wrong = chart_read(&chart, rows, extras, why);

	for (size_t i = 0; !wrong && i < chart.n; i++)
		wrong = add_row(&p, &chart.rows[i], nets, why);
	chart_done(&chart);
	if (wrong)
		places_done(&p);
	else
		*ret = p;
	return wrong;
}

bool place_is_same_out(const struct place *a, const struct place *b)
{
	return a->kinds == b->kinds && list_is_same(a->channels, b->channels) &&
	       list_is_same(a->boards, b->boards);
}

bool place_has_many(const struct place *p)
{
	return (p->kinds & LINE(LINE_SAID)) && list_n(p->channels) != 1;
}
