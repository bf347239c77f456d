import Faults
import Jobs
import TestKit
import Testing

@Suite struct `Connection strings` {
    private static func show(_ info: ConnectionInfo) -> String {
        var pairs = info.parameters.map { "\($0.keyword)=\($0.value)" }
        pairs += info.secrets.map { "\($0.keyword)=\($0.value.reveal())" }
        if let password = info.password { pairs.append("password=\(password.reveal())") }
        let sorted = pairs.sorted { $0.prefix { $0 != "=" } < $1.prefix { $0 != "=" } }
        return sorted.isEmpty ? "-" : sorted.joined(separator: " ; ")
    }

    @Test(arguments: Rows.read("urls.tsv"))
    func `give the parameters that libpq gives, and those that frameworks mean`(_ row: [String]) throws {
        let info = try ConnectionURL.parse(Escapes.plain(row[1]))
        #expect(Self.show(info) == Escapes.plain(row[2]), "\(row[3])")
        #expect(!info.conninfo.contains("s3cr"), "no secret in what may stand in an argument list")
        #expect(!info.address.contains("s3cr"))
        #expect(!"\(info)".contains("s3cr"), "nor where it is printed")
    }

    @Test(arguments: Rows.read("urls.tsv"))
    func `come back from what is handed to libpq`(_ row: [String]) throws {
        let info = try ConnectionURL.parse(Escapes.plain(row[1]))
        guard !info.parameters.isEmpty else { return }
        let again = try ConnectionURL.parse(info.conninfo)
        #expect(again.parameters == info.parameters)
    }

    @Test(arguments: Rows.read("url-faults.tsv"))
    func `are refused without repeating a password`(_ row: [String]) {
        #expect { try ConnectionURL.parse(Escapes.plain(row[0])) } throws: { error in
            guard let fault = error as? JobsFault else { return false }
            let repeated = fault.description.contains("s3cr") && !row[3].hasPrefix("(")
            return fault.code == row[1] && fault.remedy.contains(row[2]) && !repeated
                && fault.exitStatus == .usage
        }
    }

    @Test func `have a limit`() {
        let long = "postgres://h/" + String(repeating: "x", count: 20_000)
        #expect { try ConnectionURL.parse(long) } throws: { ($0 as? JobsFault)?.code == "url.too-long" }
    }

    @Test func `with a zero byte are refused: a C string ends there`() {
        #expect { try ConnectionURL.parse("host=h user=a\0b") } throws: {
            ($0 as? JobsFault)?.code == "url.value"
        }
    }
}

@Suite struct `A connection` {
    @Test(arguments: [
        ("postgres://h", "h"), ("postgres://h:5433/db", "h:5433"), ("postgres:///db", "local socket"),
        ("postgres://%2Frun%2Fpg:5433/db", "/run/pg"), ("postgres://[::1]:5433", "[::1]:5433"),
        ("postgres://a:1,b:2", "a:1,b:2"), ("postgres://a,b:2", "a,b:2"), ("host=a,b port=7", "a:7,b:7"),
        ("hostaddr=10.0.0.1 port=7", "10.0.0.1:7"), ("host=/run/pg,h port=1,2", "/run/pg,h:2"),
    ])
    func `says where it goes, without user, database or secrets`(_ url: String, _ address: String) throws {
        #expect(try ConnectionURL.parse(url).address == address)
    }

    @Test func `goes to another database of the same server`() throws {
        let info = try ConnectionURL.parse("postgres://u:s3cret@h/db?sslmode=require")
        let other = info.with(database: "o'ther\\")
        #expect(other["dbname"] == "o'ther\\")
        #expect(other.password == info.password)
        #expect(other.conninfo == "user='u' host='h' sslmode='require' dbname='o\\'ther\\\\'")
        #expect(other["passfile"] == nil)
    }

    @Test func `forgets a keyword that is set to nothing`() throws {
        var info = try ConnectionURL.parse("postgres://u@h/db")
        info["user"] = nil
        #expect(info.conninfo == "host='h' dbname='db'")
    }
}
