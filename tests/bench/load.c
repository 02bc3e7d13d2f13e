/*
 * load.c - one mode of play against a server that is already there, by hand.
 *
 * usage: load --port N [--way telnet|mccp2|tls|ws|wss] [--mode NAME] [--clients N] [--seconds N] [--play NAME] [--gateway PID]
 *             [--world PID] [--persist PID]
 *
 * `make bench` (bench.c) runs all modes with the servers it starts itself.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/mode.h"
#include "tests/support/die.h"

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },    { "way", required_argument, NULL, 'v' },
	{ "mode", required_argument, NULL, 'm' },    { "clients", required_argument, NULL, 'c' },
	{ "seconds", required_argument, NULL, 's' }, { "play", required_argument, NULL, 'y' },
	{ "gateway", required_argument, NULL, 'g' }, { "world", required_argument, NULL, 'w' },
	{ "persist", required_argument, NULL, 'd' }, { NULL, 0, NULL, 0 },
};

static void usage(void)
{
	const struct mode *all;
	size_t n;

	all = mode_all(&n);
	fprintf(stderr,
		"usage: load --port N [--way NAME] [--mode NAME] [--clients N] [--seconds N] "
		"[--play NAME] [--gateway PID] [--world PID] [--persist PID]\nmodes:\n");
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  %-10s %s\n", all[i].name, all[i].help);
	exit(64);
}

static void print(const struct figures *f)
{
	printf("clients=%zu n=%llu took_s=%.3f per_s=%.0f\n", f->clients, (unsigned long long)f->n,
	       f->took_s, f->per_s);
	printf("p50_ms=%.3f p99_ms=%.3f max_ms=%.3f\n", (double)f->p50_us / 1e3,
	       (double)f->p99_us / 1e3, (double)f->max_us / 1e3);
	printf("cpu_us=%.1f store_cpu_us=%.1f gateway_kb=%.2f world_kb=%.2f\n", f->cpu_us,
	       f->store_cpu_us, f->gateway_kb, f->world_kb);
	printf("saved=%.3f\n", f->saved);
	printf("lost=%zu doubled=%zu dropped=%zu\n", f->lost, f->doubled, f->dropped);
}

int main(int argc, char **argv)
{
	struct mode_conf conf = { 100, 5000000, "think", WAY_TELNET };
	const struct mode *mode = mode_find("saturated");
	struct figures f = { 0 };
	struct target t = { 0 };
	uint16_t port = 0;

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (o) {
		case 'p':
			port = (uint16_t)atoi(optarg);
			break;
		case 'v':
			conf.way = way_find(optarg);
			break;
		case 'm':
			mode = mode_find(optarg);
			break;
		case 'c':
			conf.clients = (size_t)atoi(optarg);
			break;
		case 's':
			conf.seconds_us = (uint64_t)(atof(optarg) * 1e6);
			break;
		case 'y':
			conf.play = optarg;
			break;
		case 'g':
			t.gateway = atoi(optarg);
			break;
		case 'w':
			t.world = atoi(optarg);
			break;
		case 'd':
			t.persist = atoi(optarg);
			break;
		default:
			usage();
		}
	}
	if (!port || !mode || conf.way == WAYS || optind != argc)
		usage();
	t.ports[conf.way] = port;
	mode->run(&t, &conf, &f);
	print(&f);
	return 0;
}
