//! Requests that come again: the sign of a connector that retries by itself, or that pages in a
//! circle.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use http::Method;

use crate::limits::GateLimits;
use crate::url::CanonicalUrl;

/// What a request is, for the purpose of seeing it again. Headers are left out: those that differ
/// from page to page differ in the URL or the body as well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a CanonicalUrl,
    pub(crate) body: &'a [u8],
}

/// What a request's having been seen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It goes on at once.
    Fresh,
    /// It was sent in this call before, so many times: it waits as a retry does.
    Again(u32),
    /// It came too often.
    Loop {
        /// In different calls, not within one.
        across_calls: bool,
    },
}

/// The requests of one passage. The hash is keyed at random, so that nobody can make two requests
/// look alike; the number of requests is bounded by the budget, and with it the memory.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    keys: RandomState,
    requests: HashMap<u64, Record>,
    call: u64,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    call: u64,
    within_call: u32,
    across_calls: u32,
}

impl Seen {
    /// A call begins.
    pub(crate) fn begin_call(&mut self) {
        self.call += 1;
    }

    /// Notes a request.
    pub(crate) fn see(&mut self, request: Request<'_>, limits: &GateLimits) -> Sight {
        let key = self.keys.hash_one((request.method, request.url, request.body));
        let fresh = Record { call: self.call, within_call: 0, across_calls: 0 };
        let mut seen_before = true;
        let record = self.requests.entry(key).or_insert_with(|| {
            seen_before = false;
            fresh
        });
        if !seen_before {
            return Sight::Fresh;
        }
        if record.call != self.call {
            *record = Record { across_calls: record.across_calls + 1, ..fresh };
            let is_loop = record.across_calls > limits.repeats_across_calls;
            return if is_loop { Sight::Loop { across_calls: true } } else { Sight::Fresh };
        }
        record.within_call += 1;
        if record.within_call > limits.repeats_within_call {
            return Sight::Loop { across_calls: false };
        }
        Sight::Again(record.within_call)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> CanonicalUrl {
        CanonicalUrl::parse(&text.parse().unwrap()).unwrap()
    }

    fn limits() -> GateLimits {
        GateLimits { repeats_across_calls: 2, repeats_within_call: 3, ..GateLimits::default() }
    }

    #[test]
    fn a_request_is_its_method_url_and_body() {
        let mut seen = Seen::default();
        let (a, b) = (url("https://a.example/?page=1"), url("https://a.example/?page=2"));
        for (method, url, body) in [
            (Method::GET, &a, ""),
            (Method::GET, &b, ""),
            (Method::POST, &a, ""),
            (Method::POST, &a, "x"),
        ] {
            let request = Request { method: &method, url, body: body.as_bytes() };
            assert_eq!(seen.see(request, &limits()), Sight::Fresh);
            assert_eq!(seen.see(request, &limits()), Sight::Again(1));
        }
    }

    #[test]
    fn within_a_call_it_is_paced_until_it_came_too_often() {
        let mut seen = Seen::default();
        let url = url("https://a.example/");
        let request = Request { method: &Method::GET, url: &url, body: b"" };
        let sights: Vec<_> = (0..5).map(|_| seen.see(request, &limits())).collect();
        let again = |number| Sight::Again(number);
        assert_eq!(
            sights,
            [Sight::Fresh, again(1), again(2), again(3), Sight::Loop { across_calls: false }]
        );
    }

    #[test]
    fn across_calls_it_ends_as_a_loop_however_often_it_is_paced_in_between() {
        let mut seen = Seen::default();
        let url = url("https://a.example/");
        let request = Request { method: &Method::GET, url: &url, body: b"" };
        let mut sights = Vec::new();
        for _ in 0..4 {
            seen.begin_call();
            sights.push(seen.see(request, &limits()));
            assert_eq!(seen.see(request, &limits()), Sight::Again(1));
        }
        assert_eq!(
            sights,
            [Sight::Fresh, Sight::Fresh, Sight::Fresh, Sight::Loop { across_calls: true }]
        );
    }

    /// What is seen of some requests, `true` for each before which a call begins: of all of them,
    /// or of this one alone.
    fn sights(steps: &[(usize, bool)], alone: Option<usize>) -> Vec<(usize, Sight)> {
        let urls = ["a", "b", "c"].map(|host| url(&format!("https://{host}.example/")));
        let mut seen = Seen::default();
        let mut sights = Vec::new();
        for (number, begins) in steps {
            if *begins {
                seen.begin_call();
            }
            if alone.is_none_or(|alone| alone == *number) {
                let request = Request { method: &Method::GET, url: &urls[*number], body: b"" };
                sights.push((*number, seen.see(request, &limits())));
            }
        }
        sights
    }

    proptest! {
        /// Whatever comes beside it, a request is seen as it would be alone, and not for ever.
        // Proves: budget, paging
        #[test]
        fn no_request_goes_in_a_circle_and_none_is_taken_for_another(
            steps in prop::collection::vec((0_usize..3, prop::bool::weighted(0.3)), 0..60),
        ) {
            let all = sights(&steps, None);
            for number in 0..3 {
                let of_it: Vec<_> = all.iter().copied().filter(|(of, _)| *of == number).collect();
                prop_assert_eq!(&of_it, &sights(&steps, Some(number)));
                let is_loop = |(_, sight): &(usize, Sight)| matches!(sight, Sight::Loop { .. });
                let before = of_it.iter().take_while(|sight| !is_loop(sight)).count();
                // In three calls, four times in each.
                prop_assert!(before <= 12, "{before} times");
            }
        }
    }
}
