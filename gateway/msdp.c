/*
 * msdp.c - see msdp.h.  The sets of variables are words of bits, by their place in the table.
 */
#include "gateway/msdp.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "gateway/telnet.h"
#include "rt/text.h"

/* Where a variable comes from: a package and its member ("" is all of it), or ourselves. */
struct var_row {
	const char *name, *package, *member;
	void (*own)(struct buf *out, const struct msdp_turn *turn);
};

static void own_name(struct buf *out, const struct msdp_turn *turn)
{
	struct span name = mssp_value(turn->info, "NAME");

	if (name.n == 0)
		name = SPAN("Mudlark");
	buf_add(out, name.p, name.n);
}

static void own_players(struct buf *out, const struct msdp_turn *turn)
{
	struct span players = mssp_value(turn->info, "PLAYERS");

	buf_add(out, players.p, players.n);
}

static void own_time(struct buf *out, const struct msdp_turn *turn)
{
	time_t t = (time_t)turn->now_s;
	char text[32];
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) > 0)
		buf_adds(out, text);
}

/* clang-format off */
static const struct var_row vars[] = {
	{ "CHARACTER_NAME", "char.name",             "name", NULL },
	{ "TITLE",          "char.status",           "title", NULL },
	{ "ROLE",           "char.status",           "role", NULL },
	{ "HEALTH",         "char.vitals",           "hp", NULL },
	{ "HEALTH_MAX",     "char.vitals",           "maxhp", NULL },
	{ "AFFECTS",        "char.afflictions.list", "", NULL },
	{ "DEFENCES",       "char.defences.list",    "", NULL },
	{ "AREA_NAME",      "room.info",             "area", NULL },
	{ "ROOM_NAME",      "room.info",             "name", NULL },
	{ "ROOM_VNUM",      "room.info",             "num", NULL },
	{ "ROOM_TERRAIN",   "room.info",             "environment", NULL },
	{ "ROOM_EXITS",     "room.info",             "exits", NULL },
	{ "ROOM_PLAYERS",   "room.players",          "", NULL },
	{ "SERVER_ID",      NULL, NULL, own_name },
	{ "SERVER_TIME",    NULL, NULL, own_time },
	{ "PLAYERS",        NULL, NULL, own_players },
};

/* What a client may set. */
static const char *const settings[] = {
	"CLIENT_NAME", "CLIENT_ID", "CHARSET", "UTF_8", "ANSI_COLORS", "XTERM_256_COLORS",
};
/* clang-format on */

enum { VARS = ARRAY_LEN(vars) };

struct msdp {
	uint64_t reported;	 /* told whenever they change */
	uint64_t wanted;	 /* these, and what was asked for once */
	uint64_t due;		 /* asked for, and not known yet */
	struct buf values[VARS]; /* as they go over the wire */
};

static uint64_t bit(size_t row)
{
	return (uint64_t)1 << row;
}

void msdp_free(struct msdp *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < VARS; i++)
		buf_done(&m->values[i]);
	free(m);
}

/* Values */

static void add_bytes(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)s[i] >= 0x20 && s[i] != 0x7f)
			buf_addc(out, s[i]);
}

static void add_value(struct buf *out, const json_t *v, unsigned depth);

static void add_table(struct buf *out, const json_t *object, unsigned depth)
{
	const char *key;
	json_t *member;

	buf_addc(out, MSDP_TABLE_OPEN);
	json_object_foreach((json_t *)(uintptr_t)object, key, member)
	{
		buf_addc(out, MSDP_VAR);
		add_bytes(out, key, strlen(key));
		buf_addc(out, MSDP_VAL);
		add_value(out, member, depth + 1);
	}
	buf_addc(out, MSDP_TABLE_CLOSE);
}

static void add_array(struct buf *out, const json_t *array, unsigned depth)
{
	const json_t *item;
	size_t i;

	buf_addc(out, MSDP_ARRAY_OPEN);
	json_array_foreach(array, i, item)
	{
		buf_addc(out, MSDP_VAL);
		add_value(out, item, depth + 1);
	}
	buf_addc(out, MSDP_ARRAY_CLOSE);
}

/* What is nested too deep is empty. */
static void add_value(struct buf *out, const json_t *v, unsigned depth)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		add_bytes(out, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		buf_addf(out, "%lld", (long long)json_integer_value(v));
		break;
	case JSON_REAL:
		buf_addf(out, "%.15g", json_real_value(v));
		break;
	case JSON_TRUE:
		buf_addc(out, '1');
		break;
	case JSON_FALSE:
		buf_addc(out, '0');
		break;
	case JSON_OBJECT:
		if (depth < MSDP_DEPTH)
			add_table(out, v, depth);
		break;
	case JSON_ARRAY:
		if (depth < MSDP_DEPTH)
			add_array(out, v, depth);
		break;
	default:
		break;
	}
}

static void send_value(struct buf *out, const char *name, struct span value)
{
	telnet_option(out, TELNET_SB, OPTION_MSDP);
	buf_addc(out, MSDP_VAR);
	buf_adds(out, name);
	buf_addc(out, MSDP_VAL);
	telnet_data(out, value);
	telnet_command(out, TELNET_SE);
}

/* Data of the world */

static void take_value(struct msdp *m, size_t row, const json_t *v, struct buf *out)
{
	struct buf value = { 0 }, *kept = &m->values[row];
	bool due = m->due & bit(row), changed;

	add_value(&value, v, 0);
	changed = value.n != kept->n || memcmp(buf_p(&value), buf_p(kept), value.n) != 0;
	if (value.n > MSDP_VALUE_MAX) {
		buf_done(&value);
		return;
	}
	buf_done(kept);
	*kept = value;
	m->due &= ~bit(row);
	if (due || (changed && (m->reported & bit(row))))
		send_value(out, vars[row].name, buf_span(kept));
}

static bool is_of(const struct var_row *v, struct span package)
{
	return v->package && strlen(v->package) == package.n &&
	       strncasecmp(v->package, package.p, package.n) == 0;
}

/* The rows of a package, when one of them is wanted: the world does not tell it again for the others. */
static uint64_t rows_of(const struct msdp *m, struct span package)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < VARS; i++)
		if (is_of(&vars[i], package))
			rows |= bit(i);
	return rows & m->wanted ? rows : 0;
}

void msdp_data(struct msdp *m, struct span package, struct span json, struct buf *out)
{
	uint64_t rows = m ? rows_of(m, package) : 0;
	json_t *root = NULL;
	json_error_t error;

	for (size_t i = 0; rows && i < VARS; i++) {
		const json_t *v;

		if (!(rows & bit(i)))
			continue;
		if (!root)
			root = json_loadb(json.p, json.n, JSON_DECODE_ANY, &error);
		v = *vars[i].member ? json_object_get(root, vars[i].member) : root;
		if (v)
			take_value(m, i, v, out);
	}
	json_decref(root);
}

size_t msdp_packages(const struct msdp *m, const char *ret[MSDP_PACKAGES])
{
	size_t n = 0;

	for (size_t i = 0; m && i < VARS; i++) {
		const char *package = vars[i].package;

		if (!(m->wanted & bit(i)) || !package || n == MSDP_PACKAGES)
			continue;
		/* Rows of one package stand together. */
		if (n == 0 || strcmp(ret[n - 1], package) != 0)
			ret[n++] = package;
	}
	return n;
}

/* What the client says */

static int row_of(struct span name)
{
	for (size_t i = 0; i < VARS; i++)
		if (text_eq_fold(name, (struct span){ vars[i].name, strlen(vars[i].name) }))
			return (int)i;
	return -1;
}

/* Sends a variable now, or when the world has told it. */
static void send_row(struct msdp *m, size_t row, const struct msdp_turn *turn)
{
	struct buf own = { 0 };

	if (vars[row].own) {
		vars[row].own(&own, turn);
		send_value(turn->out, vars[row].name, buf_span(&own));
		buf_done(&own);
	} else if (m->values[row].n > 0) {
		send_value(turn->out, vars[row].name, buf_span(&m->values[row]));
	} else {
		m->due |= bit(row);
	}
}

static void on_send(struct msdp *m, struct span word, const struct msdp_turn *turn)
{
	int row = row_of(word);

	if (row < 0)
		return;
	m->wanted |= bit((size_t)row);
	send_row(m, (size_t)row, turn);
}

static void on_report(struct msdp *m, struct span word, const struct msdp_turn *turn)
{
	int row = row_of(word);

	if (row < 0 || m->reported & bit((size_t)row))
		return;
	m->reported |= bit((size_t)row);
	on_send(m, word, turn);
}

static void on_unreport(struct msdp *m, struct span word, UNUSED const struct msdp_turn *turn)
{
	int row = row_of(word);

	if (row >= 0)
		m->reported &= ~bit((size_t)row);
}

static void on_reset(struct msdp *m, struct span word, UNUSED const struct msdp_turn *turn)
{
	if (!text_eq_fold(word, SPAN("REPORTABLE_VARIABLES")) &&
	    !text_eq_fold(word, SPAN("REPORTED_VARIABLES")))
		return;
	m->reported = m->wanted = m->due = 0;
	for (size_t i = 0; i < VARS; i++)
		buf_clear(&m->values[i]);
}

static void on_list(struct msdp *m, struct span word, const struct msdp_turn *turn);

struct command_row {
	const char *name;
	void (*take)(struct msdp *m, struct span word, const struct msdp_turn *turn);
};

static const struct command_row commands[] = {
	{ "LIST", on_list }, { "REPORT", on_report },	  { "RESET", on_reset },
	{ "SEND", on_send }, { "UNREPORT", on_unreport },
};

static void add_item(struct buf *out, const char *name)
{
	buf_addc(out, MSDP_VAL);
	buf_adds(out, name);
}

static void list_commands(struct buf *out, UNUSED const struct msdp *m)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		add_item(out, commands[i].name);
}

static void list_all(struct buf *out, UNUSED const struct msdp *m)
{
	for (size_t i = 0; i < VARS; i++)
		add_item(out, vars[i].name);
}

static void list_reported(struct buf *out, const struct msdp *m)
{
	for (size_t i = 0; i < VARS; i++)
		if (m->reported & bit(i))
			add_item(out, vars[i].name);
}

static void list_settings(struct buf *out, UNUSED const struct msdp *m)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		add_item(out, settings[i]);
}

static void list_reportable(struct buf *out, UNUSED const struct msdp *m)
{
	for (size_t i = 0; i < VARS; i++)
		if (vars[i].package)
			add_item(out, vars[i].name);
}

static void list_lists(struct buf *out, const struct msdp *m);

struct list_row {
	const char *name;
	void (*add)(struct buf *out, const struct msdp *m);
};

static const struct list_row lists[] = {
	{ "COMMANDS", list_commands },
	{ "LISTS", list_lists },
	{ "CONFIGURABLE_VARIABLES", list_settings },
	{ "REPORTABLE_VARIABLES", list_reportable },
	{ "REPORTED_VARIABLES", list_reported },
	{ "SENDABLE_VARIABLES", list_all },
};

static void list_lists(struct buf *out, UNUSED const struct msdp *m)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		add_item(out, lists[i].name);
}

static void on_list(struct msdp *m, struct span word, const struct msdp_turn *turn)
{
	struct buf value = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (!text_eq_fold(word, (struct span){ lists[i].name, strlen(lists[i].name) }))
			continue;
		buf_addc(&value, MSDP_ARRAY_OPEN);
		lists[i].add(&value, m);
		buf_addc(&value, MSDP_ARRAY_CLOSE);
		send_value(turn->out, lists[i].name, buf_span(&value));
	}
	buf_done(&value);
}

static void take_word(struct msdp *m, struct span name, struct span word,
		      const struct msdp_turn *turn)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (text_eq_fold(name,
				 (struct span){ commands[i].name, strlen(commands[i].name) })) {
			commands[i].take(m, word, turn);
			return;
		}
	if (turn->configure)
		turn->configure(turn->ctx, name, word);
}

/* Text up to the next byte of the protocol. */
static struct span take_text(struct span *s)
{
	struct span text = { s->p, 0 };

	while (text.n < s->n && (uint8_t)s->p[text.n] > MSDP_ARRAY_CLOSE)
		text.n++;
	*s = (struct span){ s->p + text.n, s->n - text.n };
	return text;
}

bool msdp_receive(struct msdp **m, struct span sub, const struct msdp_turn *turn)
{
	struct span name = { "", 0 };
	unsigned words = 0, depth = 0;
	uint64_t before;

	if (!*m)
		*m = base_alloc(1, sizeof(**m));
	before = (*m)->wanted;
	while (sub.n > 0 && words < MSDP_WORDS) {
		char c = sub.p[0];
		struct span text;

		sub = (struct span){ sub.p + 1, sub.n - 1 };
		text = take_text(&sub);
		if (c == MSDP_TABLE_OPEN && ++depth > MSDP_DEPTH)
			break;
		if (c == MSDP_TABLE_CLOSE && depth > 0)
			depth--;
		if (depth > 0)
			continue; /* no command has a table */
		if (c == MSDP_VAR) {
			name = text;
		} else if (c == MSDP_VAL && text.n > 0 && name.n > 0) {
			words++;
			take_word(*m, name, text, turn);
		}
	}
	return (*m)->wanted != before;
}
