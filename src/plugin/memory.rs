//! Who may look into the memory of this process, which holds an API key: nobody.

#[cfg(target_os = "linux")]
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};

/// Leaves no core dump behind, and on Linux lets no other process of the same user attach or read
/// the memory.
///
/// A process with root's rights can still do both. What the system refuses here stays as it was: an
/// order does not fail for it.
pub fn hide() {
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    // A program that the system pipes core dumps to is started whatever the limit is. It is not for
    // what cannot be dumped.
    #[cfg(target_os = "linux")]
    let _ = prctl::set_dumpable(false);
}

#[cfg(test)]
mod tests {
    use nix::sys::resource::getrlimit;

    use super::*;
    use crate::plugin::tests::{is_child, itself};

    #[test]
    fn a_hidden_process_dumps_no_core_and_cannot_be_attached_to() {
        if !is_child() {
            // Neither can be taken back, so it happens to another process than the one that runs
            // the tests.
            let name =
                "plugin::memory::tests::a_hidden_process_dumps_no_core_and_cannot_be_attached_to";
            let output = itself(name).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            return;
        }

        hide();

        assert_eq!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0)));
        #[cfg(target_os = "linux")]
        assert_eq!(prctl::get_dumpable(), Ok(false));
    }
}
