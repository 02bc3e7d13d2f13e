/*
 * discord.c - see discord.h.
 */
#include "bridges/discord/discord.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/discord/address.h"
#include "bridges/discord/commands.h"
#include "bridges/discord/gaps.h"
#include "bridges/discord/in.h"
#include "bridges/discord/login.h"
#include "bridges/discord/names.h"
#include "bridges/discord/rest.h"
#include "rt/secret.h"
#include "bridges/discord/target.h"
#include "rt/log.h"

enum {
	SECOND = 1000000,
	END_US = SECOND / 2,   /* for what is under way; we are killed when we stay much longer */
	LOOK_US = SECOND / 20, /* whether that is over */
	CHANGE_US = 5 * SECOND,
};

enum number {
	IDENTIFIES,
	RESUMES,
	ZOMBIES,
	REQUESTS,
	LIMITED,
	FAILED,
	SENT,
	HEARD,
	LEFT_OUT,
	NUMBERS
};

struct discord {
	struct discord_conf *conf;
	struct bridge *bridge;
	struct rest *rest;
	struct login *login;
	struct in *in;
	struct gaps *gaps;
	struct commands *commands;
	struct names names;
	struct targets targets, coming; /* those of a reload */
	char *token, *api;
	struct loop_timer ending, changing;
	uint64_t end_us, change_us;
	struct metric numbers[NUMBERS];
	bool stopping, login_over;
};

static uint64_t now(const struct discord *x)
{
	return clock_mono(loop_clock(bridge_loop(x->bridge)));
}

/* ---- options ---- */

static int refuse(const char *option, const struct buf *why)
{
	log_error("discord_option", LOG_STR("option", option), LOG_TEXT("why", buf_span(why)));
	return -EINVAL;
}

static int read_targets(struct targets *ret, const struct discord_conf *conf, struct buf *why)
{
	struct chart chart = { 0 };
	int r;

	if (chart_read(&chart, conf->channels, target_extras, why) != 0)
		return 1;
	r = targets_read(ret, &chart, why);
	chart_done(&chart);
	return r;
}

static int read_address(const char *text, const char *scheme, char **ret, struct buf *why)
{
	CLEANUP(buf_done) struct buf whole = { 0 };
	struct address a;

	if (address_read(&a, scheme, (struct span){ text, strlen(text) }, why) != 0)
		return 1;
	address_write(&a, scheme, &whole);
	address_done(&a);
	*ret = base_dup(buf_p(&whole), whole.n);
	return 0;
}

/* NULL; or the option that is wrong, and a sentence is appended. */
static const char *read_options(struct discord *x, const struct discord_conf *c, struct buf *why)
{
	CLEANUP(base_freep) char *gateway = NULL;

	if (read_address(c->api_url, "http", &x->api, why) != 0)
		return "discord.api_url";
	if (*c->gateway_url && read_address(c->gateway_url, "ws", &gateway, why) != 0)
		return "discord.gateway_url";
	if (c->shard >= c->shards) {
		buf_adds(why, "shards are counted from 0");
		return "discord.shard";
	}
	if (strspn(c->guild, "0123456789") != strlen(c->guild) || strlen(c->guild) > 22) {
		buf_adds(why, "the id of a server is a number");
		return "discord.guild";
	}
	return read_targets(&x->targets, c, why) != 0 ? "discord.channels" : NULL;
}

static const char *read_token(struct discord *x, const struct discord_conf *c, struct buf *why)
{
	return secret_read(&x->token, c->token_file, false, why) != 0 ? "discord.token_file" : NULL;
}

/* ---- what is told there ---- */

static void open_out(struct discord *x, struct target *t)
{
	const struct stream_spec spec = target_spec(t);
	size_t told = 0;

	while (t->channels && t->channels[told])
		told++;
	if (!spec.kinds)
		return;
	if (out_new(&t->out, &(struct out_conf){
				     .bridge = x->bridge,
				     .rest = x->rest,
				     .names = &x->names,
				     .id = t->id,
				     .avatar = x->conf->avatar_url,
				     .webhook = { t->webhook, strlen(t->webhook) },
				     .spec = spec,
				     .tell_channel = told > 1,
			     }) != 0)
		log_error("discord_webhook", LOG_STR("channel", t->id),
			  LOG_STR("why", "its webhook_file has no address of a webhook in it"));
}

static void open_outs(struct discord *x)
{
	for (size_t i = 0; i < x->targets.n; i++)
		if (!x->targets.all[i].out)
			open_out(x, &x->targets.all[i]);
}

static bool is_busy(const struct targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->all[i].out && out_is_busy(t->all[i].out))
			return true;
	return false;
}

/* What stays goes on as it is. */
static void change(struct discord *x)
{
	for (size_t i = 0; i < x->coming.n; i++) {
		struct target *to = &x->coming.all[i];
		struct target *from =
			targets_find(&x->targets, (struct span){ to->id, strlen(to->id) });

		if (from && target_equal(from, to)) {
			const struct target t = *to;

			*to = *from;
			*from = t;
		}
	}
	targets_done(&x->targets);
	x->targets = x->coming;
	x->coming = (struct targets){ 0 };
	open_outs(x);
	log_info("discord_channels", LOG_U64("n", x->targets.n));
}

/* A message under way has its end first. */
static void on_changing(void *ctx)
{
	struct discord *x = ctx;

	if (is_busy(&x->targets) && now(x) < x->change_us)
		loop_timer_in(&x->changing, LOOK_US);
	else
		change(x);
}

static void reload(void *ctx)
{
	struct discord *x = ctx;
	CLEANUP(buf_done) struct buf why = { 0 };
	struct targets coming = { 0 };

	in_set_edits(x->in, (uint64_t)x->conf->edits);
	if (read_targets(&coming, x->conf, &why) != 0) {
		refuse("discord.channels", &why);
		return;
	}
	targets_done(&x->coming);
	x->coming = coming;
	x->change_us = now(x) + CHANGE_US;
	loop_timer_soon(&x->changing);
}

/* ---- the gateway ---- */

static void on_event(void *ctx, const char *name, const json_t *d, uint64_t seq)
{
	struct discord *x = ctx;

	names_event(&x->names, name, d);
	if (!gaps_hold(x->gaps, name, d, seq))
		in_event(x->in, name, d, seq);
	gaps_event(x->gaps, name, d);
	if (!strcmp(name, "INTERACTION_CREATE"))
		commands_event(x->commands, d);
}

static void on_held(void *ctx, const char *name, const json_t *d, uint64_t seq)
{
	struct discord *x = ctx;

	in_event(x->in, name, d, seq);
}

static void on_missed(void *ctx, UNUSED struct target *t, const json_t *message)
{
	struct discord *x = ctx;

	in_missed(x->in, message);
}

static void on_old(void *ctx, struct target *t, const char *id, size_t n, bool more)
{
	struct discord *x = ctx;

	in_unread(x->in, t, id, n, more);
}

static bool on_calm(void *ctx)
{
	const struct discord *x = ctx;

	return in_is_calm(x->in);
}

static uint64_t on_settled(void *ctx, uint64_t seq)
{
	struct discord *x = ctx;

	return gaps_settled(x->gaps, in_settled(x->in, seq));
}

static void on_in(void *ctx, bool resumed)
{
	struct discord *x = ctx;

	commands_set(x->commands, login_gateway(x->login)->session.application);
	in_set_self(x->in, login_gateway(x->login)->session.user);
	if (!resumed)
		gaps_ask(x->gaps);
	for (size_t i = 0; resumed && i < x->targets.n; i++)
		names_ask(&x->names, x->targets.all[i].id);
}

/* ---- for operators ---- */

static void on_status(void *ctx, struct buf *out)
{
	const struct discord *x = ctx;
	const struct gateway *g = login_gateway(x->login);
	const struct rest_counts *c = rest_counts(x->rest);

	buf_addf(out, "gateway: %s%s%s; %u session%s begun today, %u resumed\n",
		 gateway_state_name(g->state), *g->why ? ", " : "", g->why, g->count.identifies,
		 g->count.identifies == 1 ? "" : "s", g->resumes);
	buf_addf(out, "requests: %llu, %llu put off by Discord, %llu failed, %zu waiting\n",
		 (unsigned long long)c->asked, (unsigned long long)c->limited,
		 (unsigned long long)c->failed, rest_waiting(x->rest));
	for (size_t i = 0; i < x->targets.n; i++) {
		const struct target *t = &x->targets.all[i];

		names_show(&x->names, t->id, out);
		buf_adds(out, ": ");
		if (t->out)
			out_status(t->out, out);
		else
			buf_adds(out, "only heard");
		buf_addf(out, ", %llu heard\n", (unsigned long long)t->heard);
	}
}

static bool on_ready(void *ctx, struct buf *why)
{
	const struct discord *x = ctx;
	const struct gateway *g = login_gateway(x->login);

	if (g->state != GATEWAY_READY) {
		buf_addf(why, "the gateway is %s%s%s", gateway_state_name(g->state),
			 *g->why ? ": " : "", g->why);
		return false;
	}
	for (size_t i = 0; i < x->targets.n; i++) {
		const struct target *t = &x->targets.all[i];

		if (t->out && !out_is_well(t->out)) {
			names_show(&x->names, t->id, why);
			buf_adds(why, ": ");
			out_status(t->out, why);
			return false;
		}
	}
	return true;
}

static const struct metric numbers[NUMBERS] = {
	[IDENTIFIES] = { .name = "mudlark_discord_identifies_total", .help = "sessions begun" },
	[RESUMES] = { .name = "mudlark_discord_resumes_total", .help = "sessions resumed" },
	[ZOMBIES] = { .name = "mudlark_discord_zombies_total",
		      .help = "connections closed for want of an answer" },
	[REQUESTS] = { .name = "mudlark_discord_requests_total", .help = "requests to REST" },
	[LIMITED] = { .name = "mudlark_discord_limited_total",
		      .help = "requests put off by a rate limit" },
	[FAILED] = { .name = "mudlark_discord_failed_total", .help = "requests that failed" },
	[SENT] = { .name = "mudlark_discord_sent_total", .help = "messages sent" },
	[HEARD] = { .name = "mudlark_discord_heard_total", .help = "messages heard" },
	[LEFT_OUT] = { .name = "mudlark_discord_left_out_total",
		       .help = "lines that were too many" },
};

static void on_refresh(void *ctx)
{
	struct discord *x = ctx;
	const struct gateway *g = login_gateway(x->login);
	const struct rest_counts *c = rest_counts(x->rest);
	uint64_t sent = 0;

	for (size_t i = 0; i < x->targets.n; i++)
		sent += x->targets.all[i].out ? out_sent(x->targets.all[i].out) : 0;
	x->numbers[IDENTIFIES].value = g->identifies;
	x->numbers[RESUMES].value = g->resumes;
	x->numbers[ZOMBIES].value = g->zombies;
	x->numbers[REQUESTS].value = (double)c->asked;
	x->numbers[LIMITED].value = (double)c->limited;
	x->numbers[FAILED].value = (double)c->failed;
	x->numbers[SENT].value = (double)sent;
	x->numbers[HEARD].value = (double)in_counts(x->in)->heard;
	x->numbers[LEFT_OUT].value = (double)in_counts(x->in)->left_out;
}

/* ---- its end ---- */

static void on_ending(void *ctx)
{
	struct discord *x = ctx;

	if ((is_busy(&x->targets) || !x->login_over) && now(x) < x->end_us)
		loop_timer_in(&x->ending, LOOK_US);
	else
		bridge_stopped(x->bridge);
}

static void on_login_over(void *ctx)
{
	struct discord *x = ctx;

	x->login_over = true;
}

/* Goodbye: no more lines, what is under way has its end, the gateway's session stays for the next life. */
static void on_stop(void *ctx)
{
	struct discord *x = ctx;

	if (x->stopping)
		return;
	x->stopping = true;
	x->end_us = now(x) + END_US;
	for (size_t i = 0; i < x->targets.n; i++)
		if (x->targets.all[i].out)
			out_end(x->targets.all[i].out);
	login_end(x->login);
	loop_timer_soon(&x->ending);
}

static void stop(void *ctx)
{
	struct discord *x = ctx;

	bridge_stop(x->bridge);
}

/* ---- its beginning ---- */

static int begin(struct discord *x, struct proc *proc)
{
	const struct bridge_events e = {
		.status = on_status, .ready = on_ready, .stop = on_stop, .ctx = x
	};
	int r = bridge_start(&x->bridge, proc, &x->conf->common, "discord", &e);

	if (r == 0)
		r = rest_new(&x->rest, bridge_loop(x->bridge), x->api, x->token, x->conf->ca_file);
	return r;
}

static void begin_parts(struct discord *x)
{
	const struct discord_conf *c = x->conf;

	names_init(&x->names, x->rest);
	x->in = in_new(&(struct in_conf){
		.bridge = x->bridge,
		.rest = x->rest,
		.targets = &x->targets,
		.names = &x->names,
		.edits_us = (uint64_t)c->edits,
		.every_us = (uint64_t)c->speak_every,
		.burst = (unsigned)c->speak_burst,
	});
	x->gaps = gaps_new(&(struct gaps_conf){
		.bridge = x->bridge,
		.rest = x->rest,
		.targets = &x->targets,
		.max_age = &c->common.max_age,
		.missed = on_missed,
		.old = on_old,
		.held = on_held,
		.calm = on_calm,
		.ctx = x,
	});
	x->commands = commands_new(&(struct commands_conf){
		.bridge = x->bridge,
		.rest = x->rest,
		.targets = &x->targets,
		.guild = c->guild,
	});
	x->login = login_new(&(struct login_conf){
		.bridge = x->bridge,
		.rest = x->rest,
		.token = x->token,
		.gateway_url = c->gateway_url,
		.ca_file = c->ca_file,
		.shard = (uint32_t)c->shard,
		.shards = (uint32_t)c->shards,
		.event = on_event,
		.settled = on_settled,
		.in = on_in,
		.ended = on_login_over,
		.ctx = x,
	});
	loop_timer_init(bridge_loop(x->bridge), &x->ending, on_ending, x);
	loop_timer_init(bridge_loop(x->bridge), &x->changing, on_changing, x);
	memcpy(x->numbers, numbers, sizeof(numbers));
	bridge_metrics(x->bridge, x->numbers, NUMBERS, on_refresh, x);
	open_outs(x);
}

static void discord_free(void *ctx)
{
	struct discord *x = ctx;

	if (!x)
		return;
	targets_done(&x->targets);
	targets_done(&x->coming);
	if (x->login) {
		names_done(&x->names);
		loop_timer_done(&x->ending);
		loop_timer_done(&x->changing);
	}
	login_free(x->login);
	gaps_free(x->gaps);
	in_free(x->in);
	commands_free(x->commands);
	rest_free(x->rest);
	bridge_free(x->bridge);
	secret_free(x->token);
	free(x->api);
	free(x);
}

static int start(void **ret, struct proc *proc, void *conf)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	const char *wrong;
	struct discord *x = base_alloc(1, sizeof(*x));
	int r;

	x->conf = conf;
	wrong = read_token(x, conf, &why);
	if (!wrong)
		wrong = read_options(x, conf, &why);
	r = wrong ? refuse(wrong, &why) : begin(x, proc);
	if (r != 0) {
		discord_free(x);
		return r;
	}
	begin_parts(x);
	*ret = x;
	return 0;
}

const struct bridge_program discord_program = { start, stop, reload, discord_free };

/* Without a token it is not wanted, which is no mistake of a file that is for every process. */
int discord_check(const void *conf, struct buf *why)
{
	CLEANUP(buf_done) struct buf sentence = { 0 };
	const struct discord_conf *c = conf;
	struct discord *x = base_alloc(1, sizeof(*x));
	const char *wrong = *c->token_file ? read_token(x, c, &sentence) : NULL;

	if (!wrong)
		wrong = read_options(x, c, &sentence);
	discord_free(x);
	if (wrong)
		buf_addf(why, "%s: %.*s", wrong, (int)sentence.n, buf_p(&sentence));
	return wrong != NULL;
}
