/*
 * fake_feeds.h - the server of feeds (tests/fake/feeds) in a test: started, given feeds, asked what it was asked.
 */
#pragma once

#include "rt/base.h"
#include "tests/support/child.h"

struct fake_feeds {
	struct child child;
	uint16_t port;
};

/* Its output goes into `dir`. */
void fake_feeds_start(struct fake_feeds *f, const char *dir);
void fake_feeds_stop(struct fake_feeds *f);
/* Nobody is at its port any more; somebody new is, who has no feeds. */
void fake_feeds_down(struct fake_feeds *f);
void fake_feeds_up(struct fake_feeds *f);
/* The document of a feed from now on; `type` NULL: application/xml. */
void fake_feeds_set(struct fake_feeds *f, const char *name, const char *type, const char *document);
/* How often a path was asked for. */
unsigned fake_feeds_asked(struct fake_feeds *f, const char *path);
/* Waits until it was asked for so many times more. */
void fake_feeds_wait(struct fake_feeds *f, const char *path, unsigned more);
/* Was the last request for it made by this header line? */
bool fake_feeds_heard(struct fake_feeds *f, const char *path, const char *line);
