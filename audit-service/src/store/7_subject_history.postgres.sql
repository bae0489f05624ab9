-- Which ends of requests are about whom, by keyed hash. Derived from the record, and filled beside its writing: hashes come
-- in no order, so that each row changes a page of its own. It refers to the record by number alone, so that filling it never
-- waits for the pen, nor the pen for it.
CREATE TABLE subject_history (
    subject_hash BYTEA NOT NULL,
    record_seq   BIGINT NOT NULL,
    -- 0: a law or a court keeps it back from the person.
    shown        BIGINT NOT NULL CHECK (shown IN (0, 1)),
    PRIMARY KEY (subject_hash, record_seq)
);

-- How far the record was looked through: one row, once that has begun.
CREATE TABLE subject_history_progress (
    one      BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    -- The last place in the record that is in the table above.
    done     BIGINT NOT NULL,
    -- How many rows of it are kept back.
    withheld BIGINT NOT NULL
);

-- What people find wrong with a use of their data, for the data protection officer. It only grows.
CREATE TABLE complaints (
    seq            BIGINT PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    received_at    TEXT COLLATE "C" NOT NULL,
    record_seq     BIGINT NOT NULL,
    subject_hash   BYTEA NOT NULL,
    subject_sealed BYTEA NOT NULL,
    text_sealed    BYTEA NOT NULL
);

CREATE TRIGGER complaints_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON complaints
FOR EACH STATEMENT EXECUTE FUNCTION append_only();
