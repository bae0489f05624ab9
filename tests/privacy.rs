//! L5: what identifies a person, and what the registers say of her, stands in no log and in no column.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use ndx_testkit::{Choice, Farajaland, Part, in_every_setting};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName address profession birthInfo { birthPlace birthRegistrationNumber } } }"#;

fn every_file(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            every_file(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

in_every_setting! {
    async fn l5_nothing_that_is_hers_is_in_a_log_or_a_store(setting: Setting) {
        let mut farajaland = Farajaland::start_as(NDX, setting).await;
        let link = farajaland.ask("passport-app", QUERY).await.portal_url();
        assert!(!link.as_str().contains("1995"), "nor in a link");
        farajaland.citizen("nayana").answer(link.clone(), Choice::Share).await.unwrap();
        let answer = farajaland.ask("passport-app", QUERY).await;
        let person = &answer.body["data"]["personInfo"];
        let mut secrets = vec!["199512345678".to_owned()];
        for value in [&person["fullName"], &person["address"], &person["birthInfo"]["birthRegistrationNumber"]] {
            secrets.push(value.as_str().unwrap().to_owned());
        }
        farajaland.stop(Part::DrpApi).await;
        farajaland.ask("passport-app", QUERY).await;
        farajaland.citizen("nayana").stop(link.as_str().replace("/c/", "/my/").parse().unwrap()).await.unwrap();
        farajaland.ask("passport-app", QUERY).await;

        for stopped in [false, true] {
            if stopped {
                farajaland.stop(Part::Exchange).await;
            }
            let mut files = Vec::new();
            every_file(&farajaland.data_folder(), &mut files);
            for part in Part::ALL {
                let log = farajaland.log(part);
                assert!(!log.is_empty(), "{part:?} has no log");
                files.push((format!("the log of {part:?}"), log.into_bytes()));
            }
            match farajaland.database() {
                Some(database) => files.push(("the database".to_owned(), database.dump().into_bytes())),
                None => assert!(files.iter().any(|(name, bytes)| name.ends_with("consent.db") && !bytes.is_empty())),
            }
            for (name, bytes) in &files {
                for secret in &secrets {
                    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
                    for form in [secret, &hexadecimal] {
                        let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
                        assert!(!found, "{form:?} stands in {name}");
                    }
                }
            }
        }
    }
}
