-- Step 2: keys of visitors know their day, so that they can be deleted by it; totals outlive the visits they were made of.

ALTER TABLE visitor ADD COLUMN day INTEGER NOT NULL DEFAULT 0; -- UTC day whose visits these visitors made; a visitor is in the row of each of his days

UPDATE visitor SET day = coalesce((SELECT max(id) >> 16 FROM part), 0); -- not known of older rows: kept as long as the newest day

CREATE INDEX visitor_day ON visitor(day);

CREATE TABLE total (
  day      INTEGER PRIMARY KEY, -- day in the site's zone, days since 1970; adds to what is still there of that day
  visits   INTEGER NOT NULL, -- visits that began on it
  views    INTEGER NOT NULL, -- page views of that day
  events   INTEGER NOT NULL, -- events of that day
  bounces  INTEGER NOT NULL, -- of the visits: those with one hit
  duration INTEGER NOT NULL -- of the visits: seconds in all
) STRICT;

CREATE TABLE mark (
  name  TEXT PRIMARY KEY, -- "retained": when visits and keys were last gone through for their age; more in clock.go
  value INTEGER NOT NULL -- when that was, seconds since 1970
) STRICT, WITHOUT ROWID;
