import CLibPQ
import Glibc

extension Session {
    /// Bytes of rows that are handed over at once; a longer row is handed over alone.
    static let copyBatchBytes = 256 << 10

    /// Runs one `COPY … TO STDOUT`; the sink gets whole rows. Authority: manual, "Functions Associated with the COPY
    /// Command" of libpq.
    ///
    /// - Returns: The rows, as the server counts them.
    func copyOut(
        _ sql: String, limit: Duration, wakeUp: WakeUp, sink: (UnsafeRawBufferPointer) -> Void
    ) throws(PostgresFault) -> Int64 {
        guard !sql.utf8.contains(0) else { throw .zeroByte }
        // The extended protocol takes exactly one statement.
        guard PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) == 1 else {
            throw .connectionLost(address: address, cause: oneLineError)
        }
        var wait = StatementWait(limit: limit)
        var end = CopyEnd()
        while true {
            try receive(&wait, wakeUp: wakeUp)
            guard let result = PQgetResult(connection) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_OUT:
                try readRows(&wait, wakeUp: wakeUp, sink: sink)
                end.isCopy = true
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                end.rows = PQcmdTuples(result).flatMap { Int64(String(cString: $0)) }
            case PGRES_COPY_IN, PGRES_COPY_BOTH:
                // Nobody here feeds a COPY, and the protocol has no way back but to close.
                giveUp()
                throw .connectionLost(
                    address: address, cause: "COPY FROM is not supported on this connection")
            default: end.fault = end.fault ?? statementFault(result)
            }
        }
        wait.settle()
        if let fault = end.fault { throw wait.explains(fault, address: address) ?? fault }
        // Rows were thrown away since it was cancelled, and the server was done before it heard of that.
        if wait.isCancelling { throw wait.given(.cancelled, address: address) }
        guard end.isCopy, let rows = end.rows else {
            throw .unexpectedValue(column: "COPY", found: "no data", wanted: "the rows of COPY … TO STDOUT")
        }
        return rows
    }

    /// What the results besides the rows said.
    private struct CopyEnd {
        var isCopy = false
        var rows: Int64?
        var fault: PostgresFault?
    }

    /// Reads until the server ends the rows; once it is cancelling, what still comes is thrown away.
    private func readRows(
        _ wait: inout StatementWait, wakeUp: WakeUp, sink: (UnsafeRawBufferPointer) -> Void
    ) throws(PostgresFault) {
        let batch = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.copyBatchBytes, alignment: 64)
        defer { batch.deallocate() }
        var filled = 0
        while true {
            var row: UnsafeMutablePointer<CChar>?
            let count = Int(PQgetCopyData(connection, &row, 1))
            // -1 at the end and -2 after an error; the next result tells which.
            if count < 0 { break }
            guard count > 0, let row else {
                try pause(&wait, events: POLLIN, wakeUp: wakeUp)
                continue
            }
            defer { PQfreemem(row) }
            if filled + count > batch.count {
                hand(batch, &filled, wait, sink)
                try checkInterruption(&wait, wakeUp: wakeUp)
            }
            if count > batch.count {
                if !wait.isCancelling { sink(UnsafeRawBufferPointer(start: row, count: count)) }
            } else {
                UnsafeMutableRawBufferPointer(rebasing: batch[filled...])
                    .copyMemory(from: UnsafeRawBufferPointer(start: row, count: count))
                filled += count
            }
        }
        hand(batch, &filled, wait, sink)
    }

    private func hand(
        _ batch: UnsafeMutableRawBufferPointer, _ filled: inout Int, _ wait: StatementWait,
        _ sink: (UnsafeRawBufferPointer) -> Void
    ) {
        if filled > 0, !wait.isCancelling { sink(UnsafeRawBufferPointer(rebasing: batch[..<filled])) }
        filled = 0
    }

    /// Notices a wish to stop even while rows come so fast that nothing is ever waited for.
    private func checkInterruption(_ wait: inout StatementWait, wakeUp: WakeUp) throws(PostgresFault) {
        if wait.deadline <= .now {
            try reachedLimit(&wait)
        } else if !wait.isCancelling, wakeUp.isSignalled {
            wait.cancel(.asked, connection: connection, grace: Self.cancelGrace)
        }
    }
}

extension WakeUp {
    /// Whether somebody has signalled it.
    var isSignalled: Bool {
        var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&one, 1, 0) > 0
    }
}
