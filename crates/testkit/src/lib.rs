//! Test aids: redaction, polling, folders, programs.
