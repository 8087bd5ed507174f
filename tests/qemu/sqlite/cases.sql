-- cases.sql: a small shop. Each row that is printed begins with the name of its check; the test
-- runs the same script in another build of SQLite, on the host, and compares.
CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, town TEXT);
CREATE TABLE sale(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer, day INTEGER,
                  cents INTEGER CHECK (cents >= 0), note TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO customer SELECT i, printf('customer %03d', i * 7919 % 1000),
  CASE i % 4 WHEN 0 THEN 'Aachen' WHEN 1 THEN 'Bonn' WHEN 2 THEN 'Köln' END FROM n;
WITH RECURSIVE n(i, x) AS (SELECT 1, 42 UNION ALL
  SELECT i + 1, (x * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 8000)
INSERT INTO sale SELECT i, 1 + x % 700, x / 1000 % 365, x % 100003,
  CASE WHEN i % 10 THEN NULL ELSE hex(x) END FROM n;
CREATE INDEX by_customer ON sale(customer, day);
CREATE INDEX by_note ON sale(note) WHERE note IS NOT NULL;
ANALYZE;

SELECT 'counts', count(*), count(note), sum(cents), min(day), max(day) FROM sale;
SELECT 'indexed', count(*), sum(cents) FROM sale INDEXED BY by_customer
  WHERE customer = 77 AND day BETWEEN 50 AND 300;
SELECT 'partial_index', id, note FROM sale INDEXED BY by_note WHERE note > '3938'
  ORDER BY note LIMIT 5;
SELECT 'inner_join', town, count(*), sum(cents) FROM sale JOIN customer ON customer.id = customer
  GROUP BY town ORDER BY town;
SELECT 'left_join', count(*) FROM sale LEFT JOIN customer ON customer.id = sale.customer
  WHERE customer.id IS NULL;
SELECT 'self_join', count(*) FROM sale a JOIN sale b USING (customer, day) WHERE a.id < b.id;
SELECT 'not_exists', count(*) FROM customer c
  WHERE NOT EXISTS (SELECT 1 FROM sale WHERE customer = c.id);
SELECT 'having', customer, sum(cents) FROM sale GROUP BY customer HAVING count(*) > 20
  ORDER BY 3 DESC, 2 LIMIT 5;
SELECT 'window', id, customer, sum(cents) OVER (PARTITION BY customer ORDER BY day, id),
  rank() OVER (ORDER BY cents DESC) FROM sale ORDER BY cents DESC, id LIMIT 7;
SELECT 'distinct', count(DISTINCT day), count(DISTINCT customer) FROM sale;
SELECT 'compound', count(*) FROM (SELECT customer FROM sale WHERE day < 100 EXCEPT
  SELECT customer FROM sale WHERE day > 200 INTERSECT SELECT id FROM customer);
SELECT 'text', upper(name), substr(town, 2), length(town), instr(name, '0'), town LIKE 'k%'
  FROM customer ORDER BY name DESC LIMIT 4;
SELECT 'numbers', 9223372036854775807, 7 / 2, -7 % 3, 1 << 40, round(2.5), 1e3, 1.0 / 8, sqrt(1024);
SELECT 'glued', group_concat(name, '+') FROM (SELECT name FROM customer ORDER BY id LIMIT 6);
SELECT 'json', json_extract('{"a":[1,{"b":"x"}]}', '$.a[1].b'), json_array_length('[1,2,3]');
SELECT 'date', date('2024-02-28', '+2 days'), strftime('%j', '2023-12-31'), julianday('2000-01-01');

BEGIN;
DELETE FROM sale WHERE customer % 2;
SELECT 'in_transaction', count(*) FROM sale;
SAVEPOINT inner_one;
UPDATE sale SET cents = cents + 1;
ROLLBACK TO inner_one;
SELECT 'rolled_back_a_part', sum(cents) FROM sale;
ROLLBACK;
SELECT 'rolled_back', count(*), sum(cents) FROM sale;
CREATE TABLE log(what TEXT);
CREATE TRIGGER noted AFTER UPDATE ON customer WHEN old.town IS NOT new.town
  BEGIN INSERT INTO log VALUES (old.id || ':' || coalesce(new.town, '-')); END;
UPDATE OR IGNORE customer SET town = 'Trier' WHERE id < 6;
SELECT 'trigger', what FROM log ORDER BY rowid;
INSERT INTO customer(id, name) VALUES (3, 'Ann') ON CONFLICT(id) DO UPDATE SET name = excluded.name;
SELECT 'upsert', id, name, town FROM customer WHERE id = 3;
ALTER TABLE customer ADD COLUMN since INTEGER DEFAULT 1999;
SELECT 'added_column', sum(since) FROM customer;
DELETE FROM sale WHERE id % 3;
VACUUM;
SELECT 'integrity', integrity_check FROM pragma_integrity_check;
SELECT 'after', count(*), sum(cents) FROM sale;
