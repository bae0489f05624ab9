//! People who are found by what a register answers: `mother`, `father`, the owner of a vehicle.

use std::collections::BTreeSet;

use orchestration_engine::execution::ProviderFailure;

use crate::case::{Ledger, Shared, farajaland};

const RGD: (&str, &str) = ("rgd", "abc-212");
const DMT: (&str, &str) = ("dmt", "dmt-schema-v1");

fn missing(name: &'static str) -> Shared {
    Shared { missing: BTreeSet::from([name]), ..Shared::default() }
}

/// The answer to `query` when RGD answers so, stage after stage; and what was asked.
async fn rgd(query: &str, ledger: Ledger, stages: &[&str]) -> (String, String) {
    let answers: Vec<[_; 1]> = stages.iter().map(|body| [(RGD.0, RGD.1, Ok(*body))]).collect();
    let answers: Vec<&[_]> = answers.iter().map(|one| one.as_slice()).collect();
    farajaland().answer_in_stages(query, ledger, &answers).await
}

const MOTHER: &str = r#"{ personInfo(nic: "199512345671") { name mother { name } } }"#;

#[tokio::test]
async fn a_mother_is_asked_in_a_second_stage_by_the_number_that_the_register_gave() {
    let first = r#"{"data":{"r0_getPersonInfo":{"name":"A","motherNic":"196612345672"}}}"#;
    let second = r#"{"data":{"r1_getPersonInfo":{"name":"M"}}}"#;
    let (answer, asked) = rgd(MOTHER, Ledger(vec![]), &[first, second]).await;
    assert_eq!(answer, r#"{"personInfo":{"name":"A","mother":{"name":"M"}}}"#);
    insta::assert_snapshot!(asked, @r#"
    0 rgd: query Ndx($r0_getPersonInfo_nic: ID!) { r0_getPersonInfo: getPersonInfo(nic: $r0_getPersonInfo_nic) { name motherNic } } {"r0_getPersonInfo_nic":"199512345671"}
    1 rgd: query Ndx($r1_getPersonInfo_nic: ID!) { r1_getPersonInfo: getPersonInfo(nic: $r1_getPersonInfo_nic) { name } } {"r1_getPersonInfo_nic":"196612345672"}
    "#);
}

#[tokio::test]
async fn c3_a_person_who_is_found_is_never_asked_and_gets_no_link() {
    let first = r#"{"data":{"r0_getPersonInfo":{"name":"A","motherNic":"196612345672"}}}"#;
    let ledger = Ledger(vec![('2', missing("getPersonInfo.name"))]);
    let (answer, asked) = rgd(MOTHER, ledger, &[first, ""]).await;
    assert_eq!(
        answer,
        "{\"personInfo\":{\"name\":\"A\",\"mother\":null}}\nCE_NOT_APPROVED personInfo.mother THIRD_PERSON"
    );
    assert_eq!(asked.lines().count(), 1, "nobody is asked about her: {asked}");
}

#[tokio::test]
async fn a_person_without_a_mother_in_the_register_has_none_and_that_is_data() {
    let (answer, _) =
        rgd(MOTHER, Ledger(vec![]), &[r#"{"data":{"r0_getPersonInfo":{"name":"A","motherNic":null}}}"#]).await;
    assert_eq!(answer, r#"{"personInfo":{"name":"A","mother":null}}"#);
}

#[tokio::test]
async fn what_could_be_nobodys_number_leads_nowhere() {
    let first = r#"{"data":{"r0_getPersonInfo":{"name":"A","motherNic":"unknown"}}}"#;
    let (answer, asked) = rgd(MOTHER, Ledger(vec![]), &[first, ""]).await;
    assert_eq!(answer, "{\"personInfo\":{\"name\":\"A\",\"mother\":null}}\nPROVIDER_BAD_DATA personInfo.mother rgd");
    assert_eq!(asked.lines().count(), 1);
}

#[tokio::test]
async fn who_did_not_share_her_mothers_number_leads_to_nobody() {
    let ledger =
        Ledger(vec![('1', Shared { declined: BTreeSet::from(["getPersonInfo.motherNic"]), ..Shared::default() })]);
    let first = r#"{"data":{"r0_getPersonInfo":{"name":"A","motherNic":"196612345672"}}}"#;
    let (answer, asked) = rgd(MOTHER, ledger, &[first, ""]).await;
    assert_eq!(answer, "{\"personInfo\":{\"name\":\"A\",\"mother\":null}}\nFIELD_NOT_SHARED personInfo.mother rgd");
    assert!(!asked.contains("motherNic"), "{asked}");
}

#[tokio::test]
async fn the_same_person_found_twice_is_fetched_once() {
    let query = r#"{ a: personInfo(nic: "199512345671") { mother { name } }
                     b: personInfo(nic: "199712345673") { mother { birthInfo { district } } } }"#;
    let first =
        r#"{"data":{"r0_getPersonInfo":{"motherNic":"196612345672"},"r1_getPersonInfo":{"motherNic":"196612345672"}}}"#;
    let second = r#"{"data":{"r2_getPersonInfo":{"name":"M","district":"D"}}}"#;
    let (answer, asked) = rgd(query, Ledger(vec![]), &[first, second]).await;
    assert_eq!(answer, r#"{"a":{"mother":{"name":"M"}},"b":{"mother":{"birthInfo":{"district":"D"}}}}"#);
    let second = asked.lines().nth(1).unwrap();
    assert_eq!(second.matches("getPersonInfo(").count(), 1, "{asked}");
}

#[tokio::test]
async fn a_mothers_mother_is_a_third_stage_and_more_than_three_are_too_deep() {
    let query = r#"{ personInfo(nic: "199512345671") { mother { mother { name } } } }"#;
    let stages = [
        r#"{"data":{"r0_getPersonInfo":{"motherNic":"196612345672"}}}"#,
        r#"{"data":{"r1_getPersonInfo":{"motherNic":"194012345673"}}}"#,
        r#"{"data":{"r2_getPersonInfo":{"name":"G"}}}"#,
    ];
    let (answer, _) = rgd(query, Ledger(vec![]), &stages).await;
    assert_eq!(answer, r#"{"personInfo":{"mother":{"mother":{"name":"G"}}}}"#);
    let country = farajaland();
    let deep = r#"{ personInfo(nic: "199512345671") { mother { mother { mother { mother { name } } } } } }"#;
    let refused =
        orchestration_engine::planner::draw(&country.schema, &country.operation(deep, "{}"), &country.config.limits);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the operation goes from one person to another more than 3 times in a row"
    );
}

#[tokio::test]
async fn the_owners_of_many_vehicles_are_asked_together_each_once() {
    let query = r#"{ personInfo(nic: "199512345671") { ownedVehicles { regNo owner { name } } } }"#;
    let vehicles = r#"{"data":{"r0_vehiclesByOwner":[
        {"registrationNumber":"A","ownerNic":"196612345672"},{"registrationNumber":"B","ownerNic":"196612345673"},
        {"registrationNumber":"C","ownerNic":"196612345672"},{"registrationNumber":"D","ownerNic":null}]}}"#;
    let owners = r#"{"data":{"r1_getPersonInfo":{"name":"X"},"r2_getPersonInfo":{"name":"secret"}}}"#;
    let ledger = Ledger(vec![('3', missing("getPersonInfo.name"))]);
    let stages: [&[_]; 2] = [&[(DMT.0, DMT.1, Ok(vehicles))], &[(RGD.0, RGD.1, Ok(owners))]];
    let (answer, asked) = farajaland().answer_in_stages(query, ledger, &stages).await;
    let (data, errors) = answer.split_once('\n').unwrap();
    assert_eq!(
        data,
        r#"{"personInfo":{"ownedVehicles":[{"regNo":"A","owner":{"name":"X"}},{"regNo":"B","owner":null},{"regNo":"C","owner":{"name":"X"}},{"regNo":"D","owner":null}]}}"#
    );
    assert_eq!(errors, "CE_NOT_APPROVED personInfo.ownedVehicles.1.owner THIRD_PERSON");
    assert_eq!(asked.lines().filter(|line| line.starts_with("1 rgd")).count(), 1, "{asked}");
}

#[tokio::test]
async fn of_more_people_than_one_question_may_find_the_first_are_released_and_no_other_is_asked_of_a_register() {
    let mut country = farajaland();
    country.config.limits.found_people = 2;
    let query = r#"{ personInfo(nic: "199512345671") { ownedVehicles { regNo owner { name } } } }"#;
    let vehicles = r#"{"data":{"r0_vehiclesByOwner":[
        {"registrationNumber":"A","ownerNic":"196612345672"},{"registrationNumber":"B","ownerNic":"196612345673"},
        {"registrationNumber":"C","ownerNic":"196612345674"},{"registrationNumber":"D","ownerNic":"196612345672"},
        {"registrationNumber":"E","ownerNic":"196612345675"},{"registrationNumber":"F","ownerNic":null}]}}"#;
    let owners = r#"{"data":{"r1_getPersonInfo":{"name":"X"},"r2_getPersonInfo":{"name":"Y"}}}"#;
    let stages: [&[_]; 2] = [&[(DMT.0, DMT.1, Ok(vehicles))], &[(RGD.0, RGD.1, Ok(owners))]];
    let (answer, asked) = country.answer_in_stages(query, Ledger(vec![]), &stages).await;
    let (data, errors) = answer.split_once('\n').unwrap();
    assert_eq!(
        data,
        r#"{"personInfo":{"ownedVehicles":[{"regNo":"A","owner":{"name":"X"}},{"regNo":"B","owner":{"name":"Y"}},{"regNo":"C","owner":null},{"regNo":"D","owner":{"name":"X"}},{"regNo":"E","owner":null},{"regNo":"F","owner":null}]}}"#
    );
    assert_eq!(
        errors,
        "TOO_COSTLY personInfo.ownedVehicles.2.owner FOUND_PEOPLE\nTOO_COSTLY personInfo.ownedVehicles.4.owner FOUND_PEOPLE"
    );
    let second = asked.lines().nth(1).unwrap();
    assert_eq!(second.matches("getPersonInfo(").count(), 2, "{asked}");
    assert!(!asked.contains("196612345674") && !asked.contains("196612345675"), "{asked}");
}

#[tokio::test]
async fn the_people_of_all_stages_are_counted_together() {
    let mut country = farajaland();
    country.config.limits.found_people = 1;
    let query = r#"{ personInfo(nic: "199512345671") { mother { name mother { name } } } }"#;
    let first = r#"{"data":{"r0_getPersonInfo":{"motherNic":"196612345672"}}}"#;
    let second = r#"{"data":{"r1_getPersonInfo":{"name":"M","motherNic":"194012345673"}}}"#;
    let stages: [&[_]; 3] = [&[(RGD.0, RGD.1, Ok(first))], &[(RGD.0, RGD.1, Ok(second))], &[]];
    let (answer, asked) = country.answer_in_stages(query, Ledger(vec![]), &stages).await;
    assert_eq!(
        answer,
        "{\"personInfo\":{\"mother\":{\"name\":\"M\",\"mother\":null}}}\nTOO_COSTLY personInfo.mother.mother FOUND_PEOPLE"
    );
    assert_eq!(asked.lines().count(), 2, "nobody is asked about her: {asked}");
}

#[tokio::test]
async fn a_register_that_fails_in_the_second_stage_leaves_the_first() {
    let first = r#"{"data":{"r0_getPersonInfo":{"name":"A","motherNic":"196612345672"}}}"#;
    let stages: [&[_]; 2] = [&[(RGD.0, RGD.1, Ok(first))], &[(RGD.0, RGD.1, Err(ProviderFailure::Timeout))]];
    let (answer, _) = farajaland().answer_in_stages(MOTHER, Ledger(vec![]), &stages).await;
    assert_eq!(
        answer,
        "{\"personInfo\":{\"name\":\"A\",\"mother\":{\"name\":null}}}\nPROVIDER_TIMEOUT personInfo.mother.name rgd"
    );
}
