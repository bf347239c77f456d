package import Engine
package import Faults
import Synchronization

/// Client programs in memory: each call is written down and answered by what the test says.
package final class MemoryTools: ToolPort {
    /// What a program does when it is run.
    package struct Answer: Sendable {
        /// What it writes to its standard output, piece by piece.
        package var output: [[UInt8]]
        package var result: ToolResult
        /// After its output it runs on until it is stopped.
        package var hangs: Bool
        /// A fault instead of a result: it could not be started.
        package var fault: AnyFault?

        /// An answer; by itself a program that writes this and succeeds.
        package init(
            _ output: [[UInt8]] = [], result: ToolResult = ToolResult(end: .exited(0)), hangs: Bool = false,
            fault: AnyFault? = nil
        ) {
            self.output = output
            self.result = result
            self.hangs = hangs
            self.fault = fault
        }

        /// Ends with a status and says why.
        package static func failure(status: Int32 = 1, _ errorTail: String) -> Answer {
            Answer(result: ToolResult(end: .exited(status), errorTail: errorTail))
        }
    }

    private struct State {
        var clients: [ClientTools]
        var calls: [ToolCall] = []
        var running = 0
    }

    private let state: Mutex<State>
    private let answer: @Sendable (ToolCall) async -> Answer

    /// Programs that answer so.
    ///
    /// - Parameter answer: Is asked for every call; may do what the program would do to files.
    package init(
        clients: [ClientTools] = [ClientTools(directory: "/clients/17", major: 17, version: "17.6")],
        answer: @escaping @Sendable (ToolCall) async -> Answer
    ) {
        state = Mutex(State(clients: clients))
        self.answer = answer
    }

    /// Every call so far.
    package var calls: [ToolCall] { state.withLock { $0.calls } }

    /// Programs that run now.
    package var running: Int { state.withLock { $0.running } }

    package func clients() async -> [ClientTools] { state.withLock { $0.clients } }

    package func run(_ call: ToolCall, output: ToolOutput) async throws(AnyFault) -> ToolResult {
        state.withLock { state in
            state.calls.append(call)
            state.running += 1
        }
        defer { state.withLock { $0.running -= 1 } }
        let answer = await answer(call)
        if let fault = answer.fault { throw fault }
        var result = answer.result
        for piece in answer.output {
            switch output {
            case .discard: break
            case .collect: result.output += piece
            case .sink(let sink):
                try piece.span.bytes.withUnsafeBytes { bytes throws(AnyFault) in try sink.write(bytes) }
            }
        }
        if answer.hangs {
            await ManualClock().sleep(.seconds(1))
            return ToolResult(end: .signalled(15), wasStopped: true)
        }
        return result
    }
}
