//! Nobody sees or touches what lies outside his reach, at the door of any contract (S-36, S-37, S-38, S-41): every
//! operation of its document, by every role. An operation without a row fails.

use super::{dfns, rncv, softwareone, vectorai};
use crate::{
    isolation::door::{Door, Rule, every_role, without_power},
    world::World,
};

async fn nobody_reaches_beyond(door: impl Door) {
    let world = World::with_contracts().await;
    door.open(&world).await;
    let wanted =
        door.operations().iter().filter(|operation| matches!(door.rule(&operation.id), Rule::Token(_))).count();
    assert_eq!(every_role(&world, &door).await, wanted);
    without_power(&world, &door).await;
}

#[tokio::test]
async fn rncv_keeps_everybody_within_his_reach() {
    nobody_reaches_beyond(rncv::AtRncv).await;
}

#[tokio::test]
async fn vectorai_keeps_everybody_within_his_reach() {
    nobody_reaches_beyond(vectorai::AtVectorAi).await;
}

#[tokio::test]
async fn softwareone_keeps_everybody_within_his_reach() {
    nobody_reaches_beyond(softwareone::AtSoftwareOne).await;
}

#[tokio::test]
async fn dfns_keeps_everybody_within_his_reach() {
    nobody_reaches_beyond(dfns::AtDfns::default()).await;
}
