//! Asks for more random numbers at once than anybody needs: good ones, or cheap ones.

use tollgate_hostile::{Failure, Hostile, Page, export};

mod random {
    wit_bindgen::generate!({
        inline: "
            package wasi:random@0.2.2;

            interface random {
                get-random-bytes: func(len: u64) -> list<u8>;
                get-random-u64: func() -> u64;
            }

            interface insecure {
                get-insecure-random-bytes: func(len: u64) -> list<u8>;
                get-insecure-random-u64: func() -> u64;
            }

            world gambler {
                import random;
                import insecure;
            }
        ",
    });
}

use random::wasi::random::{insecure, random as secure};

struct Component;

impl Hostile for Component {
    fn page_of(variant: &str, _: u64) -> Result<Option<Page>, Failure> {
        let bytes = match variant {
            "good" => secure::get_random_bytes(1 << 40),
            "cheap" => insecure::get_insecure_random_bytes(1 << 40),
            "good in small steps" => loop {
                std::hint::black_box(secure::get_random_bytes(1 << 16));
            },
            _ => loop {
                std::hint::black_box(insecure::get_insecure_random_bytes(1 << 16));
            },
        };
        Err(Failure::Internal(format!("the host gave {} bytes", bytes.len())))
    }
}

export!(Component);
