import Faults
import Measures

/// Lets progress through a few times a second, however often it is asked.
struct ProgressMeter: Sendable {
    private static let interval = Duration.milliseconds(200)

    private let uptime: @Sendable () -> Duration
    private let report: @Sendable (DumpProgress, Duration) -> Void
    private let started: Duration
    private var last: Duration

    init(
        uptime: @escaping @Sendable () -> Duration,
        report: @escaping @Sendable (DumpProgress, Duration) -> Void
    ) {
        self.uptime = uptime
        self.report = report
        started = uptime()
        last = started
    }

    /// Reports what `progress` says, with the time since the start, unless it did so just now.
    mutating func tick(_ progress: () -> DumpProgress) {
        let now = uptime()
        guard now - last >= Self.interval else { return }
        last = now
        report(progress(), now - started)
    }
}

/// Takes a program's output into a file and meters it.
final class MeteredFile: ByteSink {
    private let file: any IncomingFile
    private let meter: Guarded<ProgressMeter>

    init(file: any IncomingFile, meter: ProgressMeter) {
        self.file = file
        self.meter = Guarded(meter)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        try file.write(bytes)
        meter.withLock { meter in meter.tick { DumpProgress(bytes: file.size) } }
    }
}
