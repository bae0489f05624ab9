//! Every mistake in the configuration is told at once, with its place and what to do.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use ndx_config::{Document, Problems, Secrets, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn farajaland() -> String {
    std::fs::read_to_string(root().join("fl-config.json")).unwrap()
}

fn problems(text: &str) -> Problems {
    parse("fl-config.json", text, &root()).unwrap_err()
}

#[test]
fn farajalands_own_configuration_has_none_and_holds_no_secret() {
    let exchange = parse("fl-config.json", &farajaland(), &root()).unwrap();
    assert_eq!(exchange.providers.len(), 2);
    for file in std::fs::read_dir(root().join("sandbox/secrets")).unwrap() {
        let secret = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!farajaland().contains(&format!("\"{}\"", secret.trim())), "a secret stands in the configuration");
    }
}

#[test]
fn a_theme_is_a_short_text() {
    let folder = tempfile::tempdir().unwrap();
    let with = |name: &str| {
        let theme = format!("\"theme\": \"{}\", \"utcOffset\":", folder.path().join(name).display());
        farajaland().replace("\"utcOffset\":", &theme)
    };
    std::fs::write(folder.path().join("good.css"), ":root { --govuk-brand-colour: #1b4d6b; }").unwrap();
    let read = parse("fl-config.json", &with("good.css"), &root()).unwrap().portal.resolved_theme;
    assert_eq!(read.as_deref(), Some(":root { --govuk-brand-colour: #1b4d6b; }"));
    std::fs::write(folder.path().join("long.css"), " ".repeat(20_001)).unwrap();
    std::fs::write(folder.path().join("picture.css"), [0x89, b'P', b'N', b'G', 0xff]).unwrap();
    for (file, told) in [("long.css", "at most 20000"), ("picture.css", "not UTF-8"), ("none.css", "cannot be read")] {
        let found = problems(&with(file));
        assert_eq!(found.all.len(), 1, "{found}");
        assert!(found.all[0].message.contains(told), "{found}");
    }
}

#[test]
fn an_origin_is_written_out_and_is_never_everybody() {
    for wrong in ["*", "http://localhost:5173/", "localhost:5173", "https://Consent.example", "null", "ftp://a.example"]
    {
        let text = farajaland().replace("\"http://localhost:5173\"", &format!("\"{wrong}\""));
        let found = problems(&text);
        assert_eq!(found.all.len(), 1, "{wrong}: {found}");
        assert!(found.all[0].message.contains("write each origin out"), "{found}");
    }
}

#[test]
fn what_the_explorer_offers_in_vain_is_a_warning() {
    let read = |right: &str, wrong: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fl-config.json");
        std::fs::write(&file, farajaland().replacen(right, wrong, 1)).unwrap();
        ndx_config::read(&file, Secrets::None, |text| text)
    };
    let words = |reading: &ndx_config::Reading| {
        assert!(reading.mistakes.is_empty(), "{:?}", reading.mistakes);
        reading.warnings.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("\n")
    };
    let misspelt = words(&read("[\"passport-app\", ", "[\"passport-ap\", "));
    assert!(misspelt.contains(
        "there is no application `passport-ap`, so its tokens will be refused; did you mean `passport-app`?"
    ));
    let nowhere = words(&read("\"trialTokenUrl\": \"http://127.0.0.1:8090/trial/token\",", ""));
    assert!(nowhere.contains("without `trialTokenUrl`"), "{nowhere}");
}

#[test]
fn how_a_provider_is_called_has_its_limits() {
    let plain = farajaland().replace("\"echo\": \"person.nic\",", "");
    let drp = |more: &str| plain.replacen("\"member\": \"drp\",", &format!("\"member\": \"drp\", {more}"), 1);
    let fine = drp("\"echo\": \"person.nic\", \"timeoutMs\": 800, \"maxConcurrent\": 20,");
    let exchange = parse("fl-config.json", &fine, &root()).unwrap();
    let [drp_as_read, rgd] = &exchange.providers[..] else { panic!("there are two") };
    let (echo, time, most) = (drp_as_read.echo.as_deref(), drp_as_read.timeout_ms, drp_as_read.max_concurrent);
    assert_eq!((echo, time, most), (Some("person.nic"), Some(800), 20));
    assert_eq!((rgd.timeout_ms, rgd.max_concurrent), (None, 100));
    for (wrong, words) in [
        ("\"echo\": \"nic\",", "write it like `person.nic`"),
        ("\"echo\": \"person..nic\",", "write it like `person.nic`"),
        ("\"timeoutMs\": 0,", "must be at least 1"),
        ("\"maxConcurrent\": 0,", "must be at least 1"),
        ("\"timeOutMs\": 800,", "did you mean `timeoutMs`?"),
    ] {
        let found = problems(&drp(wrong));
        assert_eq!(found.all.len(), 1, "{wrong}: {found}");
        assert!(found.all[0].message.contains(words), "{wrong}: {found}");
    }
}

/// The first application with this webhook, and these settings.
fn with_webhook(webhook: &str, settings: &str) -> String {
    let application = format!("\"id\": \"passport-app\", \"webhook\": {webhook},");
    let consent = format!("\"webhooks\": {{{settings}}}, \"requestLifetime\":");
    let text = farajaland().replacen("\"id\": \"passport-app\",", &application, 1);
    text.replacen("\"requestLifetime\":", &consent, 1)
}

#[test]
fn p9_a_webhook_leads_out_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        format!("{{ \"from_file\": \"{}\" }}", folder.path().join(name).display())
    };
    let good = secret("good", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    let (short, plain) = (secret("short", "whsec_AAAA"), secret("plain", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    let to = |url: &str| format!("{{ \"url\": \"{url}\", \"secret\": {good} }}");
    let not_public = "not a public one";
    for (webhook, settings, told) in [
        (to("https://app.example/hooks?a=b"), "", None),
        (to("https://[2606:4700::1111]/"), "", None),
        (to("http://127.0.0.1:3000/hooks"), "\"allowedNetworks\": [\"127.0.0.0/8\"]", None),
        (to("http://localhost:3000/hooks"), "\"allowedNetworks\": [\"127.0.0.1\"]", None),
        (to("https://10.20.1.1/"), "\"allowedNetworks\": [\"10.20.0.0/16\", \"fd00::/8\"]", None),
        (to("http://app.example/"), "", Some("over https only")),
        (to("https://127.0.0.1/"), "", Some(not_public)),
        (to("http://localhost/"), "", Some(not_public)),
        (to("https://169.254.169.254/latest"), "", Some(not_public)),
        (to("https://[::ffff:10.0.0.1]/"), "", Some(not_public)),
        (to("https://0x0a000001/"), "", Some(not_public)),
        (to("https://10.1/"), "\"allowedNetworks\": [\"10.20.0.0/16\"]", Some(not_public)),
        (to("file:///etc/passwd"), "", Some("not an http or https address")),
        (to("gopher://app.example/"), "", Some("not an http or https address")),
        (to("https://app.example/#x"), "", Some("never sent")),
        (to("https://me:pass1@app.example/"), "", Some("must not hold a user name")),
        (format!("{{ \"url\": \"https://app.example/\", \"secret\": {short} }}"), "", Some("24 to 64 random bytes")),
        (
            format!("{{ \"url\": \"https://app.example/\", \"secret\": {good}, \"formerSecret\": {plain} }}"),
            "",
            Some("`whsec_`"),
        ),
        (
            "{ \"url\": \"https://app.example/\", \"secret\": \"whsec_s3cret\" }".to_owned(),
            "",
            Some("must not hold the secret itself"),
        ),
        (to("https://app.example/"), "\"allowedNetworks\": [\"everything\"]", Some("write it like `10.20.0.0/16`")),
        (to("https://app.example/"), "\"tries\": 0", Some("must be at least 1")),
        (to("https://app.example/"), "\"firstPause\": \"PT0S\"", Some("at least `PT1S`")),
        (
            to("https://app.example/"),
            "\"firstPause\": \"PT1H\", \"longestPause\": \"PT1M\"",
            Some("shorter than the first"),
        ),
        (to("https://app.example/"), "\"longestPauze\": \"PT1M\"", Some("did you mean `longestPause`?")),
    ] {
        let read = parse("fl-config.json", &with_webhook(&webhook, settings), &root());
        match (told, read) {
            (None, Ok(exchange)) => {
                assert_eq!(exchange.applications[0].webhook.as_ref().unwrap().resolved.len(), 1, "{webhook}");
            }
            (Some(words), Err(found)) => {
                assert_eq!(found.all.len(), 1, "{webhook} {settings}: {found}");
                assert!(found.all[0].message.contains(words), "{webhook} {settings}: {found}");
                assert!(!found.to_string().contains("s3cret") && !found.to_string().contains("pass1"), "{found}");
            }
            (told, read) => panic!("{webhook} {settings}: {told:?}, {read:?}"),
        }
    }
}

/// Each mistake: what stands in the file, what is planted for it, and words of what must be told.
const PLANTS: [(&str, &str, &str); 26] = [
    ("\"listen\": \"127.0.0.1:3001\"", "\"listen\": \"127.0.0.1:4000\"", "another service listens too: `gateway`"),
    ("\"127.0.0.1:8082\", \"url\"", "\"127.0.0.1\", \"url\"", "not an address and a port"),
    ("\"requestLifetime\": ", "\"requestLifeTime\": ", "did you mean `requestLifetime`?"),
    ("\"coolDown\": \"P30D\"", "\"coolDown\": \"a month\"", "`coolDown` is not a duration"),
    ("{portal}/c/{id}", "{portal}/c", "must hold `{id}`"),
    ("\"+05:30\"", "\"half past five\"", "write it like `+05:30`"),
    ("\"clientId\": \"consent-portal\"", "\"clientId\": 7", "`clientId` must be text in quotes, not a number"),
    ("\"http://127.0.0.1:8090/oauth2/jwks\"", "\"ftp://127.0.0.1/jwks\"", "not an http or https address"),
    ("[\"ndx\"]", "[]", "`validAudiences` is empty"),
    ("^([0-9]{9}[VX]|[0-9]{12})$", "^([0-9]{9}", "not a regular expression"),
    ("\"uppercase\"", "\"uppercas\"", "must be one of `trim`, `uppercase`; did you mean `uppercase`?"),
    ("      \"schemaId\": \"abc-212\",\n", "", "`schemaId` is missing ("),
    (
        "\"id\": \"vehicle-insurance\",\n      \"name\"",
        "\"id\": \"passport-app\",\n      \"name\"",
        "this application is listed twice",
    ),
    ("\"member\": \"die\"", "\"member\": \"dye\"", "there is no member `dye`; did you mean `die`?"),
    ("http://127.0.0.1:3000/\"", "http://me:pass1@127.0.0.1:3000/\"", "must not hold a user name or password"),
    ("[\"PT1H\", \"P7D\", \"P30D\"]", "[\"P30D\", \"PT1H\"]", "must rise from the shortest"),
    (
        "{ \"from_file\": \"sandbox/secrets/rgd-client-secret\" }",
        "\"s3cret\"",
        "`clientSecret` must not hold the secret itself",
    ),
    ("sandbox/secrets/drp-adapter-key", "sandbox/secrets/none", "cannot be read"),
    (
        "\"type\": \"oauth2\"",
        "\"type\": \"oauth\"",
        "must be one of `none`, `apiKey`, `oauth2`; did you mean `oauth2`?",
    ),
    ("\"tokenUrl\": \"http", "\"tokenURL\": \"http", "did you mean `tokenUrl`?"),
    (
        "\"sourceArgPath\": \"personInfo-nic\", \"targetArgName\": \"ownerNic\"",
        "\"sourceArgPath\": \"nic\", \"targetArgName\": \"ownerNic\"",
        "<root field>-<argument>",
    ),
    ("\"rootFields\": 20", "\"rootField\": 20", "did you mean `rootFields`?"),
    ("\"bodyBytes\": 1048576", "\"bodyBytes\": 0", "must be at least 1"),
    ("\"plannedFields\": 2000", "\"plannedFields\": \"many\"", "`plannedFields` must be a whole number, not text"),
    ("\"documentDepth\": 50,", "\"documentDepth\": 50, \"documentDepth\": 51,", "written twice"),
    (
        "\"rootKeyFile\": ",
        "\"passphrase\": \"hunter2\", \"rootKeyFile\": ",
        "`passphrase` must not hold the secret itself",
    ),
];

#[test]
fn each_planted_mistake_is_told_alone_and_all_together() {
    let mut all = farajaland();
    for (right, wrong, words) in PLANTS {
        let text = farajaland();
        let at = text.find(right).unwrap_or_else(|| panic!("{right}"));
        let line = text[..at].matches('\n').count() + 1;
        let found = problems(&text.replacen(right, wrong, 1));
        assert_eq!(found.all.len(), 1, "{words}: {found}");
        assert!(found.all[0].message.contains(words), "{words}: {found}");
        // A key that is missing is told where its object begins.
        let told = if wrong.is_empty() { found.all[0].line + 2 } else { found.all[0].line };
        assert_eq!(told, line, "{found}");
        all = all.replacen(right, wrong, 1);
    }
    let found = problems(&all);
    let missing: Vec<_> =
        PLANTS.iter().filter(|(_, _, words)| !found.all.iter().any(|one| one.message.contains(words))).collect();
    assert!(missing.is_empty(), "{missing:#?}\n{found}");
    assert_eq!(found.all.len(), PLANTS.len(), "{found}");
    for secret in ["s3cret", "hunter2", "pass1"] {
        assert!(!found.to_string().contains(secret), "a secret is repeated: {found}");
    }
}

#[test]
fn what_stands_below_a_misspelt_key_is_read_too() {
    let text = farajaland().replacen("\"portal\":", "\"portl\":", 1).replacen("{portal}/c/{id}", "{portal}/c", 1);
    let found = problems(&text);
    assert_eq!(found.all.len(), 2, "{found}");
    assert!(found.all[0].message.contains("did you mean `portal`?"), "{found}");
    assert!(found.all[1].message.contains("must hold `{id}`"), "{found}");
}

#[test]
fn the_place_is_that_of_the_very_key_or_value() {
    let found = problems(&farajaland().replacen("\"127.0.0.1:3001\", \"url\"", "\"127.0.0.1\", \"ulr\"", 1));
    let places: Vec<_> = found.all.iter().map(|one| (one.line, one.column)).collect();
    // `    "audit": { "listen": "127.0.0.1", "ulr": …`
    assert_eq!(places, [(7, 26), (7, 39)], "{found}");
}

#[test]
fn how_services_prove_themselves_is_checked_to_the_key() {
    let proof = "\"services\": { \"proof\": \"certificate\", \"authorities\": \"fl-config.json\",\n";
    let keys =
        "\"publicKeys\": [\"dG9vIHNob3J0\"], \"key\": { \"from_file\": \"none.pem\" }, \"listen\": \"127.0.0.1:8081\"";
    let store = "\"store\": { \"postgres\": { \"url\": \"postgres://ndx:pass1@db/ndx\", \"password\": \"s3cret\" },";
    let text = farajaland()
        .replacen("\"services\": {\n", proof, 1)
        .replacen("\"listen\": \"127.0.0.1:8081\"", keys, 1)
        .replacen("\"store\": {", store, 1);
    let found = problems(&text);
    let expected = [
        ("needs `tls`", 4),
        ("there is no certificate in this file", 1),
        ("is not an Ed25519 public key", 1),
        ("is not an address of PostgreSQL without a password", 1),
        ("`password` must not hold the secret itself", 1),
    ];
    for (words, times) in expected {
        let told = found.all.iter().filter(|one| one.message.contains(words)).count();
        assert_eq!(told, times, "{words}: {found}");
    }
    assert_eq!(found.all.len(), 8, "{found}");
    assert_eq!(
        found.warnings.iter().filter(|one| one.message.contains("the machine on which `consent` runs")).count(),
        1
    );
    assert!(!found.to_string().contains("pass1") && !found.to_string().contains("s3cret"), "{found}");
}

#[test]
fn farajalands_configuration_fits_its_json_schema_and_names_it() {
    let mut document = Document::parse(&farajaland()).unwrap();
    assert_eq!(document.compare(&ndx_config::json_schema()), []);
    assert_eq!(document.root().text_of("$schema"), Some("docs/fl-config.schema.json"));
}

#[test]
fn a_provider_that_is_not_there_yet_is_a_warning() {
    let reading = ndx_config::read(&root().join("fl-config.json"), Secrets::All, |text| text);
    let told: Vec<_> = reading.warnings.iter().map(|one| one.message.as_str()).collect();
    assert!(reading.exchange.is_some(), "{:?}", reading.mistakes);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("no provider `dmt` with the schema `dmt-schema-v1`"), "{told:#?}");
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    let found = problems("{\n  \"services\": }");
    assert_eq!((found.all[0].line, found.all[0].column), (2, 15));
    assert!(
        problems(&farajaland().replacen("\"jwt\"", "\"jwd\"", 1))
            .to_string()
            .contains("unknown key `jwd`; did you mean `jwt`?")
    );
    assert!(problems("[]").to_string().starts_with("1 mistake in the configuration\n  fl-config.json:1:"));
}

#[test]
fn a_text_for_people_is_there_in_each_language_of_the_portal() {
    let english = "\"text\": {\n            \"en\": \"to fill in and check your passport application\",";
    assert!(farajaland().contains(english));
    let plain = "\"text\": \"to fill in\", \"x\": {";
    let found = problems(&farajaland().replace(english, plain)).to_string();
    let told = "`text` is in one language, and the portal speaks several; write it in each: \
                { \"en\": \"…\", \"si\": \"…\", \"ta\": \"…\" }";
    assert!(found.contains(told), "{found}");

    let missing = farajaland().replacen("\"si\":", "\"sn\":", 1);
    let found = problems(&missing);
    assert_eq!(found.all.len(), 1, "{found}");
    assert!(found.all[0].message.contains("`name` is not there in `si`, which the portal speaks"), "{found}");
    assert!(found.warnings[0].message.contains("nobody reads this: `sn` is not among `portal.languages`"), "{found}");

    let empty = problems(&farajaland().replacen("\"en\": \"Farajaland Data Exchange\"", "\"en\": \"\"", 1));
    assert!(empty.to_string().contains("`en` is empty; fill it in"), "{empty}");
    let number = problems(&farajaland().replacen("\"en\": \"Farajaland Data Exchange\"", "\"en\": 1", 1));
    assert!(number.to_string().contains("`en` must be text in quotes, not a number"), "{number}");

    // What the portal makes itself is not written; a country with one language writes its texts once.
    let pseudo = farajaland().replace("[\"en\", \"si\", \"ta\"]", "[\"en\", \"si\", \"ta\", \"en-XA\", \"ar-XB\"]");
    let portal = parse("fl-config.json", &pseudo, &root()).unwrap().portal;
    assert_eq!(
        (portal.languages.len(), portal.written_in()),
        (5, vec!["en".to_owned(), "si".to_owned(), "ta".to_owned()])
    );
    let alone = farajaland().replace("[\"en\", \"si\", \"ta\"]", "[\"si\"]").replacen(english, plain, 1);
    let found = problems(&alone).to_string();
    assert!(!found.contains("is in one language") && !found.contains("is not there in"), "{found}");
    let odd = problems(&farajaland().replace("[\"en\", \"si\", \"ta\"]", "[\"en\", \"si\", \"ta\", \"English\"]"));
    assert!(odd.to_string().contains("is not the tag of a language; write it like `en` or `pt-BR`"), "{odd}");
}

#[test]
fn people_are_not_sent_back_to_a_place_on_a_page() {
    let text = farajaland().replacen("\"http://127.0.0.1:3000/\"", "\"http://127.0.0.1:3000/#done\"", 1);
    assert!(problems(&text).to_string().contains("an address with a `#`; remove it"));
}
