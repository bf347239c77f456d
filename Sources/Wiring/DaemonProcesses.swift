import Engine
package import Faults
package import FoundationEssentials
import Glibc
import Jobs
import Storage

/// The daemons of a state directory as processes of this machine.
package struct DaemonProcesses: Sendable {
    /// How long a daemon has for its answer to a wish to reload.
    package static let patience = Duration.seconds(15)
    private static let pause = Duration.milliseconds(50)
    /// A daemon whose loop has not turned for so long hangs.
    package static let silenceMax = Duration.seconds(90)

    private let stateDirectory: String
    private let ambient: Ambient

    /// Those of the state directory that a configuration names.
    package init(_ configuration: LoadedConfiguration, _ surroundings: Surroundings) {
        stateDirectory = configuration.settings.stateDirectory
        ambient = surroundings.ambient(stateDirectory: stateDirectory)
    }

    /// A daemon whose process lives.
    package struct Process: Sendable, Equatable {
        package var id: UUID
        package var pid: Int32

        package init(id: UUID, pid: Int32) {
            self.id = id
            self.pid = pid
        }
    }

    /// What became of the wish to reload.
    package enum Answer: Sendable, Equatable {
        case answered(ReloadNote)
        /// The process has ended meanwhile.
        case ended
        /// Its process belongs to another user.
        case forbidden
        case silent
    }

    /// Those that serve schedules.
    package func serving() throws(AnyFault) -> [Process] {
        do throws(StorageFault) {
            return try DaemonLocks(stateDirectory: stateDirectory).living().filter { $0.role == .serve }
                .map { Process(id: $0.id, pid: $0.pid) }.sorted { $0.pid < $1.pid }
        } catch {
            throw AnyFault(error)
        }
    }

    /// Those that serve schedules, with how long ago the loop of each turned last, in whole seconds.
    package func pulses() throws(AnyFault) -> [(process: Process, silence: Duration)] {
        do throws(StorageFault) {
            let now = ambient.wallTime()
            return try DaemonLocks(stateDirectory: stateDirectory).living().filter { $0.role == .serve }.map {
                let silence = max(0, now.timeIntervalSince($0.beatAt).rounded(.down))
                return (Process(id: $0.id, pid: $0.pid), .seconds(silence))
            }
        } catch {
            throw AnyFault(error)
        }
    }

    /// Sends SIGHUP, and waits for what the daemon says to it.
    package func reload(_ process: Process) async -> Answer {
        let before = ReloadNote.read(process.id, stateDirectory: stateDirectory)?.number ?? 0
        guard kill(process.pid, SIGHUP) == 0 else { return errno == EPERM ? .forbidden : .ended }
        let end = ambient.uptime() + Self.patience
        while ambient.uptime() < end {
            if let note = ReloadNote.read(process.id, stateDirectory: stateDirectory), note.number > before {
                return .answered(note)
            }
            if kill(process.pid, 0) != 0, errno == ESRCH { return .ended }
            await ambient.sleep(Self.pause)
        }
        return .silent
    }
}
