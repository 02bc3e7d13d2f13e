/* keyring.c - keys, lists and secrets in a folder; see keyring.h. */
#include "keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "newfile.h"
#include "place.h"
#include "program.h"
#include "rt/buf.h"
#include "rt/bus.h"
#include "rt/bus_keys.h"
#include "rt/path.h"
#include "rt/proc.h"
#include "settings.h"

enum {
	PASSWORD_BYTES = 24,
	POSTGRES_USER = 999, /* in the official image */
	GRAFANA_USER = 472,  /* likewise */
	FILE_TEXT_MAX = 64 * 1024,
};

enum dials { DIALS_WORLD = 1 << 0, DIALS_PERSIST = 1 << 1 };

struct role_row {
	const char *name;
	const char *says; /* the role that it has in its hello: bus_keys.h */
	unsigned dials;
	bool is_dialled;
};

static const struct role_row roles[] = {
	{ "gateway", "gateway", DIALS_WORLD, false },
	{ "world", "world", DIALS_PERSIST, true },
	{ "persist", "persist", 0, true },
	{ "aibridge", "aibridge", DIALS_WORLD | DIALS_PERSIST, false },
	{ "irc", "bridge", DIALS_WORLD | DIALS_PERSIST, false },
	{ "discord", "bridge", DIALS_WORLD | DIALS_PERSIST, false },
	{ "rss", "bridge", DIALS_WORLD | DIALS_PERSIST, false },
	{ "ops", "ops", DIALS_WORLD | DIALS_PERSIST, false },
};

struct list_row {
	const char *file;
	unsigned who;
};

static const struct list_row lists[] = {
	{ "world.allow", DIALS_WORLD },
	{ "persist.allow", DIALS_PERSIST },
};

struct ring {
	const struct keyring_conf *conf;
	struct keyring_count count;
};

struct secret_row {
	const char *file;
	mode_t mode;
	long owner; /* instead of the one given, KEYRING_NOBODY: that one */
	int (*text)(const struct ring *r, struct buf *out);
};

static int complain(const char *path, int r)
{
	fprintf(stderr, "mudlark keys: %s: %s\n", path, strerror(-r));
	return r;
}

static const struct role_row *role_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const size_t n = strlen(roles[i].name);
		if (strncmp(name, roles[i].name, n) == 0 && (!name[n] || name[n] == '-'))
			return &roles[i];
	}
	return NULL;
}

bool keyring_knows(const char *name)
{
	return role_of(name) != NULL;
}

static char *path_of(const char *dir, const char *name, const char *suffix)
{
	CLEANUP(base_freep) char *file = NULL;
	if (asprintf(&file, "%s%s", name, suffix) < 0)
		abort();
	return place_join(dir, file);
}

/* A file that is not there yet. -EEXIST, -errno. */
static int write_new(const char *path, mode_t mode, struct span text)
{
	struct newfile f;
	int r = newfile_open(&f, path);
	if (r < 0)
		return r;
	if (write(f.fd, text.p, text.n) != (ssize_t)text.n)
		r = -EIO;
	if (r == 0 && fchmod(f.fd, mode) < 0)
		r = -errno;
	if (r == 0)
		r = newfile_keep(&f);
	newfile_done(&f);
	return r;
}

/* -errno; what the file holds is put behind `out`. */
static int read_text(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, buf_reserve(out, FILE_TEXT_MAX), FILE_TEXT_MAX);
	int r = n < 0 ? -errno : 0;
	close(fd);
	if (r == 0)
		buf_commit(out, (size_t)n);
	return r;
}

/* Pairs */

/* Whoever reads it learns of the role as well, so `cat *.pub` is a good list. */
static int write_public(const char *path, const char *public, const char *name)
{
	const struct role_row *role = role_of(name);
	char text[256];
	snprintf(text, sizeof(text), "%s%s%s # %s\n", public, role ? " " : "",
		 role ? role->says : "", name);
	int r = write_new(path, 0644, (struct span){ text, strlen(text) });
	return r < 0 && r != -EEXIST ? complain(path, r) : r;
}

static int write_pair(const char *secret_path, const char *public_path, const char *name)
{
	char public[BUS_KEY_SIZE], secret[BUS_KEY_SIZE], text[256];
	int r = bus_keypair(public, secret);
	if (r < 0)
		return complain(name, r);
	snprintf(text, sizeof(text), "# key pair of %s: keep it secret\npublic %s\nsecret %s\n",
		 name, public, secret);
	r = write_new(secret_path, 0600, (struct span){ text, strlen(text) });
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(text, sizeof(text));
	if (r < 0)
		return r == -EEXIST ? r : complain(secret_path, r);
	return write_public(public_path, public, name);
}

static int orphan(const char *secret_path, const char *public_path)
{
	fprintf(stderr,
		"mudlark keys: %s is there without %s. Put that back; or delete %s and its lines "
		"in the lists, and there will be a new pair.\n",
		public_path, secret_path, public_path);
	return -ENOENT;
}

int keyring_pair(const char *dir, const char *name)
{
	CLEANUP(base_freep) char *secret_path = path_of(dir, name, ".key");
	CLEANUP(base_freep) char *public_path = path_of(dir, name, ".pub");
	int r = -EEXIST;
	if (access(secret_path, F_OK) < 0)
		r = access(public_path, F_OK) == 0 ? orphan(secret_path, public_path)
						   : write_pair(secret_path, public_path, name);
	if (r == -EEXIST)
		fprintf(stderr, "mudlark keys: %s is there already\n", secret_path);
	return r;
}

/* The public key of a pair, as the pair itself tells it. */
static int public_of(const char *secret_path, char ret[BUS_KEY_SIZE])
{
	int result = bus_keys_peer(secret_path, NULL, ret);
	if (result < 0)
		fprintf(stderr, "mudlark keys: %s is no key pair; move it away and try again\n",
			secret_path);
	return result;
}

/* The other half follows from the one with the secret. */
static int check_pair(const char *secret_path, const char *public_path, const char *name)
{
	char ours[BUS_KEY_SIZE], theirs[BUS_KEY_SIZE];
	int r = public_of(secret_path, ours);
	if (r < 0)
		return r;
	r = write_public(public_path, ours, name);
	if (r == 0)
		printf("made\t%s\n", public_path);
	if (r != -EEXIST)
		return r;
	if (bus_keys_peer(public_path, NULL, theirs) == 0 && strcmp(ours, theirs) == 0)
		return 0;
	fprintf(stderr,
		"mudlark keys: %s is not the public key of %s. Delete it, and it will be made "
		"from that.\n",
		public_path, secret_path);
	return -EINVAL;
}

/* The rights and the owner that a file of the ring has, whether it is new or not. */
static int give(const struct ring *r, const char *path, mode_t mode, long owner)
{
	const long to = owner == KEYRING_NOBODY ? r->conf->owner : owner;
	if (r->conf->owner == KEYRING_NOBODY)
		return 0;
	if (chown(path, (uid_t)to, (gid_t)to) < 0 || chmod(path, mode) < 0)
		return complain(path, -errno);
	return 0;
}

static int settle(struct ring *r, const char *path, int made, mode_t mode, long owner)
{
	if (made < 0 && made != -EEXIST)
		return complain(path, made);
	if (made == 0)
		printf("made\t%s\n", path);
	r->count.made += made == 0;
	r->count.kept += made != 0;
	return give(r, path, mode, owner);
}

static int settle_pair(struct ring *r, const char *name)
{
	CLEANUP(base_freep) char *secret_path = path_of(r->conf->dir, name, ".key");
	CLEANUP(base_freep) char *public_path = path_of(r->conf->dir, name, ".pub");
	const bool has_public = access(public_path, F_OK) == 0;
	int made = -EEXIST, result;
	if (access(secret_path, F_OK) < 0)
		made = has_public ? orphan(secret_path, public_path)
				  : write_pair(secret_path, public_path, name);
	if (made < 0 && made != -EEXIST)
		return made;
	result = check_pair(secret_path, public_path, name);
	if (result < 0)
		return result;
	made = settle(r, secret_path, made, 0600, KEYRING_NOBODY);
	return made < 0 ? made : give(r, public_path, 0644, KEYRING_NOBODY);
}

/* Lists */

static int key_of(const struct ring *r, const char *name, char ret[BUS_KEY_SIZE])
{
	CLEANUP(base_freep) char *path = path_of(r->conf->dir, name, ".key");
	return public_of(path, ret);
}

static int append(const char *path, struct span line, bool *ret_made)
{
	struct stat st;
	*ret_made = stat(path, &st) < 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	int r = write(fd, line.p, line.n) == (ssize_t)line.n && fsync(fd) == 0 ? 0 : -EIO;
	close(fd);
	return r;
}

static int list_key(struct ring *r, const char *path, const char *name)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	char key[BUS_KEY_SIZE], entry[128], line[256];
	bool is_new = false;
	int result = key_of(r, name, key);
	if (result < 0)
		return result;
	result = read_text(path, &text);
	if (result < 0 && result != -ENOENT)
		return complain(path, result);
	/* Where its line named no role, one that does comes behind it, and holds: bus_keys.h. */
	snprintf(entry, sizeof(entry), "%s %s", key, role_of(name)->says);
	if (memmem(buf_p(&text), text.n, entry, strlen(entry)))
		return 0;
	/* A last line that somebody left without its end. */
	snprintf(line, sizeof(line), "%s%s # %s\n",
		 text.n && buf_p(&text)[text.n - 1] != '\n' ? "\n" : "", entry, name);
	result = append(path, (struct span){ line, strlen(line) }, &is_new);
	if (result < 0)
		return complain(path, result);
	if (is_new)
		printf("made\t%s\n", path);
	return 0;
}

/* Of every role, then of the names given: NULL at the end. */
static const char *name_at(const struct ring *r, size_t i)
{
	if (i < ARRAY_LEN(roles))
		return roles[i].name;
	i -= ARRAY_LEN(roles);
	return i < r->conf->n_names ? r->conf->names[i] : NULL;
}

static int complete_list(struct ring *r, const struct list_row *list)
{
	CLEANUP(base_freep) char *path = place_join(r->conf->dir, list->file);
	const char *name;
	for (size_t i = 0; (name = name_at(r, i)); i++) {
		int result = role_of(name)->dials & list->who ? list_key(r, path, name) : 0;
		if (result < 0)
			return result;
	}
	return give(r, path, 0644, KEYRING_NOBODY);
}

/* Whom one dials: it follows from the pairs, so it is written anew when one of them has changed. */
static int write_peers(struct ring *r)
{
	CLEANUP(base_freep) char *path = place_join(r->conf->dir, "peers");
	CLEANUP(buf_done) struct buf text = { 0 }, now = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		char key[BUS_KEY_SIZE];
		if (!roles[i].is_dialled)
			continue;
		int result = key_of(r, roles[i].name, key);
		if (result < 0)
			return result;
		buf_addf(&text, "%s %s\n", roles[i].name, key);
	}
	if (read_text(path, &now) == 0 && now.n == text.n &&
	    memcmp(buf_p(&now), buf_p(&text), text.n) == 0)
		return give(r, path, 0644, KEYRING_NOBODY);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return complain(path, -errno);
	int result = write(fd, buf_p(&text), text.n) == (ssize_t)text.n ? 0 : -EIO;
	close(fd);
	printf("made\t%s\n", path);
	return result < 0 ? complain(path, result) : give(r, path, 0644, KEYRING_NOBODY);
}

/* Secrets */

static int text_password(const struct ring *r UNUSED, struct buf *out)
{
	uint8_t bytes[PASSWORD_BYTES];
	char hex[2 * PASSWORD_BYTES + 1];
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
	buf_addf(out, "%s\n", hex);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(hex, sizeof(hex));
	return 0;
}

/* The same password as PostgreSQL's client library reads it. */
static int text_passfile(const struct ring *r, struct buf *out)
{
	CLEANUP(base_freep) char *path = place_join(r->conf->dir, "postgres.password");
	buf_adds(out, "*:*:*:*:");
	return read_text(path, out);
}

/* For the operator to fill in; those that use them are opt-in. */
static int text_nothing(const struct ring *r UNUSED, struct buf *out UNUSED)
{
	return 0;
}

static int text_options(const struct ring *r UNUSED, struct buf *out)
{
	buf_adds(out,
		 "# Options of this server, for all its processes. deploy/mudlark.yaml is the "
		 "commented sample;\n# addresses, keys and metrics are set by compose.yaml.\n");
	return 0;
}

static const struct secret_row secrets[] = {
	{ "postgres.password", 0400, POSTGRES_USER, text_password },
	{ "persist.pgpass", 0600, KEYRING_NOBODY, text_passfile },
	{ "grafana.password", 0400, GRAFANA_USER, text_password },
	{ "ai.key", 0600, KEYRING_NOBODY, text_nothing },
	{ "discord.token", 0600, KEYRING_NOBODY, text_nothing },
	{ "irc.password", 0600, KEYRING_NOBODY, text_nothing },
	{ "etc/mudlark.yaml", 0644, KEYRING_NOBODY, text_options },
};

static int settle_secret(struct ring *r, const struct secret_row *row)
{
	CLEANUP(base_freep) char *path = place_join(r->conf->dir, row->file);
	CLEANUP(buf_done) struct buf text = { 0 };
	int result = -EEXIST;
	if (access(path, F_OK) < 0)
		result = row->text(r, &text);
	if (result == 0)
		result = write_new(path, row->mode, buf_span(&text));
	if (text.p)
		sodium_memzero(text.p, text.n);
	return settle(r, path, result, row->mode, row->owner);
}

/* Only the gateway knows how. Kept, too, when there is one. */
static int settle_certificate(struct ring *r)
{
	CLEANUP(base_freep) char *tls = place_join(r->conf->dir, "tls");
	CLEANUP(base_freep) char *cert = place_join(tls, "cert.pem");
	CLEANUP(base_freep) char *key = place_join(tls, "key.pem");
	const char *const extra[] = { "--certificate", tls, NULL };
	const bool is_there = access(cert, F_OK) == 0;
	char **argv = program_argv("mudlark-gateway", NULL, extra);
	pid_t pid;
	int result = is_there ? 0 : program_start(&pid, argv, -1, -1);
	settings_free(argv);
	if (result < 0)
		return complain("mudlark-gateway", result);
	if (!is_there && program_wait(pid, -1) != EXIT_DONE)
		return -EIO;
	result = settle(r, cert, is_there ? -EEXIST : 0, 0644, KEYRING_NOBODY);
	return result < 0 ? result : give(r, key, 0600, KEYRING_NOBODY);
}

/* Whoever mounts what is in them must see that it is there: only the files are secret.  Backups are written by the
 * processes themselves. */
static int make_folders(const struct ring *r)
{
	static const char *const folders[] = { "", "etc", "tls", "backup" };
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		CLEANUP(base_freep) char *path = place_join(r->conf->dir, folders[i]);
		const bool is_ours = strcmp(folders[i], "backup") != 0;
		int result = path_make(path);
		if (result < 0)
			return complain(path, result);
		result = give(r, path, is_ours ? 0755 : 0700, is_ours ? 0 : KEYRING_NOBODY);
		if (result < 0)
			return result;
	}
	return 0;
}

int keyring_make(const struct keyring_conf *c, struct keyring_count *ret)
{
	struct ring r = { .conf = c };
	const char *name;
	int result = make_folders(&r);
	for (size_t i = 0; result == 0 && (name = name_at(&r, i)); i++)
		result = settle_pair(&r, name);
	for (size_t i = 0; result == 0 && i < ARRAY_LEN(lists); i++)
		result = complete_list(&r, &lists[i]);
	if (result == 0)
		result = write_peers(&r);
	for (size_t i = 0; result == 0 && i < ARRAY_LEN(secrets); i++)
		result = settle_secret(&r, &secrets[i]);
	if (result == 0)
		result = settle_certificate(&r);
	*ret = r.count;
	return result;
}
