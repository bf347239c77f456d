import Engine
import Faults
import Jobs
import Measures
import Policy
import Postgres

/// One action with all that it needs; connects twice, and hands over to ``MaintenanceBench``.
struct MaintenanceWork: Sendable {
    let action: MaintenanceAction
    let info: ConnectionInfo
    let gently: Gentleness
    let note: StopNote
    let watch: @Sendable () async -> String?
    let connectLimit: Duration
    let pace: MaintenancePace
    let freeSpace: @Sendable (String) -> ByteCount?

    func effect() async -> MaintenanceEffect {
        do throws(DatabasesFault) {
            let worker = try await openWorker()
            let watcher: Connection
            do throws(DatabasesFault) {
                watcher = try await MaintenanceSession.open(
                    info, connectLimit: connectLimit, settings: MaintenanceSession.reading)
            } catch {
                await worker.close()
                throw error
            }
            let bench = MaintenanceBench(
                work: self, worker: worker, process: await worker.backendProcess, watcher: watcher,
                version: await worker.serverVersion)
            let effect = await bench.effect()
            await worker.close()
            await watcher.close()
            return effect
        } catch {
            return MaintenanceEffect(.failed, error.summary, fault: AnyFault(error))
        }
    }

    /// A session for statements; what it does for a rebuild waits for locks without a limit of the server's, which would
    /// throw away what it built.
    func openWorker() async throws(DatabasesFault) -> Connection {
        let isConcurrent = action.kind == .reindex || action.kind == .leftover
        return try await MaintenanceSession.open(
            info, connectLimit: connectLimit,
            settings: gently.settings(lockTimeout: isConcurrent ? .zero : gently.lockTimeout))
    }
}
