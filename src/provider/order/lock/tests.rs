//! Who waits for whom, and what the next one learns.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Doings, Locks, Subject, Way};
use crate::certcentral::OrderId;
use crate::provider::order::waiting::{Bounds, Paused};

const HOST: &str = "www.digicert.com";

fn subject(token: &str, names: &[&str]) -> Subject {
    let names: BTreeSet<_> = names.iter().map(|name| (*name).to_owned()).collect();
    Subject::new(HOST, token, &names, "ssl_basic 123456".to_owned())
}

fn id(number: i64) -> OrderId {
    OrderId::try_from(number).unwrap()
}

/// The locks of two processes of this machine.
fn two_processes(parent: &tempfile::TempDir) -> [Arc<Locks>; 2] {
    let directory = parent.path().join("locks");
    [(); 2].map(|()| {
        Arc::new(Locks {
            directory: Some(directory.clone()),
            ..Locks::new(true)
        })
    })
}

#[tokio::test(start_paused = true)]
async fn the_same_token_and_the_same_names_wait_within_a_process_and_between_two() {
    let parent = tempfile::tempdir().unwrap();
    let [one, other] = two_processes(&parent);
    let stop = CancellationToken::new();
    let bounds = || Bounds::from_now(Duration::from_secs(10), &stop);
    let first = subject("tf-a", &["a.example.com"]);
    let held = one.take(&first, Way::Alone, bounds()).await.unwrap();
    for locks in [&one, &other] {
        for (subject, waits) in [
            (subject("tf-a", &["a.example.com"]), true),
            (subject("tf-a", &["b.example.com"]), true),
            (subject("tf-b", &["a.example.com"]), true),
            (subject("tf-b", &["b.example.com"]), false),
        ] {
            let taken = locks.take(&subject, Way::Alone, bounds()).await;
            assert_eq!(taken.is_err(), waits, "{subject:?}");
            if waits {
                assert_eq!(taken.unwrap_err(), Paused::TimeUp);
            }
        }
    }
    drop(held);
    let taken = other.take(&first, Way::Alone, bounds()).await;
    assert!(taken.is_ok());
}

#[tokio::test(start_paused = true)]
async fn orders_for_the_same_names_on_purpose_do_not_wait_for_each_other() {
    let parent = tempfile::tempdir().unwrap();
    let [one, other] = two_processes(&parent);
    let stop = CancellationToken::new();
    let bounds = || Bounds::from_now(Duration::from_secs(5), &stop);
    let names = ["a.example.com"];
    let way = Way::WithOthers;
    let first = one.take(&subject("tf-a", &names), way, bounds()).await;
    let second = one.take(&subject("tf-b", &names), way, bounds()).await;
    let third = other.take(&subject("tf-c", &names), way, bounds()).await;
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    for locks in [&one, &other] {
        let alone = locks
            .take(&subject("tf-d", &names), Way::Alone, bounds())
            .await;
        assert!(alone.is_err());
    }
    drop((first, second, third));
    let alone = one
        .take(&subject("tf-d", &names), Way::Alone, bounds())
        .await;
    assert!(alone.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_lock_and_with_a_stop() {
    let locks = Arc::new(Locks::new(true));
    let stop = CancellationToken::new();
    let bounds = Bounds::from_now(Duration::from_secs(600), &stop);
    let wanted = subject("tf-a", &["a.example.com"]);
    let held = locks.take(&wanted, Way::Alone, bounds).await.unwrap();
    let release = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        drop(held);
    };
    let begin = tokio::time::Instant::now();
    let (taken, ()) = tokio::join!(locks.take(&wanted, Way::Alone, bounds), release);
    let _held = taken.unwrap();
    assert_eq!(begin.elapsed(), Duration::from_millis(1));

    let interrupt = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        stop.cancel();
    };
    let (taken, ()) = tokio::join!(locks.take(&wanted, Way::Alone, bounds), interrupt);
    assert_eq!(taken.unwrap_err(), Paused::Stopped);
}

#[tokio::test(start_paused = true)]
async fn what_was_done_under_a_lock_is_told_to_the_next_one_of_the_process() {
    let locks = Arc::new(Locks::new(true));
    let stop = CancellationToken::new();
    let bounds = Bounds::from_now(Duration::from_secs(10), &stop);
    let take = async |token: &str, names: &[&str]| {
        let taken = locks.take(&subject(token, names), Way::Alone, bounds).await;
        taken.unwrap()
    };
    let shop = ["shop.example.com"];
    let mut first = take("tf-a", &shop).await;
    assert_eq!(first.last_change(), None);
    first.ordered(id(7));
    drop(first);
    let mut second = take("tf-b", &shop).await;
    assert_eq!(second.about_the_token(), Doings::default());
    let seven = Doings {
        orders: vec![id(7)],
        has_unknown: false,
    };
    assert_eq!(second.about_the_names(), seven);
    assert!(second.last_change().is_some());
    second.sending();
    drop(second);
    let mut third = take("tf-b", &shop).await;
    assert!(third.about_the_token().has_unknown);
    let both = Doings {
        orders: vec![id(7)],
        has_unknown: true,
    };
    assert_eq!(third.about_the_names(), both);
    third.sending();
    third.ordered_nothing();
    drop(third);
    assert_eq!(take("tf-b", &shop).await.about_the_names(), both);
    let other_product = Subject {
        content: "ssl_ev_basic 123456".to_owned(),
        ..subject("tf-c", &shop)
    };
    let fourth = locks.take(&other_product, Way::Alone, bounds).await;
    assert_eq!(fourth.unwrap().about_the_names(), Doings::default());
}

#[tokio::test(start_paused = true)]
async fn without_a_directory_of_its_own_a_process_still_waits_for_itself() {
    let parent = tempfile::tempdir().unwrap();
    let locks = Arc::new(Locks {
        directory: Some(parent.path().join("missing").join("locks")),
        ..Locks::new(true)
    });
    let stop = CancellationToken::new();
    let bounds = Bounds::from_now(Duration::ZERO, &stop);
    let wanted = subject("tf-a", &["a.example.com"]);
    let held = locks.take(&wanted, Way::Alone, bounds).await.unwrap();
    let again = locks.take(&wanted, Way::Alone, bounds).await;
    assert_eq!(again.unwrap_err(), Paused::TimeUp);
    drop(held);
    assert!(locks.take(&wanted, Way::Alone, bounds).await.is_ok());
}

#[test]
fn this_machine_is_one_host_however_it_is_spelled() {
    let of = |host: &str| {
        let names = BTreeSet::from(["a.example.com".to_owned()]);
        let Subject { token, names, .. } = Subject::new(host, "tf-a", &names, String::new());
        (token, names)
    };
    for host in ["127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(of(host), of("localhost:8080"), "{host}");
    }
    for host in ["localhost", "localhost:8081", "localhosts:8080", HOST] {
        assert_ne!(of(host), of("localhost:8080"), "{host}");
    }
    assert_eq!(of("localhost"), of("127.0.0.1"));
}
