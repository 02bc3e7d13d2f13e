/*
 * options.c - see options.h.
 */
#include "world/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/cidr.h"

#include "world/social/board.h"
#include "world/social/channel.h"
#include "world/texts.h"

#define AT(member) offsetof(struct options, member)
#define SECOND ((int64_t)1000000)
#define MEGABYTE ((int64_t)1 << 20)
#define COUNT_MAX ((int64_t)1000000)

static const char *const durabilities[] = { "available", "strict", NULL };

static const struct conf_option options[] = {
	{ .name = "world.bus",
	  .type = CONF_ENDPOINT,
	  .offset = AT(bus),
	  .fallback = "ipc://var/run/world.bus",
	  .help = "where gateways dial in" },
	{ .name = "persist.bus",
	  .type = CONF_ENDPOINT,
	  .offset = AT(store_bus),
	  .fallback = "ipc://var/run/persist.bus",
	  .help = "where persist is to be dialled" },
	{ .name = "world.number",
	  .type = CONF_INT,
	  .offset = AT(number),
	  .fallback = "1",
	  .min = 1,
	  .max = 65535,
	  .help = "which world this is; part of every id it makes, so never change it" },
	{ .name = "world.packs",
	  .type = CONF_LIST,
	  .offset = AT(packs),
	  .fallback = "foreshore",
	  .help = "content packs, each after those it depends on" },
	{ .name = "world.pack_path",
	  .type = CONF_STRING,
	  .offset = AT(pack_path),
	  .fallback = "world/packs",
	  .help = "folder with a folder for each pack" },
	{ .name = "world.tick_rate",
	  .type = CONF_INT,
	  .offset = AT(tick_rate),
	  .fallback = "10",
	  .min = 1,
	  .max = 100,
	  .help = "ticks in a second of the world's own time" },
	{ .name = "world.guests",
	  .type = CONF_BOOL,
	  .offset = AT(guests),
	  .fallback = "true",
	  .help = "may one enter as `guest`, without an account" },
	{ .name = "world.life",
	  .type = CONF_BOOL,
	  .offset = AT(life),
	  .fallback = "true",
	  .help = "people and animals of the packs wander and mutter by themselves" },
	{ .name = "world.durability",
	  .type = CONF_ENUM,
	  .offset = AT(durability),
	  .fallback = "available",
	  .choices = durabilities,
	  .help = "when persist is away: play goes on unsaved (available) or holds (strict)" },
	{ .name = "world.stall_grace",
	  .type = CONF_TIME,
	  .offset = AT(stall_grace),
	  .fallback = "3s",
	  .min = SECOND / 10,
	  .max = 600 * SECOND,
	  .help = "how long persist may take for a commit before that is so" },
	{ .name = "world.backlog",
	  .type = CONF_SIZE,
	  .offset = AT(backlog),
	  .fallback = "64M",
	  .min = MEGABYTE,
	  .max = 4096 * MEGABYTE,
	  .help = "commits that may wait for persist; beyond, nobody's line is run" },
	{ .name = "world.resume_bytes",
	  .type = CONF_SIZE,
	  .offset = AT(resume_bytes),
	  .fallback = "8M",
	  .min = 64 << 10,
	  .max = 16 * MEGABYTE, /* half of what fits into the ring of a gateway's link */
	  .help = "output kept, here and in the store, for clients that lost their connection" },
	{ .name = "world.max_per_address",
	  .type = CONF_INT,
	  .offset = AT(max_per_address),
	  .fallback = "64",
	  .max = COUNT_MAX,
	  .help = "sessions of one address at once, over all gateways (IPv6: /64); 0: any number" },
	{ .name = "world.opens_minute",
	  .type = CONF_INT,
	  .offset = AT(opens_minute),
	  .fallback = "60",
	  .max = COUNT_MAX,
	  .help = "new sessions of one address in a minute; beyond, it is refused for a minute" },
	{ .name = "world.opens_ten_minutes",
	  .type = CONF_INT,
	  .offset = AT(opens_ten_minutes),
	  .fallback = "600",
	  .max = COUNT_MAX,
	  .help = "the same in ten minutes" },
	{ .name = "world.failed_logins",
	  .type = CONF_INT,
	  .offset = AT(failed_logins),
	  .fallback = "30",
	  .max = COUNT_MAX,
	  .help = "wrong passwords from one address in five minutes; beyond, it is refused for as "
		  "long" },
	{ .name = "world.silent_sessions",
	  .type = CONF_INT,
	  .offset = AT(silent_sessions),
	  .fallback = "60",
	  .max = COUNT_MAX,
	  .help = "connections of one address that never log in, in ten minutes; likewise" },
	{ .name = "world.exempt",
	  .type = CONF_LIST,
	  .offset = AT(exempt),
	  .fallback = "",
	  .help = "networks whose addresses are not counted, besides those of gateway.exempt" },
	{ .name = "world.linkdead_grace",
	  .type = CONF_TIME,
	  .offset = AT(linkdead_grace),
	  .fallback = "5m",
	  .min = SECOND,
	  .max = 86400 * SECOND,
	  .help = "how long a character stays whose connection is lost" },
	{ .name = "world.attach_grace",
	  .type = CONF_TIME,
	  .offset = AT(attach_grace),
	  .fallback = "60s",
	  .min = SECOND,
	  .max = 3600 * SECOND,
	  .help = "after a start: how long a gateway may take to bring its players back" },
	{ .name = "world.answer_wait",
	  .type = CONF_TIME,
	  .offset = AT(answer_wait),
	  .fallback = "15s",
	  .min = SECOND,
	  .max = 600 * SECOND,
	  .help = "how long somebody may think about an answer before something of its own is "
		  "said" },
	{ .name = "world.talk_rate",
	  .type = CONF_INT,
	  .offset = AT(talk_rate),
	  .fallback = "20",
	  .max = COUNT_MAX,
	  .help = "lines of one player a minute that people of the world answer; 0: any number" },
	{ .name = "world.channels",
	  .type = CONF_LIST,
	  .offset = AT(channels),
	  .fallback =
		  "chat talk among everybody,advice what one wants to know and answers by whoever "
		  "knows,staff helper talk among those who keep the game",
	  .help = "channels, each: NAME [least role: player, helper, builder, admin] [off] WORDS "
		  "about it; above player it is not told outside" },
	{ .name = "world.boards",
	  .type = CONF_LIST,
	  .offset = AT(boards),
	  .fallback = "news admin announcements of the keepers,notices what people want others to "
		      "read,gazette admin news from elsewhere",
	  .help = "boards, each: NAME [least role that may post] WORDS about it" },
	{ .name = "world.channel_rate",
	  .type = CONF_INT,
	  .offset = AT(channel_rate),
	  .fallback = "1",
	  .max = COUNT_MAX,
	  .help = "lines a second that a player may say on channels, and five times that at once; "
		  "0: any number" },
	{ .name = "world.guests_speak",
	  .type = CONF_BOOL,
	  .offset = AT(guests_speak),
	  .fallback = "true",
	  .help = "may guests speak on channels" },
	{ .name = "world.start_wait",
	  .type = CONF_TIME,
	  .offset = AT(start_wait),
	  .fallback = "0",
	  .max = 86400 * SECOND,
	  .help = "give up when persist is not there after so long; 0: never" },
	{ .name = "world.metrics",
	  .type = CONF_ADDRESS,
	  .offset = AT(metrics),
	  .fallback = "",
	  .help = "address of /metrics, /healthz and /readyz" },
	{ .name = "world.input_log",
	  .type = CONF_STRING,
	  .offset = AT(input_log),
	  .fallback = "",
	  .help = "file that gets every input, for mudlark-world --replay FILE; empty: none" },
	{ .name = "world.crash_note",
	  .type = CONF_STRING,
	  .offset = AT(crash_note),
	  .fallback = "",
	  .help = "file that remembers a line which killed the world; empty: beside an ipc:// "
		  "bus" },
	{ .name = "world.name",
	  .type = CONF_STRING,
	  .offset = AT(name),
	  .fallback = "Mudlark",
	  .help = "what the game is called, in lists of games (MSSP)" },
	{ .name = "world.mssp",
	  .type = CONF_LIST,
	  .offset = AT(mssp),
	  .fallback = "",
	  .help = "more for such lists: WEBSITE=https://..., CONTACT=..., HOSTNAME=..." },
	{ .name = "world.gui_url",
	  .type = CONF_STRING,
	  .offset = AT(gui_url),
	  .fallback = "",
	  .help = "package of an interface that clients are offered (Client.GUI); empty: none" },
	{ .name = "world.gui_version",
	  .type = CONF_STRING,
	  .offset = AT(gui_version),
	  .fallback = "1",
	  .help = "its version: clients fetch it again when this is another one" },
	{ .name = "world.media_url",
	  .type = CONF_STRING,
	  .offset = AT(media_url),
	  .fallback = "",
	  .help = "folder of the sounds that packs name (Client.Media), with a / at its end" },
	{ .name = "world.media_suffix",
	  .type = CONF_STRING,
	  .offset = AT(media_suffix),
	  .fallback = ".mp3",
	  .help = "what stands behind their names there" },
	{ .name = "world.discord_invite",
	  .type = CONF_STRING,
	  .offset = AT(discord_invite),
	  .fallback = "",
	  .help = "address at which players join the game's Discord (External.Discord)" },
	{ .name = "world.discord_application",
	  .type = CONF_STRING,
	  .offset = AT(discord_application),
	  .fallback = "",
	  .help = "number of the game's Discord application; both empty: not told" },
	{ .name = "world.test_verbs",
	  .type = CONF_BOOL,
	  .offset = AT(test_verbs),
	  .fallback = "false",
	  .help = "allow @crash and @hang to implementors; for tests" },
};

const struct conf_table options_table = {
	.options = options,
	.n = ARRAY_LEN(options),
	.size = sizeof(struct options),
};

static uint64_t seconds(int64_t us)
{
	return us < SECOND ? 1 : (uint64_t)(us / SECOND);
}

static void add_text(Mudlark__Begin *m, const char *key, const char *value)
{
	struct buf b = { 0 };

	buf_addf(&b, "%s=%s", key, value ? value : "");
	m->conf = base_realloc(m->conf, m->n_conf + 1, sizeof(char *));
	m->conf[m->n_conf++] = base_dup(buf_p(&b), b.n);
	buf_done(&b);
}

static void add_texts(const struct options *o, Mudlark__Begin *m)
{
	const char *const values[TEXT_COUNT] = {
		[TEXT_NAME] = o->name,
		[TEXT_GUI_URL] = o->gui_url,
		[TEXT_GUI_VERSION] = o->gui_version,
		[TEXT_MEDIA_URL] = o->media_url,
		[TEXT_MEDIA_SUFFIX] = o->media_suffix,
		[TEXT_DISCORD_INVITE] = o->discord_invite,
		[TEXT_DISCORD_APPLICATION] = o->discord_application,
	};

	for (unsigned i = 0; i < TEXT_COUNT; i++)
		if (values[i] && *values[i])
			add_text(m, texts_name((enum world_text)i), values[i]);
	for (char **v = o->mssp; v && *v; v++)
		add_text(m, "mssp", *v);
}

static void add(Mudlark__Begin *m, const char *key, uint64_t v)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s=%" PRIu64, key, v);

	m->conf = base_realloc(m->conf, m->n_conf + 1, sizeof(char *));
	m->conf[m->n_conf++] = base_dup(text, (size_t)n);
}

void options_to_begin(const struct options *o, Mudlark__Begin *m)
{
	add(m, "tick_rate", (uint64_t)o->tick_rate);
	add(m, "guests", o->guests);
	add(m, "strict", o->durability == DURABILITY_STRICT);
	add(m, "life", o->life);
	add(m, "test_verbs", o->test_verbs);
	add(m, "linkdead_seconds", seconds(o->linkdead_grace));
	add(m, "attach_seconds", seconds(o->attach_grace));
	add(m, "answer_seconds", seconds(o->answer_wait));
	add(m, "talk_rate", (uint64_t)o->talk_rate);
	add(m, "backlog_bytes", (uint64_t)o->backlog);
	add(m, "resume_bytes", (uint64_t)o->resume_bytes);
	add(m, "max_per_address", (uint64_t)o->max_per_address);
	add(m, "opens_minute", (uint64_t)o->opens_minute);
	add(m, "opens_ten_minutes", (uint64_t)o->opens_ten_minutes);
	add(m, "failed_logins", (uint64_t)o->failed_logins);
	add(m, "silent_sessions", (uint64_t)o->silent_sessions);
	add(m, "guests_speak", o->guests_speak);
	add(m, "channel_rate", (uint64_t)o->channel_rate);
	for (char **v = o->exempt; v && *v; v++)
		add_text(m, "exempt", *v);
	for (char **v = o->channels; v && *v; v++)
		add_text(m, "channel", *v);
	for (char **v = o->boards; v && *v; v++)
		add_text(m, "board", *v);
	add_texts(o, m);
}

static const char *networks_fault(const struct options *o, const char **ret_why)
{
	struct cidr net;

	for (char **v = o->exempt; v && *v; v++) {
		*ret_why = "that is not a network";
		if (!cidr_parse((struct span){ *v, strlen(*v) }, &net))
			return *v;
	}
	return NULL;
}

static const char *channels_fault(const struct options *o, const char **ret_why)
{
	struct channels *t = channels_new();
	char **v = o->channels;

	while (v && *v && channels_add(t, (struct span){ *v, strlen(*v) }, ret_why))
		v++;
	channels_drop(t);
	return v ? *v : NULL;
}

static const char *boards_fault(const struct options *o, const char **ret_why)
{
	struct boards *t = boards_new();
	char **v = o->boards;

	while (v && *v && boards_add(t, (struct span){ *v, strlen(*v) }, ret_why))
		v++;
	boards_drop(t);
	return v ? *v : NULL;
}

struct fault_row {
	const char *option;
	const char *(*fault)(const struct options *o, const char **ret_why);
};

const char *options_fault(const struct options *o, const char **ret_option, const char **ret_why)
{
	static const struct fault_row faults[] = {
		{ "world.exempt", networks_fault },
		{ "world.channels", channels_fault },
		{ "world.boards", boards_fault },
	};

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		const char *fault = faults[i].fault(o, ret_why);

		*ret_option = faults[i].option;
		if (fault)
			return fault;
	}
	return NULL;
}

void options_begin_done(Mudlark__Begin *m)
{
	for (size_t i = 0; i < m->n_conf; i++)
		free(m->conf[i]);
	free(m->conf);
	m->conf = NULL;
	m->n_conf = 0;
}

char *options_crash_note(const struct options *o)
{
	static const char ipc[] = "ipc://", file[] = "world.crash";
	const char *path = o->bus + sizeof(ipc) - 1, *slash;
	struct buf b = { 0 };
	char *note;

	if (*o->crash_note)
		return base_dup(o->crash_note, strlen(o->crash_note));
	if (strncmp(o->bus, ipc, sizeof(ipc) - 1) != 0 || path[0] == '@')
		return base_dup("", 0);
	slash = strrchr(path, '/');
	if (slash)
		buf_add(&b, path, (size_t)(slash - path) + 1);
	buf_adds(&b, file);
	note = base_dup(buf_p(&b), b.n);
	buf_done(&b);
	return note;
}
