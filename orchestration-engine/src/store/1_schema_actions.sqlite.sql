-- The history of the consumer schema. It only grows: the versions, and which of them is in force, are the fold of all rows.
CREATE TABLE schema_actions (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    action      TEXT NOT NULL CHECK (json_valid(action))
) STRICT;

CREATE TRIGGER schema_actions_are_never_changed BEFORE UPDATE ON schema_actions
BEGIN SELECT RAISE(ABORT, 'schema_actions is append-only'); END;

-- `INSERT OR REPLACE` removes a row without asking the trigger below.
CREATE TRIGGER schema_actions_are_never_replaced BEFORE INSERT ON schema_actions
WHEN EXISTS (SELECT 1 FROM schema_actions WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'schema_actions is append-only'); END;

CREATE TRIGGER schema_actions_are_never_deleted BEFORE DELETE ON schema_actions
BEGIN SELECT RAISE(ABORT, 'schema_actions is append-only'); END;
