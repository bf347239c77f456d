package import Cron
package import Faults
import FoundationEssentials
import Synchronization

/// Reads time zones from the machine's zone files, each once.
package final class ZoneFiles: Sendable {
    private let directories: [String]
    private let loaded = Mutex<[String: Zone]>([:])

    package init(environment: [String: String]) {
        directories = [environment["TZDIR"], "/usr/share/zoneinfo", "/usr/lib/zoneinfo"].compactMap { $0 }
    }

    /// The zone of an IANA name.
    ///
    /// - Throws: ``CronFault`` when there is no such zone, or its file is damaged.
    package func zone(_ name: String) throws(AnyFault) -> Zone {
        if let zone = loaded.withLock({ $0[name] }) { return zone }
        if name == "UTC" { return .utc }
        guard Zone.isPlausible(name: name) else { throw unknown(name) }
        for directory in directories {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            let zone: Zone
            do {
                zone = try Zone.parse(tzif: Array(data), name: name)
            } catch {
                throw AnyFault(error)
            }
            loaded.withLock { $0[name] = zone }
            return zone
        }
        throw unknown(name)
    }

    /// Whether there is such a zone.
    package func has(_ name: String) -> Bool {
        // The reason does not matter to one who only asks whether.
        (try? zone(name)) != nil
    }

    private func unknown(_ name: String) -> AnyFault {
        AnyFault(WiringFault.zoneUnknown(name))
    }
}
