-- Erasures of people who sign in: they go from the copies too.

ALTER TABLE tombstone ADD COLUMN user INTEGER NOT NULL DEFAULT 0; -- number of the person who was removed, which names nobody then; 0: another kind
