-- Both platforms: until when each was heard.

CREATE TABLE lines (platform TEXT PRIMARY KEY, heard_at TEXT NOT NULL);
