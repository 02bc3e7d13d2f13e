/*
 * secret.c - see secret.h.
 */
#include "rt/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/text.h"

enum { LONGEST = 512 };

/* NULL, or what is wrong with it. */
static const char *judge_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a file";
	if (st.st_mode & 0177)
		return "others can read it: chmod 600";
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return "it belongs to somebody else";
	return NULL;
}

static bool is_secret(struct span s, bool spaces)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < (spaces ? ' ' : '!') || s.p[i] >= 0x7f)
			return false;
	return s.n > 0 && s.n <= LONGEST;
}

int secret_read(char **ret, const char *file, bool spaces, struct buf *why)
{
	char text[LONGEST + 64];
	const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong = fd < 0 ? strerror(errno) : judge_file(fd);
	ssize_t n = 0;
	struct span s;

	*ret = NULL;
	if (!wrong) {
		n = read(fd, text, sizeof(text));
		if (n < 0)
			wrong = strerror(errno);
	}
	if (fd >= 0)
		close(fd);
	s = text_trim((struct span){ text, n > 0 ? (size_t)n : 0 });
	if (!wrong && !is_secret(s, spaces))
		wrong = "one line of visible characters is wanted";
	if (!wrong)
		*ret = base_dup(s.p, s.n);
	sodium_memzero(text, sizeof(text));
	if (wrong)
		buf_addf(why, "%s: %s", file, wrong);
	return wrong ? 1 : 0;
}

void secret_free(char *s)
{
	if (s)
		sodium_memzero(s, strlen(s));
	free(s);
}
