/* top_find.c - see top_find.h. */
#include "top_find.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "rt/bind.h"
#include "rt/proc.h"
#include "settings.h"

static int add(struct watch *w, const char *name, const char *address)
{
	if (watch_add(w, name, address) == 0)
		return EXIT_DONE;
	fprintf(stderr, "mudlark: too many processes, or too long: %s=%s\n", name, address);
	return EXIT_USAGE;
}

int top_find_rows(struct watch *w, struct span rows)
{
	char name[WATCH_NAME], address[WATCH_ADDRESS];
	int status = EXIT_DONE;
	while (rows.n > 0 && status == EXIT_DONE) {
		const char *newline = memchr(rows.p, '\n', rows.n);
		const size_t n = newline ? (size_t)(newline - rows.p) : rows.n;
		const char *blank = memchr(rows.p, ' ', n);
		if (!blank)
			break;
		snprintf(name, sizeof(name), "%.*s", (int)(blank - rows.p), rows.p);
		snprintf(address, sizeof(address), "%.*s", (int)(rows.p + n - blank - 1),
			 blank + 1);
		status = add(w, name, address);
		rows.p += n + (newline != NULL);
		rows.n -= n + (newline != NULL);
	}
	return status;
}

/* An address that follows from --data means something only when somebody has made a socket there. */
static bool is_there(const char *address)
{
	return strncmp(address, "unix:", 5) == 0 && access(address + 5, F_OK) == 0;
}

static int add_configured(struct watch *w, const struct args *a, const struct place *p)
{
	const struct settings_process *process;
	CLEANUP(base_freep) char *bin = place_bin();
	int status = EXIT_DONE;
	for (size_t i = 0; (process = settings_process(i)) && status == EXIT_DONE; i++) {
		CLEANUP(base_freep) char *set = settings_find(a, process->metrics);
		CLEANUP(base_freep) char *address = settings_value(a, p, bin, process->metrics);
		const bool is_meant = set && settings_wants(a, process);
		if (address && *address && (is_meant || is_there(address)))
			status = add(w, process->name, address);
	}
	return status;
}

/* For tables and JSON; it is the operator's own word. */
static bool is_name(const char *text, size_t n)
{
	return n > 0 && n < WATCH_NAME &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       n;
}

/* The family that has several of these addresses; 0: none has.  (One process may have an address of each.) */
static int family_of_many(const struct addrinfo *list)
{
	for (const struct addrinfo *a = list; a; a = a->ai_next)
		for (const struct addrinfo *b = a->ai_next; b; b = b->ai_next)
			if (a->ai_family == b->ai_family)
				return a->ai_family;
	return 0;
}

static void put_address(char *ret, size_t n, const struct addrinfo *a, const char *port)
{
	char number[NI_MAXHOST];
	if (getnameinfo(a->ai_addr, a->ai_addrlen, number, sizeof(number), NULL, 0, NI_NUMERICHOST))
		number[0] = '\0';
	snprintf(ret, n, a->ai_family == AF_INET6 ? "[%.200s]:%s" : "%.200s:%s", number, port);
}

/* Several processes may share a name, as containers of one service do: each is looked at by its own address.  False: it is
 * no more than one, or not known now. */
static bool add_all(struct watch *w, const char *name, const char *address, int *ret_status)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char host[BIND_HOST], port[BIND_PORT], one[WATCH_NAME], at[WATCH_ADDRESS];
	struct addrinfo *list, *a;
	unsigned n = 0;
	if (strncmp(address, "unix:", 5) == 0 || !bind_split(address, host, port) ||
	    getaddrinfo(host, port, &hints, &list))
		return false;
	const int family = family_of_many(list);
	for (a = list; a && family && *ret_status == EXIT_DONE; a = a->ai_next) {
		if (a->ai_family != family)
			continue;
		snprintf(one, sizeof(one), "%.20s.%u", name, ++n);
		put_address(at, sizeof(at), a, port);
		*ret_status = add(w, one, at);
	}
	freeaddrinfo(list);
	return family != 0;
}

static int add_given(struct watch *w, const struct args *a)
{
	int status = EXIT_DONE;
	for (size_t i = 0; i < a->n_at && status == EXIT_DONE; i++) {
		const char *equals = strchr(a->at[i], '=');
		const size_t n = (size_t)(equals - a->at[i]);
		if (!is_name(a->at[i], n)) {
			fprintf(stderr, "mudlark: --at %s: a name has letters, digits, . _ and -\n",
				a->at[i]);
			return EXIT_USAGE;
		}
		CLEANUP(base_freep) char *name = base_dup(a->at[i], n);
		if (!add_all(w, name, equals + 1, &status))
			status = add(w, name, equals + 1);
	}
	return status;
}

int top_find(struct watch *w, const struct args *a, const struct place *p)
{
	struct buf rows = { 0 };
	int status;
	if (control_ask(p->socket, "metrics", &rows) == 0 && watch_super(w, p->socket) == 0)
		status = top_find_rows(w, buf_span(&rows));
	else
		status = add_configured(w, a, p);
	buf_done(&rows);
	if (status == EXIT_DONE)
		status = add_given(w, a);
	if (status == EXIT_DONE && w->n == 0) {
		fprintf(stderr,
			"mudlark: nothing runs on the data directory '%s', and neither the "
			"configuration nor --at says where else to look.\n",
			a->data);
		status = EXIT_UNAVAILABLE;
	}
	return status;
}
