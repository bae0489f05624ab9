//! The pure rules: which action is possible in which state, and what must hold whatever happens.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use consent_engine::ledger::{
    Action, AskedBy, AskedField, Consent, Entry, Illegal, Notice, asking, coverage, fold, reopening,
};
use ndx_contracts::{FieldRef, Need, TraceId, consent::ConsentStatus};
use proptest::prelude::*;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

fn field(name: char) -> FieldRef {
    FieldRef::new("s", name.to_string())
}

fn fields(names: &str) -> Vec<FieldRef> {
    names.chars().map(field).collect()
}

/// Capital letters are optional, small ones needed.
fn asked(names: &str) -> Vec<AskedField> {
    let asked = |name: char| AskedField {
        field: field(name),
        need: if name.is_uppercase() { Need::Optional } else { Need::Needed },
        display_name: name.to_string().into(),
        sensitive: false,
        description: None,
        provider: None,
        notice: None,
    };
    names.chars().map(asked).collect()
}

/// Nothing was registered.
fn unchanged(_: &AskedField) -> Option<Notice> {
    None
}

fn request(names: &str, end: i64) -> Action {
    Action::Requested { fields: asked(names), expires_at: at(end), by: AskedBy::Application, reference: None }
}

fn grant(names: &str, declined: &str, end: i64) -> Action {
    Action::Granted { fields: fields(names), declined: fields(declined), until: at(end), shown: None, evidence: None }
}

fn deny(end: i64) -> Action {
    Action::Denied { cool_down_until: at(end), unexpected: false, blocked: false, shown: None }
}

fn narrow(stopped: &str, end: Option<i64>) -> Action {
    Action::Narrowed { stopped: fields(stopped), until: end.map(at), shown: None, evidence: None }
}

fn revoke(end: i64) -> Action {
    Action::Revoked { cool_down_until: at(end), shown: None }
}

/// The consent after these actions, one a minute from minute 1 on.
fn after(actions: &[Action]) -> Consent {
    fold(&entries(actions)).unwrap()
}

fn entries(actions: &[Action]) -> Vec<Entry> {
    let entry = |(index, action): (usize, &Action)| Entry {
        seq: index as u64 + 1,
        at: at(index as i64 + 1),
        trace_id: TraceId::new("0"),
        action: action.clone(),
    };
    actions.iter().enumerate().map(entry).collect()
}

fn then(consent: &Consent, minute: i64, action: Action) -> Result<Consent, Illegal> {
    let mut consent = consent.clone();
    consent.apply(&Entry { seq: consent.version + 1, at: at(minute), trace_id: TraceId::new("0"), action })?;
    Ok(consent)
}

#[test]
fn each_action_is_possible_in_the_states_that_allow_it_and_in_no_other() {
    use Illegal::*;
    let shared = [request("aB", 60), grant("a", "B", 500)];
    let states = [
        ("new", after(&[]), 10),
        ("pending", after(&[request("aB", 60)]), 10),
        ("pending, over", after(&[request("aB", 60)]), 60),
        ("shared", after(&shared), 10),
        ("shared, over", after(&shared), 500),
        ("shared, asked for more", after(&[shared[0].clone(), shared[1].clone(), request("c", 60)]), 10),
        ("denied", after(&[request("aB", 60), deny(900)]), 10),
        ("denied, may be asked", after(&[request("aB", 60), deny(900)]), 900),
        ("revoked", after(&[shared[0].clone(), shared[1].clone(), revoke(900)]), 10),
        ("expired", then(&after(&[request("aB", 60)]), 60, Action::Expired {}).unwrap(), 70),
    ];
    // What each state says to: ask for `d` on top of what is open, share `a`, deny, revoke, expire.
    let expected: [[Result<(), Illegal>; 5]; 10] = [
        [Ok(()), Err(NothingAsked), Err(NothingAsked), Err(NothingShared), Err(NothingLapsed)],
        [Ok(()), Ok(()), Ok(()), Err(NothingShared), Err(NothingLapsed)],
        [Err(EndNotRecorded), Err(EndNotRecorded), Err(EndNotRecorded), Err(EndNotRecorded), Ok(())],
        [Ok(()), Err(NothingAsked), Err(NothingAsked), Ok(()), Err(NothingLapsed)],
        [Err(EndNotRecorded), Err(EndNotRecorded), Err(EndNotRecorded), Err(EndNotRecorded), Ok(())],
        [Ok(()), Err(AnswerDoesNotFit), Ok(()), Ok(()), Err(NothingLapsed)],
        [Err(CoolDown), Err(NothingAsked), Err(NothingAsked), Err(NothingShared), Err(NothingLapsed)],
        [Ok(()), Err(NothingAsked), Err(NothingAsked), Err(NothingShared), Err(NothingLapsed)],
        [Err(CoolDown), Err(NothingAsked), Err(NothingAsked), Err(NothingShared), Err(NothingLapsed)],
        [Ok(()), Err(NothingAsked), Err(NothingAsked), Err(NothingShared), Err(NothingLapsed)],
    ];
    for ((name, state, minute), expected) in states.into_iter().zip(expected) {
        let open: Vec<AskedField> = state.request.iter().flat_map(|request| request.fields.clone()).collect();
        let more = open.into_iter().chain(asked("d")).collect();
        let ask =
            Action::Requested { fields: more, expires_at: at(minute + 60), by: AskedBy::Application, reference: None };
        let actions = [ask, grant("a", "B", 2000), deny(2000), revoke(2000), Action::Expired {}];
        for (action, expected) in actions.into_iter().zip(expected) {
            let got = then(&state, minute, action.clone()).map(drop);
            assert_eq!(got, expected, "{name}: {action:?}");
        }
    }
}

#[test]
fn an_answer_parts_the_request_and_shares_what_is_needed() {
    let pending = after(&[request("abC", 60)]);
    for (shared, declined) in [("ab", ""), ("a", "bC"), ("abC", "C"), ("abCd", ""), ("", "abC"), ("aab", "C")] {
        let got = then(&pending, 10, grant(shared, declined, 100));
        assert_eq!(got, Err(Illegal::AnswerDoesNotFit), "{shared} and not {declined}");
    }
    assert_eq!(then(&pending, 10, grant("ab", "C", 10)), Err(Illegal::AlreadyOver));
    assert!(then(&pending, 10, grant("ab", "C", 100)).is_ok());
}

#[test]
fn a_request_asks_for_something_new_and_keeps_what_is_open() {
    let pending = after(&[request("ab", 60)]);
    assert_eq!(then(&pending, 10, request("a", 90)), Err(Illegal::Narrower));
    assert_eq!(then(&pending, 10, request("abb", 90)), Err(Illegal::BadRequest));
    assert_eq!(then(&pending, 10, request("abc", 10)), Err(Illegal::AlreadyOver));
    let shared = after(&[request("aB", 60), grant("a", "B", 500)]);
    assert_eq!(then(&shared, 10, request("ac", 90)), Err(Illegal::SharedAlready));
    assert_eq!(then(&shared, 10, request("B", 90)), Err(Illegal::Declined));
    assert_eq!(then(&shared, 10, request("", 90)), Err(Illegal::BadRequest));
}

#[test]
fn actions_follow_each_other_without_a_gap() {
    let mut history = entries(&[request("a", 60), deny(900)]);
    history[1].seq = 3;
    assert_eq!(fold(&history), Err(Illegal::OutOfOrder));
}

#[test]
fn a_wider_query_asks_only_for_what_is_missing_and_a_narrower_one_for_nothing() {
    let shared = after(&[request("abC", 60), grant("ab", "C", 500)]);
    let hour = TimeDelta::hours(1);
    assert_eq!(asking(&shared, &asked("a"), at(10), hour), None);
    assert_eq!(asking(&shared, &asked("abC"), at(10), hour), None, "a declined field is not asked again by itself");
    assert_eq!(asking(&shared, &asked("abCd"), at(10), hour), Some(request("d", 70)));
    let wider = then(&shared, 10, request("d", 70)).unwrap();
    assert_eq!(asking(&wider, &asked("d"), at(11), hour), None, "it is asked already");
    assert_eq!(asking(&wider, &asked("de"), at(11), hour), Some(request("de", 71)));
    assert_eq!(wider.status(), ConsentStatus::Pending);
    assert_eq!(coverage(&wider, &asked("abCd")).covered, fields("ab"), "what stands is not touched");
}

#[test]
fn a_no_to_more_leaves_what_is_shared_as_it_is() {
    let shared = after(&[request("a", 60), grant("a", "", 500), request("b", 60), deny(900)]);
    assert_eq!(shared.status(), ConsentStatus::Approved);
    assert_eq!(shared.refusal, None);
    let parts = coverage(&shared, &asked("abc"));
    assert_eq!((parts.covered, parts.declined, parts.missing), (fields("a"), fields("b"), fields("c")));
}

#[test]
fn a_no_to_more_keeps_the_application_from_asking_as_long_as_any_no() {
    let shared = after(&[request("a", 60), grant("a", "", 500), request("b", 60), deny(900)]);
    let hour = TimeDelta::hours(1);
    assert_eq!(asking(&shared, &asked("c"), at(300), hour), None, "nor for something else");
    // What she shared lapses: what she had refused is still refused, and she is not asked for the rest anew.
    let lapsed = then(&shared, 500, Action::Expired {}).unwrap();
    assert_eq!(lapsed.status(), ConsentStatus::Rejected);
    assert_eq!(asking(&lapsed, &asked("ab"), at(899), hour), None);
    assert!(asking(&lapsed, &asked("ab"), at(900), hour).is_some(), "until the time has passed");
    // She herself can change her mind at any time.
    assert!(reopening(&shared, at(300), hour, unchanged).is_some());
}

#[test]
fn less_is_less_and_never_nothing() {
    let shared = after(&[request("abC", 60), grant("abC", "", 500)]);
    for (action, why) in [
        (narrow("", None), Illegal::NotNarrower),
        (narrow("", Some(500)), Illegal::NotNarrower),
        (narrow("a", Some(600)), Illegal::NotNarrower),
        (narrow("", Some(10)), Illegal::AlreadyOver),
        (narrow("d", None), Illegal::NotShared),
        (narrow("aa", None), Illegal::NotShared),
        (narrow("abC", None), Illegal::NothingLeft),
    ] {
        assert_eq!(then(&shared, 10, action.clone()), Err(why), "{action:?}");
    }
    assert_eq!(then(&after(&[]), 10, narrow("a", None)), Err(Illegal::NothingShared));
    let less = then(&shared, 10, narrow("a", Some(100))).unwrap();
    let parts = coverage(&less, &asked("abC"));
    assert_eq!((parts.covered, parts.declined), (fields("bC"), fields("a")), "what she took back is not asked again");
    assert_eq!(asking(&less, &asked("abC"), at(11), TimeDelta::hours(1)), None);
    assert!(less.shared.values().all(|share| share.until == at(100)));
    assert_eq!(less.at(at(100)).status(), ConsentStatus::Expired);
}

#[test]
fn an_earlier_end_makes_no_share_longer() {
    let shared = after(&[request("a", 60), grant("a", "", 100), request("b", 60), grant("b", "", 500)]);
    let less = then(&shared, 10, narrow("", Some(300))).unwrap();
    assert_eq!((less.shared[&field('a')].until, less.shared[&field('b')].until), (at(100), at(300)));
}

#[test]
fn that_nothing_was_asked_for_is_remembered_when_the_application_asks_again() {
    let unexpected = Action::Denied { cool_down_until: at(900), unexpected: true, blocked: false, shown: None };
    let denied = after(&[request("a", 60), unexpected]);
    assert_eq!((denied.status(), denied.unexpected), (ConsentStatus::Rejected, Some(at(2))));
    assert_eq!(then(&denied, 900, request("a", 960)).unwrap().unexpected, Some(at(2)));
}

#[test]
fn a_stop_is_a_stop_even_when_a_request_had_ended_before() {
    let stopped = after(&[request("a", 60), grant("a", "", 500), request("b", 5)]);
    let ended = then(&stopped, 30, Action::Expired {}).unwrap();
    let stopped = then(&ended, 40, Action::Revoked { cool_down_until: at(9_000), shown: None }).unwrap();
    assert_eq!((stopped.status(), stopped.ended), (ConsentStatus::Revoked, None));
}

#[test]
fn each_field_ends_at_its_own_time_and_what_was_declined_with_the_last_of_them() {
    let shared = after(&[request("aC", 60), grant("a", "C", 100), request("b", 60), grant("b", "", 200)]);
    let later = shared.at(at(150));
    let parts = coverage(&later, &asked("abC"));
    assert_eq!((parts.covered, parts.missing, parts.declined), (fields("b"), fields("a"), fields("C")));
    let over = shared.at(at(200));
    assert_eq!(over.status(), ConsentStatus::Expired);
    assert_eq!(coverage(&over, &asked("abC")).missing, fields("abC"));
}

#[test]
fn a_person_who_thinks_a_refusal_over_is_not_open_to_the_application_before_she_answers() {
    let denied = after(&[request("aB", 60), deny(9_000)]);
    let reopened = reopening(&denied, at(10), TimeDelta::hours(1), unchanged).unwrap();
    let pending = then(&denied, 10, reopened).unwrap();
    assert_eq!(pending.status(), ConsentStatus::Pending);
    let over = then(&pending, 70, Action::Expired {}).unwrap();
    assert_eq!(over.status(), ConsentStatus::Rejected);
    assert_eq!(asking(&over, &asked("a"), at(71), TimeDelta::hours(1)), None);
    let shared = then(&pending, 11, grant("a", "B", 500)).unwrap();
    assert_eq!((shared.status(), shared.refusal), (ConsentStatus::Approved, None));
}

#[test]
fn after_the_cool_down_the_application_may_ask_for_everything_anew() {
    let revoked = after(&[request("aB", 60), grant("a", "B", 500), revoke(900)]);
    assert_eq!(coverage(&revoked, &asked("aB")).missing, fields("aB"));
    assert_eq!(asking(&revoked, &asked("aB"), at(899), TimeDelta::hours(1)), None);
    assert_eq!(asking(&revoked, &asked("aB"), at(900), TimeDelta::hours(1)), Some(request("aB", 960)));
}

/// What may be tried, sensible or not.
fn any_action() -> impl Strategy<Value = (i64, Action)> {
    let names = prop::sample::subsequence(vec!['a', 'b', 'C', 'D'], 0..=4);
    let step = prop_oneof![3 => 0..5_i64, 1 => 0..200_i64];
    (step, names.clone(), names, 0..8_u8, 1..120_i64).prop_map(|(step, some, others, kind, length)| {
        let text = |names: Vec<char>| names.into_iter().collect::<String>();
        // Lengths become ends below, when the minute is known.
        let action = match kind {
            0 | 1 => request(&text(some), length),
            2 | 3 => grant(&text(some), &text(others), length),
            4 => {
                if length % 2 == 0 {
                    deny(length)
                } else {
                    revoke(length)
                }
            }
            5 => narrow(&text(some), (length % 2 == 0).then_some(length)),
            6 => Action::Superseded { fields: fields(&text(some)) },
            _ => Action::Expired {},
        };
        (step, action)
    })
}

fn moved(action: Action, minute: i64) -> Action {
    let later = |time: DateTime<Utc>| time + TimeDelta::minutes(minute);
    match action {
        Action::Requested { fields, expires_at, by, reference } => {
            Action::Requested { fields, expires_at: later(expires_at), by, reference }
        }
        Action::Granted { fields, declined, until, shown, evidence } => {
            Action::Granted { fields, declined, until: later(until), shown, evidence }
        }
        Action::Denied { cool_down_until, unexpected, blocked, shown } => {
            Action::Denied { cool_down_until: later(cool_down_until), unexpected, blocked, shown }
        }
        Action::Narrowed { stopped, until, shown, evidence } => {
            Action::Narrowed { stopped, until: until.map(later), shown, evidence }
        }
        Action::Superseded { fields } => Action::Superseded { fields },
        Action::Revoked { cool_down_until, shown } => {
            Action::Revoked { cool_down_until: later(cool_down_until), shown }
        }
        Action::Expired {} => Action::Expired {},
    }
}

proptest! {
    #[test]
    fn whatever_is_tried_the_fold_is_repeatable_and_covers_only_what_was_granted(
        tries in prop::collection::vec(any_action(), 0..40)
    ) {
        let mut consent = Consent::default();
        let mut history = Vec::new();
        let mut granted: BTreeSet<FieldRef> = BTreeSet::new();
        let mut minute = 0;
        for (step, action) in tries {
            minute += step;
            let entry = Entry {
                seq: consent.version + 1,
                at: at(minute),
                trace_id: TraceId::new("0"),
                action: moved(action, minute),
            };
            let before = consent.clone();
            if consent.apply(&entry).is_err() {
                prop_assert_eq!(&consent, &before, "what is refused changes nothing");
                continue;
            }
            match &entry.action {
                Action::Granted { fields, .. } => granted.extend(fields.iter().cloned()),
                Action::Narrowed { stopped, .. } => granted.retain(|field| !stopped.contains(field)),
                Action::Revoked { .. } => granted.clear(),
                _ => {}
            }
            history.push(entry);
            // Looking at the present time changes nothing about the present time.
            let now = at(minute);
            let present = consent.at(now);
            prop_assert_eq!(&present.at(now), &present);
            let parts = coverage(&present, &asked("abCD"));
            prop_assert!(parts.covered.iter().all(|field| granted.contains(field)));
            prop_assert!(parts.covered.iter().all(|field| present.shared[field].until > now));
            prop_assert_eq!(parts.covered.len() + parts.missing.len() + parts.declined.len(), 4);
        }
        prop_assert_eq!(fold(&history).unwrap(), consent);
    }
}
