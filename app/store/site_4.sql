-- Step 4: rows know whether they are as they were written. The function checksum is the program's (checksum.go).

ALTER TABLE block ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of id and of the column's own checksum: a block is where it belongs

UPDATE block SET sum = checksum(id, substr(data, -4));

ALTER TABLE part ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of the other columns

UPDATE part SET sum = checksum(id, visits, views, events, last, visitors, import);

CREATE TRIGGER part_added AFTER INSERT ON part BEGIN
  UPDATE part SET sum = checksum(id, visits, views, events, last, visitors, import) WHERE id = new.id;
END;

CREATE TRIGGER part_changed AFTER UPDATE OF id, visits, views, events, last, visitors, import ON part BEGIN
  UPDATE part SET sum = checksum(id, visits, views, events, last, visitors, import) WHERE id = new.id;
END;

ALTER TABLE dict ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of the other columns

UPDATE dict SET sum = checksum(dim, id, value);

CREATE TRIGGER dict_added AFTER INSERT ON dict BEGIN
  UPDATE dict SET sum = checksum(dim, id, value) WHERE dim = new.dim AND id = new.id;
END;

CREATE TRIGGER dict_changed AFTER UPDATE OF dim, id, value ON dict BEGIN
  UPDATE dict SET sum = checksum(dim, id, value) WHERE dim = new.dim AND id = new.id;
END;

ALTER TABLE visitor ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of the other columns but id

UPDATE visitor SET sum = checksum(day, count, data, import);

CREATE TRIGGER visitor_added AFTER INSERT ON visitor BEGIN
  UPDATE visitor SET sum = checksum(day, count, data, import) WHERE id = new.id;
END;

CREATE TRIGGER visitor_changed AFTER UPDATE OF day, count, data, import ON visitor BEGIN
  UPDATE visitor SET sum = checksum(day, count, data, import) WHERE id = new.id;
END;

ALTER TABLE secret ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of the other columns

UPDATE secret SET sum = checksum(name, value);

CREATE TRIGGER secret_added AFTER INSERT ON secret BEGIN
  UPDATE secret SET sum = checksum(name, value) WHERE name = new.name;
END;

CREATE TRIGGER secret_changed AFTER UPDATE OF name, value ON secret BEGIN
  UPDATE secret SET sum = checksum(name, value) WHERE name = new.name;
END;

ALTER TABLE total ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of the other columns

UPDATE total SET sum = checksum(day, visits, views, events, bounces, duration);

CREATE TRIGGER total_added AFTER INSERT ON total BEGIN
  UPDATE total SET sum = checksum(day, visits, views, events, bounces, duration) WHERE day = new.day;
END;

CREATE TRIGGER total_changed AFTER UPDATE OF day, visits, views, events, bounces, duration ON total BEGIN
  UPDATE total SET sum = checksum(day, visits, views, events, bounces, duration) WHERE day = new.day;
END;

ALTER TABLE sealing ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- checksum of the other columns but id

UPDATE sealing SET sum = checksum(day, marks, guests, visitors);

CREATE TRIGGER sealing_added AFTER INSERT ON sealing BEGIN
  UPDATE sealing SET sum = checksum(day, marks, guests, visitors) WHERE id = new.id;
END;

CREATE TRIGGER sealing_changed AFTER UPDATE OF day, marks, guests, visitors ON sealing BEGIN
  UPDATE sealing SET sum = checksum(day, marks, guests, visitors) WHERE id = new.id;
END;

ALTER TABLE hit ADD COLUMN sum INTEGER NOT NULL DEFAULT 0; -- CRC-32C of the other columns but id, numbers first, then view

UPDATE hit SET sum = row_checksum(view, kind, time, start, visit, visitor, lasting, type, seq, page, origin, place, agent,
  language, screen, engaged, scroll, name, props, currency, amount);
