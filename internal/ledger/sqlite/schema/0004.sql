-- The ledger's own name, given once: accounts may say which ledger is their home.
-- A backup, and what is restored from it, is the same ledger and keeps it.
CREATE TABLE self (
	name TEXT NOT NULL
) STRICT;

INSERT INTO self VALUES (lower(hex(randomblob(5))));
