//! What is set on every connection to SQLite that this process opens, whoever opens it: connections
//! are the destination's own, and it has no way in for tests.

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::auto_extension::{init_auto_extension, register_auto_extension};
use rusqlite::{Connection, ffi};

use crate::fault::die;

/// Pages of the least size: a few rows fill one.
pub(crate) const PAGE_BYTES: u32 = 512;

/// 0: no limit.
static PAGES_MAX: AtomicU32 = AtomicU32::new(0);
/// 0: never.
static COMMITS_LEFT: AtomicU32 = AtomicU32::new(0);

/// No database grows beyond so many pages.
pub(crate) fn limit_pages(pages: u32) -> rusqlite::Result<()> {
    PAGES_MAX.store(pages, Ordering::SeqCst);
    // SAFETY: what is registered opens and closes no database and registers nothing.
    unsafe { register_auto_extension(limit_connection) }
}

/// The process is killed when a transaction is committed for this time: nothing of it is durable.
pub(crate) fn at_commit(nth: u32) -> rusqlite::Result<()> {
    COMMITS_LEFT.store(nth, Ordering::SeqCst);
    // SAFETY: as above.
    unsafe { register_auto_extension(watch_connection) }
}

unsafe extern "C" fn limit_connection(
    db: *mut ffi::sqlite3,
    error: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    let limit = |connection: Connection| {
        // Of a database that is not there yet.
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        let sql = format!("PRAGMA max_page_count = {}", PAGES_MAX.load(Ordering::SeqCst));
        connection.query_row(&sql, [], |_| Ok(()))
    };
    // SAFETY: SQLite calls this with a connection that is open, and the closure leaves it open.
    unsafe { init_auto_extension(db, error, limit) }
}

unsafe extern "C" fn watch_connection(
    db: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: SQLite calls this with a connection that is open; the hook needs no data of its own.
    unsafe { ffi::sqlite3_commit_hook(db, Some(commits), std::ptr::null_mut()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn commits(_: *mut c_void) -> c_int {
    if COMMITS_LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
        die()
    }
    0
}
