//! `PLS016`: list of subscriptions too long.

use crate::rules::{facts::approval::list, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS016",
    severity: Severity::Error,
    title: "list of subscriptions too long",
    why: "either list of a Private Link Service takes 100 subscriptions",
    mend: "grant access to the service by role, or hand out its alias",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["privateLinkServices:
  APIM-PLS:
    visibility:
      - partner
#* 10:       - 00000000-0000-0000-0000-0000000000{n}0
#* 10:       - 00000000-0000-0000-0000-0000000001{n}0
#* 10:       - 00000000-0000-0000-0000-0000000002{n}0
#* 10:       - 00000000-0000-0000-0000-0000000003{n}0
#* 10:       - 00000000-0000-0000-0000-0000000004{n}0
#* 10:       - 00000000-0000-0000-0000-0000000005{n}0
#* 10:       - 00000000-0000-0000-0000-0000000006{n}0
#* 10:       - 00000000-0000-0000-0000-0000000007{n}0
#* 10:       - 00000000-0000-0000-0000-0000000008{n}0
#* 10:       - 00000000-0000-0000-0000-0000000009{n}0
"],
    good: &["privateLinkServices:
  APIM-PLS:
    visibility:
      - partner
#* 10:       - 00000000-0000-0000-0000-0000000000{n}0
#* 10:       - 00000000-0000-0000-0000-0000000001{n}0
#* 10:       - 00000000-0000-0000-0000-0000000002{n}0
#* 10:       - 00000000-0000-0000-0000-0000000003{n}0
#* 10:       - 00000000-0000-0000-0000-0000000004{n}0
#* 10:       - 00000000-0000-0000-0000-0000000005{n}0
#* 10:       - 00000000-0000-0000-0000-0000000006{n}0
#* 10:       - 00000000-0000-0000-0000-0000000007{n}0
#* 10:       - 00000000-0000-0000-0000-0000000008{n}0
"],
    check,
};

const LONGEST: usize = 100;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        for (name, set) in [
            ("visibility", body.visibility.as_ref()),
            ("autoApproval", body.auto_approval.as_ref()),
        ] {
            let count = list(set).len();
            if count > LONGEST {
                let message = format!(
                    "`{name}` of `{}` lists {count} subscriptions",
                    service.id.name()
                );
                out.push(rule.at(&service.id, format!("/properties/{name}"), message));
            }
        }
    }
}
