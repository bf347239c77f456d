import CLibPQ
import Dispatch
import Glibc

/// One libpq connection; closes itself. Used by one thread at a time, which may block.
final class Session {
    let connection: OpaquePointer
    private let notices = NoticeBox()
    private(set) var address: String
    /// Set when what the server sends next would belong to nobody.
    private var isUseless = false
    /// How long the server gets to obey a cancel request before the connection is given up.
    static let cancelGrace = Duration.seconds(5)

    /// Connects, blocking the calling thread, to the first of the hosts that fits.
    static func connect(_ options: ConnectionOptions, wakeUp: WakeUp) throws(PostgresFault) -> Session {
        var left = options
        while true {
            var silentHost: (host: String, port: String)?
            do throws(PostgresFault) {
                return try Session(left, address: options.address, wakeUp: wakeUp) { silentHost = ($0, $1) }
            } catch {
                // A host that takes the connection and then says nothing ends libpq's search; the others may be well.
                guard case .connectTimedOut = error, let silentHost,
                    let rest = left.after(host: silentHost.host, port: silentHost.port)
                else { throw error }
                left = rest
            }
        }
    }

    /// Connects; `onSilence` hears of a host that did not answer in time.
    private init(
        _ options: ConnectionOptions, address: String, wakeUp: WakeUp, onSilence: (String, String) -> Void
    ) throws(PostgresFault) {
        let parameters = options.libpqParameters
        guard !parameters.contains(where: { $0.keyword.utf8.contains(0) || $0.value.utf8.contains(0) }) else {
            throw .badParameter(cause: "it holds a zero byte")
        }
        let begun = CStrings(parameters.map(\.keyword)).withPointers { keywords in
            CStrings(parameters.map(\.value)).withPointers { values in
                PQconnectStartParams(keywords, values, 0)
            }
        }
        guard let begun else { throw .badParameter(cause: "libpq is out of memory") }
        connection = begun
        let isNamed = options["host"] != nil || options["hostaddr"] != nil
        self.address = isNamed ? address : PQhost(begun).map { String(cString: $0) } ?? address
        // With verbose errors a failed login carries its SQLSTATE in the text, the only place where libpq shows it.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        notices.attach(to: connection)
        try establish(limit: options.addressLimit, wakeUp: wakeUp, onSilence: onSilence)
        _ = notices.take()
    }

    deinit {
        PQfinish(connection)
    }

    /// `server_version_num` of the server, such as 150018.
    var serverVersion: Int { Int(PQserverVersion(connection)) }
    /// The process of the server that answers, as it was told when the connection was made.
    var backendProcess: Int { Int(PQbackendPID(connection)) }
    /// Whether the connection is whole as far as anybody knows.
    var isOpen: Bool { !isUseless && PQstatus(connection) == CONNECTION_OK }
    /// Whether a transaction is open on it.
    var inTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Whether a statement of the open transaction has failed, so that only a rollback is left.
    var transactionFailed: Bool { PQtransactionStatus(connection) == PQTRANS_INERROR }

    /// Runs one statement with parameters and waits for all of its answer.
    func run(
        _ sql: String, _ values: [SQLValue], limit: Duration, wakeUp: WakeUp?
    ) throws(PostgresFault) -> Rows {
        let texts = values.map(\.wireText)
        guard !sql.utf8.contains(0), !texts.contains(where: { $0?.utf8.contains(0) ?? false }) else {
            throw .zeroByte
        }
        let sent = CStrings(texts).withPointers { parameters in
            PQsendQueryParams(connection, sql, Int32(texts.count), nil, parameters, nil, nil, 0)
        }
        return try answer(sent, limit: limit, wakeUp: wakeUp)
    }

    /// Runs a text of several statements, as one transaction unless one is open.
    func run(script: String, limit: Duration, wakeUp: WakeUp?) throws(PostgresFault) {
        guard !script.utf8.contains(0) else { throw .zeroByte }
        _ = try answer(PQsendQuery(connection, script), limit: limit, wakeUp: wakeUp)
    }

    // MARK: Connecting

    private func establish(
        limit: Duration, wakeUp: WakeUp, onSilence: (String, String) -> Void
    ) throws(PostgresFault) {
        var waitFor = POLLOUT
        var peer = currentPeer
        var deadline = ContinuousClock.now + limit
        var timedOut = false
        if PQstatus(connection) == CONNECTION_BAD { throw failure(timedOut: false, limit: limit) }
        while true {
            switch Readiness.wait(
                socket: PQsocket(connection), events: waitFor, wakeUp: wakeUp, until: deadline)
            {
            case .ready: break
            case .woken: throw .cancelled
            case .limitReached:
                // libpq goes on to the next address when a socket fails, and this makes the socket fail.
                shutdown(PQsocket(connection), Int32(SHUT_RDWR))
                timedOut = true
                onSilence(peer[0], peer[2])
                deadline = ContinuousClock.now + limit
            }
            let status = PQconnectPoll(connection)
            if status == PGRES_POLLING_OK { return }
            if status == PGRES_POLLING_FAILED { throw failure(timedOut: timedOut, limit: limit) }
            waitFor = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
            if currentPeer != peer {
                peer = currentPeer
                deadline = ContinuousClock.now + limit
            }
        }
    }

    /// The address that libpq is trying, to tell when it goes on to the next.
    private var currentPeer: [String] {
        [PQhost(connection), PQhostaddr(connection), PQport(connection)].map {
            $0.map { String(cString: $0) } ?? ""
        }
    }

    private func failure(timedOut: Bool, limit: Duration) -> PostgresFault {
        let fault = ConnectFailure.classify(lastError, address: address)
        if timedOut, case .unreachable = fault { return .connectTimedOut(address: address, limit: limit) }
        return fault
    }

    // MARK: Answers

    /// Waits for all results of what was sent, returns the last and throws the first error.
    private func answer(_ sent: Int32, limit: Duration, wakeUp: WakeUp?) throws(PostgresFault) -> Rows {
        guard sent == 1 else { throw .connectionLost(address: address, cause: oneLineError) }
        var wait = StatementWait(limit: limit)
        var rows: Rows?
        var fault: PostgresFault?
        while true {
            try receive(&wait, wakeUp: wakeUp)
            guard let result = PQgetResult(connection) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                rows = Rows(result: result, notices: notices)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // Nobody here reads or feeds a COPY, and the protocol has no way back but to close.
                giveUp()
                throw .connectionLost(address: address, cause: "COPY is not supported on this connection")
            default: fault = fault ?? statementFault(result)
            }
        }
        wait.settle()
        if let fault { throw wait.explains(fault, address: address) ?? fault }
        guard let rows else { throw .connectionLost(address: address, cause: oneLineError) }
        return rows
    }

    /// Sends what is left and reads until a result is there; asks the server to cancel when it must.
    func receive(_ wait: inout StatementWait, wakeUp: WakeUp?) throws(PostgresFault) {
        while true {
            let unsent = PQflush(connection)
            if unsent == 0, PQisBusy(connection) == 0 { return }
            try pause(&wait, events: unsent == 1 ? POLLIN | POLLOUT : POLLIN, wakeUp: wakeUp)
        }
    }

    /// Waits once, and reads what has come; asks the server to cancel when it must.
    func pause(_ wait: inout StatementWait, events: Int32, wakeUp: WakeUp?) throws(PostgresFault) {
        let listener = wait.isCancelling ? nil : wakeUp
        switch Readiness.wait(
            socket: PQsocket(connection), events: events, wakeUp: listener, until: wait.deadline)
        {
        case .ready:
            guard PQconsumeInput(connection) == 1 else {
                throw wait.given(.connectionLost(address: address, cause: oneLineError), address: address)
            }
        case .woken:
            wait.cancel(.asked, connection: connection, grace: Self.cancelGrace)
        case .limitReached:
            try reachedLimit(&wait)
        }
    }

    /// Asks the server to cancel, or gives it up when it has not obeyed.
    func reachedLimit(_ wait: inout StatementWait) throws(PostgresFault) {
        guard wait.isCancelling else {
            wait.cancel(.tooLong, connection: connection, grace: Self.cancelGrace)
            return
        }
        giveUp()
        throw wait.given(.connectionLost(address: address, cause: "it does not cancel"), address: address)
    }

    func giveUp() {
        isUseless = true
        shutdown(PQsocket(connection), Int32(SHUT_RDWR))
    }

    func statementFault(_ result: OpaquePointer) -> PostgresFault {
        let message = ServerMessage(result: result)
        switch message.sqlState {
        // libpq made this result itself: the connection broke while it read.
        case "": return .connectionLost(address: address, cause: oneLineError)
        case "57P01", "57P02", "57P05", "25P03":
            return .connectionLost(address: address, cause: message.message)
        default: return ConnectFailure.classify(message, address: address)
        }
    }

    private var lastError: String { PQerrorMessage(connection).map { String(cString: $0) } ?? "" }

    var oneLineError: String {
        let lines = lastError.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }
        return lines.isEmpty ? "it was closed" : lines.joined(separator: "; ")
    }
}

extension Rows {
    fileprivate init(result: OpaquePointer, notices: NoticeBox) {
        let (rows, width) = (PQntuples(result), PQnfields(result))
        var values: [String?] = []
        values.reserveCapacity(Int(rows) * Int(width))
        for row in 0..<rows {
            for column in 0..<width {
                let isNull = PQgetisnull(result, row, column) == 1
                values.append(isNull ? nil : PQgetvalue(result, row, column).map { String(cString: $0) })
            }
        }
        self.init(
            columns: (0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" },
            values: values,
            count: Int(rows), affected: PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0,
            tag: PQcmdStatus(result).map { String(cString: $0) } ?? "", notices: notices.take())
    }
}
