-- What reports, deadlines and the overview of what needs somebody ask for. The
-- rows that are there are filled in by refill.go from their items.
ALTER TABLE submission ADD COLUMN client     TEXT    NOT NULL DEFAULT '';
ALTER TABLE submission ADD COLUMN matter     TEXT    NOT NULL DEFAULT '';
ALTER TABLE submission ADD COLUMN dated      INTEGER NOT NULL DEFAULT 0; -- the invoice's date
ALTER TABLE submission ADD COLUMN total      TEXT    NOT NULL DEFAULT '0.00'; -- exact, as ledes.Amount writes it
ALTER TABLE submission ADD COLUMN since      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN alike      TEXT    NOT NULL DEFAULT '';
ALTER TABLE submission ADD COLUMN sends      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN arrived_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN sent_at    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN said_at    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN unfiled    INTEGER NOT NULL DEFAULT 0; -- 1: the carrier has it not

CREATE INDEX by_arrival ON submission (arrived_at, id);
CREATE INDEX by_need    ON submission (needs, since, id) WHERE urgent = 1;
CREATE INDEX by_alike   ON submission (needs, carrier, state, alike, since, id, account) WHERE urgent = 1;
CREATE INDEX by_date    ON submission (carrier, dated, id, account) WHERE unfiled = 1;

-- What needs somebody, the alike together, so that an overview of many
-- thousands reads a few rows.
CREATE TABLE need (
	needs   TEXT    NOT NULL,
	account TEXT    NOT NULL,
	carrier TEXT    NOT NULL,
	state   TEXT    NOT NULL,
	alike   TEXT    NOT NULL,
	n       INTEGER NOT NULL,
	since   INTEGER NOT NULL, -- the oldest
	PRIMARY KEY (needs, account, carrier, state, alike)
) STRICT, WITHOUT ROWID;

INSERT INTO need SELECT needs, account, carrier, state, alike, count(*), min(since) FROM submission WHERE urgent = 1
	GROUP BY needs, account, carrier, state, alike;

CREATE TRIGGER need_insert AFTER INSERT ON submission WHEN new.urgent = 1 BEGIN
	INSERT INTO need VALUES (new.needs, new.account, new.carrier, new.state, new.alike, 1, new.since)
		ON CONFLICT DO UPDATE SET n = n + 1, since = min(since, excluded.since);
END;

CREATE TRIGGER need_update AFTER UPDATE OF needs, urgent, account, carrier, state, alike, since ON submission
WHEN (old.urgent = 1 OR new.urgent = 1) AND
	(old.urgent, old.needs, old.account, old.carrier, old.state, old.alike, old.since) IS NOT
	(new.urgent, new.needs, new.account, new.carrier, new.state, new.alike, new.since) BEGIN
	UPDATE need SET n = n - 1, since = coalesce((
			SELECT since FROM submission WHERE urgent = 1 AND needs = old.needs AND carrier = old.carrier AND state = old.state
				AND alike = old.alike AND account = old.account ORDER BY since LIMIT 1), 0)
		WHERE old.urgent = 1 AND needs = old.needs AND account = old.account AND carrier = old.carrier
			AND state = old.state AND alike = old.alike;
	DELETE FROM need WHERE n <= 0 AND needs = old.needs AND account = old.account AND carrier = old.carrier
		AND state = old.state AND alike = old.alike;
	INSERT INTO need SELECT new.needs, new.account, new.carrier, new.state, new.alike, 1, new.since WHERE new.urgent = 1
		ON CONFLICT DO UPDATE SET n = n + 1, since = min(since, excluded.since);
END;
