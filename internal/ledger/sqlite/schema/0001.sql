-- One row a submission. item is the truth; the columns before it are its
-- summary, so that lists never read items. Times are nanoseconds since 1970 in
-- UTC, 0 for none.
CREATE TABLE submission (
	id           TEXT    PRIMARY KEY,
	version      INTEGER NOT NULL,
	account      TEXT    NOT NULL,
	carrier      TEXT    NOT NULL,
	invoice      TEXT    NOT NULL,
	revision     INTEGER NOT NULL,
	state        TEXT    NOT NULL,
	hold         TEXT    NOT NULL,
	confirmation TEXT    NOT NULL,
	said         TEXT    NOT NULL,
	attempts     INTEGER NOT NULL,
	needs        TEXT    NOT NULL,
	urgent       INTEGER NOT NULL, -- 1: needs is somebody
	found        INTEGER NOT NULL,
	owner        TEXT    NOT NULL, -- of the lease; '' is nobody
	object       TEXT    NOT NULL,
	not_before   INTEGER NOT NULL,
	due_at       INTEGER,          -- NULL: nothing to do
	due_rank     INTEGER NOT NULL, -- 1: look-ups, which come first; 2: the others
	updated_at   INTEGER NOT NULL,
	item         TEXT    NOT NULL
) STRICT;

-- One for each way to list, in the order of the list.
CREATE INDEX by_state   ON submission (state, urgent, updated_at, id);
CREATE INDEX by_account ON submission (account, state, urgent, updated_at, id);
CREATE INDEX by_carrier ON submission (carrier, state, urgent, updated_at, id);
CREATE INDEX by_invoice ON submission (invoice, id);
CREATE INDEX by_due     ON submission (account, due_rank, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX by_free    ON submission (account, due_at) WHERE due_at IS NOT NULL AND owner = '';
CREATE INDEX by_lease   ON submission (id) WHERE owner <> '';

CREATE TABLE entry (
	id    TEXT    NOT NULL REFERENCES submission (id),
	seq   INTEGER NOT NULL,
	entry TEXT    NOT NULL,
	PRIMARY KEY (id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
	name    TEXT    PRIMARY KEY,
	version INTEGER NOT NULL,
	item    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- How many submissions are where, so that counting a million takes no time.
CREATE TABLE tally (
	account TEXT    NOT NULL,
	state   TEXT    NOT NULL,
	n       INTEGER NOT NULL,
	PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tally_insert AFTER INSERT ON submission BEGIN
	INSERT INTO tally VALUES (new.account, new.state, 1)
		ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER tally_update AFTER UPDATE OF account, state ON submission
WHEN old.account <> new.account OR old.state <> new.state BEGIN
	UPDATE tally SET n = n - 1 WHERE account = old.account AND state = old.state;
	INSERT INTO tally VALUES (new.account, new.state, 1)
		ON CONFLICT DO UPDATE SET n = n + 1;
END;
