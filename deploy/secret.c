/* secret.c - reading a password; see secret.h. */
#include "secret.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Byte by byte: nothing of it stays in a buffer of stdio. */
static int read_line(char ret[SECRET_MAX])
{
	size_t n = 0;
	char c;
	ssize_t got;
	while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		if (n < SECRET_MAX - 1)
			ret[n++] = c;
	if (n > 0 && ret[n - 1] == '\r')
		n--;
	ret[n] = '\0';
	return n > 0 ? 0 : 1;
}

static int ask_once(const char *prompt, char ret[SECRET_MAX])
{
	struct termios old, quiet;
	if (tcgetattr(STDIN_FILENO, &old) < 0)
		return 1;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fputs(prompt, stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	int r = read_line(ret);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	fputc('\n', stderr);
	return r;
}

int secret_ask(const char *prompt, char ret[SECRET_MAX])
{
	if (!isatty(STDIN_FILENO)) {
		int r = read_line(ret);
		if (r)
			fprintf(stderr, "mudlark: no password came from standard input.\n");
		return r;
	}
	char again[SECRET_MAX] = "";
	int r = ask_once(prompt, ret) || ask_once("Once more: ", again);
	if (r)
		fprintf(stderr, "mudlark: no password was given.\n");
	else if (strcmp(ret, again) != 0)
		fprintf(stderr, "mudlark: that was not twice the same.\n");
	r = r || strcmp(ret, again) != 0;
	sodium_memzero(again, sizeof(again));
	if (r)
		sodium_memzero(ret, SECRET_MAX);
	return r;
}
