/* main.c - the program: fake.h says how it is used. Ends by a signal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/act.h"
#include "tests/fake/discord/front.h"
#include "tests/fake/discord/gate.h"
#include "tests/fake/discord/rest.h"
#include "tests/fake/json.h"

enum { CONTROL_BODY = 1 << 20 };

void fake_tell_message(struct fake *f, const struct message *m, const char *event)
{
	json_t *d = place_show(m);

	if (!strcmp(event, "MESSAGE_DELETE")) {
		json_t *bare = json_pack("{sO sO}", "id", json_object_get(d, "id"), "channel_id",
					 json_object_get(d, "channel_id"));

		json_decref(d);
		d = bare;
	} else if (!json_object_get(d, "webhook_id")) {
		const char *name = json_string_value(
			json_object_get(json_object_get(d, "author"), "username"));

		json_object_set_new(d, "member",
				    place_member(json_object_get(f->place.users, name)));
	}
	if (!m->is_private)
		json_object_set_new(d, "guild_id", json_string(PLACE_GUILD));
	gate_tell(f->gate, event, d, m->is_private ? INTENT_DIRECT : INTENT_MESSAGES);
}

static void answer(struct conn *c, int status, struct span text)
{
	conn_head(c, status, "Content-Type: text/plain\r\n", (int64_t)text.n);
	conn_piece(c, text.p, text.n);
	conn_end(c);
}

static void answer_json(struct conn *c, const json_t *value)
{
	char *text = json_text(value);

	answer(c, 200, (struct span){ text, strlen(text) });
	free(text);
}

static void obey_order(struct fake *f, struct conn *c, const struct request *r)
{
	json_t *order = json_loadb(r->body.p, r->body.n, 0, NULL), *done;
	struct buf why = { 0 };

	done = act(f, order, &why);
	if (done)
		answer_json(c, done);
	else
		answer(c, 400, buf_span(&why));
	json_decref(done);
	json_decref(order);
	buf_done(&why);
}

static void send_transcript(struct fake *f, struct conn *c)
{
	struct buf out = { 0 };

	place_transcript(&f->place, &out);
	answer(c, 200, buf_span(&out));
	buf_done(&out);
}

static void send_last(struct fake *f, struct conn *c)
{
	for (size_t i = f->place.n_messages; i > 0; i--) {
		const struct message *m = &f->place.messages[i - 1];

		if (!json_object_get(m->json, "webhook_id"))
			continue;
		answer_json(c, m->json);
		return;
	}
	answer(c, 404, SPAN("none"));
}

static void on_request(void *ctx, struct conn *c, const struct request *r)
{
	const char *path = r->path ? r->path : "";
	struct fake *f = ctx;

	if (!strcmp(path, "/do") && !strcmp(r->method, "POST"))
		obey_order(f, c, r);
	else if (!strcmp(path, "/stats"))
		answer_json(c, f->report.counts);
	else if (!strcmp(path, "/misuses"))
		answer(c, 200, buf_span(&f->report.misuses));
	else if (!strcmp(path, "/transcript"))
		send_transcript(f, c);
	else if (!strcmp(path, "/last"))
		send_last(f, c);
	else
		answer(c, 404, SPAN("no such thing"));
}

static void on_nothing(UNUSED void *ctx)
{
}

static void on_gone(UNUSED void *ctx, UNUSED void *use)
{
}

static void furnish(struct fake *f)
{
	static const char *const channels[] = { "quay", "help", "log", "square" };

	act_mode_init(&f->mode);
	place_init(&f->place);
	report_init(&f->report);
	limit_init(&f->limit);
	f->token = base_dup(FAKE_TOKEN, strlen(FAKE_TOKEN));
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		place_channel(&f->place, channels[i]);
	json_object_set_new(f->place.webhooks, "1100000000000000555",
			    json_pack("{ss si ss sO ss sn sn}", "id", "1100000000000000555", "type",
				      2, "guild_id", PLACE_GUILD, "channel_id",
				      json_object_get(place_channel(&f->place, "quay"), "id"),
				      "name", "Somebody else's", "avatar", "application_id"));
}

static uint16_t port_of(const struct fake *f, enum fake_port which)
{
	if (f->fronts[which])
		return front_port(f->fronts[which]);
	return which == FAKE_API ? rest_port(f->rest) : gate_port(f->gate, which == FAKE_RESUME);
}

const char *fake_gateway_url(const struct fake *f, enum fake_port which, char *ret)
{
	snprintf(ret, 60, "%s://127.0.0.1:%u", f->fronts[which] ? "wss" : "ws", port_of(f, which));
	return ret;
}

static int put_fronts(struct fake *f, SSL_CTX *tls)
{
	int r = 0;

	for (int i = 0; tls && !r && i < FAKE_PORTS; i++)
		r = front_new(&f->fronts[i], f->loop, tls, port_of(f, (enum fake_port)i));
	return r;
}

static int serve(struct fake *f, SSL_CTX *tls)
{
	const struct server_events events = { on_request, on_gone, on_nothing, on_nothing, f };
	struct server *control = NULL;
	int r = server_new(&control, f->loop, 0, CONTROL_BODY, &events);

	if (r == 0)
		r = gate_new(&f->gate, f);
	if (r == 0)
		r = rest_new(&f->rest, f);
	if (r == 0)
		r = put_fronts(f, tls);
	if (r == 0) {
		printf("ports %u %u %u %u\n", server_port(control), port_of(f, FAKE_API),
		       port_of(f, FAKE_GATEWAY), port_of(f, FAKE_RESUME));
		fflush(stdout);
		r = loop_run(f->loop);
	}
	for (int i = 0; i < FAKE_PORTS; i++)
		front_free(f->fronts[i]);
	server_free(control);
	return r;
}

static void on_signal(void *ctx, UNUSED int signo)
{
	loop_stop(((struct fake *)ctx)->loop, EXIT_SUCCESS);
}

/* False: it was asked for and is not there. */
static bool read_certificate(int argc, char **argv, SSL_CTX **ret)
{
	if (argc != 3)
		return argc == 1;
	*ret = SSL_CTX_new(TLS_server_method());
	return SSL_CTX_use_certificate_chain_file(*ret, argv[1]) == 1 &&
	       SSL_CTX_use_PrivateKey_file(*ret, argv[2], SSL_FILETYPE_PEM) == 1;
}

static int run(struct fake *f, SSL_CTX *tls)
{
	int r = loop_on_signal(f->loop, SIGTERM, on_signal, f);

	if (r)
		return r;
	furnish(f);
	r = serve(f, tls);
	gate_free(f->gate);
	rest_free(f->rest);
	limit_done(&f->limit);
	report_done(&f->report);
	place_done(&f->place);
	free(f->token);
	return r;
}

int main(int argc, char **argv)
{
	SSL_CTX *tls = NULL;
	struct fake f = { 0 };
	int r = -1;

	signal(SIGPIPE, SIG_IGN);
	if (!read_certificate(argc, argv, &tls))
		fprintf(stderr, "usage: discord [CERT KEY]\n");
	else if (loop_new(&f.loop) == 0)
		r = run(&f, tls);
	loop_free(f.loop);
	SSL_CTX_free(tls);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
