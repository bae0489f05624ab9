-- The history of the policies. It only grows: the policies in force are the fold of all rows.
CREATE TABLE policy_actions (
    number      BIGINT PRIMARY KEY CHECK (number > 0),
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    action      TEXT NOT NULL CHECK (action::json IS NOT NULL)
);

CREATE FUNCTION policy_actions_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'policy_actions is append-only'; END $$;

CREATE TRIGGER policy_actions_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_actions
FOR EACH STATEMENT EXECUTE FUNCTION policy_actions_is_append_only();
