/// What can be wrong with a connection URL; never holds text that may be part of a password.
package enum URLProblem: Error, Sendable, Equatable {
    case empty
    case tooLong
    case scheme(String)
    case noEquals
    case percent
    case bracket
    case host
    case port
    case portCount
    case query
    case quote
    case afterPassword
    case unknown(String, nearest: String?)
    case value(String, allowed: [String])

    var code: String {
        switch self {
        case .empty: "url.empty"
        case .tooLong: "url.too-long"
        case .scheme: "url.scheme"
        case .noEquals: "url.no-equals"
        case .percent: "url.percent"
        case .bracket: "url.bracket"
        case .host: "url.host"
        case .port: "url.port"
        case .portCount: "url.port-count"
        case .query: "url.query"
        case .quote: "url.quote"
        case .afterPassword: "url.after-password"
        case .unknown: "url.unknown-parameter"
        case .value: "url.value"
        }
    }

    var summary: String {
        switch self {
        case .empty: "the connection URL is empty"
        case .tooLong: "the connection URL has more than 16,384 bytes"
        case .scheme(let scheme): "'\(scheme)://' is not a URL of PostgreSQL"
        case .noEquals: "this is neither a URL nor a string of keyword=value pairs"
        case .percent: "a % is not followed by two hexadecimal digits other than 00"
        case .bracket:
            "the [ of an IPv6 address has no matching ], or something follows it that does not belong there"
        case .host: "the name of the host holds a character that no host has"
        case .port: "a port is not a number from 1 to 65535"
        case .portCount: "there are several hosts, and neither one port nor as many ports as hosts"
        case .query: "a parameter after the ? is not of the form keyword=value"
        case .quote: "a quoted value has no closing quote"
        case .afterPassword: "what follows the password is not a connection parameter"
        case .unknown(let keyword, _): "there is no connection parameter '\(keyword)'"
        case .value(let keyword, _): "the value of '\(keyword)' is not one that libpq knows"
        }
    }

    var remedy: String {
        switch self {
        case .empty: "Write postgres://user:password@host:port/database."
        case .tooLong: "Write postgres://user:password@host:port/database."
        case .scheme: "Write postgres://, or list the PostgreSQL servers under targets: in pgvigil.yaml."
        case .noEquals: "Write postgres://user:password@host:port/database, or host=… dbname=…."
        case .percent: "Write %25 for a % that is meant as it stands."
        case .bracket: "Write [::1]:5432, or percent-encode a [ that is part of a password as %5B."
        case .host:
            "Percent-encode the password: / is %2F, @ is %40, # is %23, ? is %3F; a socket's folder is "
                + "%2Frun%2Fpostgresql."
        case .port: "Write host:5432, and percent-encode a : or / that is part of a password as %3A and %2F."
        case .portCount: "Write each host with its port: host1:5432,host2:5433."
        case .query:
            "Write ?keyword=value&keyword=value, with & as %26 and = as %3D inside a value or a password."
        case .quote: "Close the quote; inside it, a quote is \\' and a backslash is \\\\."
        case .afterPassword: "Put quotes around a password with blanks: password='…'."
        case .unknown(_, let nearest?): "Write '\(nearest)'."
        case .unknown(_, nil): "Remove it; the parameters are those of the PostgreSQL manual, section 34.1.2."
        case .value(_, let allowed): "Write one of \(allowed.joined(separator: ", "))."
        }
    }
}
