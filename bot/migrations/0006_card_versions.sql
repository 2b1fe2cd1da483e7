-- What was shown and when, so that what an approver saw can be seen again; and the list of cards by time and state.

CREATE TABLE card_versions (
  card_id TEXT NOT NULL REFERENCES cards (id),
  version INTEGER NOT NULL,
  state TEXT NOT NULL,                   -- what the card said it was; the same as before it is only a step
  step INTEGER NOT NULL,                 -- 1: only how far it is; old ones are thinned
  clicked INTEGER NOT NULL DEFAULT 0,    -- 1: somebody clicked a copy that showed it; stays for ever
  body TEXT NOT NULL,                    -- JSON Card
  at TEXT NOT NULL,
  PRIMARY KEY (card_id, version)
) WITHOUT ROWID;
INSERT INTO card_versions (card_id, version, state, step, body, at) SELECT id, version, '', 0, body, updated_at FROM cards;

CREATE INDEX cards_by_time ON cards (updated_at, id);
CREATE INDEX cards_by_tone ON cards (json_extract(body, '$.tone'), updated_at, id);
