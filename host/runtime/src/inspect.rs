//! What a component asks for, read from its file; nothing of it runs.
//!
//! An interface that a component does not use is not among its imports, so the list is an honest
//! list of what it could ever do: the permission screen.

use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_package::Digest;
use wasmparser::{Encoding, Parser, Payload};

use crate::limits::Limits;
use crate::meter::Bytes;
use crate::{linker, version};

/// The most imports, and as many exports, that are looked at. A connector has about 25.
const NAMES_MAX: usize = 1_000;

/// What a component is, without having run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The digest of the file.
    pub digest: Digest,
    /// Its bytes.
    pub size: u64,
    /// Everything it can ask the host for, by full name with version, sorted.
    pub imports: Vec<String>,
    /// Everything the host can ask it for, by full name with version, sorted.
    pub exports: Vec<String>,
    /// The version of the connector interface that it is made for, for example `0.1.0`; `None`
    /// where it is no connector.
    pub interface_version: Option<String>,
}

impl Inspection {
    /// Reads a component file that has this digest.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the file is not a WebAssembly component.
    pub(crate) fn of(wasm: &[u8], digest: Digest) -> Result<Self> {
        let (mut imports, mut exports) = names(wasm)?;
        imports.sort();
        exports.sort();
        Ok(Inspection {
            digest,
            size: wasm.len() as u64,
            interface_version: version::of_exports(exports.iter().map(String::as_str)),
            imports,
            exports,
        })
    }

    /// The imports that this runtime gives to no component.
    pub fn unknown_imports(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().map(String::as_str).filter(|name| !linker::provides(name))
    }

    /// Whether the component can be loaded, as far as names tell.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is no connector, is made for another version of the
    /// interface, or imports something that no component gets.
    pub(crate) fn check(&self) -> Result<()> {
        version::check(self.interface_version.as_deref())?;
        let unknown: Vec<String> = self.unknown_imports().take(5).map(quote).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let text = format!("the component imports {}, which no connector gets", unknown.join(", "));
        Err(Error::new(ErrorKind::Config, text)
            .with_hint("a connector reaches the network through `wasi:http/outgoing-handler` only"))
    }
}

/// Whether a component of this size is looked at.
///
/// # Errors
/// [`ErrorKind::Config`] where it is not.
pub(crate) fn check_size(bytes: u64, limits: &Limits) -> Result<()> {
    if bytes <= limits.component_bytes as u64 {
        return Ok(());
    }
    let max = Bytes(limits.component_bytes);
    let text = format!("the component has {bytes} bytes, and at most {max} are loaded");
    Err(Error::new(ErrorKind::Config, text)
        .with_hint("build the connector with the profile `guest`, or raise `component_bytes`"))
}

/// The names of the imports and exports of the outermost component.
fn names(wasm: &[u8]) -> Result<(Vec<String>, Vec<String>)> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    if !wasm.starts_with(b"\0asm") {
        return Err(not_wasm());
    }
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(damaged)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(core_module());
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(import.map_err(damaged)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    exports.push(export.map_err(damaged)?.name.name.to_owned());
                }
            }
            _ => {}
        }
        if imports.len().max(exports.len()) > NAMES_MAX {
            let text = format!("the component has more than {NAMES_MAX} imports or exports");
            return Err(Error::new(ErrorKind::Config, text));
        }
    }
    Ok((imports, exports))
}

fn not_wasm() -> Error {
    Error::new(ErrorKind::Config, "the file is not WebAssembly")
        .with_hint("a component file ends in `.wasm` and begins with the bytes `\\0asm`")
}

fn core_module() -> Error {
    Error::new(ErrorKind::Config, "the file is a core WebAssembly module, not a component")
        .with_hint("build it for the target `wasm32-wasip2`")
}

pub(crate) fn damaged(error: wasmparser::BinaryReaderError) -> Error {
    Error::new(ErrorKind::Config, "the component file is damaged")
        .with_hint("get or build the file again")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn inspect(wasm: &[u8]) -> Result<Inspection> {
        Inspection::of(wasm, Digest::of(wasm))
    }

    #[test]
    fn files_that_are_no_components_are_named_for_what_they_are() {
        let mut cut = EMPTY_COMPONENT.to_vec();
        cut.extend([0x0a, 0x20, 0x01]);
        let table = [
            (&b""[..], "the file is not WebAssembly"),
            (b"<html>", "the file is not WebAssembly"),
            (EMPTY_MODULE, "the file is a core WebAssembly module, not a component"),
            (&cut, "the component file is damaged"),
            (b"\0asm\x0d\0", "the component file is damaged"),
        ];
        for (wasm, expected) in table {
            let error = inspect(wasm).unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Config, expected));
            assert!(error.hint().is_some());
        }
    }

    #[test]
    fn a_component_that_is_no_connector_is_inspected_and_not_loaded() {
        let inspection = inspect(EMPTY_COMPONENT).unwrap();
        assert_eq!((inspection.size, inspection.interface_version.as_deref()), (8, None));
        let error = inspection.check().unwrap_err();
        assert_eq!(error.message(), "the component is not a Tollgate connector");
    }

    #[test]
    fn an_oversized_file_is_refused_before_it_is_read() {
        let limits = Limits { component_bytes: 7, ..Limits::default() };
        assert!(check_size(7, &limits).is_ok());
        let error = check_size(8, &limits).unwrap_err();
        assert_eq!(error.message(), "the component has 8 bytes, and at most 7 bytes are loaded");
    }

    #[test]
    fn an_import_that_no_component_gets_is_named() {
        let inspection = Inspection {
            imports: vec!["wasi:io/poll@0.2.6".to_owned(), "wasi:sockets/tcp@0.2.6".to_owned()],
            interface_version: Some("0.1.0".to_owned()),
            ..inspect(EMPTY_COMPONENT).unwrap()
        };
        let error = inspection.check().unwrap_err();
        assert!(error.message().contains("`wasi:sockets/tcp@0.2.6`"), "{error}");
        assert!(!error.message().contains("poll"), "{error}");
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = inspect(&bytes);
            let _ = inspect(&[EMPTY_COMPONENT, bytes.as_slice()].concat());
        }
    }
}
