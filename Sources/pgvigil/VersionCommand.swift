import ArgumentParser
import Wiring

/// `pgvigil version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, and those of the libraries at work.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() {
        let version = ProgramVersion.current
        if json { return Console.say(JSONText.render(version)) }
        Console.say(
            "pgvigil \(version.pgvigil) (libpq \(version.libpq), zlib \(version.zlib), "
                + "catalog schema \(version.catalogSchema))")
    }
}
