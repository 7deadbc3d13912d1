//! What may happen next, chosen at random.

use super::{Model, Run};
use domain::owner::Role;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
/// How many idempotency keys there are.
const KEYS: u64 = 6;
/// How many groups the tokens are labelled with.
const GROUPS: u64 = 20;
/// More live tokens than these are made fewer.
const CROWD: usize = 40;

/// One thing that happens. Owners, tokens and organisations are places in the model.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Issue(Issue),
    Update { token: usize, patch: Patch, stale: bool, stranger: bool },
    Switch { token: usize, disabled: bool, stranger: bool },
    Rotate { token: usize, overlap: Option<Duration>, first_use: bool, key: Option<u64>, stranger: bool },
    Use { token: usize, secret: usize },
    Delete { token: usize, by_secret: bool, stranger: bool },
    DeleteGroup { group: u64, reviewed: bool },
    SetOwner { owner: usize, role: Option<Role>, granted: Option<&'static str>, active: Option<bool> },
    SetOrganisation { organisation: usize, active: bool },
    WriteUses,
    Advance(Duration),
    Restart,
}

#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) name: String,
    pub(super) owner: usize,
    pub(super) group: u64,
    pub(super) scopes: Option<&'static str>,
    pub(super) networks: bool,
    pub(super) lifetime: Option<Duration>,
    pub(super) key: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Patch {
    Scopes(&'static str),
    Lifetime(Option<Duration>),
    Networks(bool),
    Nothing,
}

impl Run {
    fn below(&self, end: usize) -> usize {
        usize::try_from(self.random().below(end as u64)).unwrap()
    }

    fn chance(&self, percent: u64) -> bool {
        self.random().below(100) < percent
    }

    fn pick<T: Copy>(&self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn key(&self) -> Option<u64> {
        self.chance(40).then(|| self.random().below(KEYS))
    }

    pub(super) fn choose(&mut self) -> Step {
        let live: Vec<usize> = live(&self.model);
        if live.is_empty() || (live.len() < CROWD && self.chance(22)) {
            return self.keyed(self.issue());
        }
        let token = if self.chance(95) { self.pick(&live) } else { self.below(self.model.tokens.len()) };
        let stranger = self.chance(8);
        match self.random().below(100) {
            0..14 => Step::Update { token, patch: self.patch(), stale: self.chance(10), stranger },
            14..24 => Step::Switch { token, disabled: self.chance(50), stranger },
            24..42 => self.keyed(self.rotate(token, stranger)),
            42..62 => Step::Use { token, secret: self.below(self.model.tokens[token].secrets.len()) },
            62..70 => Step::Delete { token, by_secret: self.chance(40), stranger },
            70..74 => Step::DeleteGroup { group: self.random().below(GROUPS), reviewed: self.chance(50) },
            74..82 => self.set_owner(),
            82..86 => {
                let organisation = self.below(self.model.organisations.len());
                Step::SetOrganisation { organisation, active: self.chance(65) }
            }
            86..89 => Step::WriteUses,
            89..97 => Step::Advance(self.pick(&[HOUR / 3_600_000, HOUR / 2, HOUR, HOUR * 5, HOUR * 25])),
            _ => Step::Restart,
        }
    }

    /// A request under a key is often the one that was sent before under the same key.
    fn keyed(&mut self, step: Step) -> Step {
        let (Step::Issue(Issue { key: Some(key), .. }) | Step::Rotate { key: Some(key), .. }) = step else {
            return step;
        };
        if self.chance(70)
            && let Some(earlier) = self.requests.get(&key)
        {
            return earlier.clone();
        }
        self.requests.insert(key, step.clone());
        step
    }

    fn issue(&self) -> Step {
        let owner = self.below(self.model.owners.len());
        // As much as an administrator may have would be everything, and no scope could then be missing.
        // Under a key, the request might be repeated when its owner has become one.
        let key = self.key();
        let default = key.is_none() && self.model.owners[owner].role == Role::Member && self.chance(30);
        Step::Issue(Issue {
            name: format!("token {}", self.steps),
            owner,
            group: self.random().below(GROUPS),
            scopes: (!default).then(|| self.pick(&["", "a:read", "b:read", "a:read b:*", "c:read", "tokens:read"])),
            networks: self.chance(20),
            lifetime: self.pick(&[None, None, Some(HOUR), Some(HOUR * 30)]),
            key,
        })
    }

    fn rotate(&self, token: usize, stranger: bool) -> Step {
        let overlap = self.pick(&[None, Some(HOUR), Some(HOUR * 24)]);
        Step::Rotate { token, overlap, first_use: overlap.is_some() && self.chance(60), key: self.key(), stranger }
    }

    fn patch(&self) -> Patch {
        match self.random().below(4) {
            0 => Patch::Scopes(self.pick(&["", "a:read", "b:*", "a:read b:read", "c:read", "tokens:write"])),
            1 => Patch::Lifetime(self.pick(&[None, Some(HOUR / 2), Some(HOUR * 40)])),
            2 => Patch::Networks(self.chance(50)),
            _ => Patch::Nothing,
        }
    }

    fn set_owner(&self) -> Step {
        let owner = self.below(self.model.owners.len());
        match self.random().below(4) {
            0 => {
                let role = Some(self.pick(&[Role::Member, Role::OrganisationAdministrator]));
                Step::SetOwner { owner, role, granted: None, active: None }
            }
            1 => {
                let granted = Some(self.pick(&["", "a:read", "a:read b:*", "b:read c:read"]));
                Step::SetOwner { owner, role: None, granted, active: None }
            }
            _ => Step::SetOwner { owner, role: None, granted: None, active: Some(self.chance(65)) },
        }
    }
}

fn live(model: &Model) -> Vec<usize> {
    (0..model.tokens.len()).filter(|place| !model.tokens[*place].deleted).collect()
}
