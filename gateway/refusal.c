/*
 * refusal.c - see refusal.h.
 */
#include "gateway/refusal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "rt/buf.h"
#include "rt/log.h"

static const char *reason_of(int status)
{
	return status == 400   ? "Bad Request"
	       : status == 403 ? "Forbidden"
	       : status == 429 ? "Too Many Requests"
			       : "Service Unavailable";
}

static void add_answer(struct buf *b, const struct refusal *r)
{
	buf_addf(b,
		 "HTTP/1.1 %d %s\r\n"
		 "Content-Type: text/plain; charset=utf-8\r\n"
		 "Content-Length: %zu\r\n"
		 "Cache-Control: no-store\r\n"
		 "Connection: close\r\n",
		 r->status, reason_of(r->status), strlen(r->sentence) + 1);
	if (r->status == 429 || r->status == 503)
		buf_adds(b, "Retry-After: 60\r\n");
	buf_addf(b, "\r\n%s\n", r->sentence);
}

/* One call to the kernel: what it does not take is not said. */
static void say(int fd, struct span text)
{
	if (send(fd, text.p, text.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("sentence_not_sent", LOG_INT("errno", errno));
	shutdown(fd, SHUT_WR);
}

void refusal_say(int fd, bool http, const struct refusal *r)
{
	struct buf b = { 0 };

	if (http)
		add_answer(&b, r);
	else
		buf_addf(&b, "%s\r\n", r->sentence);
	say(fd, buf_span(&b));
	buf_done(&b);
}

/* access_denied, fatal, before any key was agreed on */
void refusal_alert(int fd)
{
	static const char alert[] = { 0x15, 3, 3, 0, 2, 2, 49 };

	say(fd, (struct span){ alert, sizeof(alert) });
}
