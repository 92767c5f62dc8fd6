-- The outbox: how far each destination was told of each submission's history.
-- A row is there only while something is owed, so that what is to be delivered is
-- found without looking at the submissions, however many there are. Nothing of
-- what is in the ledger before a destination is enrolled is owed to it.
CREATE TABLE destination (
	name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE owed (
	destination TEXT    NOT NULL REFERENCES destination (name) ON DELETE CASCADE,
	id          TEXT    NOT NULL, -- of the submission
	delivered   INTEGER NOT NULL, -- seq of the last entry that the destination was told of
	PRIMARY KEY (destination, id)
) STRICT, WITHOUT ROWID;

-- In the same transaction as the entry: what is in the history is owed.
CREATE TRIGGER owe AFTER INSERT ON entry BEGIN
	INSERT INTO owed SELECT name, new.id, new.seq - 1 FROM destination WHERE TRUE
		ON CONFLICT DO NOTHING;
END;
