-- Whether somebody's role was decided in chat: from then on the group at their identity provider decides about it no more.

ALTER TABLE users ADD COLUMN decided INTEGER NOT NULL DEFAULT 0;
