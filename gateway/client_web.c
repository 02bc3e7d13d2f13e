/*
 * client_web.c - see client_web.h.
 */
#include "gateway/client_web.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>
#include "gateway/client.h"
#include "gateway/client_telnet.h"
#include "gateway/gmcp.h"
#include "gateway/terminal.h"
#include "gateway/websocket.h"
#include "rt/text.h"

struct web_client {
	struct client c;
	char name[GMCP_NAME_MAX + 1]; /* of the program, by Core.Hello */
	uint16_t columns, rows;	      /* 0: the client wraps by itself */
	uint8_t colour;		      /* enum markup_colour */
	bool screen_reader;
};

static struct web_client *web_of(struct client *c)
{
	return (struct web_client *)c;
}

/* What comes in */

static void feed(struct client *c, struct span text)
{
	while (c->session && !c->doomed && line_next(&c->line, &text, NULL))
		client_line(c, CHARSET_UTF8);
}

/* A message is a whole line, whether it says so at its end or not. */
static void take_lines(struct client *c, struct span text)
{
	c->line.after_cr = false;
	feed(c, text);
	if (text.n == 0 || (text.p[text.n - 1] != '\n' && text.p[text.n - 1] != '\r'))
		feed(c, SPAN("\n"));
}

/* clang-format off */
struct colour_row {
	const char *name;
	enum markup_colour colour;
};

static const struct colour_row colours[] = {
	{ "none", COLOUR_NONE },
	{ "16",   COLOUR_16 },
	{ "256",  COLOUR_256 },
	{ "true", COLOUR_TRUE },
};
/* clang-format on */

static void take_colour(struct web_client *w, const json_t *name)
{
	for (size_t i = 0; json_is_string(name) && i < ARRAY_LEN(colours); i++)
		if (strcmp(json_string_value(name), colours[i].name) == 0)
			w->colour = (uint8_t)colours[i].colour;
}

/* Absent, 0 or nonsense: 0. */
static uint16_t size_in(const json_t *v, json_int_t min, json_int_t max)
{
	json_int_t n = json_integer_value(v);

	return (uint16_t)(n <= 0 ? 0 : n < min ? min : n > max ? max : n);
}

/* Mudlark.Terminal. */
static void take_terminal(struct client *c, struct span payload)
{
	struct web_client *w = web_of(c);
	json_t *json = gmcp_json(payload);

	if (json_is_object(json)) {
		w->columns = size_in(json_object_get(json, "columns"), TERMINAL_WIDTH_MIN,
				     TERMINAL_WIDTH_MAX);
		w->rows = size_in(json_object_get(json, "rows"), TERMINAL_HEIGHT_MIN,
				  TERMINAL_HEIGHT_MAX);
		w->screen_reader = json_is_true(json_object_get(json, "screen_reader"));
		take_colour(w, json_object_get(json, "colours"));
		lobby_caps(c->session);
	}
	json_decref(json);
}

/* `Package.Name json`. */
static void take_gmcp(struct client *c, struct span message)
{
	static const char terminal[] = "mudlark.terminal";
	size_t n = sizeof(terminal) - 1;

	if (message.n >= n && strncasecmp(message.p, terminal, n) == 0 &&
	    (message.n == n || message.p[n] == ' '))
		take_terminal(c, (struct span){ message.p + n, message.n - n });
	else
		client_gmcp(c, message);
}

static struct span string_of(const json_t *s)
{
	return (struct span){ json_string_value(s), json_string_length(s) };
}

/* Other protocols in this envelope than GMCP are passed over. */
static void take_json(struct client *c, struct span message)
{
	json_t *json = gmcp_json(message);
	const char *proto = json_string_value(json_object_get(json, "proto"));
	struct span id = string_of(json_object_get(json, "id"));
	struct span data = string_of(json_object_get(json, "data"));
	struct buf whole = { 0 };

	if (proto && strcasecmp(proto, "gmcp") == 0) {
		buf_add(&whole, id.p, id.n);
		if (id.n > 0 && data.n > 0)
			buf_addc(&whole, ' ');
		buf_add(&whole, data.p, data.n);
		take_gmcp(c, buf_span(&whole));
	}
	buf_done(&whole);
	json_decref(json);
}

static void on_gmcp(struct client *c, struct span message)
{
	if (websocket_is_text(c))
		take_gmcp(c, message);
	else
		take_lines(c, message);
}

static void on_json(struct client *c, struct span message)
{
	if (websocket_is_text(c))
		take_json(c, message);
	else
		take_lines(c, message);
}

/* What goes out */

static void make_gmcp(struct buf *out, struct span package, struct span json)
{
	buf_add(out, package.p, package.n);
	if (json.n > 0)
		buf_addc(out, ' ');
	buf_add(out, json.p, json.n);
}

static void make_json(struct buf *out, struct span package, struct span json)
{
	buf_adds(out, "{\"proto\":\"gmcp\",\"id\":");
	json_quote(out, package);
	buf_adds(out, ",\"data\":");
	json_quote(out, json);
	buf_addc(out, '}');
}

/* How one subprotocol writes a GMCP message. */
struct writer {
	void (*make)(struct buf *out, struct span package, struct span json);
};

static const struct writer gmcp_writer = { make_gmcp };
static const struct writer json_writer = { make_json };

/* The place in the output and what belongs to it must not overtake the text. */
static bool is_behind(struct span package)
{
	return text_eq_fold(package, SPAN("Mudlark.Session.At"));
}

static void send_data(struct client *c, const struct lobby_data *d, const struct writer *w)
{
	struct buf message = { 0 };

	w->make(&message, d->package, d->json);
	if (is_behind(d->package))
		websocket_text_behind(c, buf_span(&message));
	else
		websocket_text(c, buf_span(&message));
	buf_done(&message);
}

static void on_gmcp_data(struct client *c, const struct lobby_data *d)
{
	if (gmcp_wants(c->gmcp, d->package))
		send_data(c, d, &gmcp_writer);
}

static void on_json_data(struct client *c, const struct lobby_data *d)
{
	if (gmcp_wants(c->gmcp, d->package))
		send_data(c, d, &json_writer);
}

static void tell_hidden(struct client *c, const struct writer *w)
{
	struct lobby_data d = { .package = SPAN("Mudlark.Input") };

	d.json = c->session->hidden ? SPAN("{\"hidden\":true}") : SPAN("{\"hidden\":false}");
	send_data(c, &d, w);
}

static void on_gmcp_hide(struct client *c)
{
	tell_hidden(c, &gmcp_writer);
}

static void on_json_hide(struct client *c)
{
	tell_hidden(c, &json_writer);
}

static void ignore(UNUSED struct client *c)
{
}

static void ignore_data(UNUSED struct client *c, UNUSED const struct lobby_data *d)
{
}

/* What it is and can show */

static void on_start(struct client *c)
{
	web_of(c)->colour = COLOUR_TRUE;
}

static void on_caps(struct client *c, Mudlark__SessionCaps *ret)
{
	struct web_client *w = web_of(c);

	ret->client = w->name;
	ret->width = w->columns;
	ret->height = w->rows;
	ret->screen_reader = w->screen_reader;
	ret->gmcp = c->protocol != &protocol_terminal;
	if (c->gmcp && ret->gmcp) {
		ret->supports = c->gmcp->supports;
		ret->n_supports = c->gmcp->n;
	}
}

static bool on_hello(struct client *c, struct span name)
{
	struct web_client *w = web_of(c);
	struct buf clean = { 0 };
	bool changed;

	text_clean(&clean, name);
	clean.n = text_cut(buf_span(&clean), GMCP_NAME_MAX);
	changed = strlen(w->name) != clean.n || memcmp(w->name, buf_p(&clean), clean.n) != 0;
	memcpy(w->name, buf_p(&clean), clean.n);
	w->name[clean.n] = '\0';
	buf_done(&clean);
	return changed;
}

static struct markup_kind kind_of(const struct client *c)
{
	const struct web_client *w = (const struct web_client *)c;

	return (struct markup_kind){
		.colour = w->colour,
		.charset = CHARSET_UTF8,
		.width = w->columns,
	};
}

#define WEB_PROTOCOL(name_, receive_, hide_, data_)                                                \
	{                                                                                          \
		.name = name_, .size = sizeof(struct web_client), .start = on_start,               \
		.done = ignore, .receive = receive_, .ping = ignore, .hide = hide_,                \
		.prompted = ignore, .data = data_, .caps = on_caps, .hello = on_hello,             \
		.kind = kind_of,                                                                   \
	}

const struct protocol protocol_terminal = WEB_PROTOCOL("terminal", take_lines, ignore, ignore_data);
const struct protocol protocol_gmcp = WEB_PROTOCOL("gmcp", on_gmcp, on_gmcp_hide, on_gmcp_data);
const struct protocol protocol_json = WEB_PROTOCOL("json", on_json, on_json_hide, on_json_data);

/* The choice */

/* clang-format off */
struct subprotocol {
	const char *name;
	const struct protocol *protocol;
};

static const struct subprotocol subprotocols[] = {
	{ "gmcp.mudstandards.org",     &protocol_gmcp },
	{ "json.mudstandards.org",     &protocol_json },
	{ "telnet.mudstandards.org",   &protocol_telnet },
	{ "terminal.mudstandards.org", &protocol_terminal },
};
/* clang-format on */

static const struct subprotocol *find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(subprotocols); i++)
		if (strlen(subprotocols[i].name) == name.n &&
		    memcmp(subprotocols[i].name, name.p, name.n) == 0)
			return &subprotocols[i];
	return NULL;
}

const struct protocol *client_web_choose(const struct http_head *r, const char **ret_name)
{
	for (size_t i = 0; i < r->n; i++) {
		struct span list = r->headers[i].value, item;
		const struct subprotocol *known;

		if (!text_eq_fold(r->headers[i].name, SPAN("sec-websocket-protocol")))
			continue;
		while (http_head_item(&list, &item)) {
			known = find(item);
			if (!known)
				continue;
			*ret_name = known->name;
			return known->protocol;
		}
	}
	*ret_name = NULL;
	return &protocol_terminal;
}
