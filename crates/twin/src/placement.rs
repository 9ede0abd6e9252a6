//! Where a client stands: what ARM does not know.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, net::Ipv4Addr};
use topology::model::{Client, id::ResourceId};

/// A client to be placed into a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientPlacement {
    /// Its name.
    pub name: String,
    /// The subnet it stands in; it may be made later.
    pub subnet: ResourceId,
    /// Its address; the lowest free one if there is none.
    pub private_ip_address: Option<Ipv4Addr>,
    /// Its hosts file, name (lower case) to address.
    #[serde(default)]
    pub hosts: BTreeMap<String, Ipv4Addr>,
}

impl ClientPlacement {
    pub(crate) fn client(&self, address: Option<Ipv4Addr>) -> Client {
        Client {
            name: self.name.clone(),
            subnet: self.subnet.clone(),
            private_ip_address: address,
            hosts: self.hosts.clone(),
            span: None,
        }
    }
}
