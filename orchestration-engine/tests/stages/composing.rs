//! Every mistake between the consumer schema, the providers' schemas and the configuration is told, with its place.

use orchestration_engine::schema;

use crate::case::{Country, farajaland};

fn mistakes(change: impl FnOnce(String) -> String) -> String {
    let Country { mut config, .. } = farajaland();
    let text = std::fs::read_to_string(&config.consumer_schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    config.consumer_schema = folder.path().join("schema.graphql");
    std::fs::write(&config.consumer_schema, change(text)).unwrap();
    let problems = schema::load(&config).unwrap_err();
    problems.to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn all_mistakes_of_a_schema_are_told_at_once() {
    let told = mistakes(|text| {
        text.replacen("providerField: \"person.fullName\"", "providerField: \"person.fulName\"", 1)
            .replacen("  year: Int", "  year: String", 1)
            .replacen("  sex: String @", "  sex: String! @", 1)
            .replacen("  birthInfo: BirthInfo\n", "  birthInfo: [BirthInfo]\n  nobody: String\n", 1)
            .replacen("  personInfo(", "  other(x: Int): String\n  personInfo(", 1)
            .replacen("ownedVehicles: [VehicleInfo]", "ownedVehicles: VehicleInfo", 1)
    });
    insta::assert_snapshot!(told, @r"
    8 mistakes in the schemas
      schema.graphql:21:3: `Query.other` has no `@sourceInfo`, so nothing could ever answer it
      schema.graphql:21:3: argument `x` of `other` reaches no provider; map it in `argMappings`
      schema.graphql:28:3: `PersonInfo.fullName`: `drp/drp-schema-v1` has no `fulName` of `person.fulName`; did you mean `fullName`?
      schema.graphql:40:3: `PersonInfo.sex` comes from a provider, so it must be nullable; remove the `!`
      schema.graphql:42:3: `PersonInfo.birthInfo` is a list, so it needs `@sourceInfo` to say which
      schema.graphql:43:3: `PersonInfo.nobody` has no `@sourceInfo`, so nothing could ever answer it
      schema.graphql:53:3: `PersonInfo.ownedVehicles` is one value, but `dmt/dmt-schema-v1:vehiclesByOwner` gives a list
      schema.graphql:75:3: `VehicleInfo.year` is `String`, but `dmt/dmt-schema-v1:vehiclesByOwner.yearOfManufacture` gives `Int`
    ");
}

#[test]
fn what_is_no_schema_is_told_by_the_parser() {
    assert!(mistakes(|text| text.replacen("type Query {", "type Query", 1)).contains("schema.graphql:"));
    let told = mistakes(|_| "type A { x: Int }".to_owned());
    assert!(told.contains("missing query root operation type"), "{told}");
}

#[test]
fn an_argument_that_a_provider_needs_must_be_mapped() {
    let Country { mut config, .. } = farajaland();
    config.arg_mappings.retain(|mapping| mapping.target_arg_path != "person");
    let told = schema::load(&config).unwrap_err().to_string();
    assert!(told.contains("`personInfo` does not say what `nic` of `person` at `drp/drp-schema-v1` is"), "{told}");
}

#[test]
fn c3_whoever_consents_must_be_whoever_is_fetched() {
    let told = mistakes(|text| {
        text.replacen("nic: String! @dataOwner", "nic: String! @dataOwner, other: String!", 1).replacen(
            "  birthInfo: BirthInfo\n",
            "  birthInfo(x: Int): BirthInfo\n",
            1,
        )
    });
    assert!(told.contains("`PersonInfo.birthInfo` has arguments, which only root fields can hand on"), "{told}");
    let Country { mut config, .. } = farajaland();
    for mapping in config.arg_mappings.iter_mut().filter(|mapping| mapping.target_arg_path == "person") {
        mapping.source_arg_path = "personInfo-other".to_owned();
    }
    let text = std::fs::read_to_string(&config.consumer_schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    config.consumer_schema = folder.path().join("schema.graphql");
    let text = text.replacen("nic: String! @dataOwner", "nic: String! @dataOwner, other: String!", 1);
    std::fs::write(&config.consumer_schema, text).unwrap();
    let told = schema::load(&config).unwrap_err().to_string();
    assert!(
        told.contains("`nic` of `personInfo` names the person, but does not reach `person` at `drp/drp-schema-v1`"),
        "{told}"
    );
}

#[test]
fn a_schema_belongs_to_one_provider_and_a_root_may_be_refused() {
    let told = mistakes(|text| {
        text.replacen("providerKey: \"drp\"", "providerKey: \"xyz\"", 1).replacen(
            "): PersonInfo\n",
            "): PersonInfo!\n",
            1,
        )
    });
    assert!(told.contains("`drp-schema-v1` is named with several provider keys"), "{told}");
    assert!(told.contains("`personInfo` may be refused, so it must be nullable"), "{told}");
}

#[test]
fn a_type_that_leads_back_to_itself_without_a_source_is_told_and_ends() {
    let told = mistakes(|text| {
        text.replacen("type BirthInfo {\n", "type BirthInfo {\n  holder: PersonInfo\n", 1).replacen(
            "  birthInfo: BirthInfo\n",
            "  birthInfo: BirthInfo\n  itself: PersonInfo\n",
            1,
        )
    });
    assert!(told.contains("`BirthInfo.holder` leads back to `PersonInfo` without end"), "{told}");
    assert!(told.contains("`PersonInfo.itself` leads back to `PersonInfo` without end"), "{told}");
}

#[test]
fn a_mistake_against_graphql_hides_no_other_and_is_told_once() {
    let told = mistakes(|text| {
        text.replacen("  sex: String @", "  sex: Sexx @", 1).replacen("person.fullName", "person.fulName", 1)
    });
    assert!(told.starts_with("2 mistakes in the schemas"), "{told}");
    assert!(told.contains("cannot find type `Sexx`") && told.contains("did you mean `fullName`?"), "{told}");
}
