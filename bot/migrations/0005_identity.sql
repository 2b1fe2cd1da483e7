-- Who is who on the platforms, and which codes tie them to accounts.

-- A role belongs to the account where there is one, else to the identity itself; NULL is the organisation's default.
CREATE TABLE identities (
  platform TEXT NOT NULL,
  id TEXT NOT NULL,                      -- the platform's id: DingTalk userId, Feishu open_id
  user_id TEXT REFERENCES users (id),
  role TEXT CHECK (role IN ('admin', 'member', 'viewer')),
  name TEXT NOT NULL DEFAULT '',         -- for people to read; its owner can change it
  gone_at TEXT,                          -- when the platform said that they left the organisation
  changed_at TEXT NOT NULL,
  PRIMARY KEY (platform, id)
);
CREATE INDEX identities_by_user ON identities (user_id) WHERE user_id IS NOT NULL;

-- A new word after each change of who may what, whoever made it: what was read under another word is read again. It is random,
-- since a counter that was rolled back would come again with other contents.
CREATE TABLE access_version (one INTEGER PRIMARY KEY CHECK (one = 1), word TEXT NOT NULL);
INSERT INTO access_version VALUES (1, hex(randomblob(16)));
CREATE TRIGGER identities_new AFTER INSERT ON identities BEGIN UPDATE access_version SET word = hex(randomblob(16)); END;
CREATE TRIGGER identities_changed AFTER UPDATE ON identities BEGIN UPDATE access_version SET word = hex(randomblob(16)); END;
CREATE TRIGGER identities_removed AFTER DELETE ON identities BEGIN UPDATE access_version SET word = hex(randomblob(16)); END;
CREATE TRIGGER users_changed AFTER UPDATE OF role, username, display_name ON users
  BEGIN UPDATE access_version SET word = hex(randomblob(16)); END;
CREATE TRIGGER users_removed AFTER DELETE ON users BEGIN UPDATE access_version SET word = hex(randomblob(16)); END;

-- The code itself is kept nowhere.
CREATE TABLE pairing_codes (
  hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  expires_at TEXT NOT NULL,
  used_at TEXT,
  used_by TEXT                           -- platform:id, so that a message that is handled again after a crash is answered as before
);
CREATE TABLE pairing_failures (platform TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX pairing_failures_by_person ON pairing_failures (platform, id, at);
