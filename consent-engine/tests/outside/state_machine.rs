//! Every action in every state: what is possible, what is refused and why, found by walking all states that a consent can
//! reach. `state_machine.txt` is the table of it; what changes there changes what the ledger allows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use consent_engine::ledger::{Action, AskedBy, AskedField, Consent, Entry, Illegal, Notice, fold};
use ndx_contracts::{FieldRef, Need, TraceId};

/// Two moments: at the second, whatever had a near end has ended, and whatever had a far one has not.
const MOMENTS: [i64; 2] = [0, 100];
const NEAR: i64 = 10;
const FAR: i64 = 10_000;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

fn field(name: &str) -> FieldRef {
    FieldRef::new("s", name)
}

/// `needed` and `choice`, in these words.
fn asked(names: &[&str], words: &str) -> Vec<AskedField> {
    let notice = Notice::new([("en".to_owned(), words.to_owned())]);
    let asked = |name: &&str| AskedField {
        field: field(name),
        need: if *name == "choice" { Need::Optional } else { Need::Needed },
        display_name: (*name).into(),
        description: None,
        sensitive: false,
        provider: None,
        notice: Some(notice.clone()),
    };
    names.iter().map(asked).collect()
}

/// Everything that can be tried at a moment, each with its name in the table. Names stand in the table's order.
fn tries(now: i64) -> Vec<(&'static str, Action)> {
    let fields = |names: &[&str]| -> Vec<FieldRef> { names.iter().map(|name| field(name)).collect() };
    let mut tries = Vec::new();
    for end in [now + NEAR, now + FAR] {
        let end = at(end);
        let ask = |names: &[&str], words: &str, by| Action::Requested {
            fields: asked(names, words),
            expires_at: end,
            by,
            reference: None,
        };
        let grant = |names: &[&str], declined: &[&str]| Action::Granted {
            fields: fields(names),
            declined: fields(declined),
            until: end,
            shown: None,
            evidence: None,
        };
        let narrow =
            |names: &[&str], until| Action::Narrowed { stopped: fields(names), until, shown: None, evidence: None };
        tries.extend([
            ("they ask for one thing", ask(&["needed"], "old", AskedBy::Application)),
            ("they ask for the choice", ask(&["choice"], "old", AskedBy::Application)),
            ("they ask for both", ask(&["needed", "choice"], "old", AskedBy::Application)),
            ("they ask in new words", ask(&["needed", "choice"], "new", AskedBy::Application)),
            ("she asks herself", ask(&["needed", "choice"], "old", AskedBy::Citizen)),
            ("yes to one thing", grant(&["needed"], &[])),
            ("yes to both", grant(&["needed", "choice"], &[])),
            ("yes to the needed one", grant(&["needed"], &["choice"])),
            ("no", Action::Denied { cool_down_until: end, unexpected: false, blocked: false, shown: None }),
            ("no, unexpected", Action::Denied { cool_down_until: end, unexpected: true, blocked: false, shown: None }),
            (
                "no, by her block",
                Action::Denied { cool_down_until: end, unexpected: false, blocked: true, shown: None },
            ),
            ("not this one", narrow(&["choice"], None)),
            ("not so long", narrow(&[], Some(end))),
            ("stop", Action::Revoked { cool_down_until: end, shown: None }),
        ]);
    }
    tries.push(("gives way: one", Action::Superseded { fields: fields(&["needed"]) }));
    tries.push(("gives way: both", Action::Superseded { fields: fields(&["needed", "choice"]) }));
    tries.push(("it has ended", Action::Expired {}));
    tries
}

struct Reached {
    consent: Consent,
    now: i64,
    path: Vec<Entry>,
}

fn entry(consent: &Consent, now: i64, action: &Action) -> Entry {
    Entry { seq: consent.version + 1, at: at(now), trace_id: TraceId::new("0"), action: action.clone() }
}

/// What tells two states apart: everything but how many actions led to it.
fn identity(consent: &Consent, now: i64) -> String {
    let bare = Consent { version: 0, answer: None, granted_at: None, ended: None, ..consent.clone() };
    format!("{now} {}", serde_json::to_string(&bare).unwrap())
}

/// All states that can be reached, each by a shortest path.
fn all_states() -> Vec<Reached> {
    let mut states = vec![Reached { consent: Consent::default(), now: MOMENTS[0], path: Vec::new() }];
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut next = 0;
    while next < states.len() {
        let mut found = Vec::new();
        let Reached { consent, now, path } = &states[next];
        for (_, action) in tries(*now) {
            let entry = entry(consent, *now, &action);
            let mut after = consent.clone();
            if after.apply(&entry).is_ok() {
                found.push(Reached { consent: after, now: *now, path: path.iter().cloned().chain([entry]).collect() });
            }
        }
        if *now == MOMENTS[0] {
            found.push(Reached { consent: consent.clone(), now: MOMENTS[1], path: path.clone() });
        }
        for state in found {
            let number = states.len();
            if *seen.entry(identity(&state.consent, state.now)).or_insert(number) == number {
                states.push(state);
            }
        }
        next += 1;
    }
    states
}

/// The state in words: the table's rows.
fn row(consent: &Consent, now: i64) -> String {
    if consent.has_lapsed(at(now)) {
        return "something has ended".to_owned();
    }
    let shared = |name: &str| consent.shared.contains_key(&field(name));
    let sharing = match (shared("needed"), shared("choice")) {
        (true, true) => "both shared",
        (false, false) => "nothing shared",
        _ => "one shared",
    };
    let question = match &consent.request {
        None => "no question",
        Some(request) if request.fields.iter().any(|asked| consent.shared.contains_key(&asked.field)) => "asked again",
        Some(_) => "asked",
    };
    let may = if consent.may_be_asked(at(now)) { "" } else { ", cooling down" };
    format!("{question}, {sharing}{may}")
}

fn word(result: &Result<(), Illegal>) -> String {
    result.as_ref().map_or_else(|illegal| format!("{illegal:?}"), |()| "taken".to_owned())
}

/// Rows are states, and under each is what becomes of every action.
fn table(states: &[Reached]) -> String {
    let mut cells: BTreeMap<String, BTreeMap<&'static str, BTreeSet<String>>> = BTreeMap::new();
    for Reached { consent, now, .. } in states {
        for (name, action) in tries(*now) {
            let result = consent.clone().apply(&entry(consent, *now, &action));
            cells.entry(row(consent, *now)).or_default().entry(name).or_default().insert(word(&result));
        }
    }
    let mut text = String::new();
    for (state, results) in cells {
        text.push_str(&format!("{state}\n"));
        for (name, results) in results {
            text.push_str(&format!("    {name}: {}\n", results.into_iter().collect::<Vec<_>>().join(" | ")));
        }
    }
    text
}

#[test]
fn c7_what_is_possible_in_each_state_is_what_the_table_says() {
    let table = table(&all_states());
    let expected = include_str!("state_machine.txt");
    assert_eq!(table, expected, "what is possible has changed; the table is now\n{table}");
}

#[test]
fn c7_what_holds_for_every_action_in_every_state() {
    let states = all_states();
    assert!(states.len() > 500, "{}", states.len());
    for Reached { consent, now, path } in &states {
        assert_eq!(fold(path).as_ref(), Ok(consent), "the same history is the same consent");
        let json = serde_json::to_string(consent).unwrap();
        assert_eq!(serde_json::from_str::<Consent>(&json).unwrap(), *consent);
        if consent.shared.is_empty() {
            assert!(consent.declined.is_empty() && consent.no_to_more.is_none(), "{path:?}");
        }
        assert!(consent.refusal.is_none() || consent.shared.is_empty(), "{path:?}");
        for (name, action) in tries(*now) {
            let right = entry(consent, *now, &action);
            for seq in [consent.version, consent.version + 2, u64::MAX] {
                let gap = consent.clone().apply(&Entry { seq, ..right.clone() });
                assert_eq!(gap, Err(Illegal::OutOfOrder), "{name}");
            }
            let mut after = consent.clone();
            if after.apply(&right).is_err() {
                assert_eq!(after, *consent, "what is refused changes nothing: {name}");
                continue;
            }
            assert_eq!(after.version, consent.version + 1);
            let answers = matches!(action, Action::Granted { .. } | Action::Denied { .. });
            let stops = matches!(action, Action::Revoked { .. });
            let open = consent.request.as_ref().is_some_and(|request| request.expires_at > at(*now));
            assert!(!answers || open, "only an open question is answered: {name} after {path:?}");
            assert!(!(answers || stops) || after.request.is_none(), "and only once: {name} after {path:?}");
            assert!(!stops || (!consent.shared.is_empty() && after.shared.is_empty()), "{name} after {path:?}");
            let more = after
                .shared
                .iter()
                .any(|(field, share)| consent.shared.get(field).is_none_or(|before| before.until < share.until));
            assert!(!more || matches!(action, Action::Granted { .. }), "only a yes shares: {name} after {path:?}");
            let blocks = matches!(action, Action::Denied { blocked: true, .. });
            assert!(!blocks || after.shared == consent.shared, "a block ends nothing: {name} after {path:?}");
            assert!(after.shared.keys().all(|field| !after.declined.contains(field)), "{name} after {path:?}");
            assert!(!after.has_lapsed(at(*now)), "nothing is born dead: {name} after {path:?}");
        }
    }
}
