package import Engine
import FoundationEssentials
import Glibc

/// What the machine and the caller tell the program; read once, at the start, here and nowhere else.
package struct Surroundings: Sendable {
    package var environment: [String: String]
    package var workingDirectory: String
    package var home: String
    package var isRoot: Bool
    package var owner: Owner
    /// The IANA name of the machine's zone.
    package var zoneName: String

    package init(
        environment: [String: String], workingDirectory: String, home: String, isRoot: Bool, owner: Owner,
        zoneName: String
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.home = home
        self.isRoot = isRoot
        self.owner = owner
        self.zoneName = zoneName
    }

    /// Reads them.
    package static func current() -> Surroundings {
        let environment = ProcessInfo.processInfo.environment
        let host = hostName()
        return Surroundings(
            environment: environment, workingDirectory: FileManager.default.currentDirectoryPath,
            home: environment["HOME"] ?? "/", isRoot: geteuid() == 0,
            owner: Owner(
                machine: "", host: host, pid: getpid(),
                stateDirectory: ""),
            zoneName: localZoneName(environment))
    }

    /// The machine's monotonic clock, which begins at its start.
    static var monotonicMicroseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }

    /// The value of PATH.
    package var searchPath: String { environment["PATH"] ?? "" }

    /// Everything under one folder: `/var/lib/pgvigil` for root, the user's own state folder otherwise.
    package var baseDirectory: String {
        if isRoot { return "/var/lib/pgvigil" }
        return (environment["XDG_STATE_HOME"] ?? "\(home)/.local/state") + "/pgvigil"
    }

    /// The ambient value of this process: the real clock, real chance.
    package func ambient(stateDirectory: String) -> Ambient {
        let clock = ContinuousClock()
        let start = clock.now
        var owner = owner
        owner.stateDirectory = stateDirectory
        return Ambient(
            wallTime: { Date() },
            // A cancelled sleep ends early, which is all that its caller wants to know.
            sleep: { duration in try? await clock.sleep(for: duration) },
            uptime: { clock.now - start }, makeID: { UUID() }, jitter: { Double.random(in: 0...1) },
            owner: owner)
    }

    /// `TZ`, else what `/etc/timezone` or the link `/etc/localtime` says, else UTC.
    private static func localZoneName(_ environment: [String: String]) -> String {
        if let zone = environment["TZ"], !zone.isEmpty {
            return zone.hasPrefix(":") ? String(zone.dropFirst()) : zone
        }
        // A machine without the link keeps its zone as a copy; then only /etc/timezone knows the name.
        if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/etc/localtime"),
            let range = link.firstRange(of: "zoneinfo/")
        {
            return String(link[range.upperBound...])
        }
        return firstLine(of: "/etc/timezone") ?? "UTC"
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func firstLine(of path: String) -> String? {
        // Neither file needs to exist.
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return text.split(whereSeparator: \.isNewline).first.map(String.init)
    }
}
