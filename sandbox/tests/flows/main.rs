//! The sandbox seen through a real HTTP client: whole flows, values asserted.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod client;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod contract_changes;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod lookups;
#[cfg(test)]
mod other_people;
#[cfg(unix)]
#[cfg(test)]
mod program;
#[cfg(test)]
mod revocations;
#[cfg(test)]
mod steering;
#[cfg(test)]
mod validation;
#[cfg(test)]
mod years;
