//! Running seeds, on all cores.

use std::env;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::world::World;

/// Seeds of every run of the tests.
const SEEDS: Range<u64> = 0..100;
/// Seeds that once found a promise broken.
const REMEMBERED: [u64; 18] = [
    131, 318, 412, 830, 908, 1311, 2887, 3206, 3375, 4337, 4641, 4702, 4729, 5320, 7959, 8227,
    8448, 9809,
];
/// Steps of a story before it comes to rest.
const STEPS: Range<usize> = 3..12;

#[test]
fn every_story_keeps_the_promises() {
    let seeds = match env::var("SIMULATION_SEEDS") {
        Ok(text) => {
            let range = range(&text);
            let range = range.expect("SIMULATION_SEEDS is a number or a range such as 0..10000");
            range.collect()
        }
        Err(_) => SEEDS.chain(REMEMBERED).collect::<Vec<_>>(),
    };
    let broken = first_broken(&seeds);
    assert!(broken.is_none(), "{}", broken.unwrap_or_default());
}

fn range(text: &str) -> Option<Range<u64>> {
    match text.split_once("..") {
        Some((from, to)) => Some(from.parse().ok()?..to.parse().ok()?),
        None => {
            let seed = text.parse().ok()?;
            Some(seed..seed + 1)
        }
    }
}

/// The story of the first seed that breaks a promise.
fn first_broken(seeds: &[u64]) -> Option<String> {
    let next = AtomicUsize::new(0);
    let broken: Mutex<Option<(u64, String)>> = Mutex::new(None);
    let work = || {
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let Some(&seed) = seeds.get(turn).filter(|_| broken.lock().unwrap().is_none()) else {
                return;
            };
            if let Err(story) = told(seed) {
                let mut broken = broken.lock().unwrap();
                if broken.as_ref().is_none_or(|(earlier, _)| seed < *earlier) {
                    *broken = Some((seed, story));
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let broken = broken.into_inner().unwrap();
    broken.map(|(seed, story)| {
        format!(
            "seed {seed} breaks a promise; replay it with `SIMULATION_SEEDS={seed} cargo test --test simulation every_story`\n{story}"
        )
    })
}

/// Tells the story of a seed. A broken promise is an error with the story so far.
fn told(seed: u64) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let mut world = None;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let world = world.insert(World::new(seed));
            let steps = world.rng.usize(STEPS);
            for _ in 0..steps {
                world.step().await?;
            }
            world.settle().await
        })
    }));
    let story = world.map(|world| world.story).unwrap_or_default();
    match outcome {
        Ok(Ok(())) => Ok(story),
        Ok(Err(broken)) => Err(format!("{}\n=> {broken}", story.join("\n"))),
        Err(_) => Err(format!("{}\n=> panic", story.join("\n"))),
    }
}

#[test]
fn a_seed_tells_the_same_story_again() {
    for seed in [3, 14, 15] {
        let again = without_port(told(seed));
        assert_eq!(without_port(told(seed)), again, "seed {seed}");
    }
}

/// A story but for the port of the sandbox, which the system chooses, and the tokens, which are derived from it.
fn without_port(story: Result<Vec<String>, String>) -> Vec<String> {
    let bare = |word: &str| match word {
        _ if word.contains("127.0.0.1:") => "HOST".to_owned(),
        _ if word.contains("tf-") => "TOKEN".to_owned(),
        _ => word.to_owned(),
    };
    let lines = story.unwrap_or_else(|broken| panic!("{broken}"));
    lines
        .iter()
        .map(|line| line.split(' ').map(bare).collect::<Vec<_>>().join(" "))
        .collect()
}
