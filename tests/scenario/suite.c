/* suite.c - see suite.h. */
#include "tests/scenario/suite.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/die.h"

/* `only` < 0: each as often as it says; else only with this _i. */
static int run(const char *name, double timeout_s, const struct suite_test *tests, size_t n,
	       int only)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, timeout_s);
	for (size_t i = 0; i < n; i++)
		tcase_add_loop_test(tc, tests[i].test, only < 0 ? 0 : only,
				    only < 0 ? tests[i].times : only + 1);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int suite_main(const char *name, double timeout_s, const struct suite_test *tests, size_t n)
{
	return run(name, timeout_s, tests, n, -1);
}

int suite_together(const char *name, double timeout_s, const struct suite_test *tests, size_t n)
{
	int status, failed = 0;

	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < tests[i].times; k++) {
			if (must(fork(), "fork"))
				continue;
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			exit(run(name, timeout_s, &tests[i], 1, k));
		}
	while (wait(&status) > 0)
		failed |= status;
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
