//! Every example configuration is formatted and valid on every core.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cores::driver::{Workdir, cores};

#[test]
fn every_example_is_formatted_and_valid() {
    let folders = folders_with_configurations();
    assert_eq!(
        folders.len(),
        8,
        "the walk found other folders than there are: {folders:?}"
    );
    for core in cores() {
        for folder in &folders {
            let workdir = Workdir::new(&core, &[]);
            for file in files(folder) {
                let name = file.file_name().unwrap().to_str().unwrap();
                // Configurations and what they read; the quickstart's folder holds Rust, too.
                if name.ends_with(".tf") || name.ends_with(".csr") {
                    workdir.write(name, &fs::read_to_string(&file).unwrap());
                }
            }
            let shown = folder.display();
            let format = workdir.run(&["fmt", "-check", "-diff"]);
            assert!(format.status.success(), "{shown}: {}", format.stdout);
            let validation = workdir.run(&["validate"]);
            assert!(
                validation.status.success(),
                "{shown} on {}: {}{}",
                core.name,
                validation.stdout,
                validation.stderr
            );
        }
    }
}

#[test]
fn a_review_needs_neither_an_api_key_nor_a_network() {
    let folder = root().join("guides/review_without_api_key");
    let csr = root().join("resources/digicert_ssl_order/shop.example.com.csr");
    for core in cores() {
        let mut workdir = Workdir::new(&core, &[]);
        for name in ["main.tf", "versions.tf"] {
            workdir.write(name, &fs::read_to_string(folder.join(name)).unwrap());
        }
        // Port 1 refuses whoever calls it.
        workdir
            .env("DIGICERT_BASE_URL", "http://127.0.0.1:1/services/v2")
            .env("TF_VAR_csr", fs::read_to_string(&csr).unwrap());
        let plan = workdir.plan();
        assert!(
            plan.stdout.contains("This apply places a paid order"),
            "{}: {}",
            core.name,
            plan.stdout
        );
    }
}

/// Every folder below `examples` that holds a `.tf` file.
fn folders_with_configurations() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        let entries: Vec<PathBuf> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        if entries
            .iter()
            .any(|path| path.extension().is_some_and(|end| end == "tf"))
        {
            found.push(folder);
        }
        open.extend(entries.into_iter().filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
}
