//! A panic is a mistake of ours, and what it says may hold anything, a password among it. So it is told like everything else:
//! redacted, and without what steers a terminal.

use std::io::Write as _;

use crate::base::redact::clean;
use crate::base::text::safe;

/// From here on, in all threads.
pub(super) fn tell_carefully() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("nothing is known of it");
        let place = panic.location().map_or_else(String::new, |place| format!(" ({place})"));
        // Where nobody reads there is nobody to tell.
        let _ = writeln!(
            std::io::stderr(),
            "error: orchest has made a mistake: {}{place}\n  next: tell its maintainers what you did; SECURITY.md says how",
            safe(&clean(said))
        );
    }));
}
