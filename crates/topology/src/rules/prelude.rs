//! What nearly every rule names.

pub(super) use super::{
    Rule,
    facts::{Subject, groups::HOST, subnets::SubnetAt},
};
pub(super) use crate::{
    finding::{Change, Finding, Severity},
    model::{
        Body, IdSet, Resource,
        addresses::Holder,
        cidr::{Cidr, Cidr6, IpRange},
        dns::RecordAddress,
        expectation::Effect,
        id::ResourceId,
    },
    reach::sets::Ranges,
};
pub(super) use serde_json::json;
pub(super) use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};
