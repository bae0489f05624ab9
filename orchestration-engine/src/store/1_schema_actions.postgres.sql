-- The history of the consumer schema. It only grows: the versions, and which of them is in force, are the fold of all rows.
CREATE TABLE schema_actions (
    number      BIGINT PRIMARY KEY CHECK (number > 0),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    action      TEXT NOT NULL CHECK (action::json IS NOT NULL)
);

CREATE FUNCTION schema_actions_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'schema_actions is append-only'; END $$;

CREATE TRIGGER schema_actions_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON schema_actions
FOR EACH STATEMENT EXECUTE FUNCTION schema_actions_is_append_only();
