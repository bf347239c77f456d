/// A connection to one server, with its waiting done on a thread of its own.
///
/// Statements of several tasks are done one after the other. A statement ends early when its task is cancelled: the
/// server is asked to cancel it (`PQcancel`). No session state is left behind, so that a pooler that hands out
/// another server for every transaction (PgBouncer) can stand in between.
package actor Connection {
    private nonisolated let executor: QueueExecutor
    private let options: ConnectionOptions
    private var session: Session?
    private var transactionOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// The server's address for people, as ``ConnectionOptions/address`` gives it.
    package nonisolated let address: String

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(_ options: ConnectionOptions) {
        self.options = options
        address = options.address
        executor = QueueExecutor(label: "pgvigil.connection")
    }

    /// Connects.
    ///
    /// - Throws: ``PostgresFault`` by cause; within `connectLimit` per address, and at once if the task is cancelled.
    package static func open(_ options: ConnectionOptions) async throws(PostgresFault) -> Connection {
        let connection = Connection(options)
        try await connection.connect()
        return connection
    }

    /// `server_version_num` of the server, such as 150018; 0 once the connection is closed.
    package var serverVersion: Int { session?.serverVersion ?? 0 }

    /// The server's process as it was told when the connection was made, which a pooler makes up; 0 once it is closed.
    package var backendProcess: Int { session?.backendProcess ?? 0 }

    /// Whether the connection is whole as far as anybody knows.
    package var isOpen: Bool { session?.isOpen ?? false }

    /// Runs one statement; `$1` and so on stand for `values`.
    ///
    /// - Parameter limit: The longest wait, if not the connection's own.
    /// - Throws: ``PostgresFault``; ``PostgresFault/cancelled`` if the task is cancelled before or while it runs.
    @discardableResult
    package func query(
        _ sql: String, _ values: [SQLValue] = [], limit: Duration? = nil
    ) async throws(PostgresFault) -> Rows {
        await turn()
        return try await perform(sql, values, limit: limit)
    }

    /// Runs a constant text of several statements without parameters: all of them or none.
    ///
    /// - Throws: ``PostgresFault``, as ``query(_:_:limit:)`` does.
    package func run(script: String, limit: Duration? = nil) async throws(PostgresFault) {
        await turn()
        try await performScript(script, limit: limit)
    }

    /// Runs one `COPY … TO STDOUT` and hands its rows over while they come, each with its line break.
    ///
    /// What is in memory at any time is ``Session/copyBatchBytes`` and the longest row. Rows that were handed over
    /// before a fault are worth nothing; the connection stays usable.
    ///
    /// - Parameters:
    ///   - limit: The longest time for all rows, if not the connection's own for a statement.
    ///   - sink: Gets whole rows, several at a time, on a thread of the connection's; the bytes are lent for the call.
    /// - Returns: How many rows the server says that there were.
    /// - Throws: ``PostgresFault``; ``PostgresFault/cancelled`` if the task is cancelled before or while it runs;
    ///   ``PostgresFault/unexpectedValue(column:found:wanted:)`` for another statement.
    package func copyOut(
        _ sql: String, limit: Duration? = nil, sink: @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws(PostgresFault) -> Int64 {
        await turn()
        return try await performCopy(sql, limit: limit, sink: sink)
    }

    /// Does several statements as one transaction: committed when `body` returns, rolled back when it throws.
    ///
    /// Other statements of this connection wait meanwhile; so `body` must use its argument, never the connection.
    ///
    /// - Parameter mode: What follows BEGIN, such as `ISOLATION LEVEL REPEATABLE READ, READ ONLY`.
    /// - Throws: ``PostgresFault``, that of `body` or our own.
    package func transaction<Value: Sendable>(
        mode: String = "", _ body: @Sendable (Transaction) async throws(PostgresFault) -> Value
    ) async throws(PostgresFault) -> Value {
        await turn()
        transactionOpen = true
        defer { pass() }
        try await perform("BEGIN \(mode)", [], limit: nil)
        do throws(PostgresFault) {
            let value = try await body(Transaction(connection: self))
            // A COMMIT after a failed statement rolls back without an error, which would look like success.
            if session?.transactionFailed ?? true { throw PostgresFault.transactionFailed(address: address) }
            try await perform("COMMIT", [], limit: nil)
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Closes; later statements throw ``PostgresFault/connectionLost(address:cause:)``.
    package func close() {
        session = nil
    }

    // MARK: Inside

    @discardableResult
    fileprivate func perform(
        _ sql: String, _ values: [SQLValue], limit: Duration?
    ) async throws(PostgresFault) -> Rows {
        let session = try live()
        let limit = limit ?? options.statementLimit
        return try await interruptible { wakeUp throws(PostgresFault) in
            try session.run(sql, values, limit: limit, wakeUp: wakeUp)
        }
    }

    fileprivate func performScript(_ script: String, limit: Duration?) async throws(PostgresFault) {
        let session = try live()
        let limit = limit ?? options.statementLimit
        try await interruptible { wakeUp throws(PostgresFault) in
            try session.run(script: script, limit: limit, wakeUp: wakeUp)
        }
    }

    fileprivate func performCopy(
        _ sql: String, limit: Duration?, sink: @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws(PostgresFault) -> Int64 {
        let session = try live()
        let limit = limit ?? options.statementLimit
        return try await interruptible { wakeUp throws(PostgresFault) in
            try session.copyOut(sql, limit: limit, wakeUp: wakeUp, sink: sink)
        }
    }

    private func connect() async throws(PostgresFault) {
        let options = options
        session = try await interruptible { wakeUp throws(PostgresFault) in
            try Session.connect(options, wakeUp: wakeUp)
        }
    }

    private func live() throws(PostgresFault) -> Session {
        guard let session else { throw .connectionLost(address: address, cause: "it was closed") }
        return session
    }

    /// Runs blocking work on this actor's own thread, with a signal that cancelling the task sets.
    private func interruptible<Value>(
        _ work: (WakeUp) throws(PostgresFault) -> Value
    ) async throws(PostgresFault) -> Value {
        guard !Task.isCancelled else { throw .cancelled }
        let wakeUp = WakeUp()
        let result = await withTaskCancellationHandler {
            // A method of ours and not the closure itself: a closure that does not capture the actor is not isolated
            // to it, and would run elsewhere, beside other statements.
            blocking(work, wakeUp)
        } onCancel: {
            wakeUp.signal()
        }
        return try result.get()
    }

    private func blocking<Value>(
        _ work: (WakeUp) throws(PostgresFault) -> Value, _ wakeUp: WakeUp
    ) -> Result<Value, PostgresFault> {
        Result { () throws(PostgresFault) in try work(wakeUp) }
    }

    /// Rolls back even when the task is cancelled; a connection on which that fails is closed.
    private func rollBack() {
        guard let session, session.inTransaction else { return }
        do {
            _ = try session.run("ROLLBACK", [], limit: .seconds(5), wakeUp: nil)
        } catch {
            self.session = nil
        }
    }

    /// Waits until no transaction of another task is open.
    private func turn() async {
        while transactionOpen {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func pass() {
        transactionOpen = false
        let resumed = waiting
        waiting = []
        for continuation in resumed { continuation.resume() }
    }
}

/// The way to a connection's open transaction.
package struct Transaction: Sendable {
    fileprivate let connection: Connection

    /// Runs one statement inside; see ``Connection/query(_:_:limit:)``.
    ///
    /// - Throws: ``PostgresFault``.
    @discardableResult
    package func query(
        _ sql: String, _ values: [SQLValue] = [], limit: Duration? = nil
    ) async throws(PostgresFault) -> Rows {
        try await connection.perform(sql, values, limit: limit)
    }

    /// Runs one `COPY … TO STDOUT` inside; see ``Connection/copyOut(_:limit:sink:)``.
    ///
    /// - Throws: ``PostgresFault``.
    package func copyOut(
        _ sql: String, limit: Duration? = nil, sink: @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws(PostgresFault) -> Int64 {
        try await connection.performCopy(sql, limit: limit, sink: sink)
    }

    /// Runs a constant text of several statements inside.
    ///
    /// - Throws: ``PostgresFault``.
    package func run(script: String, limit: Duration? = nil) async throws(PostgresFault) {
        try await connection.performScript(script, limit: limit)
    }
}
