-- What the cluster showed while a message was answered: objects that a model may name without a mark on the card.
ALTER TABLE turns ADD COLUMN shown TEXT NOT NULL DEFAULT '[]';  -- JSON list of Target, bounded
