//! What is asked of whom.

use std::sync::Arc;

use orchestration_engine::{
    operation::Documents,
    planner::{self, PlanError, Plans},
};

use crate::case::farajaland;

#[test]
fn the_passport_query_asks_two_registers_once_each() {
    let plan = farajaland().plan(
        r#"{ personInfo(nic: "199512345678") { fullName address dateOfBirth birthInfo { birthPlace district } } }"#,
    );
    insta::assert_snapshot!(plan.text, @r"
    root personInfo: personInfo about nic
      ask drp/drp-schema-v1 person(nic: nic) { fullName permanentAddress }
      ask rgd/abc-212 getPersonInfo(nic: nic) { birthDate birthPlace district }
      personInfo: PersonInfo
        fullName: String = drp/drp-schema-v1:person.fullName
        address: String = drp/drp-schema-v1:person.permanentAddress
        dateOfBirth: String = rgd/abc-212:getPersonInfo.birthDate
        birthInfo: BirthInfo
          birthPlace: String = rgd/abc-212:getPersonInfo.birthPlace
          district: String = rgd/abc-212:getPersonInfo.district
    ");
}

#[test]
fn fragments_aliases_and_directives_leave_only_what_is_asked() {
    let plan = farajaland().plan(
        r#"query ($no: Boolean = true) { p: personInfo(nic: "1") { ...A a: fullName b: fullName profession @skip(if: $no) sex @include(if: false) } }
           fragment A on PersonInfo { fullName ... on PersonInfo { fullName } __typename }"#,
    );
    insta::assert_snapshot!(plan.text, @r"
    root p: personInfo about nic
      ask drp/drp-schema-v1 person(nic: nic) { fullName }
      p: PersonInfo
        fullName: String = drp/drp-schema-v1:person.fullName
        __typename = type name PersonInfo
        a: String = drp/drp-schema-v1:person.fullName
        b: String = drp/drp-schema-v1:person.fullName
    ");
}

#[test]
fn a_list_counts_itself_when_only_its_type_name_is_asked() {
    let plan = farajaland().plan(r#"{ personInfo(nic: "1") { ownedVehicles { __typename } } }"#);
    insta::assert_snapshot!(plan.fields[0], @"dmt-schema-v1:vehiclesByOwner");
}

#[test]
fn g2_fragments_that_spread_each_other_are_planned_in_no_time() {
    let mut query = r#"{ personInfo(nic: "1") { ...F0 ...F0 } }"#.to_owned();
    for level in 0..24 {
        query.push_str(&format!(" fragment F{level} on PersonInfo {{ ...F{0} ...F{0} }}", level + 1));
    }
    query.push_str(" fragment F24 on PersonInfo { fullName }");
    assert_eq!(farajaland().plan(&query).fields.len(), 1);
}

#[test]
fn the_same_root_under_two_aliases_is_two_roots() {
    let plan = farajaland().plan(r#"{ a: personInfo(nic: "1") { name } b: personInfo(nic: "2") { name } __typename }"#);
    let keys: Vec<_> = plan.roots.iter().map(|root| (root.field.response_key.as_str(), root.is_meta())).collect();
    assert_eq!(keys, [("a", false), ("b", false), ("__typename", true)]);
}

#[test]
fn g1_a_short_document_that_asks_for_very_many_fields_is_refused_while_planning() {
    let mut country = farajaland();
    country.config.limits.cost = usize::MAX;
    let many = |letter: char, field: &str, count: usize| {
        (0..count).map(|n| format!("{letter}{n}: {field} ")).collect::<String>()
    };
    let query = format!(
        r#"{{ {} }} fragment A on PersonInfo {{ {} }} fragment B on BirthInfo {{ {} }}"#,
        many('r', r#"personInfo(nic: "199512345678") { ...A }"#, 20),
        many('a', "birthInfo { ...B }", 300),
        many('b', "district", 900),
    );
    let refused = planner::draw(&country.schema, &country.operation(&query, "{}"), &country.config.limits).unwrap_err();
    assert_eq!(refused, PlanError::TooManyFields { limit: 2000 });
}

#[test]
fn a_condition_that_is_null_is_a_mistake_not_a_guess() {
    let country = farajaland();
    let query = r#"query ($no: Boolean = true) { personInfo(nic: "1") { fullName name @skip(if: $no) } }"#;
    let refused = planner::draw(&country.schema, &country.operation(query, r#"{"no":null}"#), &country.config.limits)
        .unwrap_err();
    assert_eq!(refused, PlanError::NullCondition);
}

#[test]
fn the_hash_of_a_plan_does_not_depend_on_what_the_application_calls_things() {
    let country = farajaland();
    let plain = country.plan(r#"{ personInfo(nic: "1") { fullName } }"#);
    let aliased = country.plan(r#"{ _199512345678: personInfo(nic: "1") { _199512345678: fullName } }"#);
    assert_eq!(plain.hash, aliased.hash);
    assert_ne!(plain.hash, country.plan(r#"{ personInfo(nic: "1") { name } }"#).hash);
}

#[test]
fn a_document_is_read_once_for_its_whole_text() {
    let (country, documents) = (farajaland(), Documents::default());
    let text = r#"query ($nic: String!) { personInfo(nic: $nic) { fullName } }"#;
    let first = country.operation_among(&documents, text, r#"{"nic":"1"}"#);
    let again = country.operation_among(&documents, text, r#"{"nic":"2"}"#);
    assert!(Arc::ptr_eq(&first.document, &again.document), "it is the very same");
    assert_ne!(first.variables, again.variables, "its variables are the request's own");
    let other = country.operation_among(&documents, &format!("{text} "), r#"{"nic":"1"}"#);
    assert!(!Arc::ptr_eq(&first.document, &other.document), "another text is another document");
    assert_ne!(first.document.number, other.document.number);
    let elsewhere = country.operation_among(&Documents::default(), text, r#"{"nic":"1"}"#);
    assert_ne!(first.document.number, elsewhere.document.number, "so no plan of another schema's document is taken");
}

#[test]
fn a_plan_is_drawn_once_for_each_outcome_of_its_conditions() {
    let (country, documents, plans) = (farajaland(), Documents::default(), Plans::default());
    let text = r#"query ($nic: String!, $all: Boolean = false) { personInfo(nic: $nic) { fullName name @include(if: $all) } }"#;
    let plan = |variables: &str| {
        let operation = country.operation_among(&documents, text, variables);
        planner::plan(&plans, &country.schema, &operation, &country.config.limits).unwrap()
    };
    let (little, much) = (plan(r#"{"nic":"1"}"#), plan(r#"{"nic":"1","all":true}"#));
    assert_eq!((little.fields.len(), much.fields.len()), (1, 2));
    assert!(Arc::ptr_eq(&little, &plan(r#"{"nic":"2"}"#)), "whom it is about changes no plan");
    assert!(Arc::ptr_eq(&little, &plan(r#"{"nic":"1","all":false}"#)), "a default is a value like any other");
    assert!(Arc::ptr_eq(&much, &plan(r#"{"nic":"2","all":true}"#)));
}

#[test]
fn each_operation_of_a_document_has_its_own_plan() {
    let (country, plans) = (farajaland(), Plans::default());
    let text = r#"query A { personInfo(nic: "1") { fullName } } query B { personInfo(nic: "1") { name } }"#;
    let documents = Documents::default();
    let plan = |name: &str| {
        let operation = country.named_operation_among(&documents, text, name);
        planner::plan(&plans, &country.schema, &operation, &country.config.limits).unwrap()
    };
    let (a, b) = (plan("A"), plan("B"));
    assert_eq!(
        [a.fields[0].to_string(), b.fields[0].to_string()],
        ["drp-schema-v1:person.fullName", "abc-212:getPersonInfo.name"]
    );
    assert!(Arc::ptr_eq(&a, &plan("A")) && Arc::ptr_eq(&b, &plan("B")));
}

#[test]
fn a_plan_that_is_kept_serves_whoever_may_ask_for_as_much() {
    let (country, plans) = (farajaland(), Plans::default());
    let operation = country.operation(r#"{ personInfo(nic: "1") { fullName mother { name } } }"#, "{}");
    let plan = |planned_fields: usize, lookup_depth: usize| {
        let limits = ndx_config::Limits { planned_fields, lookup_depth, ..country.config.limits.clone() };
        planner::plan(&plans, &country.schema, &operation, &limits)
    };
    let drawn = plan(100, 3).unwrap();
    assert!(Arc::ptr_eq(&drawn, &plan(drawn.size, 1).unwrap()), "it is just within");
    assert_eq!(plan(drawn.size - 1, 1).unwrap_err(), PlanError::TooManyFields { limit: drawn.size - 1 });
    assert_eq!(plan(100, 0).unwrap_err(), PlanError::TooManyLookups { limit: 0 });
    assert!(Arc::ptr_eq(&drawn, &plan(100, 3).unwrap()), "who may not have it does not lose it for the others");
}
