/* The command line, and the paths that follow from --data. */
#include "deploy/settings.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct command a_command = {
	.name = "try",
	.words = "NAME [MORE]",
	.about = "",
	.flags = ARG_CONFIG | ARG_SET | ARG_DATA | ARG_LINES | ARG_FOLLOW,
	.words_min = 1,
	.words_max = 2,
};

static int parse(struct args *a, const char *line)
{
	static char copy[256]; /* args borrow their words from it */
	char *argv[32], *rest = copy;
	int argc = 0;
	snprintf(copy, sizeof(copy), "%s", line);
	while ((argv[argc] = strsep(&rest, " ")))
		argc++;
	return args_parse(a, &a_command, argc, argv);
}

START_TEST(flags_and_words_may_mix_in_any_order)
{
	struct args a;
	ck_assert_int_eq(parse(&a, "try one --set a.b=c -d dir two --config=f -s d.e=f=g -f"), 0);
	ck_assert_uint_eq(a.n_words, 2);
	ck_assert_str_eq(a.words[1], "two");
	ck_assert_str_eq(a.data, "dir");
	ck_assert_str_eq(a.config, "f");
	ck_assert_uint_eq(a.n_sets, 2);
	ck_assert_str_eq(a.sets[1], "d.e=f=g");
	ck_assert_uint_eq(a.given, ARG_SET | ARG_DATA | ARG_CONFIG | ARG_FOLLOW);
}
END_TEST

START_TEST(two_dashes_end_the_flags)
{
	struct args a;
	ck_assert_int_eq(parse(&a, "try -- --set -f"), 0);
	ck_assert_uint_eq(a.n_words, 2);
	ck_assert_str_eq(a.words[0], "--set");
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	struct args a;
	ck_assert_int_eq(parse(&a, "try"), 1);
	ck_assert_int_eq(parse(&a, "try one two three"), 1);
	ck_assert_int_eq(parse(&a, "try one --json"), 1);
	ck_assert_int_eq(parse(&a, "try one --nothing"), 1);
	ck_assert_int_eq(parse(&a, "try one --set"), 1);
	ck_assert_int_eq(parse(&a, "try one --set novalue"), 1);
	ck_assert_int_eq(parse(&a, "try one --lines many"), 1);
	ck_assert_int_eq(parse(&a, "try one --follow=yes"), 1);
	ck_assert_int_eq(parse(&a, "try one --data="), 1);
	ck_assert_int_eq(parse(&a, "try one --lines 7"), 0);
	ck_assert_uint_eq(a.lines, 7);
}
END_TEST

static const char *find(char *const *list, const char *key)
{
	size_t n = strlen(key);
	for (; *list; list++)
		if (strncmp(*list, key, n) == 0 && (*list)[n] == '=')
			return *list + n + 1;
	return NULL;
}

static char **derive(const struct args *a)
{
	struct place p;
	place_init(&p, a->data);
	char **list = settings_derive(a, &p, "/nowhere/bin");
	place_done(&p);
	return list;
}

START_TEST(paths_follow_from_the_data_directory)
{
	struct args a;
	ck_assert_int_eq(parse(&a, "try one -d /srv/mud/"), 0);
	char **list = derive(&a);
	ck_assert_str_eq(find(list, "persist.store"), "sqlite:/srv/mud/mudlark.db");
	ck_assert_str_eq(find(list, "world.bus"), "ipc:///srv/mud/run/world.bus");
	ck_assert_str_eq(find(list, "gateway.console"), "unix:/srv/mud/run/console.sock");
	ck_assert_str_eq(find(list, "gateway.tls_cert"), "/srv/mud/tls/cert.pem");
	ck_assert_str_eq(find(list, "gateway.tls_key"), "/srv/mud/tls/key.pem");
	ck_assert_str_eq(find(list, "world.metrics"), "unix:/srv/mud/run/world.metrics");
	ck_assert_str_eq(find(list, "ai.metrics"), "unix:/srv/mud/run/aibridge.metrics");
	settings_free(list);
}
END_TEST

START_TEST(what_somebody_set_is_not_derived)
{
	char path[] = "/tmp/mudlark-test-XXXXXX", line[128];
	int fd = mkstemp(path);
	dprintf(fd, "# a comment\ngateway:\n  telnet: 127.0.0.1:4001\npersist:\n"
		    "  store: postgresql://db/mud\n");
	close(fd);
	struct args a;
	snprintf(line, sizeof(line), "try one -c %s -s world.bus=ipc:///x", path);
	ck_assert_int_eq(parse(&a, line), 0);
	setenv("MUDLARK_GATEWAY_CONSOLE", "/y", 1);
	char **list = derive(&a);
	ck_assert_ptr_null(find(list, "persist.store"));
	ck_assert_ptr_null(find(list, "world.bus"));
	ck_assert_ptr_null(find(list, "gateway.console"));
	ck_assert_str_eq(find(list, "persist.bus"), "ipc://var/run/persist.bus");
	settings_free(list);
	char *telnet = settings_find(&a, "gateway.telnet");
	ck_assert_str_eq(telnet, "127.0.0.1:4001");
	free(telnet);
	ck_assert_ptr_null(settings_find(&a, "gateway.web"));
	ck_assert_ptr_null(settings_find(&a, "nowhere.web"));
	unlink(path);
}
END_TEST

START_TEST(flag_goes_over_environment_over_file)
{
	char path[] = "/tmp/mudlark-test-XXXXXX", line[128];
	int fd = mkstemp(path);
	dprintf(fd, "world: { bus: file }\n");
	close(fd);
	struct args a;
	char *value;
	snprintf(line, sizeof(line), "try one -c %s -s world.bus=first -s world.bus=last", path);
	ck_assert_int_eq(parse(&a, line), 0);
	setenv("MUDLARK_WORLD_BUS", "environment", 1);
	ck_assert_str_eq((value = settings_find(&a, "world.bus")), "last");
	free(value);
	a.n_sets = 0;
	ck_assert_str_eq((value = settings_find(&a, "world.bus")), "environment");
	free(value);
	unsetenv("MUDLARK_WORLD_BUS");
	ck_assert_str_eq((value = settings_find(&a, "world.bus")), "file");
	free(value);
	unlink(path);
}
END_TEST

START_TEST(a_broken_file_is_left_to_the_processes_to_explain)
{
	char path[] = "/tmp/mudlark-test-XXXXXX", line[128];
	int fd = mkstemp(path);
	dprintf(fd, "world: [ unclosed\n\t: {\n");
	close(fd);
	struct args a;
	snprintf(line, sizeof(line), "try one -c %s", path);
	ck_assert_int_eq(parse(&a, line), 0);
	ck_assert_ptr_null(settings_find(&a, "world.bus"));
	unlink(path);
}
END_TEST

START_TEST(the_users_sets_come_behind_the_derived_ones)
{
	struct args a;
	ck_assert_int_eq(parse(&a, "try one -c f.yaml -s a.b=1"), 0);
	char *derived[] = { (char *)"c.d=2", NULL };
	const char *const extra[] = { "--check-config", NULL };
	char **argv = settings_argv("/bin/prog", &a, derived, extra);
	const char *const wanted[] = { "/bin/prog", "--config", "f.yaml", "--set",
				       "c.d=2",	    "--set",	"a.b=1",  "--check-config" };
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		ck_assert_str_eq(argv[i], wanted[i]);
	ck_assert_ptr_null(argv[ARRAY_LEN(wanted)]);
	settings_free(argv);
}
END_TEST

START_TEST(a_data_directory_is_private_and_has_one_owner)
{
	char dir[] = "/tmp/mudlark-test-XXXXXX", data[64];
	const char *what = NULL;
	struct stat st;
	int fd = -1, second = -1, pid = 0;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(data, sizeof(data), "%s/a/b", dir);
	struct place p;
	place_init(&p, data);
	ck_assert_int_eq(place_make(&p, &what), 0);
	ck_assert_int_eq(chmod(p.run, 0755), 0);
	ck_assert_int_eq(place_make(&p, &what), 0);
	ck_assert_int_eq(stat(p.run, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	ck_assert_int_eq(place_lock(&p, &fd, &pid), 0);
	ck_assert_int_lt(place_lock(&p, &second, &pid), 0);
	ck_assert_int_eq(pid, getpid());
	close(fd);
	ck_assert_int_eq(place_lock(&p, &fd, &pid), 0);
	close(fd);
	unlink(p.lock);
	rmdir(p.run);
	rmdir(p.log);
	rmdir(p.data);
	*strrchr(data, '/') = '\0';
	rmdir(data);
	ck_assert_int_eq(rmdir(dir), 0);
	place_done(&p);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("settings");
	tcase_add_test(c, flags_and_words_may_mix_in_any_order);
	tcase_add_test(c, two_dashes_end_the_flags);
	tcase_add_test(c, what_does_not_fit_is_refused);
	tcase_add_test(c, paths_follow_from_the_data_directory);
	tcase_add_test(c, what_somebody_set_is_not_derived);
	tcase_add_test(c, flag_goes_over_environment_over_file);
	tcase_add_test(c, a_broken_file_is_left_to_the_processes_to_explain);
	tcase_add_test(c, the_users_sets_come_behind_the_derived_ones);
	tcase_add_test(c, a_data_directory_is_private_and_has_one_owner);
	Suite *s = suite_create("settings");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
