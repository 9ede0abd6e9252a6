//! Colors: told apart by people who see few of them, readable on light and dark.
//!
//! After the palette of Okabe and Ito (<https://jfly.uni-koeln.de/color/>). Every rule is below the
//! picture's own class, so that a page that holds the picture keeps its looks.

pub(super) const STYLE: &str = "\
.linkspan-diagram text{fill:#1b2430;font-size:13px}\
.linkspan-diagram .small{font-size:11px;fill:#46515f}\
.linkspan-diagram .name{font-weight:600}\
.linkspan-diagram .title{font-size:16px;font-weight:600}\
.linkspan-diagram .network>rect{fill:#f1f5fb;stroke:#4f6d9b;stroke-width:1.5}\
.linkspan-diagram .outside>rect{fill:none;stroke:#6b7686;stroke-dasharray:2 4}\
.linkspan-diagram .subnet>rect{fill:#fafcff;stroke:#8fa3c4;stroke-dasharray:6 4}\
.linkspan-diagram .node>rect{fill:#fff;stroke:#5d6b80;stroke-width:1.2}\
.linkspan-diagram .sign path{fill:none;stroke:#1b2430;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}\
.linkspan-diagram .overlap{font-weight:600;fill:#8a3b00}\
.linkspan-diagram .overlap-sign{fill:none;stroke:#8a3b00;stroke-width:1.4}\
.linkspan-diagram .arrow{fill:none;stroke:#0072b2;stroke-width:1.8}\
.linkspan-diagram .outbound{fill:none;stroke:#5d6b80;stroke-width:1.5;stroke-dasharray:5 4}\
.linkspan-diagram .peering{fill:none;stroke:#7a4fa3;stroke-width:5}\
.linkspan-diagram .peering-core{fill:none;stroke:#fff;stroke-width:1.6}\
.linkspan-diagram .head{fill:#0072b2}\
.linkspan-diagram .outhead{fill:#5d6b80}\
.linkspan-diagram .badge path,.linkspan-diagram .badge circle{stroke:#fff;stroke-width:1}\
.linkspan-diagram .badge text{fill:#fff;font-weight:700;text-anchor:middle}\
.linkspan-diagram .error path{fill:#b8400a}\
.linkspan-diagram .warning path{fill:#f0c24b}\
.linkspan-diagram .warning text{fill:#1b2430}\
.linkspan-diagram .hint circle{fill:#0b6fa4}\
.linkspan-diagram .hop circle{fill:#00664d;stroke:#fff}\
.linkspan-diagram .hop text{fill:#fff;font-weight:700;text-anchor:middle;font-size:11px}\
.linkspan-diagram .drop path{fill:#b8400a;stroke:#fff}\
.linkspan-diagram .walk{fill:none;stroke:#00664d;stroke-width:4;stroke-opacity:.75}\
@media (prefers-color-scheme:dark){\
.linkspan-diagram text{fill:#e8eef7}\
.linkspan-diagram .small{fill:#b4c0d0}\
.linkspan-diagram .network>rect{fill:#182233;stroke:#7f9dcc}\
.linkspan-diagram .outside>rect{fill:none;stroke:#8d99aa}\
.linkspan-diagram .subnet>rect{fill:#121a28;stroke:#5d7196}\
.linkspan-diagram .node>rect{fill:#0b121d;stroke:#93a1b5}\
.linkspan-diagram .sign path{stroke:#e8eef7}\
.linkspan-diagram .overlap{fill:#ffb27d}\
.linkspan-diagram .overlap-sign{stroke:#ffb27d}\
.linkspan-diagram .arrow{stroke:#6cb8f0}\
.linkspan-diagram .outbound{stroke:#a9b4c4}\
.linkspan-diagram .peering{stroke:#c09ae0}\
.linkspan-diagram .peering-core{stroke:#0b121d}\
.linkspan-diagram .head{fill:#6cb8f0}\
.linkspan-diagram .outhead{fill:#a9b4c4}\
.linkspan-diagram .badge text{fill:#fff}\
.linkspan-diagram .warning text{fill:#1b2430}\
.linkspan-diagram .hop text{fill:#fff}\
.linkspan-diagram .walk{stroke:#3fd0a4}\
}";
