//! `NSG003`: group too large.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG003",
    severity: Severity::Error,
    title: "group too large",
    why: "a group takes 1,000 rules, 4,000 addresses a side and 100 application security groups, a rule 10 of them a side",
    mend: "merge rules: one rule takes many ranges and ports",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources:
- type: Microsoft.Network/networkSecurityGroups
  name: NSG-PLS
  resourceGroup: PrivateAPIM
  properties:
    securityRules:
    - name: Wide
      properties:
        priority: 150
        direction: Inbound
        access: Allow
        protocol: Tcp
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '443'
        sourceAddressPrefixes:
#* 4001:         - 203.0.113.0/24",
        "resources:
- type: Microsoft.Network/networkSecurityGroups
  name: NSG-PLS
  resourceGroup: PrivateAPIM
  properties:
    securityRules:
    - name: Wide
      properties:
        priority: 150
        direction: Inbound
        access: Allow
        protocol: Tcp
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '443'
        sourceApplicationSecurityGroups:
#* 11:         - { id: /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/Others/providers/Microsoft.Network/applicationSecurityGroups/asg{n} }",
    ],
    good: &[
        "resources:
- type: Microsoft.Network/networkSecurityGroups
  name: NSG-PLS
  resourceGroup: PrivateAPIM
  properties:
    securityRules:
    - name: Wide
      properties:
        priority: 150
        direction: Inbound
        access: Allow
        protocol: Tcp
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '443'
        sourceApplicationSecurityGroups:
#* 10:         - { id: /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/Others/providers/Microsoft.Network/applicationSecurityGroups/asg{n} }",
    ],
    check,
};

const MOST_RULES: usize = 1000;
const MOST_ADDRESSES: usize = 4000;
const MOST_GROUPS_A_SIDE: usize = 10;
const MOST_GROUPS: usize = 100;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        let id = &group.resource.id;
        let name = id.name();
        let mut report = |pointer: String, has: usize, what: &str, most: usize| {
            let message = format!("`{name}` has {has} {what}; {most} is the most");
            out.push(rule.at(id, pointer, message));
        };
        let all = "/properties/securityRules";
        let rules = group.body.security_rules.len();
        if rules > MOST_RULES {
            report(all.to_owned(), rules, "rules", MOST_RULES);
        }
        let mut members: BTreeSet<&ResourceId> = BTreeSet::new();
        let mut addresses: BTreeMap<&str, usize> = BTreeMap::new();
        for one in group.all_rules() {
            for (word, side) in one.sides() {
                let count = addresses.entry(word).or_default();
                *count = count.saturating_add(side.count.saturating_sub(side.groups.len()));
                members.extend(&side.groups);
                if side.groups.len() > MOST_GROUPS_A_SIDE {
                    report(
                        one.pointer(&format!("/properties/{word}ApplicationSecurityGroups")),
                        side.groups.len(),
                        &format!(
                            "application security groups in one side of `{}`",
                            one.rule.name
                        ),
                        MOST_GROUPS_A_SIDE,
                    );
                }
            }
        }
        for (word, count) in addresses {
            if count > MOST_ADDRESSES {
                let what = format!("{word} addresses");
                report(all.to_owned(), count, &what, MOST_ADDRESSES);
            }
        }
        if members.len() > MOST_GROUPS {
            let what = "application security groups";
            report(all.to_owned(), members.len(), what, MOST_GROUPS);
        }
    }
}
