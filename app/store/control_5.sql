-- Pins: the sites that somebody wants to have first.

CREATE TABLE pin (
  user  INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE, -- whose it is: nobody else sees it
  site  TEXT NOT NULL REFERENCES site(id) ON DELETE CASCADE, -- the site that comes first in their lists
  place INTEGER NOT NULL, -- order among the user's pins, ascending, with gaps; the first nine have the keys 1 to 9
  PRIMARY KEY (user, site)
) STRICT, WITHOUT ROWID;

CREATE INDEX pin_site ON pin(site);
