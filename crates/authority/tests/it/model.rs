//! Random verbs, faults, restarts and a moving clock leave exactly what a plain model in memory says:
//! a change is kept whole or not at all, and after every step each known secret has its verdict.
//!
//! `JETON_MODEL_SEED` and `JETON_MODEL_STEPS` choose another run; a failing one prints its seed.

mod check;
mod expect;
mod run;
mod step;

use crate::world::{World, administrator, scopes};
use authority::{Error, authority::Options};
use check::{differs, everything_is_denied, matches, observe};
use domain::{
    caller::Caller,
    id::{OrganisationId, OwnerId, TokenId},
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::Secret,
    time::Timestamp,
};
use expect::Expected;
use run::Made;
use std::{collections::BTreeMap, env};
use step::Step;
use store::testing::{FaultPlan, Seeded};

/// What the installation is like, as far as verdicts depend on it.
#[derive(Clone)]
struct Model {
    organisations: Vec<ModelOrganisation>,
    owners: Vec<ModelOwner>,
    tokens: Vec<ModelToken>,
    keys: BTreeMap<u64, Remembered>,
}

#[derive(Clone)]
struct ModelOrganisation {
    id: OrganisationId,
    active: bool,
}

#[derive(Clone)]
struct ModelOwner {
    id: OwnerId,
    organisation: usize,
    role: Role,
    granted: Scopes,
    active: bool,
}

#[derive(Clone)]
struct ModelToken {
    /// None as long as the answer that named it is lost.
    id: Option<TokenId>,
    name: String,
    owner: usize,
    group: u64,
    scopes: Scopes,
    networks: bool,
    expires_at: Option<Timestamp>,
    disabled: bool,
    deleted: bool,
    revision: u64,
    secrets: Vec<ModelSecret>,
}

#[derive(Clone)]
struct ModelSecret {
    /// None when the answer that carried it was lost.
    text: Option<Secret>,
    ends_at: Option<Timestamp>,
    ends_others: bool,
}

/// What an idempotency key found first.
#[derive(Clone, Copy)]
struct Remembered {
    request: [u8; 16],
    token: usize,
    secret: usize,
    at: Timestamp,
}

impl Model {
    fn ceiling(&self, owner: usize) -> Scopes {
        self.owners[owner].role.ceiling(&self.owners[owner].granted)
    }

    fn has_power(&self, owner: usize) -> bool {
        let owner = &self.owners[owner];
        owner.active && self.organisations[owner.organisation].active
    }
}

/// A run: the installation, its model, and a caller who reaches nothing.
struct Run {
    world: World,
    model: Model,
    stranger: Caller,
    /// The last request under each idempotency key, to be repeated.
    requests: BTreeMap<u64, Step>,
    steps: u64,
}

fn chosen(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |value| value.parse().expect("the variable is not a number"))
}

#[tokio::test]
async fn the_installation_is_what_the_model_says() {
    let steps = chosen("JETON_MODEL_STEPS", 350);
    let seeds = env::var("JETON_MODEL_SEED")
        .map_or_else(|_| vec![1, 2, 3], |seed| vec![seed.parse().expect("JETON_MODEL_SEED is not a number")]);
    for seed in seeds {
        println!("JETON_MODEL_SEED={seed} JETON_MODEL_STEPS={steps}");
        let mut run = Run::begin(seed).await;
        for _ in 0..steps {
            run.step().await;
        }
        run.finish().await;
    }
}

impl Run {
    async fn begin(seed: u64) -> Self {
        let plan = FaultPlan { seed, unavailable: 60, unknown: 60 };
        let world = World::with(seed, Options::default(), plan).await;
        let mut model =
            Model { organisations: Vec::new(), owners: Vec::new(), tokens: Vec::new(), keys: BTreeMap::new() };
        for number in 0..2 {
            let id = world.organisation().await.id;
            model.organisations.push(ModelOrganisation { id, active: true });
            for kind in [OwnerKind::User, OwnerKind::ServiceAccount] {
                let owner = world.owner(kind, id, Role::Member, "a:read b:*").await;
                let granted = scopes("a:read b:*");
                let (role, active) = (Role::Member, true);
                model.owners.push(ModelOwner { id: owner.id, organisation: number, role, granted, active });
            }
        }
        let stranger = world.caller(&world.member(world.root.organisation, "").await).await;
        Self { world, model, stranger, requests: BTreeMap::new(), steps: 0 }
    }

    fn random(&self) -> &Seeded {
        &self.world.random
    }

    async fn step(&mut self) {
        self.steps += 1;
        let step = self.choose();
        println!("{}: {step:?}", self.steps);
        match step {
            Step::Advance(time) => self.world.clock.advance(time),
            Step::Restart => self.restart().await,
            _ => self.change(&step).await,
        }
        if let Err(difference) = differs(&self.world, &self.model).await {
            panic!("after step {}: {difference}", self.steps);
        }
        if self.steps.is_multiple_of(5) {
            let observed = observe(&self.world).await;
            matches(&mut self.model, &observed).unwrap();
        }
    }

    /// Makes one change, with a fault or without, and finds out what came of it.
    async fn change(&mut self, step: &Step) {
        let mut after = self.model.clone();
        let expected = after.expect(step, self.world.now());
        let (earlier, engine) = (self.world.store().faults(), self.world.store().clone());
        engine.arm(true);
        let made = self.run(step).await;
        engine.arm(false);
        let faulty = engine.faults() > earlier;
        drop(engine);
        match (made, expected) {
            (Ok(made), Ok(())) => {
                after.learn(made);
                self.model = after;
            }
            (Err(Error::Unavailable(_)), _) if faulty => {}
            (Err(Error::OutcomeUnknown(_)), expected) if faulty => self.find_out(after, expected).await,
            (Err(error), Err(expected)) => assert!(expected.is(&error), "expected {expected:?}, got {error:?}"),
            (Ok(_), Err(expected)) => panic!("expected {expected:?}, but it was done"),
            (Err(error), Ok(())) => panic!("{error:?}"),
        }
    }

    /// Nothing is accepted until the store has been read again; then the change is there or it is not.
    async fn find_out(&mut self, mut after: Model, expected: Result<(), Expected>) {
        everything_is_denied(&self.world, &self.model).await;
        self.restart().await;
        let observed = observe(&self.world).await;
        if expected.is_ok() && matches(&mut after, &observed).is_ok() && differs(&self.world, &after).await.is_ok() {
            println!("   it was kept");
            self.model = after;
        } else {
            println!("   it was not kept");
            matches(&mut self.model, &observed).unwrap();
        }
    }

    async fn restart(&mut self) {
        self.world.plan.seed = self.random().next();
        if self.random().below(4) == 0 {
            self.world.keyring = self.world.keyring.rotated(&*self.world.random);
        }
        self.world.restart().await;
    }

    /// In the end, the administrator is still the administrator, and nobody can set up anew.
    async fn finish(mut self) {
        self.restart().await;
        let secret = self.world.authority().generate(domain::format::Kind::Token);
        let again = self.world.authority().set_up_with_token(administrator("again@example.org"), &secret).await;
        assert!(again.unwrap().is_none());
        if let Err(difference) = differs(&self.world, &self.model).await {
            panic!("at the end: {difference}");
        }
    }
}

impl Model {
    /// Takes over what an answer told.
    fn learn(&mut self, made: Made) {
        match made {
            Made::Secret { token, secret } => {
                let place = self.tokens.iter().position(|known| known.id == Some(token));
                let place = place.or_else(|| self.tokens.iter().position(|known| known.id.is_none()));
                let known = &mut self.tokens[place.unwrap()];
                known.id = Some(token);
                known.secrets.last_mut().unwrap().text = Some(secret);
            }
            Made::Nothing => {}
        }
    }
}
