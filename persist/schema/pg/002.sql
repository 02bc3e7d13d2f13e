-- A connection that is lost can be taken up again: by whom (the hash of a token, empty: by nobody), for
-- how many seconds, and up to which line by the client's own count everything is stored.
ALTER TABLE session ADD COLUMN tag bigint NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN token bytea NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN grace bigint NOT NULL DEFAULT 0;
