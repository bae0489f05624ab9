//! Choices, read off a tape of bytes. Where the tape ends, or is blank, every choice is the simplest: so a failure shrinks to
//! a short tape, and that is a small case.

/// The tape.
#[derive(Debug, Clone)]
pub struct Tape<'a>(&'a [u8]);

impl<'a> Tape<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// One of `count` possibilities; the simplest is 0.
    pub fn pick(&mut self, count: usize) -> usize {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(*first) % count.max(1)
    }

    /// Something that happens once in `times`; the simplest is that it does not.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.pick(times) == times - 1
    }

    /// One of `all`; the simplest is the first.
    pub fn one_of<'b, T>(&mut self, all: &'b [T]) -> &'b T {
        &all[self.pick(all.len())]
    }
}
