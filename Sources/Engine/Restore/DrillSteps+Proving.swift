import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// What a drill compares, and how it is written down.
extension DrillSteps {
    /// A question of the user's may take so long.
    private static let questionMax = Duration.seconds(600)

    func prove(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (server, facts) = try running(index)
        guard let restoration = works[index].restoration else { throw lost(index) }
        let name = database(index)
        works[index].lines += try await contentLines(index, server, name)
        let manifest = works[index].set.manifest
        if let expected = works[index].contents {
            let found = try await restoration.definitions()
            works[index].lines += DefinitionComparison(
                expected: expected, found: found, ignoresTablespaces: true, isPartial: manifest.partial != nil
            ).lines()
            if isThrowaway {
                works[index].lines += RoleSettingsComparison(expected: expected, found: found).lines()
            }
        }
        let state = try await server.state(of: name)
        let unit = UnitComparison(manifest: manifest, contents: works[index].contents, state: state).lines()
        works[index].lines += isThrowaway ? unit : Self.withoutProperties(unit)
        if isThrowaway, let saved = works[index].globals {
            works[index].lines += GlobalsComparison(
                expected: saved, found: try await restoration.globals(),
                ignoring: [facts.role],
                sameMajor: manifest.serverMajor == facts.major, passwords: manifest.globals
            ).lines()
        }
        if spec.amcheck { works[index].lines += try await indexLines(server, name) }
        works[index].lines += try await assertionLines(index, server, name)
        works[index].lines.append(recoveryLine(index))
        let broken = works[index].lines.filter { $0.state == .broken }
        return SeriesReport(
            .done,
            detail: broken.isEmpty ? "\(works[index].lines.count) lines" : "\(broken.count) findings")
    }

    func report(_ index: Int) async -> SeriesReport {
        let report = await record(index)
        let item = "\(works[index].item)"
        switch report.verdict {
        case .proven: return SeriesReport(.done, detail: report.summary)
        case .broken: return SeriesReport(.broken("\(item): \(report.summary)"), detail: report.summary)
        case .couldNotVerify:
            return .failed(RestoreFault.notProven(item: item, why: report.summary).plain)
        }
    }

    /// Writes the report to the catalog and the proof to the manifest; what the catalog does not take now follows.
    func record(_ index: Int) async -> DrillReport {
        let report = makeReport(index)
        guard !works[index].isRecorded else { return report }
        works[index].isRecorded = true
        let record = DrillRecord(
            report, run: run.id, works[index], endedAt: max(ports.ambient.wallTime(), works[index].started))
        await book.record(record, report: report.json, lease: run.lease)
        // What could not be verified takes no earlier proof away.
        if record.verdict != .couldNotVerify {
            // A store that takes no writes still proves: the catalog has it.
            _ = try? await store.prove(works[index].set, record.proof)
        }
        return report
    }

    // MARK: Inside

    private func makeReport(_ index: Int) -> DrillReport {
        let work = works[index]
        let proof = DrillReport.Proof(spec.proof)
        var expectation = DrillReport.Expectation(
            tables: work.verified?.tables.count, largeObjects: work.verified?.largeObjects ?? 0, proof: proof,
            hasContents: work.contents != nil, hasGlobals: work.globals != nil && isThrowaway)
        if spec.assertions.contains(where: { $0.concerns(work.item.database) }) {
            expectation.required.insert(.assertion)
        }
        if let failed = work.failedCheck { expectation.required.insert(failed) }
        let objective = recoveryObjective(index)
        let target: String? =
            switch spec.location {
            case .throwaway: nil
            case .target(let name): name
            }
        return DrillReport(
            backup: work.backup,
            server: DrillReport.Server(version: work.facts?.version ?? "", target: target),
            started: work.started, proof: proof, expectation: expectation, lines: work.lines,
            phases: work.phases, recoverySeconds: work.recovery.map { $0 / .seconds(1) },
            objectiveSeconds: objective.map { $0 / .seconds(1) },
            hosts:
                "measured on \(ports.ambient.owner.host), which may be faster or slower than the server itself",
            workers: work.workers, memory: work.memory?.bytes, disk: spec.diskMax?.bytes,
            diskUsed: work.diskUsed?.bytes)
    }

    private func contentLines(
        _ index: Int, _ server: any RestoreServer, _ name: String
    ) async throws(AnyFault) -> [DrillLine] {
        let work = works[index]
        let proof = ContentProof(
            tables: work.expectedTables, largeObjects: work.verified?.largeObjects ?? 0,
            largeObjectsDigest: work.verified?.largeObjectsDigest, proof: DrillReport.Proof(spec.proof),
            contentMax: spec.contentMax, day: Int(work.started.timeIntervalSince1970 / 86_400))
        let readings = await TableReader(server: server, database: name, sources: work.sources, proof: proof)
            .read(workers: work.workers)
        // What was not read then is not told from what cannot be read.
        if Task.isCancelled { throw RunScribe.interrupted }
        let objects: ContentReading?
        do throws(AnyFault) { objects = try await server.largeObjects(in: name) } catch { objects = nil }
        let lines = proof.lines(readings) + proof.largeObjectLines(objects)
        return work.set.manifest.tables.contains { $0.digest != nil } ? lines : lines.map(Self.doubted)
    }

    /// On a server that stays, a database is not given the rights and settings that it had, so they are not compared.
    private static func withoutProperties(_ lines: [DrillLine]) -> [DrillLine] {
        lines.filter { line in
            let isRight = line.check == .database && line.subject.hasPrefix("rights of ")
            return line.check != .settings && !(isRight && line.state == .broken)
        } + [.note(.settings, "database", "its rights and settings are not brought to a server that stays")]
    }

    /// A set without digests was made before dumps had one time zone, so that another text of the same instants says
    /// nothing.
    private static func doubted(_ line: DrillLine) -> DrillLine {
        guard line.check == .content, line.state == .broken else { return line }
        return .unknown(
            .content, line.subject, "the set was made before digests were kept, perhaps in another time zone")
    }

    private func indexLines(_ server: any RestoreServer, _ name: String) async throws(AnyFault) -> [DrillLine]
    {
        guard let report = try await server.checkIndexes(in: name) else {
            return [.note(.amcheck, "B-trees", "the server has no amcheck")]
        }
        let sound = report.checked - report.damaged.count
        return report.damaged.sorted { $0.key < $1.key }.map {
            DrillLine(.amcheck, $0, found: $1, state: .broken)
        }
            + [DrillLine(.amcheck, "\(sound) B-trees", found: "sound", state: .ok, count: sound)]
    }

    private func assertionLines(
        _ index: Int, _ server: any RestoreServer, _ name: String
    ) async throws(AnyFault) -> [DrillLine] {
        var lines: [DrillLine] = []
        for assertion in spec.assertions where assertion.concerns(works[index].item.database) {
            let title = assertion.name ?? assertion.sql
            do throws(AnyFault) {
                let answer = try await server.ask(assertion.sql, in: name, limit: Self.questionMax)
                let finding = assertion.check(
                    rows: answer.rows, value: answer.value, startedAt: works[index].set.manifest.started)
                lines.append(
                    DrillLine(
                        .assertion, title, expected: finding.expected, found: finding.found,
                        state: finding.isMet ? .ok : .broken))
            } catch {
                if Task.isCancelled { throw RunScribe.interrupted }
                lines.append(.unknown(.assertion, title, error.summary))
            }
        }
        return lines
    }

    /// The job's own, else that of the target whose backup it is.
    private func recoveryObjective(_ index: Int) -> Duration? {
        job.objectives.recoveryTime
            ?? targets.first { $0.name == works[index].item.target }?.objectives.recoveryTime
    }

    private func recoveryLine(_ index: Int) -> DrillLine {
        guard let took = works[index].recovery else {
            return .unknown(.recoveryTime, "to the first answer", "it did not get that far")
        }
        let text = DurationText.render(took)
        let objective = recoveryObjective(index)
        let isLate = objective.map { took > $0 } ?? false
        return DrillLine(
            .recoveryTime, "to the first answer",
            expected: objective.map { "at most \(DurationText.written($0))" },
            found: text, state: isLate ? .note : .ok)
    }
}
