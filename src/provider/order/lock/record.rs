//! What the file of a lock says of those who held it: a line of JSON for each of the last, oldest
//! first. Pure.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::certcentral::OrderId;

/// Records that are kept of one lock.
const KEPT: usize = 16;

/// What somebody did while holding a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The order that was placed or taken over. None if nobody knows whether one was placed.
    pub(crate) order: Option<i64>,
    /// Product and organization, which the names alone do not tell.
    pub(crate) content: String,
    /// When the lock was let go of.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) time: OffsetDateTime,
    /// The process.
    pub(crate) pid: u32,
    /// Its parent when it started: one Terraform starts a process for every provider block.
    pub(crate) parent: u32,
    /// What process ids count in. Empty where the system has nothing of the kind.
    pub(crate) namespace: String,
}

impl Record {
    /// Returns the order, if one is known.
    pub(crate) fn order_id(&self) -> Option<OrderId> {
        OrderId::try_from(self.order?).ok()
    }

    /// Returns whether another process of the same run wrote it: of the same parent, after this one
    /// had started. Everything else is an earlier run: those of one `terraform test` have one
    /// parent and come one after the other.
    pub(super) fn is_of_a_sibling(&self, own: &Identity) -> bool {
        self.pid != own.pid
            && (self.parent, &self.namespace) == (own.parent, &own.namespace)
            && self.time > own.started
    }

    /// Returns the line of a record, with its end.
    pub(super) fn line(&self) -> String {
        let line = serde_json::to_string(self).unwrap_or_default();
        format!("{line}\n")
    }

    /// Reads the records of a file. A line that is none, such as one that was cut, is left out.
    pub(super) fn read(text: &str) -> Vec<Self> {
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines.collect()
    }

    /// Returns the text of a file that keeps the last of its records, with one more.
    pub(super) fn appended(text: &str, record: &Self) -> String {
        let mut records = Self::read(text);
        records.push(record.clone());
        let left_out = records.len().saturating_sub(KEPT);
        records[left_out..].iter().map(Self::line).collect()
    }
}

/// A process, as its records name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) namespace: String,
    pub(super) started: OffsetDateTime,
}

impl Identity {
    /// Returns this process. The parent is right only as long as it lives, so this is asked when
    /// the process starts.
    pub(crate) fn of_this_process() -> Self {
        let namespace = std::fs::read_link("/proc/self/ns/pid");
        Self {
            pid: std::process::id(),
            parent: std::os::unix::process::parent_id(),
            namespace: namespace
                .map(|link| link.to_string_lossy().into_owned())
                .unwrap_or_default(),
            started: OffsetDateTime::now_utc(),
        }
    }

    /// Returns what this process writes down now.
    pub(super) fn record(&self, order: Option<OrderId>, content: &str) -> Record {
        Record {
            order: order.map(OrderId::get),
            content: content.to_owned(),
            time: OffsetDateTime::now_utc(),
            pid: self.pid,
            parent: self.parent,
            namespace: self.namespace.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn own() -> Identity {
        Identity {
            pid: 10,
            parent: 7,
            namespace: "pid:[4026531836]".to_owned(),
            started: datetime!(2026-11-30 12:00 UTC),
        }
    }

    fn theirs() -> Record {
        Record {
            order: Some(2_147_500_001),
            content: "ssl_basic 123456".to_owned(),
            time: datetime!(2026-11-30 12:00:01 UTC),
            pid: 11,
            parent: 7,
            namespace: "pid:[4026531836]".to_owned(),
        }
    }

    #[test]
    fn only_another_process_of_the_same_parent_that_wrote_after_this_one_started_is_a_sibling() {
        assert!(theirs().is_of_a_sibling(&own()));
        let table: [fn(&mut Record); 5] = [
            |record| record.pid = 10,
            |record| record.parent = 8,
            |record| record.namespace = "pid:[4026532000]".to_owned(),
            |record| record.time = datetime!(2026-11-30 12:00 UTC),
            |record| record.time = datetime!(2026-11-30 11:59:59 UTC),
        ];
        for (row, change) in table.into_iter().enumerate() {
            let mut record = theirs();
            change(&mut record);
            assert!(!record.is_of_a_sibling(&own()), "{row}");
        }
    }

    #[test]
    fn records_are_read_as_they_were_written_and_broken_lines_left_out() {
        let unknown = Record {
            order: None,
            ..theirs()
        };
        let text = format!(
            "{}not a record\n{}{{\"order\":",
            theirs().line(),
            unknown.line()
        );
        assert_eq!(Record::read(&text), [theirs(), unknown]);
        assert_eq!(
            theirs().line(),
            "{\"order\":2147500001,\"content\":\"ssl_basic \
             123456\",\"time\":\"2026-11-30T12:00:01Z\",\"pid\":11,\"parent\":7,\"namespace\":\"pid:[4026531836]\"}\n"
        );
    }

    #[test]
    fn the_last_records_are_kept() {
        let mut text = String::new();
        for pid in 0..40 {
            let record = Record { pid, ..theirs() };
            text = Record::appended(&text, &record);
        }
        let kept: Vec<_> = Record::read(&text).iter().map(|it| it.pid).collect();
        assert_eq!(kept, (24..40).collect::<Vec<_>>());
    }

    #[test]
    fn this_process_knows_itself() {
        let own = Identity::of_this_process();
        assert_eq!(own.pid, std::process::id());
        let record = own.record(None, "");
        assert!(record.time >= own.started);
        assert!(!record.is_of_a_sibling(&own));
    }
}
