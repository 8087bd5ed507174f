"""SQLite on Mobius: a script of many kinds of SQL, whose answers come from the host's own SQLite in
this very run; a database on the CD; and, long, a table with its indices that is larger than the
memory, whose answers are arithmetic."""
import re
import shlex
import sqlite3
from collections import defaultdict

import programs
from emulator_tests import BOCHS, QEMU, Boot
from project import ROOT

SCRIPT = ROOT / "tests/qemu/sqlite/cases.sql"
BALANCE = "the memory manager's books balance"


def ready(_folder):
    programs.ready("sqlite")
    return []


def statements(script):
    text = ""
    for line in script.splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            yield text
            text = ""


def shown(rows):
    """As the shell on Mobius prints rows."""
    return ["|".join("" if value is None else str(value) for value in row) for row in rows]


def by_name(lines):
    groups = defaultdict(list)
    for line in lines:
        groups[line.partition("|")[0]].append(line)
    return groups


def host_answers():
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        return [line for statement in statements(SCRIPT.read_text())
                for line in shown(connection.execute(statement))]


def each_of(expected):
    """A test for each name that begins a row: all its rows, in order, and no others."""
    def each(result, _emulator):
        groups = by_name(result.text().splitlines())
        for name, lines in by_name(expected()).items():
            got = groups.pop(name, [])
            yield name, None if got == lines else f"{got}, not {lines}"
        yield "and_no_more", f"unexpected: {dict(groups)}" if groups else None
    return each


def on_the_cd(folder):
    with sqlite3.connect(folder / "from the host.db") as connection:
        connection.executescript("""
            CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO t SELECT i, 'row ' || i FROM n;
            CREATE INDEX by_b ON t(b);""")
    connection.close()
    return [*ready(folder), "--with", "sqlite", "--with", str(folder / "from the host.db")]


CD_QUERIES = {
    "SELECT count(*), sum(a) FROM t": f"20000|{sum(range(20001))}",
    "SELECT * FROM pragma_integrity_check": "ok",
    "SELECT a FROM t INDEXED BY by_b WHERE b >= 'row 1999' ORDER BY b LIMIT 2": "1999\n19990",
    "INSERT INTO t VALUES (0, 1)": "sqlite: attempt to write a readonly database",
    "CREATE TEMP TABLE u AS SELECT a FROM t; SELECT count(*) FROM u": "20000",
}

ROWS, PRIME, PAD = 300000, 1000003, 140


def key(i):
    return i * 7919 % PRIME


def number(i):
    return i * i % PRIME


BIG = f"""
CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, pad TEXT);
CREATE INDEX by_k ON t(k);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
INSERT INTO t SELECT i, i * 7919 % {PRIME}, printf('%0{PAD}d', i * i % {PRIME}) FROM n;
CREATE INDEX by_number ON t(CAST(pad AS INTEGER)) WHERE id % 4 = 0;
SELECT 'larger_than_40_MiB', page_count * page_size > 40 << 20
  FROM pragma_page_count, pragma_page_size;
SELECT 'scan', count(*), sum(k), sum(length(pad)), sum(CAST(pad AS INTEGER)) FROM t;
SELECT 'range', count(*), sum(id), sum(CAST(pad AS INTEGER)) FROM t INDEXED BY by_k
  WHERE k BETWEEN 5000 AND 25000;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
SELECT 'lookups', count(*), sum(id) FROM n CROSS JOIN t INDEXED BY by_k ON k = i * 499 % {PRIME};
SELECT 'join', count(*), sum(b.id) FROM t a CROSS JOIN t b INDEXED BY by_k
  ON b.k = (a.k + 7919 * 1000) % {PRIME} WHERE a.id % 50 = 0;
SELECT 'partial_index', count(*), sum(id) FROM t INDEXED BY by_number
  WHERE id % 4 = 0 AND CAST(pad AS INTEGER) < 100000;
UPDATE t SET k = -k WHERE id % 10 = 0;
DELETE FROM t WHERE id % 3 = 0;
SELECT 'changed', count(*), sum(k), min(k), max(k) FROM t;
SELECT 'integrity', integrity_check FROM pragma_integrity_check;
"""


def big_answers():
    ids = range(1, ROWS + 1)
    id_of = {key(i): i for i in ids}
    in_range = [i for i in ids if 5000 <= key(i) <= 25000]
    found = [id_of[k] for k in (i * 499 % PRIME for i in range(1, 2001)) if k in id_of]
    joined = [i + 1000 for i in ids if i % 50 == 0 and i + 1000 <= ROWS]
    partial = [i for i in ids if i % 4 == 0 and number(i) < 100000]
    left = [-key(i) if i % 10 == 0 else key(i) for i in ids if i % 3]
    return shown([
        ("larger_than_40_MiB", 1),
        ("scan", ROWS, sum(map(key, ids)), ROWS * PAD, sum(map(number, ids))),
        ("range", len(in_range), sum(in_range), sum(map(number, in_range))),
        ("lookups", len(found), sum(found)), ("join", len(joined), sum(joined)),
        ("partial_index", len(partial), sum(partial)),
        ("changed", len(left), sum(left), min(left), max(left)), ("integrity", "ok")])


def big_script(folder):
    (folder / "big.sql").write_text(BIG)
    return [*ready(folder), "--with", "sqlite", "--with", str(folder / "big.sql")]


def each_big(result, emulator):
    """The answers are followed by those of vmstat and check."""
    answers, _, after = result.text().partition("frames ")
    result = type(result)(answers.encode(), result.log, result.status)
    yield from each_of(big_answers)(result, emulator)
    yield "books_balance", None if BALANCE in after else "they do not"


def cases(name, **more):
    return Boot(f"R22_sqlite_{name}", f"sqlite {SCRIPT}", "--memory 32M", prepare=ready,
                each=each_of(host_answers), **more)


TESTS = [
    cases("answers_as_on_the_host"),
    cases("answers_as_on_the_host_in_Bochs", emulators=BOCHS, bochs_timeout=100),
    Boot("R22_sqlite_reads_a_database_on_the_cd", "-c " + shlex.quote("\n".join(
        f'sqlite -d "/run/from the host.db" -c "{query}"' for query in CD_QUERIES)),
        prepare=on_the_cd,
        stdout_has=tuple(f"^{re.escape(line)}$" for line in CD_QUERIES.values())),
    Boot("R13_sqlite_table_larger_than_RAM", "-c 'sqlite /run/big.sql; vmstat; check'",
         "--memory 32M", prepare=big_script, each=each_big, stdout_has=("^pages out +[1-9]",),
         timeout=300, long=True),
]
