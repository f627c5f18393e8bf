//! Ten builds that are broken on purpose. The stories must catch each of them, and pass where
//! nothing is broken: a simulation that cannot see the worst mistakes proves nothing.
//!
//! The builds are one copy of the sources with ten switches in it, which an environment variable
//! turns on.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The version of the sound sources. That of the copy is another one: by name and version alone
/// cargo would take the built copy for the sound library the next time.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Seeds within which a broken build is caught.
const SEEDS: &str = "0..200";

/// A place where the copy is broken.
struct Break {
    name: &'static str,
    file: &'static str,
    /// What stands there, once.
    sound: &'static str,
    /// What the copy has in its place; `BROKEN` is whether the switch is on.
    broken: &'static str,
    /// The promises that the build cannot keep, one of which is found broken first.
    verdicts: &'static [&'static str],
}

const BREAKS: [Break; 10] = [
    Break {
        name: "post_repeated",
        file: "src/provider/ssl_order/purchase/post.rs",
        sound: "        Certainty::Unknown => {\n",
        broken: "        Certainty::Unknown if BROKEN => {
            match client.place_order(&prepared.product, &prepared.body).await {
                Ok(placed) => Outcome::Placed(placed),
                Err(error) => settle(client, prepared, &error, bounds).await,
            }
        }
        Certainty::Unknown => {\n",
        verdicts: &["sent again", "bought twice"],
    },
    Break {
        name: "look_up_left_out",
        file: "src/provider/ssl_order/purchase/obtain.rs",
        sound: "        match lookup::by_token(&self.client, prepared).await {\n",
        broken: "        if BROKEN {
            return Ok(None);
        }
        match lookup::by_token(&self.client, prepared).await {\n",
        verdicts: &["bought twice"],
    },
    Break {
        name: "error_after_the_order_id",
        file: "src/framework/server/apply.rs",
        sound: "diagnostics: to_proto::diagnostics(warnings.into_iter().chain(made.warnings)),",
        broken:
            "diagnostics: to_proto::diagnostics(warnings.into_iter().chain(made.warnings).chain(
                BROKEN.then(|| crate::framework::Diagnostic::error(\"Order placed\", \"Something else failed.\")),
            )),",
        verdicts: &["is tainted"],
    },
    Break {
        name: "tainted_order_cancelled",
        file: "src/provider/ssl_order/end/delete.rs",
        sound: "    if !private.end_announced {\n",
        broken: "    if !private.end_announced && !BROKEN {\n",
        // A replacement that ends the order also buys another one.
        verdicts: &[
            "by surprise: no plan spoke of the end of order",
            "by surprise: no plan spoke of buying order",
        ],
    },
    Break {
        name: "plan_compares_with_state",
        file: "src/provider/ssl_order/plan/certificate.rs",
        sound: "        let in_force = InForce::of(prior);\n",
        broken: "        let in_force = InForce::of(prior).filter(|_| !BROKEN);\n",
        verdicts: &["and no plan named it"],
    },
    Break {
        name: "adopter_ends_the_order",
        file: "src/provider/ssl_order/owners/verdict.rs",
        sound: "        if order.origin() == Some(OrderOrigin::Placed) || order.claims_its_order() \
            {\n",
        broken: "        if BROKEN || order.origin() == Some(OrderOrigin::Placed) || \
            order.claims_its_order() {\n",
        verdicts: &["ended for somebody else"],
    },
    Break {
        name: "answer_about_anything",
        file: "src/certcentral/about.rs",
        sound: "        if is_meant {\n",
        broken: "        if is_meant || BROKEN {\n",
        verdicts: &["tells of another"],
    },
    Break {
        name: "blind_to_usages",
        file: "src/pki/certificate.rs",
        sound: "            Ok(Some(usages)) => usage_names(usages.value),\n",
        broken: "            Ok(Some(usages)) if !BROKEN => usage_names(usages.value),\n",
        verdicts: &["is not good for clientAuth any more"],
    },
    Break {
        name: "blind_to_the_issuer",
        file: "src/provider/ssl_order/exchange/seen.rs",
        sound: "        if former.issuer != new.issuer {\n",
        broken: "        if former.issuer != new.issuer && !BROKEN {\n",
        verdicts: &["has another issuer"],
    },
    Break {
        name: "blind_to_the_life",
        file: "src/provider/ssl_order/model/in_force.rs",
        sound: "        (self.last_day - self.first_day).whole_days() + 1\n",
        broken: "        if BROKEN {
            return 1;
        }
        (self.last_day - self.first_day).whole_days() + 1\n",
        verdicts: &["days instead of"],
    },
];

#[test]
fn every_broken_build_is_caught_within_200_seeds() {
    let copy = broken_copy();
    let built = cargo(&copy, &["--no-run"], None);
    assert!(
        built.status.success(),
        "the copy does not build:\n{}",
        said(&built)
    );
    let sound = env::current_exe().unwrap();
    let sound = sound.file_name().unwrap().to_str().unwrap();
    assert!(
        !said(&built).contains(sound),
        "built in the place of {sound}"
    );
    for broken in &BREAKS {
        let caught = tell(&copy, SEEDS, Some(broken.name));
        let story = said(&caught);
        assert!(!caught.status.success(), "{} is not caught", broken.name);
        let verdict = story.lines().find(|line| line.starts_with("=> "));
        let verdict = verdict.unwrap_or_else(|| panic!("{}: {story}", broken.name));
        let expected = broken.verdicts.iter().any(|it| verdict.contains(it));
        assert!(expected, "{} is caught by {verdict}", broken.name);
        let seed = story
            .split_once("SIMULATION_SEEDS=")
            .and_then(|(_, rest)| rest.split_once(' '))
            .map(|(seed, _)| seed);
        let replayed = tell(&copy, seed.unwrap(), None);
        assert!(
            replayed.status.success(),
            "{}: seed {seed:?} fails in the sound build too:\n{}",
            broken.name,
            said(&replayed)
        );
    }
}

/// Tells stories with a build of the copy.
fn tell(copy: &Path, seeds: &str, switch: Option<&str>) -> Output {
    let test = "seeds::every_story_keeps_the_promises";
    let output = cargo(
        copy,
        &["--", "--exact", test],
        Some((seeds, switch.unwrap_or_default())),
    );
    let ran = said(&output).contains("running 1 test");
    assert!(ran, "no story was told:\n{}", said(&output));
    output
}

/// Builds and runs the copy's tests beside the build of the sound sources, so that dependencies are
/// built once.
fn cargo(copy: &Path, arguments: &[&str], story: Option<(&str, &str)>) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args([
            "test",
            "--locked",
            "--offline",
            "--test",
            "simulation",
            "--target-dir",
        ])
        .arg(target)
        .args(arguments)
        .current_dir(copy)
        // What cargo tells its tests about the package is not true of the copy.
        .env_remove("CARGO_MANIFEST_DIR")
        .env("RUST_BACKTRACE", "0");
    if let Some((seeds, switch)) = story {
        command.env("SIMULATION_SEEDS", seeds).env("BROKEN", switch);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    streams.concat()
}

/// The copy. Files that have not changed are left alone, so that a second run builds little.
fn broken_copy() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken");
    for part in [
        "build.rs",
        "proto",
        "src",
        "sandbox",
        "fuzz/properties",
        "tests/host",
        "tests/fixtures",
        "tests/simulation",
    ] {
        take_over(&root.join(part), &copy.join(part));
    }
    write(&copy.join("Cargo.toml"), &manifest(root));
    write(&copy.join("Cargo.lock"), &lock(root));
    write(
        &copy.join("tests/it/main.rs"),
        "#[cfg(test)]\nmod simulation;\n",
    );
    // Two breaks may stand in one file.
    let mut texts = BTreeMap::new();
    for broken in &BREAKS {
        let text = texts
            .entry(broken.file)
            .or_insert_with(|| fs::read_to_string(root.join(broken.file)).unwrap());
        let places = text.matches(broken.sound).count();
        assert_eq!(
            places, 1,
            "{}: {:?} in {}",
            broken.name, broken.sound, broken.file
        );
        let switch = format!(
            "std::env::var(\"BROKEN\").is_ok_and(|name| name == \"{}\")",
            broken.name
        );
        *text = text.replace(broken.sound, &broken.broken.replace("BROKEN", &switch));
    }
    for (file, text) in &texts {
        write(&copy.join(file), text);
    }
    copy
}

/// The manifest without the programs: they would take the place of the sound ones.
fn manifest(root: &Path) -> String {
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let sections = text.split_inclusive("\n[").filter(|section| {
        !["[bin]]", "[bench]]", "[test]]\nname = \"it\""]
            .iter()
            .any(|program| section.starts_with(program))
    });
    let text = sections.collect::<String>();
    text.replace(
        "default-run = \"terraform-provider-digicert\"\n",
        "autobins = false\n",
    )
    .replace(&version(VERSION), &version(&format!("{VERSION}-broken")))
}

/// The lock file with the copy's version of what has no source, which are the packages of the
/// repository.
fn lock(root: &Path) -> String {
    let text = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    text.replace(
        &format!("{}dependencies", version(VERSION)),
        &format!("{}dependencies", version(&format!("{VERSION}-broken"))),
    )
}

fn version(version: &str) -> String {
    format!("version = \"{version}\"\n")
}

fn take_over(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            take_over(&from.join(&name), &to.join(&name));
        }
    } else if !BREAKS.iter().any(|broken| to.ends_with(broken.file)) {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let bytes = fs::read(from).unwrap();
        if fs::read(to).is_ok_and(|known| known == bytes) {
            return;
        }
        fs::write(to, bytes).unwrap();
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return;
    }
    fs::write(path, text).unwrap();
}
