//! The memory of a table: lines that begin empty, in pages as large as the system has them. In a table
//! of hundreds of megabytes a look-up would otherwise spend more time on finding its page than on it.

use super::entry::Entry;
use memmap2::MmapMut;
use std::io;
use zerocopy::FromBytes;

/// From this many bytes on, large pages are asked for: the size of one.
const LARGE_PAGE_BYTES: usize = 2 << 20;

/// Some lines; none at first.
#[derive(Default)]
pub(super) struct Lines(Option<MmapMut>);

impl Lines {
    /// This many empty lines.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub(super) fn empty(count: usize) -> io::Result<Self> {
        let bytes = count.checked_mul(size_of::<Entry>()).ok_or(io::ErrorKind::OutOfMemory)?;
        // Memory of no file is zeroed, and zeros are empty lines.
        let memory = MmapMut::map_anon(bytes)?;
        #[cfg(target_os = "linux")]
        if bytes >= LARGE_PAGE_BYTES {
            // Where the system has no large pages, small ones do.
            let _ = memory.advise(memmap2::Advice::HugePage);
        }
        Ok(Self(Some(memory)))
    }

    /// The lines. The memory begins at a page and has a whole number of them, so it always is lines.
    #[inline]
    pub(super) fn get(&self) -> &[Entry] {
        self.0.as_ref().and_then(|memory| <[Entry]>::ref_from_bytes(memory).ok()).unwrap_or_default()
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self) -> &mut [Entry] {
        self.0.as_mut().and_then(|memory| <[Entry]>::mut_from_bytes(memory).ok()).unwrap_or_default()
    }
}
