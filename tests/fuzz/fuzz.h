/*
 * fuzz.h - what every fuzz target stands on.
 *
 * A target is one file fuzz_<name>.c with LLVMFuzzerTestOneInput() and a corpus in corpus/<name>/.
 * It calls the code behind a boundary with foreign bytes and holds the result against an oracle by
 * FUZZ_HOLDS(); a crash alone is the least one looks for.  Each time the code has really done
 * something with an input it says fuzz_worked(); a run in which that never happened fails, so that
 * a harness that lost its target is noticed.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

void fuzz_worked(void);
void fuzz_broken(const char *what, const char *file, int line) __attribute__((noreturn));

#define FUZZ_HOLDS(condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fuzz_broken(#condition, __FILE__, __LINE__);                               \
	} while (0)

/* Takes numbers and runs of bytes off the front of the input; zeros at its end. */
struct fuzz_in {
	const uint8_t *p;
	size_t n;
};
uint8_t fuzz_u8(struct fuzz_in *in);
/* At most max bytes. */
struct span fuzz_take(struct fuzz_in *in, size_t max);
/* Up to and without the separator byte, which is passed over; or the rest. */
struct span fuzz_until(struct fuzz_in *in, uint8_t separator);

bool fuzz_equal(struct span a, struct span b);
/* Valid UTF-8 without control characters but those listed. */
bool fuzz_is_clean(struct span s, const char *allowed);
