/* proof_common.c - records and the file of the proof; see proof.h. */
#include "proof.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SLOT = 512 };

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

size_t proof_record(uint64_t number, char *out)
{
	const size_t filler = number * 7919 % 113;

	memcpy(out, &number, sizeof(number));
	memset(out + sizeof(number), (int)(number % 251), filler);
	return sizeof(number) + filler;
}

uint64_t proof_hash(uint64_t before, struct span record)
{
	uint64_t number;

	memcpy(&number, record.p, sizeof(number));
	return mix(mix(before, number), record.n << 8 | (uint8_t)record.p[record.n - 1]);
}

static uint64_t check_of(const struct proof_stored *s)
{
	return mix(mix(mix(mix(mix(1, s->generation), s->instance), s->seq), s->total), s->hash);
}

int proof_open(const char *dir, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/stored", dir);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int proof_load(int fd, struct proof_stored *ret)
{
	struct proof_stored best = { 0 };

	for (off_t slot = 0; slot < 2; slot++) {
		struct proof_stored s;
		const ssize_t n = pread(fd, &s, sizeof(s), slot * SLOT);

		if (n < 0)
			return -errno;
		if (n == sizeof(s) && s.check == check_of(&s) && s.generation > best.generation)
			best = s;
	}
	*ret = best;
	return 0;
}

/* In turn into two places, so that one of them is always whole. */
int proof_store(int fd, struct proof_stored *s)
{
	s->generation++;
	s->check = check_of(s);
	if (pwrite(fd, s, sizeof(*s), (off_t)(s->generation % 2) * SLOT) != sizeof(*s))
		return -EIO;
	return fdatasync(fd) < 0 ? -errno : 0;
}

void proof_tell(const struct proof_args *args, enum proof_news what, uint64_t value)
{
	const struct proof_event e = { (int32_t)getpid(), (int32_t)what, value };

	/* At most PIPE_BUF: never in pieces. Nobody there: the whole proof is over. */
	if (write(args->pipe, &e, sizeof(e)) != sizeof(e))
		_exit(5);
}

struct wire_spec proof_spec(const struct proof_args *args, const char *role, char *endpoint,
			    size_t n)
{
	snprintf(endpoint, n, "ipc://%s/proof.bus", args->dir);
	return (struct wire_spec){
		.endpoint = endpoint,
		.link = {
			.role = role,
			.name = "proof",
			.instance = entropy_id(&entropy_system),
			.auto_take = false,
			.ring_records = PROOF_RING,
			.window = PROOF_WINDOW,
			.silence_us = PROOF_SILENCE_US,
			.backoff_max_us = 100000,
		},
	};
}
