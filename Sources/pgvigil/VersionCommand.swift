import ArgumentParser
import Wiring

/// `pgvigil version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, and those of the libraries at work.")

    @Flag(help: "Print JSON.")
    var json = false

    /// The versions on one line, for `--version` too.
    static var text: String {
        let version = ProgramVersion.current
        return "pgvigil \(version.pgvigil) (libpq \(version.libpq), zlib \(version.zlib), "
            + "catalog schema \(version.catalogSchema))"
    }

    func run() {
        Console.say(json ? JSONText.render(ProgramVersion.current) : Self.text)
    }
}
