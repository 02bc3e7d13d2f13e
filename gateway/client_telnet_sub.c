/*
 * client_telnet_sub.c - what a telnet client says beside what is typed: subnegotiations; and the few lines
 * that are for the gateway itself: `mssp-request` in place of a name, and `charset`.
 */
#include "gateway/client_telnet_impl.h"

#include <string.h>
#include "rt/text.h"

/* Lines that are for the gateway itself */

static void say_mssp(struct telnet_client *t, UNUSED struct span rest)
{
	struct client *c = &t->c;

	mssp_lines(client_out(c), &c->of->lobby->mssp, &c->of->conf->mssp);
}

static void say_charset(struct telnet_client *t, struct span name)
{
	struct buf text = { 0 };
	bool known = name.n == 0 || terminal_charset(&t->terminal, name);

	if (known) {
		buf_addf(&text, "{system}Your character set is %s.",
			 charset_name((enum charset)t->terminal.charset));
	} else {
		buf_adds(&text, "{system}That character set is not known here.");
	}
	if (!known || name.n == 0) {
		buf_adds(&text, " There are:");
		for (int set = 0; set < CHARSETS; set++)
			buf_addf(&text, " %s", charset_name((enum charset)set));
		buf_addc(&text, '.');
	}
	buf_adds(&text, "{/}");
	buf_addc(&text, '\0');
	lobby_say(t->c.session, buf_p(&text));
	buf_done(&text);
}

struct word_row {
	const char *word;
	bool login,
		play; /* where it counts by itself; with a word behind it `charset` does everywhere */
	void (*take)(struct telnet_client *t, struct span rest);
};

static const struct word_row words[] = {
	{ "mssp-request", true, false, say_mssp },
	{ "charset", false, true, say_charset },
};

bool client_telnet_word(struct telnet_client *t)
{
	struct client *c = &t->c;
	struct span rest = text_trim(buf_span(&c->line.raw));
	struct span word = text_word(&rest);

	if (c->session->hidden || word.n == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const struct word_row *w = &words[i];

		if (!text_eq_fold(word, (struct span){ w->word, strlen(w->word) }))
			continue;
		if (!(c->session->playing ? w->play : w->login) && rest.n == 0)
			return false;
		c->at_prompt = false;
		c->prompt_due = true;
		client_out(c);
		w->take(t, rest);
		return true;
	}
	return false;
}

/* Subnegotiations */

static void sub_gmcp(struct telnet_client *t, struct span data)
{
	if (has_gmcp(t))
		client_gmcp(&t->c, data);
}

struct setting_row {
	const char *name;
	enum markup_colour colour; /* that `1` stands for */
	bool (*take)(struct terminal *t, struct span value);
};

static bool set_utf8(struct terminal *t, struct span value)
{
	return text_eq_fold(value, SPAN("1")) && terminal_charset(t, SPAN("UTF-8"));
}

static const struct setting_row settings[] = {
	{ "ANSI_COLORS", COLOUR_16, NULL },	     { "CHARSET", COLOUR_NONE, terminal_charset },
	{ "CLIENT_ID", COLOUR_NONE, terminal_name }, { "CLIENT_NAME", COLOUR_NONE, terminal_name },
	{ "UTF_8", COLOUR_NONE, set_utf8 },	     { "XTERM_256_COLORS", COLOUR_256, NULL },
};

/* What a client says about itself by MSDP. */
static void configure(void *ctx, struct span name, struct span value)
{
	struct telnet_client *t = ctx;

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const struct setting_row *row = &settings[i];

		if (!text_eq_fold(name, (struct span){ row->name, strlen(row->name) }))
			continue;
		if (row->take && row->take(&t->terminal, value))
			lobby_caps(t->c.session);
		else if (!row->take && text_eq_fold(value, SPAN("1")))
			terminal_colour(&t->terminal, row->colour);
	}
}

static void sub_msdp(struct telnet_client *t, struct span data)
{
	struct client *c = &t->c;
	struct msdp_turn turn = {
		.info = &c->of->lobby->mssp,
		.now_s = clock_wall(loop_clock(c->of->loop)) / 1000,
		.out = client_out(c),
		.configure = configure,
		.ctx = t,
	};

	if (telopt_us(&t->options, OPTION_MSDP) && msdp_receive(&t->msdp, data, &turn))
		lobby_caps(c->session);
}

static void sub_environ(struct telnet_client *t, struct span data)
{
	struct mnes_var v;
	struct mnes m;

	if (!telopt_him(&t->options, OPTION_NEW_ENVIRON) || !mnes_begin(&m, data))
		return;
	while (is_open(t) && mnes_next(&m, &v)) {
		if (v.user && strcmp(v.name, "RESUME_TOKEN") == 0)
			client_resume_token(&t->c, (struct span){ v.value, v.n });
		else if (terminal_env(&t->terminal, &v))
			lobby_caps(t->c.session);
	}
}

static void sub_mccp3(struct telnet_client *t, UNUSED struct span data)
{
	if (telopt_us(&t->options, OPTION_MCCP3))
		mccp_begin(&t->mccp);
}

struct sub_row {
	uint8_t option;
	void (*take)(struct telnet_client *t, struct span data);
};

static const struct sub_row subs[] = {
	{ OPTION_GMCP, sub_gmcp },
	{ OPTION_MSDP, sub_msdp },
	{ OPTION_NEW_ENVIRON, sub_environ },
	{ OPTION_MCCP3, sub_mccp3 },
};

void client_telnet_sub(struct telnet_client *t, const struct telnet_event *ev)
{
	for (size_t i = 0; i < ARRAY_LEN(subs); i++)
		if (subs[i].option == ev->option) {
			subs[i].take(t, ev->data);
			return;
		}
	if (terminal_sub(&t->terminal, ev, client_out(&t->c)))
		lobby_caps(t->c.session);
}
