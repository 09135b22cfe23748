//! Linux, where a priority belongs to a thread.

use rustix::process::setpriority_process;
use rustix::thread::gettid;

/// Lets other threads go first, from now on. Where that is not allowed, nothing is lost.
pub(in crate::password) fn lower() {
    let _ = setpriority_process(Some(gettid()), NICE);
}

/// A tenth of what a usual thread gets where both want the same core; and one that wakes up to
/// answer a request takes the core at once.
const NICE: i32 = 10;
