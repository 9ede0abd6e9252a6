//! The planner's core in the browser.
