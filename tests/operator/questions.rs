//! What is asked of the exchange from the command line: what would be asked of whom, what would become of it, and the answer.

use ndx_testkit::{Choice, Farajaland, Part, Setting, in_every_setting};
use serde_json::Value;

use crate::{NDX, QUERY, ndx, of};

#[tokio::test]
async fn a_plan_says_what_would_be_asked_of_whom() {
    let question = r#"{ personInfo(nic: "1") { fullName born: dateOfBirth birthInfo { district } } }"#;
    let (code, text, words) = ndx(&["plan", question], "").await;
    assert_eq!((code, words.as_str()), (0, ""));
    let plan = "\
root personInfo: personInfo about nic
  ask drp/drp-schema-v1 person(nic: nic) { fullName } and check nic
  ask rgd/abc-212 getPersonInfo(nic: nic) { birthDate district } and check nic
  personInfo: PersonInfo
    fullName: String = drp/drp-schema-v1:person.fullName
    born: String = rgd/abc-212:getPersonInfo.birthDate
    birthInfo: BirthInfo
      district: String = rgd/abc-212:getPersonInfo.district
";
    let hash = text.strip_prefix(plan).unwrap_or_else(|| panic!("{text}"));
    assert!(hash.starts_with("hash ") && hash.trim().len() == 69, "{hash}");
    let (code, text, _) = ndx(&["plan", "-", "--json"], question).await;
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, 0);
    assert_eq!(json["plan"][1], plan.lines().nth(1).unwrap());
    assert_eq!(format!("hash {}", json["hash"].as_str().unwrap()), hash.trim());
}

#[tokio::test]
async fn a_plan_tells_every_mistake_with_its_place() {
    for (question, told) in [
        ("{ personInfo(nic: 3) { fulName } nope }", &["  1:19: ", "  1:24: ", "  1:34: "][..]),
        ("{ personInfo(", &["cannot be parsed", "  1:14: "]),
        ("query A { __typename } query B { __typename }", &["with `--operation`"]),
        (
            "query ($nic: String!) { personInfo(nic: $nic) { sex } }",
            &["  1:8: ", "'nic'", "give it with `--variables`"],
        ),
    ] {
        let (code, text, words) = ndx(&["plan", question], "").await;
        assert!(code == 1 && text.is_empty(), "{text}");
        assert!(told.iter().all(|one| words.contains(one)), "{told:?}:\n{words}");
    }
    let (code, _, words) = ndx(&["plan", "{ __typename }", "--variables", "[]"], "").await;
    assert!(code == 1 && words.contains("`--variables` must be a JSON object"), "{words}");
    let (code, _, words) = ndx(&["plan", "{ __typename }", "--config", "none.json"], "").await;
    assert!(code == 1 && words.contains("none.json:1:1: the file cannot be read"), "{words}");
    assert_eq!(ndx(&["plan"], "").await.0, 2);
}

#[tokio::test]
async fn a_person_on_the_command_line_is_warned_of() {
    let asked = "query ($nic: String!) { personInfo(nic: $nic) { fullName } }";
    let warned = "a person's identifier stands on this command line";
    for arguments in [&["plan", QUERY][..], &["plan", asked, "--variables", r#"{"nic": "861234567v"}"#]] {
        let (code, _, words) = ndx(arguments, "").await;
        assert!(code == 0 && words.contains(warned) && !words.contains("199512345678"), "{words}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (file, variables) = (folder.path().join("question.graphql"), folder.path().join("variables.json"));
    std::fs::write(&file, QUERY).unwrap();
    std::fs::write(&variables, r#"{"nic": "199512345678"}"#).unwrap();
    let variables = format!("@{}", variables.display());
    for arguments in [&["plan", file.to_str().unwrap()][..], &["plan", asked, "--variables", &variables]] {
        let (code, _, words) = ndx(arguments, "").await;
        assert_eq!((code, words.as_str()), (0, ""), "{arguments:?}");
    }
    assert_eq!(ndx(&["plan", "-"], QUERY).await.2, "");
}

in_every_setting! {
    [together_on_sqlite apart_on_postgres]

    async fn a_query_is_asked_as_an_application_would(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let ports = farajaland.ports().arguments();
        let arguments = of(&farajaland, &ports, &["query", "-", "--as", "passport-app"]);
        let (code, text, words) = ndx(&arguments, QUERY).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        let link = answer["errors"][0]["extensions"]["consentPortalUrl"].as_str().unwrap();
        assert_eq!((code, words.trim()), (1, format!("ndx: CE_NOT_APPROVED: the person answers at {link}").as_str()));
        farajaland.citizen("nayana").answer(link.parse().unwrap(), Choice::Share).await.unwrap();

        let (code, text, words) = ndx(&[&arguments[..], &["--json"]].concat(), QUERY).await;
        assert_eq!((code, words.as_str()), (0, ""));
        assert_eq!(
            text.trim(),
            r#"{"data":{"personInfo":{"fullName":"Nayana Perera","dateOfBirth":"1995-05-03"}}}"#
        );
        let secret = farajaland.data_folder().with_file_name("secret");
        std::fs::write(&secret, "passport-app-sandbox\n").unwrap();
        let with_file = [&arguments[..], &["--secret-file", secret.to_str().unwrap(), "--json"]].concat();
        assert_eq!(ndx(&with_file, QUERY).await.1, text);

        let (code, _, words) = ndx(&arguments, "{ personInfo(nic: 3) { fulName } }").await;
        assert!(code == 1 && words.contains("1:19: ") && words.contains("1:24: "), "{words}");
        std::fs::write(&secret, "another").unwrap();
        let (code, _, words) = ndx(&with_file, QUERY).await;
        assert!(code == 1 && words.contains("(invalid_client); is this its secret there?"), "{words}");
    }
}

#[tokio::test]
async fn a_question_is_explained_without_asking_anybody() {
    let farajaland = Farajaland::start(NDX).await;
    let ports = farajaland.ports().arguments();
    let arguments = of(&farajaland, &ports, &["explain", "-", "--as", "passport-app"]);
    let explained = async || {
        let (code, text, words) = ndx(&arguments, QUERY).await;
        assert_eq!((code, words.as_str()), (0, ""), "{text}");
        let (plan, fields) = text.split_once("\n\n").unwrap();
        assert!(plan.starts_with("root personInfo: personInfo about nic\n  ask drp/drp-schema-v1 "), "{text}");
        fields.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let missing = [
        "personInfo",
        "drp-schema-v1:person.fullName CE_NOT_APPROVED permitWithConsent, missing",
        "abc-212:getPersonInfo.birthDate CE_NOT_APPROVED permitWithConsent, missing",
    ];
    assert_eq!(explained().await, missing);
    assert_eq!(farajaland.rows("consent", "SELECT id FROM consents").await, Vec::<String>::new(), "she is not asked");
    let recorded = farajaland.rows("audit", "SELECT content FROM audit_records WHERE event = 'REFUSED'").await;
    assert!(recorded.len() == 1 && recorded[0].contains("EXPLAINED"), "{recorded:?}");

    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
    let covered = [
        "personInfo",
        "drp-schema-v1:person.fullName released permitWithConsent, covered",
        "abc-212:getPersonInfo.birthDate released permitWithConsent, covered",
    ];
    assert_eq!(explained().await, covered);
    let (code, text, words) = ndx(&[&arguments[..], &["--json"]].concat(), QUERY).await;
    assert_eq!((code, words.as_str()), (0, ""));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["plan"][0], "root personInfo: personInfo about nic");
    let field = &told["roots"][0]["fields"][0];
    let said = ["schemaId", "fieldName", "provider", "policy", "consent", "outcome"].map(|key| field[key].as_str());
    let expected = ["drp-schema-v1", "person.fullName", "drp", "permitWithConsent", "covered", "released"];
    assert_eq!(said, expected.map(Some));
    let released =
        farajaland.rows("audit", "SELECT event FROM audit_records WHERE event IN ('INTENT', 'RELEASE')").await;
    assert_eq!(released, Vec::<String>::new(), "no register was asked, and nothing left");

    let (code, text, words) = ndx(&arguments, "{ personInfo(nic: 3) { fulName } }").await;
    assert!(code == 1 && text.is_empty() && words.contains("1:19: ") && words.contains("1:24: "), "{text}{words}");
}

#[tokio::test]
async fn a_query_believes_the_authority_of_the_exchange() {
    let mut farajaland = Farajaland::empty_as(NDX, Setting::APART_ON_SQLITE).with_certificates();
    farajaland.run_all().await;
    let ports = farajaland.ports().arguments();
    let (code, _, words) = ndx(&of(&farajaland, &ports, &["query", "-", "--as", "passport-app"]), QUERY).await;
    assert!(code == 1 && words.contains("CE_NOT_APPROVED: the person answers at https://"), "{words}");
}

#[tokio::test]
async fn a_query_that_nobody_can_answer_says_who_is_missing() {
    let mut farajaland = Farajaland::empty(NDX);
    let ports = farajaland.ports().arguments();
    let arguments = of(&farajaland, &ports, &["query", "-", "--as", "passport-app"]).join("\n");
    let arguments: Vec<&str> = arguments.lines().collect();
    let (code, _, words) = ndx(&arguments, QUERY).await;
    assert!(code == 1 && words.contains("the identity provider does not describe itself at"), "{words}");
    farajaland.run(Part::Fudi).await;
    let (code, _, words) = ndx(&arguments, QUERY).await;
    assert!(code == 1 && words.contains("cannot be reached; `ndx doctor` looks for the cause"), "{words}");
    let (code, _, words) = farajaland.ndx(&arguments).await;
    assert!(code == 1 && words.contains("with `--secret-file FILE` or in NDX_CLIENT_SECRET"), "{words}");
}
