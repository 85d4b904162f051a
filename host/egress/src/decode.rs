//! Decompression: gzip, deflate and brotli, one of them at a time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use crate::error::GateError;
use crate::wire::Wire;

/// Bytes decompressed at a time. 64 KiB: a batch's worth of work between two polls, small enough
/// for a cache.
const PIECE_BYTES: usize = 64 << 10;
/// Room below which a new buffer is begun.
const PIECE_BYTES_MIN: usize = 8 << 10;

/// A content encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

impl Coding {
    /// The encoding of an answer, if any.
    ///
    /// # Errors
    /// [`GateError::Undecodable`] for an unknown one and for several on top of each other, which
    /// no server that we asked has a reason to send.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Self>, GateError> {
        let mut coding = None;
        for value in headers.get_all(CONTENT_ENCODING) {
            let names = value.to_str().map_err(|_| unknown())?.split(',');
            for name in names.map(|name| name.trim().to_ascii_lowercase()) {
                let next = match name.as_str() {
                    "" | "identity" => continue,
                    "gzip" | "x-gzip" => Coding::Gzip,
                    "deflate" => Coding::Deflate,
                    "br" => Coding::Brotli,
                    _ => return Err(unknown()),
                };
                if coding.replace(next).is_some() {
                    return Err(undecodable("it is encoded more than once"));
                }
            }
        }
        Ok(coding)
    }
}

fn unknown() -> GateError {
    undecodable("its content encoding is unknown")
}

fn undecodable(what: &str) -> GateError {
    GateError::Undecodable(what.to_owned())
}

/// A body on its way through a decoder.
pub(crate) struct Decoded {
    stage: Stage,
    /// Zeroed room for what comes next.
    room: BytesMut,
}

/// A decoder is made when the first bytes are there: an empty body is empty in every encoding,
/// and deflate is two formats that only their first bytes tell apart.
enum Stage {
    Begin(Coding, Reader),
    Gzip(GzipDecoder<Reader>),
    Zlib(ZlibDecoder<Reader>),
    Deflate(DeflateDecoder<Reader>),
    Brotli(BrotliDecoder<Reader>),
    /// The decoder is through; what is left on the wire is read so that the connection can be used
    /// again.
    Rest(Reader),
    /// Only while one stage follows another.
    Gone,
}

impl Decoded {
    pub(crate) fn new(coding: Coding, wire: Wire) -> Self {
        let reader = Reader { wire, piece: Bytes::new(), is_over: false };
        Decoded { stage: Stage::Begin(coding, reader), room: BytesMut::new() }
    }

    pub(crate) fn wire(&mut self) -> Option<&mut Wire> {
        Some(&mut self.stage.reader()?.wire)
    }

    /// The next piece, never empty.
    pub(crate) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, GateError>>> {
        if let Stage::Begin(coding, reader) = &mut self.stage {
            let begin = match ready!(reader.poll_begin(cx)) {
                Ok(begin) => begin,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            let coding = *coding;
            self.advance(|reader| Stage::decoder(coding, begin, reader));
        }
        if self.room.len() < PIECE_BYTES_MIN {
            self.room = BytesMut::zeroed(PIECE_BYTES);
        }
        let mut buffer = ReadBuf::new(&mut self.room);
        match ready!(self.stage.poll_read(cx, &mut buffer)) {
            Err(error) => Poll::Ready(Some(Err(error))),
            Ok(()) if buffer.filled().is_empty() => {
                self.advance(Stage::Rest);
                self.poll_rest(cx)
            }
            Ok(()) => {
                let filled = buffer.filled().len();
                Poll::Ready(Some(Ok(self.room.split_to(filled).freeze())))
            }
        }
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, GateError>>> {
        while let Some(wire) = self.wire() {
            match ready!(wire.poll_piece(cx)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => break,
            }
        }
        Poll::Ready(None)
    }

    fn advance(&mut self, next: impl FnOnce(Reader) -> Stage) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Gone).into_reader() {
            Some(reader) => next(reader),
            None => Stage::Gone,
        };
    }
}

impl Stage {
    fn decoder(coding: Coding, begin: [u8; 2], reader: Reader) -> Self {
        if reader.is_over && reader.piece.is_empty() {
            return Stage::Rest(reader);
        }
        match coding {
            Coding::Gzip => {
                let mut decoder = GzipDecoder::new(reader);
                // A file of several members is one file (RFC 1952, 2.2).
                decoder.multiple_members(true);
                Stage::Gzip(decoder)
            }
            Coding::Deflate if is_zlib(begin) => Stage::Zlib(ZlibDecoder::new(reader)),
            Coding::Deflate => Stage::Deflate(DeflateDecoder::new(reader)),
            Coding::Brotli => Stage::Brotli(BrotliDecoder::new(reader)),
        }
    }

    fn reader(&mut self) -> Option<&mut Reader> {
        match self {
            Stage::Begin(_, reader) | Stage::Rest(reader) => Some(reader),
            Stage::Gzip(decoder) => Some(decoder.get_mut()),
            Stage::Zlib(decoder) => Some(decoder.get_mut()),
            Stage::Deflate(decoder) => Some(decoder.get_mut()),
            Stage::Brotli(decoder) => Some(decoder.get_mut()),
            Stage::Gone => None,
        }
    }

    fn into_reader(self) -> Option<Reader> {
        match self {
            Stage::Begin(_, reader) | Stage::Rest(reader) => Some(reader),
            Stage::Gzip(decoder) => Some(decoder.into_inner()),
            Stage::Zlib(decoder) => Some(decoder.into_inner()),
            Stage::Deflate(decoder) => Some(decoder.into_inner()),
            Stage::Brotli(decoder) => Some(decoder.into_inner()),
            Stage::Gone => None,
        }
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<(), GateError>> {
        let outcome = match self {
            Stage::Begin(..) | Stage::Rest(_) | Stage::Gone => return Poll::Ready(Ok(())),
            Stage::Gzip(decoder) => Pin::new(decoder).poll_read(cx, buffer),
            Stage::Zlib(decoder) => Pin::new(decoder).poll_read(cx, buffer),
            Stage::Deflate(decoder) => Pin::new(decoder).poll_read(cx, buffer),
            Stage::Brotli(decoder) => Pin::new(decoder).poll_read(cx, buffer),
        };
        outcome.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => undecodable("its compressed data ends early"),
            _ => match error.downcast::<GateError>() {
                Ok(error) => error,
                Err(_) => undecodable("its compressed data is broken"),
            },
        })
    }
}

/// Whether deflate data begins with a zlib header (RFC 1950), as it should, and not at once with
/// a block (RFC 1951), as some servers have it.
fn is_zlib([first, second]: [u8; 2]) -> bool {
    first & 0x0f == 8 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}

/// The wire as what decoders read from. Errors of the gate pass through as they are.
struct Reader {
    wire: Wire,
    piece: Bytes,
    is_over: bool,
}

impl Reader {
    /// The first two bytes, zeros where there are none.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Result<[u8; 2], GateError>> {
        while self.piece.len() < 2 && !self.is_over {
            match ready!(self.wire.poll_piece(cx)) {
                None => self.is_over = true,
                Some(Err(error)) => return Poll::Ready(Err(error)),
                Some(Ok(piece)) if self.piece.is_empty() => self.piece = piece,
                Some(Ok(piece)) => self.piece = [&self.piece[..], &piece[..]].concat().into(),
            }
        }
        let byte = |at: usize| self.piece.get(at).copied().unwrap_or_default();
        Poll::Ready(Ok([byte(0), byte(1)]))
    }
}

impl AsyncBufRead for Reader {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let reader = self.get_mut();
        if reader.piece.is_empty() && !reader.is_over {
            match ready!(reader.wire.poll_piece(cx)) {
                None => reader.is_over = true,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                Some(Ok(piece)) => reader.piece = piece,
            }
        }
        Poll::Ready(Ok(&reader.piece))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        let amount = amount.min(self.piece.len());
        self.piece.advance(amount);
    }
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let piece = ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = piece.len().min(buffer.remaining());
        buffer.put_slice(&piece[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_known_encoding_is_taken_and_no_other() {
        let table: [(&[&str], Option<Option<Coding>>); 13] = [
            (&[], Some(None)),
            (&["identity"], Some(None)),
            (&[""], Some(None)),
            (&["gzip"], Some(Some(Coding::Gzip))),
            (&["X-GZIP"], Some(Some(Coding::Gzip))),
            (&[" deflate "], Some(Some(Coding::Deflate))),
            (&["identity, br"], Some(Some(Coding::Brotli))),
            (&["gzip, gzip"], None),
            (&["gzip", "br"], None),
            (&["zstd"], None),
            (&["compress"], None),
            (&["gzip;q=1"], None),
            (&["g\u{e4}zip"], None),
        ];
        for (values, expected) in table {
            let values = values.iter().map(|value| (CONTENT_ENCODING, value.parse().unwrap()));
            let headers = HeaderMap::from_iter(values);
            assert_eq!(Coding::of(&headers).ok(), expected, "{headers:?}");
        }
    }

    #[test]
    fn zlib_is_told_from_bare_deflate() {
        for (begin, expected) in [
            ([0x78, 0x01], true),
            ([0x78, 0x9c], true),
            ([0x78, 0xda], true),
            ([0x78, 0x9d], false),
            ([0xcb, 0x48], false),
            ([0, 0], false),
        ] {
            assert_eq!(is_zlib(begin), expected, "{begin:x?}");
        }
    }
}
