//! Repeated measurements, and how they are summed up.

use std::time::Duration;

use crate::Outcome;

/// Durations of one thing, in the order of their length.
pub(crate) struct Sample(Vec<Duration>);

impl Sample {
    /// Sorts what was measured. There must be at least one duration.
    pub(crate) fn new(mut durations: Vec<Duration>) -> Outcome<Self> {
        if durations.is_empty() {
            return Err("no measurement".into());
        }
        durations.sort();
        Ok(Self(durations))
    }

    pub(crate) fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    /// The duration that nine in ten do not exceed.
    pub(crate) fn slow(&self) -> Duration {
        self.0[(self.0.len() * 9 / 10).min(self.0.len() - 1)]
    }

    /// How many times the median of `yardstick` this median is.
    pub(crate) fn ratio_to(&self, yardstick: &Self) -> f64 {
        self.median().as_secs_f64() / yardstick.median().as_secs_f64()
    }
}

/// Something to measure, and what the tables call it.
pub(crate) struct Candidate<'a> {
    name: &'static str,
    measure: Box<dyn FnMut() -> Outcome<Duration> + 'a>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(name: &'static str, measure: impl FnMut() -> Outcome<Duration> + 'a) -> Self {
        Self {
            name,
            measure: Box::new(measure),
        }
    }
}

/// Measures all candidates in turn, round by round, so that a busy moment of the machine meets all
/// of them.
///
/// A candidate that fails drops out with its error; the others go on.
pub(crate) fn interleaved(
    rounds: usize,
    mut candidates: Vec<Candidate<'_>>,
) -> Vec<(&'static str, Outcome<Sample>)> {
    let mut measured: Vec<Outcome<Vec<Duration>>> =
        candidates.iter().map(|_| Ok(Vec::new())).collect();
    for _ in 0..rounds {
        for (candidate, measured) in candidates.iter_mut().zip(&mut measured) {
            if let Ok(durations) = measured {
                match (candidate.measure)() {
                    Ok(duration) => durations.push(duration),
                    Err(error) => *measured = Err(error),
                }
            }
        }
    }
    let samples = measured
        .into_iter()
        .map(|durations| Sample::new(durations?));
    candidates
        .iter()
        .map(|candidate| candidate.name)
        .zip(samples)
        .collect()
}

/// Milliseconds with two digits.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}

/// Seconds with three digits.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
