//! The key is in the memory of the process, so nobody gets to see the memory.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::host::bed::Bed;

use super::waiting::{ended, started};

/// Linux shows the limits of every process, and gives what must not be dumped to root, so that its
/// user cannot read it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_serving_process_dumps_no_core_and_belongs_to_root() {
    let bed = Bed::new();
    let provider = started(&bed.sandbox).await;
    let process = format!("/proc/{}", provider.process().unwrap().id().unwrap());

    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let values: Vec<_> = line.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "{line}");
    let owner = fs::metadata(format!("{process}/environ")).unwrap().uid();
    assert_eq!(owner, 0);
    assert!(!ended(provider).await.killed);
}
