-- Which ends of requests are about whom, by keyed hash. Derived from the record, and filled beside its writing: hashes come
-- in no order, so that each row changes a page of its own. It refers to the record by number alone, so that filling it never
-- waits for the pen, nor the pen for it.
CREATE TABLE subject_history (
    subject_hash BLOB NOT NULL,
    record_seq   INTEGER NOT NULL,
    -- 0: a law or a court keeps it back from the person.
    shown        INTEGER NOT NULL CHECK (shown IN (0, 1)),
    PRIMARY KEY (subject_hash, record_seq)
) STRICT, WITHOUT ROWID;

-- How far the record was looked through: one row, once that has begun.
CREATE TABLE subject_history_progress (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- The last place in the record that is in the table above.
    done     INTEGER NOT NULL,
    -- How many rows of it are kept back.
    withheld INTEGER NOT NULL
) STRICT;

-- What people find wrong with a use of their data, for the data protection officer. It only grows.
CREATE TABLE complaints (
    seq            INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    received_at    TEXT NOT NULL,
    record_seq     INTEGER NOT NULL,
    subject_hash   BLOB NOT NULL,
    subject_sealed BLOB NOT NULL,
    text_sealed    BLOB NOT NULL
) STRICT;

CREATE TRIGGER complaints_are_never_changed BEFORE UPDATE ON complaints
BEGIN SELECT RAISE(ABORT, 'complaints is append-only'); END;
CREATE TRIGGER complaints_are_never_deleted BEFORE DELETE ON complaints
BEGIN SELECT RAISE(ABORT, 'complaints is append-only'); END;
-- `INSERT OR REPLACE` removes a row without asking the trigger above.
CREATE TRIGGER complaints_are_never_replaced BEFORE INSERT ON complaints
WHEN EXISTS (SELECT 1 FROM complaints WHERE seq = NEW.seq OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'complaints is append-only'); END;
