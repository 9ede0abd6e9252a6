//! What nearly every rule names.

pub(super) use super::{
    Rule,
    facts::{Subject, groups::HOST, subnets::SubnetAt},
};
pub(super) use crate::{
    finding::{Change, Finding, Severity},
    model::{
        Resource,
        addresses::Holder,
        cidr::{Cidr, IpRange},
        dns::RecordAddress,
        id::ResourceId,
    },
};
pub(super) use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddr},
};
