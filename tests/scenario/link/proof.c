/*
 * proof.c - the first process of the proof: starts sender and receiver, kills and stops them.
 *
 *     link_proof [--records N] [--kills N] [--seed N]
 */
#include "proof.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rt/clock.h"
#include "rt/log.h"
#include "rt/rand.h"

enum { SENDER, RECEIVER, ROLES };
enum { STUCK_US = 15000000, NOTICE_US = PROOF_SILENCE_US + 500000, BACK_US = 3000000 };

struct proof {
	const char *self;
	char dir[64];
	int pipe[2];
	struct rng rng;
	pid_t pid[ROLES];
	char limit[24], store_ms[24];
	uint64_t stored; /* records in the receiver's file */
	uint64_t ups[ROLES], downs[ROLES];
	bool full;
	bool finished; /* the sender ended by itself, content */
	uint64_t kills[ROLES];
};

static const char *const roles[ROLES] = { "sender", "receiver" };

static uint64_t now_us(void)
{
	return clock_mono(&clock_system);
}

static void end_all(struct proof *p)
{
	for (int i = 0; i < ROLES; i++) {
		if (p->pid[i] > 0) {
			kill(p->pid[i], SIGKILL);
			waitpid(p->pid[i], NULL, 0);
		}
		p->pid[i] = 0;
	}
}

static void clear_dir(const struct proof *p)
{
	static const char *const files[] = { "proof.bus", "proof.bus.lock", "stored" };
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", p->dir, files[i]);
		unlink(path);
	}
}

__attribute__((noreturn)) static void give_up(struct proof *p, const char *why)
{
	fprintf(stderr, "link_proof: %s (stored %lu)\n", why, (unsigned long)p->stored);
	end_all(p);
	clear_dir(p);
	rmdir(p->dir);
	exit(1);
}

static void spawn(struct proof *p, int role)
{
	const pid_t parent = getpid();
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", p->pipe[1]);
	p->pid[role] = fork();
	if (p->pid[role] < 0)
		give_up(p, "cannot fork");
	if (p->pid[role] > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		execl(p->self, p->self, roles[role], p->dir, fd, p->limit, p->store_ms,
		      (char *)NULL);
	_exit(6);
}

static int role_of(const struct proof *p, pid_t pid)
{
	for (int i = 0; i < ROLES; i++) {
		if (p->pid[i] == pid)
			return i;
	}
	return -1;
}

/* A role that ends by itself has failed, unless it is the sender at its limit. */
static void look_for_dead(struct proof *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		const int role = role_of(p, pid);

		if (role < 0)
			continue;
		p->pid[role] = 0;
		if (role != SENDER || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
			give_up(p, role == SENDER ? "the sender failed" : "the receiver failed");
		p->finished = true;
	}
}

static void read_news(struct proof *p)
{
	struct proof_event e[64];
	const ssize_t n = read(p->pipe[0], e, sizeof(e));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(e[0]); i++) {
		const int role = role_of(p, e[i].pid);

		if (e[i].what == NEWS_STORED && e[i].value > p->stored)
			p->stored = e[i].value;
		if (role < 0)
			continue;
		p->ups[role] += e[i].what == NEWS_UP;
		p->downs[role] += e[i].what == NEWS_DOWN;
		p->full = p->full || e[i].what == NEWS_FULL;
	}
}

/* Waits until `until`, or something is told before. */
static void wait_news(struct proof *p, uint64_t until)
{
	const uint64_t now = now_us();
	const uint64_t left = until > now ? until - now : 0;
	struct pollfd fd = { p->pipe[0], POLLIN, 0 };

	if (poll(&fd, 1, (int)(left > 20000 ? 20 : (left + 999) / 1000)) > 0)
		read_news(p);
	look_for_dead(p);
}

static void let_run(struct proof *p, uint64_t us)
{
	const uint64_t until = now_us() + us;

	while (now_us() < until)
		wait_news(p, until);
}

/* Until so many records are stored or the time is over; going on at all is demanded. */
static void run_until(struct proof *p, uint64_t stored, uint64_t until)
{
	uint64_t last = p->stored, last_us = now_us();

	while (p->stored < stored && now_us() < until && !p->finished) {
		wait_news(p, until);
		if (p->stored > last) {
			last = p->stored;
			last_us = now_us();
		} else if (now_us() - last_us > STUCK_US) {
			give_up(p, "nothing moves any more");
		}
	}
}

static void set_args(struct proof *p, uint64_t limit, uint64_t store_ms)
{
	snprintf(p->limit, sizeof(p->limit), "%lu", (unsigned long)limit);
	snprintf(p->store_ms, sizeof(p->store_ms), "%lu", (unsigned long)store_ms);
}

static void begin(struct proof *p, uint64_t limit, uint64_t store_ms)
{
	p->stored = 0;
	p->full = p->finished = false;
	memset(p->ups, 0, sizeof(p->ups));
	memset(p->downs, 0, sizeof(p->downs));
	clear_dir(p);
	set_args(p, limit, store_ms);
	/* Either may be first. */
	spawn(p, p->rng.s[0] & 1 ? SENDER : RECEIVER);
	spawn(p, p->pid[SENDER] ? RECEIVER : SENDER);
}

/* The file says 1..total, each once, in order: the hash is of exactly these. */
static void check_stored(struct proof *p, uint64_t at_least)
{
	struct proof_stored s = { 0 };
	char record[PROOF_RECORD_MAX];
	uint64_t hash = 0;
	const int fd = proof_open(p->dir, O_RDONLY);

	if (fd < 0 || proof_load(fd, &s) < 0)
		give_up(p, "cannot read what was stored");
	close(fd);
	for (uint64_t n = 1; n <= s.total; n++)
		hash = proof_hash(hash, (struct span){ record, proof_record(n, record) });
	if (s.total < at_least || s.hash != hash)
		give_up(p, "what is stored is not what was sent");
	p->stored = s.total;
}

static void kill_one(struct proof *p)
{
	const int role = (int)rng_below(&p->rng, ROLES);

	kill(p->pid[role], SIGKILL);
	waitpid(p->pid[role], NULL, 0);
	p->pid[role] = 0;
	p->kills[role]++;
	if (rng_below(&p->rng, 4) == 0)
		let_run(p, rng_below(&p->rng, 30000));
	spawn(p, role);
}

/* Most kills come at a random number of records, the others at a random time, maybe in a handshake. */
static void prove_kills(struct proof *p, uint64_t records, uint64_t kills)
{
	const uint64_t start = now_us();
	uint64_t last;

	begin(p, 0, 0);
	for (uint64_t i = 0; i < kills; i++) {
		if (rng_below(&p->rng, 3) == 0)
			run_until(p, UINT64_MAX, now_us() + rng_below(&p->rng, 40000));
		else
			run_until(p, p->stored + 1 + rng_below(&p->rng, 2 * records / kills),
				  UINT64_MAX);
		kill_one(p);
	}
	/* The last life of the sender has an end. */
	last = p->stored + 1000 > records ? p->stored + 100000 : records;
	kill(p->pid[SENDER], SIGKILL);
	waitpid(p->pid[SENDER], NULL, 0);
	set_args(p, last, 0);
	spawn(p, SENDER);
	run_until(p, UINT64_MAX, UINT64_MAX);
	end_all(p);
	check_stored(p, records);
	if (p->stored != last)
		give_up(p, "the row does not end where the last sender ended");
	printf("link_proof: %lu records over %lu kills of the sender and %lu of the receiver in "
	       "%.1f s: none lost, none doubled, all in order\n",
	       (unsigned long)p->stored, (unsigned long)p->kills[SENDER],
	       (unsigned long)p->kills[RECEIVER], (double)(now_us() - start) / 1e6);
	fflush(stdout);
}

/* Resident memory in KiB. */
static long memory_of(struct proof *p, int role)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)p->pid[role]);
	f = fopen(path, "re");
	if (!f)
		give_up(p, "cannot read the memory of a process");
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	}
	fclose(f);
	return kib;
}

/* Without its bounds a sender would take this in a tenth of a second. */
enum { FLAT_KIB = 16384 };

static void prove_slow_reader(struct proof *p)
{
	long before[ROLES], after[ROLES];

	begin(p, 0, 300);
	run_until(p, 3 * PROOF_WINDOW, now_us() + STUCK_US);
	for (int i = 0; i < ROLES; i++)
		before[i] = memory_of(p, i);
	run_until(p, p->stored + 6 * PROOF_WINDOW, now_us() + STUCK_US);
	for (int i = 0; i < ROLES; i++)
		after[i] = memory_of(p, i);
	end_all(p);
	check_stored(p, 9 * PROOF_WINDOW);
	if (!p->full)
		give_up(p, "the ring of the sender never was full");
	for (int i = 0; i < ROLES; i++) {
		if (after[i] - before[i] > FLAT_KIB)
			give_up(p, "memory grows behind a slow reader");
	}
	printf("link_proof: a slow reader: ring full, at most a window of %d in flight, memory of "
	       "sender %+ld KiB, of receiver %+ld KiB\n",
	       PROOF_WINDOW, after[SENDER] - before[SENDER], after[RECEIVER] - before[RECEIVER]);
	fflush(stdout);
}

/* Returns after how many milliseconds the other side noticed. */
static unsigned long stop_one(struct proof *p, int role)
{
	const int other = role == SENDER ? RECEIVER : SENDER;
	const uint64_t downs = p->downs[other], start = now_us();
	uint64_t noticed, ups;
	const long before = memory_of(p, other);

	kill(p->pid[role], SIGSTOP);
	while (p->downs[other] == downs && now_us() < start + NOTICE_US)
		wait_news(p, start + NOTICE_US);
	noticed = now_us() - start;
	if (p->downs[other] == downs)
		give_up(p, "a stopped process was not noticed");
	let_run(p, PROOF_SILENCE_US);
	if (memory_of(p, other) - before > FLAT_KIB)
		give_up(p, "memory grows behind a stopped process");
	ups = p->ups[other];
	kill(p->pid[role], SIGCONT);
	run_until(p, p->stored + 2 * PROOF_WINDOW, now_us() + BACK_US);
	if (p->ups[other] == ups)
		give_up(p, "a process that goes on is not found again");
	return (unsigned long)(noticed / 1000);
}

static void prove_stopped(struct proof *p)
{
	unsigned long ms[ROLES];
	uint64_t before;

	begin(p, 0, 0);
	run_until(p, 2 * PROOF_WINDOW, now_us() + STUCK_US);
	for (int i = 0; i < ROLES; i++) {
		before = p->stored;
		ms[i] = stop_one(p, i);
		if (p->stored < before + 2 * PROOF_WINDOW)
			give_up(p, "nothing moves after a stop");
	}
	end_all(p);
	check_stored(p, 2 * PROOF_WINDOW);
	printf("link_proof: a stopped sender is noticed after %lu ms, a stopped receiver after %lu "
	       "ms (silence %d); both went on, nothing lost\n",
	       ms[SENDER], ms[RECEIVER], PROOF_SILENCE_US / 1000);
	fflush(stdout);
}

static int play_role(char **argv)
{
	const struct proof_args args = { .dir = argv[2],
					 .pipe = (int)strtol(argv[3], NULL, 10),
					 .limit = strtoull(argv[4], NULL, 10),
					 .store_ms = strtoull(argv[5], NULL, 10) };

	log_init("proof", getenv("LINK_PROOF_DEBUG") ? LOG_DEBUG : LOG_ERROR, false);
	return strcmp(argv[1], roles[SENDER]) == 0 ? proof_send(&args) : proof_receive(&args);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "records", required_argument, NULL, 'r' },
						 { "kills", required_argument, NULL, 'k' },
						 { "seed", required_argument, NULL, 's' },
						 { 0 } };
	struct proof p = { .self = "/proc/self/exe", .dir = "/tmp/mudlark-proof-XXXXXX" };
	uint64_t records = 100000, kills = 60, seed = 1;
	int c;

	if (argc == 6 && argv[1][0] != '-')
		return play_role(argv);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return 2;
		*(c == 'r' ? &records : c == 'k' ? &kills : &seed) = strtoull(optarg, NULL, 10);
	}
	rng_seed(&p.rng, seed);
	if (!mkdtemp(p.dir) || pipe(p.pipe) < 0 || fcntl(p.pipe[0], F_SETFD, FD_CLOEXEC) < 0) {
		perror("link_proof");
		return 1;
	}
	prove_kills(&p, records, kills ? kills : 1);
	prove_slow_reader(&p);
	prove_stopped(&p);
	clear_dir(&p);
	return rmdir(p.dir) < 0;
}
