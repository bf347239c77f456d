package import Faults

/// What can go wrong between us and a server; every case that is about a server names its address.
package enum PostgresFault: Fault, Equatable {
    /// Nobody answers there.
    case unreachable(address: String, cause: String)
    /// The host's name has no address; `temporary` if the name service itself did not answer.
    case nameUnknown(address: String, cause: String, temporary: Bool)
    /// It did not answer in time.
    case connectTimedOut(address: String, limit: Duration)
    /// It wants a password and none is configured.
    case passwordMissing(address: String)
    /// The password or the user is wrong (28P01).
    case passwordWrong(address: String, ServerMessage)
    /// The server's `pg_hba.conf` or the role itself forbids it (28000).
    case accessRefused(address: String, ServerMessage)
    /// There is no such database (3D000).
    case databaseMissing(address: String, ServerMessage)
    /// All its connections are taken (53300).
    case tooManyConnections(address: String, ServerMessage)
    /// It is starting, stopping or recovering (57P03).
    case notReady(address: String, ServerMessage)
    /// No encrypted connection came about.
    case encryption(address: String, cause: String)
    /// None of several hosts fits `target_session_attrs`.
    case noSuitableServer(address: String, cause: String)
    /// Something listens there that does not speak PostgreSQL's protocol.
    case notPostgres(address: String, cause: String)
    /// libpq refuses a connection parameter.
    case badParameter(cause: String)
    /// The libpq at work does not know a connection parameter, which a later one may.
    case unknownParameter(keyword: String, library: String)
    /// The connection broke, or was ended by somebody (57P01).
    case connectionLost(address: String, cause: String)
    /// The server answered a statement, or the attempt to connect, with an error.
    case refused(address: String, ServerMessage)
    /// A statement took longer than it may.
    case statementTimedOut(address: String, limit: Duration)
    /// A transaction was to be committed of which a statement had failed.
    case transactionFailed(address: String)
    /// The task that wanted it was cancelled.
    case cancelled
    /// A statement returned something else than was asked for: a defect of ours, or a catalog somebody changed.
    case unexpectedValue(column: String, found: String, wanted: String)
    /// A parameter holds a zero byte, which PostgreSQL cannot store.
    case zeroByte

    /// The SQLSTATE, where the server sent one: manual, Appendix A.
    package var sqlState: String? { serverMessage?.sqlState }

    /// All that the server said, where it said something.
    package var serverMessage: ServerMessage? {
        switch self {
        case .passwordWrong(_, let message), .accessRefused(_, let message), .databaseMissing(_, let message),
            .tooManyConnections(_, let message), .notReady(_, let message), .refused(_, let message):
            message
        case .unreachable, .nameUnknown, .connectTimedOut, .passwordMissing, .encryption, .noSuitableServer,
            .notPostgres, .badParameter, .unknownParameter, .connectionLost, .statementTimedOut,
            .transactionFailed, .cancelled, .unexpectedValue, .zeroByte:
            nil
        }
    }

    package var code: String {
        switch self {
        case .unreachable: "server.unreachable"
        case .nameUnknown: "server.name-unknown"
        case .connectTimedOut: "server.connect-timeout"
        case .passwordMissing: "server.password-missing"
        case .passwordWrong: "server.password-wrong"
        case .accessRefused: "server.access-refused"
        case .databaseMissing: "server.database-missing"
        case .tooManyConnections: "server.too-many-connections"
        case .notReady: "server.not-ready"
        case .encryption: "server.encryption"
        case .noSuitableServer: "server.none-suitable"
        case .notPostgres: "server.not-postgres"
        case .badParameter: "connection.parameter"
        case .unknownParameter: "connection.parameter-unknown"
        case .connectionLost: "connection.lost"
        case .refused(_, let message): StateAdvice.of(message.sqlState).code
        case .statementTimedOut: "statement.timeout"
        case .transactionFailed: "transaction.failed"
        case .cancelled: "statement.cancelled"
        case .unexpectedValue: "statement.unexpected-value"
        case .zeroByte: "statement.zero-byte"
        }
    }

    package var summary: String {
        switch self {
        case .unreachable(let address, let cause): "cannot reach the server at \(address): \(cause)"
        case .nameUnknown(let address, let cause, _): "cannot find the server at \(address): \(cause)"
        case .connectTimedOut(let address, let limit):
            "the server at \(address) did not answer within \(limit.components.seconds)s"
        case .passwordMissing(let address): "the server at \(address) wants a password and none is configured"
        case .passwordWrong(let address, let message), .accessRefused(let address, let message):
            "the server at \(address) refused the login: \(message.message)"
        case .databaseMissing(let address, let message), .notReady(let address, let message):
            "the server at \(address) says: \(message.message)"
        case .tooManyConnections(let address, let message):
            "the server at \(address) has no connection left: \(message.message)"
        case .encryption(let address, let cause): "no encrypted connection to \(address): \(cause)"
        case .noSuitableServer(let address, let cause): "no server that fits at \(address): \(cause)"
        case .notPostgres(let address, let cause):
            "what listens at \(address) is no PostgreSQL server: \(cause)"
        case .badParameter(let cause): "a connection parameter is wrong: \(cause)"
        case .unknownParameter(let keyword, let library):
            "libpq \(library) does not know the connection parameter '\(keyword)'"
        case .connectionLost(let address, let cause): "the connection to \(address) broke: \(cause)"
        case .refused(let address, let message):
            "the server at \(address) says: \(message.message)"
                + (message.detail.map { " (\($0))" } ?? "") + " [\(message.sqlState)]"
        case .statementTimedOut(let address, let limit):
            "a statement on \(address) took longer than \(limit.components.seconds)s"
        case .transactionFailed(let address): "a transaction on \(address) failed and was rolled back"
        case .cancelled: "the statement was cancelled"
        case .unexpectedValue(let column, let found, let wanted):
            "column \(column) holds \(found) where \(wanted) was expected"
        case .zeroByte: "a text with a zero byte cannot be sent to a server"
        }
    }

    package var remedy: String {
        switch self {
        case .unreachable: "Start the server, or correct host and port of the connection URL."
        case .nameUnknown(_, _, let temporary):
            temporary
                ? "Check the name service of this machine, then try again."
                : "Correct the host name in the connection URL."
        case .connectTimedOut:
            "Check firewall and network to it, or raise 'connect_timeout' in the connection URL."
        case .passwordMissing:
            "Give a password in the connection URL, or in a file with 'password: file:PATH'."
        case .passwordWrong: "Correct user and password of the connection URL."
        case .accessRefused:
            "Allow this role and this machine in the server's pg_hba.conf, or use another role."
        case .databaseMissing: "Correct the database in the connection URL, or create it with 'createdb'."
        case .tooManyConnections: "Wait, close idle connections, or raise 'max_connections' of the server."
        case .notReady: "Wait until the server is up; its log tells what it is doing."
        case .encryption: "Set 'sslmode' and 'sslrootcert' in the connection URL to what the server offers."
        case .noSuitableServer: "Correct the hosts or 'target_session_attrs' in the connection URL."
        case .notPostgres: "Correct host and port of the connection URL."
        case .badParameter: "Correct the connection URL; the PostgreSQL manual lists its parameters."
        case .unknownParameter:
            "Leave it out of the connection URL, or give pgvigil the libpq of a PostgreSQL that has it."
        case .connectionLost: "Look into the server's log for the reason, then try again."
        case .refused(_, let message):
            message.hint.map(Self.sentence) ?? StateAdvice.of(message.sqlState).remedy
        case .statementTimedOut: "Look in pg_stat_activity of the server for what it waits for."
        case .transactionFailed: "Look into the server's log for the statement that failed."
        case .cancelled: "Run it again."
        case .unexpectedValue:
            "Run 'pgvigil catalog status', and report this as a defect of pgvigil if that is fine."
        case .zeroByte: "Report this as a defect of pgvigil."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .badParameter, .unknownParameter: .usage
        case .cancelled: .interrupted
        case .unreachable, .nameUnknown, .connectTimedOut, .passwordMissing, .passwordWrong, .accessRefused,
            .databaseMissing, .tooManyConnections, .notReady, .encryption, .noSuitableServer, .notPostgres,
            .connectionLost, .refused, .statementTimedOut, .transactionFailed, .unexpectedValue, .zeroByte:
            .undetermined
        }
    }

    package var mayPass: Bool {
        switch self {
        case .unreachable, .connectTimedOut, .tooManyConnections, .notReady, .noSuitableServer,
            .connectionLost,
            .statementTimedOut:
            true
        case .nameUnknown(_, _, let temporary): temporary
        case .refused(_, let message): StateAdvice.of(message.sqlState).mayPass
        case .passwordMissing, .passwordWrong, .accessRefused, .databaseMissing, .encryption, .notPostgres,
            .badParameter, .unknownParameter, .transactionFailed, .cancelled, .unexpectedValue, .zeroByte:
            false
        }
    }

    /// A server's hint with a capital at its start and a full stop at its end.
    private static func sentence(_ hint: String) -> String {
        let capital = hint.prefix(1).uppercased() + hint.dropFirst()
        return capital.hasSuffix(".") || capital.hasSuffix("?") ? capital : capital + "."
    }
}
