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
        assert_eq!((code, text.as_str()), (0, "1 consent compared, none differs from its history\n"), "{words}");

        let id = farajaland.rows("consent", "SELECT id FROM consents").await.remove(0);
        farajaland.change("consent", "UPDATE current_consents SET status = 'revoked', sharing_ends = 0").await;
        let (code, text, words) = consent(&["rebuild", "--check"]).await;
        let told = format!("{id}: status, sharing_ends\n1 consent compared, different: 1\n");
        assert_eq!((code, text), (1, told), "{words}");
        let (code, text, _) = consent(&["rebuild", "--check", "--json"]).await;
        let difference = json!([{ "consentId": id, "columns": ["status", "sharing_ends"] }]);
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &found), (1, &json!({ "compared": 1, "different": difference, "mended": false })));
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
