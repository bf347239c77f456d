import ArchiveFormat
import Faults

/// Writes one archive of ours: from pg_dump's stream, or from several connections that see what pg_dump sees.
struct ArchiveWriting: Sendable {
    /// What was written, and how.
    struct Written: Sendable {
        /// pg_dump's own end; it is stopped once its table of contents is all that is wanted.
        var result: ToolResult
        var tally: ArchiveTally
        var connections = 1
        /// Why there was one connection only, although there might have been more; empty otherwise.
        var remark = ""
    }

    let tools: any ToolPort
    /// pg_dump, for a custom archive without compression, in the shared state if there is one.
    let call: ToolCall
    let assembly: any ArchiveAssembly
    let shared: (any SharedSnapshot)?
    /// Throws what a program's end amounts to.
    let accept: @Sendable (ToolResult) throws(AnyFault) -> Void

    /// Writes it; upon a fault the archive is abandoned and pg_dump has ended.
    func perform() async throws(AnyFault) -> Written {
        do throws(AnyFault) {
            guard let shared else { return try await stream() }
            return try await share(shared)
        } catch {
            await assembly.abandon()
            throw error
        }
    }

    private func stream() async throws(AnyFault) -> Written {
        assembly.proceed(.stream)
        let result = try await tools.run(call, output: .sink(assembly))
        try accept(result)
        return Written(result: result, tally: try await assembly.finish())
    }

    private func share(_ shared: any SharedSnapshot) async throws(AnyFault) -> Written {
        let (tools, call, assembly) = (tools, call, assembly)
        let dump = Task { () -> Result<ToolResult, AnyFault> in
            defer { assembly.endOfStream() }
            do throws(AnyFault) {
                return .success(try await tools.run(call, output: .sink(assembly)))
            } catch {
                return .failure(error)
            }
        }
        let written = await withTaskCancellationHandler {
            do throws(AnyFault) {
                return Result<Written, AnyFault>.success(try await follow(dump, shared))
            } catch {
                await assembly.abandon()
                dump.cancel()
                _ = await dump.value
                return .failure(error)
            }
        } onCancel: {
            dump.cancel()
        }
        return try written.get()
    }

    private func follow(
        _ dump: Task<Result<ToolResult, AnyFault>, Never>, _ shared: any SharedSnapshot
    ) async throws(AnyFault) -> Written {
        guard let contents = await assembly.contents() else {
            // It ended before; its own words say why.
            try accept(try await dump.value.get())
            throw AnyFault(ArchiveFault.truncated("the table of contents", offset: 0))
        }
        switch try await plan(contents, shared) {
        case .stream(let reason):
            assembly.proceed(.stream)
            let result = try await dump.value.get()
            try accept(result)
            return Written(result: result, tally: try await assembly.finish(), remark: reason)
        case .stretches(let stretches):
            assembly.proceed(.stretches)
            // The locks are ours by now, and so is the state: pg_dump has said all that it is needed for.
            dump.cancel()
            let result = try await dump.value.get()
            try await StretchReading(stretches, from: shared, into: assembly).perform()
            return Written(
                result: result, tally: try await assembly.finish(), connections: shared.readers)
        }
    }

    /// Divides the tables, and locks them while pg_dump, which waits at its full pipe, still has its own locks.
    private func plan(
        _ contents: TableOfContents, _ shared: any SharedSnapshot
    ) async throws(AnyFault) -> StretchPlan {
        let plan = StretchPlan.make(contents, try await shared.layouts())
        guard case .stretches(let stretches) = plan else { return plan }
        let tables = stretches.filter(\.isFirst).map(\.source)
        guard try await shared.lock(tables) else {
            return .stream(because: "another session waits for a lock on a table")
        }
        return plan
    }
}
