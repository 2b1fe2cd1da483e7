-- Both platforms: what a copy was made with, what a month's calls were spent on, until when each platform was heard.

ALTER TABLE deliveries ADD COLUMN form TEXT NOT NULL DEFAULT '';  -- the adapter's note of how the copy was made (Sent.form)

-- Calls that count in a platform's monthly budget; month is YYYY-MM where the platform counts (DingTalk: UTC+8).
CREATE TABLE spending (
  platform TEXT NOT NULL,
  month TEXT NOT NULL,
  calls INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (platform, month)
);

CREATE TABLE lines (platform TEXT PRIMARY KEY, heard_at TEXT NOT NULL);
