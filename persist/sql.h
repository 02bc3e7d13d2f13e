/*
 * sql.h - every statement the stores use, as one table of both dialects.  The few that are made for
 * the occasion (document queries) are in query.c.
 */
#pragma once

#include "rt/base.h"

enum sql {
	/* worlds and commits */
	SQL_WORLD_LOCK, /* world -> epoch, instance, batch */
	SQL_WORLDS,	/* -> world, epoch, instance, batch */
	SQL_GRANT,	/* world, instance -> epoch, tick, next_id, event_seq, random, timers */
	SQL_WORLD_STATE,
	SQL_WORLD_BATCH,
	SQL_ENTITY_PUT,
	SQL_ENTITY_DEL,
	SQL_DOCUMENT_PUT, /* -> version */
	SQL_DOCUMENT_DEL,
	SQL_EVENT_PUT,
	SQL_EVENT_TRIM,	 /* world, how many of the oldest */
	SQL_EVENT_COUNT, /* world -> how many */
	SQL_SESSION_PUT,
	SQL_SESSION_DEL,
	SQL_SESSION_APPLIED, /* session, applied, tag: of one that is there */
	SQL_OUTBOX_PUT,
	SQL_OUTBOX_TRIM,
	SQL_DEAD_LETTER,
	SQL_DEAD_LETTER_TRIM, /* world, how many newest stay */
	/* loads */
	SQL_WORLD_IDS,	    /* world -> id of everything that is in it, ascending, unsigned */
	SQL_ENTITIES,	    /* JSON array of ids -> id, owner, kind, body, version; ascending */
	SQL_TREE,	    /* id -> the same for it and all inside, itself first */
	SQL_SESSION_PAGE,   /* world, after -> the columns of a session, without the world */
	SQL_OUTBOX_PAGE,    /* world, offset -> gateway, oseq, records */
	SQL_DOCUMENT_PAGE,  /* after -> collection, key, body, version, id */
	SQL_DOCUMENT_GET,   /* collection, key -> collection, key, body, version */
	SQL_EVENTS_AFTER,   /* seq, upto, world, kind prefix, limit -> seq, wall_ms, kind, body */
	SQL_EVENTS_OF,	    /* the same with a JSON array of kinds */
	SQL_EVENTS_OUTWARD, /* the same of those that may leave the game */
	SQL_EVENT_OLDEST,   /* world or 0 -> seq of the oldest */
	SQL_DOCUMENT_DROP,  /* collection, first key, end, limit -> id of each that was deleted */
	/* the ledger */
	SQL_LEDGER_OPEN,   /* account, at: there is one of this name now */
	SQL_LEDGER_LOCK,   /* JSON array of names -> account, tokens, nanos; by name */
	SQL_LEDGER_CHARGE, /* account, tokens, nanos, at */
	SQL_LEDGER_SETTLE, /* account, reserved tokens, nanos, then tokens back, more, nanos back, more */
	SQL_LEDGER_LIST,      /* prefix, limit -> the columns of an account, without `at` */
	SQL_LEDGER_DROP,      /* before, limit -> account of each that was deleted */
	SQL_RESERVATION_FIND, /* id -> id */
	SQL_RESERVATION_ADD,  /* id, accounts, tokens, nanos, at */
	SQL_RESERVATION_TAKE, /* id -> accounts, tokens, nanos; deleted */
	SQL_RESERVATION_DROP, /* before, limit -> id of each that was deleted */
	/* accounts */
	SQL_ACCOUNT_CREATE, /* name, folded, hash, role, created -> id */
	SQL_ACCOUNT_HASH,   /* folded -> hash */
	SQL_ACCOUNT_LIST,   /* folded or empty, limit -> account and character columns, joined */
	SQL_ACCOUNT_SET_HASH,
	SQL_ACCOUNT_SET_ROLE,
	SQL_ACCOUNT_LOGGED_IN,
	SQL_CHARACTER_COUNT, /* account -> accounts of that id, their characters */
	SQL_CHARACTER_FIND,  /* folded -> id, account */
	SQL_CHARACTER_CREATE,
	SQL_FAILURE_PRUNE,
	SQL_FAILURE_NOTE,
	SQL_FAILURE_COUNT, /* who, since -> number */
	SQL_FAILURE_CLEAR, /* who, first and last of what is below it */
	/* migrations */
	SQL_HAS_SCHEMA, /* -> number of tables named schema_version */
	SQL_VERSIONS,	/* -> version, checksum */
	SQL_VERSION_ADD,
	SQL_COUNT_
};

struct sql_text {
	const char *sqlite;
	const char *pg;
	bool early; /* used before the schema is there, so never prepared ahead */
};

extern const struct sql_text sql_texts[SQL_COUNT_];
