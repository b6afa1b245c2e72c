-- Segments: filters of a site's visits that somebody has given a name to.

CREATE TABLE segment (
  id      INTEGER PRIMARY KEY AUTOINCREMENT, -- number by which addresses name it; never given twice
  site    TEXT NOT NULL REFERENCES site(id) ON DELETE CASCADE, -- the site whose visits it chooses
  user    INTEGER REFERENCES user(id) ON DELETE CASCADE, -- whose it is: nobody else sees it; null: the site's, for all who read its reports
  name    TEXT NOT NULL COLLATE NOCASE, -- what it is called, 1–60 characters
  filters TEXT NOT NULL, -- JSON array of filters as the stats contract writes them, joined by AND
  created INTEGER NOT NULL -- time it was saved, seconds since 1970
) STRICT;

CREATE UNIQUE INDEX segment_name ON segment(site, coalesce(user, 0), name);
CREATE INDEX segment_user ON segment(user);
