/*
 * fuzz_conf.c - the configuration file.
 *
 * Oracles: a refused file gives at least one sentence that ends its line and leaves the values
 * untouched; an accepted one, printed and read again, prints the same; every number is in its
 * range.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rt/conf.h"
#include "tests/fuzz/fuzz.h"

struct values {
	bool guests;
	int64_t rate, size, grace;
	char *name, *telnet, *bus;
	int level;
	char **packs;
};

static const char *const levels[] = { "debug", "info", "warning", "error", NULL };

#define AT(member) offsetof(struct values, member)

static const struct conf_option options[] = {
	{ "world.guests", CONF_BOOL, AT(guests), "true", 0, 0, NULL, true, "guests may play" },
	{ "world.tick_rate", CONF_INT, AT(rate), "10", 1, 100, NULL, false, "ticks a second" },
	{ "world.backlog", CONF_SIZE, AT(size), "64M", 1024, 1 << 30, NULL, true, "bytes" },
	{ "world.grace", CONF_TIME, AT(grace), "3s", 0, 3600000000, NULL, true, "patience" },
	{ "world.name", CONF_STRING, AT(name), "Mudlark", 0, 64, NULL, true, "a name" },
	{ "world.bus", CONF_ENDPOINT, AT(bus), "ipc://var/x", 0, 0, NULL, false, "endpoint" },
	{ "gateway.telnet", CONF_ADDRESS, AT(telnet), "127.0.0.1:4000", 0, 0, NULL, false, "port" },
	{ "log.level", CONF_ENUM, AT(level), "info", 0, 0, levels, true, "how much" },
	{ "world.packs", CONF_LIST, AT(packs), "foreshore", 0, 0, NULL, false, "packs" },
};

static const struct conf_table table = { options, ARRAY_LEN(options), sizeof(struct values) };
static const char *const others[] = { "persist", "ai", NULL };
static char *no_environment[] = { NULL };

static int load(struct span text, struct values *v, struct buf *errors)
{
	struct conf_source from = { .environ_ = no_environment, .known_sections = others };
	int fd = memfd_create("conf", MFD_CLOEXEC), result;
	char path[64];

	FUZZ_HOLDS(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	from.file = path;
	result = conf_load(&table, &from, v, errors);
	close(fd);
	return result;
}

static void print_again(const struct values *v)
{
	struct buf first = { 0 }, second = { 0 }, errors = { 0 };
	struct values back = { 0 };

	conf_print(&table, v, &first);
	FUZZ_HOLDS(!load(buf_span(&first), &back, &errors));
	conf_print(&table, &back, &second);
	FUZZ_HOLDS(fuzz_equal(buf_span(&first), buf_span(&second)));
	conf_done(&table, &back);
	buf_done(&first);
	buf_done(&second);
	buf_done(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct values zero;
	struct buf errors = { 0 };
	struct values v = { 0 };
	int result = load((struct span){ (const char *)data, n }, &v, &errors);

	FUZZ_HOLDS(result == 0 || result == 1);
	if (result) {
		FUZZ_HOLDS(errors.n > 1 && buf_p(&errors)[errors.n - 1] == '\n');
		FUZZ_HOLDS(!memcmp(&v, &zero, sizeof(v)));
	} else {
		FUZZ_HOLDS(!errors.n);
		FUZZ_HOLDS(v.rate >= 1 && v.rate <= 100);
		FUZZ_HOLDS(v.size >= 1024 && v.size <= 1 << 30);
		FUZZ_HOLDS(v.grace >= 0 && v.grace <= 3600000000);
		print_again(&v);
		conf_done(&table, &v);
		fuzz_worked();
	}
	buf_done(&errors);
	return 0;
}
