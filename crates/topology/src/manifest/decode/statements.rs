//! Where clients stand, and what is said about the whole.

use super::prelude::*;

records! {
    /// Where a client stands.
    Client ("a client") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its address; default: the lowest free one.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Its hosts file.
        section hosts "hosts" Ipv4Addr,
    }

    /// A statement about what is reachable: either `allow` or `deny`.
    Expect ("an expectation") {
        /// Who must reach it.
        optional allow "allow" Selector,
        /// Who must not reach it.
        optional deny "deny" Selector,
        /// What is reached: a URL, a client, a network, a range, a resource.
        required to "to" Selector,
        /// Ports and ranges of ports; default: that of the URL or of the service, for `deny` all.
        many ports "ports" PortRange,
        /// Name for messages.
        optional name "name" String,
        /// Why it is expected.
        optional because "because" String,
    }

    /// A finding that is known and accepted.
    Suppress ("a suppression") {
        /// Code of the finding.
        required code "code" String,
        /// Where: a short id such as `loadBalancers/X`, or a whole id; default: everywhere.
        optional at "at" String,
        /// Why it is accepted.
        required reason "reason" String,
    }
}
