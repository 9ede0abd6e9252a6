//! What the declarations of the sections use.

pub(super) use super::{
    Definitions, Described, Field, IpAddr, IpRange, Ipv4Addr, Ipv6Addr, List, Listen, Node,
    PortRange, Read, Reader, Record, Section, Selector, Stated, schema,
};
