//! What an endpoint sees of the file system: the host's, with some files bound over.
//!
//! Everything happens in a private mount namespace and in tmpfs, so nothing is written to a
//! disk and nothing is left. A file that does not exist on the host has nothing to be bound
//! over; its folder is then replaced by a tmpfs that links to everything the folder has.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::Mode;

use super::error::{Failure, Step};

/// Where a mirrored folder keeps what it hides.
const BELOW: &str = ".linkspan";
/// Folders of which one exists everywhere; a tmpfs covers it for a moment while files are made.
const STAGES: [&str; 6] = ["/mnt", "/tmp", "/srv", "/opt", "/var", "/usr"];
/// Ways around `resolv.conf`: services that would resolve names outside the namespace.
const HIDDEN: [&str; 4] = [
    "/run/nscd/socket",
    "/var/run/nscd/socket",
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/systemd/resolve/io.systemd.Resolve.Monitor",
];

const NONE: Option<&str> = None;

/// The mounts of one mount namespace.
#[derive(Default)]
pub(super) struct Mounts {
    /// Device numbers of the tmpfs that mirror folders here: only on these are files created.
    mirrors: Vec<u64>,
}

impl Mounts {
    /// Cuts the current mount namespace off from the one it is a copy of.
    pub(super) fn private() -> Result<Self, Failure> {
        mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE)
            .step(|| "make mounts private".to_owned())?;
        Ok(Self::default())
    }

    /// Shows the processes of the current PID namespace, where that is allowed.
    pub(super) fn try_proc() {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
        // Containers that mask parts of /proc make the kernel refuse a fresh one; the old one serves.
        mount(Some("proc"), "/proc", Some("proc"), flags, NONE).ok();
    }

    /// Hides the sockets of name services that live outside.
    pub(super) fn hide_name_services() -> Result<(), Failure> {
        for path in HIDDEN {
            if fs::metadata(path).is_ok() {
                bind(Path::new("/dev/null"), Path::new(path)).step(|| format!("hide `{path}`"))?;
            }
        }
        Ok(())
    }

    /// Binds files over paths.
    pub(super) fn bind(&mut self, files: &[(PathBuf, OwnedFd)]) -> Result<(), Failure> {
        if files.is_empty() {
            return Ok(());
        }
        for (path, _) in files {
            if fs::metadata(path).is_err() {
                self.make(path)?;
            }
        }
        let failed = |path: &Path| format!("bind over `{}`", path.display());
        // Opened before the stage is set: it may cover them.
        let targets = files
            .iter()
            .map(|(path, _)| handle(path).step(|| failed(path)));
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        let stage = Stage::set()?;
        for (number, ((path, content), target)) in files.iter().zip(&targets).enumerate() {
            let source = stage.path.join(number.to_string());
            copy(content, &source)
                .and_then(|()| bind(&source, &through(target)))
                .step(|| failed(path))?;
        }
        Ok(())
    }

    /// Makes an empty file where none is, without touching the host's folder.
    fn make(&mut self, path: &Path) -> Result<(), Failure> {
        let failed = || format!("make `{}`", path.display());
        let folder = path
            .parent()
            .filter(|_| path.is_absolute())
            .ok_or(Errno::EINVAL)
            .step(failed)?;
        let existing = folder
            .ancestors()
            .find(|ancestor| ancestor.is_dir())
            .unwrap_or(Path::new("/"));
        let device = fs::metadata(existing).step(failed)?.dev();
        if !self.mirrors.contains(&device) {
            self.mirror(existing)?;
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(folder)
            .step(failed)?;
        if fs::symlink_metadata(path).is_ok() {
            fs::remove_file(path).step(failed)?; // A link to nowhere, copied into the mirror.
        }
        File::create(path).step(failed)?;
        Ok(())
    }

    /// Replaces a folder by a tmpfs that links to all it has.
    fn mirror(&mut self, folder: &Path) -> Result<(), Failure> {
        let failed = || format!("mirror `{}`", folder.display());
        if folder == Path::new("/") {
            return Err(Failure {
                step: failed(),
                errno: libc::EINVAL,
            });
        }
        let target = handle(folder).step(failed)?;
        let stage = Stage::set()?;
        let below = stage.path.join(BELOW);
        fs::create_dir(&below)
            .and_then(|()| bind(&through(&target), &below))
            .step(failed)?;
        for entry in fs::read_dir(&below).step(failed)? {
            let name = entry.step(failed)?.file_name();
            if name == BELOW {
                continue;
            }
            // A link stays as it is, since it counts from its own folder; the rest is linked to.
            let to =
                fs::read_link(below.join(&name)).unwrap_or_else(|_| Path::new(BELOW).join(&name));
            symlink(to, stage.path.join(&name)).step(failed)?;
        }
        self.mirrors
            .push(fs::metadata(&stage.path).step(failed)?.dev());
        bind(&stage.path, &through(&target)).step(failed)
    }
}

/// A tmpfs over some folder, taken away when dropped; what was bound from it stays.
struct Stage {
    path: PathBuf,
}

impl Stage {
    fn set() -> Result<Self, Failure> {
        let path = STAGES
            .iter()
            .map(Path::new)
            .find(|path| path.is_dir())
            .unwrap_or(Path::new("/tmp"));
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(
            Some("linkspan"),
            path,
            Some("tmpfs"),
            flags,
            Some("mode=0755,size=64m"),
        )
        .step(|| "mount a tmpfs".to_owned())?;
        Ok(Self {
            path: path.to_owned(),
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        umount2(&self.path, MntFlags::MNT_DETACH).ok();
    }
}

/// A place in the file system, kept whatever is mounted above it.
fn handle(path: &Path) -> io::Result<OwnedFd> {
    Ok(open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())?)
}

fn through(handle: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()))
}

fn bind(source: &Path, target: &Path) -> io::Result<()> {
    Ok(mount(
        Some(source),
        target,
        NONE,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        NONE,
    )?)
}

fn copy(content: &OwnedFd, to: &Path) -> io::Result<()> {
    use std::io::Seek as _;
    let mut from = File::from(content.try_clone()?);
    from.rewind()?;
    let mut to = File::create(to)?;
    io::copy(&mut from, &mut to).map(drop)
}
