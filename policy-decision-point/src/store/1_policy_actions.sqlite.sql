-- The history of the policies. It only grows: the policies in force are the fold of all rows.
CREATE TABLE policy_actions (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    action      TEXT NOT NULL CHECK (json_valid(action))
) STRICT;

CREATE TRIGGER policy_actions_are_never_changed BEFORE UPDATE ON policy_actions
BEGIN SELECT RAISE(ABORT, 'policy_actions is append-only'); END;

-- `INSERT OR REPLACE` removes a row without asking the trigger below.
CREATE TRIGGER policy_actions_are_never_replaced BEFORE INSERT ON policy_actions
WHEN EXISTS (SELECT 1 FROM policy_actions WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'policy_actions is append-only'); END;

CREATE TRIGGER policy_actions_are_never_deleted BEFORE DELETE ON policy_actions
BEGIN SELECT RAISE(ABORT, 'policy_actions is append-only'); END;
