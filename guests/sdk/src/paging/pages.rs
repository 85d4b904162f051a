//! Drives a pager: fetches, decodes, judges, and watches for a provider that runs in circles.

use std::marker::PhantomData;

use super::{Item, Pager, Verdict};
use crate::decode::{Hints, Target};
use crate::failure::{Failure, Fault};
use crate::http::{Http, Request};
use crate::identity::Identity;
use crate::plan::{Plan, Rows};
use crate::record::{Record, Slots, Table};
use crate::response::{self, Found, Maker, Response, Shape};

/// Without a key, pages of fewer rows than this may well be equal: two clicks in one second.
const KEYLESS_ROWS_MIN: usize = 20;

/// The status of an answer that is still being made. It is asked for again, at the host's pace and
/// as often as the host allows.
const ACCEPTED: u16 = 202;

/// The status of an answer without content.
const NO_CONTENT: u16 = 204;

/// The provider's own check of an answer to a request, beside what the shape asks.
pub type Inspect = fn(&Request, &Response<'_>) -> Result<(), Fault>;

/// The pages of a read.
pub struct Pages {
    http: Http,
    shape: Shape,
    inspect: Inspect,
    /// The state of the paging.
    pub pager: Box<dyn Pager>,
    body: Vec<u8>,
    /// Hashes of the pages that were there.
    pages_seen: Seen,
    /// Hashes of the cursors that were there.
    cursors_seen: Seen,
}

impl Pages {
    /// Pages as `pager` asks for them, with records as `shape` says.
    pub fn new(http: Http, pager: impl Pager + 'static, shape: Shape) -> Self {
        Self::boxed(http, Box::new(pager), shape)
    }

    /// The same, where it is decided at run time what the pager is.
    pub fn boxed(http: Http, pager: Box<dyn Pager>, shape: Shape) -> Self {
        Self {
            http,
            shape,
            inspect: |_, _| Ok(()),
            pager,
            body: Vec::new(),
            pages_seen: Seen::default(),
            cursors_seen: Seen::default(),
        }
    }

    /// Adds the provider's own check of an answer.
    #[must_use]
    pub fn inspect(mut self, inspect: Inspect) -> Self {
        self.inspect = inspect;
        self
    }

    /// Reads the next page, whose rows `maker` makes, into `rows`. False at the end.
    ///
    /// # Errors
    /// Why the page could not be had.
    pub fn next(
        &mut self,
        plan: &Plan,
        maker: &mut dyn Maker,
        rows: &mut Rows,
    ) -> Result<bool, Failure> {
        loop {
            let Some(request) = self.pager.request() else { return Ok(false) };
            let page = match self.read(&request, plan, maker, rows) {
                Ok(page) if page.verdict == Verdict::Keep => {
                    self.watch(plan, &page)?;
                    return Ok(true);
                }
                other => other,
            };
            rows.clear();
            maker.begin();
            match page {
                Ok(_) => self.pages_seen = Seen::default(),
                Err(Failure::NotFound(_)) if self.pager.skip() => return Ok(true),
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Makes one request, several times if need be.
    fn read(
        &mut self,
        request: &Request,
        plan: &Plan,
        maker: &mut dyn Maker,
        rows: &mut Rows,
    ) -> Result<PageRead, Failure> {
        let Self { http, shape, inspect, pager, body, .. } = self;
        let mut read = PageRead { verdict: Verdict::Keep, rows: 0, identity: 0 };
        http.read_answer(request, body, &mut |head, body| {
            rows.clear();
            maker.begin();
            if head.status == ACCEPTED {
                read.verdict = Verdict::Reread;
                return Ok(());
            }
            if head.status == NO_CONTENT && shape.may_be_nothing {
                let identity = Identity::about(&pager.item().to_string()).value();
                let verdict = pager.accept(&Response::empty())?;
                read = PageRead { verdict, rows: 0, identity };
                return Ok(());
            }
            let item = pager.item();
            // Two things may well have the same rows, such as two messages that nobody opened.
            let (identity, hints) = (Identity::about(&item.to_string()), Hints::default());
            let mut target = Target { plan, item, maker: &mut *maker, rows, identity, hints };
            let response = response::read(body, *shape, &mut target)?;
            let identity = target.identity.value();
            inspect(request, &response)?;
            if response.found() == Found::Nothing {
                return Err(Fault::malformed("it has no records where they belong"));
            }
            let verdict = pager.accept(&response)?;
            read = PageRead { verdict, rows: response.count(), identity };
            Ok(())
        })?;
        Ok(read)
    }

    /// Reads all pages and keeps what `pick` makes of each row.
    ///
    /// # Errors
    /// Why a page could not be had.
    pub fn collect<R: Record, T>(
        &mut self,
        pick: impl FnMut(&mut R::Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Failure> {
        let mut picker = Picker { kept: Vec::new(), sure: 0, pick, record: PhantomData::<R> };
        self.collect_with(R::TABLE, &mut picker)?;
        Ok(picker.kept)
    }

    fn collect_with(
        &mut self,
        table: &'static Table,
        picker: &mut dyn Maker,
    ) -> Result<(), Failure> {
        let plan = Plan::of(table);
        let mut rows = Rows::new(&plan);
        while self.next(&plan, picker, &mut rows)? {
            picker.page_kept();
        }
        Ok(())
    }

    /// Fails where a page or a cursor comes again.
    fn watch(&mut self, plan: &Plan, page: &PageRead) -> Result<(), Failure> {
        let rows_min = if plan.table().has_key() { 1 } else { KEYLESS_ROWS_MIN };
        if page.rows >= rows_min && !self.pages_seen.insert(page.identity) {
            let text = format!("a page of {} rows repeats an earlier one", page.rows);
            return Err(Failure::UnexpectedResponse(text));
        }
        let Some(cursor) = self.pager.next_cursor() else { return Ok(()) };
        if !self.cursors_seen.insert(Identity::of_text(&cursor)) {
            let text = format!("a page leads back to {cursor:?}, which was there before");
            return Err(Failure::UnexpectedResponse(text));
        }
        Ok(())
    }
}

/// Hashes that were there, in ascending order: a tree would be the larger part of this module.
#[derive(Default)]
struct Seen(Vec<u64>);

impl Seen {
    /// Adds one; false if it is there already.
    fn insert(&mut self, hash: u64) -> bool {
        match self.0.binary_search(&hash) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, hash);
                true
            }
        }
    }
}

/// A page that was understood.
struct PageRead {
    verdict: Verdict,
    /// How many records it had, and which they were.
    rows: usize,
    identity: u64,
}

/// Keeps what a function makes of each row.
struct Picker<R, T, F> {
    kept: Vec<T>,
    /// How many of them are from pages that were kept; the rest is from one under way.
    sure: usize,
    pick: F,
    record: PhantomData<R>,
}

impl<R: Record, T, F> Maker for Picker<R, T, F>
where
    F: FnMut(&mut R::Row<'_>) -> Result<T, Fault>,
{
    fn begin(&mut self) {
        self.kept.truncate(self.sure);
    }

    fn make<'de>(
        &mut self,
        _: &Item,
        fill: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
        _: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut row = R::Row::default();
        fill(&mut row)?;
        self.kept.push((self.pick)(&mut row)?);
        Ok(())
    }

    fn page_kept(&mut self) {
        self.sure = self.kept.len();
    }
}
