/*
 * test_real.c - the clients people really use, from Debian: tt++, inetutils telnet, tf5 and KildClient.  Each
 * logs in, plays a little, and agrees with us on what it is known to speak.
 *
 * Each goes through a recording proxy (tap.h).  With MUDLARK_FIXTURES=DIR (`make fixtures`) the recording is
 * written there as a transcript, which tests/unit/gateway/test_negotiation.c plays again without the
 * client.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/child.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/screen.h"
#include "tests/support/tap.h"
#include "tests/support/tmp.h"
#include "tests/support/transcript.h"

enum { SAID_US = 10000000, STEP_US = 5000 };

struct visit {
	struct mud mud;
	struct tap tap;
	struct screen screen;
	char port[8]; /* of the tap */
};

static bool is_missing(const char *program)
{
	if (screen_has(program))
		return false;
	printf("skipped: %s is not installed\n", program);
	return true;
}

static void visit_begin(struct visit *v, const char *client)
{
	const struct mud_conf conf = { 0 };

	*v = (struct visit){ 0 };
	mud_start(&v->mud, &conf);
	tap_open(&v->tap, v->mud.telnet, v->mud.dir, client);
	snprintf(v->port, sizeof(v->port), "%u", v->tap.port);
}

static void keep(const struct buf *transcript, const char *client, const char *what)
{
	const char *dir = getenv("MUDLARK_FIXTURES");
	char path[512];
	struct buf text = { 0 };

	if (!dir || !*dir)
		return;
	snprintf(path, sizeof(path), "%s/%s.neg", dir, client);
	buf_addf(&text, "# %s\n%s", what, buf_p(transcript));
	buf_addc(&text, '\0');
	tmp_write(path, buf_p(&text));
	buf_done(&text);
}

static void visit_end(struct visit *v, const char *client, const char *what)
{
	struct buf recording = tap_read(&v->tap);
	struct buf transcript = transcript_of(buf_span(&recording));

	keep(&transcript, client, what);
	buf_done(&transcript);
	buf_done(&recording);
	tap_close(&v->tap);
	ck_assert_int_eq(mud_stop(&v->mud), 0);
}

static bool is_said(struct visit *v, const char *line, bool complain)
{
	struct buf recording = tap_read(&v->tap);
	struct buf transcript = transcript_of(buf_span(&recording));
	bool found = strstr(buf_p(&transcript), line) != NULL;

	if (!found && complain)
		die("\"%s\" was not said:\n%s", line, buf_p(&transcript));
	buf_done(&transcript);
	buf_done(&recording);
	return found;
}

/* Waits until the transcript has it. */
static void expect_said(struct visit *v, const char *line)
{
	for (uint64_t end = now_us() + SAID_US; now_us() < end; usleep(STEP_US))
		if (is_said(v, line, false))
			return;
	is_said(v, line, true);
}

static void expect_all_said(struct visit *v, const char *const *lines)
{
	for (; *lines; lines++)
		expect_said(v, *lines);
}

static void expect_never_said(struct visit *v, const char *line)
{
	if (is_said(v, line, false))
		die("\"%s\" was said", line);
}

/* Account, password, a few lines, good-bye. */
static void play(struct screen *s, const char *name)
{
	size_t secret;

	screen_expect(s, "Name:");
	screen_type(s, name);
	screen_expect(s, "(y/n)");
	screen_type(s, "y");
	screen_expect(s, "Choose a password:");
	secret = s->text.n;
	screen_type(s, "unseen by anybody");
	screen_expect(s, "Repeat the password:");
	screen_type(s, "unseen by anybody");
	screen_expect(s, "Exits:");
	ck_assert_ptr_null(memmem(buf_p(&s->text) + secret, s->text.n - secret, "unseen", 6));
	screen_type(s, "say hello from here");
	screen_expect(s, "You say, \"");
	screen_expect(s, "hello from here");
	screen_type(s, "get boat");
	screen_expect(s, "You pick up");
}

static void leave(struct screen *s)
{
	screen_type(s, "quit");
	screen_expect(s, "Good-bye");
}

START_TEST(telnet_of_the_distribution_is_spoken_to_plainly)
{
	static const char *const said[] = { "> IAC WILL NAWS\n",
					    "> IAC SB NAWS 0 100 0 40 IAC SE\n",
					    "> IAC WILL TTYPE\n",
					    "> IAC SB TTYPE 0 \"XTERM-256COLOR\" IAC SE\n",
					    "> IAC DONT END-OF-RECORD\n",
					    "> IAC DONT GMCP\n",
					    "< IAC WILL ECHO\n",
					    "> IAC DO ECHO\n",
					    "< IAC WONT ECHO\n",
					    "> IAC DONT ECHO\n",
					    NULL };
	struct visit v;

	if (is_missing("telnet"))
		return;
	visit_begin(&v, "telnet");
	screen_open(&v.screen, (const char *[]){ "telnet", "127.0.0.1", v.port, NULL }, v.mud.dir);
	play(&v.screen, "Telly");
	screen_resize(&v.screen, 132, 50);
	expect_said(&v, "> IAC SB NAWS 0 132 0 50 IAC SE\n");
	leave(&v.screen);
	screen_expect(&v.screen, "Connection closed");
	expect_all_said(&v, said);
	expect_never_said(&v, "<z");
	expect_never_said(&v, "< IAC EOR\n");
	screen_close(&v.screen);
	visit_end(&v, "telnet", "inetutils telnet, xterm-256color of 100 by 40, later 132 by 50");
}
END_TEST

START_TEST(tintin_gets_compression_both_ways_prompts_and_its_character_set)
{
	static const char *const said[] = { " IAC SB TTYPE 0 \"TINTIN++\" IAC SE\n",
					    " IAC SB TTYPE 0 \"MTTS 271\" IAC SE\n",
					    " IAC SB NAWS 0 100 0 40 IAC SE\n",
					    " IAC SB CHARSET 2 \"UTF-8\" IAC SE\n",
					    "> IAC DO END-OF-RECORD\n",
					    " IAC EOR\n",
					    " IAC DO ECHO\n",
					    " IAC SB GMCP \"Core.Supports.Set",
					    NULL };
	static const char *const compressed[] = {
		"> IAC DO MCCP2\n",	   "< IAC SB MCCP2 IAC SE\n",
		"> IAC SB MCCP3 IAC SE\n", "\n>z \"say hello from here\"",
		"\n<z IAC EOR\n",	   NULL
	};
	char session[64];
	struct visit v;

	if (is_missing("tt++"))
		return;
	visit_begin(&v, "tintin");
	screen_open(&v.screen, (const char *[]){ "tt++", "-G", NULL }, v.mud.dir);
	screen_type(&v.screen, "#event {IAC WILL GMCP} {#send {\\xFF\\xFD\\xC9\\};"
			       "#send {\\xFF\\xFA\\xC9"
			       "Core.Supports.Set [\"Char 1\", \"Room 1\"]\\xFF\\xF0\\}}");
	screen_type(&v.screen, "#event {IAC SB GMCP} {#showme {GMCP %0 :: %1}}");
	snprintf(session, sizeof(session), "#session m 127.0.0.1 %s", v.port);
	screen_type(&v.screen, session);
	play(&v.screen, "Tinny");
	expect_all_said(&v, said);
	expect_all_said(&v, compressed);
	leave(&v.screen);
	screen_close(&v.screen);
	visit_end(&v, "tintin",
		  "tt++, xterm-256color of 100 by 40 in UTF-8, with an #event for GMCP");
}
END_TEST

START_TEST(tf_is_served_what_it_speaks)
{
	static const char *const said[] = { "> IAC SB TTYPE 0 \"TINYFUGUE\" IAC SE\n",
					    "> IAC WILL NAWS\n",
					    "> IAC DO END-OF-RECORD\n",
					    " IAC DONT GMCP\n",
					    " IAC EOR\n",
					    " IAC DO ECHO\n",
					    NULL };
	struct visit v;

	if (is_missing("tf5"))
		return;
	visit_begin(&v, "tf5");
	screen_open(&v.screen, (const char *[]){ "tf5", "-f", "-v", "127.0.0.1", v.port, NULL },
		    v.mud.dir);
	play(&v.screen, "Fugue");
	expect_all_said(&v, said);
	leave(&v.screen);
	screen_close(&v.screen);
	visit_end(&v, "tf5", "tf5 without a configuration, not visual, 100 by 40");
}
END_TEST

/* KildClient wants an X server, and is talked to by its own Perl: what the file `type` gets is sent, or
 * run where it begins with a slash; what it shows goes to `shown`. */
struct kild {
	struct child x, client;
	char *home, *type, *shown;
};

static const char kild_world[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<!DOCTYPE kcworld SYSTEM \"kcworld.dtd\">\n"
	"<kcworld><name>Mudlark</name><host tls=\"0\">127.0.0.1</host><port>%s</port>\n"
	"<charset>UTF-8</charset><proxy type=\"0\"/><scriptfile>%s/play.pl</scriptfile>\n"
	"<protocols><mccp behavior=\"0\"/></protocols></kcworld>\n";

static const char kild_script[] =
	"open(our $shown, '>>', '%s/shown'); select((select($shown), $| = 1)[0]);\n"
	"sub shown { print $shown \"$_[0]\\n\"; }\n"
	"sub type { open(my $f, '<', '%s/type') or return; seek($f, $main::at, 0);\n"
	"  while (<$f>) { chomp; s{^/}{} ? eval($_) : $world->send($_); } $main::at = tell($f); }\n"
	"$world->trigger('^(.*)$', '/shown($_[1])');\n"
	"$world->hook('OnServerData', '/shown(\"DATA $server_data{protocol} "
	"$server_data{package}.$server_data{message}\")');\n"
	"$world->timer({ interval => .1, count => -1, action => '/type()' });\n";

static const char kild_supports[] = "/$world->sendserverdata({ protocol => 'GMCP', package => "
				    "'Core', subpackage => 'Supports', "
				    "message => 'Set', data => ['Char 1', 'Room 1'] })";
static const char kild_list[] =
	"/$world->sendserverdata({ protocol => 'MSDP', data => { LIST => 'COMMANDS' } })";

static void write_script(const char *path, const char *fmt, const char *a, const char *b)
{
	char text[2048];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), fmt, a, b);
#pragma GCC diagnostic pop
	tmp_write(path, text);
}

/* The display's number; the X server writes it, when it is ready, to what we have it take for its
 * stdout. */
static bool start_x(struct kild *k)
{
	static const char *const argv[] = { "Xvfb",	  "-displayfd", "1",   "-screen", "0",
					    "800x600x24", "-nolisten",	"tcp", NULL };
	CLEANUP(base_freep) char *log = tmp_path(k->home, "x.out");

	child_start(&k->x, argv, log);
	if (!child_says(&k->x, "\n", SAID_US))
		return false;
	CLEANUP(base_freep) char *text = tmp_read(log);
	char display[32];
	const char *number = strrchr(text, '\n');

	while (number > text && number[-1] >= '0' && number[-1] <= '9')
		number--;
	snprintf(display, sizeof(display), ":%d", atoi(number));
	setenv("DISPLAY", display, 1);
	return true;
}

static bool kild_begin(struct kild *k, struct visit *v)
{
	CLEANUP(base_freep) char *world = NULL, *script = NULL, *log = NULL;

	*k = (struct kild){ .home = tmp_dir() };
	world = tmp_path(k->home, "m.wrl");
	script = tmp_path(k->home, "play.pl");
	log = tmp_path(k->home, "client.out");
	k->type = tmp_path(k->home, "type");
	k->shown = tmp_path(k->home, "shown");
	if (!start_x(k))
		return false;
	write_script(world, kild_world, v->port, k->home);
	write_script(script, kild_script, k->home, k->home);
	setenv("HOME", k->home, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("NO_AT_BRIDGE", "1", 1);
	setenv("PATH", "/usr/bin:/bin:/usr/games", 1);
	child_start(&k->client, (const char *[]){ "kildclient", "-c", k->home, "Mudlark", NULL },
		    log);
	return true;
}

static void kild_end(struct kild *k)
{
	child_end(&k->client, SIGTERM, 2000000);
	child_end(&k->x, SIGTERM, 2000000);
	free(k->type);
	free(k->shown);
}

static void kild_type(struct kild *k, const char *line)
{
	FILE *f = fopen(k->type, "ae");

	if (!f || fprintf(f, "%s\n", line) < 0 || fclose(f))
		die("cannot write %s", k->type);
}

static void kild_expect(struct kild *k, const char *text)
{
	uint64_t end = now_us() + SAID_US;

	for (;; usleep(STEP_US)) {
		CLEANUP(base_freep) char *all = tmp_read(k->shown);

		if (strstr(all, text))
			return;
		if (now_us() > end)
			die("KildClient did not show \"%s\":\n%s\n%s", text, all,
			    tmp_read(k->client.log));
	}
}

START_TEST(kildclient_under_x_gets_data_and_compression)
{
	static const char *const said[] = { "> IAC SB TTYPE 0 \"KildClient\" IAC SE\n",
					    "> IAC WILL NAWS\n", "> IAC DO GMCP\n", NULL };
	static const char *const more[] = { "> IAC DO MSDP\n", "> IAC DO MCCP2\n",
					    "< IAC SB MCCP2 IAC SE\n", "\n<z text\n", NULL };
	struct visit v;
	struct kild k;

	if (is_missing("kildclient") || is_missing("Xvfb"))
		return;
	visit_begin(&v, "kildclient");
	if (kild_begin(&k, &v)) {
		kild_expect(&k, "to look about.");
		kild_type(&k, kild_supports);
		kild_type(&k, "guest");
		kild_expect(&k, "Exits:");
		kild_expect(&k, "DATA GMCP Room.Info\n");
		kild_type(&k, kild_list);
		kild_expect(&k, "DATA MSDP");
		kild_type(&k, "say hello from here");
		kild_expect(&k, "You say, \"hello from here\"");
		expect_all_said(&v, said);
		expect_all_said(&v, more);
		kild_type(&k, "quit");
		kild_expect(&k, "Good-bye");
	} else {
		printf("skipped: Xvfb does not start, so KildClient was not tried\n");
	}
	kild_end(&k);
	visit_end(&v, "kildclient", "KildClient under Xvfb, a saved world in UTF-8");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ telnet_of_the_distribution_is_spoken_to_plainly, 1 },
		{ tintin_gets_compression_both_ways_prompts_and_its_character_set, 1 },
		{ tf_is_served_what_it_speaks, 1 },
		{ kildclient_under_x_gets_data_and_compression, 1 },
	};

	return suite_main("real", 60, tests, ARRAY_LEN(tests));
}
