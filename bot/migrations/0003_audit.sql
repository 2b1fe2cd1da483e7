-- The audit book at a million rows: who it was by name, indexes for a page and a person, and removal that keeps the chain.

-- The name at that time. NULL in rows from before, whose hash is without it.
ALTER TABLE audit_logs ADD COLUMN user_name TEXT;

DROP INDEX audit_logs_by_time;
CREATE INDEX audit_logs_by_time ON audit_logs (timestamp, seq);
CREATE INDEX audit_logs_by_person ON audit_logs (platform, user_id, timestamp, seq);

-- Everybody who is in the book, so that a name or an id finds its rows without reading them all. '' where no name was known.
CREATE TABLE audit_people (
  user_name TEXT NOT NULL,
  platform TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (user_name, platform, user_id)
) WITHOUT ROWID;
CREATE INDEX audit_people_by_id ON audit_people (user_id);
INSERT OR IGNORE INTO audit_people SELECT DISTINCT '', coalesce(platform, ''), coalesce(user_id, '') FROM audit_logs;

-- Up to where rows were removed. The row `witness` of the book says the same, so that a seal cannot be made up afterwards.
CREATE TABLE audit_seals (
  seq INTEGER PRIMARY KEY,               -- the last row that was removed
  hash TEXT NOT NULL,                    -- its hash, on which the next row chains
  witness INTEGER NOT NULL,              -- seq of the row that records the removal
  sealed_at TEXT NOT NULL,
  file TEXT NOT NULL,                    -- where the rows were written before
  file_sha256 TEXT NOT NULL
);

-- The last walk through the whole book.
CREATE TABLE audit_checks (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  broken TEXT NOT NULL DEFAULT ''        -- what was found, in words; '' when it held
);

-- Only what a seal covers may go, and a seal must be true and told in the book's newest row.
DROP TRIGGER audit_logs_no_delete;
CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs
WHEN old.seq > (SELECT coalesce(max(seq), 0) FROM audit_seals)
BEGIN SELECT raise(ABORT, 'audit rows are append-only'); END;
-- INSERT OR REPLACE deletes without asking a delete trigger.
CREATE TRIGGER audit_logs_at_the_end BEFORE INSERT ON audit_logs
WHEN new.seq IS NOT (SELECT seq + 1 FROM audit_head) OR EXISTS (SELECT 1 FROM audit_logs WHERE id = new.id)
BEGIN SELECT raise(ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_seals_are_true BEFORE INSERT ON audit_seals
WHEN NOT EXISTS (SELECT 1 FROM audit_logs WHERE seq = new.seq AND hash = new.hash)
  OR new.witness <= new.seq
  OR NOT EXISTS (
    SELECT 1 FROM audit_logs JOIN audit_head USING (seq)
    WHERE seq = new.witness AND action_type = 'prune_audit' AND instr(detail, new.seq || ':' || new.hash)
  )
BEGIN SELECT raise(ABORT, 'a seal repeats what the newest audit row says'); END;
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals BEGIN SELECT raise(ABORT, 'seals are append-only'); END;
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals BEGIN SELECT raise(ABORT, 'seals are append-only'); END;
