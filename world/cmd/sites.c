/*
 * sites.c - `@sites`: from where people are connected, by what and at which gateway, and who may not.
 *
 * Sessions of one address that came the same way at the same gateway are one line.
 */
#include <string.h>
#include "rt/map.h"
#include "rt/text.h"
#include "world/cmd/ban.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/outbox.h"
#include "world/session.h"

enum { LINES_SHOWN = 100, NAMES_SHOWN = 5 };

struct line {
	const struct session *first;
	size_t n, n_names;
	struct ent names[NAMES_SHOWN];
};

struct list {
	struct line lines[LINES_SHOWN];
	size_t n, n_all, n_sessions;
	struct strmap by_way; /* to the line; of one that is not shown: to n_all */
};

static const char *gateway_of(const struct world *w, const struct session *s)
{
	return s->state == SESSION_PARKED || s->state == SESSION_DETACHED
		       ? "away"
		       : sites_gateway(w, outbox_instance(w, s->gateway));
}

static struct line *line_of(const struct world *w, struct list *l, const struct session *s)
{
	struct buf key = { 0 };
	void *hidden = &l->n_all, *found;

	buf_addf(&key, "%s %s %s", s->peer ? s->peer : "", s->origin.via, gateway_of(w, s));
	found = strmap_get(&l->by_way, buf_span(&key));
	if (!found) {
		found = l->n < LINES_SHOWN ? (void *)&l->lines[l->n++] : hidden;
		strmap_put(&l->by_way, buf_span(&key), found);
		l->n_all++;
		if (found != hidden)
			*(struct line *)found = (struct line){ .first = s };
	}
	buf_done(&key);
	return found == hidden ? NULL : found;
}

static void take(const struct world *w, struct list *l, const struct session *s)
{
	struct line *line = line_of(w, l, s);

	l->n_sessions++;
	if (!line)
		return;
	line->n++;
	if (player_get(w, s->actor) && line->n_names < NAMES_SHOWN)
		line->names[line->n_names++] = s->actor;
}

static void show_line(const struct world *w, const struct line *line, struct buf *out)
{
	const struct session *s = line->first;

	buf_addf(out, "  %-15s  %-7s  %s", s->peer ? s->peer : "-", s->origin.via,
		 gateway_of(w, s));
	for (size_t i = 0; i < line->n_names; i++)
		buf_addf(out, "%s{player}%s{/}", i ? ", " : "  ", name_of(w, line->names[i]));
	if (line->n > 1)
		buf_addf(out, "%s%zu connections", line->n_names ? "; " : "  ", line->n);
	else if (!line->n_names)
		buf_adds(out, "  logging in");
	buf_addc(out, '\n');
}

static void show_connections(struct world *w, const struct cidr *within, struct buf *out)
{
	struct list *l = arena_alloc(&w->scratch, sizeof(*l));

	memset(l, 0, sizeof(*l));
	strmap_init(&l->by_way, NULL);
	for (const struct session *s = session_next(w, NULL); s; s = session_next(w, s))
		if (!within || (s->origin.has_address && cidr_has(within, &s->origin.address)))
			take(w, l, s);
	buf_adds(out, "{title}Connected{/}\n");
	for (size_t i = 0; i < l->n; i++)
		show_line(w, &l->lines[i], out);
	if (l->n_all > l->n)
		buf_addf(out, "  and %zu more lines; {bold}@sites NETWORK{/} shows a part\n",
			 l->n_all - l->n);
	buf_addf(out, l->n_sessions == 1 ? "One connection.\n" : "%zu connections.\n",
		 l->n_sessions);
	strmap_done(&l->by_way);
}

static void show_ban(const struct site *s, struct buf *out)
{
	buf_adds(out, "  ");
	sites_name(s, out);
	buf_adds(out, s->until_ms ? "  until " : "  until it is lifted");
	if (s->until_ms)
		sites_date(s->until_ms, out);
	buf_addf(out, "  by %s", s->by);
	if (*s->why) {
		buf_adds(out, ": ");
		say_escape(out, (struct span){ s->why, strlen(s->why) });
	}
	buf_addc(out, '\n');
}

static bool is_asked(const struct cidr *within, const struct site *s)
{
	return !within ||
	       (s->kind == SITE_NET && (cidr_has(within, &s->net) || cidr_has(&s->net, within)));
}

static void show_bans(const struct world *w, const struct cidr *within, struct buf *out)
{
	size_t n = 0;

	buf_adds(out, "{title}Banned{/}\n");
	for (const struct site *s = sites_next(w, NULL); s; s = sites_next(w, s)) {
		if (!is_asked(within, s))
			continue;
		if (n++ < LINES_SHOWN)
			show_ban(s, out);
	}
	if (n > LINES_SHOWN)
		buf_addf(out, "  and %zu more\n", n - LINES_SHOWN);
	buf_adds(out, n ? "Use {bold}@unban{/} to lift one." : "Nobody.");
}

static void run(const struct cmd_call *c)
{
	struct buf asked = { 0 }, *out;
	struct cidr within;

	if (c->args.n && !cidr_parse(c->args, &within)) {
		cmd_usage(c);
		return;
	}
	json_quote(&asked, c->args);
	event_emit(c->w, FACT_SITE_LISTED, c->actor, "\"by\":\"%s\",\"asked\":%.*s",
		   name_of(c->w, c->actor), (int)asked.n, buf_p(&asked));
	buf_done(&asked);
	out = say_begin(c->w, c->actor);
	show_connections(c->w, c->args.n ? &within : NULL, out);
	show_bans(c->w, c->args.n ? &within : NULL, out);
	say_end(c->w);
}

const struct cmd cmd_sites = {
	.name = "@sites",
	.usage = "@sites [NETWORK]",
	.help = "Shows from where people are connected, how (telnet, telnets, ws, wss) and at "
		"which "
		"gateway, and who is banned, by whom and until when. With a network "
		"(203.0.113.0/24) "
		"only what concerns it.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.is_whole = true,
	.run = run,
};
