//! Who asked about whom: an index of the record by keyed hash, and what it leads to.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use ndx_contracts::{
    audit::FieldEntry,
    history::{HistoryPage, HistoryQuestion, Use, UseResult, UsedField},
};
use ndx_store::{Database, Keyring, LookupHash, StoreError};
use sqlx::{AnyPool, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{
    Content, Indexed, RecordEntry, audit_records,
    statement::{self, ColumnValue, insert, places},
    time_of, time_text,
};

/// How many records are looked through for one transaction. While it commits, nobody else writes to an SQLite file: that takes some
/// milliseconds, and most of them once for all.
const AT_ONCE: i64 = 1000;

/// What is written of a refusal by policy.
const DENIED: &str = "PDP_NOT_ALLOWED";

/// Whether a consent was looked at, as far as the request was about the person herself.
const UNDER: &str = "EXISTS (SELECT 1 FROM audit_subjects AS hers WHERE hers.record_seq = subject_history.record_seq
                     AND hers.subject_hash = subject_history.subject_hash AND hers.consent_id = ?)";

/// A row to be added.
struct HistoryRow {
    hash: Vec<u8>,
    seq: i64,
    /// Whether it is shown at once.
    shown: bool,
    /// From when on it is shown, where that is later.
    shown_from: Option<i64>,
}

impl statement::Row for HistoryRow {
    const TABLE: &'static str = "subject_history";
    const COLUMNS: &'static [&'static str] = &["subject_hash", "record_seq", "shown", "shown_from"];

    fn values(&self) -> impl Iterator<Item = ColumnValue<'_>> {
        let (shown, from) = (i64::from(self.shown).into(), ColumnValue::Number(self.shown_from));
        [ColumnValue::Bytes(Some(&self.hash)), self.seq.into(), shown, from].into_iter()
    }
}

/// Looks through the next records, in their order, and takes in whom those are about that end a request.
///
/// INVARIANT: the rows and how far they go are written in one transaction, and only from where the last one ended: several
/// processes that try leave no place out, and take none in twice.
///
/// # Errors
/// When the database refuses, or a place of the record is missing.
pub async fn index(database: &Database) -> Result<Indexed, StoreError> {
    let pool = database.reader();
    let (done, withheld) = progress(pool).await?;
    let last: i64 = sqlx::query(audit_records::LAST).fetch_one(pool).await?.try_get(0)?;
    if last <= done {
        return Ok(Indexed { took: 0, behind: 0 });
    }
    let ends = ends(pool, done).await?;
    let to = done + ends.len().try_into().unwrap_or(AT_ONCE);
    let mut rows = rows(pool, &ends, done, to).await?;
    // Side by side in the table: as few pages as there can be.
    rows.sort_unstable_by(|one, other| (&one.hash, one.seq).cmp(&(&other.hash, other.seq)));
    let hidden = rows.iter().filter(|row| !row.shown).count().try_into().unwrap_or(i64::MAX);
    let mut transaction = database.begin().await?;
    let moved = sqlx::query(
        "INSERT INTO subject_history_progress (one, done, withheld) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET done = excluded.done, withheld = excluded.withheld
         WHERE subject_history_progress.done = $3",
    )
    .bind(to)
    .bind(withheld + hidden)
    .bind(done)
    .execute(&mut *transaction)
    .await?;
    if moved.rows_affected() == 0 {
        // Another process was faster.
        transaction.rollback().await?;
        return Ok(Indexed { took: 0, behind: last - done });
    }
    insert(&mut transaction, &rows).await?;
    transaction.commit().await?;
    Ok(Indexed { took: to - done, behind: last - to })
}

/// How far the record was looked through, and how many rows are kept back.
async fn progress(pool: &AnyPool) -> Result<(i64, i64), StoreError> {
    let select = "SELECT done, withheld FROM subject_history_progress";
    let row = sqlx::query(select).fetch_optional(pool).await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.try_get(0)?, row.try_get(1)?)))
}

/// A record at its place; what it says, where it ends a request.
struct Looked {
    seq: i64,
    request: String,
    at: DateTime<Utc>,
    end: Option<(String, Content)>,
}

async fn ends(pool: &AnyPool, after: i64) -> Result<Vec<Looked>, StoreError> {
    let select =
        "SELECT seq, request_id, recorded_at, event, CASE WHEN event = 'INTENT' THEN '' ELSE content END AS content
                  FROM audit_records WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows = sqlx::query(select).bind(after).bind(AT_ONCE).fetch_all(pool).await?;
    let looked = |(row, place): (&AnyRow, i64)| {
        let (seq, event): (i64, String) = (row.try_get("seq")?, row.try_get("event")?);
        if seq != place {
            return Err(StoreError::Corrupt(format!("audit record {place} is missing")));
        }
        let end = (event != "INTENT").then(|| Ok::<_, StoreError>((event, audit_records::content_of(row)?)));
        let at = time_of(row.try_get("recorded_at")?)?;
        Ok(Looked { seq, request: row.try_get("request_id")?, at, end: end.transpose()? })
    };
    rows.iter().zip(after + 1..).map(looked).collect()
}

async fn rows(pool: &AnyPool, looked: &[Looked], after: i64, to: i64) -> Result<Vec<HistoryRow>, StoreError> {
    // What an aborted request was about is said by its INTENTs.
    let aborted = looked.iter().filter(|one| one.end.as_ref().is_some_and(|(event, _)| event == "ABORTED"));
    let intended = intended(pool, aborted.map(|one| one.request.as_str())).await?;
    let select = "SELECT record_seq, root, subject_hash FROM audit_subjects
                  WHERE record_seq > $1 AND record_seq <= $2 AND subject_hash IS NOT NULL";
    let mut people: HashMap<i64, HashMap<Vec<u8>, HashSet<String>>> = HashMap::new();
    for row in sqlx::query(select).bind(after).bind(to).fetch_all(pool).await? {
        let of_record = people.entry(row.try_get("record_seq")?).or_default();
        of_record.entry(row.try_get("subject_hash")?).or_default().insert(row.try_get("root")?);
    }
    let mut rows = Vec::new();
    for Looked { seq, request, at, end } in looked {
        let (Some((_, content)), Some(people)) = (end, people.remove(seq)) else { continue };
        let intended = intended.get(request).map(Vec::as_slice).unwrap_or_default();
        for (hash, roots) in people {
            let fields = about(content, intended, |root| roots.contains(root));
            let first = fields.iter().filter_map(|field| shown_from(field, &fields, *at)).min();
            let first = first.filter(|_| is_decided(content));
            let shown = first.is_some_and(|first| first <= *at);
            let later = first.filter(|_| !shown).map(|first| first.timestamp_millis());
            rows.push(HistoryRow { hash, seq: *seq, shown, shown_from: later });
        }
    }
    Ok(rows)
}

async fn intended(
    pool: &AnyPool,
    requests: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Vec<FieldEntry>>, StoreError> {
    let mut found: HashMap<String, Vec<FieldEntry>> = HashMap::new();
    let requests: Vec<&str> = requests.collect();
    if requests.is_empty() {
        return Ok(found);
    }
    let select = format!(
        "SELECT seq, request_id, content FROM audit_records WHERE event = 'INTENT' AND request_id IN ({}) ORDER BY seq",
        places(1, requests.len())
    );
    let query = requests.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, id| query.bind((*id).to_owned()));
    for row in query.fetch_all(pool).await? {
        found.entry(row.try_get("request_id")?).or_default().extend(audit_records::content_of(&row)?.fields);
    }
    Ok(found)
}

/// The fields of a person's roots: as the end says, or where it says nothing of fields, as it was intended.
fn about<'c>(end: &'c Content, intended: &'c [FieldEntry], is_hers: impl Fn(&str) -> bool) -> Vec<&'c FieldEntry> {
    let fields = if end.fields.is_empty() { intended } else { &end.fields };
    fields.iter().filter(|field| is_hers(&field.root)).collect()
}

/// Whether it is known on which grounds the data was wanted. What was refused before anybody could say so may have been
/// wanted on one that is kept back.
fn is_decided(end: &Content) -> bool {
    end.code.is_none() || end.policy_version.is_some() || end.code.as_deref() == Some(DENIED)
}

/// From when on the person may see that `field` was asked, among `all` that was asked about her at once, in a request that ended
/// `at`. What names no ground keeps silent about what it came with.
fn shown_from(field: &FieldEntry, all: &[&FieldEntry], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let of = |field: &FieldEntry| field.basis.as_ref().map(|basis| basis.shown_from(at));
    let of_all = || all.iter().copied().filter_map(of).try_fold(at, |last, from| Some(last.max(from?)));
    of(field).unwrap_or_else(of_all)
}

/// The part of a person's history that `question` wants.
///
/// # Errors
/// When the database refuses, or a row cannot be understood.
pub async fn page(
    pool: &AnyPool,
    keyring: &Keyring,
    question: &HistoryQuestion,
    now: DateTime<Utc>,
) -> Result<HistoryPage, StoreError> {
    let HistoryQuestion { person, id, body, consent, from, until, limit, offset } = question;
    let hash = keyring.hash(person.expose());
    let wanted = [
        ("id = ?", id.map(|id| id.to_string())),
        ("member = ?", body.as_ref().map(ToString::to_string)),
        (UNDER, consent.map(|consent| consent.to_string())),
        ("recorded_at >= ?", from.map(time_text)),
        ("recorded_at < ?", until.map(time_text)),
    ];
    let wanted: Vec<_> = wanted.into_iter().filter_map(|(rule, value)| Some((rule, value?))).collect();
    let rule =
        |((rule, _), place): (&(&str, String), usize)| format!("AND {} ", rule.replace('?', &format!("${place}")));
    let rules: String = wanted.iter().zip(3..).map(rule).collect();
    let from = format!(
        "FROM subject_history JOIN audit_records ON seq = record_seq WHERE subject_hash = $1 AND (shown = 1 OR shown_from <= $2) {rules}"
    );
    let bound = |statement: String| {
        let query = sqlx::query(AssertSqlSafe(statement)).bind(hash.as_column().to_vec()).bind(now.timestamp_millis());
        wanted.iter().fold(query, |query, (_, value)| query.bind(value.clone()))
    };
    let total: i64 = bound(format!("SELECT count(*) {from}")).fetch_one(pool).await?.try_get(0)?;
    let (most, after) = (wanted.len() + 3, wanted.len() + 4);
    let select = format!("SELECT record_seq {from} ORDER BY record_seq DESC LIMIT ${most} OFFSET ${after}");
    let rows = bound(select).bind(i64::from(*limit)).bind(i64::from(*offset)).fetch_all(pool).await?;
    let seqs = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    let (done, withheld) = progress(pool).await?;
    let last: i64 = sqlx::query(audit_records::LAST).fetch_one(pool).await?.try_get(0)?;
    Ok(HistoryPage {
        uses: uses(pool, &seqs, &hash, now).await?,
        total: total.try_into().unwrap_or(0),
        some_not_shown: withheld > 0,
        behind: (last - done).try_into().unwrap_or(0),
    })
}

async fn uses(pool: &AnyPool, seqs: &[i64], hash: &LookupHash, now: DateTime<Utc>) -> Result<Vec<Use>, StoreError> {
    let records = audit_records::with_intents(pool, seqs).await?;
    let mut intended: HashMap<Uuid, Vec<FieldEntry>> = HashMap::new();
    for intent in records.iter().filter(|record| record.event == "INTENT") {
        intended.entry(intent.request_id).or_default().extend(intent.content.fields.iter().cloned());
    }
    let hash = super::hexadecimal(hash.as_column());
    let ends = records.iter().rev().filter(|record| seqs.contains(&record.seq));
    let intended = |end: &RecordEntry| intended.get(&end.request_id).map(Vec::as_slice).unwrap_or_default();
    ends.map(|end| told(end, intended(end), &hash, now)).collect()
}

/// What the person is told now of the request that `end` ended.
fn told(end: &RecordEntry, intended: &[FieldEntry], hash: &str, now: DateTime<Utc>) -> Result<Use, StoreError> {
    let at = time_of(&end.recorded_at)?;
    let hers: Vec<_> = end.subjects.iter().filter(|person| person.subject_hash.as_deref() == Some(hash)).collect();
    let all = about(&end.content, intended, |root| hers.iter().any(|person| person.root == root));
    // What is shown at once is so by whichever clock it was recorded.
    let is_shown = |from: DateTime<Utc>| from <= at || from.timestamp_millis() <= now.timestamp_millis();
    let shown = all.iter().copied().filter(|field| shown_from(field, &all, at).is_some_and(is_shown));
    let fields: Vec<_> = shown.collect();
    let mut consents: Vec<Uuid> = hers.iter().filter_map(|person| person.consent_id.as_ref()?.parse().ok()).collect();
    consents.sort_unstable();
    consents.dedup();
    let asked: BTreeSet<_> = fields.iter().map(|field| &field.field.schema_id).collect();
    let providers = end.content.providers.iter().filter(|provider| asked.contains(&provider.schema_id));
    let used = |entry: &&FieldEntry| UsedField {
        field: entry.field.clone(),
        outcome: entry.outcome.to_string(),
        basis: entry.basis.clone(),
    };
    Ok(Use {
        id: end.id,
        at,
        trace_id: end.trace_id.as_str().into(),
        application: end.application.as_str().into(),
        member: end.member.as_str().into(),
        purpose: end.purpose.as_str().into(),
        reference: end.content.reference.clone(),
        result: result(end, &fields),
        fields: fields.iter().map(used).collect(),
        providers: providers.cloned().collect(),
        consents,
    })
}

fn result(end: &RecordEntry, fields: &[&FieldEntry]) -> UseResult {
    let any = |became: fn(&str) -> bool| fields.iter().any(|field| became(&field.outcome));
    match (end.event.as_str(), end.content.code.as_deref()) {
        ("RELEASE", _) if any(|outcome| outcome == "released") => UseResult::Released,
        ("RELEASE", _) if any(|outcome| outcome == "nothing") => UseResult::NothingFound,
        ("RELEASE", _) if any(|outcome| outcome.starts_with("PROVIDER_")) => UseResult::Failed,
        ("ABORTED", _) => UseResult::Failed,
        (_, Some("EXPLAINED")) => UseResult::Explained,
        _ => UseResult::Refused,
    }
}
