-- What aibridges need: a ledger, and documents of their own that a world's start does not walk past.

-- The ledger is what was spent, and what is reserved for calls that are under way.  Amounts are never below 0.

-- tokens, nanos: spent, with what is reserved; open_tokens, open_nanos: of these, reserved; at: the last
-- reservation, Unix milliseconds.
CREATE TABLE ledger (
	account text COLLATE "C" PRIMARY KEY,
	tokens bigint NOT NULL,
	nanos bigint NOT NULL,
	open_tokens bigint NOT NULL,
	open_nanos bigint NOT NULL,
	calls bigint NOT NULL,
	at bigint NOT NULL
) WITH (fillfactor = 50);

-- Deleted when it is settled. accounts: their names, each with a line feed behind it.
CREATE TABLE reservation (
	id text COLLATE "C" PRIMARY KEY,
	accounts text NOT NULL,
	tokens bigint NOT NULL,
	nanos bigint NOT NULL,
	at bigint NOT NULL
);

-- The documents that a world loads; those of aibridges, which are many, are not in it.
CREATE INDEX document_of_world ON document (id) WHERE substr(collection, 1, 3) <> 'ai.';
