/*
 * page.h - answers to requests: the files of the web client, which are part of the program, and
 * refusals.
 *
 * A path is looked up in a table, so there is none that leads elsewhere.  The pages may run scripts
 * and styles of our own only and talk to nobody but this host.
 */
#pragma once

#include "rt/httphead.h"
#include "rt/buf.h"

/* Made from gateway/web by gateway/embed.sh. */
struct page_file {
	const char *path; /* begins with / */
	const char *type;
	const char *etag; /* quoted, changes with the bytes */
	const unsigned char *bytes;
	size_t n;
};

extern const struct page_file page_files[];
extern const size_t n_page_files;

struct page_answer {
	int64_t now;	 /* seconds since 1970 */
	bool keep_alive; /* another request may follow */
};

/* Answers with a file: the head goes to `out`, what follows it to *ret_body, which stays valid.
 * Returns the status. */
int page_serve(struct buf *out, const struct http_head *r, const struct page_answer *how,
	       struct span *ret_body);
/* Answers with a sentence and the end of the connection; NULL: the status says it all. */
void page_refuse(struct buf *out, int status, const char *why, int64_t now);
