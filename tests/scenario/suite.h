/* suite.h - one scenario program: a list of check tests, each tried over a range (stores, mostly). */
#pragma once

#include <check.h>
#include "rt/base.h"

struct suite_test {
	const TTest *test;
	int times; /* _i goes from 0 to this */
};

/* What main() returns. */
int suite_main(const char *name, double timeout_s, const struct suite_test *tests, size_t n);
/* The same for tests that mostly wait: all at the same time, each in a process of its own. */
int suite_together(const char *name, double timeout_s, const struct suite_test *tests, size_t n);
