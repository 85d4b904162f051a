//! Inputs made of others, by chance with a fixed seed.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// What turns up in one format or another and means something there.
const TOKENS: [&[u8]; 36] = [
    b"\"",
    b"\\",
    b"\n",
    b"\r\n",
    b"\0",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b".",
    b"..",
    b"/",
    b"//",
    b"@",
    b"%2e",
    b"%00",
    b"#",
    b"?",
    b"=",
    b"-",
    b"+",
    b"0",
    b"99999999999999999999",
    b"1e309",
    b"null",
    b"\\ud83d",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"*",
    b"127.0.0.1",
    b"[::1]",
    b" ",
];
/// The most bytes of an input.
const BYTES_MAX: usize = 4_096;

pub struct Mutator<'s> {
    seeds: &'s [&'s [u8]],
    chance: StdRng,
}

impl<'s> Mutator<'s> {
    /// The name of the target is its seed.
    pub fn new(name: &str, seeds: &'s [&'s [u8]]) -> Self {
        let seed = name.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        Mutator { seeds, chance: StdRng::seed_from_u64(seed) }
    }

    /// A file of the corpus with one to four changes.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.seed().to_vec();
        for _ in 0..self.chance.random_range(1..=4) {
            self.change(&mut input);
        }
        input.truncate(BYTES_MAX);
        input
    }

    fn seed(&mut self) -> &'s [u8] {
        self.seeds.choose(&mut self.chance).copied().unwrap_or_default()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.chance.random_range(0..=input.len());
        let end = (at + self.chance.random_range(1..=8)).min(input.len());
        match self.chance.random_range(0..7) {
            0 if at < input.len() => input[at] ^= 1 << self.chance.random_range(0..8),
            1 if at < input.len() => input[at] = self.chance.random(),
            2 => drop(input.drain(at..end)),
            3 => {
                let again = input[at..end].repeat(self.chance.random_range(1..=20));
                input.splice(at..at, again);
            }
            4 => {
                // The beginning of this one and the end of another.
                let other = self.seed();
                let from = self.chance.random_range(0..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            5 => input.insert(at, self.chance.random()),
            _ => {
                let token = *TOKENS.choose(&mut self.chance).unwrap_or(&TOKENS[0]);
                input.splice(at..at, token.iter().copied());
            }
        }
    }
}
