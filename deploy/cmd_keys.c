/* cmd_keys.c - `mudlark keys DIR NAME`: a CURVE key pair for links between machines. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "rt/bus.h"
#include "rt/path.h"
#include "rt/proc.h"

/* A key that exists is never written over: whoever trusts it would be cut off. */
static int write_new(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int r = fd < 0 ? -errno : 0;
	if (r == 0 && write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		r = -EIO;
	if (fd >= 0 && (fsync(fd) < 0 || close(fd) < 0) && r == 0)
		r = -errno;
	if (r < 0)
		fprintf(stderr, "mudlark keys: %s: %s\n", path, strerror(-r));
	return r;
}

static int make_files(const char *secret_path, const char *public_path, const char *name)
{
	char public[BUS_KEY_SIZE], secret[BUS_KEY_SIZE], text[256];
	int r = bus_keypair(public, secret);
	if (r < 0) {
		fprintf(stderr, "mudlark keys: %s\n", strerror(-r));
		return r;
	}
	snprintf(text, sizeof(text), "# key pair of %s: keep it secret\npublic %s\nsecret %s\n",
		 name, public, secret);
	r = write_new(secret_path, 0600, text);
	if (r == 0) {
		snprintf(text, sizeof(text), "%s # %s\n", public, name);
		r = write_new(public_path, 0644, text);
	}
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(text, sizeof(text));
	return r;
}

static int run(const struct args *a)
{
	const char *name = a->words[1];
	char file[128];
	if (name[0] == '.' || name[0] == '\0' || strlen(name) > 64 ||
	    name[strspn(name,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")]) {
		fprintf(stderr, "mudlark keys: a NAME is letters, digits, '.', '_' and '-'.\n");
		return EXIT_USAGE;
	}
	int r = path_make(a->words[0]);
	if (r < 0) {
		fprintf(stderr, "mudlark keys: %s: %s\n", a->words[0], strerror(-r));
		return EXIT_FAULT;
	}
	snprintf(file, sizeof(file), "%s.key", name);
	CLEANUP(base_freep) char *secret_path = place_join(a->words[0], file);
	snprintf(file, sizeof(file), "%s.pub", name);
	CLEANUP(base_freep) char *public_path = place_join(a->words[0], file);
	if (make_files(secret_path, public_path, name) < 0)
		return EXIT_FAULT;
	printf("%s\tfor bus.key_file of this process\n%s\tfor bus.allow_file and bus.peer_key of "
	       "the "
	       "others\n",
	       secret_path, public_path);
	return EXIT_DONE;
}

const struct command cmd_keys = {
	.name = "keys",
	.words = "DIR NAME",
	.about = "make a CURVE key pair for tcp:// links between machines",
	.more = "Writes DIR/NAME.key (secret, 0600) and DIR/NAME.pub; makes DIR if it is not "
		"there.\n"
		"An allow-list is made with\n"
		"    cat *.pub > allowed",
	.words_min = 2,
	.words_max = 2,
	.run = run,
};
