-- Mutes by labels, who muted, and how often an alert came back.

CREATE TABLE alert_mutes (
  code TEXT PRIMARY KEY,                 -- what people type: 7F3K
  said_in TEXT NOT NULL UNIQUE,          -- the platform's id of the message: handled again, it is one mute
  matchers TEXT NOT NULL,                -- JSON list of Matcher: all of them must fit
  until TEXT NOT NULL,
  by_name TEXT NOT NULL,
  made_at TEXT NOT NULL
);
ALTER TABLE alerts ADD COLUMN muted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;  -- how often it fired again soon after it seemed over
