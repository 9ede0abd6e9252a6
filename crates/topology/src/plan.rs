//! Desired against observed: the steps that lead from one to the other.
//!
//! A plan leaves its executor no choice: every step names what must be done before it and carries
//! the body to send. It is data; nothing here talks to Azure.

use crate::model::id::ResourceId;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Is absent and will be made.
    Create,
    /// Is there, differs, and will be changed in place.
    Update,
    /// Is there and must be deleted and made anew.
    Replace,
    /// Is ours and will be deleted.
    Delete,
    /// Is as it should be.
    None,
    /// Would have to be changed but is not ours; nothing is done.
    Refused,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The resource.
    pub id: ResourceId,
    /// Why, for people.
    pub reason: String,
    /// Resources whose steps must be done before this one.
    pub needs: Vec<ResourceId>,
    /// The body of the PUT, if there is one. May hold `addressOf(…)` texts
    /// ([`crate::model::dns::RecordAddress`]) that the executor replaces by observed addresses.
    #[serde(skip)]
    pub body: Option<Value>,
}

/// Steps in an order that respects `needs`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What was seen of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// Its ARM JSON.
    Present(Value),
    /// ARM says that it is not there.
    Absent,
    /// It could not be read, and why.
    Unreadable(String),
}

/// What was seen of the world.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// By resource; what is not in here was not looked at.
    pub items: BTreeMap<ResourceId, Observation>,
}
