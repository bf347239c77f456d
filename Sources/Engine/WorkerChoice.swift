package import Jobs
package import Measures

/// Decides how many threads compress, and over how many connections tables are read.
package enum WorkerChoice {
    /// Databases of this size and more are read over two connections where nothing else is said.
    static let sharedFrom = ByteCount(128 << 20)

    /// What there is to work with.
    package struct Room: Sendable, Equatable {
        /// Cores of this host.
        package var cores: Int
        /// The one-minute load average divided by the cores; nil where it could not be read.
        package var load: Double?
        /// The limit of the guard `load`; nil where the window has none.
        package var loadMax: Double?
        /// Until the window closes; nil where there is none or it stays open.
        package var windowLeft: Duration?
        /// How long the run is expected to take.
        package var expected: Duration

        package init(
            cores: Int, load: Double? = nil, loadMax: Double? = nil, windowLeft: Duration? = nil,
            expected: Duration
        ) {
            self.cores = cores
            self.load = load
            self.loadMax = loadMax
            self.windowLeft = windowLeft
            self.expected = expected
        }
    }

    /// A number with the reason for it.
    package struct Choice: Sendable, Equatable {
        package var count: Int
        package var reason: String

        package init(_ count: Int, _ reason: String) {
            self.count = count
            self.reason = reason
        }
    }

    /// How many threads compress.
    ///
    /// Automatically one for each core, fewer where more is to be done already than the cores can do, and no more than the
    /// guard allows. A load below that says little: the average counts what we did ourselves a moment ago. When the window
    /// would close before twice the expected time, the work of others is no reason to be slow, and the guard still is.
    package static func workers(_ asked: WorkerCount, _ room: Room) -> Choice {
        switch asked {
        case .exactly(let count): return Choice(max(1, count), "as the job says")
        case .automatic: break
        }
        let cores = max(1, room.cores)
        guard let load = room.load else { return Choice(cores, "one for each core") }
        let isPressed = room.windowLeft.map { $0 < room.expected * 2 } ?? false
        let allowed = room.loadMax.map { whole(Double(cores) * ($0 - load)) } ?? cores
        let idle = isPressed ? cores : whole(Double(cores) * (2 - load))
        let count = max(1, min(cores, allowed, idle))
        if count == cores { return Choice(cores, "one for each core") }
        if allowed <= idle { return Choice(count, "the guard 'load' allows no more") }
        return Choice(count, "the other cores are busy")
    }

    /// Over how many connections the tables of a database are read.
    ///
    /// - Parameter size: Of its tables, as the server estimates it.
    package static func connections(_ asked: WorkerCount, size: ByteCount, workers: Int) -> Int {
        switch asked {
        case .exactly(let count): max(1, count)
        case .automatic: size >= sharedFrom && workers > 1 ? 2 : 1
        }
    }

    /// The nearest whole number, bounded so that nothing from outside is too large for one.
    private static func whole(_ number: Double) -> Int {
        Int(min(max(number.isFinite ? number : 0, 0), 1_000).rounded())
    }
}
