/*
 * check.h - what a row may be, the same for every store, so that none of them takes what another
 * refuses.  Results: 0; STORE_POISON or STORE_BAD with a sentence in *why.
 */
#pragma once

#include "persist/store.h"

/* STORE_POISON. */
int check_commit(const Mudlark__Commit *c, struct buf *why) MUST_USE;
/* Collection, key and a JSON body whose numbers and names mean the same everywhere; an empty body is
 * allowed (it deletes). STORE_BAD. */
int check_document(const char *collection, const char *key, ProtobufCBinaryData body,
		   struct buf *why) MUST_USE;
/* Of a ledger's call: names, amounts, how many. STORE_BAD. */
int check_reserve(const Mudlark__LedgerReserve *q, struct buf *why) MUST_USE;
int check_settle(const Mudlark__LedgerSettle *q, struct buf *why) MUST_USE;
/* NULL: an aibridge may ask this; else a sentence. Of documents it has the collections that begin with
 * CHECK_AI, which no world loads. */
#define CHECK_AI "ai."
const char *check_aibridge(const Mudlark__PersistCall *q) MUST_USE;
/* The same for a bridge, which besides reads facts that may leave the game. */
#define CHECK_BRIDGE "bridge."
const char *check_bridge(const Mudlark__PersistCall *q) MUST_USE;
bool check_is_outward(const char *kind);
/* A dotted path: members of [A-Za-z0-9_-], at most 8. STORE_BAD. */
int check_path(const char *path, struct buf *why) MUST_USE;

/* Names of accounts and characters, 3 to 16 letters. NULL: fine; else a sentence. */
const char *check_name(const char *name) MUST_USE;
/* 8 to 128 bytes, and not the name. NULL: fine; else a sentence. */
const char *check_password(ProtobufCBinaryData password, const char *name) MUST_USE;
bool check_role(const char *role);
