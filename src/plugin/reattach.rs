//! The line that lets Terraform attach to a plugin that somebody else started, usually a debugger.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::PluginInfo;
use super::listener::Address;

/// The hosts that Terraform and OpenTofu put before a source address that names none.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Prints the variable in a form that can be pasted into a shell.
#[expect(
    clippy::disallowed_methods,
    reason = "for a person, before anybody attaches"
)]
pub(super) fn announce(plugin: &PluginInfo, address: &Address) -> io::Result<()> {
    let variable = variable(plugin, std::process::id(), address)?;
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{} {} is waiting. Set this variable where you run terraform or tofu, and press Ctrl-C \
         here to end:\n\n\
         {variable}\n",
        plugin.name, plugin.version
    )?;
    stdout.flush()
}

/// The assignment as a POSIX shell reads it.
fn variable(plugin: &PluginInfo, pid: u32, address: &Address) -> io::Result<String> {
    let provider = Provider {
        protocol: "grpc",
        protocol_version: plugin.protocol_version,
        pid,
        test: true,
        addr: Addr {
            network: address.network(),
            string: address.to_string(),
        },
    };
    let addresses = REGISTRIES.map(|host| format!("{host}/{}", plugin.source_address));
    let providers = BTreeMap::from(addresses.map(|address| (address, &provider)));
    let json = serde_json::to_string(&providers)?;
    Ok(format!(
        "TF_REATTACH_PROVIDERS='{}'",
        json.replace('\'', r"'\''")
    ))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Provider {
    protocol: &'static str,
    /// Absent or 0 means 5 to Terraform.
    protocol_version: u32,
    pid: u32,
    /// Tells Terraform that it did not start the process and must not stop it.
    test: bool,
    addr: Addr,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Addr {
    network: &'static str,
    string: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUGIN: PluginInfo = PluginInfo {
        name: "terraform-provider-example",
        version: "1.2.3",
        source_address: "acme/example",
        protocol_version: 6,
    };

    #[test]
    fn the_variable_is_what_terraform_and_opentofu_read() {
        let address = Address::Unix("/tmp/tf-1/plugin.sock".into());
        let provider = r#"{"Protocol":"grpc","ProtocolVersion":6,"Pid":4711,"Test":true,"Addr":{"Network":"unix","String":"/tmp/tf-1/plugin.sock"}}"#;
        assert_eq!(
            variable(&PLUGIN, 4711, &address).unwrap(),
            format!(
                r#"TF_REATTACH_PROVIDERS='{{"registry.opentofu.org/acme/example":{provider},"registry.terraform.io/acme/example":{provider}}}'"#
            )
        );
    }

    #[test]
    fn a_quote_in_the_path_does_not_end_the_shell_word() {
        let address = Address::Unix("/tmp/it's/s".into());
        let variable = variable(&PLUGIN, 1, &address).unwrap();
        assert!(variable.contains(r#""String":"/tmp/it'\''s/s""#));
    }
}
