//! Takes memory until there is none: piece by piece, in the smallest steps, or all at once.

use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page_of(variant: &str, _: u64) -> Result<Option<Page>, Failure> {
        match variant {
            "at once" => {
                let whole = std::hint::black_box(vec![1_u8; 1 << 30]);
                Err(Failure::Internal(format!("it got {} bytes", whole.len())))
            }
            "in small steps" => small_steps(),
            "in pieces" => pieces(),
            _ => Err(Failure::Internal(format!("there is no variant {variant}"))),
        }
    }
}

fn pieces() -> ! {
    let mut held = Vec::new();
    loop {
        held.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

/// By pages of 64 KiB, past the allocator.
#[cfg(target_family = "wasm")]
fn small_steps() -> ! {
    loop {
        std::hint::black_box(std::arch::wasm32::memory_grow::<0>(1));
    }
}

#[cfg(not(target_family = "wasm"))]
fn small_steps() -> ! {
    pieces()
}

export!(Component);
