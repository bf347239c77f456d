import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Web

/// Metrics and health, as HTTP serves them.
extension DaemonService {
    /// Unfinished runs that metrics count.
    private static let unfinishedMax = 10_000
    /// How long the loop may take for an answer before it is taken for stuck.
    private static let answerMax = Duration.seconds(5)

    /// Serves them where the configuration wants it.
    ///
    /// - Throws: The address is not to be had.
    func openWeb() async throws(AnyFault) {
        guard let address = configuration.settings.web.listen else { return }
        do throws(WebFault) {
            web = try await WebServer.start(
                address,
                pages: [
                    "/metrics": { WebPage(text: Metrics.render(await self.metrics())) },
                    "/healthz": { await self.health() }, "/readyz": { await self.readiness() },
                ])
        } catch {
            throw AnyFault(error)
        }
    }

    private func metrics() async -> MetricsView {
        let state = await loop.state
        // While the catalog is down its numbers are not known.
        let unfinished = try? await system.book.runs(
            RunQuery(unfinishedOnly: true), limit: Self.unfinishedMax)
        let objectives = standings.flatMap { state in
            state.judgements.map { judgement in
                ObjectiveMetrics(
                    objective: judgement.kind.rawValue, target: state.target, database: state.database,
                    seconds: judgement.found.map { $0 / .seconds(1) },
                    limitSeconds: judgement.allowed / .seconds(1),
                    isBreached: judgement.breach != nil)
            }
        }
        return MetricsView(
            version: ProgramVersion.current.pgvigil,
            jobs: tally.metrics(of: configuration.jobs, unfinished: unfinished ?? []), objectives: objectives,
            leaseSecondsLeft: state.leaseLeft.map { $0 / .seconds(1) }, isCatalogUp: state.isCatalogUp,
            journalEntriesPending: await system.book.pending, startedAt: startedAt)
    }

    /// A loop that does not answer in time does not turn.
    private func health() async -> WebPage {
        // Not a task group: that would wait for the answer in any case.
        let (answers, answer) = AsyncStream<DaemonState?>.makeStream()
        let asking = Task { [loop] in answer.yield(await loop.state) }
        let waiting = Task { [ambient] in
            await ambient.sleep(Self.answerMax)
            answer.yield(nil)
        }
        var first: DaemonState??
        for await state in answers {
            first = state
            break
        }
        asking.cancel()
        waiting.cancel()
        let state = first ?? nil
        guard let state else {
            return WebPage(text: "stuck: the loop has not answered for \(Self.answerMax)\n", isGood: false)
        }
        return WebPage(text: "ok: \(state.running) running, \(state.waiting) waiting\n")
    }

    private func readiness() async -> WebPage {
        let state = await loop.state
        if state.leaseLeft != nil { return WebPage(text: "ready: the lease is held\n") }
        if await system.book.atRisk == nil {
            return WebPage(text: "ready: without the catalog; the journal is kept\n")
        }
        return WebPage(text: "not ready: neither the catalog nor the journal takes records\n", isGood: false)
    }
}
