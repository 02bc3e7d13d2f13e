-- What aibridges need: a ledger, and documents of their own that a world's start does not walk past.

-- The ledger is what was spent, and what is reserved for calls that are under way.  Amounts are never below 0.

-- tokens, nanos: spent, with what is reserved; open_tokens, open_nanos: of these, reserved; at: the last
-- reservation, Unix milliseconds.
CREATE TABLE ledger (
	account TEXT PRIMARY KEY,
	tokens INTEGER NOT NULL,
	nanos INTEGER NOT NULL,
	open_tokens INTEGER NOT NULL,
	open_nanos INTEGER NOT NULL,
	calls INTEGER NOT NULL,
	at INTEGER NOT NULL
) WITHOUT ROWID;

-- Deleted when it is settled. accounts: their names, each with a line feed behind it.
CREATE TABLE reservation (
	id TEXT PRIMARY KEY,
	accounts TEXT NOT NULL,
	tokens INTEGER NOT NULL,
	nanos INTEGER NOT NULL,
	at INTEGER NOT NULL
) WITHOUT ROWID;

-- The documents that a world loads; those of aibridges, which are many, are not in it.
CREATE INDEX document_of_world ON document (id) WHERE substr(collection, 1, 3) <> 'ai.';
