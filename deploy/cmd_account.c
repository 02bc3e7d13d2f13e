/* cmd_account.c - `mudlark account ...`: players' accounts, asked of persist while it runs. */
#include "ask.h"
#include "command.h"
#include "secret.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rt/proc.h"

static void print_day(int64_t ms)
{
	char day[32] = "-";
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	if (ms > 0 && gmtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d %H:%M", &tm);
	printf("  %-16s", day);
}

static void print_account(const Mudlark__AccountRow *row)
{
	printf("%-20s  %-11s", row->name, row->role);
	print_day(row->created_ms);
	print_day(row->last_login_ms);
	for (size_t i = 0; i < row->n_characters; i++)
		printf("%s%s", i ? ", " : "  ", row->characters[i]->name);
	putchar('\n');
}

static int ask(const struct args *a, const Mudlark__PersistCall *call, Mudlark__PersistReply **ret)
{
	char absent[160];
	snprintf(absent, sizeof(absent), "account '%.100s'", a->n_words > 1 ? a->words[1] : "");
	return ask_persist(a, call, absent, ret);
}

static int account_list(const struct args *a)
{
	Mudlark__AccountList list = MUDLARK__ACCOUNT_LIST__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__PersistReply *reply = NULL;
	list.name = (char *)(a->n_words > 1 ? a->words[1] : "");
	call.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST;
	call.account_list = &list;
	int status = ask(a, &call, &reply);
	if (status != EXIT_DONE)
		return status;
	printf("%-20s  %-11s  %-16s  %-16s  %s\n", "ACCOUNT", "ROLE", "CREATED (UTC)", "LAST LOGIN",
	       "CHARACTERS");
	for (size_t i = 0; i < reply->n_accounts; i++)
		print_account(reply->accounts[i]);
	mudlark__persist_reply__free_unpacked(reply, NULL);
	return EXIT_DONE;
}

/* Sends the call, says `done` when it was granted. */
static int change(const struct args *a, const Mudlark__PersistCall *call, const char *done)
{
	Mudlark__PersistReply *reply = NULL;
	int status = ask(a, call, &reply);
	if (status != EXIT_DONE)
		return status;
	printf("%s: %s\n", a->words[1], done);
	mudlark__persist_reply__free_unpacked(reply, NULL);
	return EXIT_DONE;
}

static int account_create(const struct args *a)
{
	Mudlark__AccountCreate create = MUDLARK__ACCOUNT_CREATE__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	char password[SECRET_MAX];
	if (secret_ask("Password for the new account: ", password))
		return EXIT_USAGE;
	create.name = (char *)a->words[1];
	create.password = (ProtobufCBinaryData){ strlen(password), (uint8_t *)password };
	create.source = (char *)"operator";
	call.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE;
	call.account_create = &create;
	int status = change(a, &call, "created");
	sodium_memzero(password, sizeof(password));
	return status;
}

static int account_grant(const struct args *a)
{
	Mudlark__AccountGrant grant = MUDLARK__ACCOUNT_GRANT__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	char done[128];
	grant.name = (char *)a->words[1];
	grant.role = (char *)a->words[2];
	call.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_GRANT;
	call.account_grant = &grant;
	snprintf(done, sizeof(done), "is now %s, from the next login on", a->words[2]);
	return change(a, &call, done);
}

static int account_password(const struct args *a)
{
	Mudlark__AccountPassword set = MUDLARK__ACCOUNT_PASSWORD__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	char password[SECRET_MAX];
	if (secret_ask("New password: ", password))
		return EXIT_USAGE;
	set.name = (char *)a->words[1];
	set.new_password = (ProtobufCBinaryData){ strlen(password), (uint8_t *)password };
	set.force = true;
	call.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD;
	call.account_password = &set;
	int status = change(a, &call, "has a new password");
	sodium_memzero(password, sizeof(password));
	return status;
}

struct verb_row {
	const char *verb, *words;
	size_t words_min, words_max; /* behind the verb */
	int (*run)(const struct args *a);
};

static const struct verb_row verbs[] = {
	{ "list", "[NAME]", 0, 1, account_list },
	{ "create", "NAME", 1, 1, account_create },
	{ "grant", "NAME ROLE", 2, 2, account_grant },
	{ "password", "NAME", 1, 1, account_password },
};

static int run(const struct args *a)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].verb, a->words[0]) != 0)
			continue;
		if (a->n_words - 1 >= verbs[i].words_min && a->n_words - 1 <= verbs[i].words_max)
			return verbs[i].run(a);
		fprintf(stderr, "usage: mudlark account %s %s\n", verbs[i].verb, verbs[i].words);
		return EXIT_USAGE;
	}
	fprintf(stderr, "mudlark account: it can list, create, grant and password, not '%s'\n",
		a->words[0]);
	return EXIT_USAGE;
}

const struct command cmd_account = {
	.name = "account",
	.words = "list [NAME] | create NAME | grant NAME ROLE | password NAME",
	.about = "list accounts, make one, set its role or its password",
	.more = "Passwords are asked for twice without echo, or are one line of standard input "
		"when\n"
		"that is not a terminal.  ROLE is player, helper, builder, admin or implementor.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET | ARG_INSECURE,
	.words_min = 1,
	.words_max = 3,
	.run = run,
};
