-- What people and their deploys wrote at moments of a site's chart. It goes with the site.

CREATE TABLE annotation (
  id   INTEGER PRIMARY KEY AUTOINCREMENT, -- number by which it is listed and removed
  site TEXT NOT NULL REFERENCES site(id) ON DELETE CASCADE, -- the site on whose chart it stands
  at   INTEGER NOT NULL, -- the moment that it is about, seconds since 1970
  text TEXT NOT NULL -- what happened then, in the words of an editor or a deploy; at most 200 characters
) STRICT;

CREATE INDEX annotation_site ON annotation(site, at);
