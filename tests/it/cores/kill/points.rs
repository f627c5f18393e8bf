//! What is done to an order, and the points at which everything may end while it is done.

use certcentral_sandbox::Route;

use super::gate::Stop;

/// What Terraform does to the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Reissue,
    /// A destroy with `on_destroy = "cancel"` of an order that is not issued.
    Cancel,
    /// The same of an order that waits for an approver: its request is decided.
    Reject,
    /// A destroy with `on_destroy = "revoke"` of an issued order.
    Revoke,
}

impl Operation {
    pub(super) fn command(self) -> [&'static str; 2] {
        match self {
            Self::Create | Self::Reissue => ["apply", "-auto-approve"],
            Self::Cancel | Self::Reject | Self::Revoke => ["destroy", "-auto-approve"],
        }
    }

    /// The one call that must not be made twice.
    pub(super) fn act(self) -> Call {
        match self {
            Self::Create => Call("POST", "/order/certificate/*"),
            Self::Reissue => Call("POST", "/order/certificate/*/reissue"),
            Self::Cancel => Call("PUT", "/order/certificate/*/status"),
            Self::Reject => Call("PUT", "/request/*/status"),
            Self::Revoke => Call("PUT", "/order/certificate/*/revoke"),
        }
    }

    pub(super) fn points(self) -> Vec<Point> {
        let (first_look, last_look) = match self {
            Self::Create => (
                Point::of(Call("GET", "/order/alternate/*"), 1),
                Point::of(Call("GET", "/request"), 1),
            ),
            // The refresh looks first.
            _ => (Point::of(LOOK, 2), Point::of(LOOK, 2)),
        };
        let act = Point::of(self.act(), 1);
        let mut points = vec![
            first_look.named("K1", Reached::Arrived),
            last_look.named("K2", Reached::Processed),
            act.named("K4", Reached::OnTheLine(Stop::Unread)),
            act.named("K5", Reached::Arrived),
            act.named("K6", Reached::Processed),
            act.named("K7", Reached::OnTheLine(Stop::HalfAnswered)),
        ];
        match self {
            Self::Create => points.extend([
                Point::of(LOOK, 1).named("K8", Reached::Arrived),
                // The first order is looked up before and after it is placed.
                Point::of(Call("GET", "/order/alternate/*"), 3)
                    .named(SECOND_ORDER, Reached::Arrived),
                Point::of(Call("GET", "/order/certificate/*/validation"), 1)
                    .named(WAITING, Reached::Answered),
            ]),
            Self::Reissue => points.extend([
                Point::of(Call("POST", "/order/certificate/*/note"), 1)
                    .named("K8", Reached::Arrived),
                Point::of(LOOK, 3).named(WAITING, Reached::Answered),
            ]),
            Self::Cancel | Self::Reject | Self::Revoke => {}
        }
        points
    }
}

/// The point at which one order is in state and another one is about to be looked for.
pub(super) const SECOND_ORDER: &str = "K10";

/// The point at which the certificate is waited for.
pub(super) const WAITING: &str = "K12";

const LOOK: Call = Call("GET", "/order/certificate/*");

/// Method and path of a call, in which `*` is any one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call(pub(super) &'static str, pub(super) &'static str);

impl Call {
    pub(super) fn is(self, method: &str, path: &str) -> bool {
        let (wanted, given) = (self.1.split('/'), path.split('/'));
        self.0 == method
            && wanted.clone().count() == given.clone().count()
            && wanted
                .zip(given)
                .all(|(want, have)| want == "*" || want == have)
    }

    pub(super) fn route(self) -> Route {
        format!("{} {}", self.0, self.1).parse().unwrap()
    }
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// See [`Stop`].
    OnTheLine(Stop),
    /// All of it is there, and nothing has come of it yet.
    Arrived,
    /// It has had its effect, and no answer has left.
    Processed,
    /// It is answered, and nothing is called until time has passed.
    Answered,
}

/// A kill point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// As the table calls it.
    pub(super) name: &'static str,
    pub(super) call: Call,
    /// Which of these calls, from 1.
    pub(super) number: u64,
    pub(super) reached: Reached,
}

impl Point {
    fn of(call: Call, number: u64) -> Self {
        Self {
            name: "",
            call,
            number,
            reached: Reached::Arrived,
        }
    }

    fn named(self, name: &'static str, reached: Reached) -> Self {
        Self {
            name,
            reached,
            ..self
        }
    }
}
