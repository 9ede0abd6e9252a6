//! The folder of one running twin: its CA file and its socket.
//!
//! A lock file in it is locked as long as the twin lives, however it ends. The next twin of the
//! same user removes folders whose lock nobody holds, so a killed one leaves nothing for long.

use nix::fcntl::{Flock, FlockArg};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

const PREFIX: &str = "linkspan-";
const LOCK: &str = "lock";

/// A folder that only this user may read; removed when dropped.
#[derive(Debug)]
pub(crate) struct Instance {
    path: PathBuf,
    /// Held until after the folder is gone.
    _lock: Flock<File>,
}

impl Instance {
    /// Makes a new folder and removes those of twins that were killed.
    pub(crate) fn new() -> io::Result<Self> {
        let base = std::env::temp_dir();
        remove_abandoned(&base);
        let name = format!("{PREFIX}{}", uuid::Uuid::new_v4().simple());
        // Not yet under the name that others look for: a folder without a held lock is removed.
        let fresh = base.join(format!(".{name}"));
        let path = base.join(name);
        fs::DirBuilder::new().mode(0o700).create(&fresh)?;
        let made = File::create(fresh.join(LOCK)).and_then(|file| {
            let lock = Flock::lock(file, FlockArg::LockExclusiveNonblock)
                .map_err(|(_, error)| io::Error::from(error))?;
            fs::rename(&fresh, &path)?;
            Ok(lock)
        });
        match made {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(error) => {
                drop(fs::remove_dir_all(&fresh));
                Err(error)
            }
        }
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "could not remove the twin's folder");
        }
    }
}

fn remove_abandoned(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.strip_prefix(PREFIX).is_some_and(|id| id.len() == 32));
        let user = nix::unistd::geteuid().as_raw();
        if is_ours
            && entry
                .metadata()
                .is_ok_and(|data| data.is_dir() && data.uid() == user)
            && is_abandoned(&entry.path())
        {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Whether nobody holds the lock. Without a lock file somebody is removing it right now.
fn is_abandoned(path: &Path) -> bool {
    let Ok(file) = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path.join(LOCK))
    else {
        return false;
    };
    Flock::lock(file, FlockArg::LockExclusiveNonblock).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_folders_are_removed() {
        let one = Instance::new().unwrap();
        let two = Instance::new().unwrap();
        assert!(one.path.exists() && two.path.exists());

        let killed = Instance::new().unwrap();
        let path = killed.path.clone();
        // What a kill leaves: the folder, and no lock.
        let Instance { path: _, ref _lock } = killed;
        drop(fs::remove_dir_all(&path));
        fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        File::create(path.join(LOCK)).unwrap();
        let _third = Instance::new().unwrap();
        assert!(!path.exists());
        assert!(one.path.exists());

        let gone = two.path.clone();
        drop(two);
        assert!(!gone.exists());
    }
}
