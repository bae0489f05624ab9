//! What is asked of whom.

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
    insta::assert_snapshot!(plan.roots[0].fields()[0], @"dmt-schema-v1:vehiclesByOwner");
}

#[test]
fn g2_fragments_that_spread_each_other_are_planned_in_no_time() {
    let mut query = r#"{ personInfo(nic: "1") { ...F0 ...F0 } }"#.to_owned();
    for level in 0..24 {
        query.push_str(&format!(" fragment F{level} on PersonInfo {{ ...F{0} ...F{0} }}", level + 1));
    }
    query.push_str(" fragment F24 on PersonInfo { fullName }");
    assert_eq!(farajaland().plan(&query).roots[0].fields().len(), 1);
}

#[test]
fn the_same_root_under_two_aliases_is_two_roots() {
    let plan = farajaland().plan(r#"{ a: personInfo(nic: "1") { name } b: personInfo(nic: "2") { name } __typename }"#);
    let keys: Vec<_> = plan.roots.iter().map(|root| (root.field.response_key.as_str(), root.is_meta())).collect();
    assert_eq!(keys, [("a", false), ("b", false), ("__typename", true)]);
}
