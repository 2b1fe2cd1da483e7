-- What fires, and the card that tells of it. All text in here is masked.
CREATE TABLE alerts (
  key TEXT PRIMARY KEY,                  -- a hash of the source, the alert's name and its workload
  code TEXT NOT NULL UNIQUE,             -- what people type: 7F3K
  source TEXT NOT NULL,                  -- alertmanager events steward
  body TEXT NOT NULL,                    -- JSON Alert, as it was seen last
  told TEXT NOT NULL DEFAULT '',         -- a hash of what the card says
  card_id TEXT NOT NULL DEFAULT '',      -- '' while it has none: muted, or one too many in this hour
  since TEXT NOT NULL,
  carded_at TEXT,                        -- when a card was posted for it
  shown_at TEXT,                         -- when that card was last drawn
  missing_since TEXT,                    -- from when on its source has not named it
  closed_at TEXT,
  muted_until TEXT
);
CREATE INDEX alerts_open ON alerts (source) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_card_time ON alerts (carded_at) WHERE carded_at IS NOT NULL;
-- The one card for all that have none of their own, while there are such.
CREATE TABLE alert_overflow (one INTEGER PRIMARY KEY CHECK (one = 1), card_id TEXT NOT NULL, told TEXT NOT NULL, shown_at TEXT NOT NULL);
