/*
 * test_address.c - addresses of Discord, and of tests.
 */
#include "bridges/discord/address.h"

#include <string.h>
#include "../rt/unit.h"

static void is_fine(const char *scheme, const char *text, const char *want)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };
	struct address a;

	ck_assert_int_eq(address_read(&a, scheme, (struct span){ text, strlen(text) }, &why), 0);
	address_write(&a, scheme, &out);
	buf_addc(&out, 0);
	ck_assert_str_eq(buf_p(&out), want);
	address_done(&a);
}

static void is_refused(const char *scheme, const char *text)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	struct address a = { 0 };

	ck_assert_msg(address_read(&a, scheme, (struct span){ text, strlen(text) }, &why) == 1,
		      "%s", text);
	ck_assert(why.n > 0);
	ck_assert(!memmem(buf_p(&why), why.n, "secret", 6));
	ck_assert_ptr_null(a.host);
}

START_TEST(addresses_of_discord_are_taken)
{
	is_fine("http", "https://discord.com/api/v10", "https://discord.com/api/v10");
	is_fine("http", "https://discord.com/api/v10/", "https://discord.com/api/v10");
	is_fine("ws", "wss://gateway.discord.gg", "wss://gateway.discord.gg");
	is_fine("ws", "wss://gateway.discord.gg:8443/", "wss://gateway.discord.gg:8443");
}
END_TEST

START_TEST(without_tls_only_this_machine_is_spoken_to)
{
	is_fine("ws", "ws://127.0.0.1:9", "ws://127.0.0.1:9");
	is_fine("http", "http://localhost:80/x", "http://localhost/x");
	is_fine("http", "http://[::1]:8080", "http://[::1]:8080");
	is_refused("ws", "ws://gateway.discord.gg");
	is_refused("http", "http://discord.com/");
	is_refused("http", "http://127.0.0.1.example/");
	is_refused("http", "http://127.0.0.1@evil.example/");
}
END_TEST

START_TEST(other_schemes_and_passwords_are_refused)
{
	is_refused("ws", "https://discord.com");
	is_refused("http", "wss://discord.com");
	is_refused("http", "file:///etc/passwd");
	is_refused("http", "https://me:secret@discord.com/");
	is_refused("http", "");
	is_refused("http", "secret words");
	is_refused("ws", "wss://");
}
END_TEST

UNIT_MAIN("address", addresses_of_discord_are_taken, without_tls_only_this_machine_is_spoken_to,
	  other_schemes_and_passwords_are_refused)
