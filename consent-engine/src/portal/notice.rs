//! What an application gets without asking, because a law or a court says so: `GET /notice/{application}/{purpose}`. It is
//! about nobody, so everybody may read it.

use axum::{
    Extension,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use ndx_contracts::{ApplicationId, Display, FieldRef, LegalBasis, Purpose, policy::GrantedField};
use serde::Serialize;

use crate::{
    pages::{Page, calendar::Calendar},
    portal::{
        back::WayBack,
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, Group, Item, full_sentence, groups},
    },
    state::Scene,
};

/// The notice.
#[derive(Debug, Serialize)]
struct NoticePage {
    asker: Asker,
    /// Each ground, with what it gives.
    grounds: Vec<Given>,
    /// How to object, as the application's registration says.
    objection: String,
    complaints: String,
    back: WayBack,
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
) -> Result<Response, Trouble> {
    let Path((application, purpose)) = path.map_err(|_| Trouble::NoSuchPage)?;
    let (application, purpose) = (ApplicationId::new(application), Purpose::new(purpose));
    let config = &scene.engine.config;
    if config.purpose(&application, &purpose).is_none() {
        return Err(Trouble::NoSuchPage);
    }
    let granted = scene.neighbours.grants.granted(&application, &purpose).await?;
    let grounds = given(&scene, &application, &purpose, granted)?;
    if grounds.is_empty() {
        return Err(Trouble::NoSuchPage);
    }
    let asker = Asker::with(&scene, &application, &purpose);
    let page = NoticePage {
        objection: full_sentence(&asker.if_refused),
        grounds,
        complaints: scene.pages.complaints(),
        back: visitor.back.after_notice(config.application(&application)),
        asker,
    };
    Ok(scene.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// What each ground gives that may be told now, in the order of their first mention.
fn given(
    scene: &Scene,
    application: &ApplicationId,
    purpose: &Purpose,
    granted: Vec<GrantedField>,
) -> Result<Vec<Given>, Trouble> {
    let calendar = Calendar::new(scene.engine.now(), scene.engine.config.offset, scene.pages.language().clone());
    let mut grounds: Vec<(Ground, Vec<Item>)> = Vec::new();
    for one in granted.into_iter().filter(|one| one.basis.display() == Display::Now) {
        let ground = match &one.basis {
            LegalBasis::Consent => continue,
            LegalBasis::StatutoryTask(task) => Ground::Law { law: task.law.clone(), section: task.section.clone() },
            LegalBasis::CourtOrder(order) => Ground::Court {
                court: order.court.clone(),
                reference: order.reference.clone(),
                until: calendar.date(order.until)?,
            },
        };
        let item = item(scene, application, purpose, one)?;
        match grounds.iter_mut().find(|(other, _)| *other == ground) {
            Some((_, items)) => items.push(item),
            None => grounds.push((ground, vec![item])),
        }
    }
    Ok(grounds.into_iter().map(|(ground, items)| Given { ground, groups: groups(items) }).collect())
}

fn item(scene: &Scene, application: &ApplicationId, purpose: &Purpose, granted: GrantedField) -> Result<Item, Trouble> {
    let (config, pages) = (&scene.engine.config, &scene.pages);
    let FieldRef { schema_id, field_name } = &granted.field;
    let keeper = config.keeper(schema_id).and_then(|id| config.member(id));
    let reason = config.purpose(application, purpose).and_then(|purpose| purpose.reason(&granted.field));
    let provider = match keeper {
        Some(member) => pages.words(&member.short_name),
        None => pages.say("some-register", [])?,
    };
    Ok(Item {
        key: granted.field.to_string(),
        label: granted.display_name.as_ref().map_or_else(|| field_name.to_string(), |words| pages.words(words)),
        form: granted.description.as_ref().and_then(|words| pages.help(words)),
        reason: reason.map(|words| pages.words(words)),
        provider,
    })
}
