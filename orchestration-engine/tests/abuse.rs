//! Documents that are meant to hurt are refused by their size, before anybody does work for them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use ndx_config::{Limits, OwnLimits};
use orchestration_engine::{
    config::{Allowance, Config},
    operation::{self, Documents, OperationError},
    request::GraphqlRequest,
    schema::{self, ConsumerSchema},
};

struct Scene {
    schema: ConsumerSchema,
    documents: Documents,
    limits: Limits,
}

fn scene() -> Scene {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let config = Config::new(&ndx_config::load(&file, |text| text).unwrap()).unwrap();
    let schema = schema::load(&config).unwrap();
    Scene { schema, documents: Documents::default(), limits: config.limits }
}

impl Scene {
    fn prepare(&self, query: &str, allowance: Allowance<'_>) -> Result<(), OperationError> {
        let request = GraphqlRequest { query: query.to_owned(), ..GraphqlRequest::default() };
        operation::prepare(&self.documents, &self.schema, &request, allowance).map(drop)
    }

    fn refused(&self, query: &str) -> OperationError {
        let refused = self.prepare(query, Allowance::of_anybody(&self.limits));
        refused.expect_err(query.get(..200).unwrap_or(query))
    }
}

const PERSON: &str = r#"personInfo(nic: "199512345678")"#;

#[test]
fn g1_ten_thousand_aliases_are_refused() {
    let scene = scene();
    let fields: String = (0..3_000).map(|n| format!("a{n}:fullName ")).collect();
    let refused = scene.refused(&format!("{{ {PERSON} {{ {fields} }} }}"));
    assert!(matches!(refused, OperationError::TooManyAliases { limit: 2_000, actual: 3_000 }), "{refused:?}");
    let fields: String = (0..10_000).map(|n| format!("a{n}:fullName ")).collect();
    let refused = scene.refused(&format!("{{ {PERSON} {{ {fields} }} }}"));
    assert!(matches!(refused, OperationError::TooLarge { limit: 15_000, .. }), "{refused:?}");
    let roots: String = (0..21).map(|n| format!("a{n}:__typename ")).collect();
    for query in [format!("{{ {roots} }}"), format!("{{ ...r }} fragment r on Query {{ {roots} }}")] {
        let refused = scene.refused(&query);
        assert!(matches!(refused, OperationError::TooManyRoots { limit: 20, actual: 21 }), "{refused:?}");
        // Only those of the operation that is asked count.
        let other = format!("query o {query}").replacen("query o {", "query o {", 1);
        let request = GraphqlRequest {
            query: format!("{other} query n {{ __typename }}"),
            operation_name: Some("n".to_owned()),
            ..GraphqlRequest::default()
        };
        let allowance = Allowance::of_anybody(&scene.limits);
        assert!(operation::prepare(&scene.documents, &scene.schema, &request, allowance).is_ok(), "{other}");
    }
}

#[test]
fn g2_depth_is_refused_however_it_is_written() {
    let scene = scene();
    let nested = format!("{}{}", "{a".repeat(1_000), "}".repeat(1_000));
    assert!(matches!(scene.refused(&nested), OperationError::TooDeep { limit: 50, .. }));
    // Each fragment is flat, and the chain of them as deep as there are fragments.
    let chain: String = (0..500).map(|n| format!("fragment f{n} on Query {{ ...f{} }} ", n + 1)).collect();
    let chain = format!("{{ ...f0 }} {chain} fragment f500 on Query {{ __typename }}");
    let refused = scene.refused(&chain);
    assert!(matches!(refused, OperationError::TooDeep { limit: 50, actual: Some(502) }), "{refused:?}");
    let lists = format!("{{ {PERSON} {{ fullName(a: {}{}) }} }}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(matches!(scene.refused(&lists), OperationError::TooDeep { limit: 50, .. }));
    let types = format!("query ($a: {}Int{}) {{ __typename }}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(matches!(scene.refused(&types), OperationError::TooDeep { limit: 50, .. } | OperationError::Parse(_)));
}

#[test]
fn g2_circular_fragments_are_a_mistake_and_no_endless_work() {
    let scene = scene();
    for circle in [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a __typename }",
        "{ __typename } fragment a on PersonInfo { birthInfo { ...b } } fragment b on BirthInfo { ...a }",
    ] {
        assert!(matches!(scene.refused(circle), OperationError::Validation(_)), "{circle}");
    }
    let all: String = (0..300)
        .map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", (n + 1) % 300, (n * 7) % 300))
        .collect();
    let refused = scene.refused(&format!("{{ ...f0 }} {all}"));
    assert!(matches!(refused, OperationError::Validation(_) | OperationError::TooDeep { .. }), "{refused:?}");
}

#[test]
fn g2_a_fragment_bomb_costs_what_it_would_blow_up_to() {
    let scene = scene();
    // Spread twice in one place, a fragment is not worth more; under two names, it is: two to the power of twenty.
    let twice: String =
        (0..20).map(|n| format!("fragment f{n} on PersonInfo {{ ...f{m} ...f{m} }} ", m = n + 1)).collect();
    let twice = format!("{{ {PERSON} {{ ...f0 }} }} {twice} fragment f20 on PersonInfo {{ fullName }}");
    assert!(scene.prepare(&twice, Allowance::of_anybody(&scene.limits)).is_ok());
    let bomb: String = (0..20)
        .map(|n| {
            let next = n + 1;
            format!("fragment f{n} on PersonInfo {{ ...f{next} ... {{ ...f{next} }} }} ")
        })
        .collect();
    let bomb = format!("{{ {PERSON} {{ ...f0 }} }} {bomb} fragment f20 on PersonInfo {{ fullName }}");
    let refused = scene.refused(&bomb);
    assert!(matches!(refused, OperationError::TooCostly { limit: 10_000, actual: 1_048_577 }), "{refused:?}");
    let aliased: String = (0..45)
        .map(|n| {
            format!("fragment f{n} on Query {{ ...f{m} a{n}: {PERSON} {{ fullName }} ... {{ ...f{m} }} }} ", m = n + 1)
        })
        .collect();
    let aliased = format!("{{ ...f0 }} {aliased} fragment f45 on Query {{ __typename }}");
    let refused = scene.refused(&aliased);
    assert!(matches!(refused, OperationError::TooManyRoots { .. } | OperationError::TooCostly { .. }), "{refused:?}");
}

#[test]
fn g2_a_flood_of_directives_or_tokens_is_refused() {
    let scene = scene();
    let directives = "@skip(if: false) ".repeat(600);
    let refused = scene.refused(&format!("{{ __typename {directives} }}"));
    assert!(matches!(refused, OperationError::TooManyDirectives { limit: 500, actual: 600 }), "{refused:?}");
    let unknown = "@a".repeat(7_000);
    let refused = scene.refused(&format!("{{ __typename {unknown} }}"));
    assert!(matches!(refused, OperationError::TooManyDirectives { actual: 7_000, .. }), "{refused:?}");
    let tokens = format!("{{ {} }}", "a ".repeat(100_000));
    assert!(matches!(scene.refused(&tokens), OperationError::TooLarge { limit: 15_000, actual: None }));
    let long = format!("{{ __typename }} # {}", "x".repeat(5 * 1024 * 1024));
    // Read on its own this would be one short token; over HTTP its bytes are too many.
    assert!(scene.prepare(&long, Allowance::of_anybody(&scene.limits)).is_ok());
    let strings = format!("{{ {PERSON} {{ {} }} }}", "fullName(a: \"x\") ".repeat(1_000));
    assert!(matches!(scene.refused(&strings), OperationError::Validation(_)));
}

#[test]
fn cost_follows_weights_and_lists() {
    let mut scene = scene();
    let cost = |scene: &Scene, query: &str| {
        let limits = scene.limits.with(&OwnLimits { cost: Some(0), ..OwnLimits::default() });
        match scene.prepare(query, Allowance::of_anybody(&limits)) {
            Err(OperationError::TooCostly { actual, .. }) => actual,
            Ok(()) => 0,
            other => panic!("{other:?}"),
        }
    };
    let vehicles = format!("{{ {PERSON} {{ fullName ownedVehicles {{ regNo make }} }} }}");
    assert_eq!(cost(&scene, &vehicles), 1 + 1 + (1 + 10 * 2));
    assert_eq!(cost(&scene, "{ __schema { types { name fields { name args { name } } } } }"), 0);
    assert_eq!(cost(&scene, "{ ...f } fragment f on Query { __typename }"), 0);
    let weights = [("PersonInfo.ownedVehicles".to_owned(), 10), ("VehicleInfo.make".to_owned(), 0)];
    scene.limits.field_weights = weights.into_iter().collect();
    scene.limits.assumed_list_size = 5;
    scene.documents = Documents::default();
    assert_eq!(cost(&scene, &vehicles), 1 + 1 + (10 + 5));
}

#[test]
fn a_weight_is_of_a_field_that_there_is() {
    let mut scene = scene();
    assert_eq!(operation::check_weights(&scene.schema, &scene.limits), Ok(()));
    for name in ["PersonInfo.ownedVehicles", "PersonInfo.nothing", "Nobody.fullName", "fullName"] {
        scene.limits.field_weights.insert(name.to_owned(), 2);
    }
    let unknown = operation::check_weights(&scene.schema, &scene.limits).unwrap_err();
    assert_eq!(unknown.0, ["Nobody.fullName", "PersonInfo.nothing", "fullName"]);
}

#[test]
fn g8_what_one_application_may_send_another_may_not() {
    let scene = scene();
    let narrow = scene.limits.with(&OwnLimits {
        document_tokens: Some(50),
        document_depth: Some(3),
        aliases: Some(1),
        directives: Some(1),
        root_fields: Some(1),
        cost: Some(5),
        ..OwnLimits::default()
    });
    for (query, code) in [
        (format!("{{ {PERSON} {{ {} }} }}", "fullName ".repeat(50)), "TooLarge"),
        (format!("{{ {PERSON} {{ ...a }} }} fragment a on PersonInfo {{ birthInfo {{ district }} }}"), "TooDeep"),
        (format!("{{ a: {PERSON} {{ b: name }} }}"), "TooManyAliases"),
        (format!("{{ {PERSON} @skip(if: false) {{ name @skip(if: false) }} }}"), "TooManyDirectives"),
        ("{ __typename b: __typename }".to_owned(), "TooManyRoots"),
        (format!("{{ {PERSON} {{ ownedVehicles {{ make }} }} }}"), "TooCostly"),
    ] {
        // In both orders: what was read for one is not taken for granted for the other.
        let wide = |query: &str| scene.prepare(query, Allowance::of_anybody(&scene.limits));
        let tight = |query: &str| format!("{:?}", scene.prepare(query, Allowance::of_anybody(&narrow)).unwrap_err());
        assert!(tight(&query).starts_with(code), "{query}: {}", tight(&query));
        assert!(wide(&query).is_ok(), "{query}: {:?}", wide(&query));
        assert!(tight(&query).starts_with(code), "{query}: {}", tight(&query));
    }
}

#[test]
fn g3_who_may_not_see_the_schema_learns_nothing_of_it() {
    let scene = scene();
    let blind = Allowance { limits: &scene.limits, sees_schema: false };
    let told = |query: &str| match scene.prepare(query, blind) {
        Err(OperationError::Validation(mistakes)) => mistakes,
        other => panic!("{query}: {other:?}"),
    };
    for query in [
        "{ __schema { types { name } } }",
        r#"{ a: __type(name: "PersonInfo") { name } }"#,
        "{ ...a } fragment a on Query { ... { __schema { queryType { name } } } }",
    ] {
        let mistakes = told(query);
        assert_eq!(
            (mistakes.len(), mistakes[0].message.as_str()),
            (1, "the document does not fit the schema"),
            "{query}"
        );
    }
    for query in [
        "{ personInf }",
        "{ personInfo { fullName } }",
        r#"{ personInfo(nic: "1") { fullNam } }"#,
        r#"{ personInfo(nic: "1") { birthInfo } }"#,
        r#"{ personInfo(nic: 1, x: 2) { fullName { a } } }"#,
        r#"{ personInfo(nic: "1") { ... on VehicleInfo { make } } }"#,
    ] {
        let mistakes = told(query);
        assert_eq!(
            (mistakes.len(), mistakes[0].message.as_str()),
            (1, "the document does not fit the schema"),
            "{query}"
        );
        assert!(!mistakes[0].locations.is_empty(), "{query}");
    }
    let question = "query ($n: String!) { personInfo(nic: $n) { fullName } }";
    let Err(OperationError::Variables(mistake)) = scene.prepare(question, blind) else {
        panic!("no value is no value")
    };
    assert_eq!(mistake.message, "the variables do not fit the operation");
    // Type names of what it asks it may have: Apollo Client wants them everywhere.
    assert!(scene.prepare(&format!("{{ __typename {PERSON} {{ __typename fullName }} }}"), blind).is_ok());
}
