-- The first schema.  Numbers that are unsigned in the protocol (ids, epochs) are stored as the signed
-- 64-bit integer of the same bits.  Bodies are the bytes the world sent: JSON text, never rewritten. A
-- body that is not JSON is refused: in PostgreSQL by a CHECK, in SQLite by the statement (sql.c), since its
-- JSON functions cannot be used in a schema that is not trusted.

-- One row for each world: who may write (epoch, instance), how far it came (batch), and its own state.
CREATE TABLE world (
	world INTEGER PRIMARY KEY,
	epoch INTEGER NOT NULL,
	instance INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	tick INTEGER,
	next_id INTEGER,
	event_seq INTEGER,
	random BLOB,
	timers TEXT
);

-- Everything in a world. owner: the entity it is in, 0 nowhere. The primary key is what keeps a thing
-- in exactly one place.
CREATE TABLE entity (
	id INTEGER PRIMARY KEY,
	world INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	kind TEXT NOT NULL,
	body TEXT NOT NULL,
	version INTEGER NOT NULL
);
CREATE INDEX entity_owner ON entity (owner);

CREATE TABLE document (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	collection TEXT NOT NULL,
	key TEXT NOT NULL,
	body TEXT NOT NULL,
	version INTEGER NOT NULL,
	UNIQUE (collection, key)
);

CREATE TABLE event (
	seq INTEGER NOT NULL,
	world INTEGER NOT NULL,
	wall_ms INTEGER NOT NULL,
	kind TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (seq, world)
) WITHOUT ROWID;

-- Who plays whom through which gateway, and the last line whose effects are stored.
CREATE TABLE session (
	session INTEGER PRIMARY KEY,
	world INTEGER NOT NULL,
	gateway INTEGER NOT NULL,
	character INTEGER NOT NULL,
	account INTEGER NOT NULL,
	applied INTEGER NOT NULL
);

-- Output that belongs to stored changes and has not reached its gateway yet.
CREATE TABLE outbox (
	world INTEGER NOT NULL,
	gateway INTEGER NOT NULL,
	oseq INTEGER NOT NULL,
	records BLOB NOT NULL,
	PRIMARY KEY (world, gateway, oseq)
) WITHOUT ROWID;

CREATE TABLE account (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	folded TEXT NOT NULL UNIQUE,
	hash TEXT NOT NULL,
	role TEXT NOT NULL,
	created INTEGER NOT NULL,
	last_login INTEGER NOT NULL
);

CREATE TABLE character (
	id INTEGER PRIMARY KEY,
	account INTEGER NOT NULL REFERENCES account (id),
	name TEXT NOT NULL,
	folded TEXT NOT NULL UNIQUE
);
CREATE INDEX character_account ON character (account);

-- Failed log-ins of the last minutes, by account and by source.
CREATE TABLE failure (
	who TEXT NOT NULL,
	at INTEGER NOT NULL
);
CREATE INDEX failure_who ON failure (who, at);
CREATE INDEX failure_at ON failure (at);

-- Batches that the database refused, packed as they came, for the operator.
CREATE TABLE dead_letter (
	world INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	body BLOB NOT NULL,
	why TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (world, epoch, batch)
);
