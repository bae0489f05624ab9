//! What an application gets without asking, because a law or a court says so: `GET /notice/{application}/{purpose}`. It is
//! about nobody, so everybody may read it.

use axum::{
    Extension,
    extract::{Path, RawQuery, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use ndx_contracts::{ApplicationId, Display, FieldRef, LegalBasis, Purpose, policy::GrantedField};
use serde::Serialize;
use url::{Url, form_urlencoded};

use crate::{
    pages::{Page, calendar::Calendar},
    portal::{
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, Group, Item, full_sentence, groups},
    },
    state::Scene,
};

/// The longest state that goes back to an application.
const LONGEST_STATE: usize = 1000;

/// The notice.
#[derive(Debug, Serialize)]
struct NoticePage {
    asker: Asker,
    /// Each ground, with what it gives.
    grounds: Vec<Given>,
    /// How to object, as the application's registration says.
    objection: String,
    complaints: String,
    /// The way back to the application.
    back: Option<String>,
    /// Whether an address was named that the application has not registered.
    unknown_address: bool,
}

impl Page for NoticePage {
    const TEMPLATE: &'static str = "notice.html";
}

/// What one ground gives.
#[derive(Debug, Serialize)]
struct Given {
    /// "the Elections Act 2011, section 9"
    ground: Ground,
    groups: Vec<Group>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Ground {
    Law { law: String, section: String },
    Court { court: String, reference: String, until: String },
}

/// `GET /notice/{application}/{purpose}[?return_uri=…&state=…]`
pub(crate) async fn show(
    Extension(scene): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Path((application, purpose)) = path.map_err(|_| Trouble::NoSuchPage)?;
    let (application, purpose) = (ApplicationId::new(application), Purpose::new(purpose));
    let config = &scene.engine.config;
    if config.purpose(&application, &purpose).is_none() {
        return Err(Trouble::NoSuchPage);
    }
    let granted = scene.neighbours.grants.granted(&application, &purpose).await?;
    let grounds = given(&scene, &application, &purpose, granted);
    if grounds.is_empty() {
        return Err(Trouble::NoSuchPage);
    }
    let asker = Asker::with(config, &application, &purpose);
    let (back, unknown_address) = way_back(&scene, &application, &query.unwrap_or_default());
    let page = NoticePage {
        objection: full_sentence(&asker.if_refused),
        grounds,
        complaints: config.complaints.in_language(config.first_language()).to_owned(),
        back,
        unknown_address,
        asker,
    };
    Ok(scene.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// What each ground gives that may be told now, in the order of their first mention.
fn given(scene: &Scene, application: &ApplicationId, purpose: &Purpose, granted: Vec<GrantedField>) -> Vec<Given> {
    let calendar = Calendar::new(scene.engine.now(), scene.engine.config.offset);
    let mut grounds: Vec<(Ground, Vec<Item>)> = Vec::new();
    for one in granted.into_iter().filter(|one| one.basis.display() == Display::Now) {
        let ground = match &one.basis {
            LegalBasis::Consent => continue,
            LegalBasis::StatutoryTask(task) => Ground::Law { law: task.law.clone(), section: task.section.clone() },
            LegalBasis::CourtOrder(order) => Ground::Court {
                court: order.court.clone(),
                reference: order.reference.clone(),
                until: calendar.date(order.until),
            },
        };
        let item = item(scene, application, purpose, one);
        match grounds.iter_mut().find(|(other, _)| *other == ground) {
            Some((_, items)) => items.push(item),
            None => grounds.push((ground, vec![item])),
        }
    }
    grounds.into_iter().map(|(ground, items)| Given { ground, groups: groups(items) }).collect()
}

fn item(scene: &Scene, application: &ApplicationId, purpose: &Purpose, granted: GrantedField) -> Item {
    let config = &scene.engine.config;
    let said = |words: &ndx_contracts::Words| words.in_language(config.first_language()).to_owned();
    let FieldRef { schema_id, field_name } = &granted.field;
    let keeper = config.keeper(schema_id).and_then(|id| config.member(id));
    let reason = config.purpose(application, purpose).and_then(|purpose| purpose.reason(&granted.field));
    Item {
        key: granted.field.to_string(),
        label: granted.display_name.as_ref().map_or_else(|| field_name.to_string(), said),
        form: granted.description.as_ref().map(said),
        reason: reason.map(said),
        provider: keeper.map_or_else(|| "a government register".to_owned(), |member| said(&member.short_name)),
    }
}

/// The way back that the application named, where it is one that it has registered, to the last letter; and whether it named
/// another.
fn way_back(scene: &Scene, application: &ApplicationId, query: &str) -> (Option<String>, bool) {
    let named = |wanted: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    let Some(wanted) = named("return_uri") else { return (None, false) };
    let registered = scene.engine.config.application(application).map(|one| one.return_uris.as_slice());
    let known = registered.unwrap_or_default().iter().find(|uri| uri.as_str() == wanted);
    let Some(mut address) = known.map(Url::clone) else { return (None, true) };
    if let Some(state) = named("state").filter(|state| state.len() <= LONGEST_STATE) {
        address.query_pairs_mut().append_pair("state", &state);
    }
    (Some(address.into()), false)
}
