//! The uses of one token that wait: how many on which day, and who made them.

use super::UseFacts;
use domain::{id::TokenId, limits, name::is_hostile, time::Timestamp, token::TokenCaller};
use std::{
    mem,
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
};
use store::change::TokenUse;

/// The uses of one token.
pub(super) struct Gathered {
    today: (i64, u64),
    /// The day before, when the uses gathered pass midnight.
    earlier: Vec<(i64, u64)>,
    /// Who used it last, and so when it was used last. Most uses of a token are by the same caller.
    last: Caller,
    /// Who else used it.
    others: Vec<Caller>,
}

/// An address with a user agent.
struct Caller {
    address: Option<IpAddr>,
    user_agent: Option<Box<str>>,
    at: Timestamp,
    count: u64,
}

/// Room for callers beside the latest one of each token, shared by all tokens.
#[derive(Default)]
pub(super) struct Room(AtomicUsize);

impl Room {
    fn take(&self) -> bool {
        let taken = self.0.fetch_add(1, Ordering::Relaxed) < limits::CALLERS_IN_MEMORY;
        if !taken {
            self.give_back(1);
        }
        taken
    }

    fn give_back(&self, callers: usize) {
        self.0.fetch_sub(callers, Ordering::Relaxed);
    }
}

impl Gathered {
    /// The first use.
    pub(super) fn new(at: Timestamp, facts: UseFacts<'_>) -> Self {
        let last = Caller { at, count: 1, ..Caller::new(facts) };
        Self { today: (at.day(), 1), earlier: Vec::new(), last, others: Vec::new() }
    }

    /// One more use.
    pub(super) fn add(&mut self, at: Timestamp, facts: UseFacts<'_>, room: &Room) {
        if at.day() != self.today.0 {
            self.earlier.push(self.today);
            self.today = (at.day(), 0);
        }
        self.today.1 += 1;
        if !self.last.is(facts) {
            self.turn_to(facts, room);
        }
        self.last.at = self.last.at.max(at);
        self.last.count += 1;
    }

    /// Makes another caller the last one.
    fn turn_to(&mut self, facts: UseFacts<'_>, room: &Room) {
        let latest = self.last.at;
        if let Some(known) = self.others.iter_mut().find(|other| other.is(facts)) {
            mem::swap(&mut self.last, known);
        } else {
            // What is kept of a hostile user agent differs from it, and so is compared again.
            let caller = Caller::new(facts);
            if self.last.is_as(&caller) {
                return;
            }
            if let Some(known) = self.others.iter_mut().find(|other| other.is_as(&caller)) {
                mem::swap(&mut self.last, known);
            } else {
                let left = mem::replace(&mut self.last, caller);
                self.keep(left, room);
            }
        }
        self.last.at = latest;
    }

    /// Keeps a caller beside the last one; without room, in place of whoever has not come for longest.
    fn keep(&mut self, caller: Caller, room: &Room) {
        if self.others.len() + 1 < limits::TOKEN_CALLERS && room.take() {
            self.others.push(caller);
        } else if let Some(oldest) = self.others.iter_mut().min_by_key(|other| other.at) {
            *oldest = caller;
        }
    }

    /// What is to be written.
    pub(super) fn to_use(&self, token: TokenId) -> TokenUse {
        TokenUse {
            token,
            at: self.last.at,
            address: self.last.address,
            user_agent: self.last.user_agent.as_deref().map(String::from),
            days: self.earlier.iter().chain([&self.today]).copied().collect(),
            callers: [&self.last].into_iter().chain(&self.others).map(Caller::to_token_caller).collect(),
        }
    }

    /// The same, of what waits no longer.
    pub(super) fn into_use(self, token: TokenId, room: &Room) -> TokenUse {
        room.give_back(self.others.len());
        self.to_use(token)
    }
}

impl Caller {
    /// A caller who has not come yet.
    fn new(facts: UseFacts<'_>) -> Self {
        let at = Timestamp::from_milliseconds(0);
        Self { address: facts.address, user_agent: facts.user_agent.map(bounded), at, count: 0 }
    }

    fn is(&self, facts: UseFacts<'_>) -> bool {
        self.address == facts.address && self.user_agent.as_deref() == facts.user_agent.map(cut)
    }

    fn is_as(&self, other: &Self) -> bool {
        self.address == other.address && self.user_agent == other.user_agent
    }

    fn to_token_caller(&self) -> TokenCaller {
        TokenCaller {
            address: self.address,
            user_agent: self.user_agent.as_deref().map(String::from),
            last_used_at: self.at,
            count: self.count,
        }
    }
}

/// What is kept of a user agent: nobody has checked it, so what could forge a line is replaced.
fn bounded(user_agent: &str) -> Box<str> {
    let safe = |character| if is_hostile(character) { char::REPLACEMENT_CHARACTER } else { character };
    let safe: String = cut(user_agent).chars().map(safe).collect();
    cut(&safe).into()
}

fn cut(user_agent: &str) -> &str {
    &user_agent[..user_agent.floor_char_boundary(limits::USER_AGENT_BYTES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(gathered: &mut Gathered, at: i64, last: u8, user_agent: &str, room: &Room) {
        let address = Some(IpAddr::from([192, 0, 2, last]));
        gathered.add(Timestamp::from_milliseconds(at), UseFacts { address, user_agent: Some(user_agent) }, room);
    }

    fn first() -> Gathered {
        Gathered::new(Timestamp::from_milliseconds(0), UseFacts { address: None, user_agent: None })
    }

    fn callers(gathered: &Gathered) -> Vec<(Option<u8>, i64, u64)> {
        let callers = gathered.to_use(TokenId::from_bytes([1; 16])).callers;
        let last = |address: IpAddr| address.to_string().rsplit('.').next().and_then(|last| last.parse().ok());
        let tuple =
            |caller: &TokenCaller| (caller.address.and_then(last), caller.last_used_at.milliseconds(), caller.count);
        callers.iter().map(tuple).collect()
    }

    #[test]
    fn each_caller_is_counted_for_himself() {
        let (room, mut gathered) = (Room::default(), first());
        for at in 1..=3 {
            used(&mut gathered, 2 * at, 1, "agent", &room);
            used(&mut gathered, 2 * at + 1, 2, "agent", &room);
            used(&mut gathered, 2 * at + 1, 2, "agent", &room);
        }
        // Another user agent is another caller, and a hostile one is the same each time.
        used(&mut gathered, 8, 2, "a\n", &room);
        used(&mut gathered, 9, 1, "agent", &room);
        used(&mut gathered, 10, 2, "a\n", &room);
        used(&mut gathered, 11, 2, "a\n", &room);
        let mut found = callers(&gathered);
        assert_eq!(found[0], (Some(2), 11, 3));
        found.sort_by_key(|(_, at, _)| *at);
        assert_eq!(found, [(None, 0, 1), (Some(2), 7, 6), (Some(1), 9, 4), (Some(2), 11, 3)]);
        let at = gathered.to_use(TokenId::from_bytes([1; 16])).at;
        assert_eq!(at.milliseconds(), 11);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_turn_the_last_use_back() {
        let (room, mut gathered) = (Room::default(), first());
        used(&mut gathered, 9, 1, "agent", &room);
        used(&mut gathered, 5, 2, "agent", &room);
        assert_eq!(callers(&gathered)[0], (Some(2), 9, 1));
    }

    #[test]
    fn the_latest_callers_are_kept() {
        let (room, mut gathered) = (Room::default(), first());
        for last in 1..=20 {
            used(&mut gathered, last.into(), last, "agent", &room);
        }
        let mut found: Vec<_> = callers(&gathered).into_iter().filter_map(|(last, ..)| last).collect();
        found.sort_unstable();
        assert_eq!(found, (13..=20).collect::<Vec<_>>());
        let _ = gathered.into_use(TokenId::from_bytes([1; 16]), &room);
        assert_eq!(room.0.into_inner(), 0);
    }

    #[test]
    fn without_room_a_token_keeps_those_it_has() {
        let (room, mut gathered) = (Room(AtomicUsize::new(limits::CALLERS_IN_MEMORY - 1)), first());
        for last in 1..=3 {
            used(&mut gathered, last.into(), last, "agent", &room);
        }
        assert_eq!(callers(&gathered), [(Some(3), 3, 1), (Some(2), 2, 1)]);
        let _ = gathered.into_use(TokenId::from_bytes([1; 16]), &room);
        assert_eq!(room.0.into_inner(), limits::CALLERS_IN_MEMORY - 1);
    }

    #[test]
    fn a_user_agent_is_kept_short_and_harmless() {
        assert_eq!(&*bounded("curl/8 é"), "curl/8 é");
        assert_eq!(&*bounded("a\n\u{1b}[31m\u{202e}b"), "a\u{fffd}\u{fffd}[31m\u{fffd}b");
        assert!(bounded(&"\u{0}".repeat(limits::USER_AGENT_BYTES)).len() <= limits::USER_AGENT_BYTES);
    }
}
