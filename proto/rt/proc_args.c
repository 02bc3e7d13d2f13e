/*
 * proc_args.c - the command line every process shares, and what it asks for at once: help, version,
 * the option table, a check of the configuration.
 */
#include "rt/proc_impl.h"

#include <assert.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/probe.h"
#include "rt/text.h"

enum {
	FLAG_FIRST_OWN = 0x100,
	FLAG_FIRST_SWITCH = 0x200,
	FLAGS_SHARED = 10,
	FLAGS_OWN = 8,
	SWITCHES = 4,
	PROBE_US = 4000000
};

enum wish { WISH_RUN, WISH_PRINT, WISH_CHECK, WISH_READY, WISH_HEALTH };

static const char *const level_choices[] = { "error", "warning", "info", "debug", NULL };
static const char *const format_choices[] = { "logfmt", "json", NULL };

#define COMMON(field) offsetof(struct proc_common, field)
static const struct conf_option common_options[] = {
	{
		.name = "log.level",
		.type = CONF_ENUM,
		.offset = COMMON(log_level),
		.fallback = "info",
		.choices = level_choices,
		.reload = true,
		.help = "The least important lines that are written.",
	},
	{
		.name = "log.format",
		.type = CONF_ENUM,
		.offset = COMMON(log_format),
		.fallback = "logfmt",
		.choices = format_choices,
		.reload = true,
		.help = "How a line on stderr looks: key=value words, or one JSON object.",
	},
	{
		.name = "bus.key_file",
		.type = CONF_STRING,
		.offset = COMMON(bus_key_file),
		.fallback = "",
		.help = "This process's secret key for tcp:// (made by `mudlark keys`).",
	},
	{
		.name = "bus.allow_file",
		.type = CONF_STRING,
		.offset = COMMON(bus_allow_file),
		.fallback = "",
		.help = "Public keys of the processes that may dial in over tcp://, one a line.",
	},
	{
		.name = "bus.peer_key",
		.type = CONF_STRING,
		.offset = COMMON(bus_peer_key),
		.fallback = "",
		.help = "Public key of the process dialled over tcp://, or a file that holds it.",
	},
	{
		.name = "process.watchdog",
		.type = CONF_TIME,
		.offset = COMMON(watchdog),
		.fallback = "0",
		.max = 3600000000,
		.help = "Ends the process when it hangs for so long (2s at least; 0: off), where "
			"nobody else would.",
	},
};

static const struct conf_table common_table = {
	.options = common_options,
	.n = ARRAY_LEN(common_options),
	.size = sizeof(struct proc_common),
};

static const struct option shared_flags[] = {
	{ "config", required_argument, NULL, 'c' }, { "set", required_argument, NULL, 's' },
	{ "name", required_argument, NULL, 'n' },   { "insecure", no_argument, NULL, 'i' },
	{ "print-config", no_argument, NULL, 'p' }, { "check-config", no_argument, NULL, 'k' },
	{ "help", no_argument, NULL, 'h' },	    { "version", no_argument, NULL, 'v' },
	{ "check-ready", no_argument, NULL, 'r' },  { "check-health", no_argument, NULL, 'l' },
};
_Static_assert(ARRAY_LEN(shared_flags) == FLAGS_SHARED, "room for every shared flag");

static void print_help(const struct proc_spec *spec)
{
	printf("%s - %s\n\n"
	       "Usage: %s [FLAG]...\n\n"
	       "  --config FILE             options in YAML\n"
	       "  --set SECTION.KEY=VALUE   one option, over file and environment\n"
	       "  --name NAME               its name, for logs and its peers; %%H in it: the "
	       "machine's\n"
	       "  --insecure                tcp:// without keys\n",
	       spec->name, spec->about, spec->name);
	for (size_t i = 0; spec->flags && spec->flags[i]; i++)
		printf("  --%s VALUE\n", spec->flags[i]);
	for (size_t i = 0; spec->switches && spec->switches[i]; i++)
		printf("  --%s\n", spec->switches[i]);
	printf("  --print-config            every option with its help and present value\n"
	       "  --check-config            say what is wrong with the configuration, or ok\n"
	       "  --check-ready             ask the one that runs whether it can do its work\n"
	       "  --check-health            ask the one that runs whether it answers at all\n"
	       "  --version\n"
	       "  --help\n\n"
	       "Options also come from the environment, as MUDLARK_SECTION_KEY.\n");
}

/* The role: the binary's name without what all of them share. */
static const char *default_name(const struct proc_spec *spec)
{
	return strncmp(spec->name, "mudlark-", 8) == 0 ? spec->name + 8 : spec->name;
}

static void list_flags(const struct proc_spec *spec, struct option *out)
{
	size_t n = FLAGS_SHARED;

	memcpy(out, shared_flags, sizeof(shared_flags));
	for (size_t i = 0; spec->flags && spec->flags[i]; i++) {
		assert(i < FLAGS_OWN);
		out[n++] = (struct option){ spec->flags[i], required_argument, NULL,
					    FLAG_FIRST_OWN + (int)i };
	}
	for (size_t i = 0; spec->switches && spec->switches[i]; i++) {
		assert(i < SWITCHES);
		out[n++] = (struct option){ spec->switches[i], no_argument, NULL,
					    FLAG_FIRST_SWITCH + (int)i };
	}
	out[n] = (struct option){ 0 };
}

static int usage(const struct proc *p, const char *what, const char *which, int *ret_status)
{
	fprintf(stderr, "%s: %s %s; --help lists the flags\n", p->spec->name, what, which);
	*ret_status = EXIT_USAGE;
	return 1;
}

/* %H is the machine: of several processes in containers each has one of its own. */
static char *name_of(const char *given)
{
	const char *mark = strstr(given, "%H");
	char machine[HOST_NAME_MAX + 1] = "", *name;

	if (!mark || gethostname(machine, sizeof(machine) - 1) < 0)
		return base_dup(given, strlen(given));
	if (asprintf(&name, "%.*s%s%s", (int)(mark - given), given, machine, mark + 2) < 0)
		abort();
	return name;
}

/* Takes one flag; 1 when that was all that is wanted. */
static int take_flag(struct proc *p, int flag, enum wish *wish)
{
	switch (flag) {
	case 'c':
		p->source.file = optarg;
		return 0;
	case 's':
		p->inner->sets[p->source.n_sets++] = optarg;
		return 0;
	case 'n':
		free(p->name);
		p->name = name_of(optarg);
		return 0;
	case 'i':
		p->insecure = true;
		return 0;
	case 'p':
		*wish = WISH_PRINT;
		return 0;
	case 'k':
		*wish = WISH_CHECK;
		return 0;
	case 'r':
		*wish = WISH_READY;
		return 0;
	case 'l':
		*wish = WISH_HEALTH;
		return 0;
	case 'h':
		print_help(p->spec);
		return 1;
	case 'v':
		printf("%s %s\n", p->spec->name, proc_build());
		return 1;
	default:
		if (flag >= FLAG_FIRST_SWITCH && flag < FLAG_FIRST_SWITCH + SWITCHES)
			p->switched[flag - FLAG_FIRST_SWITCH] = true;
		else if (flag >= FLAG_FIRST_OWN && flag < FLAG_FIRST_OWN + FLAGS_OWN)
			p->flag_values[flag - FLAG_FIRST_OWN] = optarg;
		return 0;
	}
}

static int parse(struct proc *p, int argc, char **argv, enum wish *wish, int *ret_status)
{
	struct option flags[FLAGS_SHARED + FLAGS_OWN + SWITCHES + 1];
	int flag;

	list_flags(p->spec, flags);
	optind = 0;
	opterr = 0;
	while ((flag = getopt_long(argc, argv, ":", flags, NULL)) != -1) {
		if (flag == '?')
			return usage(p, "there is no flag", argv[optind - 1], ret_status);
		if (flag == ':')
			return usage(p, "a value is missing behind", argv[optind - 1], ret_status);
		if (take_flag(p, flag, wish)) {
			*ret_status = EXIT_DONE;
			return 1;
		}
	}
	if (optind < argc)
		return usage(p, "no use for", argv[optind], ret_status);
	return 0;
}

/* What the process itself has against its values. */
static int check(const struct proc *p, struct buf *why)
{
	struct buf own = { 0 };
	int r = p->spec->check ? p->spec->check(p->values, &own) : 0;

	const struct span text = text_trim(buf_span(&own));

	if (r > 0)
		buf_addf(why, "%.*s\n", (int)text.n, text.p);
	buf_done(&own);
	return r;
}

/* The address of the process's own numbers, "" when it has none. */
static const char *metrics_address(const struct proc *p)
{
	static const char ending[] = ".metrics";
	const struct conf_table *t = &p->spec->table;

	for (size_t i = 0; i < t->n; i++) {
		const struct conf_option *o = &t->options[i];
		const size_t n = strlen(o->name);

		if (o->type == CONF_ADDRESS && n >= sizeof(ending) &&
		    strcmp(o->name + n - (sizeof(ending) - 1), ending) == 0)
			return *(char *const *)(const void *)((const char *)p->values + o->offset);
	}
	return "";
}

static int ask(const struct proc *p, const char *path)
{
	const char *address = metrics_address(p);
	struct buf said = { 0 };
	unsigned status = 0;
	int r;

	if (!*address) {
		fprintf(stderr, "%s: no address of /metrics is configured\n", p->spec->name);
		return EXIT_USAGE;
	}
	r = probe_get(address, path, PROBE_US, &status, &said);
	if (r < 0)
		fprintf(stderr, "%s: %s does not answer: %s\n", p->spec->name, address,
			strerror(-r));
	else
		printf("%.*s", (int)said.n, buf_p(&said));
	buf_done(&said);
	if (r < 0)
		return EXIT_UNAVAILABLE;
	return status == 200 ? EXIT_DONE : EXIT_FAULT;
}

static int load(struct proc *p, enum wish wish, int *ret_status)
{
	struct proc_inner *in = p->inner;
	struct buf out = { 0 };
	int r = conf_load_parts(in->parts, ARRAY_LEN(in->parts), &p->source, &out);

	*ret_status = EXIT_DONE;
	if (r == 0 && wish != WISH_PRINT)
		r = check(p, &out);
	if (r > 0) {
		fprintf(stderr, "%s: the configuration has mistakes:\n%.*s", p->spec->name,
			(int)out.n, buf_p(&out));
		*ret_status = EXIT_USAGE;
	} else if (wish == WISH_PRINT) {
		conf_print_parts(in->parts, ARRAY_LEN(in->parts), &out);
		fwrite(buf_p(&out), 1, out.n, stdout);
	} else if (wish == WISH_CHECK) {
		puts("ok");
	} else if (wish != WISH_RUN) {
		*ret_status = ask(p, wish == WISH_READY ? "/readyz" : "/healthz");
	}
	buf_done(&out);
	return r > 0 || wish != WISH_RUN;
}

int proc_args(struct proc *p, int argc, char **argv, int *ret_status)
{
	struct proc_inner *in = p->inner;
	const char *name = default_name(p->spec);
	enum wish wish = WISH_RUN;

	in->parts[0] = (struct conf_part){ &common_table, &in->common };
	in->parts[1] = (struct conf_part){ &p->spec->table, p->values };
	in->sets = base_alloc((size_t)argc, sizeof(*in->sets));
	p->name = base_dup(name, strlen(name));
	p->source.sets = (const char *const *)in->sets;
	p->source.known_sections = p->spec->sections;
	if (parse(p, argc, argv, &wish, ret_status))
		return 1;
	return load(p, wish, ret_status);
}
