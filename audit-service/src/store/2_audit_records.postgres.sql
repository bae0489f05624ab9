-- The record. Both tables only grow.
-- Whoever adds to it holds the table (`LOCK … IN EXCLUSIVE MODE`): numbers follow each other without a gap.
CREATE TABLE audit_records (
    seq         BIGINT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    request_id  TEXT NOT NULL,
    trace_id    TEXT NOT NULL,
    event       TEXT NOT NULL CHECK (event IN ('INTENT', 'RELEASE', 'ABORTED', 'REFUSED')),
    recorded_at TEXT COLLATE "C" NOT NULL,
    application TEXT NOT NULL,
    member      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    -- What else the record says; nothing in it identifies a person.
    content     TEXT NOT NULL CHECK (json_typeof(content::json) = 'object')
);

CREATE INDEX audit_records_by_request ON audit_records (request_id);
CREATE INDEX audit_records_by_trace ON audit_records (trace_id);

-- The people a record is about: one row for each root field of the request that names a person or a consent.
CREATE TABLE audit_subjects (
    record_seq      BIGINT NOT NULL REFERENCES audit_records (seq),
    root            TEXT NOT NULL,
    subject_hash    BYTEA,
    subject_sealed  BYTEA,
    consent_id      TEXT,
    consent_version BIGINT
);

CREATE INDEX audit_subjects_by_record ON audit_subjects (record_seq);
CREATE INDEX audit_subjects_by_person ON audit_subjects (subject_hash);

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER audit_records_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records
FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_subjects_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_subjects
FOR EACH STATEMENT EXECUTE FUNCTION append_only();
