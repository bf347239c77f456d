import Engine
import Jobs

/// Values of jobs as rows write them.
enum Specs {
    /// `none`, `isal:2`, `zlib:6`, `lz4`, `zstd:3`.
    static func compression(_ text: String) -> BackupSpec.Compression {
        let parts = text.split(separator: ":")
        let level = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        switch parts.first {
        case "isal": return .isal(level: level)
        case "zlib": return .zlib(level: level)
        case "lz4": return .lz4
        case "zstd": return .zstd(level: level)
        default: return .none
        }
    }

    /// Words, or nil for `-`.
    static func words(_ text: String) -> [String]? {
        text == "-" ? nil : text.split(separator: " ").map(String.init)
    }
}
