//! Whether applications hear what becomes of their consents.

use consent_engine::store::{LetterState, Outbox};

use super::{Finding, Patient, State, TIME};
use crate::{checked::counted, exchange::stores};

/// Looks at the outbox, where any application is told. A store that cannot be opened is told with the stores.
pub(super) async fn look(patient: &Patient) -> Option<Finding> {
    patient.exchange.applications.iter().find(|application| application.webhook.is_some())?;
    let place = stores::place(&patient.exchange, &patient.data);
    let counted_both = async {
        let outbox = Outbox::open(&place).await?;
        let found = (outbox.count(LetterState::Dead).await?, outbox.count(LetterState::Pending).await?);
        outbox.close().await;
        Ok::<_, ndx_store::StoreError>(found)
    };
    let (dead, pending) = tokio::time::timeout(TIME, counted_both).await.ok()?.ok()?;
    let dead = usize::try_from(dead).unwrap_or(usize::MAX);
    Some(match dead {
        0 => Finding::fine("webhooks", "all", format!("no dead letter, {pending} on their way")),
        _ => Finding::wrong(
            "webhooks",
            "all",
            State::Problem,
            format!("{}, {pending} on their way", counted(dead, "dead letter")),
            "see `ndx consent outbox list --dead`, mend the receiver, and `ndx consent outbox replay --dead`",
        ),
    })
}
