/// What a private cluster is for; it decides between safety and speed.
package enum ClusterPurpose: Sendable, Equatable {
    /// Keeps records: everything is synced.
    case catalog
    /// Is thrown away: nothing is synced, and stopping it does not wait.
    case throwaway
}

/// The settings of a private server, as the text of its configuration file.
struct ClusterSettings: Sendable {
    var purpose: ClusterPurpose
    /// Settings of the caller, which win.
    var overrides: [String: String]

    func text(folder: ClusterFolder) -> String {
        var settings: [String: String] = [
            // Reached through the socket in a folder that only its user and root may enter.
            "listen_addresses": "",
            "unix_socket_directories": folder.socket,
            "unix_socket_permissions": "0700",
            "port": String(ClusterFolder.port),
            "hba_file": folder.authentication,
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            "logging_collector": "off",
            "log_line_prefix": "%m [%p] ",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_connections": "50",
            "jit": "off",
        ]
        switch purpose {
        case .catalog:
            settings["shared_buffers"] = "32MB"
            settings["max_wal_size"] = "256MB"
            settings["log_min_messages"] = "warning"
        case .throwaway:
            settings["shared_buffers"] = "128MB"
            settings["max_wal_size"] = "2GB"
            // Whoever throws it away has it to himself, with as many workers as he likes.
            settings["max_connections"] = "200"
            settings["fsync"] = "off"
            settings["synchronous_commit"] = "off"
            settings["full_page_writes"] = "off"
        }
        settings.merge(overrides) { _, override in override }
        let lines = settings.sorted { $0.key < $1.key }.map { name, value in
            "\(name) = '\(value.replacing("'", with: "''"))'"
        }
        return "# Written by pgvigil at every start of this private server.\n" + lines.joined(separator: "\n")
            + "\n"
    }
}
