//! Signed packages: one that is not, byte for byte, what its publisher made is refused.

use tollgate_package::Package;

/// The package that is damaged here; its publisher's key is known to nobody.
const SIGNED: &[u8] = include_bytes!("../../corpus/packages/signed.tgpkg");
const COMPONENT_BYTES_MAX: usize = 1 << 20;
/// What an input begins with that is a package itself, and no damage to one.
const WHOLE: &[u8] = b"manifest.json\0";

/// A package, or damages to the one above: a place in two bytes, what becomes of it, and a byte.
pub fn run(input: &[u8]) {
    if input.starts_with(WHOLE) {
        look_at(input);
        return;
    }
    let mut bytes = SIGNED.to_vec();
    for damage in input.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([damage[0], damage[1]])) % bytes.len().max(1);
        match damage[2] % 5 {
            0 => bytes[at] = damage[3],
            1 => bytes[at] ^= 1 << (damage[3] % 8),
            2 => bytes.insert(at, damage[3]),
            3 => drop(bytes.drain(at..(at + usize::from(damage[3])).min(bytes.len()))),
            _ => bytes.truncate(at + 1),
        }
        if bytes.is_empty() {
            break;
        }
    }
    look_at(&bytes);
}

fn look_at(bytes: &[u8]) {
    match Package::open(bytes, COMPONENT_BYTES_MAX) {
        Ok(package) => {
            assert_eq!(bytes, SIGNED, "a package was taken that nobody signed");
            let at =
                bytes.windows(package.component().len()).position(|w| w == package.component());
            assert!(at.is_some(), "the component is not the one in the file");
        }
        Err(error) => assert!(error.message().len() < 2_000, "{error}"),
    }
    assert!(Package::open(bytes, 1).is_err(), "the limit of components does not count");
}
