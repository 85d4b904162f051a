//! Texts, JSON, bytes and decimals: offsets into one run of bytes.

use std::sync::Arc;

use arrow_array::types::Decimal128Type;
use arrow_array::{ArrayRef, BinaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use serde::de::IgnoredAny;
use tollgate_model::text::quote;

use super::{Flaw, is_valid};
use crate::bindings::tollgate::connector::types::TextData;

/// Offsets and bytes that belong together: checked, so that every row lies within the bytes.
pub(super) struct Texts {
    offsets: OffsetBuffer<i32>,
    bytes: Buffer,
    nulls: Option<NullBuffer>,
}

impl Texts {
    pub(super) fn new(
        data: TextData,
        rows: usize,
        nulls: Option<NullBuffer>,
    ) -> Result<Self, Flaw> {
        let TextData { offsets, bytes } = data;
        if offsets.len() != rows + 1 {
            let text = format!("it has {} offsets instead of {}", offsets.len(), rows + 1);
            return Err(Flaw::column(text));
        }
        if offsets.first() != Some(&0) {
            return Err(Flaw::column("its first offset is not 0"));
        }
        let mut bounds = offsets.iter().zip(offsets.iter().skip(1));
        if let Some(row) = bounds.position(|(start, end)| start > end) {
            return Err(Flaw::row(row, "its offsets descend"));
        }
        let end = offsets.last().copied().unwrap_or_default();
        if usize::try_from(end) != Ok(bytes.len()) {
            let text = format!("its last offset is {end}, and it has {} bytes", bytes.len());
            return Err(Flaw::column(text));
        }
        // Arrow's offsets are signed. The host's limit on one call is far below.
        if i32::try_from(end).is_err() {
            return Err(Flaw::column(format!("it has {end} bytes, more than {}", i32::MAX)));
        }
        // The same memory read as signed, which changes no value that is at most `i32::MAX`.
        let offsets = ScalarBuffer::<i32>::new(Buffer::from_vec(offsets), 0, rows + 1);
        Ok(Texts { offsets: OffsetBuffer::new(offsets), bytes: Buffer::from_vec(bytes), nulls })
    }

    pub(super) fn utf8(self) -> Result<ArrayRef, Flaw> {
        let is_whole = simdutf8::basic::from_utf8(&self.bytes).is_ok_and(|text| {
            self.offsets.iter().all(|offset| text.is_char_boundary(*offset as usize))
        });
        if !is_whole {
            (0..self.len()).try_for_each(|row| self.text(row).map(drop))?;
            return Err(Flaw::column("its texts are not UTF-8"));
        }
        // SAFETY: the offsets are as many as the rows and one, begin at 0, ascend and end with the
        // bytes (`Texts::new`); the bytes are UTF-8 and every offset is the border of a character.
        // Arrow's own check of the same takes five times as long.
        let array = unsafe { StringArray::new_unchecked(self.offsets, self.bytes, self.nulls) };
        Ok(Arc::new(array))
    }

    pub(super) fn json(self) -> Result<ArrayRef, Flaw> {
        for row in self.valid_rows() {
            if serde_json::from_slice::<IgnoredAny>(self.bytes(row)).is_err() {
                let shown = quote(self.text(row)?);
                return Err(Flaw::row(row, format!("{shown} is not JSON")));
            }
        }
        self.utf8()
    }

    pub(super) fn binary(self) -> Result<ArrayRef, Flaw> {
        BinaryArray::try_new(self.offsets, self.bytes, self.nulls)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(|error| Flaw::column(error.to_string()))
    }

    pub(super) fn decimals(self, precision: u8, scale: u8) -> Result<ArrayRef, Flaw> {
        let mut units = vec![0_i128; self.len()];
        for row in self.valid_rows() {
            let text = self.text(row)?;
            let parsed =
                tollgate_model::decimal::parse(text, precision, scale).map_err(|flaw| {
                    let shown = quote(text);
                    Flaw::row(row, format!("{shown} in a decimal({precision},{scale}): {flaw}"))
                })?;
            if let Some(unit) = units.get_mut(row) {
                *unit = parsed;
            }
        }
        let signed_scale = i8::try_from(scale)
            .map_err(|_| Flaw::column(format!("its scale is {scale}, more than 38")))?;
        PrimitiveArray::<Decimal128Type>::new(ScalarBuffer::from(units), self.nulls)
            .with_precision_and_scale(precision, signed_scale)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(|error| Flaw::column(error.to_string()))
    }

    fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    fn valid_rows(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(|row| is_valid(self.nulls.as_ref(), *row))
    }

    fn bytes(&self, row: usize) -> &[u8] {
        let bounds = self.offsets.get(row).zip(self.offsets.get(row + 1));
        bounds
            .and_then(|(start, end)| self.bytes.get(*start as usize..*end as usize))
            .unwrap_or_default()
    }

    fn text(&self, row: usize) -> Result<&str, Flaw> {
        std::str::from_utf8(self.bytes(row)).map_err(|_| Flaw::row(row, "its text is not UTF-8"))
    }
}
