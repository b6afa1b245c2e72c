-- A site's file: its visits, as rows while their day is hot and as columns once it is sealed.
-- Times are seconds since 1970 (UTC), days are days since 1970 (UTC). No address, cookie or user agent is here.

CREATE TABLE secret (
  name  TEXT PRIMARY KEY, -- "site": key of cookie visitors; "salt DAY": key of one local day's cookieless visitors
  value BLOB NOT NULL -- 32 random bytes; a day's salt is deleted in the night after, for good: with the site's first hit of the next day or by the nightly round
) STRICT, WITHOUT ROWID;

CREATE TABLE dict (
  dim   INTEGER NOT NULL, -- which dictionary, a Dim
  id    INTEGER NOT NULL, -- number that rows and columns hold in place of the value; given once, missing when dropped
  value TEXT NOT NULL, -- the text, fields joined by unit separators: page, origin, place, agent, language …; empty: dropped, the highest
  PRIMARY KEY (dim, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE hit (
  id       INTEGER PRIMARY KEY, -- order of arrival
  kind     INTEGER NOT NULL, -- 1 page view, 2 engagement, 3 event
  time     INTEGER NOT NULL, -- when it arrived, seconds since 1970
  start    INTEGER NOT NULL, -- when its visit began, seconds since 1970; its UTC day is the hit's day
  visit    INTEGER NOT NULL, -- number of the visit; gone at sealing
  visitor  INTEGER NOT NULL, -- keyed 64-bit number of the visitor; gone at sealing
  lasting  INTEGER NOT NULL, -- 1: the visitor's number holds on later days (cookie); 0: for a day
  type     INTEGER NOT NULL, -- 0 not known, 1 new, 2 returning
  view     TEXT NOT NULL, -- random id of the page view, to join engagements and notice repeats; gone at sealing
  seq      INTEGER NOT NULL, -- number within the page view, to notice repeats; 0: none; gone at sealing
  page     INTEGER NOT NULL, -- dictionary id: host, path, title
  origin   INTEGER NOT NULL, -- dictionary id: source, channel, referrer, campaign tags
  place    INTEGER NOT NULL, -- dictionary id: country, region, city
  agent    INTEGER NOT NULL, -- dictionary id: browser, system, device families
  language INTEGER NOT NULL, -- dictionary id
  screen   INTEGER NOT NULL, -- dictionary id: width class
  engaged  INTEGER NOT NULL, -- of an engagement: milliseconds so far
  scroll   INTEGER NOT NULL, -- of an engagement: deepest percent seen; 0: not known
  name     INTEGER NOT NULL, -- of an event: dictionary id of its name
  props    INTEGER NOT NULL, -- of an event: dictionary id of its properties
  currency INTEGER NOT NULL, -- of an event: dictionary id of the revenue's currency
  amount   INTEGER NOT NULL -- of an event: revenue in minor units
) STRICT;

CREATE TABLE part (
  id       INTEGER PRIMARY KEY, -- day << 16 | number of the part
  visits   INTEGER NOT NULL, -- visits that began on the day
  views    INTEGER NOT NULL, -- their page views
  events   INTEGER NOT NULL, -- their events
  last     INTEGER NOT NULL, -- last hit or engagement in it, seconds since 1970
  visitors INTEGER NOT NULL, -- visitor numbers in it are below this
  import   INTEGER NOT NULL -- 0, or the number of the import that is not finished yet
) STRICT;

CREATE TABLE block (
  id   INTEGER PRIMARY KEY, -- part << 8 | column
  data BLOB NOT NULL -- the column, encoded with a version and a checksum
) STRICT;

CREATE TABLE visitor (
  id     INTEGER PRIMARY KEY, -- order of sealing
  count  INTEGER NOT NULL, -- visitors in it
  data   BLOB NOT NULL, -- their dense numbers as a column, then their 64-bit keys, 8 bytes each
  import INTEGER NOT NULL -- as in part
) STRICT;

CREATE TABLE import (
  id          INTEGER PRIMARY KEY, -- number of the import
  fingerprint BLOB UNIQUE, -- SHA-256 of the file's content, so that it is taken once; null: not finished
  began       INTEGER NOT NULL -- when, seconds since 1970
) STRICT;

CREATE TABLE dropped (
  day    INTEGER NOT NULL, -- UTC day, days since 1970
  reason TEXT NOT NULL, -- why hits were not counted, or what of them was scrubbed: never the text itself
  count  INTEGER NOT NULL, -- how many hits
  PRIMARY KEY (day, reason)
) STRICT, WITHOUT ROWID;
