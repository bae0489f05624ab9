//! `ndx consent outbox`: what applications are told of their consents. It looks into the store itself, so that it works while
//! the exchange runs and while it does not; what is decided here, the exchange takes up within a second or so.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use consent_engine::{
    ledger::Event,
    store::{Chosen, Decided, Letter, LetterState, Outbox as Letters, Verdict},
};
use ndx_clock::{Clock as _, SystemClock};
use ndx_config::Secrets;
use ndx_contracts::ApplicationId;
use ndx_store::Place;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{Place as Configuration, checked::counted, exchange::stores, stdout::print, store::ours};

/// Looks at what applications are told, and decides about what could not be delivered.
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// List events: those that wait, those that were delivered lately, and dead letters; the newest first. Exit code 1 when there
    /// is a dead letter among them.
    List(List),
    /// Show all that is known of one event, and the very text that is sent.
    Show(Show),
    /// Send dead letters, or any other events, again under their own ids. The receiver is expected to know an event that it
    /// has had by its id.
    Replay(Decide),
    /// Give up events that were not delivered: their receivers will not be told.
    Drop(Decide),
    /// List what was decided about events, by `replay` and `drop`: by whom, when, and what had become of the event before;
    /// the last first.
    Decisions(Decisions),
}

/// Which events are listed.
#[derive(Debug, Args)]
pub struct List {
    /// Only dead letters.
    #[arg(long)]
    dead: bool,
    /// Only what waits to be sent, or to be sent again.
    #[arg(long)]
    pending: bool,
    /// Only what was delivered.
    #[arg(long)]
    delivered: bool,
    /// Only what was given up.
    #[arg(long)]
    dropped: bool,
    /// Only what this application is told.
    #[arg(long, value_name = "APP")]
    application: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: u32,
    /// Print JSON: a list of `{id, type, time, data, state, tries, replays, taken, dueAt, settledAt,
    /// failure}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

/// Which event is shown.
#[derive(Debug, Args)]
pub struct Show {
    /// Its id: `webhook-id` where it was received.
    #[arg(value_name = "ID")]
    id: Uuid,
    /// Print JSON: as in the list, and `body`, and `decisions`: `{event, at, decision, decider, state, tries, failure}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

/// About which events something is decided.
#[derive(Debug, Args)]
pub struct Decide {
    /// Their ids.
    #[arg(value_name = "ID", required_unless_present = "dead", conflicts_with = "dead")]
    ids: Vec<Uuid>,
    /// All dead letters.
    #[arg(long)]
    dead: bool,
    /// Of these, only what this application is told.
    #[arg(long, value_name = "APP", requires = "dead", conflicts_with = "ids")]
    application: Option<String>,
    /// Print JSON: the list of their ids.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

/// Which decisions are listed.
#[derive(Debug, Args)]
pub struct Decisions {
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: u32,
    /// Print JSON: a list of `{event, at, decision, decider, state, tries, failure}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

/// The outbox of which exchange.
#[derive(Debug, Args)]
struct Which {
    #[command(flatten)]
    place: Configuration,
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl Outbox {
    /// Does it.
    ///
    /// # Errors
    /// When the outbox cannot be opened, something is not there, or something is found that somebody should look at.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Replay(decide) => decide.run(Verdict::Replayed).await,
            Self::Drop(decide) => decide.run(Verdict::Dropped).await,
            Self::Decisions(decisions) => decisions.run().await,
        }
    }
}

impl Which {
    /// Opens the outbox. Nothing is made or brought up to date: an exchange of another version may be running on it.
    async fn open(&self) -> anyhow::Result<Letters> {
        let place = stores::place(&self.place.load_with(Secrets::Store)?, &self.data);
        if let Place::Folder(folder) = &place {
            ours(folder)?;
        }
        Ok(Letters::open(&place).await?)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let wanted = [
            (self.pending, LetterState::Pending),
            (self.delivered, LetterState::Delivered),
            (self.dead, LetterState::Dead),
            (self.dropped, LetterState::Dropped),
        ];
        let states = wanted.into_iter().filter(|(wanted, _)| *wanted).map(|(_, state)| state).collect();
        let letters = self.which.open().await?;
        let chosen = Chosen { states, application: self.application.map(ApplicationId::new) };
        let found = letters.list(&chosen, self.limit).await?;
        letters.close().await;
        if self.json {
            print(&format!("{:#}\n", json!(found.iter().map(Told::of).collect::<Vec<_>>())));
        } else {
            found.iter().for_each(|letter| print(&line(letter)));
        }
        let of = |state| found.iter().filter(|letter| letter.state == state).count();
        let (pending, delivered) = (of(LetterState::Pending), of(LetterState::Delivered));
        match of(LetterState::Dead) {
            0 => {
                eprintln!("{}: {pending} pending, {delivered} delivered", counted(found.len(), "event"));
                Ok(())
            }
            dead => Err(anyhow!(
                "{} beside {pending} pending and {delivered} delivered; when the receiver is well, `ndx consent outbox replay --dead`",
                counted(dead, "dead letter")
            )),
        }
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        let letters = self.which.open().await?;
        let (found, decisions) = (letters.find(self.id).await?, letters.decisions_about(self.id).await?);
        letters.close().await;
        let Some(letter) = found else { bail!("there is no event `{}`", self.id) };
        if self.json {
            let decisions = decisions.iter().map(as_json).collect();
            let all = Told { body: Some(&letter.body), decisions: Some(decisions), ..Told::of(&letter) };
            print(&format!("{:#}\n", json!(all)));
        } else {
            let decisions: String = decisions.iter().map(decision_line).collect();
            print(&format!("{}{}\n{decisions}", line(&letter), letter.body));
        }
        Ok(())
    }
}

impl Decisions {
    async fn run(self) -> anyhow::Result<()> {
        let letters = self.which.open().await?;
        let decisions = letters.decisions(self.limit).await?;
        letters.close().await;
        if self.json {
            print(&format!("{:#}\n", json!(decisions.iter().map(as_json).collect::<Vec<_>>())));
        } else {
            decisions.iter().for_each(|one| print(&decision_line(one)));
        }
        Ok(())
    }
}

impl Decide {
    async fn run(self, verdict: Verdict) -> anyhow::Result<()> {
        let decider = format!("uid {}", rustix::process::getuid().as_raw());
        let letters = self.which.open().await?;
        let ids = if self.dead {
            let application = self.application.map(ApplicationId::new);
            let chosen = Chosen { states: vec![LetterState::Dead], application };
            letters.list(&chosen, u32::MAX).await?.iter().map(|letter| letter.event.id).collect()
        } else {
            self.ids
        };
        let (mut done, mut mistakes) = (Vec::new(), Vec::new());
        for id in ids {
            if letters.decide(id, verdict, &decider, SystemClock.now()).await? {
                done.push(id);
                continue;
            }
            mistakes.push(match letters.find(id).await? {
                None => format!("there is no event `{id}`"),
                Some(letter) if letter.is_taken => format!("`{id}` is being sent; try again in a moment"),
                Some(letter) => format!("`{id}` was {} already", letter.state.as_str()),
            });
        }
        letters.close().await;
        if self.json {
            print(&format!("{:#}\n", json!(done)));
        } else {
            let what = match verdict {
                Verdict::Replayed => "will be sent again",
                Verdict::Dropped => "dropped",
            };
            done.iter().for_each(|id| print(&format!("{id}  {what}\n")));
        }
        if mistakes.is_empty() { Ok(()) } else { Err(anyhow!(mistakes.join("\n"))) }
    }
}

/// All that is known of an event, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(flatten)]
    event: &'a Event,
    state: &'a str,
    tries: u32,
    replays: u32,
    taken: bool,
    due_at: Option<String>,
    settled_at: Option<String>,
    failure: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions: Option<Vec<serde_json::Value>>,
}

impl<'a> Told<'a> {
    fn of(letter: &'a Letter) -> Self {
        // What was not sent yet is due at once.
        let waits = letter.state == LetterState::Pending && letter.tries > 0;
        Self {
            event: &letter.event,
            state: letter.state.as_str(),
            tries: letter.tries,
            replays: letter.replays,
            taken: letter.is_taken,
            due_at: waits.then(|| time(letter.due_at)),
            settled_at: letter.settled_at.map(time),
            failure: letter.failure.as_deref(),
            body: None,
            decisions: None,
        }
    }
}

/// What matters of an event, in a line.
fn line(letter: &Letter) -> String {
    let (event, state) = (&letter.event, letter.state.as_str());
    let (kind, status, application) = (event.kind.as_str(), event.data.status.as_str(), &event.data.application_id);
    let what = match (letter.state, &letter.failure, letter.settled_at) {
        (LetterState::Pending, _, _) if letter.is_taken => "being sent".to_owned(),
        (LetterState::Pending, None, _) => "not sent yet".to_owned(),
        (LetterState::Pending, Some(failure), _) => format!("{failure}, next {}", time(letter.due_at)),
        (LetterState::Dead, failure, _) => failure.clone().unwrap_or_default(),
        (LetterState::Delivered | LetterState::Dropped, _, settled) => settled.map(time).unwrap_or_default(),
    };
    let tries = counted(usize::try_from(letter.tries).unwrap_or(usize::MAX), "time");
    let again = match letter.replays {
        0 => String::new(),
        replays => format!(", replayed {}", counted(usize::try_from(replays).unwrap_or(usize::MAX), "time")),
    };
    let time = time(event.time);
    format!("{state:<9}  {}  {time}  {application}  {kind} {status}  {tries}{again}  {what}\n", event.id)
}

/// What was decided about an event, for programs.
fn as_json(decided: &Decided) -> serde_json::Value {
    let Decided { event, at, verdict, decider, state, tries, failure } = decided;
    let (decision, state) = (verdict.as_str(), state.as_str());
    json!({"event": event, "at": time(*at), "decision": decision, "decider": decider, "state": state, "tries": tries, "failure": failure})
}

/// The same in a line.
fn decision_line(decided: &Decided) -> String {
    let Decided { event, at, verdict, decider, state, tries, failure } = decided;
    let tries = counted(usize::try_from(*tries).unwrap_or(usize::MAX), "time");
    let before = failure.as_ref().map(|failure| format!(", {failure}")).unwrap_or_default();
    format!(
        "{:<9}  {event}  {}  by {decider}  was {}, sent {tries}{before}\n",
        verdict.as_str(),
        time(*at),
        state.as_str()
    )
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
