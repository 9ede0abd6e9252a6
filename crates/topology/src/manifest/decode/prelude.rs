//! What the declarations of the sections use.

pub(super) use super::{
    Cidr, Definitions, Described, Field, Ipv4Addr, List, Listen, Node, PortRange, Read, Reader,
    Record, Section, Selector, Stated, schema,
};
