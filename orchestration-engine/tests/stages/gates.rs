//! What the gates let through.

use std::{collections::BTreeSet, sync::Arc};

use ndx_contracts::consent::ConsentStatus;
use orchestration_engine::{
    execution::ProviderFailure,
    planner::{self, BindError, Question},
};

use crate::case::{Country, Ledger, Shared, farajaland};

const DRP: (&str, &str) = ("drp", "drp-schema-v1");
const RGD: (&str, &str) = ("rgd", "abc-212");
const BOTH: &str =
    r#"{ a: personInfo(nic: "199512345671") { fullName } b: personInfo(nic: "199512345672") { fullName } }"#;

fn shared(change: impl FnOnce(&mut Shared)) -> Shared {
    let mut shared = Shared::default();
    change(&mut shared);
    shared
}

fn set(name: &'static str) -> BTreeSet<&'static str> {
    BTreeSet::from([name])
}

#[tokio::test]
async fn c3_each_of_two_people_is_released_by_her_own_consent_only() {
    let ledger = Ledger(vec![('2', shared(|one| one.missing = set("person.fullName")))]);
    let body = r#"{"data":{"r0_person":{"fullName":"A"},"r1_person":{"fullName":"B"}}}"#;
    let answer = farajaland().answer(BOTH, ledger, &[(DRP.0, DRP.1, Ok(body))]).await;
    assert_eq!(answer, "{\"a\":{\"fullName\":\"A\"},\"b\":null}\nCE_NOT_APPROVED b pending");
}

#[tokio::test]
async fn data_is_null_exactly_when_every_root_is_refused() {
    let refused = shared(|one| {
        one.missing = set("person.fullName");
        one.status = Some(ConsentStatus::Rejected);
    });
    let ledger = Ledger(vec![('1', refused.clone()), ('2', refused)]);
    let answer = farajaland().answer(BOTH, ledger, &[]).await;
    assert_eq!(answer, "null\nCE_NOT_APPROVED a rejected\nCE_NOT_APPROVED b rejected");
}

#[tokio::test]
async fn c10_a_field_that_was_left_out_is_null_with_its_own_error_and_never_asked_for() {
    let country = farajaland();
    let query = r#"{ personInfo(nic: "199512345671") { fullName profession } }"#;
    let ledger = || Ledger(vec![('1', shared(|one| one.declined = set("person.profession")))]);
    let body = r#"{"data":{"r0_person":{"fullName":"A","profession":"spy"}}}"#;
    let answer = country.answer(query, ledger(), &[(DRP.0, DRP.1, Ok(body))]).await;
    assert_eq!(
        answer,
        "{\"personInfo\":{\"fullName\":\"A\",\"profession\":null}}\nFIELD_NOT_SHARED personInfo.profession drp"
    );
    let consented = country.consented(&country.operation(query, "{}"), &ledger()).await;
    let sources: Vec<_> = consented.question().plan.roots[0].sources().into_iter().cloned().collect();
    assert_eq!(sources.iter().map(|source| consented.releases(0, source)).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn c1_a_field_that_was_withdrawn_in_flight_does_not_leave() {
    let ledger = Ledger(vec![('1', shared(|one| one.withdrawn = set("getPersonInfo.name")))]);
    let query = r#"{ personInfo(nic: "199512345671") { fullName name } }"#;
    let drp = r#"{"data":{"r0_person":{"fullName":"A"}}}"#;
    let rgd = r#"{"data":{"r0_getPersonInfo":{"name":"secret"}}}"#;
    let answer = farajaland().answer(query, ledger, &[(DRP.0, DRP.1, Ok(drp)), (RGD.0, RGD.1, Ok(rgd))]).await;
    assert_eq!(answer, "{\"personInfo\":{\"fullName\":\"A\",\"name\":null}}\nCONSENT_WITHDRAWN personInfo.name rgd");
}

fn bound(country: &Country, query: &str, variables: &str) -> Result<Question, BindError> {
    let operation = country.operation(query, variables);
    let plan = planner::plan(&country.schema, &operation, 2000).unwrap();
    planner::bind(Arc::new(plan), &operation, &country.config.identifier)
}

#[test]
fn an_identifier_is_made_canonical_once_for_hash_consent_and_register() {
    let query = "query ($n: String! = \"x\") { personInfo(nic: $n) { fullName } }";
    let question = bound(&farajaland(), query, r#"{"n":" 861234567v "}"#).unwrap();
    assert_eq!(question.roots[0].subject.as_ref().unwrap().expose(), "861234567V");
    assert_eq!(question.roots[0].arguments.get("nic").unwrap().as_str(), Some("861234567V"));
}

#[test]
fn g7_what_is_no_identifier_is_refused_before_anybody_is_asked() {
    let country = farajaland();
    for bad in ["", "x", "19951234567", "1995123456789", "199512345678\\u0000", "\u{202e}199512345678", "%2e%2e"] {
        let query = format!(r#"{{ personInfo(nic: "{bad}") {{ fullName }} }}"#);
        assert!(matches!(bound(&country, &query, "{}"), Err(BindError::NotAnIdentifier { .. })), "{bad}");
    }
    // The language lets a nullable variable with a default stand here; null itself must not get through.
    let query = "query ($n: String = \"199512345678\") { personInfo(nic: $n) { fullName } }";
    assert!(matches!(bound(&country, query, r#"{"n":null}"#), Err(BindError::Null { .. })));
    assert!(bound(&country, query, "{}").is_ok(), "the default counts where nothing is given");
}

#[tokio::test]
async fn a_provider_that_fails_leaves_its_fields_null_and_the_others_there() {
    let query = r#"{ personInfo(nic: "199512345671") { fullName address name } }"#;
    let rgd = r#"{"data":{"r0_getPersonInfo":{"name":"N"}}}"#;
    let failed = Err(ProviderFailure::UNAVAILABLE);
    let answer = farajaland().answer(query, Ledger(vec![]), &[(DRP.0, DRP.1, failed), (RGD.0, RGD.1, Ok(rgd))]).await;
    insta::assert_snapshot!(answer, @r#"
    {"personInfo":{"fullName":null,"address":null,"name":"N"}}
    PROVIDER_UNAVAILABLE personInfo.fullName drp
    PROVIDER_UNAVAILABLE personInfo.address drp
    "#);
}
