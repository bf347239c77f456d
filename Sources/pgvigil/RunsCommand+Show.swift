import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Wiring

extension RunsCommand {
    /// `pgvigil runs show ID`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one run with its attempts and steps, or explain any slot.",
            discussion: """
                A slot is written JOB@TIME, such as nightly-backup@2026-11-22T01:30: civil time in the zone of the \
                configuration, unless it ends in Z or an offset such as +01:00. A slot without a run is explained too: \
                it is to come, was never planned, or came before its line was first seen.

                Exit status: 0 shown, or still to come; 1 the slot has no run although it should; 2 there is no such \
                run or slot; 3 the catalog cannot be asked.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The run's id, or the beginning of it; 'latest' takes the newest; or JOB@TIME.")
        var id: String
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await RecordReader.with(options, check: checkSlot) { reader in
                guard let question = SlotQuestion(id, zone: reader.configuration.zone) else {
                    return try await show([RunFinder(reader: reader).find(id)], reader)
                }
                let (runs, fault) = await recorded(question, reader)
                let query = RunQuery(job: question.job)
                let entries = RunListing.merge(runs, reader.journal, query, limit: .max).filter { entry in
                    if case .slot(_, let at) = entry.run.trigger { question.means(at) } else { false }
                }
                if entries.isEmpty { return try await explain(question, reader, fault) }
                try await show(entries, reader)
            }
        }

        /// Text with an `@` that is no slot, or of a job that never was.
        private func checkSlot(_ configuration: LoadedConfiguration) throws {
            guard id.contains("@") else { return }
            guard SlotQuestion(id, zone: configuration.zone) != nil else {
                throw WiringFault.notASlot(id)
            }
        }

        private func recorded(_ question: SlotQuestion, _ reader: RecordReader) async -> (
            [RunRecord], AnyFault?
        ) {
            var runs: [RunRecord] = []
            for range in question.ranges {
                let (found, fault) = await reader.ask(or: []) { () async throws(AnyFault) in
                    try await reader.system.ledger.runs(ofJob: question.job, slots: range)
                }
                if let fault { return (runs, fault) }
                runs += found
            }
            return (runs, nil)
        }

        private func explain(_ question: SlotQuestion, _ reader: RecordReader, _ fault: AnyFault?)
            async throws
        {
            let schedules = reader.configuration.schedules.filter { $0.key.job == question.job }
            if schedules.isEmpty { _ = try reader.configuration.job(named: question.job) }
            let (seen, later) = await reader.ask(or: []) { () async throws(AnyFault) in
                try await reader.system.ledger.schedules(ofJob: question.job)
            }
            let down = fault ?? later
            let answer = question.answer(
                schedules: schedules, seen: down == nil ? seen : nil, now: reader.now, reader.instants)
            Console.say(json ? JSONText.render(answer) : answer.lines)
            switch answer.standing {
            case .toCome: break
            case .neverPlanned: throw Ending(status: .usage)
            case .beforeFirstSeen, .notAccountedFor, .notRecorded: throw Ending(status: .badResult)
            case .notKnown: try RecordReader.end(down)
            }
        }

        private func show(_ entries: [RunListing.Entry], _ reader: RecordReader) async throws {
            var views: [RunView] = []
            for entry in entries {
                let (view, story) = await view(entry, reader)
                views.append(view)
                if json { continue }
                Console.say((views.count > 1 ? "\n" : "") + RunText.details(view, story, reader.instants))
                if let drills = view.drills {
                    Console.say("\n" + DrillListText.findings(drills, reader.instants))
                }
                if let maintenance = view.maintenance {
                    Console.say("\n" + MaintenanceText.results(maintenance))
                }
            }
            // One line of a crontab and one time make one run, but two lines may name one job.
            guard json else { return }
            Console.say(views.count == 1 ? JSONText.render(views[0]) : JSONText.render(views))
        }

        /// What is known of a run; what the catalog does not tell is left out.
        private func view(_ entry: RunListing.Entry, _ reader: RecordReader) async -> (RunView, RunStory) {
            let (run, system) = (entry.run, reader.system)
            let attempts = await reader.ask(or: []) { () async throws(AnyFault) in
                try await system.book.attempts(of: run.id)
            }.value
            let steps = await reader.ask(or: []) { () async throws(AnyFault) in
                try await system.book.steps(of: run.id)
            }.value
            let seats = await reader.ask(or: []) { () async throws(AnyFault) in
                run.state == .waiting ? try await system.daemons.seats() : []
            }.value
            var view = RunView(
                run, inJournal: entry.isInJournal, seats: seats,
                attempts: reader.journal.merged(attempts, of: run.id),
                steps: reader.journal.merged(steps, of: run.id))
            if run.kind == .drill {
                let drills = await DrillFinder(reader: reader).ofRun(run.id).0
                view.drills = drills.isEmpty ? nil : drills.map { DrillView($0) }
            }
            if run.kind == .maintain {
                let recorded = await reader.ask(or: []) { () async throws(AnyFault) in
                    try await system.book.maintenance(of: run.id)
                }.value
                let isOver = if case .ended = run.state { true } else { false }
                let actions = reader.journal.maintenance(recorded, of: run.id)
                view.maintenance =
                    actions.isEmpty ? nil : actions.map { MaintenanceView($0, isOver: isOver) }
            }
            return (view, await story(of: run, reader))
        }

        private func story(of run: RunRecord, _ reader: RecordReader) async -> RunStory {
            let system = reader.system
            var story = RunStory()
            story.daemon = await reader.ask(or: []) { () async throws(AnyFault) in
                try await system.daemons.daemons()
            }.value.first { $0.id == run.lease?.daemon }
            guard case .slot(let key, let at) = run.trigger else { return story }
            story.schedule = reader.configuration.schedules.first { $0.key == key }
            story.expected = await reader.ask(or: nil) { () async throws(AnyFault) in
                Expectation.duration(
                    try await system.book.durations(ofJob: run.job, limit: Expectation.sampleMax))
            }.value
            story.standIn = await reader.ask(or: []) { () async throws(AnyFault) in
                try await system.ledger.runs(ofJob: key.job, slots: at...at)
            }.value.first { $0.id != run.id && $0.standsFor.contains(at) }
            return story
        }
    }
}
