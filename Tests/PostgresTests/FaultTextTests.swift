import Faults
import Postgres
import TestKit
import Testing

@Suite struct `What a person reads of a fault of a server` {
    @Test func `names the address, the cause and the remedy`() {
        Golden.expect(Self.faults.map(FaultLine.render).joined(separator: "\n"), "faults")
    }

    /// Every case, and of the server's own errors each that gets advice of its own.
    private static let faults: [PostgresFault] =
        [
            .unreachable(address: address, cause: "Connection refused"),
            .nameUnknown(address: address, cause: "Name or service not known", temporary: false),
            .nameUnknown(address: address, cause: "Temporary failure in name resolution", temporary: true),
            .connectTimedOut(address: address, limit: .seconds(10)),
            .passwordMissing(address: address),
            .passwordWrong(
                address: address, message("28P01", "password authentication failed for user \"shop\"")),
            .accessRefused(address: address, message("28000", "role \"shop\" does not exist")),
            .databaseMissing(address: address, message("3D000", "database \"shop\" does not exist")),
            .tooManyConnections(address: address, message("53300", "sorry, too many clients already")),
            .notReady(address: address, message("57P03", "the database system is starting up")),
            .encryption(address: address, cause: "SSL error: certificate verify failed"),
            .noSuitableServer(address: address, cause: "session is read-only"),
            .notPostgres(address: address, cause: "received invalid response to SSL negotiation: H"),
            .badParameter(cause: "invalid sslmode value: \"banana\""),
            .unknownParameter(keyword: "scram_client_key", library: "15.18"),
            .connectionLost(address: address, cause: "server closed the connection unexpectedly"),
            .statementTimedOut(address: address, limit: .seconds(60)),
            .transactionFailed(address: address),
            .cancelled,
            .unexpectedValue(column: "size", found: "NULL", wanted: "an integer"),
            .zeroByte,
        ] + states.map { .refused(address: address, message($0, "what the server says")) } + [
            .refused(
                address: address,
                ServerMessage(
                    severity: "ERROR", sqlState: "42501", message: "no", detail: "because",
                    hint: "try another role"))
        ]

    private static let address = "db.example:5432"
    private static let states = [
        "08P01", "0A000", "22012", "23505", "25006", "28000", "40001", "42501", "42P01", "53200", "53100",
        "55P03",
        "57014", "58030", "XX001",
    ]

    private static func message(_ state: String, _ text: String) -> ServerMessage {
        ServerMessage(severity: "FATAL", sqlState: state, message: text)
    }
}
