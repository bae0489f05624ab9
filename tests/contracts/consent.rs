//! What the gateway relies on from a consent engine.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use consent_engine::{Decision, Engine, Neighbours};
use ndx_contracts::{
    ApplicationId, FieldRef, JudgeError, Need, Purpose, Subject,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus, RequiredField, StandingConsent},
    history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion, SubjectHistory},
    policy::{GrantedField, Grants},
};
use ndx_remote::RemoteConsentEngine;
use ndx_testkit::Stores;

use crate::ways::{Ground, Way, in_every_way};

in_every_way!(suite);

/// Services beside the engine that no page of this suite asks.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl SubjectHistory for Silent {
    async fn history(&self, _: &HistoryQuestion) -> Result<HistoryPage, JudgeError> {
        Err(JudgeError::Timeout { judge: "nobody" })
    }

    async fn complain(&self, _: &Complaint) -> Result<Option<ComplaintReceipt>, JudgeError> {
        Err(JudgeError::Timeout { judge: "nobody" })
    }
}

#[async_trait]
impl Grants for Silent {
    async fn granted(&self, _: &ApplicationId, _: &Purpose) -> Result<Vec<GrantedField>, JudgeError> {
        Err(JudgeError::Timeout { judge: "nobody" })
    }
}

fn field(name: &str, need: Need) -> RequiredField {
    RequiredField {
        field: FieldRef::new("drp-schema-v1", name),
        need,
        display_name: [("en", format!("The {name}")), ("si", "නම".to_owned())].into_iter().collect(),
        description: (need == Need::Needed).then(|| "as it is registered".into()),
        sensitive: need == Need::Optional,
    }
}

fn requirement(subject: &Subject, fields: Vec<RequiredField>) -> ConsentRequirement {
    ConsentRequirement {
        application: "passport-app".into(),
        purpose: "passport-application".into(),
        subject: subject.clone(),
        fields,
        reference: None,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

async fn suite(ground: Ground) {
    let config = consent_engine::Config::of(&ground.exchange).unwrap();
    let engine = Engine::open(config, &ground.place(), &ground.root_key(), ground.clock.clone()).await.unwrap();
    let judge: Arc<dyn ConsentEngine> = match ground.way {
        Way::InProcess => engine.clone(),
        _ => {
            let silent = Neighbours { history: Arc::new(Silent), grants: Arc::new(Silent) };
            let router = |callers| consent_engine::server::router(engine.clone(), callers, silent).unwrap();
            Arc::new(RemoteConsentEngine(ground.serve("consent", router).await))
        }
    };
    let nayana = Subject::from_canonical("199512345678");
    let regina = Subject::from_canonical("200012345679");
    let (name, work) = (field("person.fullName", Need::Needed), field("person.profession", Need::Optional));
    let both = vec![name.clone(), work.clone()];
    let refs = [name.field.clone(), work.field.clone()];

    let nothing = judge.standing(&requirement(&nayana, both.clone())).await.unwrap();
    assert_eq!(nothing, None);
    assert!(engine.current().consents_of(&nayana).await.unwrap().is_empty(), "looking makes nothing");
    let asked = judge.require(&requirement(&nayana, both.clone())).await.unwrap();
    leads_nowhere(&*judge, &requirement(&nayana, both.clone()), &asked).await;
    assert_eq!((asked.status, asked.covered.len(), asked.declined.len()), (ConsentStatus::Pending, 0, 0));
    let mut missing = asked.missing.clone();
    missing.sort();
    assert_eq!(missing, refs);
    assert!(asked.portal_url.as_deref().unwrap().contains(&asked.consent_id.to_string()));
    assert!(asked.expires_at.is_some());
    let again = judge.require(&requirement(&nayana, both.clone())).await.unwrap();
    assert_eq!(again, asked, "asked once, however often");
    let other = judge.require(&requirement(&regina, both.clone())).await.unwrap();
    assert_ne!(other.consent_id, asked.consent_id, "two people are two consents");

    // What the person is shown is what the gateway said.
    let recorded = engine.current().consent_of(&nayana, asked.consent_id).await.unwrap();
    let shown = recorded.consent.request.as_ref().unwrap();
    assert_eq!(shown.fields.len(), 2);
    for said in &both {
        let kept = shown.fields.iter().find(|kept| kept.field == said.field).unwrap();
        let words = (&kept.display_name, &kept.description, kept.need, kept.sensitive);
        assert_eq!(words, (&said.display_name, &said.description, said.need, said.sensitive));
    }
    let history = engine.current().history_of(&nayana, asked.consent_id).await.unwrap();
    assert_eq!(history.entries[0].trace_id.as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");

    let share = Decision::Share { optional: Vec::new(), length: TimeDelta::hours(1) };
    engine.current().decide(&nayana, asked.consent_id, asked.version, share, None, &"t".into()).await.unwrap();
    let shared = judge.require(&requirement(&nayana, both.clone())).await.unwrap();
    assert_eq!((shared.status, shared.covered.as_slice()), (ConsentStatus::Approved, &refs[..1]));
    assert_eq!((shared.declined.as_slice(), shared.missing.len()), (&refs[1..], 0));
    assert!(shared.portal_url.is_none() && shared.manage_url.is_some() && shared.version > asked.version);
    leads_nowhere(&*judge, &requirement(&nayana, both.clone()), &shared).await;
    let more = requirement(&nayana, vec![name.clone(), field("person.sex", Need::Needed)]);
    let stands = judge.standing(&more).await.unwrap().unwrap();
    assert_eq!((stands.covered.as_slice(), stands.missing.len()), (&refs[..1], 1));
    let unasked = engine.current().consent_of(&nayana, asked.consent_id).await.unwrap();
    assert_eq!((unasked.consent.version, unasked.consent.request), (shared.version, None), "looking opens nothing");
    let wider =
        judge.require(&requirement(&nayana, vec![name.clone(), field("person.sex", Need::Needed)])).await.unwrap();
    assert_eq!(wider.missing, [FieldRef::new("drp-schema-v1", "person.sex")], "only what is new is asked");

    let standing = [StandingConsent { consent_id: asked.consent_id, fields: vec![refs[0].clone()] }];
    assert_eq!(judge.withdrawn(&standing).await.unwrap(), []);
    assert_eq!(judge.withdrawn(&[]).await.unwrap(), []);
    let never = [StandingConsent { consent_id: other.consent_id, fields: vec![refs[0].clone()] }];
    assert_eq!(judge.withdrawn(&never).await.unwrap(), never, "what was never shared does not stand");
    engine.current().stop(&nayana, asked.consent_id, &"t".into()).await.unwrap();
    assert_eq!(judge.withdrawn(&standing).await.unwrap(), standing, "at once");

    let stopped = judge.require(&requirement(&nayana, both.clone())).await.unwrap();
    assert!(matches!(stopped.status, ConsentStatus::Revoked | ConsentStatus::Rejected), "{:?}", stopped.status);
    assert!(stopped.portal_url.is_none() && stopped.covered.is_empty());
    leads_nowhere(&*judge, &requirement(&nayana, both.clone()), &stopped).await;
    engine
        .current()
        .decide(&regina, other.consent_id, other.version, Decision::Deny { unexpected: false }, None, &"t".into())
        .await
        .unwrap();
    let denied = judge.require(&requirement(&regina, both)).await.unwrap();
    assert_eq!((denied.status, denied.portal_url), (ConsentStatus::Rejected, None));

    // C15: asked for one thing more each time, as often as a day allows, and no more.
    let somebody = Subject::from_canonical("198512345678");
    let most = ground.exchange.consent.limits.requests_per_person_and_day;
    for number in 0..most {
        let field = field(&format!("person.f{number}"), Need::Needed);
        judge.require(&requirement(&somebody, vec![field])).await.unwrap();
    }
    let limited = judge.require(&requirement(&somebody, vec![field("person.one", Need::Needed)])).await;
    match limited.unwrap_err() {
        JudgeError::Limited { retry_after, .. } => assert!((1..=86_400).contains(&retry_after), "{retry_after}"),
        error => panic!("{error:?}"),
    }

    let mut unknown = requirement(&nayana, vec![name]);
    unknown.application = "stranger".into();
    judge.require(&unknown).await.unwrap_err();
    judge.standing(&unknown).await.unwrap_err();
    engine.close().await;
    judge.withdrawn(&standing).await.unwrap_err();
    judge.standing(&requirement(&regina, vec![work])).await.unwrap_err();
}

/// What stands says the same as `answer`, which was just given to the same question, and leads nobody anywhere.
async fn leads_nowhere(judge: &dyn ConsentEngine, asked: &ConsentRequirement, answer: &ConsentAnswer) {
    let stands = judge.standing(asked).await.unwrap().unwrap();
    assert_eq!(stands, ConsentAnswer { portal_url: None, manage_url: None, ..answer.clone() });
}
