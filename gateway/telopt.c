/*
 * telopt.c - see telopt.h.
 *
 * Each side of an option is in one of the six states of RFC 1143; what happens in each of them is
 * the tables `next` and `answers`.  ECHO is the exception, because it is turned on and off for
 * every password and tt++ never answers WONT ECHO: turning it off takes effect at once, and a DO
 * that comes late is never taken for a wish once we have offered it ourselves.
 */
#include "gateway/telopt.h"

enum state { NO, YES, WANT_NO, WANT_NO_YES, WANT_YES, WANT_YES_NO, STATES };

/* What can happen to one side of an option. ASK: by ourselves. */
enum input { AGREED, REFUSED, ASK_ON, ASK_OFF, INPUTS };

enum answer { SILENT, SAY_YES, SAY_NO };

/* clang-format off */
static const uint8_t next[STATES][INPUTS] = {
	/*                  AGREED   REFUSED   ASK_ON       ASK_OFF */
	[NO]          = { YES,     NO,       WANT_YES,    NO },
	[YES]         = { YES,     NO,       YES,         WANT_NO },
	[WANT_NO]     = { NO,      NO,       WANT_NO_YES, WANT_NO },
	[WANT_NO_YES] = { YES,     WANT_YES, WANT_NO_YES, WANT_NO },
	[WANT_YES]    = { YES,     NO,       WANT_YES,    WANT_YES_NO },
	[WANT_YES_NO] = { WANT_NO, NO,       WANT_YES,    WANT_YES_NO },
};

static const uint8_t answers[STATES][INPUTS] = {
	/*                  AGREED   REFUSED   ASK_ON   ASK_OFF */
	[NO]          = { SAY_YES, SILENT,  SAY_YES, SILENT },
	[YES]         = { SILENT,  SAY_NO,  SILENT,  SAY_NO },
	[WANT_NO]     = { SILENT,  SILENT,  SILENT,  SILENT },
	[WANT_NO_YES] = { SILENT,  SAY_YES, SILENT,  SILENT },
	[WANT_YES]    = { SILENT,  SILENT,  SILENT,  SILENT },
	[WANT_YES_NO] = { SAY_NO,  SILENT,  SILENT,  SILENT },
};
/* clang-format on */

enum policy { REFUSE, ACCEPT, START };

/* clang-format off */
struct option {
	uint8_t code;
	uint8_t us, him; /* START: offered, or asked for, when the connection begins */
	bool compresses;
};

static const struct option options[TELOPT_N] = {
	{ OPTION_ECHO,        .us = ACCEPT, .him = REFUSE },
	{ OPTION_SGA,         .us = ACCEPT, .him = ACCEPT },
	{ OPTION_TTYPE,       .us = REFUSE, .him = START },
	{ OPTION_EOR,         .us = START,  .him = REFUSE },
	{ OPTION_NAWS,        .us = REFUSE, .him = START },
	{ OPTION_NEW_ENVIRON, .us = REFUSE, .him = START },
	{ OPTION_CHARSET,     .us = START,  .him = ACCEPT },
	{ OPTION_MSDP,        .us = START,  .him = REFUSE },
	{ OPTION_MSSP,        .us = START,  .him = REFUSE },
	{ OPTION_MXP,         .us = START,  .him = ACCEPT },
	{ OPTION_GMCP,        .us = START,  .him = ACCEPT },
	{ OPTION_MCCP2,       .us = START,  .him = REFUSE, .compresses = true },
	{ OPTION_MCCP3,       .us = START,  .him = REFUSE, .compresses = true },
};
/* clang-format on */

enum { ECHO = 0 }; /* its row */

static int row_of(uint8_t code)
{
	for (int i = 0; i < TELOPT_N; i++)
		if (options[i].code == code)
			return i;
	return -1;
}

static void say(struct buf *out, bool us, bool yes, uint8_t code)
{
	/* clang-format off */
	static const uint8_t words[2][2] = {
		{ TELNET_DONT, TELNET_DO },
		{ TELNET_WONT, TELNET_WILL },
	};
	/* clang-format on */

	telnet_option(out, words[us][yes], code);
}

static bool is_on(uint8_t state)
{
	return state == YES;
}

void telopt_start(struct telopt *t, bool compress, struct buf *out)
{
	t->no_compression = !compress;
	for (int i = 0; i < TELOPT_N; i++) {
		if (options[i].compresses && !compress)
			continue;
		if (options[i].him == START) {
			t->him[i] = WANT_YES;
			say(out, false, true, options[i].code);
		}
		if (options[i].us == START) {
			t->us[i] = WANT_YES;
			say(out, true, true, options[i].code);
		}
	}
}

static void refuse(struct telopt *t, bool us, uint8_t code, struct buf *out)
{
	if (t->refusals >= TELOPT_REFUSALS)
		return;
	t->refusals++;
	say(out, us, false, code);
}

static void new_minute(struct telopt *t, uint64_t now_us)
{
	uint32_t minute = (uint32_t)(now_us / 60000000);

	if (minute == t->minute)
		return;
	t->minute = minute;
	t->refusals = 0;
	for (int i = 0; i < TELOPT_N; i++)
		t->changes[i] = 0;
}

/* May the client turn this side of the option on? */
static bool is_welcome(struct telopt *t, int row, bool us)
{
	if ((us ? options[row].us : options[row].him) == REFUSE)
		return false;
	if (options[row].compresses && t->no_compression)
		return false;
	if (us && row == ECHO && t->echo_offered && !t->hidden)
		return false;
	if (t->changes[row] >= TELOPT_CHANGES)
		return false;
	t->changes[row]++;
	return true;
}

bool telopt_receive(struct telopt *t, const struct telnet_event *ev, uint64_t now_us,
		    struct buf *out, struct telopt_change *ret)
{
	bool us = ev->command == TELNET_DO || ev->command == TELNET_DONT;
	bool yes = ev->command == TELNET_DO || ev->command == TELNET_WILL;
	int row = row_of(ev->option);
	uint8_t *state, before;
	uint8_t answer;

	new_minute(t, now_us);
	if (row < 0) {
		if (yes)
			refuse(t, us, ev->option, out);
		return false;
	}
	state = us ? &t->us[row] : &t->him[row];
	before = *state;
	if (before == NO && yes && !is_welcome(t, row, us)) {
		refuse(t, us, ev->option, out);
		return false;
	}
	answer = answers[before][yes ? AGREED : REFUSED];
	*state = next[before][yes ? AGREED : REFUSED];
	if (us && row == ECHO && before == WANT_YES_NO)
		*state = NO; /* WONT was sent when it was wished */
	else if (answer != SILENT)
		say(out, us, answer == SAY_YES, ev->option);
	if (us && row == ECHO)
		t->echo_asked = is_on(*state) && !t->echo_offered;
	*ret = (struct telopt_change){ .option = ev->option, .us = us, .on = is_on(*state) };
	return is_on(before) != is_on(*state);
}

void telopt_hide(struct telopt *t, bool on, struct buf *out)
{
	uint8_t *state = &t->us[ECHO];
	enum input ask = on ? ASK_ON : ASK_OFF;

	if (t->hidden == on)
		return;
	t->hidden = on;
	if (t->echo_asked)
		return; /* we echo anyway: we just stop doing it */
	t->echo_offered = true;
	if (*state == WANT_YES || *state == WANT_YES_NO)
		say(out, true, on, OPTION_ECHO); /* unanswered: say it all the same */
	else if (answers[*state][ask] != SILENT)
		say(out, true, answers[*state][ask] == SAY_YES, OPTION_ECHO);
	*state = next[*state][ask] == WANT_NO ? NO : next[*state][ask];
}

bool telopt_us(const struct telopt *t, uint8_t option)
{
	int row = row_of(option);

	return row >= 0 && is_on(t->us[row]);
}

bool telopt_him(const struct telopt *t, uint8_t option)
{
	int row = row_of(option);

	return row >= 0 && is_on(t->him[row]);
}
