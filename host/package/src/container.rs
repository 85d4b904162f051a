//! The bytes of a package: an uncompressed tar archive of three files, in one form only.
//!
//! Stock tools open it. Here it is not read as tar: it has to be, byte by byte, what [`write()`] makes
//! of its three contents, so that there are no two packages of the same meaning, and no names, links,
//! owners, extensions or gaps to be careful with.

use tollgate_model::{Error, ErrorKind, Result};

/// Tar's unit: heads have one block, contents are filled up to whole ones.
const BLOCK: usize = 512;
/// What ends an archive.
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
const COMPONENT: &str = "component.wasm";

/// The most bytes of a manifest. A connector's has 2 KiB; a thousand imports have 50.
const MANIFEST_BYTES_MAX: usize = 256 << 10;
/// The bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

/// The contents of the three files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// What is signed.
    pub manifest: &'a [u8],
    /// The signature of those bytes.
    pub signature: &'a [u8; SIGNATURE_BYTES],
    /// The component.
    pub component: &'a [u8],
}

/// The most bytes of a package whose component has so many at most: what a reader has to be
/// prepared for.
pub fn package_bytes_max(component_bytes_max: usize) -> usize {
    let entry = |bytes: usize| bytes.saturating_add(2 * BLOCK);
    entry(MANIFEST_BYTES_MAX)
        .saturating_add(entry(SIGNATURE_BYTES))
        .saturating_add(entry(component_bytes_max))
        .saturating_add(END.len())
}

/// Whether this is meant to be a package, by its first bytes.
pub fn begins(bytes: &[u8]) -> bool {
    bytes.strip_prefix(MANIFEST.as_bytes()).is_some_and(|rest| rest.starts_with(b"\0"))
}

/// Makes the bytes of a package.
///
/// # Errors
/// [`ErrorKind::Config`] where the manifest is larger than any may be.
pub fn write(parts: &Parts<'_>) -> Result<Vec<u8>> {
    if parts.manifest.len() > MANIFEST_BYTES_MAX {
        return Err(too_large(MANIFEST, parts.manifest.len(), MANIFEST_BYTES_MAX));
    }
    let mut bytes = Vec::with_capacity(package_bytes_max(parts.component.len()));
    for (name, content) in [
        (MANIFEST, parts.manifest),
        (SIGNATURE, parts.signature.as_slice()),
        (COMPONENT, parts.component),
    ] {
        bytes.extend(head(name, content.len()));
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    bytes.extend(END);
    Ok(bytes)
}

/// Takes a package apart. Nothing is allocated.
///
/// # Errors
/// [`ErrorKind::Config`] where a byte is not as [`write()`] would have it, or a part is larger than
/// it may be.
pub fn read(bytes: &[u8], component_bytes_max: usize) -> Result<Parts<'_>> {
    let mut rest = bytes;
    let manifest = take(&mut rest, MANIFEST, MANIFEST_BYTES_MAX)?;
    let signature = take(&mut rest, SIGNATURE, SIGNATURE_BYTES)?;
    let component = take(&mut rest, COMPONENT, component_bytes_max)?;
    if rest != END {
        return Err(damaged("it does not end where its component does"));
    }
    let signature =
        signature.try_into().map_err(|_| damaged("its signature does not have 64 bytes"))?;
    Ok(Parts { manifest, signature, component })
}

fn take<'a>(rest: &mut &'a [u8], name: &str, bytes_max: usize) -> Result<&'a [u8]> {
    let cut = || damaged(&format!("it ends within {name}"));
    let (found, after) = rest.split_first_chunk::<BLOCK>().ok_or_else(cut)?;
    let size = declared_size(found).filter(|size| *found == head(name, *size));
    let size = size.ok_or_else(|| damaged(&format!("the head of {name} is not in its place")))?;
    if size > bytes_max {
        return Err(too_large(name, size, bytes_max));
    }
    let (blocks, after) = after.split_at_checked(size.next_multiple_of(BLOCK)).ok_or_else(cut)?;
    let (content, filling) = blocks.split_at(size);
    if filling.iter().any(|byte| *byte != 0) {
        return Err(damaged(&format!("there is something behind {name}")));
    }
    *rest = after;
    Ok(content)
}

/// Where the fields of a head lie that are not zero in all of its bytes (POSIX.1-1988, `ustar`).
const MODE: usize = 100;
const OWNER: usize = 108;
const GROUP: usize = 116;
const SIZE: usize = 124;
const TIME: usize = 136;
const CHECKSUM: usize = 148;
const KIND: usize = 156;
const MAGIC: usize = 257;
/// Octal digits of a size.
const SIZE_DIGITS: usize = 11;

/// The head of a file of the archive: readable by all, owned by nobody, of no time.
fn head(name: &str, size: usize) -> [u8; BLOCK] {
    let mut head = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(MODE, "0000644");
    put(OWNER, "0000000");
    put(GROUP, "0000000");
    put(SIZE, &format!("{size:011o}"));
    put(TIME, "00000000000");
    // The checksum is taken with spaces in its own place.
    put(CHECKSUM, "        ");
    put(KIND, "0");
    put(MAGIC, "ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[CHECKSUM..CHECKSUM + 8].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    head
}

fn declared_size(head: &[u8; BLOCK]) -> Option<usize> {
    let digits = &head[SIZE..SIZE + SIZE_DIGITS];
    let digits = std::str::from_utf8(digits).ok()?;
    usize::from_str_radix(digits, 8).ok()
}

/// A package of which not every byte is in order.
pub fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the package is damaged: {what}"))
        .with_hint("get the package again from its publisher")
}

fn too_large(name: &str, size: usize, max: usize) -> Error {
    let text = format!("{name} of the package has {size} bytes, and at most {max} are read");
    Error::new(ErrorKind::Config, text)
        .with_hint("`component_bytes` is the limit of components; that of manifests is fixed")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARTS: Parts<'_> =
        Parts { manifest: b"{}", signature: &[7; SIGNATURE_BYTES], component: b"\0asm" };

    fn written() -> Vec<u8> {
        write(&PARTS).unwrap()
    }

    #[track_caller]
    fn refused(bytes: &[u8], text: &str) {
        let error = read(bytes, 1_000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(text), "{error}");
    }

    /// The package with the head of its component replaced by one that is right in itself.
    fn with_component_head(change: impl Fn(&mut [u8; BLOCK])) -> Vec<u8> {
        let mut bytes = written();
        let mut head = head(COMPONENT, 4);
        head[CHECKSUM..CHECKSUM + 8].fill(b' ');
        change(&mut head);
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[CHECKSUM..CHECKSUM + 8].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes[4 * BLOCK..5 * BLOCK].copy_from_slice(&head);
        bytes
    }

    #[test]
    fn what_is_written_is_read_and_has_its_place_byte_by_byte() {
        let bytes = written();
        assert_eq!(read(&bytes, 4).unwrap(), PARTS);
        assert_eq!(bytes.len(), 8 * BLOCK);
        assert!(begins(&bytes) && !begins(b"manifest.jsonx") && !begins(b"\0asm"));
        assert_eq!(&bytes[SIZE..SIZE + 12], b"00000000002\0");
        assert_eq!(&bytes[CHECKSUM..CHECKSUM + 8], b"010436\0 ");
        assert!(bytes.len() <= package_bytes_max(4));
    }

    #[test]
    fn what_tar_allows_and_a_package_does_not_is_refused() {
        let place = "the head of component.wasm is not in its place";
        let rename = |name: &'static [u8]| {
            with_component_head(|head| {
                head[..COMPONENT.len()].fill(0);
                head[..name.len()].copy_from_slice(name);
            })
        };
        for name in [
            &b"../component.wasm"[..],
            b"/component.wasm",
            b"./component.wasm",
            MANIFEST.as_bytes(),
        ] {
            refused(&rename(name), place);
        }
        for kind in b"1257xg\0" {
            refused(&with_component_head(|head| head[KIND] = *kind), place);
        }
        refused(&with_component_head(|head| head[MODE + 4] = b'7'), place);
        refused(&with_component_head(|head| head[TIME + 10] = b'1'), place);
        refused(&with_component_head(|head| head[345] = b'x'), place);
        let twice = [&written()[..7 * BLOCK - BLOCK], &written()[4 * BLOCK..]].concat();
        refused(&twice, "does not end where");
        refused(&[written(), vec![0]].concat(), "does not end where");
        refused(&[written(), written()].concat(), "does not end where");
        refused(&written()[..8 * BLOCK - 1], "does not end where");
        refused(&written()[..5 * BLOCK], "it ends within component.wasm");
        refused(b"", "it ends within manifest.json");
    }

    #[test]
    fn a_declared_size_is_bounded_before_anything_is_taken() {
        let sized = |digits: &'static [u8; SIZE_DIGITS]| {
            with_component_head(|head| head[SIZE..SIZE + SIZE_DIGITS].copy_from_slice(digits))
        };
        refused(&sized(b"77777777777"), "component.wasm of the package has 8589934591 bytes");
        refused(&sized(b"00000001751"), "has 1001 bytes, and at most 1000 are read");
        refused(&sized(b"00000001750"), "does not end where");
        for digits in [b"0000000000x", b"+0000000004", b"         4 "] {
            refused(&sized(digits), "is not in its place");
        }
        let large = vec![b' '; MANIFEST_BYTES_MAX + 1];
        assert!(write(&Parts { manifest: &large, ..PARTS }).is_err());
        let bytes = write(&Parts { manifest: &large[1..], ..PARTS }).unwrap();
        assert!(read(&bytes, 4).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3_000)) {
            prop_assert!(read(&bytes, 1_000).is_err());
            let mut long = written();
            let at = bytes.len() % long.len();
            let end = long.len().min(at + bytes.len());
            long[at..end].copy_from_slice(&bytes[..end - at]);
            let _ = read(&long, 1_000);
        }
    }
}
