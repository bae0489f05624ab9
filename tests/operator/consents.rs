//! `ndx consent`: what is derived from the ledger, compared with it and mended.

use ndx_testkit::{Choice, Farajaland, Part, Stores, in_every_setting};
use serde_json::{Value, json};

use crate::{NDX, QUERY, ndx};

in_every_setting! {
    [together_on_sqlite together_on_postgres]

    async fn a_planted_difference_is_found_named_and_mended(setting: Setting) {
        let mut farajaland = Farajaland::start_as(NDX, setting).await;
        let link = farajaland.ask("passport-app", QUERY).await.portal_url();
        farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
        let shared = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(shared.codes(), Vec::<&str>::new(), "{}", shared.text);
        let (config, data) = (farajaland.configuration().to_owned(), farajaland.data_folder());
        let consent = async |arguments: &[&str]| {
            let place = ["--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()];
            ndx(&[&["consent"], arguments, &place[..]].concat(), "").await
        };
        if setting.stores == Stores::Sqlite {
            let (code, _, words) = consent(&["rebuild", "--check"]).await;
            assert!(code == 1 && words.contains("another exchange is running"), "{words}");
            farajaland.stop(Part::Exchange).await;
        }
        let (code, text, words) = consent(&["rebuild", "--check"]).await;
        let proved = "1 answer compared with what was signed, each is proved\n";
        assert_eq!((code, text), (0, format!("1 consent compared, none differs from its history\n{proved}")), "{words}");

        let id = farajaland.rows("consent", "SELECT id FROM consents").await.remove(0);
        farajaland.change("consent", "UPDATE current_consents SET status = 'revoked', sharing_ends = 0").await;
        let (code, text, words) = consent(&["rebuild", "--check"]).await;
        let told = format!("{id}: status, sharing_ends\n1 consent compared, different: 1\n{proved}");
        assert_eq!((code, text), (1, told), "{words}");
        let (code, text, _) = consent(&["rebuild", "--check", "--json"]).await;
        let difference = json!([{ "consentId": id, "columns": ["status", "sharing_ends"] }]);
        let found: Value = serde_json::from_str(&text).unwrap();
        let told =
            json!({ "compared": 1, "different": difference, "mended": false, "answers": 1, "unproved": [] });
        assert_eq!((code, &found), (1, &told));
        let (code, text, _) = consent(&["rebuild", "--json"]).await;
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &found), (0, &json!({ "compared": 1, "different": difference, "mended": true })));
        assert_eq!(consent(&["rebuild", "--check"]).await.0, 0);
        let (code, text, _) = consent(&["suspicious"]).await;
        assert_eq!((code, text.as_str()), (0, "0 requests that people had not asked for\n"));

        if setting.stores == Stores::Sqlite {
            farajaland.run(Part::Exchange).await;
        }
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, shared.text);
    }
}

in_every_setting! {
    [together_on_sqlite together_on_postgres]

    async fn c14_a_yes_that_nobody_signed_is_found(setting: Setting) {
        let mut farajaland = Farajaland::start_as(NDX, setting).await;
        farajaland.ask("passport-app", QUERY).await.portal_url();
        farajaland.stop(Part::Exchange).await;
        // Whoever may write to the database lets her say yes.
        let id = farajaland.rows("consent", "SELECT id FROM consents").await.remove(0);
        let asked = farajaland.rows("consent", "SELECT action FROM consent_actions").await.remove(0);
        let asked: Value = serde_json::from_str(&asked).unwrap();
        let fields: Vec<&Value> = asked["fields"].as_array().unwrap().iter().map(|field| &field["field"]).collect();
        let yes = json!({"action": "GRANTED", "fields": fields, "declined": [], "until": "2100-01-01T00:00:00Z"});
        farajaland
            .change("consent", &format!(
                "INSERT INTO consent_actions (consent_id, seq, at, trace_id, action) \
                 SELECT consent_id, 2, at, 'forged', '{yes}' FROM consent_actions"
            ))
            .await;
        let (config, data) = (farajaland.configuration().to_owned(), farajaland.data_folder());
        let place = ["--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()];
        let (code, text, words) = ndx(&[&["consent", "rebuild"], &place[..]].concat(), "").await;
        assert_eq!((code, text.lines().last()), (0, Some("1 consent compared, different and derived anew: 1")), "{words}");
        let (code, text, words) = ndx(&[&["consent", "rebuild", "--check"], &place[..]].concat(), "").await;
        let found = format!("{id}: step 2 is not proved: nothing was signed\n1 answer compared with what was signed, not proved: 1\n");
        assert!(code == 1 && text.ends_with(&found), "{text}{words}");
        assert!(words.contains("1 answer not proved"), "{words}");
    }
}

in_every_setting! {
    [together_on_sqlite apart_on_postgres]

    async fn c15_an_operator_reads_in_the_log_who_asks_too_often_and_nothing_about_people(setting: Setting) {
        let mut farajaland = Farajaland::empty_as(NDX, setting)
            .with_config(|config| config["consent"]["limits"] = json!({"requestsPerDay": 1}));
        farajaland.run_all().await;
        farajaland.ask("passport-app", QUERY).await.portal_url();
        let others = QUERY.replace("199512345678", "200012345679");
        assert_ne!(others, QUERY);
        for _ in 0..3 {
            let refused = farajaland.ask("passport-app", &others).await;
            assert_eq!((refused.status, refused.codes()), (429, vec!["RATE_LIMITED"]), "{}", refused.text);
        }
        let log = farajaland.log(Part::Exchange);
        let told: Vec<&str> = log.lines().filter(|line| line.contains("an application asks people too often")).collect();
        assert_eq!(told.len(), 1, "once a day: {told:#?}");
        let line: Value = serde_json::from_str(told[0]).unwrap();
        let said = line.to_string();
        assert_eq!(line["level"], "WARN", "{said}");
        assert!(said.contains("passport-app") && said.contains("requests of an application in a day"), "{said}");
        for nic in ["199512345678", "200012345679"] {
            assert!(!log.contains(nic), "nothing about people");
        }
    }
}

#[tokio::test]
async fn a_ledger_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (code, _, words) = ndx(&["consent", "rebuild", "--data", data.to_str().unwrap()], "").await;
    assert!(code == 1 && words.contains("is not a data folder of NDX"), "{words}");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join(".ndx-data"), "").unwrap();
    let (code, _, words) = ndx(&["consent", "rebuild", "--check", "--data", data.to_str().unwrap()], "").await;
    assert!(code == 1 && words.contains("run `ndx store migrate`"), "{words}");
    assert!(!data.join("consent.db").exists() && !data.join("keys/root.key").exists());
}
