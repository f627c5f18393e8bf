//! A group of the system, by number or by name.

use std::path::Path;

/// Number of the group that `group` means: a number as it is, a name as `/etc/group` has it.
pub(super) fn id(group: &str) -> Option<u32> {
    id_in(Path::new("/etc/group"), group)
}

fn id_in(database: &Path, group: &str) -> Option<u32> {
    if let Ok(id) = group.parse() {
        return Some(id);
    }
    // Lines are name:password:number:members.
    std::fs::read_to_string(database)
        .ok()?
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| {
            (fields.next() == Some(group))
                .then(|| fields.nth(1)?.parse().ok())
                .flatten()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_needs_no_database() {
        assert_eq!(id_in(Path::new("/does/not/exist"), "1000"), Some(1000));
    }

    #[test]
    fn a_name_is_looked_up_as_a_whole() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("group");
        std::fs::write(&database, "root:x:0:\nstaffers:x:51:\nstaff:x:50:ann,bob\n").unwrap();

        assert_eq!(id_in(&database, "staff"), Some(50));
        assert_eq!(id_in(&database, "ann"), None);
        assert_eq!(id_in(&database, ""), None);
    }
}
