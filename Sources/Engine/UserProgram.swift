import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures

/// What a program of the user's came to.
struct ProgramReport: StepReport {
    var fault: AnyFault?
    var detail = ""
    let bytes: ByteCount? = nil

    static func failed(_ fault: AnyFault) -> ProgramReport { ProgramReport(fault: fault) }
}

/// Runs the user's own programs, hooks and commands, and tells them in their environment what it is about.
///
/// They get no shell, no input, a small clean environment and a process group of their own, which is stopped as one.
struct UserProgram: Sendable {
    /// A summary that is longer is cut: the system limits the length of a variable.
    private static let summaryMax = 4_000

    private let run: RunRecord
    private let tools: any ToolPort

    init(_ run: RunRecord, _ tools: any ToolPort) {
        self.run = run
        self.tools = tools
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - command: The program, by its path or to be looked for in `PATH`, and its arguments.
    ///   - step: What it is run as; decides what its failure is called.
    ///   - ending: What became of the run, for the hooks that come after it.
    func perform(
        _ command: [String], as step: StepName, attempt: Int,
        ending: (outcome: Outcome, summary: String)? = nil
    ) async -> ProgramReport {
        // The parser takes no empty command.
        let program = command.first ?? ""
        let call = ToolCall(
            executable: program, arguments: Array(command.dropFirst()),
            environment: environment(attempt: attempt, ending))
        do throws(AnyFault) {
            let result = try await tools.run(call, output: .discard)
            // A program that is stopped and cleans up ends with 0 as well, in the middle of its work.
            if result.wasStopped { return .failed(RunScribe.interrupted) }
            if result.succeeded { return ProgramReport() }
            if Task.isCancelled { return .failed(RunScribe.interrupted) }
            let (end, tail) = (ToolFailure.end(result), ToolFailure.lastLines(result.errorTail))
            let fault =
                step == .command
                ? EngineFault.commandFailed(program: program, end: end, tail: tail)
                : EngineFault.hookFailed(step, program: program, end: end, tail: tail)
            return .failed(fault.plain)
        } catch {
            return .failed(Task.isCancelled ? RunScribe.interrupted : error)
        }
    }

    private func environment(attempt: Int, _ ending: (outcome: Outcome, summary: String)?) -> [String: String]
    {
        var variables = [
            "PGVIGIL_RUN": run.id.uuidString.lowercased(), "PGVIGIL_JOB": run.job,
            "PGVIGIL_KIND": run.kind.rawValue, "PGVIGIL_SLOT": slot, "PGVIGIL_ATTEMPT": "\(attempt)",
        ]
        if let ending {
            variables["PGVIGIL_OUTCOME"] = ending.outcome.rawValue
            let summary = ending.summary.replacing("\0", with: "\u{FFFD}")
            variables["PGVIGIL_SUMMARY"] = String(summary.prefix(Self.summaryMax))
        }
        return variables
    }

    private var slot: String {
        switch run.trigger {
        case .hand: ""
        case .slot(_, let at): InstantFormat.utc(at)
        }
    }
}
