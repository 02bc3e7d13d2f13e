/*
 * proc.h - the life of a process: the command line every process shares, signals, the heartbeat to
 * the supervisor, death with the parent.
 *
 * SIGTERM and SIGINT call `stop` once; the process must end its loop within 5 s or is ended with
 * status EXIT_STUCK.  SIGTERM can be put off, SIGINT cannot.  SIGHUP calls `reload`.  Under `mudlark up` (MUDLARK_PARENT, MUDLARK_HEARTBEAT_FD
 * in the environment) the process dies with its parent and writes a byte twice a second from its loop;
 * between these, when that has changed, how it is: "=\n" all is well, "=REASON\n" what is missing (proc_watch()).
 * MUDLARK_READY_FD gets one byte from proc_ready().  systemd is told by its notify socket.  Where neither watches,
 * process.watchdog does: a loop that does not turn for so long ends the process with EXIT_STUCK.
 *
 * --check-ready and --check-health ask the running process with the same configuration how it is, for who runs
 * containers: EXIT_DONE, EXIT_FAULT with the reason, EXIT_UNAVAILABLE when it does not answer.
 */
#pragma once

#include "rt/base.h"
#include "rt/conf.h"
#include "rt/loop.h"

#define PROC_VERSION "0.1.0"
/* The version and the commit of the running program: "0.1.0+89abcdef0123"; the version alone where nobody knows. */
const char *proc_build(void);

enum { PROC_WHY_BYTES = 200 }; /* of how it is, as told to the supervisor */

/* Exit status says why (deploy/README.md lists them). */
enum proc_exit {
	EXIT_DONE = 0,
	EXIT_FAULT = 1,	       /* unexpected error, logged */
	EXIT_USAGE = 64,       /* command line or configuration */
	EXIT_PACK = 65,	       /* a pack, or an export to be imported, was refused */
	EXIT_UNAVAILABLE = 69, /* something needed never came */
	EXIT_STUCK = 70,       /* did not stop within 5 s, or its loop did not turn */
	EXIT_IN_USE = 73,      /* lock or address held by another process */
	EXIT_SUPERSEDED = 75,  /* a newer world holds the epoch */
};

struct proc_spec {
	const char *name;	     /* mudlark-gateway */
	const char *about;	     /* one line for --help */
	struct conf_table table;     /* its own options; log.* and bus.* are added by the runtime */
	const char *const *sections; /* sections of other processes */
	/* Extra long flags of this process, taken as "--flag VALUE"; NULL-terminated; may be NULL. */
	const char *const *flags;
	const char *const *switches; /* the same without a value */
	/* What the table cannot see of its values: rows, files, what does not fit together. Asked before the
	 * start and by --check-config. 0; 1: sentences were appended to *why. May be NULL. */
	int (*check)(const void *values, struct buf *why);
};

struct proc {
	struct loop *loop;
	const struct proc_spec *spec;
	void *values;
	struct conf_source source;
	const char *flag_values[8]; /* by position in spec->flags */
	bool switched[4];	    /* by position in spec->switches */
	char *name;		    /* --name, default: the role */
	bool insecure;		    /* --insecure: tcp:// without CURVE */
	struct proc_inner *inner;   /* NULL until proc_start() said 0 */
};

struct proc_hooks {
	void (*stop)(void *ctx);
	/* Values are already taken over. */
	void (*reload)(void *ctx);
	void *ctx;
	/* At SIGTERM; may be NULL. True: not at once; `stop` is called by proc_stop() or at the next
	 * signal. */
	bool (*put_off)(void *ctx);
};

/*
 * Parses --config FILE, --set k=v, --print-config, --check-config, --check-ready, --check-health, --help,
 * --version, --name NAME, --insecure; loads values; sets up logging, limits (NOFILE to the hard limit), SIGPIPE, the loop.
 * 0: go on.  1: done, exit with *ret_status (help shown, or mistakes said on stderr).
 */
int proc_start(struct proc *p, const struct proc_spec *spec, void *values, int argc, char **argv,
	       int *ret_status) MUST_USE;
void proc_hooks(struct proc *p, const struct proc_hooks *hooks);
void proc_ready(struct proc *p);
/* What /readyz says, for `mudlark status`: asked with each heartbeat. False: why not was appended. NULL: nobody is
 * asked any more. */
void proc_watch(struct proc *p, bool (*is_well)(void *ctx, struct buf *why), void *ctx);
/* Ends what was put off. */
void proc_stop(struct proc *p);
/* Runs the loop until loop_stop(); returns the exit status. */
int proc_run(struct proc *p) MUST_USE;
void proc_done(struct proc *p);

/* The log.*, bus.* and process.* sections, part of every process. */
struct proc_common {
	int log_level, log_format;
	char *bus_key_file;   /* own CURVE secret key, "" none */
	char *bus_allow_file; /* public keys that may dial in */
	char *bus_peer_key;   /* public key of the process dialled, or a file with it */
	int64_t watchdog;     /* us, 0: off */
};

/* Valid until proc_done(); log.* may change on reload. */
const struct proc_common *proc_common(const struct proc *p);
