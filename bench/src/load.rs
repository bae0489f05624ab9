//! The load: so many connections, each of which sends a question, waits for the answer and sends the next one; about
//! another person each time. With a rate, questions are sent at their times whatever the server does, and a question that
//! had to wait for a free connection has waited (an open loop: a slow answer delays nobody's stopwatch).

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpStream, task::JoinSet};

use crate::{
    people,
    procfs::{self, Memory},
};

/// What stands in a question where the person's number goes.
pub const NIC: &str = "{nic}";
/// What stands in a question where the question's own number goes.
pub const NUMBER: &str = "{n}";

/// What to send, where, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Load {
    /// The server.
    pub server: SocketAddr,
    /// Its processes: their CPU time and memory are measured. The first is the server itself.
    pub watch: Vec<u32>,
    /// Other processes of the measurement: what they use is nobody's disturbance.
    pub aside: Vec<u32>,
    /// How many connections.
    pub connections: usize,
    /// Questions a second; as many as go when absent.
    pub rate: Option<f64>,
    /// How long before anything is measured.
    pub warm_up: Duration,
    /// How long is measured.
    pub time: Duration,
    /// So many questions and no more, all of them measured from the first; the times above say how long they may take.
    pub questions: Option<u64>,
    /// The number of the first question, so that no two runs send the same text where each question is to be another.
    pub first_number: u64,
    /// The people who are asked about, in turn.
    pub people: std::ops::Range<u64>,
    /// The value of the header `Authorization`.
    pub authorization: String,
    /// The body of a question.
    pub body: String,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Good answers in the measured time.
    pub answers: u64,
    /// Good answers in all.
    pub answers_in_all: u64,
    /// Answers in the measured time that hold the data and errors beside it.
    pub partial: u64,
    /// Questions in all that got no answer, another status than 200, or an answer without the person's number.
    pub failures: u64,
    /// What one of them got.
    pub failure: Option<String>,
    /// The measured time, in seconds.
    pub seconds: f64,
    /// Latencies in milliseconds.
    pub p50: f64,
    /// The same.
    pub p99: f64,
    /// The same.
    pub p999: f64,
    /// CPU seconds of the watched processes.
    pub cpu: f64,
    /// Memory of the first watched process.
    pub memory: Memory,
    /// CPU seconds that nobody of the measurement used.
    pub other_cpu: f64,
    /// CPU seconds that the machine's host took.
    pub steal: f64,
}

impl Outcome {
    /// Answers a second.
    pub fn throughput(&self) -> f64 {
        self.answers as f64 / self.seconds
    }

    /// CPU seconds for 1000 answers.
    pub fn cpu_per_1000(&self) -> f64 {
        self.cpu * 1000.0 / self.answers as f64
    }
}

/// What all connections share.
struct State {
    load: Load,
    pieces: Vec<Piece>,
    begun: Instant,
    next: Cell<u64>,
    measuring: Cell<bool>,
    ended: Cell<bool>,
    counts: RefCell<Outcome>,
    /// Each measured answer's, in microseconds.
    latencies: RefCell<Vec<u32>>,
}

enum Piece {
    Text(String),
    Nic,
    Number,
}

/// Sends the load.
///
/// # Errors
/// When the watched processes are not there.
pub async fn run(load: Load) -> anyhow::Result<Outcome> {
    let (warm_up, time, watch, aside) = (load.warm_up, load.time, load.watch.clone(), load.aside.clone());
    let connections = load.connections;
    let state = Rc::new(State {
        pieces: pieces(&load.body),
        load,
        begun: Instant::now(),
        next: Cell::new(0),
        measuring: Cell::new(false),
        ended: Cell::new(false),
        counts: RefCell::default(),
        latencies: RefCell::default(),
    });
    let mut tasks = JoinSet::new();
    state.measuring.set(state.load.questions.is_some());
    for _ in 0..connections {
        tasks.spawn_local(connection(state.clone()));
    }
    if state.load.questions.is_none() {
        tokio::time::sleep(warm_up).await;
    }
    let server = *watch.first().context("no process is watched")?;
    procfs::forget_peak(server);
    let before = Snapshot::take(&watch, &aside)?;
    state.measuring.set(true);
    // The connections end by themselves when there are no more questions.
    let all = async { while tasks.join_next().await.is_some() {} };
    drop(tokio::time::timeout(time, all).await);
    state.measuring.set(false);
    let after = Snapshot::take(&watch, &aside)?;
    let memory = procfs::memory(server)?;
    state.ended.set(true);
    while tasks.join_next().await.is_some() {}

    let mut latencies = state.latencies.take();
    latencies.sort_unstable();
    let milliseconds = |part| at_part(&latencies, part) / 1000.0;
    let cpu = after.watched - before.watched;
    let busy = after.machine.busy - before.machine.busy;
    Ok(Outcome {
        seconds: (after.at - before.at).as_secs_f64(),
        p50: milliseconds(0.5),
        p99: milliseconds(0.99),
        p999: milliseconds(0.999),
        cpu,
        memory,
        other_cpu: (busy - cpu - (after.own - before.own)).max(0.0),
        steal: after.machine.steal - before.machine.steal,
        ..state.counts.take()
    })
}

/// The value that such a part of the sorted `values` does not exceed.
fn at_part(values: &[u32], part: f64) -> f64 {
    let place = (values.len() as f64 * part) as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().map_or(0.0, f64::from)
}

struct Snapshot {
    at: Instant,
    watched: f64,
    own: f64,
    machine: procfs::Machine,
}

impl Snapshot {
    fn take(watch: &[u32], aside: &[u32]) -> anyhow::Result<Self> {
        let of = |all: &[u32]| all.iter().map(|process| procfs::cpu_seconds(*process)).sum::<anyhow::Result<f64>>();
        let own = of(aside)? + procfs::cpu_seconds(std::process::id())?;
        Ok(Self { at: Instant::now(), watched: of(watch)?, own, machine: procfs::machine()? })
    }
}

fn pieces(body: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let next = [(NIC, Piece::Nic), (NUMBER, Piece::Number)]
            .into_iter()
            .filter_map(|(name, piece)| rest.split_once(name).map(|cut| (cut, piece)))
            .min_by_key(|((before, _), _)| before.len());
        let Some(((before, after), piece)) = next else { break };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

async fn connection(state: Rc<State>) {
    let mut open: Option<SendRequest<Full<Bytes>>> = None;
    while !state.ended.get() {
        let number = state.next.get();
        if state.load.questions.is_some_and(|most| number >= most) {
            return;
        }
        state.next.set(number + 1);
        let due = match state.load.rate {
            None => Instant::now(),
            Some(rate) => {
                let due = state.begun + Duration::from_secs_f64(number as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        if state.ended.get() {
            return;
        }
        let people = &state.load.people;
        let nic = people::nic(people.start + number % (people.end - people.start).max(1));
        match ask(&state, &mut open, &nic, number).await {
            Ok(partial) => state.answered(due, partial),
            Err(why) => {
                open = None;
                state.failed(format!("{why:#}"));
                // Whoever refuses everything is not asked a hundred thousand times.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
}

impl State {
    fn answered(&self, due: Instant, partial: bool) {
        let mut counts = self.counts.borrow_mut();
        counts.answers_in_all += 1;
        if self.measuring.get() {
            counts.answers += 1;
            counts.partial += u64::from(partial);
            let micros = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
            self.latencies.borrow_mut().push(micros);
        }
    }

    fn failed(&self, why: String) {
        let mut counts = self.counts.borrow_mut();
        counts.failures += 1;
        counts.failure.get_or_insert(why);
    }

    fn body(&self, nic: &str, number: u64) -> String {
        let mut body = String::with_capacity(self.load.body.len() + 32);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => body.push_str(text),
                Piece::Nic => body.push_str(nic),
                Piece::Number => body.push_str(&(self.load.first_number + number).to_string()),
            }
        }
        body
    }
}

/// Sends one question; whether its answer holds errors beside the data.
async fn ask(
    state: &State,
    open: &mut Option<SendRequest<Full<Bytes>>>,
    nic: &str,
    number: u64,
) -> anyhow::Result<bool> {
    let sender = match open {
        Some(sender) => sender,
        None => open.insert(connect(state.load.server).await?),
    };
    sender.ready().await?;
    let request = Request::post("/public/graphql")
        .header(header::HOST, state.load.server.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, &state.load.authorization)
        .body(Full::new(Bytes::from(state.body(nic, number))))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    let person = memchr::memmem::find(&body, nic.as_bytes()).is_some();
    if status != 200 || !person {
        let start = body.get(..body.len().min(400)).unwrap_or_default();
        anyhow::bail!("{status} {}", String::from_utf8_lossy(start));
    }
    // Errors may only stand at the beginning or at the end of an answer.
    let ends = [body.get(..body.len().min(64)), body.get(body.len().saturating_sub(4096)..)];
    Ok(ends.into_iter().flatten().any(|end| memchr::memmem::find(end, br#""errors":"#).is_some()))
}

async fn connect(server: SocketAddr) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move { drop(connection.await) });
    Ok(sender)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_cut_where_the_person_and_the_number_go() {
        let kinds: Vec<_> = pieces("a{nic}b{n}c{n}")
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Nic => "NIC".to_owned(),
                Piece::Number => "NUMBER".to_owned(),
            })
            .collect();
        assert_eq!(kinds, ["a", "NIC", "b", "NUMBER", "c", "NUMBER", ""]);
    }
}
