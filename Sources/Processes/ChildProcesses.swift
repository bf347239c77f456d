package import Engine
package import Faults
import Glibc
import Subprocess
import SystemPackage

/// Runs client programs as child processes.
package struct ChildProcesses: ToolPort {
    private let search: ClientSearch
    private let environment: [String: String]
    private let stopGraceMax: Duration

    /// Runs programs with what they need of our own environment.
    ///
    /// - Parameters:
    ///   - clientDirectories: Folders with PostgreSQL's programs, preferred to the usual ones, in this order.
    ///   - environment: The variables of this process.
    ///   - stopGraceMax: No program is left more time between SIGTERM and SIGKILL, whatever its call says.
    package init(
        clientDirectories: [String], environment: [String: String], stopGraceMax: Duration = .seconds(10)
    ) {
        self.init(
            search: ClientSearch(given: clientDirectories, path: environment["PATH"]),
            environment: environment, stopGraceMax: stopGraceMax)
    }

    init(search: ClientSearch, environment: [String: String], stopGraceMax: Duration = .seconds(10)) {
        self.search = search
        self.environment = environment
        self.stopGraceMax = stopGraceMax
    }

    /// The installations of client programs: those of the given folders first, then the newest first.
    ///
    /// Every one has just told its version; a program that cannot is left out.
    package func clients() async -> [ClientTools] {
        await search.perform { program in await self.versionText(of: program) }
    }

    /// Runs a program to its end; see ``ToolPort/run(_:output:)``.
    package func run(_ call: ToolCall, output: ToolOutput) async throws(AnyFault) -> ToolResult {
        if Task.isCancelled { return ToolResult(end: .signalled(SIGTERM), wasStopped: true) }
        var call = call
        do throws(ProcessFault) { call.executable = try resolve(call.executable) } catch {
            throw AnyFault(error)
        }
        switch output {
        case .discard:
            return try await start(call, sink: nil)
        case .sink(let sink):
            return try await start(call, sink: sink)
        case .collect(let bytesMax):
            let sink = CollectingSink(bytesMax: bytesMax)
            var result = try await start(call, sink: sink)
            result.output = sink.collected
            return result
        }
    }

    /// The path of a program, which is looked for in `PATH` if there is no slash in its name.
    private func resolve(_ program: String) throws(ProcessFault) -> String {
        guard !program.contains("/") else {
            try check(program)
            return program
        }
        let path = CleanEnvironment.path(caller: environment)
        // An empty or relative folder would mean whatever folder we were started in.
        let candidates = path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(program)" }
        guard !program.isEmpty, let found = candidates.first(where: { access($0, F_OK) == 0 }) else {
            throw .notInPath(program: program, path: path)
        }
        let usable = candidates.first { candidate in
            // One that may not be run does not hide a later one that may, as in a shell.
            (try? check(candidate)) != nil
        }
        if usable == nil { try check(found) }
        return usable ?? found
    }

    private func check(_ program: String) throws(ProcessFault) {
        var status = stat()
        guard stat(program, &status) == 0 else { throw .notFound(program: program) }
        guard status.st_mode & S_IFMT == S_IFREG, access(program, X_OK) == 0 else {
            throw .notExecutable(program: program)
        }
    }

    private func start(_ call: ToolCall, sink: (any ByteSink)?) async throws(AnyFault) -> ToolResult {
        let pipes: ChildPipes
        let input: Int32
        do throws(ProcessFault) {
            try DescriptorRoom.check()
            input = try ChildInput.open(call.input)
            pipes = try ChildPipes(withOutput: sink != nil, closingOnFault: input)
        } catch {
            throw AnyFault(error)
        }
        defer { pipes.closeReadingEnds() }
        let pump = OutputPump(sink: sink, output: pipes.output?.read ?? -1, errors: pipes.errors.read)
        let ended: (status: TerminationStatus, drained: OutputPump.Result, wasStopped: Bool)
        do {
            ended = try await spawn(call, input: input, pipes: pipes, pump: pump)
        } catch {
            throw AnyFault(ProcessFault.cannotStart(program: call.executable, reason: Self.reason(error)))
        }
        if let fault = ended.drained.fault, !ended.wasStopped { throw fault }
        return try result(of: call, ended.status, ended.drained.errors, wasStopped: ended.wasStopped)
    }

    private func spawn(
        _ call: ToolCall, input: Int32, pipes: ChildPipes, pump: OutputPump
    ) async throws -> (TerminationStatus, OutputPump.Result, Bool) {
        let bound = ParentDeath.bind(call.executable, call.arguments)
        let variables = CleanEnvironment.make(caller: environment, call: call.environment)
        let steps: [TeardownStep] = [
            .send(
                signal: .terminate, toProcessGroup: true,
                allowedDurationToNextStep: min(call.stopGrace, stopGraceMax))
        ]
        var options = PlatformOptions()
        // A session of its own: no terminal to ask for a password on, and a group that can be stopped as one.
        options.createSession = true
        options.teardownSequence = steps
        let result = try await Subprocess.run(
            .path(FilePath(bound.program)), arguments: Arguments(bound.arguments),
            environment: .custom(
                variables.reduce(into: [:]) { $0[Environment.Key(stringLiteral: $1.key)] = $1.value }),
            workingDirectory: "/", platformOptions: options,
            input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
            output: .fileDescriptor(
                FileDescriptor(rawValue: pipes.outputEnd), closeAfterSpawningProcess: true),
            error: .fileDescriptor(
                FileDescriptor(rawValue: pipes.errors.write), closeAfterSpawningProcess: true)
        ) { execution in
            let child = execution.processIdentifier
            let drained = await pump.drain(group: child.value, exit: child.processDescriptor)
            let wasStopped = Task.isCancelled
            if drained.fault != nil {
                await execution.teardown(using: steps)
                kill(-child.value, SIGKILL)
            }
            return (drained, wasStopped)
        }
        return (result.terminationStatus, result.closureResult.0, result.closureResult.1)
    }

    private func result(
        of call: ToolCall, _ status: TerminationStatus, _ errors: ErrorTail, wasStopped: Bool
    ) throws(AnyFault) -> ToolResult {
        let end: ToolResult.End =
            switch status {
            case .exited(let code): .exited(code)
            case .signaled(let signal): .signalled(signal)
            }
        if case .exited(let code) = end, let reason = ParentDeath.complaint(status: code, errors: errors.text)
        {
            throw AnyFault(ProcessFault.cannotStart(program: call.executable, reason: reason))
        }
        return ToolResult(end: end, errorTail: errors.text, warnings: errors.warnings, wasStopped: wasStopped)
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? SubprocessError else { return "\(error)" }
        return error.underlyingError.map { "\($0)" } ?? "\(error)"
    }

    /// What `--version` prints, nil when it does not in time.
    private func versionText(of program: String) async -> String? {
        let call = ToolCall(executable: program, arguments: ["--version"], stopGrace: .seconds(1))
        return await withTaskGroup(of: String?.self) { group in
            group.addTask {
                // A program that cannot be run is no client; the search leaves it out.
                guard let result = try? await self.run(call, output: .collect(bytesMax: 4_096)),
                    result.succeeded
                else { return nil }
                return String(decoding: result.output, as: UTF8.self)
            }
            group.addTask {
                // Cancelled as soon as the program has answered.
                try? await Task.sleep(for: ClientSearch.answerTime, clock: .continuous)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
