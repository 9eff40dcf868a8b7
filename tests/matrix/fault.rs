//! The faults of the harness by their numbers, the variants of each, and how a command may end.

/// What happens at a request.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its number in the list of faults.
    pub fault: usize,
    /// The proxy's word for it, with K for the number of the request.
    pub text: &'static str,
    /// The exit codes that are right.
    pub codes: &'static [i32],
    /// Whether it strikes requests that create something only.
    pub creating: bool,
}

const fn once(fault: usize, text: &'static str, codes: &'static [i32]) -> Variant {
    Variant { fault, text, codes, creating: false }
}

const PASSES: &[i32] = &[0, 75];
const STAYS: &[i32] = &[75];

/// Faults of the wire and of servers. Signals and second processes are `signals.rs`.
pub const VARIANTS: [Variant; 48] = [
    // 1: nothing was sent, or nothing arrived.
    once(1, "reset@K:before", PASSES),
    once(1, "cut@K:before", PASSES),
    once(1, "reset@K!:before", STAYS),
    // 2: carried out, and the answer lost.
    once(2, "cut@K:after", PASSES),
    once(2, "reset@K:after", PASSES),
    once(2, "cut@K!:after", STAYS),
    // 3: half of the answer.
    once(3, "truncate@K", PASSES),
    // Not everything that is answered has a body to cut.
    once(3, "truncate@K!", PASSES),
    // 4: silence.
    once(4, "hang@K:after", PASSES),
    once(4, "hang@K:before", PASSES),
    once(4, "hang@K!:before", STAYS),
    // 5: a byte at a time. The clock of the command runs as fast as a thousand of these.
    once(5, "drip=1ms@K", PASSES),
    // 6: a credential that is not taken any more.
    once(6, "status=401@K", &[0]),
    once(6, "status=401@K!", &[4]),
    // 7: too much at once.
    once(7, "status=429,retry-after=1@K", PASSES),
    once(7, "status=429,retry-after=Wed, 21 Oct 2015 07:28:00 GMT@K", PASSES),
    once(7, "status=429,retry-after=86400@K", PASSES),
    once(7, "status=429@K", PASSES),
    once(7, "status=429,retry-after=1@K!", STAYS),
    once(7, "status=429@K!", STAYS),
    // 8: the server fails, with and without having done it.
    once(8, "status=503@K:before", PASSES),
    once(8, "status=500@K:after", PASSES),
    once(8, "status=500@K:before", PASSES),
    once(8, "status=502@K:after", PASSES),
    once(8, "status=502@K:before", PASSES),
    once(8, "status=503@K:after", PASSES),
    once(8, "status=504@K:after", PASSES),
    once(8, "status=504@K:before", PASSES),
    once(8, "status=500@K!:before", STAYS),
    once(8, "status=502@K!:after", STAYS),
    once(8, "status=503@K!:before", STAYS),
    once(8, "status=504@K!:after", STAYS),
    // 9: a rival was a moment earlier with the same.
    Variant { creating: true, ..once(9, "status=409@K:after", &[0, 6]) },
    // 10: an answer that is none.
    once(10, "body=html@K", &[0, 1]),
    once(10, "body=empty@K", &[0, 1]),
    once(10, "body=truncated@K", &[0, 1]),
    once(10, "body=array@K", &[0, 1]),
    once(10, "body=invalid-utf8@K", &[0, 1]),
    once(10, "body=html@K:before", &[0, 1]),
    once(10, "body=html@K!", &[0, 1]),
    once(10, "body=empty@K!", &[0, 1]),
    once(10, "body=array@K!", &[0, 1]),
    // 11: sent on to somebody else. What was carried out before is found when it is looked for.
    once(11, "redirect=http://FOREIGN/@K", &[1]),
    once(11, "redirect=https://FOREIGN/@K:after", &[0, 1]),
    once(11, "redirect=http://FOREIGN/@K:after", &[0, 1]),
    once(11, "redirect=http://FOREIGN/@K!", &[1]),
    once(11, "redirect=http://user@FOREIGN/@K", &[1]),
    once(11, "redirect=//FOREIGN/@K:after", &[0, 1]),
];

/// The variants of a fault.
pub fn variants(fault: usize) -> impl Iterator<Item = Variant> {
    VARIANTS.into_iter().filter(move |variant| variant.fault == fault)
}

/// The faults that these are variants of.
pub const OF_THE_WIRE: std::ops::RangeInclusive<usize> = 1..=11;

impl Variant {
    /// At this request, with the address that nobody may be led to.
    pub fn at(self, index: usize, foreign: &str) -> String {
        let place = format!("@{index}");
        self.text.replace("@K", &place).replace("FOREIGN", foreign)
    }
}
