//! The shape of the answer.

use crate::case::{Ledger, farajaland, farajaland_with_echoes};

async fn drp(query: &str, body: &str) -> String {
    farajaland().answer(query, Ledger(vec![]), &[("drp", "drp-schema-v1", Ok(body))]).await
}

async fn dmt(query: &str, body: &str) -> String {
    farajaland().answer(query, Ledger(vec![]), &[("dmt", "dmt-schema-v1", Ok(body))]).await
}

const NAME: &str = r#"{ personInfo(nic: "199512345671") { fullName address } }"#;
const VEHICLES: &str = r#"{ personInfo(nic: "199512345671") { ownedVehicles { regNo year class { classCode } } } }"#;

#[tokio::test]
async fn a_person_nobody_knows_is_null_without_an_error() {
    assert_eq!(drp(NAME, r#"{"data":{"r0_person":null}}"#).await, r#"{"personInfo":null}"#);
}

#[tokio::test]
async fn a_null_of_the_register_is_data() {
    let body = r#"{"data":{"r0_person":{"fullName":null,"permanentAddress":"x"}}}"#;
    assert_eq!(drp(NAME, body).await, r#"{"personInfo":{"fullName":null,"address":"x"}}"#);
}

#[tokio::test]
async fn values_pass_through_byte_for_byte_and_in_the_order_of_the_query() {
    let body = r#"{"data":{"r0_person":{"permanentAddress":"\u00e9\n\"<script>","more":"never","fullName":"ආයුබෝවන්"}}}"#;
    assert_eq!(drp(NAME, body).await, r#"{"personInfo":{"fullName":"ආයුබෝවන්","address":"\u00e9\n\"<script>"}}"#);
}

#[tokio::test]
async fn row_38_an_error_of_the_provider_is_told_at_each_field_it_concerns() {
    let body = r#"{"data":{"r0_person":{"fullName":null,"permanentAddress":"x"}},"errors":[{"message":"199512345671 exploded","path":["r0_person","fullName"]}]}"#;
    let expected = "{\"personInfo\":{\"fullName\":null,\"address\":\"x\"}}\nPROVIDER_ERROR personInfo.fullName drp";
    assert_eq!(drp(NAME, body).await, expected);
    let body = r#"{"data":{"r0_person":null},"errors":[{"message":"x","path":["r0_person"],"extensions":{"code":"PROVIDER_TIMEOUT"}}]}"#;
    let expected = "{\"personInfo\":{\"fullName\":null,\"address\":null}}\nPROVIDER_TIMEOUT personInfo.fullName drp\nPROVIDER_TIMEOUT personInfo.address drp";
    assert_eq!(drp(NAME, body).await, expected);
}

#[tokio::test]
async fn p17_a_value_of_another_type_or_a_missing_one_is_bad_data() {
    let body = r#"{"data":{"r0_person":{"fullName":7}}}"#;
    let expected = "{\"personInfo\":{\"fullName\":null,\"address\":null}}\nPROVIDER_BAD_DATA personInfo.fullName drp\nPROVIDER_BAD_DATA personInfo.address drp";
    assert_eq!(drp(NAME, body).await, expected);
    assert_eq!(drp(NAME, "<html>").await, expected);
}

#[tokio::test]
async fn lists_in_lists_keep_their_shape() {
    let body = r#"{"data":{"r0_vehiclesByOwner":[{"registrationNumber":"A","yearOfManufacture":2001,"classes":[{"classCode":"B"},null]},{"registrationNumber":null,"yearOfManufacture":null,"classes":[]}]}}"#;
    assert_eq!(
        dmt(VEHICLES, body).await,
        r#"{"personInfo":{"ownedVehicles":[{"regNo":"A","year":2001,"class":[{"classCode":"B"},null]},{"regNo":null,"year":null,"class":[]}]}}"#
    );
}

#[tokio::test]
async fn an_error_in_a_list_names_the_place() {
    let body = r#"{"data":{"r0_vehiclesByOwner":[{"registrationNumber":"A","yearOfManufacture":"soon","classes":7}]}}"#;
    let expected = "{\"personInfo\":{\"ownedVehicles\":[{\"regNo\":\"A\",\"year\":null,\"class\":null}]}}\nPROVIDER_BAD_DATA personInfo.ownedVehicles.0.year dmt\nPROVIDER_BAD_DATA personInfo.ownedVehicles.0.class dmt";
    assert_eq!(dmt(VEHICLES, body).await, expected);
}

#[tokio::test]
async fn introspection_and_type_names_come_from_no_provider() {
    let answer = drp(r#"{ __typename t: __type(name: "BirthInfo") { name fields { name } } }"#, "").await;
    assert_eq!(
        answer,
        r#"{"__typename":"Query","t":{"name":"BirthInfo","fields":[{"name":"birthRegistrationNumber"},{"name":"birthPlace"},{"name":"district"}]}}"#
    );
}

#[tokio::test]
async fn p2_a_list_as_long_as_the_limit_allows_is_merged_in_one_pass() {
    // Were the list copied for each of its elements, this would take hours.
    let body =
        format!(r#"{{"data":{{"r0_vehiclesByOwner":[{}]}}}}"#, vec![r#"{"registrationNumber":"A"}"#; 70_000].join(","));
    let answer = dmt(r#"{ personInfo(nic: "199512345671") { ownedVehicles { regNo } } }"#, &body).await;
    assert_eq!(answer.matches(r#"{"regNo":"A"}"#).count(), 70_000);
}

#[tokio::test]
async fn p3_another_persons_record_is_left_out_and_told() {
    let country = farajaland_with_echoes();
    let query = r#"{ personInfo(nic: "199512345671") { fullName name } }"#;
    let drp = r#"{"data":{"r0_person":{"fullName":"secret","nic":"199512345672"}}}"#;
    let of = |rgd: &'static str| [("drp", "drp-schema-v1", Ok(drp)), ("rgd", "abc-212", Ok(rgd))];
    let rgd = r#"{"data":{"r0_getPersonInfo":{"name":"N","nic":" 199512345671"}}}"#;
    let answer = country.answer(query, Ledger(vec![]), &of(rgd)).await;
    let told = "{\"personInfo\":{\"fullName\":null,\"name\":\"N\"}}\nPROVIDER_BAD_DATA personInfo.fullName drp";
    assert_eq!(answer, told);
    // A record that does not say whose it is, is nobody's.
    let rgd = r#"{"data":{"r0_getPersonInfo":{"name":"N","nic":null}}}"#;
    let answer = country.answer(query, Ledger(vec![]), &of(rgd)).await;
    assert!(answer.ends_with("PROVIDER_BAD_DATA personInfo.name rgd") && !answer.contains("secret"), "{answer}");
    // Nobody's record is not another person's.
    let nobody = r#"{"data":{"r0_getPersonInfo":null,"r0_person":null}}"#;
    let both = [("drp", "drp-schema-v1", Ok(nobody)), ("rgd", "abc-212", Ok(nobody))];
    assert_eq!(country.answer(query, Ledger(vec![]), &both).await, r#"{"personInfo":null}"#);
}

#[test]
fn what_is_only_compared_is_asked_and_listed_and_neither_permitted_nor_released() {
    let plan = farajaland_with_echoes().plan(r#"{ personInfo(nic: "1") { fullName } }"#);
    assert_eq!(plan.fields.iter().map(|field| &*field.field_name).collect::<Vec<_>>(), ["person.fullName"]);
    assert!(plan.text.contains("ask drp/drp-schema-v1 person(nic: nic) { fullName } and check nic\n"), "{}", plan.text);
}

/// Two people in one request to RGD.
const TWO: &str = r#"{ a: personInfo(nic: "199512345671") { name } b: personInfo(nic: "199512345672") { name } }"#;

async fn two(body: &str) -> String {
    farajaland().answer(TWO, Ledger(vec![]), &[("rgd", "abc-212", Ok(body))]).await
}

#[tokio::test]
async fn row_29_one_persons_failure_makes_nobody_else_unknown() {
    // The register's root is non-null, so one failure took everything with it (GraphQL, "Handling Execution Errors").
    let body = r#"{"data":null,"errors":[{"message":"x","path":["r0_getPersonInfo"]}]}"#;
    let expected =
        "{\"a\":{\"name\":null},\"b\":{\"name\":null}}\nPROVIDER_ERROR a.name rgd\nPROVIDER_ERROR b.name rgd";
    assert_eq!(two(body).await, expected);
}

#[tokio::test]
async fn row_38_no_error_is_lost_behind_very_many_others() {
    let others: Vec<_> = (0..200).map(|n| format!(r#"{{"message":"x","path":["r0_getPersonInfo","f{n}"]}}"#)).collect();
    let body = format!(
        r#"{{"data":{{"r0_getPersonInfo":{{"name":"A"}},"r1_getPersonInfo":{{"name":null}}}},"errors":[{},{}]}}"#,
        others.join(","),
        r#"{"message":"x","path":["r1_getPersonInfo","name"]}"#
    );
    assert_eq!(two(&body).await, "{\"a\":{\"name\":\"A\"},\"b\":{\"name\":null}}\nPROVIDER_ERROR b.name rgd");
}

#[tokio::test]
async fn row_38_an_error_at_an_element_of_a_list_is_told() {
    let body = r#"{"data":{"r0_vehiclesByOwner":[{"registrationNumber":"X","yearOfManufacture":1,"classes":[]},null]},
        "errors":[{"message":"x","path":["r0_vehiclesByOwner",1,"registrationNumber"]}]}"#;
    let answer = dmt(VEHICLES, body).await;
    assert!(answer.ends_with("\nPROVIDER_ERROR personInfo.ownedVehicles.1 dmt"), "{answer}");
}

#[tokio::test]
async fn an_answer_beyond_its_limit_is_refused_as_a_whole() {
    let mut country = farajaland();
    country.config.limits.answer_bytes = 2_000;
    let one = r#"{"registrationNumber":"X","yearOfManufacture":1,"classes":[]}"#;
    let of = |count: usize| format!(r#"{{"data":{{"r0_vehiclesByOwner":[{}]}}}}"#, vec![one; count].join(","));
    let answer = country.answer(VEHICLES, Ledger(vec![]), &[("dmt", "dmt-schema-v1", Ok(&of(20)))]).await;
    assert!(answer.starts_with("{\"personInfo\""), "{answer}");
    let answer = country.answer(VEHICLES, Ledger(vec![]), &[("dmt", "dmt-schema-v1", Ok(&of(200)))]).await;
    assert_eq!(answer, "null\nTOO_COSTLY  ANSWER_BYTES");
    // Errors count, too.
    let empty = format!(r#"{{"data":{{"r0_vehiclesByOwner":[{}]}}}}"#, vec!["{}"; 200].join(","));
    let answer = country.answer(VEHICLES, Ledger(vec![]), &[("dmt", "dmt-schema-v1", Ok(&empty))]).await;
    assert_eq!(answer, "null\nTOO_COSTLY  ANSWER_BYTES");
}
