import ArgumentParser
import Engine
import Wiring

/// `pgvigil verify PATH…`.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify any archive of pg_dump: every entry, every block decoded, every row counted.",
        discussion: """
            Takes files of pg_dump -Fc, -Ft and -Fp (.sql, .sql.gz), folders of -Fd, and backup sets, whose \
            manifest is then compared as well. Needs no server and no configuration.

            Exit status: 0 sound, 1 damaged, 3 cannot tell.
            """)

    @Argument(help: "Archives or backup sets.", completion: .file())
    var paths: [String]

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Threads, 1 to 256; by default one a core.")
    var workers: Int?

    func validate() throws {
        if let workers, !(1...256).contains(workers) { throw ValidationError("--workers takes 1 to 256.") }
    }

    func run() async throws {
        let reports = await ReportPrinter(json: json, workers: workers).verify(paths)
        try ReportPrinter.end(reports)
    }
}
