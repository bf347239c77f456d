package import Engine
package import Faults
package import Jobs
import Measures
import Synchronization

/// Servers to restore into, in memory: the throwaway one and those of targets are made by the test beforehand.
package final class MemoryRestorePort: RestorePort {
    private struct State {
        var targets: [String: MemoryRestoreServer] = [:]
        var wishes: [ThrowawayWish] = []
        var startFaults: [AnyFault] = []
        var left: [String] = []
        var room = RestoreRoom(freeSpace: ByteCount(100 << 30), memory: ByteCount(8 << 30), cores: 4)
    }

    /// The server that each start of a throwaway cluster hands out; one that was stopped is started again.
    package let throwaway: MemoryRestoreServer
    private let state = Mutex(State())

    /// A port whose throwaway cluster is this server.
    package init(throwaway: MemoryRestoreServer = MemoryRestoreServer()) {
        self.throwaway = throwaway
    }

    /// Sets the server of a target; an unknown target does not answer.
    package func put(_ server: MemoryRestoreServer, of target: String) {
        state.withLock { $0.targets[target] = server }
    }

    /// Makes the next starts fail, one fault each.
    package func failStarts(with faults: AnyFault...) {
        state.withLock { $0.startFaults = faults }
    }

    /// Sets what this machine has for throwaway clusters.
    package func put(_ room: RestoreRoom) {
        state.withLock { $0.room = room }
    }

    /// Pretends that a killed process has left these folders.
    package func leaveBehind(_ folders: [String]) {
        state.withLock { $0.left = folders }
    }

    /// What was wished of each throwaway cluster so far.
    package var wishes: [ThrowawayWish] { state.withLock { $0.wishes } }

    package func startThrowaway(_ wish: ThrowawayWish) async throws(AnyFault) -> any RestoreServer {
        let fault = state.withLock { state in
            state.wishes.append(wish)
            return state.startFaults.isEmpty ? nil : state.startFaults.removeFirst()
        }
        if let fault { throw fault }
        throwaway.start()
        return throwaway
    }

    package func room() async throws(AnyFault) -> RestoreRoom { state.withLock { $0.room } }

    package func server(of target: Target) async throws(AnyFault) -> any RestoreServer {
        guard let server = state.withLock({ $0.targets[target.name] }) else {
            throw MemoryServer.unreachable(target.name)
        }
        // Whoever stops using a target's server leaves it to others.
        server.start()
        return server
    }

    package func sweep() async -> [String] {
        state.withLock { state in
            defer { state.left = [] }
            return state.left
        }
    }
}
