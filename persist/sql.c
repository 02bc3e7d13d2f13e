/*
 * sql.c - the table of statements.  One text serves both dialects where it can; bulk statements take
 * one row in SQLite and arrays in PostgreSQL, so that a commit of any size is a handful of messages.
 *
 * Order of unsigned ids: `(id < 0), id` is the unsigned order of a bit-cast number.
 */
#include "persist/sql.h"

#define BOTH(...)                                                                                  \
	{                                                                                          \
		.sqlite = __VA_ARGS__, .pg = __VA_ARGS__                                           \
	}
#define EARLY(a, b)                                                                                \
	{                                                                                          \
		.sqlite = (a), .pg = (b), .early = true                                            \
	}

/*
 * What a world starts from: rooms, whatever is in something that is not itself a stored thing (a room of
 * a pack), and all that is inside those.  A character that is offline has owner 0 and stays out.
 */
#define WORLD_IDS                                                                                  \
	"WITH RECURSIVE inside (id) AS ("                                                          \
	" SELECT e.id FROM entity e WHERE e.world = $1 AND (e.kind = 'room' OR (e.owner <> 0"      \
	"  AND NOT EXISTS (SELECT 1 FROM entity o WHERE o.id = e.owner"                            \
	"   AND o.kind IN ('item', 'player', 'npc'))))"                                            \
	" UNION SELECT e.id FROM entity e JOIN inside i ON e.owner = i.id)"                        \
	" SELECT id FROM inside ORDER BY (id < 0), id"

#define TREE                                                                                       \
	"WITH RECURSIVE inside (id) AS ("                                                          \
	" SELECT e.id FROM entity e WHERE e.id = $1"                                               \
	" UNION SELECT e.id FROM entity e JOIN inside i ON e.owner = i.id)"                        \
	" SELECT e.id, e.owner, e.kind, e.body, e.version FROM entity e"                           \
	" JOIN inside i ON i.id = e.id ORDER BY (e.id <> $1), (e.id < 0), e.id"

#define GRANT                                                                                      \
	"INSERT INTO world (world, epoch, instance, batch) VALUES ($1, 1, $2, 0)"                  \
	" ON CONFLICT (world) DO UPDATE SET"                                                       \
	" epoch = world.epoch + CASE WHEN world.instance = excluded.instance THEN 0 ELSE 1 END,"   \
	" batch = CASE WHEN world.instance = excluded.instance THEN world.batch ELSE 0 END,"       \
	" instance = excluded.instance"                                                            \
	" RETURNING epoch, tick, next_id, event_seq, random, timers"

#define ENTITY_PUT "INSERT INTO entity (id, world, owner, kind, body, version) "
#define ENTITY_UPSERT                                                                              \
	" ON CONFLICT (id) DO UPDATE SET world = excluded.world, owner = excluded.owner,"          \
	" kind = excluded.kind, body = excluded.body, version = excluded.version"

/* SQLite: what is not JSON becomes NULL, which the column refuses. */
#define JSON_OR_NULL(arg) "iif(json_valid(" arg "), " arg ", NULL)"

#define DOCUMENT_PUT(body)                                                                         \
	"INSERT INTO document (collection, key, body, version) VALUES ($1, $2, " body ", 1)"       \
	" ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body,"                       \
	" version = document.version + 1 RETURNING version"

#define SESSION_PUT                                                                                \
	"INSERT INTO session (session, world, gateway, character, account, applied, tag, token,"   \
	" grace) "
#define SESSION_UPSERT                                                                             \
	" ON CONFLICT (session) DO UPDATE SET world = excluded.world,"                             \
	" gateway = excluded.gateway, character = excluded.character,"                             \
	" account = excluded.account, applied = excluded.applied, tag = excluded.tag,"             \
	" token = excluded.token, grace = excluded.grace"

#define EVENT_PUT "INSERT INTO event (seq, world, wall_ms, kind, body) "
/* seq, upto, world, what they are, limit */
#define EVENTS(which)                                                                              \
	"SELECT seq, wall_ms, kind, body FROM event WHERE seq > $1 AND seq <= $2"                  \
	" AND (CAST($3 AS bigint) = 0 OR world = CAST($3 AS bigint)) AND " which                   \
	" ORDER BY seq LIMIT $5"
#define OF_SQLITE "kind IN (SELECT value FROM json_each($4))"
#define OF_PG "kind IN (SELECT json_array_elements_text($4::json))"
#define OUTWARD                                                                                    \
	"kind IN ('channel:said', 'news:announced', 'board:posted', 'board:removed',"              \
	" 'player:entered', 'player:left', 'errand:done', 'server:started', 'server:stopping')"

#define OUTBOX_PUT "INSERT INTO outbox (world, gateway, oseq, records) "
#define OUTBOX_UPSERT " ON CONFLICT (world, gateway, oseq) DO UPDATE SET records = excluded.records"

/* Amounts of the ledger stay between 0 and the greatest number: of `back` and `more` one is 0. */
#define TAKEN(column, n) "CASE WHEN " column " < " n " THEN 0 ELSE " column " - " n " END"
#define SETTLED(column, back, more)                                                                \
	"CASE WHEN " column " < " back " THEN 0 WHEN " column " - " back                           \
	" > 9223372036854775807 - " more " THEN 9223372036854775807"                               \
	" ELSE " column " - " back " + " more " END"

const struct sql_text sql_texts[SQL_COUNT_] = {
	[SQL_WORLD_LOCK] = {
		.sqlite = "SELECT epoch, instance, batch FROM world WHERE world = $1",
		.pg = "SELECT epoch, instance, batch FROM world WHERE world = $1 FOR UPDATE",
	},
	[SQL_WORLDS] = BOTH("SELECT world, epoch, instance, batch FROM world ORDER BY world"),
	[SQL_GRANT] = BOTH(GRANT),
	[SQL_WORLD_STATE] = BOTH("UPDATE world SET batch = $2, tick = $3, next_id = $4,"
				 " event_seq = $5, random = $6, timers = $7 WHERE world = $1"),
	[SQL_WORLD_BATCH] = BOTH("UPDATE world SET batch = $2 WHERE world = $1"),
	[SQL_ENTITY_PUT] = {
		.sqlite = ENTITY_PUT "VALUES ($1, $2, $3, $4, " JSON_OR_NULL("$5") ", $6)"
				     ENTITY_UPSERT,
		.pg = ENTITY_PUT "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],"
				 " $4::text[], $5::text[], $6::bigint[])" ENTITY_UPSERT,
	},
	[SQL_ENTITY_DEL] = {
		.sqlite = "DELETE FROM entity WHERE id = $1",
		.pg = "DELETE FROM entity WHERE id = ANY ($1::bigint[])",
	},
	[SQL_DOCUMENT_PUT] = {
		.sqlite = DOCUMENT_PUT(JSON_OR_NULL("$3")),
		.pg = DOCUMENT_PUT("$3"),
	},
	[SQL_DOCUMENT_DEL] = BOTH("DELETE FROM document WHERE collection = $1 AND key = $2"),
	[SQL_EVENT_PUT] = {
		.sqlite = EVENT_PUT "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		.pg = EVENT_PUT "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],"
				" $4::text[], $5::text[]) ON CONFLICT DO NOTHING",
	},
	[SQL_EVENT_TRIM] = BOTH("DELETE FROM event WHERE world = $1 AND seq < (SELECT seq FROM event"
				" WHERE world = $1 ORDER BY seq LIMIT 1 OFFSET $2)"),
	[SQL_EVENT_COUNT] = BOTH("SELECT count(*) FROM event WHERE world = $1"),
	[SQL_SESSION_PUT] = {
		.sqlite = SESSION_PUT "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" SESSION_UPSERT,
		.pg = SESSION_PUT "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],"
				  " $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],"
				  " $8::bytea[], $9::bigint[])" SESSION_UPSERT,
	},
	[SQL_SESSION_DEL] = {
		.sqlite = "DELETE FROM session WHERE session = $1",
		.pg = "DELETE FROM session WHERE session = ANY ($1::bigint[])",
	},
	[SQL_SESSION_APPLIED] = {
		.sqlite = "UPDATE session SET applied = $2, tag = $3"
			  " WHERE session = $1 AND applied < $2",
		.pg = "UPDATE session s SET applied = t.applied, tag = t.tag FROM"
		      " unnest($1::bigint[], $2::bigint[], $3::bigint[])"
		      " AS t (session, applied, tag)"
		      " WHERE s.session = t.session AND s.applied < t.applied",
	},
	[SQL_OUTBOX_PUT] = {
		.sqlite = OUTBOX_PUT "VALUES ($1, $2, $3, $4)" OUTBOX_UPSERT,
		.pg = OUTBOX_PUT "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],"
				 " $4::bytea[])" OUTBOX_UPSERT,
	},
	[SQL_OUTBOX_TRIM] = {
		.sqlite = "DELETE FROM outbox WHERE world = $1 AND gateway = $2 AND oseq <= $3",
		.pg = "DELETE FROM outbox o USING unnest($1::bigint[], $2::bigint[], $3::bigint[])"
		      " AS t (world, gateway, upto) WHERE o.world = t.world"
		      " AND o.gateway = t.gateway AND o.oseq <= t.upto",
	},
	[SQL_DEAD_LETTER] = BOTH("INSERT INTO dead_letter (world, epoch, batch, body, why, at)"
				 " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"),
	[SQL_DEAD_LETTER_TRIM] =
		BOTH("DELETE FROM dead_letter WHERE world = $1 AND (epoch, batch) <="
		     " (SELECT epoch, batch FROM dead_letter WHERE world = $1"
		     " ORDER BY epoch DESC, batch DESC LIMIT 1 OFFSET $2)"),

	[SQL_WORLD_IDS] = BOTH(WORLD_IDS),
	[SQL_ENTITIES] = {
		.sqlite = "SELECT id, owner, kind, body, version FROM entity"
			  " WHERE id IN (SELECT value FROM json_each($1)) ORDER BY (id < 0), id",
		.pg = "SELECT id, owner, kind, body, version FROM entity WHERE id IN"
		      " (SELECT json_array_elements_text($1::json)::bigint)"
		      " ORDER BY (id < 0), id",
	},
	[SQL_TREE] = BOTH(TREE),
	[SQL_SESSION_PAGE] = BOTH("SELECT session, gateway, character, account, applied, tag, token,"
				  " grace FROM session"
				  " WHERE world = $1 AND ((session < 0), session) >"
				  " ((CAST($2 AS bigint) < 0), CAST($2 AS bigint))"
				  " ORDER BY (session < 0), session LIMIT 2000"),
	[SQL_OUTBOX_PAGE] = BOTH("SELECT gateway, oseq, records FROM outbox WHERE world = $1"
				 " ORDER BY gateway, oseq LIMIT 256 OFFSET $2"),
	/* In the words of the index document_of_world, or it is not used. */
	[SQL_DOCUMENT_PAGE] = BOTH("SELECT collection, key, body, version, id FROM document"
				   " WHERE id > $1 AND substr(collection, 1, 3) <> 'ai.'"
				   " AND substr(collection, 1, 7) <> 'bridge.'"
				   " ORDER BY id LIMIT 512"),
	[SQL_DOCUMENT_GET] = BOTH("SELECT collection, key, body, version FROM document"
				  " WHERE collection = $1 AND key = $2"),
	[SQL_EVENTS_AFTER] = BOTH(EVENTS("substr(kind, 1, length($4)) = $4")),
	[SQL_EVENTS_OF] = { .sqlite = EVENTS(OF_SQLITE), .pg = EVENTS(OF_PG) },
	/* In the words of the index event_outward, or it is not used. */
	[SQL_EVENTS_OUTWARD] = { .sqlite = EVENTS(OUTWARD " AND " OF_SQLITE),
				 .pg = EVENTS(OUTWARD " AND " OF_PG) },
	[SQL_EVENT_OLDEST] = BOTH("SELECT seq FROM event WHERE CAST($1 AS bigint) = 0"
				  " OR world = CAST($1 AS bigint) ORDER BY seq LIMIT 1"),
	[SQL_DOCUMENT_DROP] = BOTH("DELETE FROM document WHERE id IN (SELECT id FROM document"
				   " WHERE collection = $1 AND key >= $2 AND key < $3"
				   " ORDER BY key LIMIT $4) RETURNING id"),

	[SQL_LEDGER_OPEN] = BOTH("INSERT INTO ledger (account, tokens, nanos, open_tokens,"
				 " open_nanos, calls, at) VALUES ($1, 0, 0, 0, 0, 0, $2)"
				 " ON CONFLICT DO NOTHING"),
	[SQL_LEDGER_LOCK] = {
		.sqlite = "SELECT account, tokens, nanos FROM ledger WHERE account IN"
			  " (SELECT value FROM json_each($1)) ORDER BY account",
		.pg = "SELECT account, tokens, nanos FROM ledger WHERE account IN"
		      " (SELECT json_array_elements_text($1::json))"
		      " ORDER BY account FOR UPDATE",
	},
	[SQL_LEDGER_CHARGE] = BOTH("UPDATE ledger SET tokens = tokens + $2, nanos = nanos + $3,"
				   " open_tokens = open_tokens + $2, open_nanos = open_nanos + $3,"
				   " calls = calls + 1, at = CASE WHEN at < $4 THEN $4 ELSE at END"
				   " WHERE account = $1"),
	[SQL_LEDGER_SETTLE] = BOTH("UPDATE ledger SET open_tokens = " TAKEN("open_tokens", "$2")
				   ", open_nanos = " TAKEN("open_nanos", "$3")
				   ", tokens = " SETTLED("tokens", "$4", "$5")
				   ", nanos = " SETTLED("nanos", "$6", "$7")
				   " WHERE account = $1"),
	[SQL_LEDGER_LIST] = BOTH("SELECT account, tokens, nanos, open_tokens, open_nanos, calls"
				 " FROM ledger WHERE substr(account, 1, length($1)) = $1"
				 " ORDER BY nanos DESC, tokens DESC, account LIMIT $2"),
	[SQL_LEDGER_DROP] = BOTH("DELETE FROM ledger WHERE at < $1 AND account IN"
				 " (SELECT account FROM ledger WHERE at < $1"
				 " AND account LIKE '%/%' ORDER BY at LIMIT $2) RETURNING account"),
	[SQL_RESERVATION_FIND] = BOTH("SELECT id FROM reservation WHERE id = $1"),
	[SQL_RESERVATION_ADD] = BOTH("INSERT INTO reservation (id, accounts, tokens, nanos, at)"
				     " VALUES ($1, $2, $3, $4, $5)"),
	[SQL_RESERVATION_TAKE] = BOTH("DELETE FROM reservation WHERE id = $1"
				      " RETURNING accounts, tokens, nanos"),
	[SQL_RESERVATION_DROP] = BOTH("DELETE FROM reservation WHERE at < $1 AND id IN"
				      " (SELECT id FROM reservation WHERE at < $1"
				      " ORDER BY at LIMIT $2) RETURNING id"),

	[SQL_ACCOUNT_CREATE] = BOTH("INSERT INTO account (name, folded, hash, role, created,"
				    " last_login) VALUES ($1, $2, $3, $4, $5, 0) RETURNING id"),
	[SQL_ACCOUNT_HASH] = BOTH("SELECT hash FROM account WHERE folded = $1"),
	[SQL_ACCOUNT_LIST] = BOTH("SELECT a.id, a.name, a.role, a.created, a.last_login, c.id, c.name"
				  " FROM account a LEFT JOIN character c ON c.account = a.id"
				  " WHERE $1 = '' OR a.folded = $1"
				  " ORDER BY a.folded, c.folded LIMIT $2"),
	[SQL_ACCOUNT_SET_HASH] = BOTH("UPDATE account SET hash = $2 WHERE id = $1 RETURNING id"),
	[SQL_ACCOUNT_SET_ROLE] = BOTH("UPDATE account SET role = $2 WHERE id = $1 RETURNING id"),
	[SQL_ACCOUNT_LOGGED_IN] =
		BOTH("UPDATE account SET last_login = $2 WHERE id = $1 RETURNING id"),
	[SQL_CHARACTER_COUNT] =
		BOTH("SELECT count(*), (SELECT count(*) FROM character WHERE account = $1)"
		     " FROM account WHERE id = $1"),
	[SQL_CHARACTER_FIND] = BOTH("SELECT id, account FROM character WHERE folded = $1"),
	[SQL_CHARACTER_CREATE] = BOTH("INSERT INTO character (id, account, name, folded)"
				      " VALUES ($1, $2, $3, $4)"),
	[SQL_FAILURE_PRUNE] = BOTH("DELETE FROM failure WHERE at <= $1"),
	[SQL_FAILURE_NOTE] = BOTH("INSERT INTO failure (who, at) VALUES ($1, $2)"),
	[SQL_FAILURE_COUNT] = BOTH("SELECT count(*) FROM failure WHERE who = $1 AND at > $2"),
	[SQL_FAILURE_CLEAR] = BOTH("DELETE FROM failure WHERE who = $1"
				  " OR (who >= $2 AND who < $3)"),

	[SQL_HAS_SCHEMA] = EARLY("SELECT count(*) FROM sqlite_master WHERE type = 'table'"
				 " AND name = 'schema_version'",
				 "SELECT count(*) FROM pg_tables WHERE tablename = 'schema_version'"
				 " AND schemaname = current_schema()"),
	[SQL_VERSIONS] = EARLY("SELECT version, checksum FROM schema_version ORDER BY version",
			       "SELECT version, checksum FROM schema_version ORDER BY version"),
	[SQL_VERSION_ADD] =
		EARLY("INSERT INTO schema_version (version, checksum, applied_at)"
		      " VALUES ($1, $2, $3)",
		      "INSERT INTO schema_version (version, checksum, applied_at)"
		      " VALUES ($1, $2, $3)"),
};
