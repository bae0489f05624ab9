//! Two gateways change one store at the same moment; and a stranger takes the file's name.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_store::{Place, StoreError};
use orchestration_engine::{
    registry::{Refused, SchemaRegistry},
    schema::{
        SchemaText,
        versions::{Action, Recorded},
    },
    state::LiveGateway,
    store::{SchemaStore, SqlStore},
};
use serde_json::json;

use crate::ground::{Ground, exchange, file, with_photo, without_sex};

/// A store at which the other gateway's change is always there first: once, when this one is about to write.
#[derive(Debug)]
struct Overtaken {
    store: SqlStore,
    by: Mutex<Option<Other>>,
}

struct Other {
    registry: Arc<SchemaRegistry>,
    activates: Option<&'static str>,
}

impl std::fmt::Debug for Other {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Other({:?})", self.activates)
    }
}

#[async_trait]
impl SchemaStore for Overtaken {
    async fn newest(&self) -> Result<u64, StoreError> {
        self.store.newest().await
    }

    async fn after(&self, number: u64, most: u32) -> Result<Vec<Recorded>, StoreError> {
        self.store.after(number, most).await
    }

    async fn append(
        &self,
        newest: u64,
        actions: Vec<Action>,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        let other = self.by.lock().unwrap().take();
        if let Some(Other { registry, activates }) = other {
            match activates {
                Some(version) => drop(registry.activate(version, false, "other").await.unwrap()),
                None => drop(registry.create("draft", "type", "Kumari", "other").await.unwrap()),
            }
        }
        self.store.append(newest, actions, by, at).await
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

/// Two gateways on one store, with `without-sex` in force and the drafts `file` and `with-photo`, each of which takes nothing
/// away from what stands before it. The first is overtaken by the second, which activates this.
async fn two(
    ground: &Ground,
    place: &Place,
    activates: Option<&'static str>,
) -> (Arc<SchemaRegistry>, Arc<SchemaRegistry>) {
    let live = || Arc::new(LiveGateway::new(ground.gateway(&exchange())));
    let other = SchemaRegistry::open(place, live()).await.unwrap();
    for (name, sdl) in [("without-sex", without_sex()), ("file", file()), ("with-photo", with_photo())] {
        other.create(name, &sdl, "Kumari", "other").await.unwrap();
    }
    other.activate("without-sex", true, "other").await.unwrap();
    let (store, by) = (SqlStore::open(place).await.unwrap(), Other { registry: other.clone(), activates });
    let store = Arc::new(Overtaken { store, by: Mutex::new(Some(by)) });
    (SchemaRegistry::over(store, live()).await.unwrap(), other)
}

async fn in_force(registry: &SchemaRegistry) -> (String, String) {
    let (versions, gateway) = (registry.versions().await.unwrap(), registry.live().now());
    (versions.active().unwrap().name.clone(), gateway.schema.text.checksum.clone())
}

#[tokio::test]
async fn what_another_gateway_has_just_put_in_force_is_not_replaced_uncompared() {
    let ground = Ground::new();
    for place in ground.both() {
        let (slow, _other) = two(&ground, &place, Some("with-photo")).await;
        // What was in force when this was asked loses nothing by it; what is in force when it is written loses `photo`.
        let refused = slow.activate("file", false, "slow").await;
        let Err(Refused::Breaking(changes)) = refused else { panic!("{refused:?}") };
        assert_eq!(changes.iter().map(|change| change.place.as_str()).collect::<Vec<_>>(), ["PersonInfo.photo"]);
        let with_photo = ("with-photo".to_owned(), SchemaText::checksum_of(&with_photo()));
        assert_eq!(in_force(&slow).await, with_photo, "and the other's version is followed here");
        let changes = slow.activate("file", true, "slow").await.unwrap();
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(in_force(&slow).await, ("file".to_owned(), SchemaText::checksum_of(&file())));
    }
}

#[tokio::test]
async fn what_another_gateway_writes_that_is_no_matter_does_not_stand_in_the_way() {
    let ground = Ground::new();
    for place in ground.both() {
        let (slow, _other) = two(&ground, &place, None).await;
        let changes = slow.activate("file", false, "slow").await.unwrap();
        assert_eq!(changes.iter().map(|change| change.place.as_str()).collect::<Vec<_>>(), ["PersonInfo.sex"]);
        assert_eq!(in_force(&slow).await, ("file".to_owned(), SchemaText::checksum_of(&file())));
        assert!(slow.versions().await.unwrap().get("draft").is_some());
    }
}

#[tokio::test]
async fn nobody_takes_the_name_of_the_file_in_force() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let of_file = served.versions().await.remove(0);
        let name = of_file.trim_end_matches('*');
        let body = json!({"version": name, "sdl": with_photo(), "created_by": "Kumari"});
        let (status, body) = served.post("/sdl", body).await;
        assert_eq!((status, &body["error"]["code"]), (409, &json!("CONFLICT")));
        assert_eq!(served.versions().await, [of_file.as_str()]);
    }
}

#[tokio::test]
async fn the_file_is_kept_when_another_text_has_its_name_already() {
    let ground = Ground::new();
    for place in ground.both() {
        // Made through a gateway whose own file is another, which cannot know this one's name.
        let name: String = SchemaText::checksum_of(&file()).chars().take(12).collect();
        let store = SqlStore::open(&place).await.unwrap();
        let (version, created_by) = (name.clone(), "Kumari".to_owned());
        let taken = Action::Created { version, sdl: with_photo().into(), created_by };
        store.append(0, vec![taken], "other", DateTime::UNIX_EPOCH).await.unwrap().unwrap();
        let served = ground.serve(&place).await;
        let of_file = format!("{name}-2");
        assert_eq!(served.versions().await, [format!("{of_file}*"), name.clone()]);
        assert_eq!(served.activate(&name).await.0, 200);
        assert_eq!(served.in_force().await, with_photo());
        assert_eq!(served.versions().await, [format!("{name}*"), of_file.clone()]);
        served.accept(&of_file).await;
        assert_eq!(served.in_force().await, file(), "the way back is the file, to the letter");
    }
}
