//! The register: where it is, how it is asked, and how long and how much it may answer.

use std::time::Duration;

use url::Url;

use super::{KeyHeader, Surroundings};
use crate::{problem::Problems, yaml::Node};

/// A register behind REST.
#[derive(Debug)]
pub(crate) struct Source {
    /// Without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) auth: Option<KeyHeader>,
    pub(crate) connect: Duration,
    pub(crate) total: Duration,
    pub(crate) retry: Retry,
    /// How many requests may be under way at once.
    pub(crate) concurrency: usize,
    /// How many bytes a body may have.
    pub(crate) response: usize,
}

/// When a request is made again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Retry {
    pub(crate) max: u32,
    pub(crate) connect: bool,
    pub(crate) statuses: Vec<u16>,
}

const DEFAULT_CONNECT: Duration = Duration::from_secs(1);
const DEFAULT_TOTAL: Duration = Duration::from_secs(4);
const DEFAULT_CONCURRENCY: usize = 16;
const DEFAULT_RESPONSE: usize = 1024 * 1024;

impl Source {
    pub(super) fn read(node: &Node, around: &Surroundings<'_>, problems: &mut Problems) -> Option<Self> {
        let mut source = node.mapping(problems)?;
        if let Some(kind) = source.require("kind", problems)
            && kind.text(problems).is_some_and(|kind| kind != "rest")
        {
            problems.report(kind.place, "the one kind of source is `rest`");
        }
        let base_url = source.require("base_url", problems).and_then(|node| base_url(node, around, problems));
        // `None` is a mistake, `Some(None)` says that the register wants no key.
        let auth = source.take("auth").map_or(Some(None), |node| KeyHeader::read(node, around, problems).map(Some));
        let timeout =
            source.take("timeout").map_or(Some((DEFAULT_CONNECT, DEFAULT_TOTAL)), |node| timeout(node, problems));
        let retry = source.take("retry").map_or(Some(Retry::default()), |node| Retry::read(node, problems));
        let limits =
            source.take("limits").map_or(Some((DEFAULT_CONCURRENCY, DEFAULT_RESPONSE)), |node| limits(node, problems));
        source.finish(problems);
        let ((connect, total), (concurrency, response)) = (timeout?, limits?);
        Some(Self { base_url: base_url?, auth: auth?, connect, total, retry: retry?, concurrency, response })
    }
}

/// An address, or the environment variable that holds it and what counts when it is not set.
fn base_url(node: &Node, around: &Surroundings<'_>, problems: &mut Problems) -> Option<String> {
    let text = if node.scalar().is_some() {
        node.text(problems)?.to_owned()
    } else {
        let mut reference = node.mapping(problems)?;
        let name = reference.require("from_env", problems).and_then(|name| name.text(problems));
        let default = reference.take("default").map(|default| default.text(problems));
        reference.finish(problems);
        let set = ndx_config::variable(name?);
        match (set, default) {
            (Some(set), _) => set,
            (None, Some(default)) => default?.to_owned(),
            (None, None) => {
                problems.report(node.place, "the environment variable is not set and there is no `default`");
                return None;
            }
        }
    };
    let text = (around.relocate)(&text);
    let fits = Url::parse(&text).ok().filter(|url| {
        let web = matches!(url.scheme(), "http" | "https");
        let bare = url.username().is_empty() && url.password().is_none();
        web && bare && url.query().is_none() && url.fragment().is_none()
    });
    if fits.is_none() {
        problems.report(node.place, "the address must be http or https, without user, query or fragment");
    }
    fits.map(|url| url.as_str().trim_end_matches('/').to_owned())
}

fn timeout(node: &Node, problems: &mut Problems) -> Option<(Duration, Duration)> {
    let mut timeout = node.mapping(problems)?;
    let connect = timeout.take("connect").map_or(Some(DEFAULT_CONNECT), |node| duration(node, problems));
    let total = timeout.take("total").map_or(Some(DEFAULT_TOTAL), |node| duration(node, problems));
    timeout.finish(problems);
    Some((connect?, total?))
}

fn limits(node: &Node, problems: &mut Problems) -> Option<(usize, usize)> {
    let mut limits = node.mapping(problems)?;
    let concurrency = limits.take("concurrency").map_or(Some(DEFAULT_CONCURRENCY), |node| {
        // More than the semaphore takes would be a panic.
        let number = node.whole::<u16>(problems).map(usize::from);
        if number == Some(0) {
            problems.report(node.place, "with a concurrency of 0 nothing is ever asked");
        }
        number
    });
    let response = limits.take("response").map_or(Some(DEFAULT_RESPONSE), |node| bytes(node, problems));
    limits.finish(problems);
    Some((concurrency?, response?))
}

impl Retry {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut retry = node.mapping(problems)?;
        let max = retry.require("max", problems).and_then(|max| {
            let number = max.whole(problems)?;
            if number > 5 {
                problems.report(max.place, "more than 5 repetitions help nobody");
            }
            Some(number)
        });
        let mut read = Self { max: max.unwrap_or_default(), ..Self::default() };
        let reasons = retry.require("on", problems).and_then(|on| on.list(problems)).unwrap_or_default();
        for reason in reasons {
            let status = reason.scalar().and_then(serde_json::Value::as_u64);
            match (reason.scalar().and_then(serde_json::Value::as_str), status) {
                (Some("connect"), _) => read.connect = true,
                (_, Some(502)) => read.statuses.push(502),
                (_, Some(503)) => read.statuses.push(503),
                (_, Some(504)) => read.statuses.push(504),
                _ => problems.report(reason.place, "a request is repeated on `connect`, 502, 503 and 504 only"),
            }
        }
        retry.finish(problems);
        Some(read)
    }
}

/// `250ms`, `4s`
fn duration(node: &Node, problems: &mut Problems) -> Option<Duration> {
    let text = node.text(problems)?;
    let read = match text.strip_suffix("ms") {
        Some(number) => number.parse().map(Duration::from_millis).ok(),
        None => text.strip_suffix('s').and_then(|number| number.parse().map(Duration::from_secs).ok()),
    };
    let fits = read.filter(|duration| (Duration::from_millis(1)..=Duration::from_secs(600)).contains(duration));
    if fits.is_none() {
        problems.report(node.place, "this is not a time such as `250ms` or `4s`, of ten minutes at most");
    }
    fits
}

/// `512KiB`, `1MiB`, `2000`
fn bytes(node: &Node, problems: &mut Problems) -> Option<usize> {
    if node.scalar().is_some_and(serde_json::Value::is_u64) {
        return node.whole(problems);
    }
    let text = node.text(problems)?;
    let units = [("KiB", 1024), ("MiB", 1024 * 1024)];
    let read = units.iter().find_map(|(unit, size)| {
        text.strip_suffix(unit).and_then(|number| number.trim().parse::<usize>().ok()?.checked_mul(*size))
    });
    if read.is_none() {
        problems.report(node.place, "this is not a size such as `512KiB` or `1MiB`");
    }
    read
}
